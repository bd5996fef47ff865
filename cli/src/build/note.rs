//! Notes in objects that say where their bitcode is.
//!
//! A section that is not loaded, and that linkers and `strip` leave as it is: paths, each with a zero behind it.

use std::path::{Path, PathBuf};

use object::read::elf::ElfFile64;
use object::{Object, ObjectSection};

const SECTION: &str = ".bareflow";

/// A header that puts a note into whatever includes it.
pub(super) fn header(bitcode: &Path) -> String {
    // Once for the assembler's string and once for that of C.
    let path = escaped(&escaped(&bitcode.to_string_lossy()));
    format!(
        "__asm__(\".pushsection {SECTION},\\\"\\\",@progbits\\n\"\n\".asciz \\\"{path}\\\"\\n\"\n\".popsection\");\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
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
        let path = PathBuf::from(String::from_utf8_lossy(path).into_owned());
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
    fn a_path_is_a_string_within_a_string() {
        let header = header(Path::new("/a b/\"c\\.bc"));
        assert!(header.contains(r#".asciz \"/a b/\\\"c\\\\.bc\"\n"#), "{header}");
    }

    #[test]
    fn what_is_no_program_has_no_notes() {
        assert_eq!(of(b""), None);
        assert_eq!(of(b"\x7fELF and then nothing"), None);
    }
}
