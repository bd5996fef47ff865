//! The alarm: every processor's program is interrupted by its own timer, and keeps its registers.

use core::sync::atomic::{AtomicU32, Ordering};

use bareflow_machine::windows::MOST_CORES;

use super::together::together;
use crate::alarm::{self, Callee};
use crate::arch::exit::Status;
use crate::arch::registers;
use crate::devices::clock;
use crate::{cores, say};

/// How often the alarm rings on each processor.
const RINGS: u32 = 20;
/// Between two of them.
const PAUSE_NS: u64 = 300_000;

static RUNG: [AtomicU32; MOST_CORES] = [const { AtomicU32::new(0) }; MOST_CORES];
static WRONG: AtomicU32 = AtomicU32::new(0);

static CALLEE: Callee = Callee { may_interrupt, interrupted };

/// Only in the loop that holds values in its registers.
fn may_interrupt(instruction: usize, _stack: usize) -> bool {
    registers::held().contains(&instruction)
}

extern "C" fn interrupted() {
    // What a program's registers hold is not what is left in them here.
    registers::hold(0x5a5a_5a5a, 1);
    if RUNG[cores::number() as usize].fetch_add(1, Ordering::Relaxed) + 1 < RINGS {
        alarm::set(clock::now_ns() + PAUSE_NS);
    }
}

/// Rings on all processors at the same time.
pub fn run() -> Status {
    alarm::set_callee(&CALLEE);
    together(|core| {
        const PATIENCE_NS: u64 = 100_000_000_000;
        let start = clock::now_ns();
        alarm::set(start + PAUSE_NS);
        let rung = &RUNG[core as usize];
        while rung.load(Ordering::Relaxed) < RINGS && clock::now_ns() - start < PATIENCE_NS {
            // On a busy host a sleep may last a hundred times as long as it should: the loop, in
            // which the alarm may ring, has to last longer still.
            for _ in 0..8 {
                if !registers::hold(u64::from(core) << 32 | 0x1234_5678, 2_000_000) {
                    WRONG.fetch_add(1, Ordering::Relaxed);
                }
            }
            // A sleep does not make the alarm late, nor the other way round.
            cores::wait(&AtomicU32::new(0), 0, Some(10_000));
        }
    });
    let count = cores::count() as usize;
    let silent = RUNG[..count].iter().filter(|r| r.load(Ordering::Relaxed) != RINGS).count();
    let wrong = WRONG.load(Ordering::Relaxed);
    say!("cores: the alarm rang on {} of {count}, {wrong} times wrong", count - silent);
    if silent == 0 && wrong == 0 { Status::Success } else { Status::Failure }
}
