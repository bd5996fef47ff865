//! Gives every kept unit its address.

use super::{Folds, Kept, Kind, UnitId, Units};

/// Where an image stands in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Base {
    /// At 0x7c00, where the BIOS puts the first sector.
    Flat,
    /// At 1 MiB, where a loader of ELF files puts it.
    Elf,
}

impl Base {
    /// The address of the first byte.
    pub const fn address(self) -> u64 {
        match self {
            Base::Flat => 0x7c00,
            Base::Elf => HIGH,
        }
    }
}

/// The first mebibyte ends here.
pub const HIGH: u64 = 0x10_0000;
/// End of the low memory that is used; above it firmware keeps its data (EBDA).
pub const LOW_END: u64 = 0x9_f000;
/// Stack and heap that must be left in low memory when variables lie there.
const LOW_RESERVE: u64 = 128 << 10;
/// What must lie above everything else for the stack to go to the end of memory.
const STACK_ROOM: u64 = 1 << 20;
/// Bytes in a sector.
pub const SECTOR: u64 = 512;

/// An image's places.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The first address.
    pub base: u64,
    /// Address of each kept unit, that of its stand-in for a folded one.
    pub address: Vec<Option<u64>>,
    /// Units that have bytes of their own, in order of address.
    pub order: Vec<UnitId>,
    /// End of what lies in the file.
    pub file_end: u64,
    /// Start of the variables that are zero.
    pub bss: u64,
    /// Their end.
    pub bss_end: u64,
}

impl Layout {
    /// Lays the kept units out.
    pub fn of(units: &Units, kept: &Kept, folds: &Folds, base: Base) -> Self {
        let mut order: Vec<UnitId> = kept.iter().filter(|id| !folds.is_folded(*id)).collect();
        // A constant that stands for others has the strictest alignment of all.
        let mut align: Vec<u64> = units.iter().map(|(_, unit)| unit.align).collect();
        for id in kept.iter() {
            let by = folds.of_unit(id).0 as usize;
            align[by] = align[by].max(align[id.0 as usize]);
        }
        order.sort_by(|a, b| {
            let (ua, ub) = (units.unit(*a), units.unit(*b));
            ua.kind.cmp(&ub.kind).then_with(|| match ua.kind {
                Kind::Text => ub.heat.cmp(&ua.heat).then(a.cmp(b)),
                // Falling alignment leaves the fewest gaps.
                Kind::Rodata | Kind::Data | Kind::Bss => {
                    align[b.0 as usize].cmp(&align[a.0 as usize]).then(a.cmp(b))
                }
                _ => ua.name.cmp(&ub.name),
            })
        });
        let mut address = vec![None; units.len()];
        let mut at = base.address();
        let in_file = order.iter().take_while(|id| units.unit(**id).kind != Kind::Bss).count();
        for id in &order[..in_file] {
            at = at.next_multiple_of(align[id.0 as usize]);
            address[id.0 as usize] = Some(at);
            at += units.unit(*id).size;
        }
        let file_end = at;

        let zeroed = &order[in_file..];
        let size: u64 = zeroed.iter().map(|id| units.unit(*id).size + align[id.0 as usize]).sum();
        // Whole sectors are loaded, so what follows starts behind the last one.
        at = file_end.next_multiple_of(SECTOR);
        if at < HIGH && at + size + LOW_RESERVE > LOW_END {
            at = HIGH;
        }
        let most = zeroed.first().map_or(1, |id| align[id.0 as usize]);
        at = at.next_multiple_of(most.max(8));
        let bss = at;
        for id in zeroed {
            at = at.next_multiple_of(align[id.0 as usize]);
            address[id.0 as usize] = Some(at);
            at += units.unit(*id).size;
        }
        for id in kept.iter() {
            address[id.0 as usize] = address[folds.of_unit(id).0 as usize];
        }
        Self { base: base.address(), address, order, file_end, bss, bss_end: at }
    }

    /// Bytes that the file part takes.
    pub fn file_bytes(&self) -> u64 {
        self.file_end - self.base
    }

    /// Sectors that follow the first one in a flat image.
    pub fn sectors(&self) -> u64 {
        self.file_bytes().div_ceil(SECTOR).saturating_sub(1)
    }

    /// The numbers that the machine's pieces want to know.
    pub fn numbers(&self, units: &Units) -> Vec<(&'static str, u64)> {
        let first = |kind| {
            let found = self.order.iter().find(|id| units.unit(**id).kind == kind);
            found.and_then(|id| self.address[id.0 as usize]).unwrap_or(0)
        };
        let end = self.bss_end.max(self.file_end).next_multiple_of(16);
        let (low_end, high_end) =
            if self.bss >= HIGH { (self.file_end.next_multiple_of(SECTOR), end) } else { (end, 0) };
        let low_heap = if low_end < HIGH { low_end } else { 0x8000 };
        let high_heap = high_end.max(HIGH);
        vec![
            ("image_real", first(Kind::Real)),
            ("image_start", first(Kind::Start)),
            ("image_sectors", self.sectors()),
            ("image_low_kib", LOW_END / 1024),
            ("image_high_end", high_end),
            ("image_high_stack", high_heap + STACK_ROOM),
            ("image_low_stack", LOW_END),
            ("image_low_heap", low_heap),
            ("image_high_heap", high_heap),
            ("image_bss", self.bss),
            ("image_bss_quads", (self.bss_end - self.bss).div_ceil(8)),
        ]
    }
}
