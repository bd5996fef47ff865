//! Notes in objects that say where their bitcode is.
//!
//! A section that is not loaded, and that linkers and `strip` leave as it is: paths, each with a zero behind it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use object::read::elf::ElfFile64;
use object::{Object, ObjectSection};

use super::tool;
use crate::failure::Failure;
use crate::output_file::write_bytes;

const SECTION: &str = ".bareflow";

/// The tool that writes notes, and its package.
pub(super) const TOOL: (&str, &str) = ("llvm-objcopy-22", "llvm-22");

/// Puts a note into an object; `beside` is a file for it.
pub(super) fn write(object: &Path, bitcode: &Path, beside: &Path) -> Result<(), Failure> {
    let text = [bitcode.as_os_str().as_bytes(), b"\0"].concat();
    write_bytes(beside, &text)?;
    let mut section = OsString::from(format!("--add-section={SECTION}="));
    section.push(beside);
    let (name, package) = TOOL;
    let status = Command::new(name).arg(section).arg(object).stdin(Stdio::null()).status();
    tool::ended(status, name, package)?;
    std::fs::remove_file(beside).map_err(|error| Failure::output(beside, error))
}

/// What a program says that it is made of, each once; `None`: no program of this kind of machine, or without notes.
pub(super) fn of(program: &[u8]) -> Option<Vec<PathBuf>> {
    let file = ElfFile64::<object::Endianness>::parse(program).ok()?;
    if file.entry() == 0 {
        return None; // an object
    }
    let notes = file.section_by_name(SECTION)?.data().ok()?;
    let mut found: Vec<PathBuf> = Vec::new();
    for path in notes.split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
        let path = PathBuf::from(OsStr::from_bytes(path));
        if !found.contains(&path) {
            found.push(path);
        }
    }
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_program_has_no_notes() {
        assert_eq!(of(b""), None);
        assert_eq!(of(b"\x7fELF and then nothing"), None);
    }
}
