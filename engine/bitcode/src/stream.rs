//! Blocks, records and abbreviations (LLVM Bitcode File Format, "Bitstream Format").
//!
//! A block is a cursor over its own bytes, so that skipping one costs nothing and no record
//! can reach beyond its block.

use alloc::vec::Vec;

use crate::bits::Bits;
use crate::error::Cause;

const END_BLOCK: u64 = 0;
const ENTER_SUBBLOCK: u64 = 1;
const DEFINE_ABBREV: u64 = 2;
const UNABBREV_RECORD: u64 = 3;
const FIRST_ABBREV: u64 = 4;
/// The block that defines abbreviations for others.
pub(crate) const BLOCKINFO: u32 = 0;
const SETBID: u32 = 1;

/// How one operand of an abbreviated record is written.
#[derive(Clone, Copy, Debug)]
enum Field {
    Literal(u64),
    Fixed(u8),
    Variable(u8),
    Char6,
    /// The field after this one, any number of times.
    Array,
    Blob,
}

/// Abbreviations in order of their definition.
#[derive(Clone, Debug, Default)]
struct Abbrevs {
    fields: Vec<Field>,
    /// Where each one ends in `fields`.
    ends: Vec<u32>,
}

impl Abbrevs {
    fn get(&self, index: usize) -> Option<&[Field]> {
        let end = *self.ends.get(index)? as usize;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        self.fields.get(start..end)
    }

    fn define(&mut self, bits: &mut Bits<'_>) -> Result<(), Cause> {
        let count = bits.variable(5)?;
        let start = self.fields.len();
        for _ in 0..count {
            let field = if bits.fixed(1)? == 1 {
                Field::Literal(bits.variable(8)?)
            } else {
                match bits.fixed(3)? {
                    1 => Field::Fixed(width(bits.variable(5)?, 64)?),
                    // Groups of one bit would carry nothing.
                    2 => match width(bits.variable(5)?, 32)? {
                        0 => Field::Literal(0),
                        1 => return Err(Cause::Malformed("an abbreviation of width 1")),
                        width => Field::Variable(width),
                    },
                    3 => Field::Array,
                    4 => Field::Char6,
                    5 => Field::Blob,
                    _ => return Err(Cause::Malformed("an unknown abbreviation encoding")),
                }
            };
            self.fields.push(field);
        }
        check_shape(&self.fields[start..])?;
        self.ends.push(self.fields.len() as u32);
        Ok(())
    }
}

fn width(value: u64, max: u64) -> Result<u8, Cause> {
    if value > max {
        return Err(Cause::Malformed("an abbreviation that is too wide"));
    }
    Ok(value as u8)
}

/// The code comes first and is a scalar; an array comes second to last, a blob last.
fn check_shape(fields: &[Field]) -> Result<(), Cause> {
    let last = fields.len().wrapping_sub(1);
    for (at, field) in fields.iter().enumerate() {
        let right = match field {
            Field::Array => at > 0 && at + 1 == last,
            Field::Blob => at > 0 && at == last && !matches!(fields[at - 1], Field::Array),
            _ => true,
        };
        if !right {
            return Err(Cause::Malformed("an abbreviation with an array or blob in a wrong place"));
        }
    }
    if fields.is_empty() {
        return Err(Cause::Malformed("an empty abbreviation"));
    }
    Ok(())
}

/// Abbreviations that hold in every block of a kind.
#[derive(Debug, Default)]
pub(crate) struct BlockInfo {
    sets: Vec<(u32, Abbrevs)>,
}

impl BlockInfo {
    fn of(&self, block: u32) -> Option<&Abbrevs> {
        self.sets.iter().find(|(id, _)| *id == block).map(|(_, set)| set)
    }

    /// Reads a BLOCKINFO block.
    pub(crate) fn read(&mut self, mut block: Block<'_>) -> Result<(), Cause> {
        let mut record = Record::default();
        let mut current = None;
        loop {
            match block.bits.fixed(block.width)? {
                END_BLOCK => return Ok(()),
                DEFINE_ABBREV => {
                    let at: usize =
                        current.ok_or(Cause::Malformed("an abbreviation for no block"))?;
                    self.sets[at].1.define(&mut block.bits)?;
                }
                UNABBREV_RECORD => {
                    block.unabbreviated(&mut record)?;
                    if record.code == SETBID {
                        let id = record.ops.first().and_then(|id| u32::try_from(*id).ok());
                        let id = id.ok_or(Cause::Malformed("SETBID without a block"))?;
                        let known = self.sets.iter().position(|(known, _)| *known == id);
                        current = Some(known.unwrap_or_else(|| {
                            self.sets.push((id, Abbrevs::default()));
                            self.sets.len() - 1
                        }));
                    }
                }
                _ => return Err(Cause::Malformed("an unexpected entry in BLOCKINFO")),
            }
        }
    }
}

/// A record; reused from one to the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record<'a> {
    /// What it is.
    pub(crate) code: u32,
    /// Its operands.
    pub(crate) ops: Vec<u64>,
    /// The bytes that follow the operands.
    pub(crate) blob: &'a [u8],
}

/// What comes next in a block.
#[derive(Debug)]
pub(crate) enum Item<'a> {
    /// A record, now in the buffer.
    Record,
    /// A block inside.
    Block(Block<'a>),
    /// Nothing: the end.
    End,
}

/// A block that is being read.
#[derive(Debug)]
pub(crate) struct Block<'a> {
    /// What kind of block.
    pub(crate) id: u32,
    bits: Bits<'a>,
    /// Width of abbreviation numbers.
    width: u32,
    /// Abbreviations of this block only; they follow those of the block info.
    local: Abbrevs,
    /// More array elements than this do not come from a compiler.
    max_array: u64,
}

/// Where a block is, to read it later.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Saved {
    id: u32,
    width: u32,
    start: u64,
    bytes: u64,
    max_array: u64,
}

impl Saved {
    /// The block again, of the same file.
    pub(crate) fn restore<'a>(&self, file: &'a [u8]) -> Result<Block<'a>, Cause> {
        let mut bits = Bits::new(file);
        bits.take(self.start)?;
        let bits = bits.take(self.bytes)?;
        let local = Abbrevs::default();
        Ok(Block { id: self.id, bits, width: self.width, local, max_array: self.max_array })
    }
}

impl<'a> Block<'a> {
    /// Where the block is, which nothing was read of yet.
    pub(crate) fn save(&self) -> Saved {
        let (start, bytes) = (self.bits.at() / 8, self.bits.left() / 8);
        Saved { id: self.id, width: self.width, start, bytes, max_array: self.max_array }
    }

    /// The outermost level: blocks side by side, after the magic number.
    pub(crate) fn file(bits: Bits<'a>) -> Self {
        let max_array = bits.left() / 8 * 6 + 8192;
        Self { id: u32::MAX, bits, width: 2, local: Abbrevs::default(), max_array }
    }

    /// Position in bytes.
    pub(crate) fn offset(&self) -> u64 {
        self.bits.at() / 8
    }

    /// Whether nothing but padding is left.
    pub(crate) fn at_end(&self) -> bool {
        self.bits.left() < 32
    }

    /// Steps to the next record, inner block or the end.
    pub(crate) fn next(
        &mut self,
        info: &BlockInfo,
        record: &mut Record<'a>,
    ) -> Result<Item<'a>, Cause> {
        loop {
            match self.bits.fixed(self.width)? {
                END_BLOCK => return Ok(Item::End),
                ENTER_SUBBLOCK => return self.enter().map(Item::Block),
                DEFINE_ABBREV => self.local.define(&mut self.bits)?,
                UNABBREV_RECORD => {
                    self.unabbreviated(record)?;
                    return Ok(Item::Record);
                }
                id => {
                    let index = (id - FIRST_ABBREV) as usize;
                    let shared = info.of(self.id);
                    let count = shared.map_or(0, |set| set.ends.len());
                    let fields = match index.checked_sub(count) {
                        Some(local) => self.local.get(local),
                        None => shared.and_then(|set| set.get(index)),
                    };
                    let fields = fields.ok_or(Cause::Malformed("an unknown abbreviation"))?;
                    abbreviated(&mut self.bits, fields, record, self.max_array)?;
                    return Ok(Item::Record);
                }
            }
        }
    }

    fn enter(&mut self) -> Result<Block<'a>, Cause> {
        let id = u32::try_from(self.bits.variable(8)?);
        let id = id.map_err(|_| Cause::Malformed("a block number of more than 32 bits"))?;
        let width = self.bits.variable(4)?;
        if !(2..=32).contains(&width) {
            return Err(Cause::Malformed("an impossible width of abbreviation numbers"));
        }
        self.bits.align()?;
        let words = self.bits.fixed(32)?;
        let bits = self.bits.take(words * 4)?;
        let local = Abbrevs::default();
        Ok(Block { id, bits, width: width as u32, local, max_array: self.max_array })
    }

    fn unabbreviated(&mut self, record: &mut Record<'_>) -> Result<(), Cause> {
        record.code = code(self.bits.variable(6)?)?;
        let count = self.bits.variable(6)?;
        // Six bits an operand at least.
        if count > self.bits.left() / 6 {
            return Err(Cause::Truncated);
        }
        record.blob = &[];
        record.ops.clear();
        record.ops.reserve(count as usize);
        for _ in 0..count {
            record.ops.push(self.bits.variable(6)?);
        }
        Ok(())
    }
}

fn code(value: u64) -> Result<u32, Cause> {
    u32::try_from(value).map_err(|_| Cause::Malformed("a record code of more than 32 bits"))
}

fn scalar(bits: &mut Bits<'_>, field: Field) -> Result<u64, Cause> {
    match field {
        Field::Literal(value) => Ok(value),
        Field::Fixed(width) => bits.fixed(u32::from(width)),
        Field::Variable(width) => bits.variable(u32::from(width)),
        Field::Char6 => {
            const CHARS: &[u8; 64] =
                b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._";
            bits.fixed(6).map(|at| u64::from(CHARS[at as usize & 63]))
        }
        Field::Array | Field::Blob => Err(Cause::Malformed("an array inside an array")),
    }
}

fn abbreviated<'a>(
    bits: &mut Bits<'a>,
    fields: &[Field],
    record: &mut Record<'a>,
    max_array: u64,
) -> Result<(), Cause> {
    record.blob = &[];
    record.ops.clear();
    record.code = code(scalar(bits, fields[0])?)?;
    let mut at = 1;
    while let Some(field) = fields.get(at) {
        match field {
            Field::Array => {
                let count = bits.variable(6)?;
                if count > max_array {
                    return Err(Cause::TooLarge("an array"));
                }
                let element = fields[at + 1];
                record.ops.reserve(count as usize);
                for _ in 0..count {
                    record.ops.push(scalar(bits, element)?);
                }
                return Ok(());
            }
            Field::Blob => {
                let len = bits.variable(6)?;
                bits.align()?;
                record.blob = bits.bytes(len)?;
                bits.align()?;
            }
            field => record.ops.push(scalar(bits, *field)?),
        }
        at += 1;
    }
    Ok(())
}
