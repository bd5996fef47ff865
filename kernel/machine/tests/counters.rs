//! Counters on processors that are a script: what CPUID says, and registers that count when they are switched on as
//! the manuals want it.

use std::collections::BTreeMap;

use bareflow_machine::counters::{Absent, Place, Registers, program};

/// A processor. Each look at it is worth a hundred of every event.
#[derive(Default)]
struct Scripted {
    leaves: BTreeMap<u32, [u32; 4]>,
    registers: BTreeMap<u32, u64>,
    /// A hypervisor that takes writes and counts nothing.
    still: bool,
}

const OS_AND_USER: u64 = 1 << 16 | 1 << 17;
const ON: u64 = 1 << 22;

impl Scripted {
    fn new(vendor: &[u8; 12], leaves: &[(u32, [u32; 4])]) -> Self {
        let word = |at: usize| u32::from_le_bytes(vendor[at..at + 4].try_into().unwrap());
        let mut all: BTreeMap<u32, [u32; 4]> = leaves.iter().copied().collect();
        let most = |from: u32, to: u32| all.range(from..to).map(|(leaf, _)| *leaf).next_back();
        let (basic, extended) = (most(0, 1 << 31), most(1 << 31, u32::MAX));
        all.insert(0, [basic.unwrap_or(0), word(0), word(8), word(4)]);
        all.insert(1 << 31, [extended.unwrap_or(0), 0, 0, 0]);
        Self { leaves: all, ..Self::default() }
    }

    fn register(&self, register: u32) -> u64 {
        self.registers.get(&register).copied().unwrap_or(0)
    }

    fn version(&self) -> u32 {
        self.leaves.get(&10).map_or(0, |leaf| leaf[0] & 255)
    }

    /// The event that the counter behind a register counts now, if it counts.
    fn counts(&self, register: u32) -> Option<u64> {
        let selected = |select: u64| {
            (select & ON != 0 && select & OS_AND_USER == OS_AND_USER)
                .then_some(select & !(ON | OS_AND_USER))
        };
        match register {
            0xc1..0xd1 => {
                let number = register - 0xc1;
                let global = self.version() < 2 || self.register(0x38f) >> number & 1 != 0;
                selected(self.register(0x186 + number)).filter(|_| global)
            }
            0x309..0x30c => {
                let number = register - 0x309;
                let global = self.register(0x38f) >> (32 + number) & 1 != 0;
                let on = self.register(0x38d) >> (4 * number) & 0b1111 == 0b0011;
                (global && on).then(|| [0xc0, 0x3c, 0x13c][number as usize])
            }
            0xc001_0201.. if register & 1 != 0 => {
                let number = (register - 0xc001_0201) / 2;
                let second = self.leaves.get(&0x8000_0022).is_some_and(|leaf| leaf[0] & 1 != 0);
                let global = !second || self.register(0xc000_0301) >> number & 1 != 0;
                selected(self.register(register - 1)).filter(|_| global)
            }
            _ => None,
        }
    }
}

impl Registers for Scripted {
    fn cpuid(&self, leaf: u32, _: u32) -> [u32; 4] {
        self.leaves.get(&leaf).copied().unwrap_or([0; 4])
    }

    fn read(&mut self, register: u32) -> u64 {
        let before = self.register(register);
        if self.counts(register).is_some() && !self.still {
            self.registers.insert(register, before + 100);
        }
        before
    }

    fn write(&mut self, register: u32, value: u64) {
        self.registers.insert(register, value);
    }
}

/// The register that RDPMC reads under a number.
fn behind(place: Place, amd: bool) -> u32 {
    match place.number {
        number if number >> 30 & 1 != 0 => 0x309 + (number & 0xffff),
        number if amd => 0xc001_0201 + 2 * number,
        number => 0xc1 + number,
    }
}

/// Which events end up counted, as the maker selects them, each with the number of its counter and its bits.
fn counted(mut processor: Scripted, amd: bool) -> Vec<Option<(u64, u32, u8)>> {
    let places = program(&mut processor).unwrap();
    let told = |place: Place| {
        let event = processor.counts(behind(place, amd)).expect("it counts");
        (event, place.number, place.width)
    };
    places.iter().map(|place| place.map(told)).collect()
}

const FIXED: u32 = 1 << 30;

#[test]
fn intel_with_fixed_counters_counts_everything() {
    // Version 5, eight counters of 48 bits, eight events, all there; four fixed ones of 48 bits.
    let leaf = [8 << 24 | 48 << 16 | 8 << 8 | 5, 0, 0b1111, 48 << 5 | 4];
    let processor = Scripted::new(b"GenuineIntel", &[(10, leaf)]);
    assert_eq!(
        counted(processor, false),
        [
            Some((0xc0, FIXED, 48)),
            Some((0x3c, FIXED + 1, 48)),
            Some((0xc4, 0, 48)),
            Some((0xc5, 1, 48)),
            Some((0x4f2e, 2, 48)),
            Some((0x412e, 3, 48)),
        ]
    );
}

#[test]
fn the_first_version_has_neither_fixed_counters_nor_a_common_switch() {
    // Two counters of 40 bits: instructions and cycles come first.
    let leaf = [7 << 24 | 40 << 16 | 2 << 8 | 1, 0, 0, 3];
    let processor = Scripted::new(b"GenuineIntel", &[(10, leaf)]);
    let both = [Some((0xc0, 0, 40)), Some((0x3c, 1, 40))];
    assert_eq!(counted(processor, false), [&both[..], &[None; 4]].concat());
}

#[test]
fn a_set_bit_says_that_an_event_is_not_there() {
    // No branches and no cache misses; and a list that ends before mispredictions.
    for (events, ebx, there) in
        [(7, 1 << 5 | 1 << 4, [false, true, true, false]), (5, 0, [false, false, true, true])]
    {
        let leaf = [events << 24 | 48 << 16 | 4 << 8 | 2, ebx, 0, 48 << 5 | 3];
        let processor = Scripted::new(b"GenuineIntel", &[(10, leaf)]);
        let counted = counted(processor, false);
        assert_eq!([2, 3, 4, 5].map(|at| counted[at].is_some()), there, "{counted:?}");
        assert_eq!(
            (counted[0], counted[1]),
            (Some((0xc0, FIXED, 48)), Some((0x3c, FIXED + 1, 48)))
        );
    }
}

#[test]
fn amd_is_asked_for_its_own() {
    let events = [0xc0, 0x76, 0xc2, 0xc3, 0xff60, 0x0964];
    let zen = (1, [0x00a2_0f10, 0, 0, 0]);
    let second =
        Scripted::new(b"AuthenticAMD", &[zen, (0x8000_0001, [0; 4]), (0x8000_0022, [1, 6, 0, 0])]);
    let all: Vec<_> = (0..).zip(events).map(|(at, event)| Some((event, at, 48))).collect();
    assert_eq!(counted(second, true), all);
    let extended = Scripted::new(b"AuthenticAMD", &[zen, (0x8000_0001, [0, 0, 1 << 23, 0])]);
    assert_eq!(counted(extended, true), all);
    // Family 15h: caches have other numbers there.
    let older = (1, [0x0060_0f12, 0, 0, 0]);
    let older = Scripted::new(b"AuthenticAMD", &[older, (0x8000_0001, [0, 0, 1 << 23, 0])]);
    assert_eq!(counted(older, true), [&all[..4], &[None; 2]].concat());
}

#[test]
fn where_there_are_none_nothing_is_written() {
    // What QEMU's emulation says: a maker, and no counters.
    for (vendor, leaves) in [
        (b"GenuineIntel", &[(10, [0; 4])][..]),
        (b"GenuineIntel", &[(7, [0; 4])]),
        (b"AuthenticAMD", &[(1, [0x00a2_0f10, 0, 0, 0]), (0x8000_0022, [0; 4])]),
        (b"SomebodyElse", &[(10, [8 << 24 | 48 << 16 | 8 << 8 | 5, 0, 15, 48 << 5 | 4])]),
    ] {
        let mut processor = Scripted::new(vendor, leaves);
        assert_eq!(program(&mut processor), Err(Absent::None));
        assert_eq!(processor.registers, BTreeMap::new());
    }
    let leaf = [8 << 24 | 48 << 16 | 8 << 8 | 5, 0, 0b1111, 48 << 5 | 4];
    let still = Scripted { still: true, ..Scripted::new(b"GenuineIntel", &[(10, leaf)]) };
    assert_eq!(program(&mut { still }), Err(Absent::Still));
}
