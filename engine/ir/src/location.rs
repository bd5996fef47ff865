//! Where instructions come from in the program's sources, as its debug information says.
//!
//! Nothing depends on it: a module without it runs the same, and two modules that differ in nothing else
//! are compiled to the same bytes. It is for people: reports of faults, pages that show code.

use alloc::string::String;
use alloc::vec::Vec;
use core::num::NonZeroU32;

/// An entry of [`Locations`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LocationId(NonZeroU32);

/// A place in a source (LLVM's `DILocation`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Location {
    /// Position in [`Locations::files`].
    pub file: u32,
    /// From 1; 0 where no line of the source stands for the instruction.
    pub line: u32,
    /// From 1; 0 where it is not known.
    pub column: u32,
    /// The call that was replaced by the body of a function, to which this location belongs.
    pub inlined_at: Option<LocationId>,
}

/// All locations of a module. Those that an entry refers to come before it.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Locations {
    /// Paths of sources, as the compiler was given them, with its folder before relative ones.
    pub files: Vec<String>,
    entries: Vec<Location>,
}

impl Locations {
    /// Adds an entry; `None` when there are too many.
    pub fn add(&mut self, location: Location) -> Option<LocationId> {
        if self.entries.last() != Some(&location) {
            self.entries.push(location);
        }
        u32::try_from(self.entries.len()).ok().and_then(NonZeroU32::new).map(LocationId)
    }

    /// The number of a file, which is added when it is new.
    pub fn file(&mut self, path: &str) -> u32 {
        let known = self.files.iter().position(|known| known == path);
        known.unwrap_or_else(|| {
            self.files.push(path.into());
            self.files.len() - 1
        }) as u32
    }

    /// An entry.
    pub fn get(&self, id: LocationId) -> Option<&Location> {
        self.entries.get(id.0.get() as usize - 1)
    }

    /// The path of a location's file; empty where it is not known.
    pub fn path(&self, location: &Location) -> &str {
        self.files.get(location.file as usize).map_or("", String::as_str)
    }

    /// The location itself, then the calls it was inlined through, the outermost last.
    pub fn chain(&self, id: LocationId) -> impl Iterator<Item = &Location> {
        core::iter::successors(self.get(id), |location| self.get(location.inlined_at?))
    }
}
