//! Which compiler serves which level.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_cranelift::Cranelift;
use bareflow_llvm::{Exchange, Llvm};
use bareflow_object::{CompileError, Compiler, Object, Request};
use bareflow_platform::Platform;
use bareflow_profile::Level;
use bareflow_report::Record;

/// Names of compilers, as manifests have them.
pub const COMPILERS: [&str; 2] = ["cranelift", "llvm"];

/// The compilers on board.
pub(crate) struct Compilers {
    /// Serves where no other does or can.
    builtin: Box<dyn Compiler>,
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

/// What compilers made of a request, the last of them by name.
pub(crate) struct Made {
    pub(crate) compiler: &'static str,
    pub(crate) result: Result<Object, CompileError>,
    /// Those that were asked before it, and why they did not do it.
    pub(crate) refused: Vec<(&'static str, CompileError)>,
}

impl Compilers {
    /// The built-in one alone.
    pub(crate) fn builtin() -> Self {
        Self { builtin: Box::new(Cranelift::new()), others: Vec::new() }
    }

    /// Those that `choices` name for levels, as far as the platform has them; what it has not is said.
    pub(crate) fn new(platform: &'static dyn Platform, choices: &[(Level, String)]) -> Self {
        let of_llvm = choices.iter().filter(|(_, name)| name == "llvm");
        let levels: Vec<Level> = of_llvm.map(|(level, _)| *level).collect();
        let mut others: Vec<(Box<dyn Compiler>, Vec<Level>)> = Vec::new();
        if !levels.is_empty() {
            match platform.compiler_version() {
                Some(version) => {
                    others.push((Box::new(Llvm::new(Resident { platform, version })), levels));
                }
                None => {
                    let text = "there is no compiler llvm here: the built-in one serves all levels";
                    platform.record(&Record::Log { text: text.into() });
                }
            }
        }
        Self { others, ..Self::builtin() }
    }

    /// Those beside the built-in one that serve a level.
    fn others(&self, level: Level) -> impl Iterator<Item = &dyn Compiler> {
        let serving = self.others.iter().filter(move |(_, levels)| levels.contains(&level));
        serving.map(|(compiler, _)| &**compiler)
    }

    /// The compiler that snapshots call `maker`, if it serves a level.
    pub(crate) fn of_maker(&self, level: Level, maker: &str) -> Option<&'static str> {
        let mut all = self.others(level).chain([&*self.builtin]);
        all.find(|known| self.maker(known.name()) == maker).map(Compiler::name)
    }

    /// What snapshots call the compiler called `name`: the built-in one is as old as the engine, others
    /// have a version of their own, so that another one of that name makes no other's code stale.
    pub(crate) fn maker(&self, name: &str) -> String {
        let other = self.others.iter().map(|(compiler, _)| compiler).find(|c| c.name() == name);
        other.map_or_else(|| name.into(), |other| format!("{name} {}", other.version()))
    }

    /// Compiles. What one compiler cannot do the next one may.
    pub(crate) fn compile(&self, request: &Request<'_>) -> Made {
        let mut refused = Vec::new();
        let others = self.others(request.level).filter(|_| !request.options.builtin);
        for compiler in others {
            match compiler.compile(request) {
                Err(error) => refused.push((compiler.name(), error)),
                result => return Made { compiler: compiler.name(), result, refused },
            }
        }
        let compiler = &self.builtin;
        if request.options.builtin && self.others(request.level).next().is_none() {
            let function = request.module.func(request.func).name.clone();
            let what = "by the built-in compiler, which does all of this level".into();
            let result = Err(CompileError::Unsupported { function, what });
            return Made { compiler: compiler.name(), result, refused };
        }
        Made { compiler: compiler.name(), result: compiler.compile(request), refused }
    }

    /// Changes when the built-in compiler would make other code: part of a snapshot's fingerprint.
    pub(crate) fn version(&self) -> String {
        self.builtin.version()
    }
}
