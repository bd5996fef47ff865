//! What every processor must have as the first: registers that decide how code runs, the state of
//! its floating-point units, and values in vector registers that interrupts leave alone.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::together::{meet, together};
use crate::arch::exit::Status;
use crate::arch::registers::{self, Registers};
use crate::devices::clock;
use crate::{cores, say};

static WRONG: AtomicU32 = AtomicU32::new(0);

/// Compares, then has the processors interrupt each other while their vector registers are full.
pub fn run() -> Status {
    static FIRST: spin::Once<Registers> = spin::Once::new();
    let first = FIRST.call_once(registers::read);
    say!("cores: {first:x?}");
    together(|core| {
        let own = registers::read();
        if FIRST.get() != Some(&own) {
            say!("cores: processor {core} has {own:x?}");
            WRONG.fetch_add(1, Ordering::Relaxed);
        }
    });
    together(place);
    together(hold);
    together(time);
    let wrong = WRONG.load(Ordering::Relaxed);
    say!("cores: {} processors alike, {wrong} times not", cores::count());
    if wrong == 0 { Status::Success } else { Status::Failure }
}

/// Each has the stack that is told of it, and the engine's word is its own.
fn place(core: u32) {
    let here = core::ptr::from_ref(&core).addr() as u64;
    // This kernel runs on another stack of the first processor than programs do.
    let on_stack = core == 0 || cores::stack(core).is_some_and(|stack| stack.contains(here));
    let word = 0x1000 + core as usize;
    cores::set_engine_block(core::ptr::without_provenance_mut(word));
    meet();
    if !on_stack || registers::engine_block() != word {
        say!("cores: processor {core} is at {here:#x}, its block at {word:#x}");
        WRONG.fetch_add(1, Ordering::Relaxed);
    }
}

/// Half of the processors hold values in all vector registers, the others interrupt them.
fn hold(core: u32) {
    const HELD_NS: u64 = 20_000_000;
    let start = clock::now_ns();
    let mut rounds = 0;
    while clock::now_ns() - start < HELD_NS {
        if core.is_multiple_of(2) {
            // SAFETY: every interrupt that can come has a handler.
            unsafe { x86::irq::enable() };
            let kept = registers::hold(u64::from(core + 1) * 0x0101_0101_0101, 2000);
            // SAFETY: as the test began.
            unsafe { x86::irq::disable() };
            if !kept {
                WRONG.fetch_add(1, Ordering::Relaxed);
            }
        } else {
            cores::interrupt(core - 1);
            (0..200).for_each(|_| core::hint::spin_loop());
        }
        rounds += 1;
    }
    if rounds < 2 {
        say!("cores: processor {core} came to {rounds} rounds only");
    }
}

/// The clock never goes back from one processor to another.
fn time(_: u32) {
    static LAST: AtomicU64 = AtomicU64::new(0);
    for _ in 0..2000 {
        let before = LAST.load(Ordering::SeqCst);
        let now = clock::now_ns();
        if now < before {
            say!("cores: the clock went back by {} ns", before - now);
            WRONG.fetch_add(1, Ordering::Relaxed);
        }
        LAST.fetch_max(now, Ordering::SeqCst);
    }
}
