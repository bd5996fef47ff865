//! Relocatable code, as `bareflow-object` makes it, field by field.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

/// The code of one function.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ObjectRecord {
    /// The symbol it defines.
    pub symbol: String,
    /// Position-independent machine code.
    pub text: Vec<u8>,
    /// Alignment of `text` in bytes, a power of two.
    pub text_align: u32,
    /// Read-only constants of this code.
    pub consts: Vec<u8>,
    /// Alignment of `consts` in bytes, a power of two.
    pub consts_align: u32,
    /// What to fill in.
    pub relocs: Vec<RelocRecord>,
    /// Where the code of each block starts: offset in `text`, block id, in order of offset.
    pub blocks: Vec<(u32, u32)>,
}

/// A place to fill in once addresses are known.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RelocRecord {
    /// Which section the place lies in.
    pub section: Section,
    /// Offset in bytes in that section.
    pub offset: u32,
    /// How the address is written.
    pub kind: RelocKind,
    /// Whose address.
    pub target: Target,
    /// Added to it.
    pub addend: i64,
}

/// A section of an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named after the fields of `ObjectRecord`")]
pub enum Section {
    Text,
    Consts,
}

/// What a relocation names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Target {
    /// A function (its stub) or a global variable, by symbol name.
    Symbol(String),
    /// The start of this object's constants.
    Consts,
    /// The start of this object's text.
    Text,
}

/// How an address S with addend A is written at place P (psABI x86-64, table 4.9).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum RelocKind {
    /// `S + A - P`, 4 bytes, the operand of a call or jump: R_X86_64_PLT32.
    Call32,
    /// `S + A - P`, 4 bytes: R_X86_64_PC32.
    Pc32,
    /// Address of the GOT slot of S, relative to P, 4 bytes: R_X86_64_GOTPCRELX.
    GotPc32,
    /// `S + A`, 8 bytes: R_X86_64_64.
    Abs64,
}

impl RelocKind {
    /// Bytes written.
    pub fn width(self) -> usize {
        match self {
            RelocKind::Call32 | RelocKind::Pc32 | RelocKind::GotPc32 => 4,
            RelocKind::Abs64 => 8,
        }
    }
}

impl ObjectRecord {
    /// Whether the object can be laid out: alignments are powers of two of at most a page, and
    /// every relocation and block offset lies inside its section.
    ///
    /// # Errors
    /// What is wrong, as a clause for a message.
    pub fn check(&self) -> Result<(), &'static str> {
        let aligned = |align: u32| align.is_power_of_two() && align <= 4096;
        if !aligned(self.text_align) || !aligned(self.consts_align) {
            return Err("an alignment is no power of two up to 4096");
        }
        for reloc in &self.relocs {
            let len = match reloc.section {
                Section::Text => self.text.len(),
                Section::Consts => self.consts.len(),
            };
            if reloc.offset as u64 + reloc.kind.width() as u64 > len as u64 {
                return Err("a relocation lies outside its section");
            }
        }
        if !self.blocks.is_sorted_by_key(|&(offset, _)| offset) {
            return Err("the block offsets are not in order");
        }
        if self.blocks.last().is_some_and(|&(offset, _)| offset as usize > self.text.len()) {
            return Err("a block starts outside the code");
        }
        Ok(())
    }
}
