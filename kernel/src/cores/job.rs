//! What an idle processor is given to do.

use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// What a processor runs: a function of the engine's, with its one argument.
pub type Run = unsafe extern "C" fn(*mut ());

/// The processor is idle.
const NONE: u32 = 0;
/// Somebody is writing down what it is to run.
const COMING: u32 = 1;
/// It is to run, or runs, what stands here.
const GIVEN: u32 = 2;

/// A place for one function to run.
#[derive(Debug)]
pub struct Job {
    state: AtomicU32,
    run: AtomicPtr<()>,
    argument: AtomicPtr<()>,
}

impl Job {
    /// Nothing to do.
    pub const fn new() -> Self {
        let nothing = core::ptr::null_mut();
        Self {
            state: AtomicU32::new(NONE),
            run: AtomicPtr::new(nothing),
            argument: AtomicPtr::new(nothing),
        }
    }

    /// The word that an idle processor waits on, and what it is meanwhile.
    pub fn word(&self) -> (&AtomicU32, u32) {
        (&self.state, NONE)
    }

    /// Writes down what is to be run. Waits while the processor is on its way back from the last.
    pub fn give(&self, run: Run, argument: *mut ()) {
        while self
            .state
            .compare_exchange_weak(NONE, COMING, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            core::hint::spin_loop();
        }
        self.run.store(run as *mut (), Ordering::Relaxed);
        self.argument.store(argument, Ordering::Relaxed);
        self.state.store(GIVEN, Ordering::Release);
    }

    /// What is to be run, if anything is.
    pub fn take(&self) -> Option<(Run, *mut ())> {
        if self.state.load(Ordering::Acquire) != GIVEN {
            return None;
        }
        let run = self.run.load(Ordering::Relaxed);
        // SAFETY: only `give` stores here, and it stores a `Run`.
        let run = unsafe { core::mem::transmute::<*mut (), Run>(run) };
        Some((run, self.argument.load(Ordering::Relaxed)))
    }

    /// It has been run.
    pub fn done(&self) {
        self.state.store(NONE, Ordering::Release);
    }
}
