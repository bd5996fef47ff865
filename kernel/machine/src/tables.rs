//! Finding ACPI tables (ACPI 6.5, 5.2): from the root pointer to each of them.
//!
//! Firmware wrote these bytes, so nothing in them is trusted: lengths are capped, checksums
//! checked, and whatever does not hold together is treated as absent.
//!
//! Shrunk images carry this file, too: it takes no memory and cannot panic, and compares numbers
//! instead of texts, as there is no C library below it.

/// Physical memory as these tables need it.
pub trait Physical {
    /// `len` bytes at `address`, or `None` where there is no memory.
    fn bytes(&self, address: u64, len: usize) -> Option<&[u8]>;
}

/// No table of interest is longer; QEMU's longest is about 30 KiB.
const LONGEST_TABLE: usize = 1 << 20;

/// Bytes of a table's own head.
const HEAD: usize = 36;

/// The root pointer: where the loader says (0: it does not know), or else in the BIOS areas.
pub fn find_root(memory: &impl Physical, told: u64) -> Option<u64> {
    if told != 0 && is_root(memory, told) {
        return Some(told);
    }
    let extended = memory
        .bytes(0x40e, 2)
        .and_then(|b| Some(u64::from(u16::from_le_bytes([*b.first()?, *b.get(1)?])) << 4))
        .filter(|&at| (0x80000..0xa0000).contains(&at));
    let areas = extended.map(|at| (at, 1024)).into_iter().chain([(0xe0000, 0x20000)]);
    areas
        .flat_map(|(at, len): (u64, u64)| (at..at + len).step_by(16))
        .find(|&at| is_root(memory, at))
}

fn is_root(memory: &impl Physical, at: u64) -> bool {
    const SIGNATURE: u64 = u64::from_le_bytes(*b"RSD PTR ");
    memory.bytes(at, 20).is_some_and(|b| quad(b, 0) == Some(SIGNATURE) && sums_to_zero(b))
}

fn sums_to_zero(bytes: &[u8]) -> bool {
    bytes.iter().fold(0u8, |sum, &b| sum.wrapping_add(b)) == 0
}

/// The tables that a root pointer leads to: those in the XSDT, or in the RSDT of old firmware.
pub fn below<M: Physical>(memory: &M, root: u64) -> impl Iterator<Item = &[u8]> {
    let list = if is_root(memory, root) { list(memory, root) } else { None };
    let (list, width) = list.unwrap_or((&[], 4));
    (HEAD..list.len()).step_by(width).filter_map(move |at| {
        let address = if width == 8 { quad(list, at) } else { word(list, at).map(u64::from) };
        table(memory, address?)
    })
}

/// The table of tables, and how many bytes it has for each.
fn list(memory: &impl Physical, root: u64) -> Option<(&[u8], usize)> {
    let extended = memory
        .bytes(root, 36)
        .filter(|b| b.get(15).is_some_and(|&revision| revision >= 2))
        .and_then(|b| quad(b, 24))
        .and_then(|at| table(memory, at));
    if let Some(extended) = extended {
        return Some((extended, 8));
    }
    let at = memory.bytes(root, 20).and_then(|b| word(b, 16))?;
    Some((table(memory, at.into())?, 4))
}

/// A whole table with a good checksum.
pub fn table(memory: &impl Physical, at: u64) -> Option<&[u8]> {
    let len = word(memory.bytes(at, HEAD)?, 4)? as usize;
    let bytes = memory.bytes(at, Some(len).filter(|l| (HEAD..=LONGEST_TABLE).contains(l))?)?;
    sums_to_zero(bytes).then_some(bytes)
}

/// Four bytes of a table as a number.
pub fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..)?.get(..4)?.try_into().ok()?))
}

/// Eight bytes of a table as a number.
pub fn quad(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..)?.get(..8)?.try_into().ok()?))
}
