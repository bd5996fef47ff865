//! What linking gives.

use alloc::string::String;
use alloc::vec::Vec;

use crate::{FuncId, GlobalId, Module, Symbol, data};

/// What linking gives.
#[derive(Clone, Debug)]
pub struct Linked {
    /// The program.
    pub module: Module,
    /// Why each function is in it.
    pub func_why: Vec<Why>,
    /// The module that each function comes from, by its place among those that were linked.
    pub func_from: Vec<usize>,
    /// Why each variable is in it.
    pub global_why: Vec<Why>,
    /// Variables whose sections say that they point to functions which run before or after the
    /// program.
    pub arrays: Vec<(Array, GlobalId)>,
}

/// An array of functions that a section stands for (System V gABI, "Initialization and Termination
/// Functions").
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Array {
    /// `.preinit_array`: before everything.
    Before,
    /// `.init_array.N`: constructors of a priority, 65535 when none is given.
    Constructors(u32),
    /// `.fini_array.N`: the same of destructors.
    Destructors(u32),
}

/// Why a symbol is in a linked module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// It was asked for.
    Root,
    /// This symbol of the linked module refers to it.
    UsedBy(Symbol),
}

impl Linked {
    /// The root function called `name`, if it is defined; where that is a second name, the function
    /// behind it.
    pub fn root(&self, name: &str) -> Option<FuncId> {
        let module = &self.module;
        let id = match module.symbol(name)? {
            Symbol::Func(id) => id,
            Symbol::Alias(id) => {
                let target = data::evaluate(module, module.aliases[id.index()].target).ok()?;
                match target {
                    data::Scalar { plus: Some(Symbol::Func(id)), minus: None, value: 0 } => id,
                    _ => return None,
                }
            }
            Symbol::Global(_) => return None,
        };
        (!module.func(id).is_declaration()).then_some(id)
    }

    /// The name of whatever makes a symbol needed, for messages.
    pub fn user(&self, why: Why) -> String {
        match why {
            Why::Root => "the start of the program".into(),
            Why::UsedBy(Symbol::Func(id)) => self.module.func(id).name.clone(),
            Why::UsedBy(Symbol::Global(id)) => self.module.global(id).name.clone(),
            Why::UsedBy(Symbol::Alias(id)) => self.module.aliases[id.index()].name.clone(),
        }
    }
}

/// What a function is called where it is defined that others call `name`. Intrinsics of x86 are
/// ordinary functions of a library, there without the `llvm.` that no definition's name may begin
/// with; the other counters are the one of x86.
pub fn defined_name(name: &str) -> &str {
    match name.strip_prefix("llvm.") {
        Some(rest) if rest.starts_with("x86.") => rest,
        Some("readcyclecounter" | "readsteadycounter") => "x86.rdtsc",
        _ => name,
    }
}
