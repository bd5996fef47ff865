//! The program as an ordinary process, with every check that rustc can put in: what damaged files are tried on.

use std::path::PathBuf;

use crate::compile::{Recipe, make, text};
use crate::place;

/// Sources of the program.
fn sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![place::workspace().join("images/llm")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// The program, linked with the host calls on system calls.
///
/// # Errors
/// What a compiler said.
pub fn program() -> Result<PathBuf, String> {
    let rust = |source: &str, kind: &str, suffix: &str, rest: &[String]| {
        let flags = "--edition=2024 -Cpanic=abort -Copt-level=1 -Cdebug-assertions=on -Coverflow-checks=on \
                     -Ccodegen-units=1 -o {out}";
        let mut args: Vec<String> = flags.split(' ').map(Into::into).collect();
        args.push(format!("--crate-type={kind}"));
        args.extend_from_slice(rest);
        args.push(text(&place::workspace().join("images/llm").join(source)));
        make(&Recipe { compiler: "rustc", args, inputs: sources(), suffix })
    };
    let kernels = rust("kernels/lib.rs", "rlib", "rlib", &["--crate-name=kernels".to_owned()])?;
    let kernels = format!("--extern=kernels={}", text(&kernels));
    let own = rust("main.rs", "staticlib", "a", &["--crate-name=llm".to_owned(), kernels])?;
    let object = |source: PathBuf| {
        let flags = "-c -O2 -w -ffreestanding -fno-builtin -fno-stack-protector -ffunction-sections -o {out}";
        let mut args: Vec<String> = flags.split(' ').map(Into::into).collect();
        args.push(text(&source));
        make(&Recipe { compiler: "clang-22", args, inputs: vec![source], suffix: "o" })
    };
    let objects = [
        object(place::workspace().join("tests/native/shim.c"))?,
        object(place::artefacts()?.join("libc.bc"))?,
        own,
    ];
    // Nothing unwinds, so what would be called then need not be there.
    let flags = "-nostdlib -static -Wl,--gc-sections -Wl,--unresolved-symbols=ignore-all -o {out}";
    let mut args: Vec<String> = flags.split(' ').map(Into::into).collect();
    args.extend(objects.iter().map(|object| text(object)));
    make(&Recipe { compiler: "clang-22", args, inputs: objects.to_vec(), suffix: "native" })
}
