//! Modules: functions, global variables, aliases.

use alloc::string::String;
use alloc::vec::Vec;

use crate::uses::Uses;
use crate::{
    AliasId, Const, ConstId, ConstKind, FuncId, Function, GlobalId, Linkage, Locations, Operand,
    Symbol, TypeId, Types,
};

/// One LLVM module, or several linked into one.
#[derive(Clone, Default, Debug)]
pub struct Module {
    /// What the producer calls it (`source_filename`).
    pub name: String,
    /// Who wrote the bitcode, as its identification block says ("LLVM22.1.2").
    pub producer: String,
    /// All types.
    pub types: Types,
    /// All constants. Those that an entry refers to come before it.
    pub consts: Vec<Const>,
    /// Functions, declarations included.
    pub funcs: Vec<Function>,
    /// Global variables, declarations included.
    pub globals: Vec<Global>,
    /// Aliases; none after linking.
    pub aliases: Vec<Alias>,
    /// Functions that run before anything else of the program does, constructors included, each
    /// with the variable it sets: there is one for each GNU indirect function (`ifunc`), which is a
    /// function that calls what its variable points to.
    pub choosers: Vec<(GlobalId, FuncId)>,
    /// What was read but cannot be run. Whoever runs the module refuses it if one of these
    /// is reachable from where it starts.
    pub refused: Vec<Refusal>,
    /// Lines of the sources that instructions come from.
    pub locations: Locations,
    /// Whether it is a library: programs may define functions of the names it has, and of its constructors those
    /// run that have something to construct.
    pub is_library: bool,
    /// How often its functions are named, once somebody asked ([`Module::uses`]).
    pub uses: Uses,
    /// Whether a library's own calls stay its own even where a program has a function of the same name.
    pub keeps_its_own: bool,
}

/// A function or variable whose definition holds something that is not supported.
///
/// A function has a body that is `unreachable` and nothing else; a variable has no
/// initialiser.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// Which one.
    pub symbol: Symbol,
    /// What is not supported.
    pub why: String,
}

/// A global variable.
#[derive(Clone, Debug)]
pub struct Global {
    /// Symbol name; unique in the module. Unnamed ones get a name of their position.
    pub name: String,
    /// The type of what it holds.
    pub ty: TypeId,
    /// First contents; `None` for a declaration.
    pub init: Option<ConstId>,
    /// Never written.
    pub constant: bool,
    /// Alignment in bytes, a power of two; 0 when not given.
    pub align: u32,
    /// Who sees it.
    pub linkage: Linkage,
    /// Comdat group name, if it is in one.
    pub comdat: Option<String>,
    /// The section it asks to be in, where that has a meaning: one whose name is a C identifier,
    /// for which linkers make symbols of its start and end, or an array of functions that run before
    /// or after the program (`.init_array`).
    pub section: Option<String>,
    /// One instance for each thread. With one thread that is an ordinary variable.
    pub thread_local: bool,
}

/// A second name for a function, a variable or a place in one.
#[derive(Clone, Debug)]
pub struct Alias {
    /// Symbol name.
    pub name: String,
    /// Value type.
    pub ty: TypeId,
    /// What it stands for.
    pub target: ConstId,
    /// Who sees it.
    pub linkage: Linkage,
}

impl Module {
    /// How often a function is named: called, or its address taken. One in a table counts twice, since it
    /// may be called from anywhere. Counts of a module that is changed afterwards are the old ones.
    pub fn uses(&self, id: FuncId) -> u32 {
        self.uses.of(id, &self.funcs, &self.consts)
    }

    /// The function, variable or alias called `name`. Linear in the number of symbols: those
    /// who look up many build a map.
    pub fn symbol(&self, name: &str) -> Option<Symbol> {
        let func = self.funcs.iter().position(|f| f.name == name);
        let global = || self.globals.iter().position(|g| g.name == name);
        let alias = || self.aliases.iter().position(|a| a.name == name);
        (func.map(|at| Symbol::Func(FuncId::new(at))))
            .or_else(|| global().map(|at| Symbol::Global(GlobalId::new(at))))
            .or_else(|| alias().map(|at| Symbol::Alias(AliasId::new(at))))
    }

    /// A constant by its id.
    ///
    /// # Panics
    /// If the id is of another module.
    #[inline]
    pub fn constant(&self, id: ConstId) -> &Const {
        &self.consts[id.index()]
    }

    /// A function by its id.
    ///
    /// # Panics
    /// If the id is of another module.
    #[inline]
    pub fn func(&self, id: FuncId) -> &Function {
        &self.funcs[id.index()]
    }

    /// A global variable by its id.
    ///
    /// # Panics
    /// If the id is of another module.
    #[inline]
    pub fn global(&self, id: GlobalId) -> &Global {
        &self.globals[id.index()]
    }

    /// All function ids in order.
    pub fn func_ids(&self) -> impl Iterator<Item = FuncId> + use<> {
        (0..self.funcs.len()).map(FuncId::new)
    }

    /// The function an operand names directly, through no computation.
    pub fn direct_callee(&self, operand: Operand) -> Option<FuncId> {
        let Operand::Const(id) = operand else { return None };
        match self.constant(id).kind {
            ConstKind::Func(func) => Some(func),
            _ => None,
        }
    }
}

impl Function {
    /// The type of an operand.
    ///
    /// # Panics
    /// If the operand is of another function or module.
    #[inline]
    pub fn operand_type(&self, module: &Module, operand: Operand) -> TypeId {
        match operand {
            Operand::Value(id) => self.value_type(id),
            Operand::Const(id) => module.constant(id).ty,
        }
    }
}
