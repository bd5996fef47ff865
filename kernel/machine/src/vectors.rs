//! The 256 interrupt vectors (Intel SDM volume 3, 6.3.1): names, stacks, error codes.

/// Division by zero or overflow of a quotient.
pub const DIVIDE: u8 = 0;
/// Non-maskable interrupt.
pub const NMI: u8 = 2;
/// Double fault.
pub const DOUBLE_FAULT: u8 = 8;
/// Page fault.
pub const PAGE_FAULT: u8 = 14;
/// Machine check.
pub const MACHINE_CHECK: u8 = 18;
/// First vector that the processor does not use itself.
pub const FIRST_EXTERNAL: u8 = 32;
/// What the local timer raises.
pub const TIMER: u8 = 0x40;
/// What another processor raises to end a sleep.
pub const WAKE: u8 = 0x41;
/// What the local interrupt controller raises when an interrupt vanished.
pub const SPURIOUS: u8 = 0xff;

/// What people call a vector.
pub fn name(vector: u8) -> &'static str {
    match vector {
        0 => "division error",
        1 => "debug exception",
        2 => "non-maskable interrupt",
        3 => "breakpoint",
        4 => "overflow",
        5 => "bound range exceeded",
        6 => "invalid opcode",
        7 => "no floating-point unit",
        8 => "double fault",
        10 => "invalid task state segment",
        11 => "segment not present",
        12 => "stack segment fault",
        13 => "general protection fault",
        14 => "page fault",
        16 => "x87 floating-point error",
        17 => "alignment check",
        18 => "machine check",
        19 => "SIMD floating-point error",
        20 => "virtualisation exception",
        21 => "control protection fault",
        28 => "hypervisor injection",
        29 => "hypervisor communication",
        30 => "security exception",
        9 | 15 | 22..=27 | 31 => "reserved exception",
        FIRST_EXTERNAL.. => "unexpected interrupt",
    }
}

/// Vectors for which the processor pushes an error code, as a bit mask of the first 32.
pub const WITH_ERROR_CODE: u32 = 1 << 8
    | 1 << 10
    | 1 << 11
    | 1 << 12
    | 1 << 13
    | 1 << 14
    | 1 << 17
    | 1 << 21
    | 1 << 29
    | 1 << 30;

/// The stacks of the interrupt stack table, numbered as in a gate (1 to 7).
///
/// Vectors share a stack only if one cannot strike while another's handler runs and still
/// means to return: interrupts are off in every handler, and a fault in a handler is fatal
/// except for the page fault that brings in memory.
pub fn stack(vector: u8) -> u8 {
    match vector {
        PAGE_FAULT => 1,
        DOUBLE_FAULT => 2,
        NMI => 3,
        MACHINE_CHECK => 4,
        FIRST_EXTERNAL.. => 5,
        _ => 6,
    }
}

/// Number of stacks in use.
pub const STACKS: usize = 6;

/// What a page-fault error code says, as words for people, to be followed by the address.
pub fn page_fault_words(error: u64) -> &'static str {
    let (present, write, fetch) = (error & 1 != 0, error & 2 != 0, error & 16 != 0);
    match (error & 8 != 0, fetch, write, present) {
        (true, ..) => "page table with a reserved bit set, at",
        (_, true, _, true) => "execution of data at",
        (_, true, _, false) => "execution of unmapped",
        (_, _, true, true) => "write to read-only",
        (_, _, true, false) => "write to unmapped",
        (_, _, false, true) => "read of protected",
        (_, _, false, false) => "read of unmapped",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vector_has_a_stack_and_a_name() {
        for vector in 0..=255 {
            assert!((1..=STACKS as u8).contains(&stack(vector)), "{vector}");
            assert!(!name(vector).is_empty());
        }
        assert_ne!(stack(PAGE_FAULT), stack(DOUBLE_FAULT));
        assert_ne!(stack(PAGE_FAULT), stack(TIMER), "a timer's handler may touch new memory");
    }

    #[test]
    fn error_codes_of_page_faults_have_words() {
        assert_eq!(page_fault_words(0), "read of unmapped");
        assert_eq!(page_fault_words(0x11), "execution of data at");
        assert_eq!(page_fault_words(3), "write to read-only");
    }
}
