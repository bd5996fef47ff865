//! Gives every kept unit its address.

use super::order::{PAGE, in_pages};
use super::{Folds, Kept, Kind, Place, UnitId, Units};
use crate::pack::TABLE;
use alloc::vec;
use alloc::vec::Vec;

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

/// Where the content of an image is used, and how it gets there from its file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Right behind the head, as in its file.
    Behind,
    /// At this address, unpacked from what lies behind the head.
    Unpacked(u64),
    /// At [`ABOVE`], loaded there: it has no room in low memory.
    Above,
    /// At [`ABOVE`], unpacked from what was loaded behind it.
    UnpackedAbove,
}

impl Form {
    /// Whether what follows the head is loaded above the first mebibyte.
    pub const fn is_above(self) -> bool {
        matches!(self, Form::Above | Form::UnpackedAbove)
    }
}

/// Where contents begin that have no room in low memory: not at 1 MiB itself, since the decoder writes in
/// front of them, and there is firmware.
pub const ABOVE: u64 = HIGH + PAGE;
/// What lies above this is not addressed by code with signed 32-bit addresses.
pub const ABOVE_END: u64 = 1 << 31;
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
    /// Where the content is and how it gets there.
    pub form: Form,
    /// End of what the BIOS or an ELF loader enters and finds by fixed addresses; what follows is
    /// the content.
    pub head_end: u64,
    /// Start of the content.
    pub content: u64,
    /// Where the variables that are not zero are loaded: at the end of the content.
    pub data_load: u64,
    /// End of the content.
    pub file_end: u64,
    /// Where variables are used, in pages without code: those that are not zero come first, and
    /// are copied here.
    pub data: u64,
    /// Start of the variables that are zero.
    pub bss: u64,
    /// Their end.
    pub bss_end: u64,
}

impl Layout {
    /// Lays the kept units out.
    ///
    /// What is written lies in pages of its own: processors throw away what they have decoded of
    /// code near a store, and emulators that translate code look through a page's translations at
    /// every store into it.
    pub fn of(units: &Units, kept: &Kept, folds: &Folds, base: Base, form: Form) -> Self {
        let mut order: Vec<UnitId> = kept.iter().filter(|id| !folds.is_folded(*id)).collect();
        // A constant that stands for others has the strictest alignment of all.
        let mut align: Vec<u64> = units.iter().map(|(_, unit)| unit.align).collect();
        for id in kept.iter() {
            let by = folds.of_unit(id).0 as usize;
            align[by] = align[by].max(align[id.0 as usize]);
        }
        let unit = |id: &UnitId| units.unit(*id);
        order.sort_by(|a, b| {
            unit(a).kind.cmp(&unit(b).kind).then_with(|| match unit(a).kind {
                Kind::Text => unit(b).heat.cmp(&unit(a).heat).then(a.cmp(b)),
                // Falling alignment leaves the fewest gaps.
                Kind::Rodata | Kind::Data | Kind::Bss => {
                    align[b.0 as usize].cmp(&align[a.0 as usize]).then(a.cmp(b))
                }
                _ => unit(a).name.cmp(&unit(b).name),
            })
        });
        let mut address = vec![None; units.len()];
        // Gives the units of a part their addresses from `at` on; where they end.
        let mut place = |part: &[UnitId], mut at: u64| {
            for id in part {
                at = at.next_multiple_of(align[id.0 as usize]);
                address[id.0 as usize] = Some(at);
                at += unit(id).size;
            }
            at
        };
        let count = |limit: Kind| order.partition_point(|id| unit(id).kind < limit);
        let [start, text, rodata, data, bss] =
            [Kind::Start, Kind::Text, Kind::Rodata, Kind::Data, Kind::Bss].map(count);

        let head_end = place(&order[..start], base.address());
        let content = match form {
            Form::Behind => head_end,
            Form::Unpacked(address) => address,
            Form::Above | Form::UnpackedAbove => ABOVE,
        };
        let start_end = place(&order[start..text], content);
        let functions = in_pages(order[text..rodata].to_vec(), units, &align, start_end);
        order[text..rodata].copy_from_slice(&functions);
        let data_load = place(&order[text..data], start_end);
        // Their places relative to each other, as the first stands at the start of a page.
        let data_size = place(&order[data..bss], 0);
        let file_end = data_load + data_size;

        let variables = &order[data..];
        let size: u64 = variables.iter().map(|id| unit(id).size + align[id.0 as usize]).sum();
        let most = variables.iter().map(|id| align[id.0 as usize]).max().unwrap_or(1).max(PAGE);
        let mut at = file_end.next_multiple_of(most);
        if at < HIGH && at + size + LOW_RESERVE > LOW_END {
            at = HIGH.next_multiple_of(most);
        }
        let data_end = place(&order[data..bss], at);
        // Cleared by eight bytes at a time.
        let bss_at = order.get(bss).map_or(8, |id| align[id.0 as usize].max(8));
        let bss_at = data_end.next_multiple_of(bss_at);
        let bss_end = place(&order[bss..], bss_at);
        for id in kept.iter() {
            address[id.0 as usize] = address[folds.of_unit(id).0 as usize];
        }
        Self {
            base: base.address(),
            address,
            order,
            form,
            head_end,
            content,
            data_load,
            file_end,
            data: at,
            bss: bss_at,
            bss_end,
        }
    }

    /// Where what is used at `address` is loaded.
    pub fn loaded_at(&self, kind: Kind, address: u64) -> u64 {
        if kind == Kind::Data { address - self.data + self.data_load } else { address }
    }

    /// Bytes from the first address to the end of the content.
    pub fn span(&self) -> u64 {
        self.file_end - self.base
    }

    /// Whether the content is packed in the file.
    pub fn is_packed(&self) -> bool {
        matches!(self.form, Form::Unpacked(_) | Form::UnpackedAbove)
    }

    /// Bytes of the file before what is loaded above the first mebibyte: whole sectors.
    pub fn head_bytes(&self) -> u64 {
        (self.head_end - self.base).next_multiple_of(SECTOR)
    }

    /// Where the decoder has its table, for [`TABLE`] bytes.
    fn table(&self) -> u64 {
        self.file_end.next_multiple_of(16)
    }

    /// The numbers that the machine's pieces want to know, of an image with a file of
    /// `file_bytes`.
    pub fn numbers(&self, units: &Units, file_bytes: u64) -> Vec<(&'static str, u64)> {
        let first = |kind| {
            let found = self.order.iter().find(|id| units.unit(**id).kind == kind);
            found.and_then(|id| self.address[id.0 as usize]).unwrap_or(0)
        };
        let sectors = file_bytes.div_ceil(SECTOR).saturating_sub(1);
        let (low_sectors, packed, loaded) = match self.form {
            Form::Behind | Form::Unpacked(_) => (sectors, self.head_end, HIGH),
            Form::Above => (self.head_bytes() / SECTOR - 1, 0, self.content),
            Form::UnpackedAbove => {
                let behind = (self.table() + TABLE).next_multiple_of(SECTOR);
                (self.head_bytes() / SECTOR - 1, behind, behind)
            }
        };
        let high_sectors = sectors.saturating_sub(low_sectors);
        let end = self.bss_end.max(self.file_end).next_multiple_of(16);
        // What low memory may be used behind.
        let in_low = if self.file_end < HIGH { self.file_end } else { self.head_end };
        let (low_end, high_end) =
            if self.data >= HIGH { (in_low.next_multiple_of(SECTOR), end) } else { (end, 0) };
        let low_heap = if low_end < HIGH { low_end } else { 0x8000 };
        let needed = if self.form.is_above() { loaded + high_sectors * SECTOR } else { 0 };
        let high_heap = high_end.max(HIGH);
        let entered = match self.form {
            Form::Behind => Kind::Start,
            Form::Above => Kind::Go,
            Form::Unpacked(_) | Form::UnpackedAbove => Kind::Unpack,
        };
        vec![
            ("image_real", first(Kind::Real)),
            ("image_start", first(entered)),
            ("image_packed", packed),
            ("image_content", self.content),
            ("image_content_end", self.file_end),
            ("image_table", self.table()),
            ("image_second_sector", first_sector(units) + 1),
            ("image_sectors", sectors),
            ("image_low_sectors", low_sectors),
            ("image_high_sectors", high_sectors),
            ("image_high_load", loaded),
            ("image_low_kib", LOW_END / 1024),
            ("image_high_end", high_end.max(needed)),
            ("image_high_stack", high_heap + STACK_ROOM),
            ("image_low_stack", LOW_END),
            ("image_low_heap", low_heap),
            ("image_high_heap", high_heap),
            ("image_data_load", self.data_load),
            ("image_data", self.data),
            ("image_data_bytes", self.file_end - self.data_load),
            ("image_bss", self.bss),
            ("image_bss_quads", (self.bss_end - self.bss).div_ceil(8)),
        ]
    }
}

/// What the disk's sector that an image begins at is called, where that is not the first.
pub const FIRST_SECTOR: &str = "disk_first_sector";

fn first_sector(units: &Units) -> u64 {
    match units.find(FIRST_SECTOR).and_then(|symbol| units.place(symbol)) {
        Some(Place::Absolute(first)) => first,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::{Fix, FixKind, Unit};

    #[test]
    fn nothing_written_shares_a_page_with_code() {
        let mut units = Units::default();
        let mut define = |name: &str, kind, bytes: Vec<u8>| {
            units.define(name, Unit::new(name, kind, 4, bytes)).unwrap()
        };
        let start = define("start", Kind::Start, vec![0x90; 7]);
        let code = define("code", Kind::Text, vec![0x90; 5000]);
        let constant = define("constant", Kind::Rodata, vec![1; 9]);
        let variable = define("variable", Kind::Data, vec![2; 6]);
        let zeroed = define("zeroed", Kind::Bss, Vec::new());
        let copies = define("need_data", Kind::Start, vec![0x90; 3]);
        units.unit_mut(zeroed).size = 100;
        for name in ["code", "constant", "variable", "zeroed"] {
            let target = units.symbol(name);
            let fix = Fix { at: 0, kind: FixKind::Need, target, addend: 0 };
            units.unit_mut(start).fixes.push(fix);
        }
        units.unit_mut(start).on_demand = false;
        let kept = Kept::of(&units, &[Kind::Start], &[]);
        // Nobody refers to what brings variables to their place.
        assert!(kept.has(copies));
        let folds = Folds::none(&units);
        for base in [Base::Flat, Base::Elf] {
            let layout = Layout::of(&units, &kept, &folds, base, Form::Behind);
            let pages = |id: UnitId| {
                let at = layout.address[id.0 as usize].unwrap();
                (at / PAGE, (at + units.unit(id).size - 1) / PAGE)
            };
            let last_of_code = [start, code, constant].map(|id| pages(id).1);
            let first_of_variables = [variable, zeroed].map(|id| pages(id).0);
            assert!(last_of_code.iter().max() < first_of_variables.iter().min(), "{base:?}");
            // In the file they follow what is constant.
            let at = |id: UnitId| layout.address[id.0 as usize].unwrap();
            assert_eq!(layout.loaded_at(Kind::Data, at(variable)), at(constant) + 9);
            assert_eq!(layout.file_end, at(constant) + 9 + 6);
        }
    }
}
