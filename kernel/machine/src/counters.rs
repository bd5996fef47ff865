//! The processor's counters of events: which it has, and how they are programmed.
//!
//! Intel describes its own in the SDM, volume 3, "Performance Monitoring" ("Architectural Performance Monitoring",
//! CPUID leaf 0Ah): seven events that mean the same on every processor, of which CPUID says by *inverted* bits which
//! are there, counters that count whatever is selected, and from version 2 on fixed ones for a single event each.
//! AMD describes them in its APM, volume 2, "Performance Monitor Counters" (CPUID leaf 8000_0022h, PerfMonV2, or the
//! older extended counters of leaf 8000_0001h): there the same events have had the same numbers since family 17h.
//!
//! Everything goes by CPUID: an emulator that has no counters says so there, and RDPMC is a fault on it. A
//! hypervisor may say that there are some and count nothing; so the count of instructions is read twice, and has to
//! have moved.
//!
//! Programming may cost milliseconds under a hypervisor, which has to do it itself, so it is done once. Afterwards
//! RDPMC alone reads them ([`Place`]).

/// CPUID and the model-specific registers of a processor.
pub trait Registers {
    /// EAX, EBX, ECX and EDX of a leaf.
    fn cpuid(&self, leaf: u32, sub_leaf: u32) -> [u32; 4];

    /// Reads a register that CPUID has said is there.
    fn read(&mut self, register: u32) -> u64;

    /// Writes one.
    fn write(&mut self, register: u32, value: u64);
}

/// Where a counter is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// What RDPMC takes in ECX.
    pub number: u32,
    /// Its bits.
    pub width: u8,
}

/// What can be counted, in this order: instructions, cycles, branches, mispredictions, cache references, cache
/// misses.
pub const EVENTS: usize = 6;

/// Why there are no counters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Absent {
    /// CPUID names none.
    None,
    /// CPUID names some, and they stand still.
    Still,
}

impl core::fmt::Display for Absent {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Absent::None => "the processor has none",
            Absent::Still => "the processor says that it has some, and they stand still",
        })
    }
}

/// Has the processor count, in all its modes and for good, as many of the events as it has counters for, in their
/// order; where each is read.
///
/// # Errors
/// There are none, or they do not count.
pub fn program(registers: &mut dyn Registers) -> Result<[Option<Place>; EVENTS], Absent> {
    let vendor = registers.cpuid(0, 0);
    let places = match [vendor[1], vendor[3], vendor[2]].map(u32::to_le_bytes).as_flattened() {
        b"GenuineIntel" if vendor[0] >= 10 => intel(registers),
        b"AuthenticAMD" => amd(registers),
        _ => None,
    };
    let (places, instructions) = places.ok_or(Absent::None)?;
    let before = registers.read(instructions);
    if registers.read(instructions) == before {
        return Err(Absent::Still);
    }
    Ok(places)
}

/// Where events are read, and the register that counts instructions.
type Programmed = ([Option<Place>; EVENTS], u32);

/// Bits of an event's selection that both makers share: in programs, in the kernel, on.
const SELECT: u64 = 1 << 16 | 1 << 17 | 1 << 22;

mod msr {
    //! Intel: "Model-Specific Registers", SDM volume 4. AMD: APM volume 2, appendix A.

    pub(super) const COUNTER: u32 = 0xc1;
    pub(super) const SELECT: u32 = 0x186;
    pub(super) const FIXED: u32 = 0x309;
    pub(super) const FIXED_CONTROL: u32 = 0x38d;
    pub(super) const GLOBAL_CONTROL: u32 = 0x38f;
    pub(super) const AMD_SELECT: u32 = 0xc001_0200;
    pub(super) const AMD_COUNTER: u32 = 0xc001_0201;
    pub(super) const AMD_GLOBAL_CONTROL: u32 = 0xc000_0301;
}

/// Event and unit mask of each event, and its bit in CPUID leaf 0Ah, EBX.
const INTEL: [(u64, u32); EVENTS] =
    [(0x00c0, 1), (0x003c, 0), (0x00c4, 5), (0x00c5, 6), (0x4f2e, 3), (0x412e, 4)];
/// Number of the fixed counter of an event.
const INTEL_FIXED: [Option<u32>; EVENTS] = [Some(0), Some(1), None, None, None, None];
/// RDPMC finds fixed counters from this number on.
const FIXED_NUMBER: u32 = 1 << 30;

fn intel(registers: &mut dyn Registers) -> Option<Programmed> {
    let [eax, ebx, ecx, edx] = registers.cpuid(10, 0);
    let [version, counters, width, events] = eax.to_le_bytes();
    if version == 0 || counters == 0 {
        return None;
    }
    let is_fixed = |number: u32| {
        let first = version >= 2 && edx & 31 > number;
        first || version >= 5 && ecx >> number & 1 != 0
    };
    let fixed_width = (edx >> 5) as u8;
    if version >= 2 {
        registers.write(msr::GLOBAL_CONTROL, 0);
    }
    let (mut free, mut fixed_control, mut enabled) = (0..u32::from(counters), 0, 0);
    let mut instructions = None;
    let mut places = [None; EVENTS];
    for (at, (select, bit)) in INTEL.into_iter().enumerate() {
        let (place, register) = if let Some(number) = INTEL_FIXED[at].filter(|n| is_fixed(*n)) {
            let register = msr::FIXED + number;
            registers.write(register, 0);
            // In the kernel and in programs.
            fixed_control |= 0b11 << (4 * number);
            enabled |= 1u64 << (32 + number);
            (Place { number: FIXED_NUMBER | number, width: fixed_width }, register)
        } else {
            if bit >= u32::from(events) || ebx >> bit & 1 != 0 {
                continue;
            }
            let Some(number) = free.next() else { continue };
            registers.write(msr::SELECT + number, 0);
            registers.write(msr::COUNTER + number, 0);
            registers.write(msr::SELECT + number, select | SELECT);
            enabled |= 1 << number;
            (Place { number, width }, msr::COUNTER + number)
        };
        if at == 0 {
            instructions = Some(register);
        }
        places[at] = Some(place);
    }
    if fixed_control != 0 {
        registers.write(msr::FIXED_CONTROL, fixed_control);
    }
    if version >= 2 {
        registers.write(msr::GLOBAL_CONTROL, enabled);
    }
    Some((places, instructions?))
}

/// The events of AMD's processors since family 17h; the cache is the second level.
const AMD: [u64; EVENTS] = [0xc0, 0x76, 0xc2, 0xc3, 0xff60, 0x0964];
/// Counters of processors that have the extended ones and no PerfMonV2.
const AMD_EXTENDED: u32 = 6;
const AMD_WIDTH: u8 = 48;

fn amd(registers: &mut dyn Registers) -> Option<Programmed> {
    let last = registers.cpuid(0x8000_0000, 0)[0];
    let second = last >= 0x8000_0022 && registers.cpuid(0x8000_0022, 0)[0] & 1 != 0;
    let extended = last >= 0x8000_0001 && registers.cpuid(0x8000_0001, 0)[2] >> 23 & 1 != 0;
    let counters = match (second, extended) {
        (true, _) => registers.cpuid(0x8000_0022, 0)[1] & 15,
        (false, true) => AMD_EXTENDED,
        (false, false) => return None,
    };
    let signature = registers.cpuid(1, 0)[0];
    let family = (signature >> 8 & 15) + (signature >> 20 & 255);
    // What older ones call the events of caches differs from family to family.
    let events = if family >= 0x17 { EVENTS } else { 4 };
    if second {
        registers.write(msr::AMD_GLOBAL_CONTROL, 0);
    }
    let mut places = [None; EVENTS];
    for (number, select) in (0..counters).zip(&AMD[..events]) {
        registers.write(msr::AMD_SELECT + 2 * number, 0);
        registers.write(msr::AMD_COUNTER + 2 * number, 0);
        registers.write(msr::AMD_SELECT + 2 * number, select | SELECT);
        places[number as usize] = Some(Place { number, width: AMD_WIDTH });
    }
    if second {
        registers.write(msr::AMD_GLOBAL_CONTROL, (1 << counters) - 1);
    }
    places[0]?;
    Some((places, msr::AMD_COUNTER))
}
