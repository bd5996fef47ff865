//! One processor: what belongs to it alone while it runs a program.

use alloc::string::String;
use alloc::sync::Arc;
use core::cell::{Cell, OnceCell, RefCell};
use core::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use bareflow_baton as baton;
use bareflow_interp::Stack;
use bareflow_link::CoreBlock;
use bareflow_platform::Platform;
use bareflow_report::Signal;

use crate::side::SideStack;

/// How a program ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Ending {
    /// It returned.
    Returned,
    /// It called `bf_exit` with this status.
    Exited(i32),
    /// It cannot go on: why, and what would have ended a process.
    Stopped(String, Signal),
    /// It ended on another processor.
    Elsewhere,
}

/// A `bf_catch` under way ([`crate::jumps`]), in its own frame.
#[derive(Debug)]
pub(crate) struct Catch {
    /// What the program calls it by.
    pub(crate) frame: usize,
    /// Where [`bareflow_link::throw`] comes back to.
    pub(crate) way_back: usize,
    /// The one that it is inside of, in the same thread.
    pub(crate) outer: *const Catch,
}

/// None is under way.
pub(crate) const NO_CATCH: *const Catch = core::ptr::null();

/// One processor.
pub(crate) struct Core {
    /// Its number; the first is 0.
    pub(crate) number: u32,
    /// What machine code reads and writes of it.
    pub(crate) block: Arc<CoreBlock>,
    /// What interpreted calls have; made when the first is.
    interp_stack: OnceCell<Stack>,
    /// What compiled code has besides its frames; made when it is first emptied.
    side_stack: OnceCell<SideStack>,
    /// What it does.
    pub(crate) seat: Seat,
    /// Which run of a program the thread on it belongs to ([`crate::threads`]).
    pub(crate) run: AtomicU64,
    /// The address that its thread waits on, without a time-out or with other work, and what has happened in the
    /// program when it last found that nobody has woken it ([`crate::threads::Threads`]); 0: it
    /// does not wait.
    pub(crate) waits_on: AtomicUsize,
    pub(crate) waits_since: AtomicU64,
    /// A thread that waits has something else to run when all do.
    pub(crate) has_other_work: AtomicBool,
    /// Its thread's last wait ended by its time alone, of which the others have not heard.
    pub(crate) timed_out: Cell<bool>,
    /// How the program ended that it ran last.
    pub(crate) ending: RefCell<Ending>,
    /// Calls of the program within one another ([`crate::run::nested`]).
    pub(crate) depth: Cell<u32>,
    /// The innermost of the calls of its thread that may be come back to ([`crate::jumps`]).
    pub(crate) catches: Cell<*const Catch>,
    /// Lowest and highest address of the stack that programs have on it.
    pub(crate) stack: (usize, usize),
    /// When its alarm is to ring, in nanoseconds of the machine's clock, if it is set.
    alarm: Cell<Option<u64>>,
}

// SAFETY: all but the block, the seat and the other atomics is touched by its own processor only, which
// finds it by `Session::core`; those guard themselves.
unsafe impl Sync for Core {}

impl Core {
    /// A processor whose programs have the stack `stack`.
    pub(crate) fn new(number: u32, block: Arc<CoreBlock>, stack: (usize, usize)) -> Self {
        Self {
            number,
            block,
            interp_stack: OnceCell::new(),
            side_stack: OnceCell::new(),
            seat: Seat::default(),
            run: AtomicU64::new(0),
            waits_on: AtomicUsize::new(0),
            waits_since: AtomicU64::new(0),
            has_other_work: AtomicBool::new(false),
            timed_out: Cell::new(false),
            ending: RefCell::new(Ending::Returned),
            depth: Cell::new(0),
            catches: Cell::new(NO_CATCH),
            stack,
            alarm: Cell::new(None),
        }
    }

    /// The processor that calls is this one from now on.
    pub(crate) fn take_place(&self, platform: &dyn Platform) {
        self.block.set_session(core::ptr::from_ref(self).expose_provenance());
        platform.set_core_block(Arc::as_ptr(&self.block).cast_mut().cast());
    }

    /// The stack of interpreted calls, which may nest as deep as compiled ones.
    pub(crate) fn interp_stack(&self) -> &Stack {
        self.interp_stack.get_or_init(|| Stack::new(self.stack.1 - self.stack.0))
    }

    /// Empties the side stack: no compiled code is under way.
    pub(crate) fn empty_side_stack(&self) {
        let stack = || SideStack::beside(self.stack.1 - self.stack.0);
        self.side_stack.get_or_init(stack).reset(&self.block);
    }

    /// Has the machine interrupt the program at `at_ns` of its clock, if that is earlier than it
    /// would be.
    pub(crate) fn set_alarm(&self, platform: &dyn Platform, at_ns: u64) {
        if self.alarm.get().is_none_or(|set| at_ns < set) {
            self.alarm.set(Some(at_ns));
            platform.set_alarm(at_ns);
        }
    }

    /// The alarm has rung.
    pub(crate) fn alarm_rang(&self) {
        self.alarm.set(None);
    }

    /// Leaves the program, from any depth.
    pub(crate) fn leave(&self, ending: Ending) -> ! {
        *self.ending.borrow_mut() = ending;
        // SAFETY: programs run only inside `enter` with this block, and callbacks run only while a
        // program does.
        unsafe { bareflow_link::leave(&self.block, 0) }
    }
}

/// What a processor beside the first does, and what it is to run.
///
/// ```text
///   FREE ──> COMPILES ──> FREE                      by itself, when a job waits
///            COMPILES ──> CLAIMED                   by whoever starts a thread, for afterwards
///   FREE ──> CLAIMED ──> GIVEN ──> RUNS ──> FREE    by whoever starts a thread; from GIVEN on by itself
/// ```
#[derive(Default, Debug)]
pub(crate) struct Seat {
    state: AtomicU32,
    function: AtomicUsize,
    argument: AtomicUsize,
}

const FREE: u32 = 0;
const COMPILES: u32 = 1;
const CLAIMED: u32 = 2;
const GIVEN: u32 = 3;
const RUNS: u32 = 4;

impl Seat {
    fn change(&self, from: u32, to: u32) -> bool {
        let (acquire, relaxed) = (Ordering::Acquire, Ordering::Relaxed);
        baton::offer();
        self.state.compare_exchange(from, to, acquire, relaxed).is_ok()
    }

    /// Takes a processor that has nothing to do, or nothing but to wait for jobs; whether it was one.
    /// [`Seat::give`] follows.
    pub(crate) fn claim(&self) -> bool {
        self.change(FREE, CLAIMED)
    }

    /// Takes a processor that compiles, for afterwards; whether it was one.
    pub(crate) fn claim_busy(&self) -> bool {
        self.change(COMPILES, CLAIMED)
    }

    /// What the processor that was claimed is to run: a function of a program.
    pub(crate) fn give(&self, function: usize, argument: usize) {
        self.function.store(function, Ordering::Relaxed);
        self.argument.store(argument, Ordering::Relaxed);
        baton::offer();
        self.state.store(GIVEN, Ordering::Release);
    }

    /// For the processor itself: function and argument, when it is to run something.
    pub(crate) fn take(&self) -> Option<(usize, usize)> {
        let given = self.change(GIVEN, RUNS);
        let relaxed = Ordering::Relaxed;
        given.then(|| (self.function.load(relaxed), self.argument.load(relaxed)))
    }

    /// For the processor itself: it compiles from now on, unless it was claimed.
    pub(crate) fn begin_compiling(&self) -> bool {
        self.change(FREE, COMPILES)
    }

    /// For the processor itself: it compiles no more.
    pub(crate) fn end_compiling(&self) {
        self.change(COMPILES, FREE);
    }

    /// For the processor itself: its thread has ended.
    pub(crate) fn done(&self) {
        baton::offer();
        self.state.store(FREE, Ordering::Release);
    }

    /// Whether it has a thread, or is about to.
    pub(crate) fn is_taken(&self) -> bool {
        self.state.load(Ordering::Acquire) >= CLAIMED
    }

    /// Whether somebody is about to give it something.
    pub(crate) fn is_claimed(&self) -> bool {
        self.state.load(Ordering::Acquire) == CLAIMED
    }
}
