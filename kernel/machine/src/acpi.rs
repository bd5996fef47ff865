//! The few ACPI tables (ACPI 6.5, chapter 5) that say how to switch off and where the
//! interrupt controllers are.
//!
//! [`crate::tables`] finds them and has checked their lengths and checksums.

use alloc::vec::Vec;

use crate::madt::{self, Interrupts};
use crate::tables::{self, Physical, quad, word};

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tables {
    /// How to switch the machine off.
    pub power_off: Option<PowerOff>,
    /// Interrupt controllers and processors; `None` without a table of them.
    pub interrupts: Option<Interrupts>,
}

/// The registers that switch a machine off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PowerOff {
    /// Ports PM1a and PM1b (0: none) and the words for them.
    Pm1 {
        /// Port and word of block a.
        a: (u16, u16),
        /// Port and word of block b.
        b: (u16, u16),
    },
    /// One byte to a register of hardware-reduced ACPI.
    SleepRegister {
        /// Whether `address` is a port; else it is memory.
        port: bool,
        /// Where.
        address: u64,
        /// What to write.
        value: u8,
    },
}

/// Reads the tables below a root pointer.
pub fn read(memory: &impl Physical, root: u64) -> Tables {
    let mut found = Tables::default();
    let mut fixed = None;
    let mut definitions = Vec::new();
    for table in tables::below(memory, root) {
        match &table[..4] {
            b"FACP" => fixed = Some(table),
            b"APIC" => found.interrupts = Some(madt::read(table)),
            b"SSDT" => definitions.push(table),
            _ => {}
        }
    }
    if let Some(fixed) = fixed {
        let dsdt = quad(fixed, 140).filter(|&a| a != 0).or(word(fixed, 40).map(u64::from));
        definitions.extend(dsdt.and_then(|at| tables::table(memory, at)));
        found.power_off =
            definitions.iter().find_map(|d| sleep_type(d)).and_then(|t| power_off(fixed, t));
    }
    found
}

/// The two sleep types of the state S5 ("soft off"), from the AML of a DSDT or SSDT:
/// `Name (_S5, Package () { a, b, ... })`.
fn sleep_type(aml: &[u8]) -> Option<(u8, u8)> {
    let at = aml.windows(6).position(|w| &w[..5] == b"_S5_\x12")?;
    // PkgLength: the two high bits of its first byte count the bytes that follow.
    let length_bytes = 1 + usize::from(aml[at + 5] >> 6);
    let elements = aml.get(at + 5 + length_bytes + 1..)?;
    let (a, rest) = integer(elements)?;
    let (b, _) = integer(rest).unwrap_or((0, &[]));
    Some((a, b))
}

fn integer(aml: &[u8]) -> Option<(u8, &[u8])> {
    match *aml {
        [0x0a, value, ..] => Some((value, &aml[2..])),
        [value @ (0 | 1), ..] => Some((value, &aml[1..])),
        _ => None,
    }
}

/// The FADT (5.2.9).
fn power_off(fixed: &[u8], (a, b): (u8, u8)) -> Option<PowerOff> {
    const HARDWARE_REDUCED: u32 = 1 << 20;
    if word(fixed, 112).is_some_and(|flags| flags & HARDWARE_REDUCED != 0) {
        // Sleep control register: a generic address structure at 244.
        let address = quad(fixed, 248).filter(|&a| a != 0)?;
        let port = *fixed.get(244)? == 1;
        return Some(PowerOff::SleepRegister { port, address, value: (a & 7) << 2 | 1 << 5 });
    }
    const ENABLE: u16 = 1 << 13;
    let port = |at| word(fixed, at).and_then(|p| u16::try_from(p).ok()).unwrap_or(0);
    let word_for = |sleep_type: u8| u16::from(sleep_type & 7) << 10 | ENABLE;
    let (port_a, port_b) = (port(64), port(68));
    (port_a != 0).then_some(PowerOff::Pm1 { a: (port_a, word_for(a)), b: (port_b, word_for(b)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::find_root;
    use alloc::vec;

    struct Ram(Vec<u8>);

    impl Physical for Ram {
        fn bytes(&self, address: u64, len: usize) -> Option<&[u8]> {
            let start = usize::try_from(address).ok()?;
            self.0.get(start..start.checked_add(len)?)
        }
    }

    impl Ram {
        fn put(&mut self, at: usize, signature: &[u8], body: &[u8]) {
            let len = 36 + body.len();
            let t = &mut self.0[at..at + len];
            t[..4].copy_from_slice(signature);
            t[4..8].copy_from_slice(&(len as u32).to_le_bytes());
            t[36..].copy_from_slice(body);
            t[9] = 0;
            t[9] = t.iter().fold(0u8, |s, &b| s.wrapping_sub(b));
        }
    }

    fn machine() -> Ram {
        let mut ram = Ram(vec![0; 1 << 20]);
        let root = &mut ram.0[0xe0040..0xe0054];
        root[..8].copy_from_slice(b"RSD PTR ");
        root[16..20].copy_from_slice(&0x1000u32.to_le_bytes());
        root[8] = root.iter().fold(0u8, |s, &b| s.wrapping_sub(b));
        let pointers: Vec<u8> = [0x2000u32, 0x3000].iter().flat_map(|p| p.to_le_bytes()).collect();
        ram.put(0x1000, b"RSDT", &pointers);
        let mut fixed = vec![0; 80];
        fixed[4..8].copy_from_slice(&0x4000u32.to_le_bytes());
        fixed[28..32].copy_from_slice(&0x604u32.to_le_bytes());
        ram.put(0x2000, b"FACP", &fixed);
        let mut interrupts = vec![0, 0, 0xe0, 0xfe, 1, 0, 0, 0];
        interrupts.extend([0, 8, 0, 0, 1, 0, 0, 0, 0, 8, 1, 1, 0, 0, 0, 0, 0, 8, 2, 2, 1, 0, 0, 0]);
        interrupts.extend([1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0]);
        ram.put(0x3000, b"APIC", &interrupts);
        ram.put(0x4000, b"DSDT", b"\x08_S5_\x12\x06\x04\x0a\x05\x01\0\0");
        ram
    }

    #[test]
    fn tables_are_found_and_read() {
        let ram = machine();
        let root = find_root(&ram, 0).unwrap();
        assert_eq!(root, 0xe0040);
        assert_eq!(find_root(&ram, 0x5000), Some(root), "what is told wrongly is searched for");
        assert_eq!(find_root(&ram, root), Some(root));
        let found = read(&ram, root);
        let interrupts = found.interrupts.unwrap();
        assert_eq!(interrupts.local_apic, Some(0xfee0_0000));
        assert_eq!(interrupts.io_apics, [0xfec0_0000]);
        assert_eq!(interrupts.others(0, 64).start, [2], "the disabled processor is left out");
        let off = PowerOff::Pm1 { a: (0x604, 0x3400), b: (0, 0x2400) };
        assert_eq!(found.power_off, Some(off));
    }

    #[test]
    fn hardware_reduced_machines_have_a_sleep_register() {
        let mut ram = machine();
        let mut fixed = vec![0; 220];
        fixed[4..8].copy_from_slice(&0x4000u32.to_le_bytes());
        fixed[76..80].copy_from_slice(&(1u32 << 20).to_le_bytes());
        fixed[212..220].copy_from_slice(&0xfea0_0000u64.to_le_bytes());
        ram.put(0x2000, b"FACP", &fixed);
        let off = PowerOff::SleepRegister { port: false, address: 0xfea0_0000, value: 0x34 };
        assert_eq!(read(&ram, 0xe0040).power_off, Some(off));
    }

    #[test]
    fn damage_never_panics_and_never_invents() {
        let whole = machine();
        let found = read(&whole, 0xe0040);
        for at in (0x1000..0x1030).chain(0x2000..0x2090).chain(0x3000..0x3060).chain(0x4000..0x4040)
        {
            let mut ram = Ram(whole.0.clone());
            ram.0[at] ^= 0xff;
            let damaged = read(&ram, 0xe0040);
            assert_ne!((at, &damaged), (0x2024 + 4, &found));
            assert!(damaged.interrupts.is_none_or(|i| i.others(0, 64).start.len() <= 1));
        }
        assert_eq!(read(&whole, 0x5000), Tables::default());
        assert_eq!(read(&Ram(whole.0[..0x3004].to_vec()), 0), Tables::default());
    }
}
