//! The functions of a program, as calls need them.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bareflow_ir::layout::alloc_size;
use bareflow_ir::{FuncId, Module, Symbol, TypeId};
use hashbrown::HashSet;
use spin::Once;

use super::function::Callee;
use super::inst::Ip;
use crate::World;
use crate::bridge::Bridge;

/// All functions of a program.
pub(crate) struct Functions {
    module: Arc<Module>,
    callees: Box<[Callee]>,
    /// `None` for what cannot be passed.
    bridges: Box<[Option<Bridge>]>,
    /// Addresses of functions that are only declared.
    outside: Once<HashSet<u64>>,
}

impl Functions {
    /// The functions of `module`: `entry` stands in for the code of each, and each is first
    /// reported after `hot_at` calls.
    pub fn new(module: Arc<Module>, entry: Ip, hot_at: u64) -> Self {
        let callee = |id| Callee::new(id, entry, hot_at);
        Self {
            callees: module.func_ids().map(callee).collect(),
            bridges: module.func_ids().map(|id| bridge_of(&module, id)).collect(),
            outside: Once::new(),
            module,
        }
    }

    /// The program.
    pub fn module(&self) -> &Arc<Module> {
        &self.module
    }

    pub fn callee(&self, func: FuncId) -> &Callee {
        &self.callees[func.index()]
    }

    pub fn name(&self, func: FuncId) -> &str {
        &self.module.func(func).name
    }

    /// How a function is called from outside.
    pub fn bridge(&self, func: FuncId) -> &Bridge {
        static NONE: Bridge = Bridge::none();
        self.bridges[func.index()].as_ref().unwrap_or(&NONE)
    }

    /// Whether a function can be called by the calling convention at all.
    pub fn passable(&self, func: FuncId) -> bool {
        self.bridges[func.index()].is_some()
    }

    /// The function *defined* here at an address.
    pub fn function_at(&self, world: &dyn World, address: u64) -> Option<FuncId> {
        let func = world.function_at(address)?;
        let known = self.module.funcs.get(func.index())?;
        (!known.is_declaration()).then_some(func)
    }

    /// Whether the address is that of a function that is declared here and defined outside.
    pub fn is_outside(&self, world: &dyn World, address: u64) -> bool {
        let known = self.outside.call_once(|| {
            let declared = |id: &FuncId| self.module.func(*id).is_declaration();
            let address = |id| world.address(Symbol::Func(id));
            self.module.func_ids().filter(declared).filter_map(address).collect()
        });
        known.contains(&address)
    }
}

fn bridge_of(module: &Module, id: FuncId) -> Option<Bridge> {
    let func = module.func(id);
    let (ret, params, varargs) = module.types.signature(func.ty)?;
    let args = param_places(module, params);
    Bridge::new(&module.types, ret, &args, &func.params, func.ret, varargs).ok()
}

/// Types and places of parameters in a frame: they come first, in order.
fn param_places(module: &Module, params: &[TypeId]) -> Vec<(TypeId, u32)> {
    let mut at = 0u32;
    let place = |ty: &TypeId| {
        let here = at;
        let bytes = alloc_size(&module.types, *ty);
        at = at.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX).div_ceil(8) * 8);
        (*ty, here)
    };
    params.iter().map(place).collect()
}
