//! A program in memory: its addresses, its interpreter, its functions' states.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::RefCell;

use bareflow_interp::{Config, Interp};
use bareflow_ir::{BlockId, FuncId, Function, Linkage, Module, Symbol, data, layout};
use bareflow_link::{CodeSpace, Installed, ProbeId, SlotId};
use bareflow_object::{CpuFeatures, Object, Options};
use bareflow_profile::{Cycles, FunctionProfile, Level};
use bareflow_program::{Library, Part, Program, Source, is_host_call};
use hashbrown::HashMap;

use crate::evidence::Evidence;
use crate::side::{self, SideStack};
use crate::{StartError, hosts};

/// A program, ready to run.
pub(crate) struct Unit {
    pub(crate) program: Program,
    /// The files it was made of, the C library's last.
    pub(crate) parts: Vec<Part>,
    pub(crate) interp: Interp,
    /// Slot of each function.
    pub(crate) slots: Vec<SlotId>,
    /// Address of each global variable; 0 for one that is declared weakly and not there.
    globals: Vec<u64>,
    /// Addresses by name, for relocations.
    symbols: HashMap<String, u64>,
    by_name: HashMap<String, FuncId>,
    pub(crate) states: RefCell<Vec<FuncState>>,
    /// What the compilers were told of its functions.
    pub(crate) evidence: RefCell<Evidence>,
}

/// Where a function stands.
#[derive(Default)]
pub(crate) struct FuncState {
    /// The code its slot leads to.
    pub(crate) code: Option<Code>,
    /// Code entered at loop headers.
    pub(crate) osr: Vec<(BlockId, Code)>,
    /// Compilations in this boot, and the time they took.
    pub(crate) compiles: u32,
    pub(crate) compile_ns: u64,
    /// The same of earlier boots.
    pub(crate) compiled_before: (u32, u64),
    /// What its body is called in snapshots, once one was saved.
    pub(crate) body_hash: Option<[u8; 32]>,
    /// Levels reached: boot and level.
    pub(crate) history: Vec<(u32, Level)>,
    /// Its counter, once instrumented code has asked for one: its address and where it was set.
    pub(crate) counter: Option<Counter>,
    /// Calls of code that counts nothing itself, as far as probes have counted them.
    pub(crate) calls: u64,
    /// Calls and rounds of loops that the counter had counted when it was last set.
    pub(crate) counted: u64,
    /// What earlier boots counted.
    pub(crate) before: FunctionProfile,
    /// Cycles of calls measured in this boot.
    pub(crate) cycles: Cycles,
    /// Cycles a call takes as a rule at its present level, spikes left out; 0 when that was not
    /// measured.
    pub(crate) usual_cycles: u64,
    /// The level it came from and the mean cycles of a call there, until its new code is measured.
    pub(crate) before_rise: Option<(Level, u64)>,
    /// Calls counted when it came to its level.
    pub(crate) calls_at_rise: u64,
    /// The probe in front of its code, while it is measured or watched.
    pub(crate) sampling: Option<ProbeId>,
    /// Where its gate's count stood when it was last looked at, while it is watched.
    pub(crate) watched: Option<i64>,
    /// When its gate was set, in cycles, and to how many calls.
    pub(crate) window: (u64, u64),
    /// Which variant won, once that is settled.
    pub(crate) verdict: Option<Verdict>,
    /// Why it is not compiled any more.
    pub(crate) refused: Option<String>,
}

/// How a tournament ended.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Verdict {
    /// Options and median cycles of each variant.
    pub(crate) variants: Vec<(String, u64)>,
    /// Which one stays.
    pub(crate) winner: u32,
    /// Rounds that decided; 0 when that was in an earlier boot.
    pub(crate) rounds: u32,
    /// Microseconds it cost the program.
    pub(crate) cost_us: u64,
    /// Microseconds from its beginning to its end.
    pub(crate) took_us: u64,
    /// Microseconds from the program's beginning to its end.
    pub(crate) settled_us: u64,
}

/// A counter of instrumented code: a word that calls and rounds of loops count down, and one
/// that calls count up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counter {
    pub(crate) address: u64,
    /// What it was last set to.
    pub(crate) set: i64,
}

/// Installed code and what it was made from.
pub(crate) struct Code {
    pub(crate) object: Arc<Object>,
    pub(crate) installed: Installed,
    pub(crate) level: Level,
    pub(crate) compiler: &'static str,
    /// Features it may use.
    pub(crate) cpu: CpuFeatures,
    pub(crate) options: Options,
    /// The epoch of the evidence it was made of; `None` when it was made of none.
    pub(crate) epoch: Option<u32>,
}

impl FuncState {
    /// All code there is of it.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &Code> {
        self.code.iter().chain(self.osr.iter().map(|(_, code)| code))
    }

    /// The level calls run at.
    pub(crate) fn level(&self) -> Level {
        self.code.as_ref().map_or(Level::Interp, |code| code.level)
    }

    /// Cycles a call takes as a rule; of any call, when that is not known.
    pub(crate) fn call_cycles(&self) -> u64 {
        if self.usual_cycles > 0 { self.usual_cycles } else { self.cycles.average() }
    }

    /// Calls of native code.
    pub(crate) fn native_calls(&self) -> u64 {
        self.calls.saturating_add(self.counter.map_or(0, Counter::calls))
    }

    /// Calls of native code and rounds of its loops: what it rises by.
    pub(crate) fn native_heat(&self) -> u64 {
        let pending = self.counter.map_or(0, |counter| counter.set - counter.read());
        let counted = self.counted.saturating_add(pending.max(0) as u64);
        self.calls.saturating_add(counted)
    }

    /// Has the counter run out after that many further calls and rounds.
    pub(crate) fn set_counter(&mut self, left: i64) {
        self.counted = self.native_heat() - self.calls;
        if let Some(counter) = &mut self.counter {
            counter.write(left);
        }
    }
}

impl Counter {
    /// Calls counted so far.
    fn calls(self) -> u64 {
        // SAFETY: the second word of 16 bytes in the data pool which stay there.
        unsafe { (self.address as *const u64).add(1).read_volatile() }
    }

    pub(crate) fn read(self) -> i64 {
        // SAFETY: the first of these words.
        unsafe { (self.address as *const i64).read_volatile() }
    }

    pub(crate) fn write(&mut self, value: i64) {
        self.set = value;
        // SAFETY: as above.
        unsafe { (self.address as *mut i64).write_volatile(value) }
    }
}

impl Unit {
    /// Gives every function of `source` a slot and every variable its place and contents.
    pub(crate) fn new(
        source: &Source,
        library: &Library,
        space: &mut CodeSpace,
        side: &SideStack,
        config: Config,
    ) -> Result<Self, StartError> {
        let program = bareflow_program::load(source, library).map_err(StartError::Load)?;
        let module = Arc::clone(&program.module);
        let owner = program.name.clone();
        let prefix = |name: &str| format!("{owner}:{name}");

        let mut symbols = HashMap::new();
        let mut slots = Vec::with_capacity(module.funcs.len());
        for func in &module.funcs {
            let slot = match hosts::address(&func.name) {
                Some(address) if is_host_call(&func.name) => space.bind(&func.name, address)?,
                _ => space.declare(&prefix(&func.name))?,
            };
            let address = if is_absent(func) { 0 } else { space.stub(slot) as u64 };
            symbols.insert(func.name.clone(), address);
            slots.push(slot);
        }
        for (name, address) in hosts::engine_symbols() {
            let slot = space.bind(name, address)?;
            symbols.insert(name.into(), space.stub(slot) as u64);
        }
        symbols.insert(side::SYMBOL.into(), side.address);
        let globals = place_globals(&module, &prefix, space, &mut symbols)?;
        name_aliases(&module, &mut symbols)
            .map_err(|(alias, error)| StartError::Data(owner.clone(), alias.into(), error))?;
        let unit = Self {
            parts: source.parts.iter().chain(&library.parts).cloned().collect(),
            interp: Interp::new(Arc::clone(&module), config),
            slots,
            globals,
            symbols,
            by_name: module.func_ids().map(|id| (module.func(id).name.clone(), id)).collect(),
            evidence: RefCell::new(Evidence::new(module.funcs.len())),
            states: RefCell::new(module.funcs.iter().map(|_| FuncState::default()).collect()),
            program,
        };
        unit.fill_globals(&prefix, space)?;
        Ok(unit)
    }

    fn fill_globals(
        &self,
        prefix: &impl Fn(&str) -> String,
        space: &mut CodeSpace,
    ) -> Result<(), StartError> {
        let module = &self.program.module;
        for global in &module.globals {
            let Some(init) = global.init else { continue };
            let bytes = data::lower(module, init).map_err(|error| {
                StartError::Data(self.program.name.clone(), global.name.clone(), error)
            })?;
            // Memory is zero already: a large array that starts empty is not touched.
            if bytes.relocs.is_empty() && bytes.bytes.iter().all(|byte| *byte == 0) {
                continue;
            }
            space.fill_data(&prefix(&global.name), &bytes, |symbol| self.address(symbol))?;
        }
        Ok(())
    }

    /// The address of a function or variable.
    pub(crate) fn address(&self, symbol: Symbol) -> Option<u64> {
        match symbol {
            Symbol::Func(id) => {
                let func = self.program.module.funcs.get(id.index())?;
                self.symbols.get(&func.name).copied()
            }
            Symbol::Global(id) => self.globals.get(id.index()).copied(),
            Symbol::Alias(_) => None,
        }
    }

    /// The address of a name, as relocations use it.
    pub(crate) fn symbol(&self, name: &str) -> Option<u64> {
        self.symbols.get(name).copied()
    }

    /// A function by name.
    pub(crate) fn find(&self, name: &str) -> Option<FuncId> {
        self.by_name.get(name).copied()
    }

    pub(crate) fn slot(&self, func: FuncId) -> SlotId {
        self.slots[func.index()]
    }

    pub(crate) fn name(&self, func: FuncId) -> &str {
        &self.program.module.func(func).name
    }

    pub(crate) fn module(&self) -> &Module {
        &self.program.module
    }

    /// Runs `change` on the state of a function.
    pub(crate) fn with<R>(&self, func: FuncId, change: impl FnOnce(&mut FuncState) -> R) -> R {
        change(&mut self.states.borrow_mut()[func.index()])
    }

    /// Everything counted for a function, earlier boots included.
    pub(crate) fn profile(&self, func: FuncId) -> FunctionProfile {
        let mut profile = self.interp.profile(func);
        self.with(func, |state| {
            let calls = state.native_calls();
            let rounds = state.native_heat().saturating_sub(calls);
            profile.calls = profile.calls.saturating_add(calls);
            profile.back_edges = profile.back_edges.saturating_add(rounds);
            profile.cycles.merge(&state.cycles);
            profile.merge(&state.before);
        });
        profile
    }
}

/// Whether a function is declared weakly and not there: its address is null.
fn is_absent(func: &Function) -> bool {
    let weak = func.linkage == Linkage::ExternWeak;
    weak && func.is_declaration() && !is_host_call(&func.name)
}

/// Second names, which helpers of compiled code may have: two functions of a library that are the
/// same are one function with two names.
fn name_aliases<'a>(
    module: &'a Module,
    symbols: &mut HashMap<String, u64>,
) -> Result<(), (&'a str, data::DataError)> {
    for alias in &module.aliases {
        let value = data::evaluate(module, alias.target).map_err(|e| (alias.name.as_str(), e))?;
        let base = match value.plus {
            Some(Symbol::Func(func)) => symbols.get(&module.func(func).name),
            Some(Symbol::Global(global)) => symbols.get(&module.global(global).name),
            _ => None,
        };
        if let Some(base) = base {
            symbols.insert(alias.name.clone(), base.wrapping_add_signed(value.value));
        }
    }
    Ok(())
}

fn place_globals(
    module: &Module,
    prefix: &impl Fn(&str) -> String,
    space: &mut CodeSpace,
    symbols: &mut HashMap<String, u64>,
) -> Result<Vec<u64>, StartError> {
    let mut globals = Vec::with_capacity(module.globals.len());
    for global in &module.globals {
        let address = if global.init.is_none() {
            0
        } else {
            let size = layout::alloc_size(&module.types, global.ty);
            let align = layout::variable_align(&module.types, global) as usize;
            space.define_data(&prefix(&global.name), size as usize, align)? as u64
        };
        symbols.insert(global.name.clone(), address);
        globals.push(address);
    }
    Ok(globals)
}
