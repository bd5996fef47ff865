//! Debug information: the lines of the sources that instructions come from (LLVM Language Reference,
//! "DILocation").
//!
//! It lies in METADATA blocks, one of the module and one in each function that needs more. Their entries
//! are numbered through, strings first, and a function's follow those of the module. The module's are read when
//! the first location is met, and never where there is none. What is odd about them is passed over:
//! what a program does does not depend on them.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::{Location, LocationId};

use crate::bits::Bits;
use crate::codes::metadata;
use crate::error::Cause;
use crate::nodes::{Node, Nodes};
use crate::reader::Reader;
use crate::stream::{Block, Item, Record, Saved};

/// Calls that a location was inlined through, at most: those of damaged files may go round.
const MAX_DEPTH: usize = 64;

impl Nodes {
    /// Reads what a module and one of its functions hold.
    fn read(&mut self, reader: &mut Reader, file: &[u8], function: &[Saved]) -> Result<(), Cause> {
        if self.own.is_none() {
            let blocks = reader.metadata.clone();
            let read = blocks.iter().try_for_each(|at| self.entries(reader, at.restore(file)?));
            self.own = Some((self.nodes.len(), self.chars.len()));
            read?;
        }
        function.iter().try_for_each(|block| self.entries(reader, block.restore(file)?))
    }

    /// Forgets what is not the module's.
    fn leave(&mut self) {
        let (nodes, chars) = self.own.unwrap_or_default();
        self.nodes.truncate(nodes);
        self.chars.truncate(chars);
        self.calls.clear();
    }

    fn entries(&mut self, reader: &mut Reader, mut block: Block<'_>) -> Result<(), Cause> {
        let mut record = Record::default();
        loop {
            match reader.next(&mut block, &mut record)? {
                Item::End => return Ok(()),
                Item::Block(_) => {}
                Item::Record => self.entry(reader, &record)?,
            }
        }
    }

    fn entry(&mut self, reader: &mut Reader, record: &Record<'_>) -> Result<(), Cause> {
        let op = |at: usize| record.ops.get(at).copied().unwrap_or(0);
        let node = match record.code {
            metadata::STRINGS => return self.strings(reader, op(0), op(1), record.blob),
            metadata::NAME
            | metadata::KIND
            | metadata::NAMED_NODE
            | metadata::GLOBAL_DECL_ATTACHMENT
            | metadata::INDEX_OFFSET
            | metadata::INDEX => return Ok(()),
            metadata::FILE => Node::File { name: op(1), folder: op(2), known: None },
            metadata::SUBPROGRAM => Node::Scope { file: op(4) },
            metadata::LEXICAL_BLOCK | metadata::LEXICAL_BLOCK_FILE => Node::Scope { file: op(2) },
            metadata::COMMON_BLOCK => Node::Scope { file: op(4) },
            metadata::LOCATION => Node::Location {
                line: number(op(1)),
                column: number(op(2)),
                scope: op(3).saturating_add(1),
                inlined_at: op(4),
            },
            _ => Node::Other,
        };
        reader.charge(size_of::<Node>())?;
        self.nodes.push(node);
        Ok(())
    }

    /// Strings: their lengths in a bitstream of their own, and their characters behind it.
    fn strings(
        &mut self,
        reader: &mut Reader,
        count: u64,
        offset: u64,
        blob: &[u8],
    ) -> Result<(), Cause> {
        let cut = usize::try_from(offset).ok().and_then(|offset| blob.split_at_checked(offset));
        let (lengths, chars) = cut.ok_or(Cause::Truncated)?;
        let mut bits = Bits::new(lengths);
        reader.charge(chars.len())?;
        let mut start = self.chars.len() as u32;
        self.chars.extend_from_slice(chars);
        for _ in 0..count {
            let len = number(bits.variable(6)?);
            reader.charge(size_of::<Node>())?;
            self.nodes.push(Node::Text { start, len });
            start = start.saturating_add(len);
        }
        Ok(())
    }

    /// An entry by its number plus one.
    fn get(&self, number: u64) -> Option<Node> {
        self.nodes.get(usize::try_from(number.checked_sub(1)?).ok()?).copied()
    }

    fn text(&self, number: u64) -> Option<&str> {
        let Some(Node::Text { start, len }) = self.get(number) else { return None };
        let (start, len) = (start as usize, len as usize);
        core::str::from_utf8(self.chars.get(start..start.checked_add(len)?)?).ok()
    }

    /// The file of a scope, among those of the module's locations.
    fn file(&mut self, reader: &mut Reader, scope: u64) -> Result<Option<u32>, Cause> {
        let Some(Node::Scope { file }) = self.get(scope) else { return Ok(None) };
        let Some(Node::File { name, folder, known }) = self.get(file) else { return Ok(None) };
        if known.is_some() {
            return Ok(known);
        }
        let Some(name) = self.text(name) else { return Ok(None) };
        let path = match self.text(folder) {
            Some(folder) if !folder.is_empty() && !name.starts_with('/') => {
                format!("{}/{name}", folder.trim_end_matches('/'))
            }
            _ => String::from(name),
        };
        reader.charge(path.len() + size_of::<String>())?;
        let found = Some(reader.module.locations.file(&path));
        if let Some(Node::File { known, .. }) = self.nodes.get_mut(file as usize - 1) {
            *known = found;
        }
        Ok(found)
    }

    /// A location of the module: the place itself, and the entry that says where it was inlined.
    fn location(
        &mut self,
        reader: &mut Reader,
        line: u32,
        column: u32,
        scope: u64,
        inlined_at: u64,
    ) -> Result<Option<LocationId>, Cause> {
        let inlined_at = self.call(reader, inlined_at)?;
        let Some(file) = self.file(reader, scope)? else { return Ok(None) };
        reader.charge(size_of::<Location>())?;
        Ok(reader.module.locations.add(Location { file, line, column, inlined_at }))
    }

    /// The location of a call that was inlined, and of those around it.
    fn call(&mut self, reader: &mut Reader, entry: u64) -> Result<Option<LocationId>, Cause> {
        let mut inner = Vec::new();
        let mut next = entry;
        let mut made = None;
        while let Some(Node::Location { inlined_at, .. }) = self.get(next) {
            if let Some(known) = self.calls.get(&next) {
                made = *known;
                break;
            }
            if inner.len() == MAX_DEPTH {
                break;
            }
            inner.push(next);
            next = inlined_at;
        }
        for entry in inner.into_iter().rev() {
            let Some(Node::Location { line, column, scope, .. }) = self.get(entry) else {
                continue;
            };
            if let Some(file) = self.file(reader, scope)? {
                reader.charge(size_of::<Location>())?;
                let location = Location { file, line, column, inlined_at: made };
                made = reader.module.locations.add(location);
            }
            self.calls.insert(entry, made);
        }
        Ok(made)
    }
}

fn number(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(0)
}

/// The debug information of a function that is being read.
#[derive(Debug)]
pub(crate) struct Debug<'r> {
    /// The whole file.
    file: &'r [u8],
    /// The function's own blocks of metadata.
    blocks: Vec<Saved>,
    /// Whether they were read.
    entered: bool,
    /// What the last record said.
    last: Option<LocationId>,
}

impl<'r> Debug<'r> {
    pub(crate) const fn new(file: &'r [u8]) -> Self {
        Self { file, blocks: Vec::new(), entered: false, last: None }
    }

    /// Notes a METADATA block of the function.
    pub(crate) fn block(&mut self, block: &Block<'_>) {
        self.blocks.push(block.save());
    }

    /// The location of a DEBUG_LOC record: line, column, scope, call.
    ///
    /// # Errors
    /// It takes too much memory.
    pub(crate) fn location(
        &mut self,
        reader: &mut Reader,
        ops: &[u64],
    ) -> Result<Option<LocationId>, Cause> {
        let op = |at: usize| ops.get(at).copied().unwrap_or(0);
        self.last = self.with_nodes(reader, |nodes, reader| {
            nodes.location(reader, number(op(0)), number(op(1)), op(2), op(3))
        })?;
        Ok(self.last)
    }

    /// The text that an entry is, by its number.
    ///
    /// # Errors
    /// The entries take too much memory.
    pub(crate) fn text(&mut self, reader: &mut Reader, at: u32) -> Result<Option<String>, Cause> {
        self.with_nodes(reader, |nodes, _| Ok(nodes.text(u64::from(at) + 1).map(String::from)))
    }

    /// Does something with the entries, which are read first.
    fn with_nodes<T>(
        &mut self,
        reader: &mut Reader,
        then: impl FnOnce(&mut Nodes, &mut Reader) -> Result<T, Cause>,
    ) -> Result<T, Cause> {
        let mut nodes = core::mem::take(&mut reader.nodes);
        let read = if self.entered { Ok(()) } else { nodes.read(reader, self.file, &self.blocks) };
        self.entered = true;
        let done = match read {
            Err(Cause::TooLarge(what)) => Err(Cause::TooLarge(what)),
            // What can be read of them will do.
            _ => then(&mut nodes, reader),
        };
        reader.nodes = nodes;
        done
    }

    /// The location that the record before gave.
    pub(crate) const fn again(&self) -> Option<LocationId> {
        self.last
    }

    /// The function is read.
    pub(crate) fn leave(&self, reader: &mut Reader) {
        if self.entered {
            reader.nodes.leave();
        }
    }
}
