//! What processors beside the first do: threads, one after the other.

use core::sync::atomic::Ordering;

use super::block::{self, Block};
use super::bring::{self, many_bf_cores};
use super::registers::{follow, reset_float};
use super::threads::{self, COMING, GIVEN, NONE};
use super::{apic, guard, over, sleep};

/// `bf_start`: has an idle processor call `function(argument)`; its number, or -1.
#[unsafe(no_mangle)]
extern "C" fn many_bf_start(function: usize, argument: usize) -> i32 {
    for block in block::first(many_bf_cores()).skip(1) {
        let job = &block.job;
        if job.compare_exchange(NONE, COMING, Ordering::Acquire, Ordering::Relaxed).is_err() {
            continue;
        }
        threads::happens();
        block.told.store(0, Ordering::Relaxed);
        block.waits_on.store(0, Ordering::Relaxed);
        block.function.store(function, Ordering::Relaxed);
        block.argument.store(argument, Ordering::Relaxed);
        job.store(GIVEN, Ordering::Release);
        sleep::wake(job, 1);
        return block.number.load(Ordering::Relaxed) as i32;
    }
    -1
}

/// Runs what this processor is given, for good.
pub fn work(block: &'static Block) -> ! {
    loop {
        while block.job.load(Ordering::Acquire) != GIVEN {
            sleep::sleep_on(&block.job, NONE);
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
        threads::happens();
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

/// The first Rust code of a processor beside the first, on its own stack.
#[unsafe(no_mangle)]
extern "C" fn core_enter(block: &'static Block) -> ! {
    guard::load(block);
    follow();
    apic::switch_on();
    block.apic.store(apic::id(), Ordering::Relaxed);
    bring::arrive();
    work(block)
}
