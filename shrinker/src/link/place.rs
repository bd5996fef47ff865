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
    /// End of what the BIOS or an ELF loader enters and finds by fixed addresses; what follows is
    /// the content, which a packed image has elsewhere than in its file.
    pub head_end: u64,
    /// Start of the content.
    pub content: u64,
    /// End of the content.
    pub file_end: u64,
    /// Start of the variables that are zero.
    pub bss: u64,
    /// Their end.
    pub bss_end: u64,
}

impl Layout {
    /// Lays the kept units out; the content at `content`, if that is given, else right behind the
    /// head.
    pub fn of(units: &Units, kept: &Kept, folds: &Folds, base: Base, content: Option<u64>) -> Self {
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
        let mut head = None;
        for id in &order[..in_file] {
            if head.is_none() && units.unit(*id).kind >= Kind::Start {
                head = Some(at);
                at = content.unwrap_or(at);
            }
            at = at.next_multiple_of(align[id.0 as usize]);
            address[id.0 as usize] = Some(at);
            at += units.unit(*id).size;
        }
        let file_end = at;
        let head_end = head.unwrap_or(at);
        let content = content.unwrap_or(head_end);

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
        Self { base: base.address(), address, order, head_end, content, file_end, bss, bss_end: at }
    }

    /// Bytes from the first address to the end of the content.
    pub fn span(&self) -> u64 {
        self.file_end - self.base
    }

    /// Whether the content lies elsewhere than right behind the head.
    pub fn is_packed(&self) -> bool {
        self.content != self.head_end
    }

    /// The numbers that the machine's pieces want to know, of an image with a file of
    /// `file_bytes`.
    pub fn numbers(&self, units: &Units, file_bytes: u64) -> Vec<(&'static str, u64)> {
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
            ("image_start", first(if self.is_packed() { Kind::Unpack } else { Kind::Start })),
            ("image_packed", self.head_end),
            ("image_content", self.content),
            ("image_content_end", self.file_end),
            ("image_probabilities", self.file_end.next_multiple_of(16)),
            ("image_sectors", file_bytes.div_ceil(SECTOR).saturating_sub(1)),
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
