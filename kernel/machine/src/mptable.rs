//! The table that listed processors before ACPI did (Intel MultiProcessor Specification 1.4,
//! chapter 4), which small virtual machines still have.

use alloc::vec::Vec;

use crate::madt::{Interrupts, Processor, State};
use crate::tables::Physical;

/// The places where firmware puts the pointer: the first KiB of the extended BIOS data area, the
/// last KiB of base memory, and the BIOS ROM.
fn places(memory: &impl Physical) -> impl Iterator<Item = u64> {
    let noted = |at, scale: u64| {
        let bytes = memory.bytes(at, 2)?;
        Some(u64::from(u16::from_le_bytes([bytes[0], bytes[1]])) * scale)
    };
    let extended = noted(0x40e, 16);
    let base_end = noted(0x413, 1024).and_then(|end| end.checked_sub(1024));
    let areas = [extended, base_end, Some(0x9_fc00)];
    areas
        .into_iter()
        .flatten()
        .filter(|at| (0x8_0000..0xa_0000).contains(at))
        .map(|at| (at & !15, 1024))
        .chain([(0xf_0000, 0x1_0000)])
        .flat_map(|(at, len): (u64, u64)| (at..at + len).step_by(16))
}

/// Finds and reads the table.
pub fn find(memory: &impl Physical) -> Option<Interrupts> {
    places(memory).find_map(|at| {
        let pointer = memory.bytes(at, 16).filter(|b| b.starts_with(b"_MP_") && sums_to_zero(b))?;
        // Feature byte 1: one of the default machines of two processors, which have no table.
        if pointer[11] != 0 {
            return Some(default_machine());
        }
        let table = u32::from_le_bytes(pointer[4..8].try_into().ok()?);
        read(memory, table.into())
    })
}

/// Processors 0 and 1, at the usual address (chapter 5).
fn default_machine() -> Interrupts {
    let processors = [0, 1].map(|id| Processor { id, state: State::Enabled });
    Interrupts {
        local_apic: Some(0xfee0_0000),
        io_apics: Vec::from([0xfec0_0000]),
        processors: Vec::from(processors),
    }
}

const HEADER: usize = 44;

fn read(memory: &impl Physical, at: u64) -> Option<Interrupts> {
    let header = memory.bytes(at, HEADER).filter(|b| b.starts_with(b"PCMP"))?;
    let len = usize::from(u16::from_le_bytes([header[4], header[5]]));
    let table = memory.bytes(at, len).filter(|b| b.len() >= HEADER && sums_to_zero(b))?;
    let long = |at: usize| Some(u32::from_le_bytes(table.get(at..at + 4)?.try_into().ok()?));
    let mut found = Interrupts { local_apic: long(36).map(u64::from), ..Interrupts::default() };
    let mut at = HEADER;
    while let Some(&kind) = table.get(at) {
        let len = if kind == 0 { 20 } else { 8 };
        let Some(entry) = table.get(at..at + len) else { break };
        const USABLE: u8 = 1;
        match kind {
            0 => {
                let enabled = entry[3] & USABLE != 0;
                let state = if enabled { State::Enabled } else { State::Disabled };
                found.processors.push(Processor { id: u32::from(entry[1]), state });
            }
            2 if entry[3] & USABLE != 0 => found.io_apics.extend(long(at + 4).map(u64::from)),
            1..=4 => {}
            // Longer than the kinds above, or not: nobody knows.
            _ => break,
        }
        at += len;
    }
    Some(found)
}

fn sums_to_zero(bytes: &[u8]) -> bool {
    bytes.iter().fold(0u8, |sum, &b| sum.wrapping_add(b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    struct Ram(Vec<u8>);

    impl Physical for Ram {
        fn bytes(&self, address: u64, len: usize) -> Option<&[u8]> {
            let start = usize::try_from(address).ok()?;
            self.0.get(start..start.checked_add(len)?)
        }
    }

    fn seal(bytes: &mut [u8], at: usize) {
        bytes[at] = 0;
        bytes[at] = bytes.iter().fold(0u8, |s, &b| s.wrapping_sub(b));
    }

    /// A machine whose pointer is at `pointer` and whose table, with `entries`, behind it.
    fn machine(pointer: usize, entries: &[u8]) -> Ram {
        let mut ram = vec![0; 1 << 20];
        let at = pointer + 16;
        let len = HEADER + entries.len();
        let table = &mut ram[at..at + len];
        table[..4].copy_from_slice(b"PCMP");
        table[4..6].copy_from_slice(&(len as u16).to_le_bytes());
        table[36..40].copy_from_slice(&0xfee0_0000_u32.to_le_bytes());
        table[HEADER..].copy_from_slice(entries);
        seal(table, 7);
        let floating = &mut ram[pointer..pointer + 16];
        floating[..4].copy_from_slice(b"_MP_");
        floating[4..8].copy_from_slice(&(at as u32).to_le_bytes());
        floating[8..10].copy_from_slice(&[1, 4]);
        seal(floating, 10);
        Ram(ram)
    }

    fn processor(id: u8, flags: u8) -> [u8; 20] {
        let mut entry = [0; 20];
        entry[1] = id;
        entry[3] = flags;
        entry
    }

    fn three() -> Vec<u8> {
        let bus = *b"\x01\x00ISA   ";
        let io = [2, 0, 0x11, 1, 0, 0, 0xc0, 0xfe];
        [&processor(0, 3)[..], &processor(1, 1), &processor(2, 0), &bus, &io].concat()
    }

    #[test]
    fn the_table_is_found_in_every_place() {
        for pointer in [0x9_fc00, 0xf_0000, 0xf_fb00] {
            let found = find(&machine(pointer, &three())).unwrap();
            assert_eq!(found.local_apic, Some(0xfee0_0000));
            assert_eq!(found.io_apics, [0xfec0_0000]);
            let states: Vec<_> = found.processors.iter().map(|p| (p.id, p.state)).collect();
            let expected = [(0, State::Enabled), (1, State::Enabled), (2, State::Disabled)];
            assert_eq!(states, expected, "{pointer:#x}");
        }
        let mut ram = machine(0x8_4560, &three());
        assert_eq!(find(&ram), None, "nobody says that it is there");
        ram.0[0x40e..0x410].copy_from_slice(&0x8456_u16.to_le_bytes());
        assert!(find(&ram).is_some());
    }

    #[test]
    fn default_machines_have_two_processors() {
        let mut ram = machine(0xf_0000, &[]);
        ram.0[0xf_000b] = 5;
        seal(&mut ram.0[0xf_0000..0xf_0010], 10);
        assert_eq!(find(&ram).unwrap().processors.len(), 2);
    }

    #[test]
    fn damage_never_panics_and_never_invents() {
        let whole = machine(0xf_0000, &three());
        for at in 0xf_0000..0xf_0010 + HEADER + three().len() {
            for bit in 0..8 {
                let mut ram = Ram(whole.0.clone());
                ram.0[at] ^= 1 << bit;
                assert_eq!(find(&ram), None, "{at:#x} {bit}");
            }
        }
        assert_eq!(find(&Ram(Vec::new())), None);
        // A good checksum does not make a length or an entry good.
        let mut ram = machine(0xf_0000, &three());
        ram.0[0xf_0010 + 4] -= 3;
        seal(&mut ram.0[0xf_0010..0xf_0010 + HEADER + three().len() - 3], 7);
        assert_eq!(find(&ram).unwrap().processors.len(), 3);
        let odd = find(&machine(0xf_0000, &[77; 60])).unwrap();
        assert!(odd.processors.is_empty());
    }
}
