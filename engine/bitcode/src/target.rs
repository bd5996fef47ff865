//! Which systems' bitcode can be run: x86-64 by the System V calling convention.
//!
//! Bitcode is no portable form: sizes of `long`, variadic arguments, structs in registers and
//! exceptions are those of its target by the time it is written. What is made for another system
//! would be read without an error and go wrong while it runs, so it is refused by its triple, and by
//! its data layout in case the triple does not say it.

use alloc::format;

use crate::error::Cause;

/// What to do about bitcode for another system.
const CURE: &str = "compile it with --target=x86_64-unknown-linux-gnu";

/// Parts of a triple that stand for another calling convention, C library or data model. All others
/// of x86-64 (Linux, the BSDs, bare metal) follow the System V ABI.
const FOREIGN: &[&str] = &[
    "windows",
    "win32",
    "msvc",
    "cygwin",
    "mingw",
    "uefi",
    "darwin",
    "macos",
    "macosx",
    "ios",
    "tvos",
    "watchos",
    "xros",
    "visionos",
    "driverkit",
    "bridgeos",
    "cuda",
    "nvcl",
    "nacl",
    "ps4",
    "ps5",
    "gnux32",
    "muslx32",
    "x32",
];

/// Refuses code for another system.
pub(crate) fn check_triple(triple: &str) -> Result<(), Cause> {
    let mut parts = triple.split('-');
    // `x86_64h` is a Haswell of macOS, and said to be of Apple behind it.
    let right = matches!(parts.next(), Some("" | "x86_64" | "amd64" | "x86_64h"));
    if !right {
        return refuse("another machine than x86-64", triple);
    }
    // A system may have its version behind its name: `macosx14.0.0`.
    let is = |part: &str, name: &str| {
        let version = part.strip_prefix(name);
        version.is_some_and(|version| !version.starts_with(|c: char| c.is_ascii_alphabetic()))
    };
    if parts.any(|part| FOREIGN.iter().any(|name| is(part, name))) {
        return refuse("another system", triple);
    }
    Ok(())
}

/// Refuses another layout of data, or that of another object format, which is told by how it mangles
/// names: `w` and `x` are those of Windows, `o` of macOS, and the rest of no system of x86-64.
pub(crate) fn check_layout(layout: &str) -> Result<(), Cause> {
    let wrong = layout.split('-').any(|part| {
        part == "E"
            || part.strip_prefix("p:").is_some_and(|size| !size.starts_with("64"))
            || part.strip_prefix("m:").is_some_and(|mangling| mangling != "e")
    });
    if wrong { refuse("another data layout than that of x86-64 and ELF", layout) } else { Ok(()) }
}

fn refuse(of: &str, what: &str) -> Result<(), Cause> {
    Err(Cause::Unsupported(format!("code for {of}: {what} ({CURE})")))
}
