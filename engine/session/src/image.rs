//! A program in memory: what of it never changes once it is loaded.
//!
//! What is learned of its functions, and the code made for them, is in the [ledger](crate::ledger);
//! what the interpreter asks again and again has its answers here, as atomics.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use bareflow_interp::{Config, HotLoop, Interp};
use bareflow_ir::{BlockId, FuncId, Function, Linkage, Module, Symbol, data, layout};
use bareflow_link::{Linker, SlotId};
use bareflow_program::{Library, Part, Program, Source, is_host_call, load_again};
use hashbrown::HashMap;
use spin::Mutex;

use crate::error::StartError;

/// The functions that the machine supplies: an address for a host call, and what compiled code
/// calls and no program names.
pub(crate) struct Supplied {
    /// The address of a host call.
    pub(crate) host_call: fn(&str) -> Option<usize>,
    /// Names and addresses of the engine's own functions.
    pub(crate) engine: [(&'static str, usize); 2],
}

/// A program, ready to run.
pub(crate) struct Image {
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
    /// By function: the count of interpreted calls at which the interpreter is to report next.
    report_at: Box<[AtomicU64]>,
    /// What becomes of loops that the interpreter has reported.
    loops: Mutex<HashMap<(FuncId, BlockId), HotLoop>>,
}

impl Image {
    /// Gives every function of `source` a slot and every variable its place and contents. `was_loaded` says of which
    /// programs an earlier boot has found that nothing of them is refused ([`load_again`]).
    pub(crate) fn new(
        source: &Source,
        library: &Library,
        was_loaded: impl Fn(&[u8; 32], &str) -> bool,
        linker: &mut Linker,
        supplied: &Supplied,
        config: Config,
    ) -> Result<Self, StartError> {
        let program = load_again(source, library, was_loaded).map_err(StartError::Load)?;
        let module = Arc::clone(&program.module);
        let owner = program.name.clone();
        let prefix = |name: &str| format!("{owner}:{name}");

        let mut symbols = HashMap::new();
        let mut slots = Vec::with_capacity(module.funcs.len());
        for func in &module.funcs {
            let slot = match (supplied.host_call)(&func.name) {
                Some(address) if is_host_call(&func.name) => linker.bind(&func.name, address)?,
                _ => linker.declare(&prefix(&func.name))?,
            };
            let address = if is_absent(func) { 0 } else { linker.map().stub(slot) as u64 };
            symbols.insert(func.name.clone(), address);
            slots.push(slot);
        }
        for (name, function) in supplied.engine {
            let slot = linker.bind(name, function)?;
            symbols.insert(name.into(), linker.map().stub(slot) as u64);
        }
        let globals = place_globals(&module, &prefix, linker, &mut symbols)?;
        name_aliases(&module, &mut symbols)
            .map_err(|(alias, error)| StartError::Data(owner.clone(), alias.into(), error))?;
        let image = Self {
            parts: source.parts.iter().chain(&library.parts).cloned().collect(),
            interp: Interp::new(Arc::clone(&module), config),
            slots,
            globals,
            symbols,
            by_name: module.func_ids().map(|id| (module.func(id).name.clone(), id)).collect(),
            report_at: module.funcs.iter().map(|_| AtomicU64::new(u64::MAX)).collect(),
            loops: Mutex::default(),
            program,
        };
        image.fill_globals(&prefix, linker)?;
        Ok(image)
    }

    fn fill_globals(
        &self,
        prefix: &impl Fn(&str) -> String,
        linker: &mut Linker,
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
            linker.fill_data(&prefix(&global.name), &bytes, |symbol| self.address(symbol))?;
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

    /// The functions that have a body, with their slots.
    pub(crate) fn defined(&self) -> impl Iterator<Item = (SlotId, FuncId)> {
        let has_body = |func: &FuncId| !self.module().func(*func).is_declaration();
        self.module().func_ids().filter(has_body).map(|func| (self.slot(func), func))
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

    /// The count of interpreted calls of `func` at which the interpreter is to report next.
    pub(crate) fn report_at(&self, func: FuncId) -> u64 {
        self.report_at[func.index()].load(Relaxed)
    }

    /// Has the interpreter report `func` at `calls` calls; `u64::MAX` for never.
    pub(crate) fn set_report_at(&self, func: FuncId, calls: u64) {
        self.report_at[func.index()].store(calls, Relaxed);
    }

    /// What becomes of a loop of `func`; `None` when nothing was decided yet.
    pub(crate) fn hot_loop(&self, func: FuncId, header: BlockId) -> Option<HotLoop> {
        self.loops.lock().get(&(func, header)).copied()
    }

    /// What becomes of a loop of `func` from now on.
    pub(crate) fn set_hot_loop(&self, func: FuncId, header: BlockId, answer: HotLoop) {
        self.loops.lock().insert((func, header), answer);
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
    linker: &mut Linker,
    symbols: &mut HashMap<String, u64>,
) -> Result<Vec<u64>, StartError> {
    let mut globals = Vec::with_capacity(module.globals.len());
    for global in &module.globals {
        let address = if global.init.is_none() {
            0
        } else {
            let size = layout::alloc_size(&module.types, global.ty);
            let align = layout::variable_align(module, global) as usize;
            linker.define_data(&prefix(&global.name), size as usize, align)? as u64
        };
        symbols.insert(global.name.clone(), address);
        globals.push(address);
    }
    Ok(globals)
}
