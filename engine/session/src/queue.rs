//! Compiling, apart from everything else: jobs wait here until somebody has time for them.
//!
//! A [`Job`] owns all that a compiler asks for, so any processor may do it, at any time, without a
//! lock; what comes of it goes back to the curator as [`Done`]. Where nobody else is there to do it,
//! the processor that left the event does it itself, along the same way ([`crate::session`]).

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU32, Ordering};

use bareflow_ir::Module;
use bareflow_object::{CompileError, CpuFeatures, Entry, Object, Request};
use bareflow_platform::Platform;
use bareflow_profile::{FunctionProfile, Level};
use spin::Mutex;

use crate::compilers::{Compilers, Made};
use crate::events::{Purpose, Wish};
use crate::key::FuncKey;

/// Jobs that may wait at a time. Who finds no room asks again later.
pub(crate) const MOST_JOBS: usize = 64;

/// A function to compile, with all that the compiler is told.
pub(crate) struct Job {
    pub(crate) wish: Wish,
    pub(crate) module: Arc<Module>,
    /// Evidence by function id, and its epoch; `None` below O2, where compilers are told nothing.
    pub(crate) told: Option<(Arc<[FunctionProfile]>, u32)>,
    pub(crate) cpu: CpuFeatures,
}

/// What came of a job.
pub(crate) struct Done {
    pub(crate) wish: Wish,
    pub(crate) epoch: Option<u32>,
    pub(crate) cpu: CpuFeatures,
    /// Name of the compiler.
    pub(crate) compiler: &'static str,
    pub(crate) result: Result<Object, CompileError>,
    /// Compilers that were asked before it, and why they did not do it.
    pub(crate) refused: Vec<(&'static str, CompileError)>,
    /// Nanoseconds it took.
    pub(crate) ns: u64,
}

impl Job {
    /// Does it.
    pub(crate) fn run(self, compilers: &Compilers, platform: &dyn Platform) -> Done {
        let start = platform.now_ns();
        let Made { compiler, result, refused } = compilers.compile(&self.request());
        let ns = platform.now_ns() - start;
        let epoch = self.told.as_ref().map(|(_, epoch)| *epoch);
        Done { wish: self.wish, epoch, cpu: self.cpu, compiler, result, refused, ns }
    }

    fn request(&self) -> Request<'_> {
        Request {
            module: &self.module,
            func: self.wish.key.func,
            level: self.wish.level,
            entry: self.wish.entry,
            profile: self.told.as_ref().map_or(&[], |(told, _)| told),
            cpu: self.cpu,
            options: &self.wish.options,
        }
    }

    /// Whether this one makes `other` needless: the same function rises, and further.
    fn outdates(&self, other: &Self) -> bool {
        let rises = |job: &Self| matches!(job.wish.purpose, Purpose::Rise);
        let same = |job: &Self| (job.wish.key, job.wish.entry);
        let (own, level): ((FuncKey, Entry), Level) = (same(self), self.wish.level);
        rises(self) && rises(other) && own == same(other) && level >= other.wish.level
    }
}

/// Jobs that wait, the first to come first.
#[derive(Default)]
pub(crate) struct Queue {
    jobs: Mutex<VecDeque<Box<Job>>>,
}

impl Queue {
    /// Adds a job, in the place of one that it outdates. Whether that makes one job more.
    ///
    /// # Errors
    /// The job, when there is no room.
    pub(crate) fn push(&self, job: Box<Job>) -> Result<bool, Box<Job>> {
        let mut jobs = self.jobs.lock();
        if let Some(waiting) = jobs.iter_mut().find(|waiting| job.outdates(waiting)) {
            *waiting = job;
            return Ok(false);
        }
        if jobs.len() >= MOST_JOBS {
            return Err(job);
        }
        jobs.push_back(job);
        Ok(true)
    }

    /// The job to do next.
    pub(crate) fn pop(&self) -> Option<Box<Job>> {
        self.jobs.lock().pop_front()
    }
}

/// Wakes the processors that wait for work.
#[derive(Default)]
pub(crate) struct Bell {
    /// Changes at every stroke.
    strokes: AtomicU32,
}

impl Bell {
    /// There is something to do, for one processor.
    pub(crate) fn ring(&self, platform: &dyn Platform) {
        self.strokes.fetch_add(1, Ordering::AcqRel);
        platform.wake(&self.strokes, 1);
    }

    /// Strokes so far: to be asked before it is looked whether there is something to do.
    pub(crate) fn strokes(&self) -> u32 {
        self.strokes.load(Ordering::Acquire)
    }

    /// Sleeps until there were more strokes than were `heard`.
    pub(crate) fn wait(&self, platform: &dyn Platform, heard: u32) {
        platform.wait(&self.strokes, heard, None);
    }
}
