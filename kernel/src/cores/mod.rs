//! The machine's processors: which there are, what each does, and how they wait for each other.
//!
//! The first processor boots alone. When it has memory and an interrupt controller it tells the
//! others to start ([`bring`]) and goes on with its own work; they come in one by one, set
//! themselves up, take a number and wait for something to do ([`bring`]). Who asks how many there
//! are waits for those still on their way, for a moment. So starting them costs the boot next to
//! nothing, and a machine of one processor nothing at all.
//!
//! All that a processor has for itself lies in its [`Block`], which its GS points to. All else in
//! this kernel is shared, behind locks or atomic (kernel invariants 10 to 13).

mod block;
mod bring;
mod end;
mod ending;
mod job;
mod mutex;
mod running;
mod take_over;
mod wait;

use core::sync::atomic::Ordering;

use bareflow_machine::windows::Window;

pub use block::{Block, guard_pages};
pub use bring::{begin, count, let_in};
pub use end::claim;
pub use ending::{is_ending, stand, stand_if_ending};
pub use job::Run;
pub use mutex::SleepingMutex;
pub use running::{interrupt, number};
pub use take_over::take_over_first;
pub use wait::{wait, wake};

use crate::arch::{cpu, gs};
use crate::memory;
use running::block_of;

/// Lowest and highest address of the stack that programs use on a processor.
pub fn stack(core: u32) -> Option<Window> {
    let plan = memory::plan();
    let block = block_of(core)?;
    Some(block.place().map_or(plan.stack, |place| plan.core_stack(place)))
}

/// Has another processor run a function. It must be idle, or about to be: else this waits.
///
/// # Safety
/// The function may be called with the argument on another processor, and does not unwind.
///
/// # Panics
/// When there is no other processor of that number.
pub unsafe fn start(core: u32, run: Run, argument: *mut ()) {
    let block = block_of(core).filter(|block| block.place().is_some());
    let Some(block) = block else { panic!("there is no other processor {core} to start") };
    block.job.give(run, argument);
    wake(block.job.word().0, 1);
}

/// Sets what code finds at `gs:[0]` on the calling processor.
pub fn set_engine_block(block: *mut ()) {
    gs::block().engine.store(block, Ordering::Relaxed);
}

/// What a processor beside the first does all its life: runs what it is given, and sleeps.
fn work(block: &'static Block) -> ! {
    let (word, nothing) = block.job.word();
    loop {
        wait(word, nothing, None);
        let Some((run, argument)) = block.job.take() else { continue };
        cpu::reset_float();
        // SAFETY: who called `start` vouches for the function and its argument.
        unsafe { run(argument) };
        block.alarm.forget();
        // SAFETY: turning interrupts off is always allowed; the alarm had turned them on.
        unsafe { x86::irq::disable() };
        block.engine.store(core::ptr::null_mut(), Ordering::Relaxed);
        block.job.done();
    }
}
