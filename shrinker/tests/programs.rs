//! The C programs of the suite: grown in this process, shrunk, booted; both must print the same.
//!
//! Several programs make one image, as the machine runs them one after the other.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use bareflow_compile::Cranelift;
use bareflow_emulator::Input;
use bareflow_session::{Manifest, ModuleEntry, Thresholds};
use bareflow_shrink::shrink::shrink;
use bareflow_shrink::{Options, Policy};
use support::*;

#[test]
#[ignore = "run by other tests, as a child process"]
fn grow_child() {
    child();
}

/// Programs a machine.
const TOGETHER: usize = 8;

/// Programs that read files, which other tests are about.
const LEFT_OUT: [&str; 1] = ["files"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/programs/c")
}

/// Bitcode of the C files at `path`, a file or a folder.
fn bitcode(path: &Path) -> Vec<Vec<u8>> {
    let mut sources = Vec::new();
    if path.is_dir() {
        sources.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        sources.retain(|path| path.extension().is_some_and(|extension| extension == "c"));
        sources.sort();
    } else {
        sources.push(path.to_owned());
    }
    let compile = |source: &PathBuf| {
        let text = std::fs::read_to_string(source).unwrap();
        let flags = text.lines().take(5).find_map(|line| line.split_once("flags:"));
        let flags = flags.map_or("", |(_, flags)| flags).trim_end_matches("*/");
        let output = tempfile::NamedTempFile::new().unwrap();
        let done = Command::new("clang-22")
            .args(["-O1", "-emit-llvm", "-c", "-w", "-o"])
            .arg(output.path())
            .args(flags.split_whitespace())
            .arg(source)
            .output()
            .expect("clang-22 is there: run `cargo xtask setup`");
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{}: {said}", source.display());
        std::fs::read(output.path()).unwrap()
    };
    sources.iter().map(compile).collect()
}

struct Suite {
    names: Vec<String>,
    manifest: Manifest,
    files: Vec<(String, Vec<u8>)>,
}

fn suites() -> Vec<Suite> {
    let mut paths: Vec<_> =
        std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let name = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    paths.retain(|path| !LEFT_OUT.contains(&name(path).as_str()));
    if let Some(only) = std::env::var_os("BAREFLOW_ONLY") {
        paths.retain(|path| path.file_stem() == Some(&only));
    }
    let suite = |paths: &[PathBuf]| {
        let mut suite = Suite {
            names: paths.iter().map(name).collect(),
            manifest: Manifest { thresholds: Thresholds(2, 20, 200), ..Manifest::default() },
            files: Vec::new(),
        };
        for path in paths {
            let mut entry = ModuleEntry { name: name(path), ..ModuleEntry::default() };
            for (index, bytes) in bitcode(path).into_iter().enumerate() {
                let file = format!("{}.{index}.bc", name(path));
                entry.files.push(file.clone());
                suite.files.push((file, bytes));
            }
            suite.manifest.modules.push(entry);
        }
        suite
    };
    paths.chunks(TOGETHER).map(suite).collect()
}

#[test]
fn shrunk_programs_print_what_grown_ones_do() {
    let input = std::fs::read(folder().join("../data/input.txt")).unwrap();
    for suite in suites() {
        let files: Vec<_> =
            suite.files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
        let grown = grow_with(&suite.manifest, &files, &artefact("libc.bc"), 2, &input);
        let bytes = std::fs::read(grown.snapshot()).unwrap();
        let options =
            Options { policy: Policy::Reachable, flat: true, elf: false, ..Options::default() };
        let shrunk = shrink(&bytes, &Cranelift::new(), &options)
            .unwrap_or_else(|error| panic!("{:?}: {error}", suite.names));
        let image = shrunk.image.unwrap().file;
        println!("{:?}: {} bytes", suite.names, image.len());
        if let Some(path) = std::env::var_os("BAREFLOW_KEEP") {
            std::fs::write(&path, &image).unwrap();
            std::fs::copy(grown.snapshot(), Path::new(&path).with_extension("snapshot")).unwrap();
        }
        let run = boot_image(&image, |settings| {
            settings.input = Input::Bytes([input.as_slice(), b"\x04\x04\x04\x04"].concat());
        });
        let records = run.records.join("\n");
        let (theirs, ours) =
            (String::from_utf8_lossy(&grown.output), String::from_utf8_lossy(&run.output));
        assert_eq!(ours, theirs, "{:?}\n{records}", suite.names);
        assert_eq!(results(&run), grown.results, "{:?}\n{records}", suite.names);
        assert_eq!(run.outcome, expected(&grown.results));
    }
}
