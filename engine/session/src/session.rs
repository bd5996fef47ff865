//! One boot: what all processors share, who changes it, and the way that events take.
//!
//! ```text
//!   a processor sees something ──> events ──> curator ──> orders ──> slots, probes, disk
//!                                    ^           │
//!                                    │           └─> queue ──> a compiler ──┐
//!                                    └──────────────── done <───────────────┘
//! ```
//!
//! There is one curator at a time, behind a lock that nobody waits for: who does not get it leaves
//! the event and goes on. Jobs are done by processors that have nothing else to do
//! ([`crate::worker`]), and the program goes on meanwhile; what they make is published by whoever
//! is curator then, by one store. Where there is one processor, it does the jobs itself before the
//! program goes on, so there is one way for all numbers of processors.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicPtr, Ordering, Ordering::Relaxed};

use bareflow_baton as baton;
use bareflow_interp::raised;
use bareflow_link::CoreBlock;
use bareflow_object::Entry;
use spin::{Mutex, MutexGuard};

use crate::core::{Core, Ending};
use crate::curator::Curator;
use crate::events::{Event, Wish};
use crate::policy;
use crate::queue::MOST_JOBS;
use crate::shared::Shared;
use crate::threads::Threads;

/// Nanoseconds after which a program of several threads is interrupted, on each processor: one that
/// calls nobody hears so that the program has ended.
const HEARTBEAT_NS: u64 = 20_000_000;

/// One boot.
pub(crate) struct Session {
    pub(crate) shared: Shared,
    curator: Mutex<Curator>,
    pub(crate) threads: Threads,
    /// The processors, the first the one that booted.
    cores: Box<[Core]>,
}

/// The session that host calls and thunks speak to. One at a time, for ever: programs hold
/// addresses of its parts.
static CURRENT: AtomicPtr<Session> = AtomicPtr::new(core::ptr::null_mut());

impl Session {
    /// Makes these parts the session that callbacks reach.
    pub(crate) fn start(shared: Shared, curator: Curator, cores: Box<[Core]>) -> &'static Self {
        let threads = Threads::default();
        let session = Self { shared, curator: Mutex::new(curator), threads, cores };
        let session: &'static mut Self = Box::leak(Box::new(session));
        CURRENT.store(session, Ordering::Release);
        session
    }

    /// The session of the running program, if one was started.
    pub(crate) fn current() -> Option<&'static Self> {
        // SAFETY: what was stored is leaked, so it lives for ever, and only shared references
        // to it exist from then on.
        unsafe { CURRENT.load(Ordering::Acquire).as_ref() }
    }

    /// The processors, the first the one that booted.
    pub(crate) fn cores(&self) -> &[Core] {
        &self.cores
    }

    /// The processor this runs on.
    pub(crate) fn core(&self) -> &Core {
        // SAFETY: a processor that runs the engine has a block, which stays, and in it the address
        // of its `Core`, which the session owns.
        let here = unsafe {
            CoreBlock::current().and_then(|block| {
                core::ptr::with_exposed_provenance::<Core>(block.session()).as_ref()
            })
        };
        here.unwrap_or(&self.cores[0])
    }

    /// Reports what the program on this processor has come to.
    pub(crate) fn report(&self, event: Event) {
        baton::offer();
        let _raised = raised::keep();
        let core = self.core();
        // SAFETY: callbacks come from code of the program, which waits on this processor's stack,
        // and read where to go on only after this.
        unsafe { core.block.quiescent() };
        // Where there is no room, it comes again.
        let _ = self.shared.events.push(event);
        self.tend();
        while !self.has_workers() && self.work() {}
        self.arm(core);
        self.heed(core);
    }

    /// Leaves the program that runs on this processor, if it has ended elsewhere.
    pub(crate) fn heed(&self, core: &Core) {
        if core.block.is_entered() && self.threads.is_over(core) {
            core.leave(Ending::Elsewhere);
        }
    }

    /// Ends the program that runs on this processor, on all of them.
    pub(crate) fn stop(&self, core: &Core, ending: Ending) -> ! {
        self.threads.stop(core, ending);
        core.leave(Ending::Elsewhere)
    }

    /// Whether somebody else does the jobs: a processor that runs no thread.
    fn has_workers(&self) -> bool {
        self.cores.iter().skip(1).any(|core| !core.seat.is_taken())
    }

    /// Takes in what waits, unless somebody else does.
    fn tend(&self) {
        let shared = &self.shared;
        // What comes when the place has just been left is taken in by whoever left it there. Without this second
        // look it would only be late: whoever comes by the engine next takes it in, the alarm does (`arm`), and
        // at the end `settle` waits for all jobs. So no answer would be wrong, and no test of answers, in
        // whatever order of processors, can see it missing; a program that stays in one loop would wait for
        // code that is there.
        while !(shared.events.is_empty() && shared.done.is_empty()) {
            let Some(mut curator) = self.curator.try_lock() else { break };
            while let Some(event) = shared.events.pop() {
                baton::offer();
                curator.take_in(shared, event);
            }
            while let Some(done) = shared.done.pop() {
                baton::offer();
                curator.done(shared, done);
                shared.under_way.fetch_sub(1, Ordering::Release);
            }
            baton::offer();
            drop(curator);
            baton::offer();
        }
        shared.bell.ring_if_owed(shared.platform);
    }

    /// Does one job, if one waits, and has it taken in; whether it did.
    pub(crate) fn work(&self) -> bool {
        let shared = &self.shared;
        let Some(job) = shared.queue.pop() else { return false };
        // Whoever leaves an event meanwhile finds the place taken; it is taken in below.
        let told = self.curator().told(shared, &job.wish);
        self.tend();
        baton::offer();
        let start = shared.platform.now_ns();
        let done = job.run(&told, &shared.compilers, shared.platform);
        shared.was_busy(start, "compile", || {
            let Wish { key, level, entry, .. } = &done.wish;
            let image = shared.image(key.image);
            let way = if matches!(entry, Entry::Loop(_)) { ", in a loop" } else { "" };
            alloc::format!("{}:{} at {level}{way}", image.program.name, image.name(key.func))
        });
        baton::offer();
        // There is room: no more jobs are under way than it holds.
        let _ = shared.done.push(done);
        self.tend();
        true
    }

    /// Sets this processor's alarm for what is due next.
    pub(crate) fn arm(&self, core: &Core) {
        let shared = &self.shared;
        let due = shared.due_ns.load(Relaxed);
        // What other processors make is found out by looking.
        let heartbeat = self.has_workers() && due == u64::MAX;
        let now = shared.platform.now_ns();
        let policy = policy::alarm_at(&shared.manifest, now, due, heartbeat);
        let threads = self.threads.are_there().then_some(now + HEARTBEAT_NS);
        if let Some(at) = policy.into_iter().chain(threads).min() {
            core.set_alarm(shared.platform, at);
        }
    }

    /// The curator, for the engine's own work outside of programs and for what a job asks before it is done.
    /// Whoever has the place may not be running, where processors are threads of a system.
    pub(crate) fn curator(&self) -> MutexGuard<'_, Curator> {
        loop {
            if let Some(curator) = self.curator.try_lock() {
                return curator;
            }
            baton::spin();
            self.shared.platform.give_way();
        }
    }

    /// Compiles what is wished for, in this order, on all processors; no more is begun at
    /// `until_ns` of the machine's clock. It is all there afterwards.
    pub(crate) fn grant(&self, wishes: Vec<Wish>, until_ns: u64) {
        for wish in wishes {
            if self.shared.platform.now_ns() >= until_ns {
                break;
            }
            self.curator().wish(&self.shared, wish);
            self.shared.bell.ring_if_owed(self.shared.platform);
            let full = || self.shared.under_way.load(Relaxed) >= MOST_JOBS / 2;
            while (self.cores.len() == 1 || full()) && self.work() {}
        }
        self.settle();
    }

    /// Waits until all jobs are done and taken in, and helps.
    pub(crate) fn settle(&self) {
        while self.shared.under_way.load(Ordering::Acquire) > 0 {
            if !self.work() {
                baton::spin();
                self.tend();
            }
        }
    }
}
