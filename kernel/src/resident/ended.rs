//! How a compiler ended that did not end itself. Called in interrupt handlers: no lock is taken and
//! only memory that is always there is touched (kernel invariant 9).

use alloc::format;
use alloc::string::String;
use core::sync::atomic::{AtomicU64, Ordering};

use bareflow_machine::vectors;
use bareflow_machine::windows::COMPILER;

use crate::arch::frame::Frame;
use crate::arch::{gs, paging, switch};
use crate::devices::clock;
use crate::memory;

/// Vector, instruction, and address of the last exception in it. One at a time runs, with the
/// lock held by who asks for the reason, too.
static ENDED: [AtomicU64; 3] = [const { AtomicU64::new(0) }; 3];
/// In the place of a vector: it took too long.
const TOO_LONG: u64 = 256;
/// That, in words.
pub const TOO_LONG_WORDS: &str = "it takes too long";

/// An exception: whether it is the compiler's own, which ends it.
pub fn fault(frame: &mut Frame) -> bool {
    let vector = frame.vector as u8;
    let whole_machine = [vectors::NMI, vectors::DOUBLE_FAULT, vectors::MACHINE_CHECK];
    if !switch::is_beside()
        || vector >= vectors::FIRST_EXTERNAL
        || whole_machine.contains(&vector)
        || memory::is_kernel(frame.rip)
    {
        return false;
    }
    let address = if vector == vectors::PAGE_FAULT { paging::fault_address() } else { 0 };
    end(frame, [frame.vector, frame.rip, address]);
    true
}

/// The timer's interrupt has come: ends a compiler whose time is up.
pub fn tick(frame: &mut Frame) {
    if !switch::is_beside() {
        return;
    }
    let block = gs::block();
    let until = block.patience.load(Ordering::Relaxed);
    if clock::now_ns() < until {
        block.alarm.start_timer(until);
    } else {
        end(frame, [TOO_LONG, frame.rip, 0]);
    }
}

fn end(frame: &mut Frame, words: [u64; 3]) {
    for (kept, word) in ENDED.iter().zip(words) {
        kept.store(word, Ordering::Relaxed);
    }
    switch::give_up(frame);
}

/// Why it ended, in words.
pub fn reason() -> String {
    let [vector, rip, address] = [0, 1, 2].map(|at| ENDED[at].load(Ordering::Relaxed));
    if vector == TOO_LONG {
        return TOO_LONG_WORDS.into();
    }
    let name = vectors::name(vector as u8);
    let place = match COMPILER.contains(rip) {
        true => format!("at {:#x} of it", rip - COMPILER.base),
        false => format!("at {rip:#x}, outside of it"),
    };
    match vector as u8 {
        vectors::PAGE_FAULT => {
            format!("{name} {place}: {address:#x}, {}", memory::describe(address))
        }
        _ => format!("{name} {place}"),
    }
}
