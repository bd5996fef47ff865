//! What `grow` and `boot` show while a machine runs: on a terminal a line in place, in a pipe nothing.

use std::path::Path;
use std::process::Command;

use bareflow_tests::grown::{image, modules};
use bareflow_tests::place;
use bareflow_tests::tool::text;
use serde_json::json;

/// A disk with modules that run for some seconds when they are emulated.
fn disk(folder: &Path) -> String {
    let all = modules();
    let some: Vec<_> =
        all.into_iter().filter(|m| ["primes", "sha256"].contains(&&*m.name)).collect();
    text(&image(folder, "live", &some, &json!({ "calls": 3 }))).to_owned()
}

fn tool() -> String {
    text(&place::tool("bareflow").unwrap()).to_owned()
}

/// Runs a command on a terminal of its own; all that it shows there.
fn on_a_terminal(line: &str) -> String {
    let output = Command::new("script")
        .args(["-q", "-e", "-c", line, "/dev/null"])
        .env("TERM", "xterm")
        .env("BAREFLOW_ARTEFACTS", place::artefacts().unwrap())
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What is left on the screen of all that was written to it: enough of a terminal for lines that are
/// drawn over.
fn screen(shown: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let (mut row, mut column) = (0, 0);
    let mut rest = shown.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' => column = 0,
            '\n' => {
                row += 1;
                if row == lines.len() {
                    lines.push(String::new());
                }
            }
            '\x1b' => {
                rest.next_if_eq(&'[');
                let mut number = String::new();
                while let Some(digit) = rest.next_if(|c| !c.is_ascii_alphabetic()) {
                    number.push(digit);
                }
                let count = number.parse().unwrap_or(1);
                match rest.next() {
                    Some('A') => row = row.saturating_sub(count),
                    Some('B') => row = (row + count).min(lines.len() - 1),
                    Some('K') if number == "2" => lines[row].clear(),
                    Some('K') => lines[row] = lines[row].chars().take(column).collect(),
                    _ => {}
                }
            }
            c => {
                let mut cells: Vec<char> = lines[row].chars().collect();
                cells.resize(cells.len().max(column + 1), ' ');
                cells[column] = c;
                column += 1;
                lines[row] = cells.into_iter().collect();
            }
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
}

#[test]
fn a_terminal_shows_what_happens_and_keeps_the_summary() {
    let folder = tempfile::tempdir().unwrap();
    let shown = on_a_terminal(&format!("{} grow {} --boots 2", tool(), disk(folder.path())));
    assert!(shown.contains("booting"), "{shown:?}");
    assert!(shown.contains(" waiting  code "), "how it goes: {shown:?}");
    let left = screen(&shown);
    assert_eq!(left.len(), 3, "two boots, and where to look further: {left:?}");
    assert!(left[0].starts_with("boot 1: program ") && left[1].starts_with("boot 2: program "));
    assert!(left[2].starts_with("look through it: bareflow explore "), "{left:?}");
}

#[test]
fn a_terminal_shows_how_often_a_program_writes() {
    let folder = tempfile::tempdir().unwrap();
    let [source, bitcode, disk] = ["slow.c", "slow.bc", "slow.img"].map(|n| folder.path().join(n));
    // Nothing in it rises while it waits, so that nothing but its writing is news.
    let program = "#include <time.h>\n#include <unistd.h>\nint main(void) {\n\
                   struct timespec moment = {0, 50000000};\n\
                   for (int i = 0; i < 30; i++) { write(1, \"token \", 6); nanosleep(&moment, 0); }\n}\n";
    std::fs::write(&source, program).unwrap();
    let mut clang = Command::new("clang-22");
    clang.args(["-O1", "-c", "-emit-llvm", "-o"]).arg(&bitcode).arg(&source);
    assert!(clang.status().unwrap().success());
    let image = on_a_terminal(&format!("{} image -o {} {}", tool(), text(&disk), text(&bitcode)));
    let shown = on_a_terminal(&format!("{} grow {} --boots 1", tool(), text(&disk)));
    let said: Vec<f64> = shown
        .split(" writes/s")
        .filter_map(|before| before.rsplit(' ').next()?.parse().ok())
        .collect();
    let last = said.last().unwrap_or_else(|| panic!("how often it writes: {image}{shown:?}"));
    assert!((1.0..=20.5).contains(last), "twenty times a second at most: {said:?}");
}

#[test]
fn a_pipe_has_nothing_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let disk = disk(folder.path());
    for command in [vec!["grow", &disk, "--boots", "1"], vec!["boot", &disk]] {
        let output = Command::new(tool())
            .args(&command)
            .env("BAREFLOW_ARTEFACTS", place::artefacts().unwrap())
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let all = [output.stdout, output.stderr].concat();
        let all = String::from_utf8_lossy(&all);
        assert!(!all.contains('\x1b') && !all.contains('\r'), "{all:?}");
        assert!(!all.contains("booting"), "{all:?}");
        assert_eq!(all.lines().count(), 1, "the summary alone: {all}");
    }
}

#[test]
fn a_screen_is_what_was_drawn_last() {
    assert_eq!(screen("abc\rx\r\nlong line\r\x1b[2Kdone"), ["xbc", "done"]);
    assert_eq!(screen("one\r\ntwo\x1b[1A\r\x1b[K"), ["two"]);
}
