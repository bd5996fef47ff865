//! TSVC 2: one program of many loops, which prints a time and a checksum for each. It is given a hundredth
//! of its usual repetitions.

use std::path::Path;

use bareflow_tests::process::Ended;

use crate::program::{Program, Reading};

pub(crate) fn programs(folder: &Path) -> Result<Vec<Program>, String> {
    let from = folder.join("src");
    // The number of repetitions is a constant of its header: a copy has another one.
    let to = std::env::temp_dir().join(format!("tsvc-{}", std::process::id()));
    std::fs::create_dir_all(&to).map_err(|error| error.to_string())?;
    for name in ["tsvc.c", "common.c", "dummy.c", "common.h", "array_defs.h"] {
        let path = from.join(name);
        let text =
            std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let text = text.replace("#define iterations 100000", "#define iterations 1000");
        std::fs::write(to.join(name), text).map_err(|error| error.to_string())?;
    }
    let sources = ["tsvc.c", "common.c", "dummy.c"].map(|name| to.join(name)).to_vec();
    Ok(vec![Program { name: "tsvc".into(), sources, flags: Vec::new(), read }])
}

fn read(ended: &Ended) -> Vec<Reading> {
    let said = String::from_utf8_lossy(&ended.out);
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        let (part, seconds, answer) = (words.next()?, words.next()?, words.next()?);
        let seconds = seconds.parse().ok()?;
        Some(Reading { part: part.to_owned(), seconds, answer: answer.to_owned() })
    };
    said.lines().filter_map(line).collect()
}
