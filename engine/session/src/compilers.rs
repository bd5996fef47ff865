//! Which compiler serves which level.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_cranelift::Cranelift;
use bareflow_llvm::{Exchange, Llvm, Remembering};
use bareflow_object::{CompileError, Compiler, Maker, Object, Request};
use bareflow_platform::Platform;
use bareflow_profile::Level;
use bareflow_report::Record;

/// Names of compilers, as manifests have them.
pub const COMPILERS: [&str; 2] = ["cranelift", "llvm"];

/// The compilers on board.
pub(crate) struct Compilers {
    /// Serves where no other does or can.
    builtin: Box<dyn Compiler>,
    llvm: Option<Other>,
}

/// A compiler beside the built-in one.
struct Other {
    compiler: Box<dyn Compiler>,
    /// The levels that it was named for, where it is asked first.
    serves: Vec<Level>,
    /// Whether it may be asked for code of the top level that competes with the built-in compiler's:
    /// nobody has named a compiler for that level.
    challenges: bool,
}

impl Other {
    fn serves(&self, level: Level) -> bool {
        self.serves.contains(&level)
    }

    /// Whether code of this level may be by it.
    fn makes(&self, level: Level) -> bool {
        self.serves(level) || (self.challenges && level == Level::O3)
    }
}

/// The platform's resident compiler. What it is is asked when somebody wants to know: on a machine that
/// means reading from the disk, which a boot that needs none of its code does not do.
struct Resident {
    platform: &'static dyn Platform,
}

impl Exchange for Resident {
    fn version(&self) -> String {
        self.platform.compiler_version().unwrap_or_default()
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
        Self { builtin: Box::new(Cranelift::new()), llvm: None }
    }

    /// The built-in one, and LLVM where `choices` name it for levels, or where they name none for the
    /// top level. What is named and not here is said.
    pub(crate) fn new(platform: &'static dyn Platform, choices: &[(Level, String)]) -> Self {
        let of_llvm = choices.iter().filter(|(_, name)| name == "llvm");
        let serves: Vec<Level> = of_llvm.map(|(level, _)| *level).collect();
        let challenges = choices.iter().all(|(level, _)| *level != Level::O3);
        if !serves.is_empty() && platform.compiler_version().is_none() {
            let text = "there is no compiler llvm here: the built-in one serves all levels";
            platform.record(&Record::Log { text: text.into() });
            return Self::builtin();
        }
        if serves.is_empty() && !challenges {
            return Self::builtin();
        }
        let compiler = Box::new(Llvm::new(Remembering::new(Resident { platform })));
        Self { llvm: Some(Other { compiler, serves, challenges }), ..Self::builtin() }
    }

    /// Whether there is a compiler that nobody has named for the top level and that may do better
    /// there.
    pub(crate) fn has_challenger(&self) -> bool {
        let challenges = |other: &Other| other.challenges && !other.compiler.version().is_empty();
        self.llvm.as_ref().is_some_and(challenges)
    }

    /// The compiler that snapshots call `maker`, if code of a level may be by it.
    pub(crate) fn of_maker(&self, level: Level, maker: &str) -> Option<&'static str> {
        let other = self.llvm.iter().filter(|other| other.makes(level)).map(|o| &*o.compiler);
        let mut all = core::iter::once(&*self.builtin).chain(other);
        all.find(|known| self.maker(known.name()) == maker).map(Compiler::name)
    }

    /// What snapshots call the compiler called `name`: the built-in one is as old as the engine, others
    /// have a version of their own, so that another one of that name makes no other's code stale.
    pub(crate) fn maker(&self, name: &str) -> String {
        let other = self.llvm.as_ref().map(|other| &other.compiler).filter(|c| c.name() == name);
        other.map_or_else(|| name.into(), |other| format!("{name} {}", other.version()))
    }

    /// Compiles, by the compiler that the options name, or else by the one that serves the level. What
    /// that one cannot do the built-in one may.
    pub(crate) fn compile(&self, request: &Request<'_>) -> Made {
        let serving = self.llvm.as_ref().filter(|other| other.serves(request.level));
        let refused = |what: &str| {
            let function = request.module.func(request.func).name.clone();
            Err(CompileError::Unsupported { function, what: what.into() })
        };
        let by = |compiler: &dyn Compiler, result, refused| Made {
            compiler: compiler.name(),
            result,
            refused,
        };
        let builtin = &*self.builtin;
        match (request.options.maker, &self.llvm, serving) {
            (Some(Maker::Llvm), Some(other), _) => {
                let result = other.compiler.compile(request);
                let why = result.as_ref().err().map(|why| (other.compiler.name(), why.clone()));
                by(&*other.compiler, result, why.into_iter().collect())
            }
            (Some(Maker::Llvm), None, _) => {
                by(builtin, refused("by LLVM, which is not here"), Vec::new())
            }
            (Some(Maker::Builtin), _, None) => {
                let what = "by the built-in compiler, which does all of this level";
                by(builtin, refused(what), Vec::new())
            }
            (None, _, Some(other)) => match other.compiler.compile(request) {
                Err(why) => {
                    let refused = Vec::from([(other.compiler.name(), why)]);
                    by(builtin, builtin.compile(request), refused)
                }
                result => by(&*other.compiler, result, Vec::new()),
            },
            (Some(Maker::Builtin) | None, ..) => by(builtin, builtin.compile(request), Vec::new()),
        }
    }

    /// Changes when the built-in compiler would make other code: part of a snapshot's fingerprint.
    pub(crate) fn version(&self) -> String {
        self.builtin.version()
    }
}
