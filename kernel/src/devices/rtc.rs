//! The real-time clock.

use bareflow_machine::rtc::{REGISTERS, STATUS_A, STATUS_B, UPDATING, seconds};

use crate::arch::ports::Port;

// SAFETY: the clock's index and data ports; none of its registers touches memory.
const INDEX: Port = unsafe { Port::new(0x70) };
const DATA: Port = INDEX.offset(1);

/// Tries until two looks at it are the same; an update takes 2 ms, once a second.
const TRIES: u32 = 10_000;

fn register(number: u8) -> u8 {
    INDEX.write8(number);
    DATA.read8()
}

/// Seconds since 1970; `None` where there is no such clock, or it shows no date.
pub fn now() -> Option<u64> {
    let mut last = [0; 7];
    for _ in 0..TRIES {
        if register(STATUS_A) & UPDATING != 0 {
            continue;
        }
        let look = REGISTERS.map(register);
        if look == last {
            return seconds(look, register(STATUS_B));
        }
        last = look;
    }
    None
}
