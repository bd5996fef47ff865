//! Compiles `../machine`, the pieces of machine that images carry, to one object.

use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=../machine");
    // What the pieces have in common with the kernel.
    for shared in ["rtc", "tables", "processors", "waiters"] {
        println!("cargo::rerun-if-changed=../../kernel/machine/src/{shared}.rs");
    }
    // And with the loader.
    println!("cargo::rerun-if-changed=../../boot/src/way_back/sector.rs");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let rustc = std::env::var_os("RUSTC").expect("cargo sets RUSTC");
    // An image has no position to be independent of and no interrupts that would spoil a red
    // zone. Every function gets a section of its own by default.
    let status = Command::new(&rustc)
        .args(["--edition", "2024", "--crate-type", "lib", "--emit", "obj"])
        .args(["--target", "x86_64-unknown-linux-gnu", "-C", "opt-level=z"])
        .args(["-C", "panic=abort", "-C", "codegen-units=1", "-C", "relocation-model=static"])
        .args(["-C", "force-unwind-tables=no", "../machine/src/lib.rs", "-o"])
        .arg(out.join("machine.o"))
        .status();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => panic!("{}: the machine pieces did not compile: {status}", rustc.display()),
        Err(error) => panic!("cannot run {}: {error}", rustc.display()),
    }
}
