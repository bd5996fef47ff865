//! Files of bitcode, read as far as programs need them.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Ref, RefCell};

use bareflow_bitcode::Lazy;
use bareflow_ir::link::defined_name;
use sha2::{Digest, Sha256};

use crate::LoadError;

/// The function of the C library that ends a program in order. The module that defines it is
/// the C library: no more of it is read than a program needs, and what a program defines
/// itself wins over it.
pub(crate) const FINISH: &str = "__bf_finish";

/// The function of the C++ library that says whether a clause takes an exception. The module that defines it is
/// that library. Programs replace what its functions stand for, `operator new` say, for itself as well.
const TAKES: &str = "__bf_cxx_takes";

/// One file of a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// Its name, for messages.
    pub file: String,
    /// Bitcode, plain or behind a wrapper or LLBC header.
    pub bytes: Vec<u8>,
}

/// The C library, read once for all programs.
#[derive(Debug, Default)]
pub struct Library {
    /// Its files.
    pub parts: Vec<Part>,
    readers: RefCell<Vec<Lazy>>,
    digests: Vec<[u8; 32]>,
}

impl Library {
    /// Reads the files of a C library: their tables only, and all of those that are none.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn read(parts: Vec<Part>) -> Result<Self, LoadError> {
        let mut readers = Vec::with_capacity(parts.len());
        for part in &parts {
            let mut lazy = Lazy::open(&part.bytes).map_err(|error| read_error(part, error))?;
            if lazy.defines(FINISH) {
                lazy.weaken(true);
            } else if lazy.defines(TAKES) {
                lazy.weaken(false);
            } else {
                lazy.need(&part.bytes, |_| true).map_err(|error| read_error(part, error))?;
            }
            readers.push(lazy);
        }
        let digests = parts.iter().map(|part| Sha256::digest(&part.bytes).into()).collect();
        Ok(Self { parts, readers: RefCell::new(readers), digests })
    }

    /// SHA-256 of each file.
    pub(crate) fn digests(&self) -> impl Iterator<Item = &[u8; 32]> {
        self.digests.iter()
    }

    /// The files as modules.
    pub(crate) fn modules(&self) -> Ref<'_, Vec<Lazy>> {
        self.readers.borrow()
    }

    /// Which of the files are the C library or the C++ library, wherever they lie.
    pub(crate) fn libraries(&self) -> Vec<bool> {
        let modules = self.modules();
        modules.iter().map(|lazy| lazy.defines(FINISH) || lazy.defines(TAKES)).collect()
    }

    /// Adds the names that the files use and do not define.
    pub(crate) fn undefined(&self, names: &mut BTreeSet<String>) {
        for lazy in self.readers.borrow().iter() {
            names.extend(lazy.undefined().map(|name| defined_name(name).to_owned()));
        }
    }

    /// Reads the functions called `wanted` and what they reach.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub(crate) fn need(&self, wanted: &BTreeSet<String>) -> Result<(), LoadError> {
        for (lazy, part) in self.readers.borrow_mut().iter_mut().zip(&self.parts) {
            lazy.need(&part.bytes, |name| wanted.contains(name))
                .map_err(|error| read_error(part, error))?;
        }
        Ok(())
    }
}

fn read_error(part: &Part, error: bareflow_bitcode::Error) -> LoadError {
    LoadError::Read { file: part.file.clone(), error: Box::new(error) }
}
