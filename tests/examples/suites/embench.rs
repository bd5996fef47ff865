//! Embench: a program a folder of `src`, between calls that say when to begin and to end timing, and a
//! check of its own whose answer is its status.

use std::path::{Path, PathBuf};

use bareflow_tests::process::Ended;

use crate::program::{Program, Reading};

/// What Embench asks of a board.
const BOARD: &str = r#"
#include <stdio.h>
#include <time.h>

static struct timespec from;

void initialise_board(void) {}
void start_trigger(void) { clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from); }
void stop_trigger(void) {
    struct timespec to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    double seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    printf("seconds %.9f\n", seconds);
}
"#;

fn sources(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let list = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let paths = list.filter_map(Result::ok).map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|name| name == "c")).collect();
    files.sort();
    Ok(files)
}

pub(crate) fn programs(folder: &Path) -> Result<Vec<Program>, String> {
    let board = std::env::temp_dir().join(format!("board-{}.c", std::process::id()));
    std::fs::write(&board, BOARD).map_err(|error| error.to_string())?;
    let support = folder.join("support");
    let list = std::fs::read_dir(folder.join("src")).map_err(|error| error.to_string())?;
    let mut folders: Vec<PathBuf> = list
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    let mut programs = Vec::new();
    for own in folders {
        let mut files = sources(&own)?;
        files.extend([support.join("main.c"), support.join("beebsc.c"), board.clone()]);
        programs.push(Program {
            name: own.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            sources: files,
            flags: vec![
                format!("-I{}", support.display()),
                format!("-I{}", own.display()),
                // Repetitions, some tenths of a second each; rounds before it is timed.
                "-DGLOBAL_SCALE_FACTOR=500".into(),
                "-DWARMUP_HEAT=1".into(),
            ],
            read,
        });
    }
    Ok(programs)
}

fn read(ended: &Ended) -> Vec<Reading> {
    let said = String::from_utf8_lossy(&ended.out);
    let seconds = said.lines().find_map(|line| line.strip_prefix("seconds "));
    let Some(seconds) = seconds.and_then(|text| text.parse().ok()) else { return Vec::new() };
    vec![Reading { part: String::new(), seconds, answer: ended.status.to_string() }]
}
