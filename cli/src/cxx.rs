//! Programs in C++: whether a program is one, and the library that it needs.

use std::path::{Path, PathBuf};

use bareflow_bitcode::Lazy;

use crate::artefacts::Artefacts;
use crate::failure::{Failure, Kind};

/// The artefact.
pub(crate) const LIBRARY: &str = "libcxx.bc";

/// How names begin that the C++ library defines: those of `std`, exceptions and types of the ABI (what describes
/// `int` and its like as well), `operator new` and `delete`.
const OURS: [&str; 13] = [
    "_ZNSt",
    "_ZNKSt",
    "_ZTI",
    "_ZTVNSt",
    "_ZTVN10__cxxabiv1",
    "_ZSt",
    "_ZTVSt",
    "_Znw",
    "_Zna",
    "_Zdl",
    "_Zda",
    "__cxa_",
    "__dynamic_cast",
];

/// What of these the C library has, for other languages.
const OF_C: [&str; 3] = ["__cxa_atexit", "__cxa_finalize", "__cxa_thread_atexit_impl"];

/// What only programs need that were compiled with the headers of GNU's library.
const THEIRS: [&str; 12] = [
    "_ZNSt7__cxx11",
    "_ZNKSt7__cxx11",
    "_ZNSo",
    "_ZNSi",
    "_ZSt3cin",
    "_ZSt4c",
    "_ZNSt8ios_base4Init",
    "_ZSt16__ostream",
    "_ZSt17__throw",
    "_ZSt20__throw",
    "_ZSt18_Rb_tree",
    "_ZNSt8__detail",
];

/// The C++ library, if one of these files needs it: `None` otherwise. A file that cannot be read needs
/// nothing; whoever loads it says why.
///
/// # Errors
/// It is not built, or the file was compiled with another library's headers.
pub(crate) fn library<'a>(
    artefacts: &Artefacts,
    files: impl IntoIterator<Item = (&'a Path, &'a [u8])>,
) -> Result<Option<PathBuf>, Failure> {
    for (path, bytes) in files {
        // Most files name none of these, and to see so takes no reading: names lie side by side in a file, in plain.
        if !mentions(bytes, &OURS) && !mentions(bytes, &THEIRS) {
            continue;
        }
        let Ok(lazy) = Lazy::open(bytes) else { continue };
        let begins = |name: &str, with: &[&str]| with.iter().any(|start| name.starts_with(start));
        if lazy.undefined().any(|name| begins(name, &THEIRS)) {
            let message = "compiled with the headers of GNU's C++ library: add \
                           @target/bareflow/cxx/flags, or -stdlib=libc++ where libc++-22-dev is \
                           installed, to the command of clang++";
            return Err(Failure::input(path, message));
        }
        let is_ours = |name: &str| begins(name, &OURS) && !OF_C.contains(&name);
        if lazy.undefined().any(is_ours) {
            if artefacts.has(LIBRARY) {
                return artefacts.path(LIBRARY).map(Some);
            }
            let message = format!(
                "{}: a C++ program, and the C++ library is not built: `cargo xtask build cxx` makes \
                 it, once (100 MB are loaded, two minutes)",
                path.display()
            );
            return Err(Failure::new(Kind::MissingTool, message));
        }
    }
    Ok(None)
}

/// Whether one of these words, which begin with `_`, is anywhere in a file.
fn mentions(bytes: &[u8], words: &[&str]) -> bool {
    let starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'_');
    let mut rests = starts.map(|(at, _)| &bytes[at..]);
    rests.any(|rest| words.iter().any(|word| rest.starts_with(word.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_anywhere() {
        assert!(mentions(b"\x00main_Znwmputs", &OURS));
        assert!(mentions(b"__dynamic_cast", &OURS));
        assert!(!mentions(b"main_Znputs__cxa", &OURS));
    }
}
