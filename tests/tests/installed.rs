//! What `cargo xtask dist` makes, as somebody has it who has nothing else: in an empty folder, without a
//! checkout, with a search path and no other environment.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bareflow_tests::place;
use bareflow_tests::tool::text;

/// The tar file, unpacked into `folder`; the folder of its programs.
fn unpack(folder: &Path) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let made = Command::new(cargo)
        .args(["run", "--quiet", "--release", "--package", "xtask", "--", "dist"])
        .current_dir(place::workspace())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let said = String::from_utf8(made.stdout).unwrap();
    let tar = said.lines().last().unwrap();
    let tarred = Command::new("tar").args(["-xzf", tar, "-C"]).arg(folder).status().unwrap();
    assert!(tarred.success());
    let inside = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    for file in ["share/man/man1/bareflow-grow.1", "share/bash-completion/completions/bareflow"] {
        assert!(inside.join(file).is_file(), "{file} is not in it");
    }
    inside.join("bin")
}

/// Runs one of the programs in `folder`, with PATH alone.
fn run(bin: &Path, folder: &Path, line: &str) -> Output {
    let mut words = line.split_whitespace();
    let name = words.next().unwrap();
    let output = Command::new(bin.join(name))
        .args(words)
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("TMPDIR", folder.join("tmp"))
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{line}: {}\n{said}", output.status);
    assert!(!said.contains(text(place::workspace())), "{line} names the checkout: {said}");
    output
}

#[test]
fn a_program_runs_grows_and_shrinks_with_nothing_but_what_is_installed() {
    let (unpacked, work) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let bin = unpack(unpacked.path());
    let folder = work.path();
    std::fs::create_dir(folder.join("tmp")).unwrap();
    let source = "#include <stdio.h>\nint main(void) { puts(\"hello\"); return 0; }\n";
    std::fs::write(folder.join("hello.c"), source).unwrap();
    let clang = Command::new("clang-22")
        .args(["-O2", "-emit-llvm", "-c", "hello.c"])
        .current_dir(folder)
        .status()
        .unwrap();
    assert!(clang.success());
    let said = |line: &str| String::from_utf8(run(&bin, folder, line).stdout).unwrap();
    let doctor = said("bareflow doctor");
    assert!(doctor.contains("inside this program"), "{doctor}");
    assert_eq!(said("bareflow run hello.bc"), "hello\n");
    let _ = said("bareflow image -o hello.img hello.bc");
    let grown = said("bareflow grow hello.img --boots 2");
    assert_eq!(grown.lines().count(), 2, "{grown}");
    let shrunk = said("bareflow shrink hello.img -o small.img");
    assert!(shrunk.contains("wrote small.img"), "{shrunk}");
    assert_eq!(said("bareflow boot small.img"), "hello\n");
    let page = said("bareflow explore hello.img -o page.html");
    assert!(page.contains("page.html") && folder.join("page.html").is_file(), "{page}");
    let demo = said("bareflow demo --hosted --small --boots 1");
    assert!(demo.contains("equal"), "{demo}");
    let _ = said("bareflow-shrink hello.img -o other.img");
    let one = std::fs::read(folder.join("small.img")).unwrap();
    assert_eq!(one, std::fs::read(folder.join("other.img")).unwrap(), "two names of one thing");
}
