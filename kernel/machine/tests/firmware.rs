//! Tables of real machines, as QEMU 7.2's firmware wrote them with `-smp 3,maxcpus=4` (pc, q35) and
//! `-smp 3` (microvm), and what becomes of them when a bit of them is wrong.

use bareflow_machine::madt::{self, Interrupts, State};
use bareflow_machine::mptable;
use bareflow_machine::tables::Physical;

const MADT: [(&str, &[u8]); 3] = [
    ("pc", include_bytes!("tables/pc.madt")),
    ("q35", include_bytes!("tables/q35.madt")),
    ("microvm", include_bytes!("tables/microvm.madt")),
];
const MP: [(&str, &[u8]); 3] = [
    ("pc", include_bytes!("tables/pc.mp")),
    ("q35", include_bytes!("tables/q35.mp")),
    ("microvm", include_bytes!("tables/microvm.mp")),
];

fn enabled(interrupts: &Interrupts) -> Vec<u32> {
    let all = interrupts.processors.iter();
    all.filter(|p| p.state == State::Enabled).map(|p| p.id).collect()
}

#[test]
fn three_processors_are_found_on_every_machine() {
    for (name, table) in MADT {
        let found = madt::read(table);
        assert_eq!(enabled(&found), [0, 1, 2], "{name}");
        // The fourth could be plugged in; where there can be none, none is listed.
        assert_eq!(found.processors.len(), if name == "microvm" { 3 } else { 4 }, "{name}");
        assert_eq!(found.local_apic, Some(0xfee0_0000), "{name}");
        assert_eq!(found.io_apics[0], 0xfec0_0000, "{name}");
        assert_eq!(found.others(0, 64).start, [1, 2], "{name}");
        assert_eq!(found.others(1, 64).start, [0, 2], "{name}");
        assert_eq!((found.others(0, 1).start, found.others(0, 1).beyond), (vec![1], 1), "{name}");
    }
}

/// A table that wrong bits made never lists more processors than it has room for, and what it lists
/// comes from it alone.
#[test]
fn damaged_tables_are_read_to_their_end_at_most() {
    for (name, table) in MADT {
        for bit in 0..table.len() * 8 {
            let mut damaged = table.to_vec();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let found = madt::read(&damaged);
            assert!(found.processors.len() <= table.len() / 8, "{name} {bit}");
            let others = found.others(0, 64);
            assert!(others.start.len() + others.beyond <= found.processors.len(), "{name} {bit}");
            assert!(!others.start.contains(&0) && !others.start.contains(&0xff), "{name} {bit}");
        }
    }
}

/// Memory with a pointer and a table where firmware puts them.
struct Ram(Vec<u8>);

impl Physical for Ram {
    fn bytes(&self, address: u64, len: usize) -> Option<&[u8]> {
        let start = usize::try_from(address).ok()?;
        self.0.get(start..start.checked_add(len)?)
    }
}

fn memory(table: &[u8]) -> Ram {
    let mut ram = vec![0; 1 << 20];
    let mut pointer = *b"_MP_\x00\x5c\x0f\x00\x01\x04\x00\x00\x00\x00\x00\x00";
    pointer[10] = pointer.iter().fold(0u8, |sum, &b| sum.wrapping_sub(b));
    ram[0xf_5b00..0xf_5b10].copy_from_slice(&pointer);
    ram[0xf_5c00..0xf_5c00 + table.len()].copy_from_slice(table);
    Ram(ram)
}

#[test]
fn the_older_tables_say_what_they_can() {
    for (name, table) in MP {
        let found = mptable::find(&memory(table)).expect("a table");
        // SeaBIOS lists sockets, not cores.
        let expected: &[u32] = if name == "microvm" { &[0, 1, 2] } else { &[0] };
        assert_eq!(enabled(&found), expected, "{name}");
        assert_eq!(found.local_apic, Some(0xfee0_0000), "{name}");
        assert_eq!(found.io_apics, [0xfec0_0000], "{name}");
    }
}

#[test]
fn a_wrong_bit_in_an_older_table_is_noticed() {
    for (name, table) in MP {
        for bit in 0..table.len() * 8 {
            let mut damaged = table.to_vec();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(mptable::find(&memory(&damaged)), None, "{name} {bit}");
        }
    }
}
