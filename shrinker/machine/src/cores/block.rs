//! What a processor has for itself.

use core::arch::asm;
use core::mem::offset_of;
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use super::segments::Segments;
use crate::windows::MOST_CORES;

/// A processor's block, where its GS points.
#[derive(Debug)]
#[repr(C, align(64))]
pub struct Block {
    /// The words of its thread, as `bf_thread` gives them: the lowest address in use of the side stack,
    /// the lowest that may be used, and where thread-local variables are.
    pub words: [AtomicUsize; 3],
    /// Address of this block.
    pub this: AtomicUsize,
    /// The end of its own stack; not used on the first, whose thread goes back to the driver.
    pub stack_top: AtomicUsize,
    /// The lowest address of its side stack.
    pub side_low: AtomicUsize,
    /// The end of the stack that faults use.
    pub fault_top: AtomicUsize,
    /// Where the innermost `bf_call` goes back to.
    pub call_sp: AtomicUsize,
    /// Number, from 0.
    pub number: AtomicU32,
    /// Identifier of its interrupt controller.
    pub apic: AtomicU32,
    /// Whether it is about to sleep, or does, until an interrupt comes.
    pub asleep: AtomicU32,
    /// Whether it stands still because another one ends the machine.
    pub stands: AtomicU32,
    /// Whether it was told to drop the thread that it has, or had last: an interrupt that cannot be masked
    /// says so, and may come when the thread has ended by itself. 0 again when it has come.
    pub told: AtomicU32,
    /// What has become of what it is given to do: one of the constants of [`super::threads`].
    pub job: AtomicU32,
    /// The function that is, and its argument.
    pub function: AtomicUsize,
    /// See `function`.
    pub argument: AtomicUsize,
    /// The word that its thread waits on without a time-out or with other work; 0: none.
    pub waits_on: AtomicUsize,
    /// What had happened when it last looked at that word ([`super::threads`]).
    pub waits_since: AtomicU64,
    /// A thread that waits has something else to run when all do.
    pub has_other_work: AtomicBool,
    /// Its thread's last wait ended by its time alone, of which the others have not heard.
    pub timed_out: AtomicBool,
    /// What its segment registers refer to.
    pub segments: Segments,
}

/// All of them; only those of processors that came are used. The first begins where an image
/// without threads has the words of its one thread.
#[unsafe(export_name = "many_thread_words")]
static BLOCKS: [Block; MOST_CORES] = [const { Block::new() }; MOST_CORES];

impl Block {
    const fn new() -> Self {
        Self {
            words: [const { AtomicUsize::new(0) }; 3],
            this: AtomicUsize::new(0),
            stack_top: AtomicUsize::new(0),
            side_low: AtomicUsize::new(0),
            fault_top: AtomicUsize::new(0),
            call_sp: AtomicUsize::new(0),
            number: AtomicU32::new(0),
            apic: AtomicU32::new(0),
            asleep: AtomicU32::new(0),
            stands: AtomicU32::new(0),
            told: AtomicU32::new(0),
            job: AtomicU32::new(0),
            function: AtomicUsize::new(0),
            argument: AtomicUsize::new(0),
            waits_on: AtomicUsize::new(0),
            waits_since: AtomicU64::new(0),
            has_other_work: AtomicBool::new(false),
            timed_out: AtomicBool::new(false),
            segments: Segments::new(),
        }
    }

    /// Whether it is the first processor's.
    pub fn is_first(&self) -> bool {
        self.number.load(Ordering::Relaxed) == 0
    }
}

/// The block of a processor.
pub fn of(number: usize) -> &'static Block {
    &BLOCKS[number % MOST_CORES]
}

/// Those of the first `count` processors.
pub fn first(count: u32) -> impl Iterator<Item = &'static Block> {
    (0..count as usize).map(of)
}

/// The calling processor's.
pub fn own() -> &'static Block {
    let block: *const Block;
    // SAFETY: GS was set before the program, or this processor's Rust code, began (`text/cores.s`).
    unsafe {
        asm!("mov {}, gs:[{this}]", out(reg) block, this = const offset_of!(Block, this),
            options(nostack, preserves_flags, readonly));
        &*block
    }
}
