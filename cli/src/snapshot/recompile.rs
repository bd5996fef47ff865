//! Makes every object of a snapshot anew from the bitcode in it, and compares bytes.
//!
//! Compilers give the same bytes for the same request on every machine, so code that differs was
//! not made by this engine of this program: a compiler that is not what it says, or a snapshot
//! that somebody made by hand.

use bareflow_cranelift::Cranelift;
use bareflow_hosted::Resident;
use bareflow_ir::{BlockId, Module, Symbol};
use bareflow_llvm::{Llvm, Remembering};
use bareflow_object::{Compiler, CpuFeatures, Entry, Options, Request};
use bareflow_profile::{FunctionProfile, Level};
use bareflow_program::{Program, recorded};
use bareflow_records::{evidence_from_record, object_to_record};
use indicatif::ProgressBar;
use snapshot_fmt::{FunctionRecord, ObjectRecord, Snapshot};

use crate::artefacts::Artefacts;

/// How it went.
#[derive(Default, Debug)]
pub(super) struct Recompiled {
    /// Objects with the same bytes.
    pub same: usize,
    /// Objects that could not be made here, and why.
    pub skipped: Vec<String>,
    /// Objects with other bytes, modules that do not load.
    pub problems: Vec<String>,
}

/// Does it for every module.
pub(super) fn recompile(snapshot: &Snapshot, progress: &ProgressBar) -> Recompiled {
    let mut result = Recompiled::default();
    let builtin = Cranelift::new();
    let llvm = llvm(snapshot);
    let own = bareflow_session::engine();
    for (index, module) in (0..).zip(&snapshot.modules) {
        match recorded(snapshot, module) {
            Err(why) => result.problems.push(format!("module {}: {why}", module.name)),
            Ok(program) => {
                let work = Work {
                    builtin: &builtin,
                    llvm: llvm.as_ref(),
                    program: &program,
                    snapshot,
                    index,
                };
                work.module(&mut result, progress);
            }
        }
    }
    if snapshot.engine.engine != own && !result.problems.is_empty() {
        result.problems.push(format!(
            "made by engine `{}`; this tool has `{own}`, whose code may well be another",
            snapshot.engine.engine,
        ));
    }
    result
}

/// LLVM, if it is here and any code was made by it.
fn llvm(snapshot: &Snapshot) -> Option<Llvm<Remembering<Resident>>> {
    let makers = snapshot.functions.iter().flat_map(codes).map(|made| made.compiler);
    let wanted = makers.into_iter().any(|maker| maker.starts_with("llvm "));
    let file = wanted.then(|| Artefacts::locate().path("compilers/llvm").ok())??;
    Resident::new(&file).ok().map(|resident| Llvm::new(Remembering::new(resident)))
}

/// One module being compiled.
struct Work<'a> {
    builtin: &'a Cranelift,
    llvm: Option<&'a Llvm<Remembering<Resident>>>,
    program: &'a Program,
    snapshot: &'a Snapshot,
    index: u32,
}

/// Code in a snapshot and how it was made.
struct Made<'a> {
    level: u8,
    entry: Entry,
    compiler: &'a str,
    options: &'a str,
    features: &'a [String],
    epoch: Option<u32>,
    object: &'a ObjectRecord,
}

/// All code of a function.
fn codes(function: &FunctionRecord) -> impl Iterator<Item = Made<'_>> {
    let main = function.object.iter().map(|object| Made {
        level: function.level,
        entry: Entry::Call,
        compiler: &function.compiler,
        options: &function.options,
        features: &function.features,
        epoch: function.epoch,
        object,
    });
    main.chain(function.osr.iter().map(|osr| Made {
        level: osr.level,
        entry: Entry::Loop(BlockId(osr.block)),
        compiler: &osr.compiler,
        options: &osr.options,
        features: &osr.features,
        epoch: osr.epoch,
        object: &osr.object,
    }))
}

impl Work<'_> {
    fn module(&self, result: &mut Recompiled, progress: &ProgressBar) {
        for function in self.functions() {
            for made in codes(function) {
                let level = Level::ALL.get(usize::from(made.level)).copied().unwrap_or_default();
                let mut name = format!("{}:{}", self.program.name, function.name);
                if let Entry::Loop(block) = made.entry {
                    name.push_str(&format!(" entered at block {}", block.0));
                }
                match self.same(function, level, &made) {
                    Ok(()) => result.same += 1,
                    Err(Why::Skipped(why)) => result.skipped.push(format!("{name}: {why}")),
                    Err(Why::Problem(why)) => {
                        result.problems.push(format!("{name} at {level}: {why}"));
                    }
                }
            }
            progress.inc(1);
        }
    }

    fn functions(&self) -> impl Iterator<Item = &FunctionRecord> {
        self.snapshot.functions.iter().filter(|function| function.module == self.index)
    }

    /// The compiler that snapshots call `maker`.
    fn of_maker(&self, maker: &str) -> Option<&dyn Compiler> {
        let is_llvm = |llvm: &&Llvm<Remembering<Resident>>| {
            maker == format!("{} {}", llvm.name(), llvm.version())
        };
        match maker == self.builtin.name() {
            true => Some(self.builtin),
            false => self.llvm.filter(is_llvm).map(|llvm| llvm as &dyn Compiler),
        }
    }

    /// Compiles and compares.
    fn same(&self, function: &FunctionRecord, level: Level, made: &Made<'_>) -> Result<(), Why> {
        let Some(compiler) = self.of_maker(made.compiler) else {
            let why = format!("made by {}, which is not here", made.compiler);
            return Err(Why::Skipped(why));
        };
        let profile = match made.epoch {
            Some(epoch) => self.evidence(epoch),
            // Compilers use profiles from O2 on.
            None if level < Level::O2 => Vec::new(),
            None => return Err(Why::Skipped("it is not known from what profile".into())),
        };
        let module: &Module = &self.program.module;
        let func = module
            .func_ids()
            .find(|id| module.func(*id).name == function.name)
            .ok_or_else(|| Why::Problem("it is not in the program".into()))?;
        let options: Options = (made.options.parse())
            .map_err(|word| Why::Problem(format!("its options have the unknown word {word:?}")))?;
        let cpu =
            CpuFeatures::from_names(made.features.iter().map(String::as_str)).map_err(|name| {
                Why::Problem(format!("it needs the unknown processor feature {name:?}"))
            })?;
        let (entry, profile) = (made.entry, &profile[..]);
        let request = Request { module, func, level, entry, profile, cpu, options: &options };
        let anew = compiler.compile(&request).map_err(|e| Why::Problem(e.to_string()))?;
        difference(made.object, &object_to_record(&anew))
            .map_or(Ok(()), |why| Err(Why::Problem(why)))
    }

    /// What compilers were told in an epoch, by function id.
    fn evidence(&self, epoch: u32) -> Vec<FunctionProfile> {
        let module: &Module = &self.program.module;
        let mut evidence = vec![FunctionProfile::default(); module.funcs.len()];
        for function in self.functions() {
            let told = function.evidence.iter().rfind(|(from, _)| *from <= epoch);
            let id = match module.symbol(&function.name) {
                Some(Symbol::Func(id)) => Some(id),
                _ => None,
            };
            if let (Some((_, told)), Some(id)) = (told, id) {
                evidence[id.index()] = evidence_from_record(told);
            }
        }
        evidence
    }
}

/// Why code was not found to be the same.
enum Why {
    /// It cannot be made here.
    Skipped(String),
    /// It is another, or cannot be made at all.
    Problem(String),
}

/// In what two objects differ.
fn difference(stored: &ObjectRecord, made: &ObjectRecord) -> Option<String> {
    if stored == made {
        return None;
    }
    Some(if stored.text.len() != made.text.len() {
        let (stored, made) = (stored.text.len(), made.text.len());
        format!("compiled anew it has {made} bytes of code, not {stored}")
    } else if let Some(at) = stored.text.iter().zip(&made.text).position(|(a, b)| a != b) {
        format!("compiled anew it has other code from byte {at:#x} on")
    } else if stored.consts != made.consts {
        "compiled anew it has other constants".into()
    } else {
        "compiled anew it has other relocations or blocks".into()
    })
}
