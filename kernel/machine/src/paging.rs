//! Four-level page tables (Intel SDM volume 3, 4.5), built and changed in memory that the
//! caller supplies.
//!
//! What a page may be used for is one of four values, none of which is both writable and
//! executable: W^X cannot be expressed otherwise here.

use crate::ranges::{LARGE_PAGE, PAGE};

/// What a page may be used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    /// Constants: read, neither written nor executed.
    Read,
    /// Data: read and written, never executed.
    ReadWrite,
    /// Code: read and executed, never written.
    Execute,
    /// Device registers and frame buffers: read and written, not cached, never executed.
    Device,
}

const PRESENT: u64 = 1;
const WRITABLE: u64 = 1 << 1;
const WRITE_THROUGH: u64 = 1 << 3;
const CACHE_DISABLE: u64 = 1 << 4;
const LARGE: u64 = 1 << 7;
const NO_EXECUTE: u64 = 1 << 63;
const ADDRESS: u64 = 0x000f_ffff_ffff_f000;

impl Access {
    /// The bits of an entry, without address and size.
    pub fn bits(self) -> u64 {
        PRESENT
            | match self {
                Access::Read => NO_EXECUTE,
                Access::ReadWrite => WRITABLE | NO_EXECUTE,
                Access::Execute => 0,
                Access::Device => WRITABLE | NO_EXECUTE | CACHE_DISABLE | WRITE_THROUGH,
            }
    }

    fn from_bits(bits: u64) -> Access {
        match (bits & WRITABLE != 0, bits & NO_EXECUTE != 0) {
            (true, _) if bits & CACHE_DISABLE != 0 => Access::Device,
            (true, _) => Access::ReadWrite,
            (false, true) => Access::Read,
            (false, false) => Access::Execute,
        }
    }
}

/// Where tables live: physical frames that can be reached.
pub trait TableMemory {
    /// A zeroed frame for one more table; `None` when there is none.
    fn new_table(&mut self) -> Option<u64>;
    /// Entry `index` (below 512) of the table at physical address `table`.
    fn entry(&mut self, table: u64, index: usize) -> &mut u64;
}

/// Why a mapping could not be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MapError {
    /// No frame left for a table.
    NoMemory,
    /// An address or length is no multiple of a page, or not in the lower half.
    Misaligned,
}

impl core::fmt::Display for MapError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            MapError::NoMemory => "no memory left for page tables",
            MapError::Misaligned => "the range is not made of whole pages of the lower half",
        })
    }
}

impl core::error::Error for MapError {}

/// What a range of virtual addresses is to become.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mapping {
    /// Nothing: a touch faults.
    Nothing,
    /// Physical memory from this address on.
    To(u64, Access),
    /// What it maps to now, with other rights; holes stay holes.
    Same(Access),
}

/// Sets `len` bytes of virtual addresses from `virt` in the tables at `root`.
///
/// Large pages are used where both addresses allow, and split where a part changes. The
/// caller flushes the translation look-aside buffer.
///
/// # Errors
/// [`MapError`]; on `NoMemory` a part of the range may be changed already.
pub fn map(
    memory: &mut impl TableMemory,
    root: u64,
    virt: u64,
    len: u64,
    to: Mapping,
) -> Result<(), MapError> {
    let physical = if let Mapping::To(p, _) = to { p } else { 0 };
    let end = virt.checked_add(len).ok_or(MapError::Misaligned)?;
    if !(virt | len | physical).is_multiple_of(PAGE) || end > 1 << 47 || physical & !ADDRESS != 0 {
        return Err(MapError::Misaligned);
    }
    set(memory, root, 4, virt, end, to)
}

/// The physical address and rights behind a virtual one.
pub fn translate(memory: &mut impl TableMemory, root: u64, virt: u64) -> Option<(u64, Access)> {
    if virt >= 1 << 47 {
        return None;
    }
    let mut table = root;
    for level in (1..=4).rev() {
        let entry = *memory.entry(table, index(virt, level));
        if entry & PRESENT == 0 {
            return None;
        }
        if level == 1 || entry & LARGE != 0 {
            let offset = virt & (span(level) - 1);
            return Some((
                (entry & ADDRESS & !(span(level) - 1)) + offset,
                Access::from_bits(entry),
            ));
        }
        table = entry & ADDRESS;
    }
    None
}

/// Bytes that one entry of a table at `level` (1 is the lowest) covers.
fn span(level: u32) -> u64 {
    PAGE << (9 * (level - 1))
}

fn index(virt: u64, level: u32) -> usize {
    (virt / span(level) % 512) as usize
}

fn set(
    memory: &mut impl TableMemory,
    table: u64,
    level: u32,
    mut virt: u64,
    end: u64,
    mut to: Mapping,
) -> Result<(), MapError> {
    let span = span(level);
    while virt < end {
        let next = end.min((virt / span + 1) * span);
        let here = index(virt, level);
        let old = *memory.entry(table, here);
        let is_leaf = level == 1 || old & LARGE != 0;
        let whole = next - virt == span;
        if let Some(new) = leaf(old, is_leaf, whole, level, to) {
            *memory.entry(table, here) = new;
        } else {
            let child = child(memory, table, here, old, level)?;
            set(memory, child, level - 1, virt, next, to)?;
        }
        if let Mapping::To(physical, access) = to {
            to = Mapping::To(physical + (next - virt), access);
        }
        virt = next;
    }
    Ok(())
}

/// What the entry becomes, if it can be settled at this level.
fn leaf(old: u64, is_leaf: bool, whole: bool, level: u32, to: Mapping) -> Option<u64> {
    let present = old & PRESENT != 0;
    let size = if level == 1 { 0 } else { LARGE };
    match to {
        Mapping::Nothing | Mapping::Same(_) if !present => Some(old),
        Mapping::Nothing if whole && is_leaf => Some(0),
        Mapping::Same(access) if whole && is_leaf => Some(old & ADDRESS | size | access.bits()),
        // A table that is there stays: its pages are rewritten one by one.
        Mapping::To(physical, access)
            if level == 1
                || level == 2 && whole && physical % LARGE_PAGE == 0 && (is_leaf || !present) =>
        {
            Some(physical | size | access.bits())
        }
        _ => None,
    }
}

/// The table below an entry: the one there, a new empty one, or a split large page.
fn child(
    memory: &mut impl TableMemory,
    table: u64,
    here: usize,
    old: u64,
    level: u32,
) -> Result<u64, MapError> {
    if old & PRESENT != 0 && old & LARGE == 0 {
        return Ok(old & ADDRESS);
    }
    let child = memory.new_table().ok_or(MapError::NoMemory)?;
    if old & PRESENT != 0 {
        let size = if level == 2 { 0 } else { LARGE };
        for i in 0..512 {
            let part = (old & ADDRESS) + i as u64 * span(level - 1);
            *memory.entry(child, i) = part | size | Access::from_bits(old).bits();
        }
    }
    // Rights are those of the leaf: tables above forbid nothing.
    *memory.entry(table, here) = child | PRESENT | WRITABLE;
    Ok(child)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    struct Fake {
        tables: Vec<[u64; 512]>,
        limit: usize,
    }

    impl TableMemory for Fake {
        fn new_table(&mut self) -> Option<u64> {
            if self.tables.len() == self.limit {
                return None;
            }
            self.tables.push([0; 512]);
            Some((self.tables.len() as u64 - 1) * PAGE)
        }
        fn entry(&mut self, table: u64, index: usize) -> &mut u64 {
            &mut self.tables[(table / PAGE) as usize][index]
        }
    }

    fn fake() -> Fake {
        Fake { tables: vec![[0; 512]], limit: 100 }
    }

    #[test]
    fn nothing_is_both_writable_and_executable() {
        for access in [Access::Read, Access::ReadWrite, Access::Execute, Access::Device] {
            let bits = access.bits();
            assert!(bits & WRITABLE == 0 || bits & NO_EXECUTE != 0, "{access:?}");
            assert_eq!(Access::from_bits(bits), access);
        }
    }

    #[test]
    fn large_pages_are_used_and_split() {
        let mut m = fake();
        map(&mut m, 0, 0, 8 << 20, Mapping::To(0, Access::ReadWrite)).unwrap();
        assert_eq!(m.tables.len(), 3, "four large pages need no table of small ones");
        map(&mut m, 0, 0x20_1000, 0x2000, Mapping::Same(Access::Execute)).unwrap();
        assert_eq!(m.tables.len(), 4);
        let at = |m: &mut Fake, v| translate(m, 0, v);
        assert_eq!(at(&mut m, 0x20_0fff), Some((0x20_0fff, Access::ReadWrite)));
        assert_eq!(at(&mut m, 0x20_1000), Some((0x20_1000, Access::Execute)));
        assert_eq!(at(&mut m, 0x20_2fff), Some((0x20_2fff, Access::Execute)));
        assert_eq!(at(&mut m, 0x20_3000), Some((0x20_3000, Access::ReadWrite)));
        assert_eq!(at(&mut m, 0x7f_ffff), Some((0x7f_ffff, Access::ReadWrite)));
        assert_eq!(at(&mut m, 0x80_0000), None);
    }

    #[test]
    fn holes_can_be_made_and_stay_holes() {
        let mut m = fake();
        map(&mut m, 0, 0, 4 << 20, Mapping::To(0, Access::ReadWrite)).unwrap();
        map(&mut m, 0, 0, PAGE, Mapping::Nothing).unwrap();
        map(&mut m, 0, 2 << 20, 2 << 20, Mapping::Nothing).unwrap();
        map(&mut m, 0, 0, 1 << 30, Mapping::Same(Access::Read)).unwrap();
        assert_eq!(translate(&mut m, 0, 0xfff), None);
        assert_eq!(translate(&mut m, 0, 0x1000), Some((0x1000, Access::Read)));
        assert_eq!(translate(&mut m, 0, 2 << 20), None);
    }

    #[test]
    fn a_range_across_every_level_is_mapped_in_order() {
        let mut m = fake();
        let virt = (1 << 39) - 3 * PAGE;
        map(&mut m, 0, virt, 6 * PAGE, Mapping::To(0x7000, Access::Device)).unwrap();
        for i in 0..6 {
            let expected = Some((0x7000 + i * PAGE, Access::Device));
            assert_eq!(translate(&mut m, 0, virt + i * PAGE), expected);
        }
        assert_eq!(translate(&mut m, 0, virt + 6 * PAGE), None);
    }

    #[test]
    fn mapping_over_small_pages_keeps_their_table() {
        let mut m = fake();
        map(&mut m, 0, 0, PAGE, Mapping::To(0x5000, Access::Read)).unwrap();
        let tables = m.tables.len();
        map(&mut m, 0, 0, LARGE_PAGE, Mapping::To(0, Access::ReadWrite)).unwrap();
        assert_eq!(m.tables.len(), tables);
        assert_eq!(translate(&mut m, 0, 0x1234), Some((0x1234, Access::ReadWrite)));
    }

    #[test]
    fn bad_ranges_and_empty_memory_are_errors() {
        let mut m = Fake { limit: 2, ..fake() };
        let to = Mapping::To(0, Access::Read);
        assert_eq!(map(&mut m, 0, 1, PAGE, to), Err(MapError::Misaligned));
        assert_eq!(map(&mut m, 0, 0, 1 << 48, to), Err(MapError::Misaligned));
        assert_eq!(map(&mut m, 0, u64::MAX - 4095, PAGE, to), Err(MapError::Misaligned));
        assert_eq!(map(&mut m, 0, 0, PAGE, to), Err(MapError::NoMemory));
        assert_eq!(translate(&mut m, 0, u64::MAX), None);
    }
}
