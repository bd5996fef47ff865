//! Which compiler serves which level.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_cranelift::Cranelift;
use bareflow_object::Compiler;
use bareflow_profile::Level;

/// The compilers on board.
pub(crate) struct Compilers {
    builtin: Box<dyn Compiler>,
}

impl Compilers {
    pub(crate) fn new() -> Self {
        Self { builtin: Box::new(Cranelift::new()) }
    }

    /// The compiler of a level. Nothing is compiled for the interpreter.
    pub(crate) fn of(&self, _level: Level) -> &dyn Compiler {
        &*self.builtin
    }

    /// Changes when any compiler would make other code: part of a snapshot's fingerprint.
    pub(crate) fn version(&self) -> String {
        let all = [&self.builtin];
        let versions: Vec<String> = all.iter().map(|compiler| compiler.version()).collect();
        versions.join("+")
    }
}
