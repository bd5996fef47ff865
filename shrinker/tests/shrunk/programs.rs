//! Every program of `tests/programs`, C, C++ and Rust: grown in this process, shrunk, booted; both must
//! print the same.
//!
//! Several programs make one image, as the machine runs them one after the other. With
//! `BAREFLOW_ONLY=NAME` (`c/input`) only that one is tried, with `BAREFLOW_KEEP=FILE` its image
//! stays. `cargo xtask shrunk --programs` tries bitcode of every level.

use std::path::{Path, PathBuf};

use bareflow_cranelift::Cranelift;
use bareflow_emulator::Input;
use bareflow_session::{Manifest, ModuleEntry, Thresholds};
use bareflow_shrink::shrink::shrink;
use bareflow_shrink::{Options, Policy};
use bareflow_tests::program::{self, Program};

use crate::support::*;

/// Programs a machine.
const TOGETHER: usize = 8;

/// Programs in Rust or C++ a machine: each carries the parts of its library that it uses.
const LARGE_TOGETHER: usize = 3;

struct Suite {
    names: Vec<String>,
    manifest: Manifest,
    files: Vec<(String, Vec<u8>)>,
    /// A folder of the disk that they read files of, and what is in it.
    disk: Vec<(String, PathBuf)>,
}

fn suite(programs: &[Program], level: u8) -> Suite {
    let mut suite = Suite {
        names: programs.iter().map(|program| program.name.clone()).collect(),
        manifest: Manifest {
            thresholds: Some(Thresholds(2, 20, 200)),
            without: not_emulated(),
            ..Manifest::default()
        },
        files: Vec::new(),
        disk: Vec::new(),
    };
    for program in programs {
        let name = program.name.replace('/', "-");
        let mut entry = ModuleEntry { name: name.clone(), ..ModuleEntry::default() };
        let files = program.bitcode(level, 22).unwrap_or_else(|why| panic!("{name}: {why}"));
        for (index, file) in files.iter().enumerate() {
            let own = format!("{name}.{index}.bc");
            entry.files.push(own.clone());
            suite.files.push((own, std::fs::read(file).unwrap()));
        }
        suite.manifest.modules.push(entry);
        // Several may read the same ones.
        for file in program.disk_files() {
            if !suite.disk.contains(&file) {
                suite.disk.push(file);
            }
        }
    }
    suite
}

fn suites() -> Vec<Suite> {
    let mut programs = program::all();
    programs.retain(|program| !program.dies);
    if let Ok(only) = std::env::var("BAREFLOW_ONLY") {
        programs.retain(|program| program.name == only);
    }
    // Bitcode of one level each, or of all.
    let levels = |index: usize| match std::env::var("BAREFLOW_PROGRAMS").as_deref() {
        Ok("all") => vec![0, 1, 2, 3],
        _ => vec![[1, 2, 3][index % 3]],
    };
    let mut suites = Vec::new();
    let (cxx, programs): (Vec<_>, Vec<_>) = programs.into_iter().partition(Program::is_cxx);
    let (rust, c): (Vec<_>, Vec<_>) = programs.into_iter().partition(Program::is_rust);
    let machines = c.chunks(TOGETHER).chain(rust.chunks(LARGE_TOGETHER));
    let machines = machines.chain(cxx.chunks(LARGE_TOGETHER));
    for (index, programs) in machines.enumerate() {
        suites.extend(levels(index).into_iter().map(|level| suite(programs, level)));
    }
    suites
}

#[test]
fn shrunk_programs_print_what_grown_ones_do() {
    let suites = suites();
    assert!(!suites.is_empty());
    in_parallel(&suites, check);
}

fn check(suite: &Suite) {
    let input = program::input();
    let mut files: Vec<_> = suite
        .files
        .iter()
        .map(|(name, bytes)| (format!("modules/{name}"), bytes.clone()))
        .collect();
    for (name, from) in &suite.disk {
        files.push((name.clone(), std::fs::read(from).unwrap()));
    }
    if suite.names.iter().any(|name| name.starts_with("cxx/")) {
        files.push(("boot/lib/libcxx.bc".to_owned(), artefact("libcxx.bc")));
    }
    let grown = Growth { boots: 1, input: &input, ..Growth::of(&suite.manifest, &files) }.run();
    let bytes = std::fs::read(grown.snapshot()).unwrap();
    let options =
        Options { policy: Policy::Reachable, flat: true, elf: false, ..Options::default() };
    let shrunk = shrink(&bytes, &Cranelift::new(), &options);
    let shrunk = shrunk.unwrap_or_else(|error| panic!("{:?}: {error}", suite.names));
    let image = shrunk.image.unwrap().file;
    println!("{:?}: {} bytes", suite.names, image.len());
    if let Some(path) = std::env::var_os("BAREFLOW_KEEP") {
        std::fs::write(&path, &image).unwrap();
        std::fs::copy(grown.snapshot(), Path::new(&path).with_extension("snapshot")).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let mut second = Vec::new();
    if !suite.disk.is_empty() {
        let files: Vec<_> =
            suite.disk.iter().map(|(to, from)| (to.as_str(), from.as_path())).collect();
        let disk = fat_disk(folder.path(), &files);
        second =
            vec!["-drive".to_owned(), format!("file={},format=raw,if=ide,index=1", disk.display())];
    }
    let run = boot_image(&image, |settings| {
        settings.input = Input::Bytes(typed(&input));
        settings.arguments = second.into_iter().map(Into::into).collect();
    });
    let records = run.records.join("\n");
    let (theirs, ours) =
        (String::from_utf8_lossy(&grown.output), String::from_utf8_lossy(&run.output));
    let same = ours.bytes().zip(theirs.bytes()).take_while(|(a, b)| a == b).count();
    let from = |text: &str| String::from_utf8_lossy(&text.as_bytes()[same..]).into_owned();
    let place = |text: &str| from(text).chars().take(80).collect::<String>();
    assert!(
        ours == theirs,
        "{:?}: from byte {same} on {:?}, grown {:?}; {}\n{records}",
        suite.names,
        place(&ours),
        place(&theirs),
        run.outcome
    );
    assert_eq!(results(&run), grown.results, "{:?}\n{records}", suite.names);
    assert_eq!(run.outcome, expected(&grown.results));
}
