//! When all cores have passed: the protocol of [`crate::retire`], and nothing else.
//!
//! A *sweep* is a value that changes hands. While it is closed it belongs to the linker; opening
//! gives it to every core, to read; each core gives its share back when it *passes*, and when the
//! last one has, the linker may close it and has it to itself again. All of it is messages: a
//! release store, and an acquire load that sees it.
//!
//! ```text
//!   linker   fill the sweep; epoch = n ─────┐          ┌─ all have passed n: close, free
//!                                           v          │
//!   core     ... runs ... quiescent point: sees n, looks, passed = n ... runs ...
//!   core     ... rests ...... the linker holds it, looks, passed = n, lets go ... wakes ...
//! ```
//!
//! A core that rests cannot look for itself. Whether it rests is one word that both sides change by
//! compare-and-exchange, so one of two things happens: the linker gets hold of it first, and the core
//! that wakes waits until it is let go and then knows all that the linker did before; or the core
//! wakes first, and the linker waits for its next quiescent point as for everyone's.

use crate::sync::{AtomicU32, AtomicU64, Ordering, UnsafeCell, offer, serialise, spin};

/// The sweep and its number.
#[derive(Debug)]
pub(crate) struct Grace<T> {
    /// Number of the last sweep that was opened.
    epoch: AtomicU64,
    sweep: UnsafeCell<T>,
}

// SAFETY: invariant 9: the sweep is written by the linker alone while no core reads it, which `open`
// and `close` ask for, and only read otherwise.
unsafe impl<T: Send + Sync> Sync for Grace<T> {}

impl<T> Grace<T> {
    /// Nothing is swept yet.
    pub(crate) fn new(sweep: T) -> Self {
        Self { epoch: AtomicU64::new(0), sweep: UnsafeCell::new(sweep) }
    }

    /// Gives the sweep to the cores, as `fill` leaves it. What was done before, such as leading
    /// slots elsewhere, is known to every core that has passed.
    ///
    /// # Safety
    /// The sweep must be closed, and the caller the only one that opens and closes.
    pub(crate) unsafe fn open(&self, fill: impl FnOnce(&mut T)) {
        // SAFETY: closed, so every core has given its share back, and takes none before the epoch
        // has changed.
        self.sweep.with_mut(|sweep| fill(unsafe { &mut *sweep }));
        let epoch = self.epoch.load(Ordering::Relaxed);
        offer();
        self.epoch.store(epoch + 1, Ordering::Release);
        offer();
    }

    /// Takes the sweep back.
    ///
    /// # Safety
    /// [`Watch::has_passed`] must have said so of every core, and the caller be the only one that
    /// opens and closes.
    pub(crate) unsafe fn close<R>(&self, take: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: a core that has passed looks no more at this sweep.
        self.sweep.with_mut(|sweep| take(unsafe { &mut *sweep }))
    }
}

/// The core runs the program, or may at any moment.
const AWAKE: u32 = 0;
/// It does not, and tells before it does.
const RESTING: u32 = 1;
/// It rests, and may not wake: the linker looks at its stack.
const HELD: u32 = 2;

/// How far one core is.
#[derive(Debug)]
pub(crate) struct Watch {
    state: AtomicU32,
    /// Last sweep that nothing of the core stands in the way of, save what it has marked.
    passed: AtomicU64,
    /// Epoch that the core saw when it last executed a serialising instruction. Its own.
    synced: AtomicU64,
}

impl Watch {
    /// A core that rests and has nothing to do with any sweep so far, an open one included: it has
    /// not run yet.
    pub(crate) fn new<T>(grace: &Grace<T>) -> Self {
        let epoch = grace.epoch.load(Ordering::Acquire);
        Self {
            state: AtomicU32::new(RESTING),
            passed: AtomicU64::new(epoch),
            synced: AtomicU64::new(epoch),
        }
    }

    /// Whether the core is awake. For the core itself.
    pub(crate) fn is_awake(&self) -> bool {
        self.state.load(Ordering::Relaxed) == AWAKE
    }

    /// From here on the core may run the program. Waits while the linker looks at its stack.
    pub(crate) fn wake<T>(&self, grace: &Grace<T>) {
        let (acquire, relaxed) = (Ordering::Acquire, Ordering::Relaxed);
        offer();
        while self.state.compare_exchange(RESTING, AWAKE, acquire, relaxed).is_err() {
            spin();
        }
        // The linker may have passed for this core, and code may lie where other code was.
        let epoch = grace.epoch.load(Ordering::Relaxed);
        if epoch != self.synced.load(Ordering::Relaxed) {
            self.synced.store(epoch, Ordering::Relaxed);
            serialise();
        }
    }

    /// From here on the core does not run the program, and its stack stays as it is.
    pub(crate) fn rest(&self) {
        self.state.store(RESTING, Ordering::Release);
        offer();
    }

    /// Whether there is a sweep that the core, awake, has not passed.
    #[inline(always)]
    pub(crate) fn is_behind<T>(&self, grace: &Grace<T>) -> bool {
        grace.epoch.load(Ordering::Acquire) != self.passed.load(Ordering::Relaxed)
    }

    /// The core, awake, passes the open sweep: `look` marks in it what the core may still run.
    pub(crate) fn pass<T>(&self, grace: &Grace<T>, look: impl FnOnce(&T)) {
        let epoch = grace.epoch.load(Ordering::Acquire);
        if epoch == self.passed.load(Ordering::Relaxed) {
            return;
        }
        self.synced.store(epoch, Ordering::Relaxed);
        serialise();
        // SAFETY: the sweep is open, and this core has not passed.
        grace.sweep.with(|sweep| look(unsafe { &*sweep }));
        offer();
        self.passed.store(epoch, Ordering::Release);
    }

    /// For the linker: whether the core has passed the open sweep. For one that rests it does so
    /// itself, with `look`, which may read the core's stack.
    pub(crate) fn has_passed<T>(&self, grace: &Grace<T>, look: impl FnOnce(&T)) -> bool {
        let epoch = grace.epoch.load(Ordering::Relaxed);
        if self.passed.load(Ordering::Acquire) == epoch {
            return true;
        }
        let (acquire, relaxed) = (Ordering::Acquire, Ordering::Relaxed);
        if self.state.compare_exchange(RESTING, HELD, acquire, relaxed).is_err() {
            return false;
        }
        offer();
        // It may have passed and gone to rest since.
        if self.passed.load(Ordering::Relaxed) != epoch {
            // SAFETY: the sweep is open, and the core that is held has not passed.
            grace.sweep.with(|sweep| look(unsafe { &*sweep }));
            self.passed.store(epoch, Ordering::Relaxed);
        }
        offer();
        self.state.store(RESTING, Ordering::Release);
        true
    }
}
