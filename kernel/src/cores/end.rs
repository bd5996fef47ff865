//! The end of the machine, by one processor for all.
//!
//! Whoever wants to end it, because all is done or because of a fault, claims it first. One
//! succeeds; it lets the others finish what they hold, for a moment, and has them stand still, so
//! that what it reports is the last that is written. Whoever comes second stands still as well.

use core::sync::atomic::Ordering;

use super::ending::{OWNER, stand};
use super::running::{block_of, running};
use crate::arch::gs;
use crate::devices::apic::{self, Signal};
use crate::devices::clock;
use crate::{console, memory};

/// What a claim gave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Claim {
    /// The machine's end is this processor's matter, and no other runs any more.
    First,
    /// It was already: something went wrong on the way.
    Again,
}

/// Claims the machine's end. Comes back on one processor only.
pub fn claim() -> Claim {
    // SAFETY: from here on this processor does nothing but to end the machine or to stand still.
    unsafe { x86::irq::disable() };
    let me = core::ptr::from_ref(gs::block()).cast_mut();
    let nobody = core::ptr::null_mut();
    match OWNER.compare_exchange(nobody, me, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => {
            if running() > 1 {
                stop_others();
            }
            Claim::First
        }
        Err(owner) if owner == me => Claim::Again,
        Err(_) => stand(),
    }
}

/// Has all other processors stand still, by an interrupt that cannot be masked.
fn stop_others() {
    /// How long a processor may take to let go of a lock, and then to stop. An emulator may have
    /// other things to do meanwhile.
    const PATIENCE_NS: u64 = 200_000_000;
    let deadline = clock::now_ns() + PATIENCE_NS;
    let in_time = || clock::now_ns() < deadline;
    // What they hold they may finish: the report needs both, and half a line of a record is none.
    let memory = memory::hold_while(in_time);
    let console = console::hold_while(in_time);
    let others = || (0..running()).filter_map(block_of).filter(|b| !core::ptr::eq(*b, gs::block()));
    for other in others() {
        apic::send(other.apic.load(Ordering::Relaxed), Signal::NonMaskable);
    }
    let deadline = clock::now_ns() + PATIENCE_NS;
    while clock::now_ns() < deadline && !others().all(|b| b.stands.load(Ordering::Acquire)) {
        core::hint::spin_loop();
    }
    drop((memory, console));
}
