//! The date: what the real-time clock shows when it is first asked, and the time since then.

use core::arch::asm;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

#[path = "../../../kernel/machine/src/rtc.rs"]
mod rtc;

unsafe extern "C" {
    safe fn bf_clock() -> u64;
}

const SECOND: u64 = 1_000_000_000;
/// Looks at the clock until two are the same.
const TRIES: u32 = 10_000;

/// Nanoseconds from 1970 to when the image was entered, plus 1; 0: not asked yet.
static ENTERED: AtomicU64 = AtomicU64::new(0);

fn register(number: u8) -> u8 {
    let value: u8;
    // SAFETY: the clock's index and data ports, whose registers touch no memory.
    unsafe {
        asm!("out 0x70, al", "in al, 0x71", inout("al") number => value, options(nomem, nostack));
    }
    value
}

/// What the clock shows, or 1970.
fn shown() -> u64 {
    let mut last = [0; 7];
    for _ in 0..TRIES {
        if register(rtc::STATUS_A) & rtc::UPDATING == 0 {
            let look = rtc::REGISTERS.map(register);
            // Not compared as a whole: there is no `memcmp` here.
            if look.iter().zip(last).fold(0, |all, (one, other)| all | (one ^ other)) == 0 {
                return rtc::seconds(look, register(rtc::STATUS_B)).unwrap_or(0);
            }
            last = look;
        }
    }
    0
}

/// `bf_date`: nanoseconds since 1970.
#[unsafe(no_mangle)]
extern "C" fn bf_date() -> u64 {
    let passed = bf_clock();
    let mut entered = ENTERED.load(Relaxed);
    if entered == 0 {
        entered = (shown() * SECOND).wrapping_sub(passed).wrapping_add(1);
        ENTERED.store(entered, Relaxed);
    }
    entered.wrapping_sub(1).wrapping_add(passed)
}
