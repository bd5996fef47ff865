//! The interpreter of one program.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bareflow_ir::{FuncId, Module};
use bareflow_profile::FunctionProfile;

use crate::{RegFrame, Trap, World};

/// Settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// Count of calls at which a function is first reported ([`World::hot_call`]).
    pub hot_calls: u64,
    /// Count of one back edge at which a loop is first reported ([`World::hot_loop`]).
    pub hot_loops: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            hot_calls: 100,
            hot_loops: 1000,
        }
    }
}

/// Something that cannot be interpreted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unsupported {
    /// The function it is in.
    pub function: String,
    /// The instruction, intrinsic or type, in words.
    pub what: String,
}

impl core::fmt::Display for Unsupported {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}: cannot interpret {}", self.function, self.what)
    }
}

impl core::error::Error for Unsupported {}

/// Everything in `func` that cannot be interpreted; empty when all of it can. A declaration
/// has nothing in it.
pub fn check(module: &Module, func: FuncId) -> Vec<Unsupported> {
    let _ = (module, func);
    Vec::new()
}

/// The interpreter of one program.
#[derive(Debug)]
pub struct Interp {
    module: Arc<Module>,
    config: Config,
}

impl Interp {
    /// An interpreter that has decoded nothing yet. Aliases must be gone (linking removes
    /// them) except where every use of one is a constant.
    pub fn new(module: Arc<Module>, config: Config) -> Self {
        Self { module, config }
    }

    /// The program.
    pub fn module(&self) -> &Arc<Module> {
        &self.module
    }

    /// From now on calls of `func` go to the machine code at `entry`; with 0 they are
    /// interpreted. Calls that are being interpreted go on so.
    pub fn set_native(&self, func: FuncId, entry: u64) {
        let _ = (func, entry, &self.config);
    }

    /// Calls `func` with the words of its parameters, one after the other, as they lie in its
    /// value frame ([`bareflow_ir::layout::ValueFrame`]), and gives the words of its result.
    ///
    /// # Errors
    /// Why the program could not go on. A trap behind a native frame goes to
    /// [`World::trap`] instead.
    pub fn call(&self, world: &dyn World, func: FuncId, args: &[u64]) -> Result<Vec<u64>, Trap> {
        let _ = (world, func, args);
        todo!()
    }

    /// Runs `func` for native code that called it: reads the arguments where
    /// [`bareflow_ir::abi::lower`] says from `regs` and `stack_args` (the address of the first
    /// stack argument) and leaves the result in `regs`. A trap goes to [`World::trap`].
    ///
    /// # Safety
    /// `regs` and `stack_args` hold a call of `func` by the C calling convention.
    pub unsafe fn enter(
        &self,
        world: &dyn World,
        func: FuncId,
        regs: &mut RegFrame,
        stack_args: *const u8,
    ) {
        let _ = (world, func, regs, stack_args);
        todo!()
    }

    /// What was counted for `func` so far. Cycles are not measured here.
    pub fn profile(&self, func: FuncId) -> FunctionProfile {
        let _ = func;
        FunctionProfile::default()
    }
}
