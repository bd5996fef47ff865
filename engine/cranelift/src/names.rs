//! Names that the code refers to: functions and data of the program, the machine, the C
//! library.

use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::{FuncId, GlobalId, ParamAttrs, TypeId};
use cranelift_codegen::ir::{FuncRef, GlobalValue, SigRef};
use hashbrown::HashMap;

/// Names by number, as Cranelift's external names carry them. The maps are only looked up,
/// never walked, so the order of their entries does not matter.
#[derive(Debug, Default)]
pub(crate) struct Names {
    list: Vec<String>,
    by_name: HashMap<String, u32>,
    pub(crate) globals: HashMap<GlobalId, GlobalValue>,
    /// The same the other way round.
    pub(crate) owners: Vec<(GlobalValue, GlobalId)>,
    pub(crate) symbols: HashMap<u32, GlobalValue>,
    pub(crate) library: HashMap<u32, FuncRef>,
    pub(crate) addresses: HashMap<FuncId, FuncRef>,
    pub(crate) callees: Vec<Callee>,
    pub(crate) plain: Option<SigRef>,
}

/// A function as it was called before.
#[derive(Debug)]
pub(crate) struct Callee {
    pub(crate) func: FuncId,
    pub(crate) ty: TypeId,
    pub(crate) attrs: Vec<ParamAttrs>,
    pub(crate) reference: FuncRef,
}

impl Names {
    /// The number of a name.
    pub(crate) fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.by_name.get(name) {
            return *number;
        }
        let number = self.list.len() as u32;
        self.list.push(name.into());
        self.by_name.insert(name.into(), number);
        number
    }

    /// All names by number.
    pub(crate) fn into_list(self) -> Vec<String> {
        self.list
    }
}
