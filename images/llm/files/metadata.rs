//! What a GGUF file says of itself: keys and values.
//!
//! ```text
//!   "GGUF"  version u32 (2, 3)  tensors u64  keys u64
//!   keys:    name, type u32, value
//!   name:    length u64, so many bytes
//!   types:   0 u8  1 i8  2 u16  3 i16  4 u32  5 i32  6 f32  7 bool (a byte)  8 name
//!            9 array (type u32, count u64, so many values)  10 u64  11 i64  12 f64
//! ```

use super::reader::Reader;
use crate::fault::{CONVERT, Checked, FETCH, Fault, Place};
use crate::memory::{Zeroed, room};

const NAME: u32 = 8;
const ARRAY: u32 = 9;
/// Arrays in arrays, at most.
const DEPTH: usize = 4;
/// Keys that a file may have.
const MOST: u64 = 1 << 16;

#[derive(Clone, Copy)]
struct Entry {
    key: &'static [u8],
    kind: u32,
    at: usize,
}

// SAFETY: only its `Option` is made of zeros, and zero is none: the key is never null.
unsafe impl Zeroed for Option<Entry> {}

/// The keys of a file.
pub struct Metadata {
    reader: Reader,
    entries: &'static [Option<Entry>],
    /// Tensors that the file has.
    pub tensors: u64,
    /// The prefix of keys about the model.
    pub family: &'static [u8],
}

/// An array that is one of a type.
#[derive(Clone, Copy)]
pub struct Array {
    pub reader: Reader,
    pub count: usize,
}

impl Metadata {
    /// Reads all keys; leaves `reader` behind the last.
    ///
    /// # Errors
    /// What is no GGUF file, or of a version that is not known, or cut off.
    #[inline(never)]
    pub fn read(reader: &mut Reader) -> Checked<Self> {
        let whole = *reader;
        reader.u32()?;
        let version = reader.u32()?;
        if !matches!(version, 2 | 3) {
            let place = Place::Number(b"GGUF version", version.into());
            return Err(Fault::new(place, "is not known: 2 and 3 are", CONVERT));
        }
        let (tensors, keys) = (reader.u64()?, reader.u64()?);
        if keys > MOST || tensors > MOST {
            let place = Place::Number(b"keys and tensors:", keys.max(tensors));
            return Err(Fault::new(place, "are more than a model has", FETCH));
        }
        let entries: &'static mut [Option<Entry>] = room(keys as usize)?;
        for entry in entries.iter_mut() {
            let key = name(reader)?;
            let kind = reader.u32()?;
            *entry = Some(Entry { key, kind, at: reader.at() });
            skip(reader, kind, DEPTH)?;
        }
        let mut metadata = Self { reader: whole, entries, tensors, family: &[] };
        metadata.family = metadata.text(b"general.architecture")?.unwrap_or_default();
        Ok(metadata)
    }

    fn find(&self, key: &[u8]) -> Option<(u32, Reader)> {
        // Keys that begin with a full stop are the family's.
        let own = key.first() == Some(&b'.');
        let entry = self.entries.iter().flatten().find(|entry| match own {
            true => entry.key.strip_prefix(self.family) == Some(key),
            false => entry.key == key,
        })?;
        let mut reader = self.reader;
        reader.seek(entry.at);
        Some((entry.kind, reader))
    }

    /// A whole number, not negative, or a truth.
    ///
    /// # Errors
    /// There is something else.
    #[inline(never)]
    pub fn number(&self, key: &'static [u8]) -> Checked<Option<u64>> {
        let Some((kind, mut reader)) = self.find(key) else { return Ok(None) };
        Ok(Some(match kind {
            0 | 7 => reader.u8()?.into(),
            2 => reader.u16()?.into(),
            4 => reader.u32()?.into(),
            10 => reader.u64()?,
            5 => u64::try_from(reader.u32()? as i32).map_err(|_| wrong(key))?,
            11 => u64::try_from(reader.u64()? as i64).map_err(|_| wrong(key))?,
            _ => return Err(wrong(key)),
        }))
    }

    /// A number that has to be there.
    ///
    /// # Errors
    /// There is none.
    #[inline(never)]
    pub fn size(&self, key: &'static [u8]) -> Checked<usize> {
        let number =
            self.number(key)?.ok_or_else(|| Fault::new(Place::Name(key), "is missing", CONVERT))?;
        usize::try_from(number).map_err(|_| wrong(key))
    }

    /// A number with a fraction.
    ///
    /// # Errors
    /// There is something else.
    #[inline(never)]
    pub fn float(&self, key: &'static [u8]) -> Checked<Option<f32>> {
        let Some((kind, mut reader)) = self.find(key) else { return Ok(None) };
        let value = match kind {
            6 => f32::from_bits(reader.u32()?),
            12 => f64::from_bits(reader.u64()?) as f32,
            _ => return Err(wrong(key)),
        };
        if value.is_finite() && value > 0.0 { Ok(Some(value)) } else { Err(wrong(key)) }
    }

    /// A text.
    ///
    /// # Errors
    /// There is something else.
    #[inline(never)]
    pub fn text(&self, key: &'static [u8]) -> Checked<Option<&'static [u8]>> {
        match self.find(key) {
            None => Ok(None),
            Some((NAME, mut reader)) => Ok(Some(name(&mut reader)?)),
            Some(_) => Err(wrong(key)),
        }
    }

    /// An array of values of one of some types.
    ///
    /// # Errors
    /// There is something else.
    #[inline(never)]
    pub fn array(&self, key: &'static [u8], kinds: &[u32]) -> Checked<Option<Array>> {
        let Some((kind, mut reader)) = self.find(key) else { return Ok(None) };
        if kind != ARRAY || !kinds.contains(&reader.u32()?) {
            return Err(wrong(key));
        }
        // It has been gone through once, so there are as many.
        let count = reader.u64()? as usize;
        Ok(Some(Array { reader, count }))
    }

    /// An array of texts as a list.
    ///
    /// # Errors
    /// There is something else, or no memory.
    #[inline(never)]
    pub fn texts(&self, key: &'static [u8]) -> Checked<&'static [Option<&'static [u8]>]> {
        let Some(Array { mut reader, count }) = self.array(key, &[NAME])? else { return Ok(&[]) };
        let list: &'static mut [Option<&'static [u8]>] = room(count)?;
        for text in list.iter_mut() {
            *text = Some(name(&mut reader)?);
        }
        Ok(list)
    }
}

fn wrong(key: &'static [u8]) -> Fault {
    Fault::new(Place::Name(key), "has a value that it cannot have", FETCH)
}

/// A length and so many bytes.
pub fn name(reader: &mut Reader) -> Checked<&'static [u8]> {
    let length = reader.u64()?;
    reader.take(usize::try_from(length).unwrap_or(usize::MAX))
}

/// Goes on behind a value.
fn skip(reader: &mut Reader, kind: u32, depth: usize) -> Checked<()> {
    let at = reader.at();
    let wrong = |what| Fault::new(Place::Byte(at), what, FETCH);
    let bytes = match kind {
        0 | 1 | 7 => 1,
        2 | 3 => 2,
        4..=6 => 4,
        10..=12 => 8,
        NAME => return name(reader).map(|_| ()),
        ARRAY => {
            if depth == 0 {
                return Err(wrong("here arrays lie too deep in one another"));
            }
            let (kind, count) = (reader.u32()?, reader.u64()?);
            if let 0..=7 | 10..=12 = kind {
                let each = match kind {
                    0 | 1 | 7 => 1,
                    2 | 3 => 2,
                    4..=6 => 4,
                    _ => 8,
                };
                return reader
                    .take_all(usize::try_from(count).unwrap_or(usize::MAX), each)
                    .map(|_| ());
            }
            if count > reader.left() as u64 {
                return Err(wrong("the array here has more values than the file has bytes"));
            }
            for _ in 0..count {
                skip(reader, kind, depth - 1)?;
            }
            return Ok(());
        }
        _ => return Err(wrong("the value here is of a type that there is not")),
    };
    reader.take(bytes).map(|_| ())
}
