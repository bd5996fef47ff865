//! Where every interrupt and exception arrives.

use bareflow_machine::vectors;

use super::{Place, paging};
use crate::{alarm, cores, devices, fault, memory};

/// The registers of what was interrupted, as the stubs push them.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    pub r15: u64,
    pub r14: u64,
    pub r13: u64,
    pub r12: u64,
    pub r11: u64,
    pub r10: u64,
    pub r9: u64,
    pub r8: u64,
    pub rbp: u64,
    pub rdi: u64,
    pub rsi: u64,
    pub rdx: u64,
    pub rcx: u64,
    pub rbx: u64,
    pub rax: u64,
    pub vector: u64,
    pub error: u64,
    pub rip: u64,
    pub cs: u64,
    pub rflags: u64,
    pub rsp: u64,
    pub ss: u64,
}

impl Frame {
    /// Where the interruption struck.
    pub fn place(&self) -> Place {
        Place { rip: self.rip, rbp: self.rbp }
    }
}

/// Called by the stubs, with interrupts off, on an interrupt stack.
pub extern "C" fn dispatch(frame: &mut Frame) {
    match frame.vector as u8 {
        // Present pages that fault were misused; absent ones may be memory not yet brought in.
        vectors::PAGE_FAULT
            if frame.error & 1 == 0 && memory::bring_in(paging::fault_address()) => {}
        vectors::TIMER => {
            devices::apic::acknowledge();
            alarm::strike(frame);
        }
        // Its purpose was to come.
        vectors::WAKE => devices::apic::acknowledge(),
        vectors::NMI if cores::is_ending() => cores::stand(),
        // A spurious interrupt takes no acknowledgement.
        vectors::SPURIOUS => {}
        _ => fault::fault(frame),
    }
}
