//! The processor's counters, by its own registers.

use core::arch::x86_64::__cpuid_count;

use bareflow_machine::counters::{Absent, EVENTS, Place, Registers, program};
use x86::msr::{rdmsr, wrmsr};

/// The processor that this runs on.
struct Here;

impl Registers for Here {
    fn cpuid(&self, leaf: u32, sub_leaf: u32) -> [u32; 4] {
        let told = __cpuid_count(leaf, sub_leaf);
        [told.eax, told.ebx, told.ecx, told.edx]
    }

    fn read(&mut self, register: u32) -> u64 {
        // SAFETY: CPUID has said that the register is there; reading a counter changes nothing.
        unsafe { rdmsr(register) }
    }

    fn write(&mut self, register: u32, value: u64) {
        // SAFETY: as above; what is counted is no concern of any code's, and no counter interrupts, since
        // none is told to.
        unsafe { wrmsr(register, value) }
    }
}

/// Programs the counters of the processor that this runs on; where each is read.
///
/// # Errors
/// There are none.
pub fn begin() -> Result<[Option<Place>; EVENTS], Absent> {
    program(&mut Here)
}
