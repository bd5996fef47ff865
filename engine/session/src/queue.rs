//! Compiling, apart from everything else: jobs wait here until somebody has time for them.
//!
//! A [`Job`] owns what a compiler asks for, so any processor may do it, at any time. What the program's
//! profile tells the compiler is gathered by whoever does the job: that takes longer than leaving an
//! event may. From then on there is no lock; what comes of it goes back to the curator as [`Done`]. Where nobody else is there to do it,
//! the processor that left the event does it itself, along the same way ([`crate::session`]).

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use bareflow_baton as baton;
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

/// What compilers are told: evidence by function id, and its epoch. `None` below O2, where they are told
/// nothing.
pub(crate) type Told = Option<(Arc<[FunctionProfile]>, u32)>;

/// A function to compile.
pub(crate) struct Job {
    pub(crate) wish: Wish,
    /// Nanoseconds that it is expected to save.
    pub(crate) worth: u64,
    pub(crate) module: Arc<Module>,
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
    pub(crate) fn run(self, told: &Told, compilers: &Compilers, platform: &dyn Platform) -> Done {
        let start = platform.now_ns();
        let Made { compiler, result, refused } = compilers.compile(&self.request(told));
        let ns = platform.now_ns() - start;
        let epoch = told.as_ref().map(|(_, epoch)| *epoch);
        Done { wish: self.wish, epoch, cpu: self.cpu, compiler, result, refused, ns }
    }

    fn request<'a>(&'a self, told: &'a Told) -> Request<'a> {
        Request {
            module: &self.module,
            func: self.wish.key.func,
            level: self.wish.level,
            entry: self.wish.entry,
            profile: told.as_ref().map_or(&[], |(told, _)| told),
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

/// Jobs that wait, in the order in which they came.
#[derive(Default)]
pub(crate) struct Queue {
    jobs: Mutex<Vec<Job>>,
}

impl Queue {
    /// Adds a job, in the place of one that it outdates. Whether that makes one job more. Somebody is to be
    /// told of it ([`Bell::owe`]).
    ///
    /// # Errors
    /// The job, when there is no room.
    pub(crate) fn push(&self, job: Job) -> Result<bool, Box<Job>> {
        let mut jobs = self.jobs.lock();
        if let Some(waiting) = jobs.iter_mut().find(|waiting| job.outdates(waiting)) {
            *waiting = job;
            return Ok(false);
        }
        if jobs.len() >= MOST_JOBS {
            return Err(Box::new(job));
        }
        jobs.push(job);
        Ok(true)
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.jobs.lock().is_empty()
    }

    /// The job to do next: the one that will save most, of such the one that came first.
    pub(crate) fn pop(&self) -> Option<Job> {
        baton::offer();
        let mut jobs = self.jobs.lock();
        let most = jobs.iter().map(|job| job.worth).max()?;
        let next = jobs.iter().position(|job| job.worth == most)?;
        Some(jobs.remove(next))
    }

    /// Takes out jobs that nobody needs any more.
    pub(crate) fn withdraw(&self, is_outdated: impl Fn(&Wish) -> bool) -> Vec<Job> {
        self.jobs.lock().extract_if(.., |job| is_outdated(&job.wish)).collect()
    }
}

/// Wakes the processors that wait for work.
///
/// Whoever is curator only notes that it is to ring: a processor that is woken may get the place of the
/// one that wakes it, in a process of a busy system, and would then find a curator who is away.
#[derive(Default)]
pub(crate) struct Bell {
    /// Changes at every stroke.
    strokes: AtomicU32,
    /// Jobs came that nobody was told of.
    owed: AtomicBool,
}

impl Bell {
    /// There is something to do, for one processor, which is told at the next [`Bell::ring_if_owed`].
    pub(crate) fn owe(&self) {
        self.owed.store(true, Ordering::Release);
    }

    /// Wakes a processor if there is something to do that nobody was told of. By whoever has just been curator.
    pub(crate) fn ring_if_owed(&self, platform: &dyn Platform) {
        baton::offer();
        if self.owed.load(Ordering::Acquire) && self.owed.swap(false, Ordering::AcqRel) {
            self.strokes.fetch_add(1, Ordering::AcqRel);
            baton::offer();
            platform.wake(&self.strokes, 1);
        }
    }

    /// There is something to do for a certain processor, which may sleep.
    pub(crate) fn ring_all(&self, platform: &dyn Platform) {
        self.strokes.fetch_add(1, Ordering::AcqRel);
        baton::offer();
        platform.wake(&self.strokes, u32::MAX);
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

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec;

    use bareflow_ir::FuncId;
    use bareflow_object::Options;

    use super::*;

    fn job(func: u32, level: Level, worth: u64) -> Job {
        let key = FuncKey { image: 0, func: FuncId(func) };
        let (entry, purpose) = (Entry::Call, Purpose::Rise);
        let (options, reason) = (Options::default(), String::new());
        let wish = Wish { key, level, entry, options, purpose, heat: 0, reason };
        let (module, cpu) = (Arc::default(), CpuFeatures::default());
        Job { wish, worth, module, cpu }
    }

    fn order(queue: &Queue) -> Vec<(u32, Level)> {
        let next = || queue.pop().map(|job| (job.wish.key.func.0, job.wish.level));
        core::iter::from_fn(next).collect()
    }

    #[test]
    fn what_saves_most_is_made_first() {
        let queue = Queue::default();
        for (func, worth) in [(0, 5), (1, 9), (2, 5), (3, 9), (4, 1)] {
            assert!(queue.push(job(func, Level::O1, worth)).is_ok_and(|more| more));
        }
        let functions: Vec<_> = order(&queue).into_iter().map(|(func, _)| func).collect();
        assert_eq!(functions, [1, 3, 0, 2, 4]);
    }

    #[test]
    fn outdated_jobs_are_not_done() {
        let queue = Queue::default();
        assert!(queue.push(job(0, Level::O1, 1)).is_ok_and(|more| more));
        assert!(queue.push(job(0, Level::O2, 1)).is_ok_and(|more| !more), "it takes its place");
        assert!(
            queue.push(job(0, Level::O1, 1)).is_ok_and(|more| more),
            "no further than the other"
        );
        assert!(queue.push(job(1, Level::O3, 1)).is_ok_and(|more| more));
        let gone = queue.withdraw(|wish| wish.key.func == FuncId(0));
        assert_eq!(gone.len(), 2);
        assert_eq!(order(&queue), vec![(1, Level::O3)]);
    }

    #[test]
    fn a_full_queue_gives_the_job_back() {
        let queue = Queue::default();
        for func in 0..MOST_JOBS as u32 {
            assert!(queue.push(job(func, Level::O1, 0)).is_ok());
        }
        let back = queue.push(job(99, Level::O1, 0)).err().map(|job| job.wish.key.func);
        assert_eq!(back, Some(FuncId(99)));
        assert!(queue.push(job(7, Level::O3, 0)).is_ok_and(|more| !more), "it needs no room");
    }
}
