//! The protocol of grace periods in every interleaving that the memory model allows.
//!
//! The file under test is compiled into this one, over `loom`'s atomics and cells. Two pieces of
//! code, of which a slot leads to one, stand for all: to run one is to read a cell, to reuse its
//! range is to write it, and `loom` reports where the two could meet. So is a core's stack: a cell
//! that it writes when it calls and when it returns, and that only whoever may look reads.

#[path = "../src/grace.rs"]
mod grace;
#[path = "support/modelled.rs"]
mod sync;

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use grace::{Grace, Watch};

/// The code that a range holds, unless it was freed and something else is there.
const CODE: u32 = 7;
const REUSED: u32 = 8;

/// What is to be freed: range 0 or nothing.
#[derive(Default)]
struct Sweep {
    in_use: AtomicBool,
}

/// A core: its watch, and the range that stands on its stack.
struct Core {
    watch: Watch,
    stack: UnsafeCell<Option<usize>>,
}

struct World {
    grace: Grace<Sweep>,
    slot: AtomicUsize,
    ranges: [UnsafeCell<u32>; 2],
    cores: Vec<Core>,
}

// SAFETY: what `loom` is to find out: it reports any two accesses to a cell that could meet.
unsafe impl Sync for World {}
// SAFETY: plain data.
unsafe impl Send for World {}

impl World {
    fn new(cores: usize) -> Arc<Self> {
        let grace = Grace::new(Sweep::default());
        let core = |_| Core { watch: Watch::new(&grace), stack: UnsafeCell::new(None) };
        let cores = (0..cores).map(core).collect();
        let slot = AtomicUsize::new(0);
        let ranges = [UnsafeCell::new(CODE), UnsafeCell::new(CODE)];
        Arc::new(Self { grace, slot, ranges, cores })
    }

    /// Runs in a range: what is there must be its code.
    fn run(&self, range: usize) {
        // SAFETY: `loom` checks it.
        self.ranges[range].with(|code| assert_eq!(unsafe { *code }, CODE));
    }

    /// Marks what a core has on its stack.
    fn look(&self, core: usize, sweep: &Sweep) {
        // SAFETY: `loom` checks it.
        if self.cores[core].stack.with(|stack| unsafe { *stack }) == Some(0) {
            sweep.in_use.store(true, Ordering::Relaxed);
        }
    }

    fn set_stack(&self, core: usize, range: Option<usize>) {
        // SAFETY: `loom` checks it.
        self.cores[core].stack.with_mut(|stack| unsafe { *stack = range });
    }

    fn quiescent(&self, core: usize) {
        let watch = &self.cores[core].watch;
        assert!(watch.is_awake());
        if watch.is_behind(&self.grace) {
            watch.pass(&self.grace, |sweep| self.look(core, sweep));
        }
    }

    /// Calls the function; inside of it, the engine: a quiescent point, or a sleep.
    fn call(&self, core: usize, sleeps: bool) {
        let range = self.slot.load(Ordering::Acquire);
        self.set_stack(core, Some(range));
        self.run(range);
        if sleeps {
            self.cores[core].watch.rest();
            self.cores[core].watch.wake(&self.grace);
        } else {
            self.quiescent(core);
        }
        self.run(range);
        self.set_stack(core, None);
    }

    /// The program of a core: some calls, with a quiescent point after each.
    fn program(&self, core: usize, calls: &[bool]) {
        self.cores[core].watch.wake(&self.grace);
        for sleeps in calls {
            self.call(core, *sleeps);
            self.quiescent(core);
        }
        self.cores[core].watch.rest();
    }

    /// The linker: whether no core can be in range 0. Asks once, as `Linker::collect` does.
    fn is_free(&self, open: &mut bool) -> bool {
        if !*open {
            // SAFETY: nothing is open, and this is the only linker.
            unsafe { self.grace.open(|sweep| *sweep = Sweep::default()) };
            *open = true;
        }
        let passed = |core: usize| {
            self.cores[core].watch.has_passed(&self.grace, |sweep| self.look(core, sweep))
        };
        if !(0..self.cores.len()).all(passed) {
            return false;
        }
        *open = false;
        // SAFETY: all have passed, and this is the only linker.
        unsafe { self.grace.close(|sweep| !sweep.in_use.load(Ordering::Relaxed)) }
    }

    /// The linker: leads the slot elsewhere, and reuses range 0 when it is free. It asks so many
    /// times, and whether a sweep is open then is the other result.
    fn replace(&self, times: u32) -> (bool, bool) {
        self.slot.store(1, Ordering::Release);
        let mut open = false;
        for _ in 0..times {
            if self.is_free(&mut open) {
                self.reuse();
                return (true, open);
            }
            loom::thread::yield_now();
        }
        (false, open)
    }

    fn reuse(&self) {
        // SAFETY: `loom` checks it.
        self.ranges[0].with_mut(|code| unsafe { *code = REUSED });
    }
}

/// Runs a program on each core, and the linker beside them.
fn model(preemptions: Option<usize>, programs: &'static [&'static [bool]]) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = preemptions;
    builder.check(move || {
        let world = World::new(programs.len());
        let cores: Vec<_> = programs
            .iter()
            .enumerate()
            .map(|(core, calls)| {
                let world = Arc::clone(&world);
                loom::thread::spawn(move || world.program(core, calls))
            })
            .collect();
        let (reused, mut open) = world.replace(3);
        cores.into_iter().for_each(|core| core.join().unwrap());
        // All rest: what is open can be closed, and what is opened then finds nothing in use.
        if !reused {
            assert!(world.is_free(&mut open) || world.is_free(&mut open));
            world.reuse();
        }
    });
}

const RUNS: bool = false;
const SLEEPS: bool = true;

#[test]
fn a_core_that_runs() {
    model(None, &[&[RUNS, RUNS]]);
}

#[test]
fn a_core_that_sleeps_inside_of_a_call() {
    model(None, &[&[SLEEPS, RUNS]]);
}

#[test]
fn two_cores() {
    model(Some(3), &[&[RUNS], &[SLEEPS]]);
}
