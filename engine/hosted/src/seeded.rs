//! The processors of a process in an order that a seed decides, and that can be had again.
//!
//! Each processor is a thread, as ever (`cores.rs`), but only the one that has the *baton* runs.
//! It gives it on where it offers it (`engine/baton`), where it waits and where it ends; who gets it is
//! drawn from the seed. Nothing else decides anything: the clock counts offers instead of nanoseconds,
//! and words that processors wait on are kept here and not by the system. So a program whose results
//! depend on nothing but its processors' order does the same again with the same seed, however
//! busy the host is.
//!
//! Orders differ in kind, too: a seed says how seldom the baton changes hands, and gives each processor a
//! weight of its own, so that some seeds have one of them far behind the others. Waits end early now
//! and then, since they may ([`bareflow_platform::Platform::wait`]). When all wait and nobody can ever be
//! woken, that is the end of the process, with status [`ALL_WAIT`]: a wake-up was lost.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use bareflow_baton::Holder;

use crate::{futex, here};

/// Status of a process in which every processor waits and none can wake another.
pub const ALL_WAIT: i32 = 77;
/// Status of one that was not through after [`MOST_STEPS`].
pub const ENDLESS: i32 = 78;

/// Offers after which a program is taken for one that never ends.
pub const MOST_STEPS: u64 = 20_000_000;

/// Processors at most.
const MOST: usize = 64;

/// Nanoseconds on the clock between two offers.
const STEP_NS: u64 = 1_000;

/// What a processor is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Doing {
    /// It can go on.
    Ready,
    /// It waits on the word at this address, until this time at most.
    Waits(usize, Option<u64>),
}

#[derive(Debug)]
struct Processor {
    number: u32,
    doing: Doing,
    /// It has been woken, and not found that its time was over.
    woken: bool,
    /// How often it is drawn, compared with the others.
    weight: u64,
}

/// Everything that decides.
#[derive(Debug)]
struct State {
    random: u64,
    /// Of so many offers one is taken, on average.
    seldom: u64,
    processors: Vec<Processor>,
    now_ns: u64,
    steps: u64,
    /// A hash of who had the baton at which offer.
    trace: u64,
}

/// Who is to run, of each processor's own: the thread sleeps on it while it is 0.
static TURN: [AtomicU32; MOST] = [const { AtomicU32::new(0) }; MOST];

static STATE: OnceLock<Mutex<State>> = OnceLock::new();

thread_local! {
    /// Whether this thread is one of the processors.
    static TAKES_PART: Cell<bool> = const { Cell::new(false) };
}

/// From now on the processors of this process take turns, the calling thread being the first of them.
/// Before a machine has started any other; once in a process.
///
/// # Panics
/// The second time.
pub fn begin(seed: u64) {
    static HOLDER: Holder = Holder { offer, spin };
    let mut state = State {
        random: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
        seldom: 1,
        processors: Vec::new(),
        now_ns: 0,
        steps: 0,
        trace: 0xcbf2_9ce4_8422_2325,
    };
    for _ in 0..8 {
        state.draw(1);
    }
    state.seldom = 1 << state.draw(7);
    state.add(0);
    assert!(STATE.set(Mutex::new(state)).is_ok(), "processors take turns once in a process");
    TAKES_PART.set(true);
    bareflow_baton::hold(&HOLDER);
}

/// Offers so far, and a hash of who was next at each of them: the same for the same seed.
pub fn so_far() -> (u64, u64) {
    state().map_or((0, 0), |state| (state.steps, state.trace))
}

/// What decides, if the calling thread is one that takes turns.
fn state() -> Option<MutexGuard<'static, State>> {
    if !TAKES_PART.get() {
        return None;
    }
    Some(STATE.get()?.lock().unwrap_or_else(PoisonError::into_inner))
}

impl State {
    /// A number below `limit` (xorshift, Marsaglia 2003).
    fn draw(&mut self, limit: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 16) % limit.max(1)
    }

    fn add(&mut self, number: u32) {
        let weight = 1 << self.draw(5);
        self.processors.push(Processor { number, doing: Doing::Ready, woken: false, weight });
    }

    fn own(&mut self) -> &mut Processor {
        let number = here::number();
        let own = self.processors.iter_mut().find(|one| one.number == number);
        own.expect("who calls takes part")
    }

    /// Time goes on by a step; those whose time to wait is over are ready.
    fn step(&mut self) {
        self.steps += 1;
        self.now_ns += STEP_NS;
        let now = self.now_ns;
        for one in &mut self.processors {
            if let Doing::Waits(_, Some(until)) = one.doing
                && until <= now
            {
                one.doing = Doing::Ready;
            }
        }
        if self.steps >= MOST_STEPS {
            end(ENDLESS, "it does not end");
        }
    }

    /// Draws who is next, of those that are ready; not the processor `but`, if there is another.
    fn next(&mut self, but: Option<u32>) -> u32 {
        loop {
            let ready = |one: &&Processor| one.doing == Doing::Ready;
            let others = self.processors.iter().filter(ready).any(|one| Some(one.number) != but);
            let counts = move |one: &&Processor| ready(one) && !(others && Some(one.number) == but);
            let all: u64 = self.processors.iter().filter(counts).map(|one| one.weight).sum();
            if all > 0 {
                let mut left = self.draw(all);
                let mut drawn = self.processors.iter().filter(counts);
                let found = drawn.find(|one| match left.checked_sub(one.weight) {
                    Some(less) => {
                        left = less;
                        false
                    }
                    None => true,
                });
                let number = found.expect("less than all").number;
                self.trace = (self.trace ^ u64::from(number + 1)).wrapping_mul(0x0100_0000_01b3);
                return number;
            }
            // All wait: time passes until the first wait is over.
            let until = |one: &Processor| match one.doing {
                Doing::Waits(_, until) => until,
                Doing::Ready => None,
            };
            match self.processors.iter().filter_map(until).min() {
                Some(first) => self.now_ns = self.now_ns.max(first),
                None => end(ALL_WAIT, "every processor waits and none can wake another"),
            }
            self.step();
        }
    }
}

/// Ends the process at once, with a word on why.
fn end(status: i32, why: &str) -> ! {
    eprintln!("{why}");
    // SAFETY: the process ends; nothing of it is run any more.
    unsafe { libc::_exit(status) }
}

/// Gives the baton to `next`, and waits until it comes back.
fn hand_over(state: MutexGuard<'_, State>, next: u32) {
    let own = here::number();
    if next == own {
        return;
    }
    TURN[next as usize].store(1, Ordering::Release);
    drop(state);
    futex::wake(&TURN[next as usize], 1);
    await_turn(own);
}

/// Sleeps until the baton comes.
fn await_turn(own: u32) {
    let turn = &TURN[own as usize];
    while turn.swap(0, Ordering::Acquire) == 0 {
        futex::wait(turn, 0, None);
    }
}

fn offer() {
    let Some(mut state) = state() else { return };
    state.step();
    let seldom = state.seldom;
    if state.draw(seldom) == 0 {
        let next = state.next(None);
        hand_over(state, next);
    }
}

fn spin() {
    let Some(mut state) = state() else {
        std::hint::spin_loop();
        return;
    };
    state.step();
    let next = state.next(Some(here::number()));
    hand_over(state, next);
}

/// Whether the calling thread is a processor that takes turns.
pub(crate) fn takes_part() -> bool {
    TAKES_PART.get()
}

/// Nanoseconds, as far as offers have brought them.
pub(crate) fn now_ns() -> Option<u64> {
    let mut state = state()?;
    state.now_ns += 1;
    Some(state.now_ns)
}

/// A processor is about to be there: its thread comes to [`arrive`]. What it is told, for that.
pub(crate) fn add(number: u32) -> bool {
    let Some(mut state) = state() else { return false };
    state.add(number);
    true
}

/// The thread of a processor that was added begins.
pub(crate) fn arrive(number: u32) {
    TAKES_PART.set(true);
    await_turn(number);
}

/// Waits on a word; whether in time, as `Platform::wait`. `None`: who calls takes no turns.
pub(crate) fn wait(word: &AtomicU32, while_is: u32, timeout_ns: Option<u64>) -> Option<bool> {
    offer();
    let mut state = state()?;
    // One wait in thirty ends for no reason.
    if word.load(Ordering::SeqCst) != while_is || state.draw(30) == 0 {
        return Some(true);
    }
    let until = timeout_ns.map(|ns| state.now_ns.saturating_add(ns));
    let own = state.own();
    own.doing = Doing::Waits(word.as_ptr().addr(), until);
    own.woken = false;
    let next = state.next(None);
    hand_over(state, next);
    let mut state = self::state()?;
    Some(state.own().woken)
}

/// Wakes processors that wait on a word; whether who calls takes turns.
pub(crate) fn wake(word: &AtomicU32, most: u32) -> bool {
    let Some(mut state) = state() else { return false };
    let at = word.as_ptr().addr();
    for _ in 0..most.min(MOST as u32) {
        let waits = |one: &Processor| matches!(one.doing, Doing::Waits(word, _) if word == at);
        let waiting: Vec<usize> =
            (0..state.processors.len()).filter(|&at| waits(&state.processors[at])).collect();
        if waiting.is_empty() {
            break;
        }
        let drawn = waiting[state.draw(waiting.len() as u64) as usize];
        state.processors[drawn].doing = Doing::Ready;
        state.processors[drawn].woken = true;
    }
    drop(state);
    offer();
    true
}
