//! The lines of its source that a block was made from.

use core::fmt;

use crate::{BlockId, FuncId, LocationId, Module};

/// Lines of one source file, for people: `path:12`, or `path:12-15`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lines<'a> {
    /// The file, as in [`Locations::files`].
    pub file: &'a str,
    /// The first of them, from 1.
    pub first: u32,
    /// The last of them.
    pub last: u32,
}

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.first)?;
        if self.last > self.first { write!(f, "-{}", self.last) } else { Ok(()) }
    }
}

impl Module {
    /// The lines of a function's own source that a block of it was made from. What was inlined
    /// counts for the line that called it.
    pub fn lines(&self, func: FuncId, block: BlockId) -> Option<Lines<'_>> {
        let func = self.func(func);
        let range = &func.blocks.get(block.index())?.instrs;
        let instrs = func.instrs.get(range.start as usize..range.end as usize)?;
        let own = |at: LocationId| self.locations.chain(at).last();
        let own = instrs.iter().filter_map(|instr| own(instr.location?));
        let mut own = own.filter(|location| location.line > 0);
        let start = own.next()?;
        let (first, last) = own
            .filter(|location| location.file == start.file)
            .fold((start.line, start.line), |(first, last), location| {
                (first.min(location.line), last.max(location.line))
            });
        Some(Lines { file: self.locations.path(start), first, last })
    }
}
