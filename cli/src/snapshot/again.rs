//! Makes code of a snapshot again, from the bitcode in it and from what compilers were told.
//!
//! Compilers give the same bytes for the same request on every machine. So code can be proved to be what an engine makes
//! of a program, whoever says so; and code that was not kept, such as that of variants that lost, can be looked at.

use bareflow_cranelift::Cranelift;
use bareflow_hosted::Resident;
use bareflow_ir::{BlockId, Module, Symbol};
use bareflow_llvm::{Llvm, Remembering};
use bareflow_object::{Compiler, CpuFeatures, Entry, Maker, Options, Request};
use bareflow_profile::{FunctionProfile, Level};
use bareflow_program::{Program, recorded};
use bareflow_records::{evidence_from_record, object_to_record};
use snapshot_fmt::{FunctionRecord, ObjectRecord, OsrRecord, Snapshot};

use crate::artefacts::Artefacts;

/// Code in a snapshot and how it was made.
#[derive(Clone, Copy)]
pub(crate) struct Made<'a> {
    level: u8,
    entry: Entry,
    compiler: &'a str,
    options: &'a str,
    features: &'a [String],
    epoch: Option<u32>,
    object: &'a ObjectRecord,
}

impl<'a> Made<'a> {
    /// The code that calls of a function run.
    pub fn of(function: &'a FunctionRecord) -> Option<Self> {
        function.object.as_ref().map(|object| Made {
            level: function.level,
            entry: Entry::Call,
            compiler: &function.compiler,
            options: &function.options,
            features: &function.features,
            epoch: function.epoch,
            object,
        })
    }

    /// Code that is entered in a loop.
    pub fn of_loop(osr: &'a OsrRecord) -> Self {
        Made {
            level: osr.level,
            entry: Entry::Loop(BlockId(osr.block)),
            compiler: &osr.compiler,
            options: &osr.options,
            features: &osr.features,
            epoch: osr.epoch,
            object: &osr.object,
        }
    }

    /// All code of a function.
    pub fn all(function: &'a FunctionRecord) -> impl Iterator<Item = Self> {
        Self::of(function).into_iter().chain(function.osr.iter().map(Self::of_loop))
    }

    /// Its level.
    pub fn level(&self) -> Level {
        Level::ALL.get(usize::from(self.level)).copied().unwrap_or_default()
    }

    /// The block that it is entered at, of code that is not entered by calls.
    pub fn block(&self) -> Option<u32> {
        match self.entry {
            Entry::Loop(block) => Some(block.0),
            Entry::Call => None,
        }
    }
}

/// The compilers that a snapshot's code may be of.
pub(crate) struct Makers {
    builtin: Cranelift,
    llvm: Option<Llvm<Remembering<Resident>>>,
}

impl Makers {
    /// The built-in compiler, and LLVM if it is here and any of the code is of it.
    pub fn of(snapshot: &Snapshot) -> Self {
        let made = snapshot.functions.iter().flat_map(Made::all);
        let wanted = made.into_iter().any(|made| made.compiler.starts_with("llvm "));
        let file = wanted.then(|| Artefacts::locate().path("compilers/llvm").ok()).flatten();
        let resident = file.and_then(|file| Resident::new(&file).ok());
        let llvm = resident.map(|resident| Llvm::new(Remembering::new(resident)));
        Self { builtin: Cranelift::new(), llvm }
    }

    /// The compiler that snapshots call `maker`.
    fn called(&self, maker: &str) -> Option<&dyn Compiler> {
        let is_llvm = |llvm: &&Llvm<Remembering<Resident>>| {
            maker == format!("{} {}", llvm.name(), llvm.version())
        };
        match maker == self.builtin.name() {
            true => Some(&self.builtin),
            false => self.llvm.as_ref().filter(is_llvm).map(|llvm| llvm as &dyn Compiler),
        }
    }

    /// The compiler that options name, if it is here.
    fn named(&self, maker: Maker) -> Option<&dyn Compiler> {
        match maker {
            Maker::Builtin => Some(&self.builtin),
            Maker::Llvm => self.llvm.as_ref().map(|llvm| llvm as &dyn Compiler),
        }
    }
}

/// Why code was not found to be the same.
#[derive(Debug)]
pub(crate) enum Why {
    /// It cannot be made here.
    Skipped(String),
    /// It is another, or cannot be made at all.
    Problem(String),
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Why::Skipped(why) | Why::Problem(why)) = self;
        f.write_str(why)
    }
}

/// One module's code, made again.
pub(crate) struct Again<'a> {
    makers: &'a Makers,
    program: Program,
    snapshot: &'a Snapshot,
    index: u32,
}

impl<'a> Again<'a> {
    /// Of module number `index`.
    ///
    /// # Errors
    /// It does not load.
    pub fn new(makers: &'a Makers, snapshot: &'a Snapshot, index: u32) -> Result<Self, String> {
        let module = snapshot.modules.get(index as usize).ok_or("there is no such module")?;
        let program =
            recorded(snapshot, module).map_err(|why| format!("module {}: {why}", module.name))?;
        Ok(Self { makers, program, snapshot, index })
    }

    /// What is known of the module's functions.
    pub fn functions(&self) -> impl Iterator<Item = &'a FunctionRecord> {
        let index = self.index;
        self.snapshot.functions.iter().filter(move |function| function.module == index)
    }

    /// Whether code is what its compiler makes again.
    ///
    /// # Errors
    /// It is not, or it cannot be told.
    pub fn same(&self, function: &FunctionRecord, made: &Made<'_>) -> Result<(), Why> {
        let options: Options = (made.options.parse())
            .map_err(|word| Why::Problem(format!("its options have the unknown word {word:?}")))?;
        let Some(compiler) = self.makers.called(made.compiler) else {
            let why = format!("made by {}, which is not here", made.compiler);
            return Err(Why::Skipped(why));
        };
        let anew = self.make(compiler, &function.name, made, &options)?;
        difference(made.object, &anew).map_or(Ok(()), |why| Err(Why::Problem(why)))
    }

    /// A variant of a function's code: as it was made, but with the options that a verdict calls the variant.
    ///
    /// # Errors
    /// It cannot be made here.
    pub fn variant(&self, function: &FunctionRecord, name: &str) -> Result<ObjectRecord, Why> {
        let made = Made::of(function).ok_or_else(|| Why::Skipped("there is no code".into()))?;
        if let Some(other) = name.strip_prefix(INSTEAD) {
            let options = Options::default();
            return self.make(&self.makers.builtin, other, &made, &options);
        }
        let options: Options = (name.parse())
            .map_err(|word| Why::Problem(format!("the unknown word {word:?} among options")))?;
        let compiler = match options.maker.or_else(|| usual(function)) {
            Some(maker) => self.makers.named(maker),
            None => self.makers.called(made.compiler),
        };
        let compiler = compiler.ok_or_else(|| Why::Skipped("its compiler is not here".into()))?;
        self.make(compiler, &function.name, &made, &options)
    }

    /// Compiles a function as `made` was, with other options.
    fn make(
        &self,
        compiler: &dyn Compiler,
        name: &str,
        made: &Made<'_>,
        options: &Options,
    ) -> Result<ObjectRecord, Why> {
        let level = made.level();
        let profile = match made.epoch {
            Some(epoch) => self.evidence(epoch),
            // Compilers use profiles from O2 on.
            None if level < Level::O2 => Vec::new(),
            None => return Err(Why::Skipped("it is not known from what profile".into())),
        };
        let module: &Module = &self.program.module;
        let func = module
            .func_ids()
            .find(|id| module.func(*id).name == name)
            .ok_or_else(|| Why::Problem("it is not in the program".into()))?;
        let cpu =
            CpuFeatures::from_names(made.features.iter().map(String::as_str)).map_err(|name| {
                Why::Problem(format!("it needs the unknown processor feature {name:?}"))
            })?;
        let (entry, profile) = (made.entry, &profile[..]);
        let request = Request { module, func, level, entry, profile, cpu, options };
        let object = compiler.compile(&request).map_err(|e| Why::Problem(e.to_string()))?;
        Ok(object_to_record(&object))
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

/// Whose code variants are whose options name no compiler; `None` where that is who made the code that stays. It is
/// another where a compiler was named to compete with the usual one and won.
fn usual(function: &FunctionRecord) -> Option<Maker> {
    let verdict = function.verdict.as_ref()?;
    let winner = &verdict.variants.get(verdict.winner as usize)?.name;
    match winner.parse::<Options>().ok()?.maker? {
        Maker::Builtin => Some(Maker::Llvm),
        // Variants of LLVM's own code name it among other options.
        Maker::Llvm if winner == Maker::Llvm.name() => Some(Maker::Builtin),
        Maker::Llvm => None,
    }
}

/// A variant that is another function (`Manifest::alternatives`).
const INSTEAD: &str = "instead=";

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
