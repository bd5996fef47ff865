//! A file from its beginning to its end. Whatever the file says, nothing is read behind its last byte.

use crate::fault::{Checked, FETCH, Fault, Place};

/// Reads on in the bytes of a file.
#[derive(Clone, Copy)]
pub struct Reader {
    bytes: &'static [u8],
    at: usize,
}

impl Reader {
    pub const fn new(bytes: &'static [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Bytes from the file's beginning.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// Goes on at another place.
    pub const fn seek(&mut self, at: usize) {
        self.at = at;
    }

    /// Bytes that are left.
    pub fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    /// The next `count` bytes.
    #[inline(never)]
    pub fn take(&mut self, count: usize) -> Checked<&'static [u8]> {
        let end = self.at.checked_add(count);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let place = Place::Byte(self.at);
        let Some(taken) = taken else {
            return Err(Fault::new(place, "what begins here ends behind the file", FETCH));
        };
        self.at += count;
        Ok(taken)
    }

    /// `count` things of `each` bytes.
    pub fn take_all(&mut self, count: usize, each: usize) -> Checked<&'static [u8]> {
        self.take(count.checked_mul(each).unwrap_or(usize::MAX))
    }

    fn word<const N: usize>(&mut self) -> Checked<[u8; N]> {
        Ok(self.take(N)?.first_chunk().copied().unwrap_or([0; N]))
    }

    pub fn u8(&mut self) -> Checked<u8> {
        Ok(u8::from_le_bytes(self.word()?))
    }

    pub fn u16(&mut self) -> Checked<u16> {
        Ok(u16::from_le_bytes(self.word()?))
    }

    #[inline(never)]
    pub fn u32(&mut self) -> Checked<u32> {
        Ok(u32::from_le_bytes(self.word()?))
    }

    #[inline(never)]
    pub fn u64(&mut self) -> Checked<u64> {
        Ok(u64::from_le_bytes(self.word()?))
    }
}
