//! Where every interrupt and exception arrives.

use bareflow_machine::vectors;

use crate::arch::frame::Frame;
use crate::arch::paging;
#[cfg(feature = "engine")]
use crate::resident;
use crate::{alarm, cores, devices, fault, memory};

/// Called by the stubs (`arch/vectors.s`), with interrupts off, on an interrupt stack.
#[unsafe(no_mangle)]
extern "C" fn trap_dispatch(frame: &mut Frame) {
    match frame.vector as u8 {
        // Present pages that fault were misused; absent ones may be memory not yet brought in.
        vectors::PAGE_FAULT
            if frame.error & 1 == 0 && memory::bring_in(paging::fault_address()) => {}
        vectors::TIMER => {
            devices::apic::acknowledge();
            alarm::strike(frame);
            #[cfg(feature = "engine")]
            resident::tick(frame);
        }
        // Its purpose was to come.
        vectors::WAKE => devices::apic::acknowledge(),
        vectors::NMI if cores::is_ending() => cores::stand(),
        // A spurious interrupt takes no acknowledgement.
        vectors::SPURIOUS => {}
        #[cfg(feature = "engine")]
        _ if resident::fault(frame) => {}
        _ => fault::fault(frame),
    }
}
