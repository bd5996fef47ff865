//! Relocatable code: what every compiler makes.

use alloc::string::String;
use alloc::vec::Vec;

/// The code of one function.
///
/// # Invariants
/// 1. `text` is position-independent: it may lie at any multiple of `text_align`, with its
///    `consts`, the GOT, the stubs and all data within 2 GiB.
/// 2. Every place that depends on an address is named by a relocation, so that two objects
///    made from the same request have the same bytes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Object {
    /// The function it implements.
    pub symbol: String,
    /// Machine code.
    pub text: Vec<u8>,
    /// Alignment of `text` in bytes, a power of two.
    pub text_align: u32,
    /// Read-only constants of this code.
    pub consts: Vec<u8>,
    /// Alignment of `consts` in bytes, a power of two.
    pub consts_align: u32,
    /// What to fill in.
    pub relocs: Vec<Reloc>,
    /// Where the code of each IR block starts: offset in `text`, block id, in order of
    /// offset. A block that ends in a trap may be there twice. For disassembly and heat maps; may be empty.
    pub blocks: Vec<(u32, u32)>,
}

/// A place to fill in once addresses are known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reloc {
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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "named after the fields of `Object`")]
pub enum Section {
    Text,
    Consts,
}

/// What a relocation names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Target {
    /// A function (its stub) or a global variable of the program, by symbol name.
    Symbol(String),
    /// The start of this object's constants.
    Consts,
    /// The start of this object's text.
    Text,
}

/// How an address S with addend A is written at place P (psABI x86-64, table 4.9).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RelocKind {
    /// `S + A - P`, 4 bytes, the operand of a `call` or `jmp`: R_X86_64_PLT32. It leads to the
    /// stub of the function, or straight to it in a shrunk image.
    Call32,
    /// `S + A - P`, 4 bytes: R_X86_64_PC32.
    Pc32,
    /// Address of the GOT slot of S, relative to P, 4 bytes: R_X86_64_GOTPCRELX.
    GotPc32,
    /// `S + A`, 8 bytes: R_X86_64_64.
    Abs64,
}
