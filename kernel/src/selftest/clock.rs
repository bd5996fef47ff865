//! The clock and the timer: what was measured, and sleeping by interrupts.

use crate::arch::exit::Status;
use crate::devices::{apic, clock};
use crate::say;

/// Sleeps by the timer, each time for longer, and prints how long that took.
pub fn run() -> Status {
    say!("clock: {} Hz", clock::hz());
    let mut last = clock::now_ns();
    for ms in [1, 10, 100] {
        // Whatever else wakes the processor: the time must have passed by the clock, too.
        let start = clock::now_ns();
        let mut naps = 0;
        while clock::now_ns() - start < ms * 1_000_000 {
            apic::sleep(ms * 1_000_000);
            naps += 1;
        }
        let now = clock::now_ns();
        if now < last {
            say!("clock: it went back from {last} to {now}");
            return Status::Failure;
        }
        say!("clock: {ms} ms asleep took {} us and {naps} naps", (now - start) / 1000);
        last = now;
    }
    Status::Success
}
