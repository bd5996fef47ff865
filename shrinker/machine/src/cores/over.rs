//! Ends: of the program, on all its processors, and of the machine.
//!
//! A program is ended by one thread, which *claims* its end; whoever comes second stands by. The
//! end itself is the first processor's matter, as the driver that goes on afterwards runs there: it is
//! taken away from its thread by the interrupt that cannot be masked, has all others drop theirs by
//! the same, and goes back to the driver. Machine code holds no lock when it is dropped, as far as
//! waiting a moment for it helps.
//!
//! The machine's end, by a fault or a trap, goes before: the others stand still for good, then the one
//! that claimed it reports.

use core::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};

use super::apic::{self, Signal};
use super::block::{self, Block};
use super::count::running;
use super::registers::reset_float;
use super::say::{core_say, core_say_number, core_say_which, say};
use super::sleep::WAITERS;
use super::{bf_clock, threads};

/// Who ends the program, and who the machine: the processor's number plus 1; 0: nobody.
#[unsafe(no_mangle)]
static core_ends: AtomicU32 = AtomicU32::new(0);
#[unsafe(no_mangle)]
static core_ends_all: AtomicU32 = AtomicU32::new(0);
/// The status that the program ends with, and bit 32 if it did not exit by itself.
static STATUS: AtomicU64 = AtomicU64::new(0);
const ABORTED: u64 = 1 << 32;

/// Locks of the host calls that use a device or the heap (`text/cores.s`): 1 while they are held.
#[unsafe(no_mangle)]
static core_output: AtomicU8 = AtomicU8::new(0);
#[unsafe(no_mangle)]
static core_input: AtomicU8 = AtomicU8::new(0);
#[unsafe(no_mangle)]
static core_files: AtomicU8 = AtomicU8::new(0);
#[unsafe(no_mangle)]
static core_heap: AtomicU8 = AtomicU8::new(0);

/// How long processors may take to let go of a lock, or to stop. An emulator may have other things
/// to do meanwhile.
const PATIENCE_NS: u64 = 200_000_000;
const LONG_PATIENCE_NS: u64 = 5_000_000_000;
/// One that has not dropped its thread by then is told again. Not soon: of two interrupts the second may
/// come when the processor has another program's thread, which would be a fault, and an emulator that is
/// busy takes its time.
const AGAIN_NS: u64 = 1_000_000_000;

unsafe extern "C" {
    /// Goes on with the driver, on the first processor.
    safe fn core_go_back() -> !;
    /// Sleeps until the interrupt that cannot be masked.
    safe fn core_stand_by() -> !;
    safe fn core_stand_still() -> !;
}

/// Takes a lock, or goes without after a while.
fn hold(lock: &AtomicU8) {
    let deadline = bf_clock() + PATIENCE_NS;
    while lock.swap(1, Ordering::Acquire) != 0 && bf_clock() < deadline {
        core::hint::spin_loop();
    }
}

/// Claims the program's end; comes back on one processor only.
fn claim() {
    let me = block::own().number.load(Ordering::Relaxed) + 1;
    if core_ends.compare_exchange(0, me, Ordering::AcqRel, Ordering::Relaxed).is_err() {
        core_stand_by();
    }
}

/// Ends the claimed program.
fn leave(status: u64) -> ! {
    STATUS.store(status, Ordering::Release);
    if block::own().is_first() {
        core_go_back();
    }
    apic::send(block::of(0).apic.load(Ordering::Relaxed), Signal::Drop);
    core_stand_by();
}

/// `bf_exit`.
#[unsafe(no_mangle)]
extern "C" fn many_bf_exit(status: u32) -> ! {
    claim();
    leave(status.into());
}

/// What a shell shows for a process that called `abort`.
const OF_ABORT: u64 = 134;

/// `bf_abort`: why ends in a zero byte.
///
/// # Safety
/// It does.
#[unsafe(no_mangle)]
unsafe extern "C" fn many_bf_abort(why: *const u8) -> ! {
    claim();
    hold(&core_output);
    say(c"\x1e{\"record\":\"log\",\"text\":\"aborted: ");
    // SAFETY: the caller's.
    unsafe { core_say(why) };
    core_say_which();
    say(c"\"}\n");
    core_output.store(0, Ordering::Release);
    leave(OF_ABORT | ABORTED);
}

/// Every thread waits and none can wake another: ends the program with what each waits on.
pub fn stuck() -> ! {
    claim();
    hold(&core_output);
    say(
        c"\x1e{\"record\":\"log\",\"text\":\"aborted: every thread waits and none can wake another",
    );
    let mut before = c": processor ";
    for block in threads::all() {
        say(before);
        core_say_number(block.number.load(Ordering::Relaxed).into(), 10);
        say(c" on 0x");
        core_say_number(block.waits_on.load(Ordering::Relaxed) as u64, 16);
        before = c"; processor ";
    }
    core_say_which();
    say(c"\"}\n");
    core_output.store(0, Ordering::Release);
    leave(OF_ABORT | ABORTED);
}

/// What a dropped thread has left behind.
pub fn tidy(block: &Block) {
    let core = block.number.load(Ordering::Relaxed) as usize;
    if WAITERS.place(core).load(Ordering::Relaxed) != 0 {
        WAITERS.leave(core);
    }
    block.asleep.store(0, Ordering::Relaxed);
    block.waits_on.store(0, Ordering::Relaxed);
}

/// Has all other processors drop their threads. By the first.
fn stop_others() {
    let locks = [&core_output, &core_files, &core_heap, &core_input];
    if threads::others_have_threads() {
        // Whoever reads the console may wait for a person.
        locks.iter().take(3).for_each(|lock| hold(lock));
    }
    let deadline = bf_clock() + LONG_PATIENCE_NS;
    let mut again = 0;
    // A thread may end by itself before its processor hears: until all have heard, no other program may begin,
    // which would take the interrupt for a fault.
    let deaf = || block::first(running()).any(|block| block.told.load(Ordering::SeqCst) != 0);
    while threads::others_have_threads() || deaf() {
        let now = bf_clock();
        if now >= deadline {
            say(c"\x1e{\"record\":\"log\",\"text\":\"a processor does not stop\"}\n");
            break;
        }
        if now >= again {
            for block in block::first(running()).skip(1).filter(|b| threads::has_thread(b)) {
                block.told.store(1, Ordering::SeqCst);
                apic::send(block.apic.load(Ordering::Relaxed), Signal::Drop);
            }
            again = now + AGAIN_NS;
        }
        core::hint::spin_loop();
    }
    locks.iter().for_each(|lock| lock.store(0, Ordering::Release));
    core_ends.store(0, Ordering::Release);
}

/// The program is ended, and the first processor back from it. How it ended.
#[unsafe(no_mangle)]
extern "C" fn core_end_program() -> u64 {
    tidy(block::own());
    reset_float();
    stop_others();
    STATUS.load(Ordering::Acquire)
}

/// The first thread is through: the others are dropped.
#[unsafe(no_mangle)]
extern "C" fn core_dismiss() {
    if running() > 1 {
        claim();
        stop_others();
    }
}

/// Claims the machine's end; comes back on one processor only, when the others stand still.
#[unsafe(no_mangle)]
extern "C" fn core_claim() {
    let own = block::own();
    let me = own.number.load(Ordering::Relaxed) + 1;
    match core_ends_all.compare_exchange(0, me, Ordering::AcqRel, Ordering::Acquire) {
        Err(owner) if owner == me => return,
        Err(_) => core_stand_still(),
        Ok(_) => {}
    }
    if running() == 1 {
        return;
    }
    // Half a line of a record is none.
    hold(&core_output);
    let others = || block::first(running()).filter(|block| !core::ptr::eq(*block, own));
    for block in others() {
        apic::send(block.apic.load(Ordering::Relaxed), Signal::Drop);
    }
    let deadline = bf_clock() + PATIENCE_NS;
    while bf_clock() < deadline && others().any(|b| b.stands.load(Ordering::Acquire) == 0) {
        core::hint::spin_loop();
    }
}
