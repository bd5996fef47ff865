//! PolyBench/C 4.2: a program a kernel, which prints its time, and its arrays on standard error.

use std::path::Path;

use bareflow_tests::process::Ended;

use crate::program::{Program, Reading};

/// The programs that its own list names.
pub(crate) fn programs(folder: &Path) -> Result<Vec<Program>, String> {
    let list = folder.join("utilities/benchmark_list");
    let text = std::fs::read_to_string(&list).map_err(|e| format!("{}: {e}", list.display()))?;
    let utilities = folder.join("utilities");
    let program = |line: &str| {
        let source = folder.join(line.trim_start_matches("./"));
        let own = source.parent().unwrap_or(folder);
        Program {
            name: source.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            flags: vec![
                format!("-I{}", utilities.display()),
                format!("-I{}", own.display()),
                "-DPOLYBENCH_TIME".into(),
                "-DPOLYBENCH_DUMP_ARRAYS".into(),
                "-DMEDIUM_DATASET".into(),
            ],
            sources: vec![source, utilities.join("polybench.c")],
            read,
        }
    };
    Ok(text.lines().filter(|line| !line.trim().is_empty()).map(program).collect())
}

fn read(ended: &Ended) -> Vec<Reading> {
    let said = String::from_utf8_lossy(&ended.out);
    let Ok(seconds) = said.trim().parse() else { return Vec::new() };
    let answer = String::from_utf8_lossy(&ended.err);
    vec![Reading { part: String::new(), seconds, answer: answer.into_owned() }]
}
