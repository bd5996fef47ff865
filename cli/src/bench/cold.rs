//! What asking LLVM costs: its first object in a process that has not asked before, and each function.

use std::path::Path;

use bareflow_hosted::{Resident, processor_time};
use bareflow_ir::Module as Ir;
use bareflow_llvm::Llvm;
use bareflow_object::{CompileError, Compiler, CpuFeatures, Entry, Options, Request};
use bareflow_profile::Level;
use serde::Serialize;

use crate::artefacts::Artefacts;
use crate::failure::{Failure, Kind};

/// Nanoseconds of a processor, this process's and the compiler's together, and bytes.
#[derive(Serialize, Clone, Debug)]
pub(super) struct Cold {
    /// From the first request to its object where the compiler has to be unpacked, checked, started and told.
    first_unpacked_ns: u64,
    /// The same where an earlier process has unpacked it.
    first_kept_ns: u64,
    /// Functions compiled.
    functions: usize,
    /// Functions that are left to the built-in compiler.
    refused: usize,
    /// What they took together, when it had begun; each the least of all rounds.
    all_ns: u64,
    /// The one that took most, and what.
    slowest: (String, u64),
    /// Bytes of code and constants.
    code_bytes: usize,
    /// Most memory that the compiler had.
    peak_bytes: u64,
    /// Bytes of its file.
    packed_bytes: u64,
}

/// Asks for every function of the programs, at the top level.
pub(super) fn measure(
    programs: &[Ir],
    rounds: u32,
    artefacts: &Artefacts,
) -> Result<Cold, Failure> {
    let file = artefacts.path("compilers/llvm")?;
    let packed_bytes = std::fs::metadata(&file).map_or(0, |data| data.len());
    let cache = tempfile::tempdir()
        .map_err(|error| Failure::new(Kind::Output, format!("a temporary folder: {error}")))?;
    let mut asked = programs.iter().flat_map(functions);
    let Some((module, func)) = asked.next() else {
        return Err(Failure::new(Kind::Failed, "there is no function to compile"));
    };
    let first = || Ok::<u64, Failure>(ask(&start(&file, cache.path())?, module, func)?.0);
    let (first_unpacked_ns, first_kept_ns) = (first()?, first()?);
    let mut cold = Cold {
        first_unpacked_ns,
        first_kept_ns,
        functions: 0,
        refused: 0,
        all_ns: 0,
        slowest: (String::new(), 0),
        code_bytes: 0,
        peak_bytes: 0,
        packed_bytes,
    };
    let llvm = start(&file, cache.path())?;
    ask(&llvm, module, func)?;
    for (module, func) in programs.iter().flat_map(functions) {
        let mut least = u64::MAX;
        let mut bytes = None;
        for _ in 0..rounds {
            let (ns, made) = ask(&llvm, module, func)?;
            least = least.min(ns);
            bytes = made;
        }
        let Some(bytes) = bytes else {
            cold.refused += 1;
            continue;
        };
        cold.functions += 1;
        cold.code_bytes += bytes;
        cold.all_ns += least;
        if least > cold.slowest.1 {
            cold.slowest = (module.func(func).name.clone(), least);
        }
    }
    cold.peak_bytes = llvm.0.usage().map_or(0, |usage| usage.peak_bytes);
    Ok(cold)
}

/// A compiler, and how to ask it.
struct Asked(std::sync::Arc<Resident>, Llvm<Shared>);

/// The resident compiler for both who asks and who measures.
#[derive(Debug)]
struct Shared(std::sync::Arc<Resident>);

impl bareflow_llvm::Exchange for Shared {
    fn version(&self) -> String {
        self.0.version().to_owned()
    }

    fn ask(&self, request: &[u8]) -> Result<Vec<u8>, String> {
        self.0.ask(request)
    }
}

fn start(file: &Path, cache: &Path) -> Result<Asked, Failure> {
    let resident = Resident::kept_in(file, cache).map_err(|error| Failure::input(file, error))?;
    let resident = std::sync::Arc::new(resident);
    Ok(Asked(resident.clone(), Llvm::new(Shared(resident))))
}

fn functions(module: &Ir) -> impl Iterator<Item = (&Ir, bareflow_ir::FuncId)> {
    let defined = |id: &bareflow_ir::FuncId| !module.func(*id).is_declaration();
    module.func_ids().filter(defined).map(move |id| (module, id))
}

/// What compiling a function takes, and bytes of what comes of it; `None` if it is refused.
fn ask(
    llvm: &Asked,
    module: &Ir,
    func: bareflow_ir::FuncId,
) -> Result<(u64, Option<usize>), Failure> {
    let taken = || processor_time() + llvm.0.usage().map_or(0, |usage| usage.processor_ns);
    let options = Options::default();
    let (cpu, level) = (CpuFeatures::detect(), Level::O3);
    let (entry, options) = (Entry::Call, &options);
    let request = Request { module, func, level, entry, profile: &[], cpu, options };
    let before = taken();
    let made = llvm.1.compile(&request);
    let ns = taken() - before;
    match made {
        Ok(object) => Ok((ns, Some(object.text.len() + object.consts.len()))),
        Err(CompileError::Unsupported { .. }) => Ok((ns, None)),
        Err(error) => Err(Failure::new(Kind::Failed, error.to_string())),
    }
}

pub(super) fn render(cold: &Cold) -> String {
    let ms = |ns: u64| ns as f64 / 1e6;
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    format!(
        "\n\nLLVM, processor time of both processes: first object after {:.0} ms where the compiler has to be unpacked, \
         {:.0} ms where an earlier process did\n{} functions at O3 in {:.0} ms, {:.1} ms each, at most {:.0} ({}); {} left to \
         the built-in compiler\n{} bytes of code; {:.1} MiB of memory at most; {} bytes on a disk",
        ms(cold.first_unpacked_ns),
        ms(cold.first_kept_ns),
        cold.functions,
        ms(cold.all_ns),
        ms(cold.all_ns) / cold.functions.max(1) as f64,
        ms(cold.slowest.1),
        cold.slowest.0,
        cold.refused,
        cold.code_bytes,
        mib(cold.peak_bytes),
        cold.packed_bytes,
    )
}
