//! One processor: what belongs to it alone while it runs a program.

use alloc::string::String;
use alloc::sync::Arc;
use core::cell::{Cell, OnceCell, RefCell};

use bareflow_interp::Stack;
use bareflow_link::CoreBlock;
use bareflow_platform::Platform;
use bareflow_report::Signal;

/// How a program ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Ending {
    /// It returned.
    Returned,
    /// It called `bf_exit` with this status.
    Exited(i32),
    /// It cannot go on: why, and what would have ended a process.
    Stopped(String, Signal),
}

/// One processor.
pub(crate) struct Core {
    /// What machine code reads and writes of it.
    pub(crate) block: Arc<CoreBlock>,
    /// What interpreted calls have; made when the first is.
    interp_stack: OnceCell<Stack>,
    /// How the program ended that it ran last.
    pub(crate) ending: RefCell<Ending>,
    /// Lowest and highest address of the stack that programs have on it.
    pub(crate) stack: (usize, usize),
    /// When its alarm is to ring, in nanoseconds of the machine's clock, if it is set.
    alarm: Cell<Option<u64>>,
}

// SAFETY: all but the block is touched by its own processor only, which finds it by
// `Session::core`; the block guards itself.
unsafe impl Sync for Core {}

impl Core {
    /// A processor whose programs have the stack `stack`.
    pub(crate) fn new(block: Arc<CoreBlock>, stack: (usize, usize)) -> Self {
        Self {
            block,
            interp_stack: OnceCell::new(),
            ending: RefCell::new(Ending::Returned),
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
