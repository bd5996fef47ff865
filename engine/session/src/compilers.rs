//! Which compiler serves which level, and with what options.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use bareflow_cranelift::Cranelift;
use bareflow_llvm::{Exchange, Llvm};
use bareflow_object::{Compiler, Object, Options, Request};
use bareflow_platform::Platform;
use bareflow_profile::Level;

/// Names of compilers, as manifests have them.
pub const COMPILERS: [&str; 2] = ["cranelift", "llvm"];

/// The compilers on board.
pub(crate) struct Compilers {
    /// The built-in one, which serves where no other does or can.
    cranelift: Cranelift,
    /// Others, each with the levels it serves.
    others: Vec<(Box<dyn Compiler>, Vec<Level>)>,
}

/// The platform's resident compiler.
struct Resident {
    platform: &'static dyn Platform,
    version: String,
}

impl Exchange for Resident {
    fn version(&self) -> String {
        self.version.clone()
    }

    fn ask(&self, request: &[u8]) -> Result<Vec<u8>, String> {
        self.platform.ask_compiler(request)
    }
}

impl Compilers {
    /// The built-in one alone.
    pub(crate) fn built_in() -> Self {
        Self { cranelift: Cranelift::new(), others: Vec::new() }
    }

    /// Those that `choices` name for levels, as far as the platform has them.
    pub(crate) fn new(platform: &'static dyn Platform, choices: &[(Level, String)]) -> Self {
        let of_llvm = choices.iter().filter(|(_, name)| name == "llvm");
        let levels: Vec<Level> = of_llvm.map(|(level, _)| *level).collect();
        let mut others: Vec<(Box<dyn Compiler>, Vec<Level>)> = Vec::new();
        if !levels.is_empty()
            && let Some(version) = platform.compiler_version()
        {
            others.push((Box::new(Llvm::new(Resident { platform, version })), levels));
        }
        Self { others, ..Self::built_in() }
    }

    /// Compilers of a level, the one to be asked first before the others. None for the
    /// interpreter, which needs none.
    fn of(&self, level: Level) -> impl Iterator<Item = &dyn Compiler> {
        let others = self.others.iter().filter(move |(_, levels)| levels.contains(&level));
        let built_in = (level != Level::Interp).then_some(&self.cranelift as &dyn Compiler);
        others.map(|(compiler, _)| &**compiler).chain(built_in)
    }

    /// The compiler called `name`, if it serves a level.
    pub(crate) fn named(&self, level: Level, name: &str) -> Option<&'static str> {
        self.of(level).map(Compiler::name).find(|known| *known == name)
    }

    /// Compiles; gives the name of the compiler that did. What one compiler cannot do the next one
    /// may.
    ///
    /// # Errors
    /// What each of them said.
    pub(crate) fn compile(
        &self,
        request: &Request<'_>,
        mut refused: impl FnMut(&str, &str),
    ) -> Result<(Object, &'static str), String> {
        let mut why = String::from("no compiler on board");
        for compiler in self.of(request.level) {
            match compiler.compile(request) {
                Ok(object) => return Ok((object, compiler.name())),
                Err(error) => {
                    why = error.to_string();
                    refused(compiler.name(), &why);
                }
            }
        }
        Err(why)
    }

    /// Changes when any compiler would make other code: part of a snapshot's fingerprint.
    pub(crate) fn version(&self) -> String {
        let others = self.others.iter().map(|(compiler, _)| compiler.version());
        let versions: Vec<String> =
            core::iter::once(self.cranelift.version()).chain(others).collect();
        versions.join("+")
    }
}

/// The options a level starts with. Below the top, code counts itself so that it can rise.
pub(crate) fn options(level: Level, rises: bool) -> Options {
    Options { instrument: rises && level < Level::O3, ..Options::default() }
}
