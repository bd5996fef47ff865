//! Makes every object of a snapshot anew from the bitcode in it, and compares bytes.
//!
//! Compilers give the same bytes for the same request on every machine, so code that differs was
//! not made by this engine of this program: a compiler that is not what it says, or a snapshot
//! that somebody made by hand.

use bareflow_compile::{Compiler, CpuFeatures, Cranelift, Entry, Options, Request};
use bareflow_ir::{BlockId, Module};
use bareflow_profile::{FunctionProfile, Level};
use bareflow_program::{Library, Part, Program, Source, load};
use bareflow_records::{object_to_record, profile_from_record};
use indicatif::ProgressBar;
use snapshot_fmt::{FunctionRecord, ModuleRecord, ObjectRecord, Snapshot};

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

/// The level at which code for on-stack replacement is made.
const OSR_LEVEL: Level = Level::O2;

/// Does it for every module.
pub(super) fn recompile(snapshot: &Snapshot, progress: &ProgressBar) -> Recompiled {
    let mut result = Recompiled::default();
    let compiler = Cranelift::new();
    let foreign = !snapshot.engine.engine.ends_with(&compiler.version());
    for (index, module) in (0..).zip(&snapshot.modules) {
        match program(snapshot, module) {
            Err(why) => result.problems.push(format!("module {}: {why}", module.name)),
            Ok(program) => {
                let work = Work { compiler: &compiler, program: &program, snapshot, index };
                work.module(&mut result, progress);
            }
        }
    }
    if foreign && !result.problems.is_empty() {
        result.problems.push(format!(
            "made by engine {}; this tool has {}, whose code may well be another",
            snapshot.engine.engine,
            compiler.version()
        ));
    }
    result
}

fn program(snapshot: &Snapshot, module: &ModuleRecord) -> Result<Program, String> {
    let part = |file: &snapshot_fmt::BitcodeRecord| Part {
        file: file.name.clone(),
        bytes: file.bytes.clone(),
    };
    let source = Source {
        name: module.name.clone(),
        parts: snapshot.parts(module).map(part).collect(),
        entry: Some(module.entry.clone()),
        arg: module.arg,
    };
    let program = load(&source, &Library::default()).map_err(|error| error.to_string())?;
    if program.hash != module.hash {
        return Err("its hash is not that of its bitcode".into());
    }
    Ok(program)
}

/// One module being compiled.
struct Work<'a> {
    compiler: &'a Cranelift,
    program: &'a Program,
    snapshot: &'a Snapshot,
    index: u32,
}

impl Work<'_> {
    fn module(&self, result: &mut Recompiled, progress: &ProgressBar) {
        let profiles = self.profiles();
        for function in self.functions() {
            let Some(object) = &function.object else { continue };
            let level = Level::ALL.get(usize::from(function.level)).copied().unwrap_or_default();
            let main = (level, Entry::Call, object);
            let osr = function
                .osr
                .iter()
                .map(|osr| (OSR_LEVEL, Entry::Loop(BlockId(osr.block)), &osr.object));
            for (level, entry, object) in [main].into_iter().chain(osr) {
                let name = format!("{}:{}", self.program.name, function.name);
                match self.same(function, level, entry, object, &profiles) {
                    Ok(true) => result.same += 1,
                    Ok(false) => result.skipped.push(format!(
                        "{name}: made by {}, which is not in this tool",
                        function.compiler
                    )),
                    Err(why) => result.problems.push(format!("{name} at {level}: {why}")),
                }
            }
            progress.inc(1);
        }
    }

    fn functions(&self) -> impl Iterator<Item = &FunctionRecord> {
        self.snapshot.functions.iter().filter(|function| function.module == self.index)
    }

    /// Compiles and compares; `false` when the compiler is not here.
    fn same(
        &self,
        function: &FunctionRecord,
        level: Level,
        entry: Entry,
        object: &ObjectRecord,
        profiles: &[FunctionProfile],
    ) -> Result<bool, String> {
        if function.compiler != self.compiler.name() {
            return Ok(false);
        }
        let module: &Module = &self.program.module;
        let func = module
            .func_ids()
            .find(|id| module.func(*id).name == function.name)
            .ok_or("it is not in the program")?;
        let options: Options = match entry {
            Entry::Call => function
                .options
                .parse()
                .map_err(|word| format!("its options have the unknown word {word:?}"))?,
            Entry::Loop(_) => Options::default(),
        };
        let cpu = CpuFeatures::from_names(function.features.iter().map(String::as_str))
            .map_err(|name| format!("it needs the unknown processor feature {name:?}"))?;
        let profile = if level >= Level::O2 { profiles } else { &[] };
        let request = Request { module, func, level, entry, profile, cpu, options: &options };
        let made = self.compiler.compile(&request).map_err(|error| error.to_string())?;
        difference(object, &object_to_record(&made)).map_or(Ok(true), Err)
    }

    /// Profiles by function id, as the session hands them to the compiler.
    fn profiles(&self) -> Vec<FunctionProfile> {
        let module: &Module = &self.program.module;
        let of = |id| {
            let name = &module.func(id).name;
            let record = self.functions().find(|function| function.name == *name);
            record.map(|record| profile_from_record(&record.profile)).unwrap_or_default()
        };
        module.func_ids().map(of).collect()
    }
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
