//! Which compiler serves which level, and with what options.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_cranelift::Cranelift;
use bareflow_object::{Compiler, Options};
use bareflow_profile::Level;

/// The compilers on board.
pub(crate) struct Compilers {
    list: Vec<Box<dyn Compiler>>,
}

impl Compilers {
    pub(crate) fn new() -> Self {
        Self { list: Vec::from([Box::new(Cranelift::new()) as Box<dyn Compiler>]) }
    }

    /// The compiler of a level. `None` for the interpreter, which needs none.
    pub(crate) fn of(&self, level: Level) -> Option<&dyn Compiler> {
        match level {
            Level::Interp => None,
            _ => self.list.first().map(|compiler| &**compiler),
        }
    }

    /// Changes when any compiler would make other code: part of a snapshot's fingerprint.
    pub(crate) fn version(&self) -> String {
        let versions: Vec<String> = self.list.iter().map(|compiler| compiler.version()).collect();
        versions.join("+")
    }
}

/// The options a level starts with. Below the top, code counts itself so that it can rise.
pub(crate) fn options(level: Level, rises: bool) -> Options {
    Options { instrument: rises && level < Level::O3, ..Options::default() }
}
