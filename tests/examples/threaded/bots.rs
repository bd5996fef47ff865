//! The Barcelona OpenMP tasks: a program a folder, which checks itself when it is asked to.

use std::path::{Path, PathBuf};

use crate::program::Program;

/// Folder and arguments, small; `@` stands for the folder of inputs. Left out are `floorplan`, which ends by a
/// fault natively, too, `concom`, which prints what it does in the order of its threads, and `strassen`, which
/// compares a part of its result that it has never written.
const PROGRAMS: [(&str, &str); 11] = [
    ("alignment/alignment_for", "-f @/alignment/prot.20.aa"),
    ("alignment/alignment_single", "-f @/alignment/prot.20.aa"),
    ("fft", "-n 16384"),
    ("fib", "-n 18"),
    ("health", "-f @/health/test.input"),
    ("knapsack", "-f @/knapsack/knapsack-016.input"),
    ("nqueens", "-n 8"),
    ("sort", "-n 65536"),
    ("sparselu/sparselu_for", "-n 10 -m 10"),
    ("sparselu/sparselu_single", "-n 10 -m 10"),
    ("uts", "-f @/uts/test.input"),
];

/// What its makefiles tell of how it was compiled.
const TOLD: [&str; 6] = ["CDATE", "CC", "LD", "CMESSAGE", "LDFLAGS", "CFLAGS"];

pub(crate) fn programs(folder: &Path) -> Result<Vec<Program>, String> {
    let (common, inputs) = (folder.join("common"), folder.join("inputs"));
    let program = |(path, args): &(&str, &str)| {
        let own = folder.join("omp-tasks").join(path);
        let list =
            std::fs::read_dir(&own).map_err(|error| format!("{}: {error}", own.display()))?;
        let files = list.filter_map(|entry| Some(entry.ok()?.path()));
        let mut sources: Vec<PathBuf> =
            files.filter(|file| file.extension().is_some_and(|name| name == "c")).collect();
        sources.sort();
        sources.extend(["bots_main.c", "bots_common.c"].map(|file| common.join(file)));
        let mut flags: Vec<String> = TOLD.map(|name| format!("-D{name}=\"\"")).to_vec();
        flags.extend([&common, &own].map(|folder| format!("-I{}", folder.display())));
        let args = args.replace('@', &inputs.to_string_lossy());
        Ok(Program {
            name: path.rsplit('/').next().unwrap_or(path).into(),
            sources,
            flags,
            args: args.split(' ').chain(["-c"]).map(str::to_owned).collect(),
            folder: own,
            is_answer: |line| line.starts_with("Verification") || line.starts_with("Parameters"),
        })
    };
    PROGRAMS.iter().map(program).collect()
}
