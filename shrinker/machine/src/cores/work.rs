//! What processors beside the first do: threads, one after the other.

use core::arch::asm;
use core::sync::atomic::Ordering;

use super::block::{self, Block};
use super::bring::{many_bf_cores, running};
use super::{over, stuck, wait};

/// The processor is idle.
pub const NONE: u32 = 0;
/// Somebody is writing down what it is to run.
const COMING: u32 = 1;
/// It is to run, or runs, what stands in its block.
const GIVEN: u32 = 2;

/// `bf_start`: has an idle processor call `function(argument)`; its number, or -1.
#[unsafe(no_mangle)]
extern "C" fn many_bf_start(function: usize, argument: usize) -> i32 {
    for block in block::first(many_bf_cores()).skip(1) {
        let job = &block.job;
        if job.compare_exchange(NONE, COMING, Ordering::Acquire, Ordering::Relaxed).is_err() {
            continue;
        }
        stuck::happens();
        block.told.store(0, Ordering::Relaxed);
        block.waits_on.store(0, Ordering::Relaxed);
        block.function.store(function, Ordering::Relaxed);
        block.argument.store(argument, Ordering::Relaxed);
        job.store(GIVEN, Ordering::Release);
        wait::wake(job, 1);
        return block.number.load(Ordering::Relaxed) as i32;
    }
    -1
}

/// Puts the floating-point units into the state that programs begin with.
pub fn reset_float() {
    const ALL_MASKED: u32 = 0x1f80;
    // SAFETY: both units are on; compiled code assumes exactly this state.
    unsafe { asm!("fninit", "ldmxcsr [{}]", in(reg) &ALL_MASKED, options(nostack)) };
}

/// Runs what this processor is given, for good.
pub fn work(block: &'static Block) -> ! {
    loop {
        while block.job.load(Ordering::Acquire) != GIVEN {
            wait::sleep_on(&block.job, NONE);
            if block.job.load(Ordering::Acquire) == COMING {
                core::hint::spin_loop();
            }
        }
        block.new_thread();
        reset_float();
        let function = block.function.load(Ordering::Relaxed);
        // SAFETY: who called `bf_start` vouches for function and argument.
        unsafe {
            let function = core::mem::transmute::<usize, extern "C" fn(usize)>(function);
            function(block.argument.load(Ordering::Relaxed));
        }
        block.job.store(NONE, Ordering::Release);
        stuck::happens();
    }
}

/// The thread on this processor was dropped, wherever it was.
#[unsafe(no_mangle)]
extern "C" fn core_dropped() -> ! {
    let block = block::own();
    over::tidy(block);
    block.job.store(NONE, Ordering::Release);
    work(block)
}

/// Whether a processor has a thread.
pub fn has_thread(block: &Block) -> bool {
    block.is_first() || block.job.load(Ordering::SeqCst) != NONE
}

/// Whether there is a thread beside the first processor's.
pub fn others_have_threads() -> bool {
    block::first(running()).skip(1).any(has_thread)
}
