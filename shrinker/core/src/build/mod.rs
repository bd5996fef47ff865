//! From a grown program to units: takes what the snapshot has, compiles what it lacks, on demand.

mod choice;
mod origin;
mod reading;
mod share;

use alloc::borrow::Cow;
use alloc::borrow::ToOwned;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{AliasId, FuncId, GlobalId, Linkage, Module, Symbol, data, layout};
use bareflow_object::Compiler;
use bareflow_profile::Level;
use bareflow_program::{FIRST_THREAD, Program, Start, is_host_call};

use crate::failure::{Failure, Kind as Failed};
use crate::grown::Grown;
use crate::link::{Fix, FixKind, Kept, Kind, Place, Unit, Units};
use crate::{Goal, Policy, code, cold, driver, features, machine};

use origin::AGAIN;
pub use origin::Origin;

/// A function that was taken into the link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taken {
    /// Its module's index.
    pub module: u32,
    /// Which function.
    pub func: FuncId,
    /// The level of its code.
    pub level: Level,
    /// Where that comes from.
    pub origin: Origin,
    /// Processor features that it uses.
    pub features: BTreeSet<&'static str>,
}

/// Everything that goes into the linker.
#[derive(Debug)]
pub struct Parts {
    /// Units: machine, driver, program.
    pub units: Units,
    /// Functions by symbol.
    pub functions: BTreeMap<String, Taken>,
    /// Processor features that the code uses.
    pub features: BTreeSet<&'static str>,
}

/// The full name of a symbol of a module. The machine's names have no colon.
pub fn full_name(grown: &Grown, module: u32, name: &str) -> String {
    if is_host_call(name) {
        return name.to_owned();
    }
    format!("{}:{name}", grown.programs[module as usize].name)
}

/// Makes units of everything reachable from the entries.
///
/// # Errors
/// A function that does not compile, a variable whose contents no address can express, or names
/// that clash.
pub fn build(
    grown: &Grown,
    compiler: &dyn Compiler,
    second: Option<(&dyn Compiler, Goal)>,
    options: &crate::Options,
) -> Result<Parts, Failure> {
    let policy = options.policy;
    let mut parts =
        Parts { units: Units::default(), functions: BTreeMap::new(), features: BTreeSet::new() };
    machine::add(&mut parts.units).map_err(internal)?;
    if options.classic_disks {
        machine::with_classic_disks(&mut parts.units).map_err(internal)?;
    }
    if let Some(first) = options.way_back {
        machine::with_way_back(&mut parts.units, first).map_err(internal)?;
    }
    let goes_back = options.way_back.is_some();
    let modules = 0..grown.programs.len() as u32;
    let bodies = modules.map(|module| Bodies::of(grown, module, policy, goes_back)).collect();
    let starts = (0..grown.programs.len()).map(|module| grown.start(module)).collect();
    let by_name = BTreeMap::new();
    let small = share::small(grown);
    let mut builder = Builder {
        grown,
        compiler,
        second,
        policy,
        parts,
        bodies,
        starts,
        by_name,
        small,
        needed: Vec::new(),
    };
    builder.needed = builder.needed_anyway();
    builder.name_all();
    for (at, start) in builder.starts.iter().enumerate() {
        driver::add_start(&mut builder.parts.units, at, start);
    }

    // First without the driver: what the entries reach decides how it looks.
    let mut roots = Vec::new();
    for (module, program) in grown.programs.iter().enumerate() {
        let mut funcs = vec![program.entry];
        funcs.extend(program.constructors.iter().chain(&program.destructors));
        roots.push(funcs.iter().map(|f| builder.func_name(module as u32, *f)).collect::<Vec<_>>());
    }
    let without_finish = builder.close(&roots.concat())?;
    let mut steps = Vec::new();
    for (module, program) in grown.programs.iter().enumerate() {
        let finish = match program.finish {
            Some(finish) => {
                let name = builder.func_name(module as u32, finish);
                let reached = builder.close(core::slice::from_ref(&name))?;
                builder.shares_state(&without_finish, &reached).then_some(name)
            }
            None => None,
        };
        let name = |f: &FuncId| builder.func_name(module as u32, *f);
        let has_variables = program.module.globals.iter().any(|g| g.name == FIRST_THREAD);
        steps.push(driver::Program {
            module: program.name.clone(),
            variables: has_variables.then(|| full_name(grown, module as u32, FIRST_THREAD)),
            constructors: program.constructors.iter().map(name).collect(),
            entry: name(&program.entry),
            arg: program.arg,
            parameters: parameters(program),
            count: builder.starts[module].count,
            environment: builder.starts[module].environment,
            calls: grown.calls,
            destructors: program.destructors.iter().map(name).collect(),
            finish,
        });
    }
    let all: Vec<String> =
        roots.concat().into_iter().chain(steps.iter().filter_map(|s| s.finish.clone())).collect();
    let variables = steps.iter().filter_map(|step| step.variables.clone());
    let all: Vec<String> = all.into_iter().chain(variables).collect();
    let kept = builder.close(&all)?;
    let reaches = |name: &str| kept.has_symbol(&builder.parts.units, name);
    let threads = reaches("bf_start");
    let files = ["bf_open", "bf_close", "bf_duplicate"].iter().any(|name| reaches(name));
    // Any thread may end the program.
    let can_exit = threads || ["bf_exit", "bf_abort"].iter().any(|name| reaches(name));
    let side_stack = reaches(bareflow_object::THREAD);
    let only_reads = builder.only_reads(&kept);
    let Parts { units, functions, features } = &mut builder.parts;
    let in_image = functions.iter().filter(|(name, _)| kept.has_symbol(units, name));
    features.extend(in_image.flat_map(|(_, taken)| &taken.features));
    if files {
        machine::with_files(units, only_reads).map_err(internal)?;
    }
    if threads {
        machine::with_threads(units).map_err(internal)?;
    }
    let how = driver::How { can_exit, side_stack, threads, timing: options.timing, features };
    driver::add(units, &steps, &how);
    Ok(builder.parts)
}

/// A name as its author wrote it, without the hash that compilers add: names of traps take room in the image.
fn readable(what: &str) -> String {
    let Some(at) = ["_ZN", "_R"].iter().find_map(|start| what.find(start)) else {
        return what.to_owned();
    };
    match rustc_demangle::try_demangle(&what[at..]) {
        Ok(name) => format!("{}{name:#}", &what[..at]),
        Err(_) => what.to_owned(),
    }
}

/// How many arguments a program's entry looks at, or its constructors, which get the same.
fn parameters(program: &Program) -> usize {
    let entry = program.module.func(program.entry);
    match program.module.types.signature(entry.ty) {
        Some((_, parameters, _)) if program.constructors.is_empty() => parameters.len(),
        _ => 3,
    }
}

fn internal(error: anyhow::Error) -> Failure {
    Failure::new(Failed::Program, format!("{error:#}"))
}

/// What is compiled of a module.
struct Bodies<'a> {
    module: Cow<'a, Module>,
    /// Functions that may have run though nothing was counted.
    uncertain: BTreeSet<FuncId>,
    /// Functions whose blocks that never ran are traps.
    cut: BTreeSet<FuncId>,
}

impl<'a> Bodies<'a> {
    fn of(grown: &'a Grown, index: u32, policy: Policy, goes_back: bool) -> Self {
        let whole = Cow::Borrowed(&*grown.programs[index as usize].module);
        if policy == Policy::Reachable {
            return Self { module: whole, uncertain: BTreeSet::new(), cut: BTreeSet::new() };
        }
        let uncertain = cold::uncertain(grown, index);
        let (module, cut) = cold::cut(grown, index, &uncertain, goes_back);
        Self { module: Cow::Owned(module), uncertain, cut }
    }
}

struct Builder<'a> {
    grown: &'a Grown,
    compiler: &'a dyn Compiler,
    second: Option<(&'a dyn Compiler, Goal)>,
    policy: Policy,
    parts: Parts,
    bodies: Vec<Bodies<'a>>,
    /// What each program's `main` is called with.
    starts: Vec<Start>,
    by_name: BTreeMap<String, (u32, Symbol)>,
    /// Functions that were called often, and take so little time that they are made small.
    small: BTreeSet<(u32, FuncId)>,
    /// Processor features that hot code needs, so that all may have them.
    needed: Vec<String>,
}

impl Builder<'_> {
    fn func_name(&self, module: u32, func: FuncId) -> String {
        full_name(self.grown, module, &self.grown.programs[module as usize].module.func(func).name)
    }

    fn name_all(&mut self) {
        for (index, program) in self.grown.programs.iter().enumerate() {
            let module = index as u32;
            for id in program.module.func_ids() {
                let name = full_name(self.grown, module, &program.module.func(id).name);
                self.by_name.insert(name, (module, Symbol::Func(id)));
            }
            for (at, global) in program.module.globals.iter().enumerate() {
                let symbol = Symbol::Global(GlobalId::new(at));
                self.by_name.insert(full_name(self.grown, module, &global.name), (module, symbol));
            }
            for (at, alias) in program.module.aliases.iter().enumerate() {
                let symbol = Symbol::Alias(AliasId::new(at));
                self.by_name.insert(full_name(self.grown, module, &alias.name), (module, symbol));
            }
        }
    }

    /// Adds what `roots` reach, until nothing is missing that a program defines.
    fn close(&mut self, roots: &[String]) -> Result<Kept, Failure> {
        loop {
            let ids: Vec<_> = roots.iter().map(|root| self.parts.units.symbol(root)).collect();
            let kept = Kept::of(&self.parts.units, &[], &ids);
            let undefined = ids.iter().filter(|id| self.parts.units.place(**id).is_none());
            let missing: BTreeSet<String> = undefined
                .chain(kept.unresolved.iter().map(|(symbol, _)| symbol))
                .map(|id| self.parts.units.name(*id).to_owned())
                .filter(|name| self.by_name.contains_key(name) || self.cut_of(name).is_some())
                .collect();
            if missing.is_empty() {
                return Ok(kept);
            }
            for name in missing {
                self.add(&name)?;
            }
        }
    }

    /// What was lost of a function, for which the symbol `name` stands, in words, and its module. Others have its
    /// body in themselves, so a trap is wanted where the function itself may not be.
    fn cut_of(&self, name: &str) -> Option<(u32, String)> {
        let (function, block) = cold::of_trap(name)?;
        let module = self.by_name.get(function)?.0;
        let block = block.map_or(String::new(), |block| format!(" (block {block})"));
        Some((module, readable(&format!("a part of {function}")) + &block))
    }

    fn add(&mut self, name: &str) -> Result<(), Failure> {
        let Some((module, symbol)) = self.by_name.get(name).copied() else {
            return match self.cut_of(name) {
                Some((module, what)) => self.add_trap(name, &what, module),
                None => Ok(()),
            };
        };
        match symbol {
            Symbol::Func(func) => self.add_func(name, module, func),
            Symbol::Global(global) => self.add_global(name, module, global),
            Symbol::Alias(alias) => self.add_alias(name, module, alias),
        }
    }

    /// A second name of a function or variable: libraries have some where two functions are the
    /// same.
    fn add_alias(&mut self, name: &str, module: u32, alias: AliasId) -> Result<(), Failure> {
        let program = &self.grown.programs[module as usize].module;
        let value = data::evaluate(program, program.aliases[alias.index()].target)
            .map_err(|error| internal(anyhow::anyhow!("{name}: {error}")))?;
        let base = match value.plus {
            Some(Symbol::Func(func)) => &program.func(func).name,
            Some(Symbol::Global(global)) => &program.global(global).name,
            _ => return Err(internal(anyhow::anyhow!("{name} stands for no symbol"))),
        };
        let base = full_name(self.grown, module, base);
        let id = self.parts.units.symbol(&base);
        if self.parts.units.place(id).is_none() {
            self.add(&base)?;
        }
        let place = match self.parts.units.place(id) {
            Some(Place::In(unit, at)) => Place::In(unit, at.wrapping_add_signed(value.value)),
            Some(Place::Absolute(at)) => Place::Absolute(at.wrapping_add_signed(value.value)),
            None => return Ok(()),
        };
        self.parts.units.define_at(name, place).map_err(internal)?;
        Ok(())
    }

    fn add_func(&mut self, name: &str, module: u32, func: FuncId) -> Result<(), Failure> {
        let program = &self.grown.programs[module as usize];
        if program.module.func(func).is_declaration() {
            // Weak and not there: null. Anything else was refused when the program was linked.
            self.by_name.remove(name);
            if program.module.func(func).linkage == Linkage::ExternWeak {
                self.parts.units.define_at(name, Place::Absolute(0)).map_err(internal)?;
            }
            return Ok(());
        }
        if self.policy == Policy::Executed && self.never_ran(module, func) {
            self.add_trap(name, &readable(name), module)?;
            let features = BTreeSet::new();
            let taken =
                Taken { module, func, level: Level::Interp, origin: Origin::Trap, features };
            self.parts.functions.insert(name.to_owned(), taken);
            return Ok(());
        }
        let (object, level, origin) = self.code(module, func)?;
        let (object, level, origin) = match self.made_again(module, func, &object) {
            Some(better) => (better, Level::O3, Origin::Compiled(AGAIN)),
            None => (object, level, origin),
        };
        let heat = self.heat(module, func);
        let grown = self.grown;
        let cold = heat == 0 || origin.is_small();
        code::add(
            &mut self.parts.units,
            name,
            &object,
            |n| full_name(grown, module, n),
            |unit| {
                unit.module = Some(module);
                unit.heat = heat;
                if cold && !code::reads_itself(&object) {
                    unit.align = 1;
                }
            },
        )
        .map_err(internal)?;
        let features = features::used(&object, &grown.snapshot.engine.features);
        let taken = Taken { module, func, level, origin, features };
        self.parts.functions.insert(name.to_owned(), taken);
        Ok(())
    }

    /// What stands for code that never ran: it says which and ends the machine.
    fn add_trap(&mut self, symbol: &str, what: &str, module: u32) -> Result<(), Failure> {
        // A call whose return address is that of the text (`machine/text/exit.s`).
        let mut text = vec![0xe8, 0, 0, 0, 0];
        text.extend(what.bytes().chain([0]));
        let mut unit = Unit::new(symbol, Kind::Text, 1, text);
        let target = self.parts.units.symbol("never_ran");
        unit.fixes.push(Fix { at: 1, kind: FixKind::Call, target, addend: -4 });
        unit.module = Some(module);
        self.parts.units.define(symbol, unit).map_err(internal)?;
        Ok(())
    }

    fn add_global(&mut self, name: &str, module: u32, id: GlobalId) -> Result<(), Failure> {
        let program = &self.grown.programs[module as usize];
        let global = program.module.global(id);
        let types = &program.module.types;
        let Some(init) = global.init else {
            self.by_name.remove(name);
            self.parts.units.define_at(name, Place::Absolute(0)).map_err(internal)?;
            return Ok(());
        };
        let failed = |message: String| Failure::new(Failed::Program, message).at(name.to_owned());
        let start = &self.starts[module as usize];
        if let Some((_, to)) = start.variables.iter().find(|(variable, _)| *variable == global.name)
        {
            let target = self.parts.units.symbol(&driver::start_name(module as usize));
            let mut unit = Unit::new(name, Kind::Data, 8, vec![0; 8]);
            unit.module = Some(module);
            unit.fixes.push(driver::pointer(0, target, *to));
            self.parts.units.define(name, unit).map_err(internal)?;
            return Ok(());
        }
        let contents = data::lower(&program.module, init).map_err(|e| failed(e.to_string()))?;
        let size = layout::alloc_size(types, global.ty).max(1);
        let empty = contents.relocs.is_empty() && contents.bytes.iter().all(|byte| *byte == 0);
        // What is never written and all zero costs nothing among the variables.
        let kind = match (empty, global.constant) {
            (true, _) => Kind::Bss,
            (false, true) => Kind::Rodata,
            (false, false) => Kind::Data,
        };
        // Gaps between variables that are zero cost nothing.
        let align = match kind {
            Kind::Bss => layout::variable_align(&program.module, global),
            _ => layout::own_align(types, global),
        };
        let mut unit =
            Unit::new(name, kind, align, if empty { Vec::new() } else { contents.bytes });
        unit.size = size;
        unit.module = Some(module);
        unit.foldable = kind == Kind::Rodata && is_literal(&global.name);
        let (grown, units) = (self.grown, &mut self.parts.units);
        let mut id_of = |symbol: Symbol| {
            let name = match symbol {
                Symbol::Func(f) => &program.module.func(f).name,
                Symbol::Global(g) => &program.module.global(g).name,
                Symbol::Alias(a) => &program.module.aliases[a.index()].name,
            };
            units.symbol(&full_name(grown, module, name))
        };
        for reloc in &contents.relocs {
            let target = id_of(reloc.plus);
            let minus = reloc.minus.map(&mut id_of);
            let kind = match (reloc.size, minus) {
                (8, None) => FixKind::Abs64,
                (8, Some(minus)) => FixKind::Distance64(minus),
                (4, Some(minus)) => FixKind::Distance(minus),
                _ => return Err(failed("an address in a place of odd size".into())),
            };
            unit.fixes.push(Fix { at: reloc.offset as u32, kind, target, addend: reloc.addend });
        }
        self.parts.units.define(name, unit).map_err(internal)?;
        Ok(())
    }

    /// Whether the two reach a variable in common, one that can be written.
    fn shares_state(&self, one: &Kept, other: &Kept) -> bool {
        let units = &self.parts.units;
        one.iter().filter(|id| other.units.get(id.0 as usize) == Some(&true)).any(|id| {
            matches!(units.unit(id).kind, Kind::Data | Kind::Bss) && units.unit(id).module.is_some()
        })
    }
}

/// Whether a constant is a literal whose address means nothing. Front ends mark these with names
/// of their own (clang `.str`, `__const.`, `switch.table.`; rustc `alloc_`, `anon.`).
fn is_literal(name: &str) -> bool {
    let prefixes = [
        ".str",
        ".L",
        "str.",
        "__const.",
        "switch.table.",
        "switch.",
        "alloc_",
        "anon.",
        "__func__",
    ];
    prefixes.iter().any(|prefix| name.starts_with(prefix)) || name == "str"
}
