//! Random C programs, from csmith: natively, grown, and shrunk they must print the same.
//!
//! `BAREFLOW_CSMITH=1..200` (or `cargo xtask shrunk --seeds 1..200`) tries many; a few otherwise.

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use bareflow_cranelift::Cranelift;
use bareflow_session::{Manifest, ModuleEntry, Thresholds};
use bareflow_shrink::Options;
use bareflow_shrink::shrink::shrink;

use crate::support::*;

/// Programs a machine.
const TOGETHER: usize = 5;
/// Seconds after which a native program counts as endless.
const NATIVE_LIMIT: &str = "0.2";

struct Random {
    seed: u64,
    bitcode: Vec<u8>,
    output: Vec<u8>,
}

/// The program of a seed; `None` when it does not end by itself.
fn make(folder: &Path, seed: u64) -> Option<Random> {
    let run = |command: &mut Command| {
        let done = command.current_dir(folder).output();
        done.unwrap_or_else(|error| panic!("{command:?}: {error}; run `cargo xtask setup`"))
    };
    let text = run(Command::new("csmith").args(["--seed", &seed.to_string()]));
    assert!(text.status.success(), "{}", String::from_utf8_lossy(&text.stderr));
    let source = format!("{seed}.c");
    std::fs::write(folder.join(&source), text.stdout).unwrap();
    let compile = |flags: &[&str], to: &str| {
        let mut command = Command::new("clang-22");
        command.args(["-w", "-I/usr/include/csmith", "-o", to, &source]).args(flags);
        let done = run(&mut command);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    let (native, bitcode) = (format!("./{seed}"), format!("{seed}.bc"));
    compile(&["-O1"], &native);
    let native = run(Command::new("timeout").args([NATIVE_LIMIT, &native]));
    if !native.status.success() {
        return None;
    }
    compile(&["-c", "-emit-llvm", ["-O0", "-O1", "-O2"][seed as usize % 3]], &bitcode);
    Some(Random {
        seed,
        bitcode: std::fs::read(folder.join(bitcode)).unwrap(),
        output: native.stdout,
    })
}

#[test]
fn random_programs_print_the_same_grown_and_shrunk() {
    let seeds = std::env::var("BAREFLOW_CSMITH").unwrap_or_else(|_| "1..12".into());
    let (first, last) = seeds.split_once("..").expect("BAREFLOW_CSMITH is A..B");
    let (first, last): (u64, u64) = (first.parse().unwrap(), last.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    // csmith keeps the sizes of types where it runs.
    std::fs::write(folder.path().join("platform.info"), "integer size = 4\npointer size = 8\n")
        .unwrap();
    let seeds: Vec<u64> = (first..=last).collect();
    let made = Mutex::new(Vec::new());
    in_parallel(&seeds, |seed| {
        let program = make(folder.path(), *seed);
        made.lock().unwrap().extend(program);
    });
    let mut programs: Vec<Random> = made.into_inner().unwrap();
    programs.sort_by_key(|program| program.seed);
    assert!(!programs.is_empty(), "none of seeds {first} to {last} ends");
    let groups: Vec<&[Random]> = programs.chunks(TOGETHER).collect();
    in_parallel(&groups, |group| check(group));
    println!(
        "seeds {first} to {last}: {} print the same natively, grown and shrunk; {} do not end",
        programs.len(),
        seeds.len() - programs.len()
    );
}

fn check(group: &[Random]) {
    let mut manifest = Manifest {
        thresholds: Some(Thresholds(1, 8, 40)),
        without: not_emulated(),
        ..Manifest::default()
    };
    let mut files = Vec::new();
    for program in group {
        let name = format!("seed{}", program.seed);
        let file = format!("{name}.bc");
        manifest.modules.push(ModuleEntry {
            name,
            files: vec![file.clone()],
            ..ModuleEntry::default()
        });
        files.push((format!("modules/{file}"), program.bitcode.clone()));
    }
    let seeds: Vec<u64> = group.iter().map(|program| program.seed).collect();
    let wanted: Vec<u8> = group.iter().flat_map(|program| program.output.clone()).collect();
    let wanted = String::from_utf8_lossy(&wanted);
    let grown = Growth { boots: 1, ..Growth::of(&manifest, &files) }.run();
    assert_eq!(String::from_utf8_lossy(&grown.output), wanted, "grown: seeds {seeds:?}");
    let bytes = std::fs::read(grown.snapshot()).unwrap();
    let options = Options { flat: true, ..Options::default() };
    let shrunk = shrink(&bytes, &Cranelift::new(), &options)
        .unwrap_or_else(|error| panic!("seeds {seeds:?}: {error}"));
    let run = boot_image(&shrunk.image.unwrap().file, |_| ());
    let output = String::from_utf8_lossy(&run.output);
    assert_eq!(output, wanted, "shrunk: seeds {seeds:?}: {}", run.outcome);
    assert_eq!(results(&run), grown.results, "seeds {seeds:?}");
}
