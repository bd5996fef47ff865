//! The kernel's symbol table: names of functions for backtraces, small enough to be loaded
//! at every boot.
//!
//! ```text
//! 0   magic "BFSY"
//! 4   u32   length of the whole in bytes
//! 8   u64   address of the first function
//! 16  u32   number of parts
//! 20  u32   number of functions
//! 24  parts: u8 length, bytes; most used first
//! ..  functions, by address: varint distance from the one before, varint size,
//!     varint number of parts, varint index of each part
//! ```
//!
//! A name is a path, and paths share their parts (`core`, `fmt`, `cranelift_codegen`), so a
//! function costs about ten bytes. Numbers are LEB128. All words are little-endian.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

/// First bytes of a table.
pub const MAGIC: [u8; 4] = *b"BFSY";
const HEADER: usize = 24;
/// Longer parts are cut: they are type parameters that nobody reads in a backtrace.
const LONGEST_PART: usize = 80;

/// A function of the kernel, with its name demangled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Function {
    /// Its first byte.
    pub address: u64,
    /// Length in bytes.
    pub size: u64,
    /// Name, as a path with `::`.
    pub name: String,
}

/// Encodes a table.
pub fn encode(mut functions: Vec<Function>) -> Vec<u8> {
    functions.sort_by_key(|f| f.address);
    functions.dedup_by_key(|f| f.address);
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for part in functions.iter().flat_map(|f| parts(&f.name)) {
        *uses.entry(part).or_default() += 1;
    }
    let mut by_use: Vec<(&str, usize)> = uses.into_iter().collect();
    by_use.sort_by_key(|&(part, n)| (core::cmp::Reverse(n), part));
    let index: BTreeMap<&str, usize> =
        by_use.iter().enumerate().map(|(i, &(p, _))| (p, i)).collect();

    let base = functions.first().map_or(0, |f| f.address);
    let mut out = Vec::from(MAGIC);
    out.extend([0; 4]);
    out.extend(base.to_le_bytes());
    out.extend((by_use.len() as u32).to_le_bytes());
    out.extend((functions.len() as u32).to_le_bytes());
    for (part, _) in &by_use {
        out.push(part.len() as u8);
        out.extend(part.as_bytes());
    }
    let mut last = base;
    for f in &functions {
        varint(&mut out, f.address - last);
        varint(&mut out, f.size);
        varint(&mut out, parts(&f.name).count() as u64);
        for part in parts(&f.name) {
            varint(&mut out, index[part] as u64);
        }
        last = f.address;
    }
    let len = out.len() as u32;
    out[4..8].copy_from_slice(&len.to_le_bytes());
    out
}

/// The parts of a path, each cut to what its length byte can hold.
fn parts(name: &str) -> impl Iterator<Item = &str> {
    name.split("::").map(|part| {
        let end = (0..=LONGEST_PART.min(part.len())).rev().find(|&i| part.is_char_boundary(i));
        &part[..end.unwrap_or(0)]
    })
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// A table in memory. Reading it allocates nothing and never panics, so it serves in faults.
#[derive(Clone, Copy, Debug)]
pub struct Symbols<'a> {
    base: u64,
    parts: u32,
    functions: u32,
    body: &'a [u8],
}

/// What an address belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    table: Symbols<'a>,
    name: &'a [u8],
    parts: u64,
    /// Distance from the function's first byte.
    pub offset: u64,
}

impl<'a> Symbols<'a> {
    /// Takes a table from the bytes that begin with it; `None` if they do not.
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        let header = bytes.get(..HEADER)?;
        let word = |at: usize| Some(u32::from_le_bytes(header[at..at + 4].try_into().ok()?));
        if header[..4] != MAGIC {
            return None;
        }
        Some(Self {
            base: u64::from_le_bytes(header[8..16].try_into().ok()?),
            parts: word(16)?,
            functions: word(20)?,
            body: bytes.get(HEADER..word(4)? as usize)?,
        })
    }

    /// The function that `address` lies in.
    pub fn find(&self, address: u64) -> Option<Found<'a>> {
        let mut rest = self.body;
        for _ in 0..self.parts {
            rest = rest.get(1 + usize::from(*rest.first()?)..)?;
        }
        let mut at = self.base;
        for _ in 0..self.functions {
            at = at.checked_add(take(&mut rest)?)?;
            let size = take(&mut rest)?;
            let parts = take(&mut rest)?;
            let name = rest;
            if at > address {
                return None;
            }
            if address - at < size.max(1) {
                return Some(Found { table: *self, name, parts, offset: address - at });
            }
            for _ in 0..parts {
                take(&mut rest)?;
            }
        }
        None
    }

    fn part(&self, index: u64) -> Option<&'a str> {
        let mut rest = self.body;
        for _ in 0..index {
            rest = rest.get(1 + usize::from(*rest.first()?)..)?;
        }
        let len = usize::from(*rest.first()?);
        core::str::from_utf8(rest.get(1..1 + len)?).ok()
    }
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.name;
        for i in 0..self.parts {
            let Some(part) = take(&mut rest).and_then(|i| self.table.part(i)) else {
                return f.write_char('?');
            };
            if i > 0 {
                f.write_str("::")?;
            }
            f.write_str(part)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec;

    fn table() -> Vec<u8> {
        let f = |address, size, name: &str| Function { address, size, name: name.into() };
        encode(vec![
            f(0x10_0200, 0x40, "kernel::memory::map"),
            f(0x10_0000, 0x100, "kernel::start"),
            f(0x50_0000, 0, "memcpy"),
        ])
    }

    fn name(table: &[u8], address: u64) -> Option<(String, u64)> {
        let found = Symbols::new(table)?.find(address)?;
        Some((found.to_string(), found.offset))
    }

    #[test]
    fn addresses_find_their_function() {
        let t = table();
        assert_eq!(name(&t, 0x10_0000), Some(("kernel::start".into(), 0)));
        assert_eq!(name(&t, 0x10_00ff), Some(("kernel::start".into(), 0xff)));
        assert_eq!(name(&t, 0x10_0100), None, "between two functions");
        assert_eq!(name(&t, 0x10_0210), Some(("kernel::memory::map".into(), 0x10)));
        assert_eq!(name(&t, 0x50_0000), Some(("memcpy".into(), 0)));
        assert_eq!(name(&t, 0xf_ffff), None);
        assert_eq!(name(&t, u64::MAX), None);
    }

    #[test]
    fn cut_or_damaged_tables_never_panic() {
        let whole = table();
        for len in 0..whole.len() {
            assert_eq!(name(&whole[..len], 0x10_0000), None);
        }
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut bad = whole.clone();
                bad[at] ^= 1 << bit;
                for address in [0, 0x10_0000, 0x10_0210, 0x50_0000, u64::MAX] {
                    name(&bad, address);
                }
            }
        }
    }

    #[test]
    fn long_and_empty_parts_survive() {
        let long = "é".repeat(100);
        let t = encode(vec![Function { address: 1, size: 1, name: alloc::format!("a::::{long}") }]);
        let (found, _) = name(&t, 1).unwrap();
        assert!(found.starts_with("a::::é") && found.len() <= LONGEST_PART + 5, "{found}");
        assert!(Symbols::new(&encode(vec![])).unwrap().find(0).is_none());
    }
}
