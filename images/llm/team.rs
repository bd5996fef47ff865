//! All processors at one piece of work: a team that stays together for the whole program.
//!
//! Work is cut into pieces, of which whoever is free takes the next. A result never depends on who takes
//! a piece: each has places of its own to write to, and sums stay within one.

use core::cell::Cell;
use core::ffi::c_void;
use core::sync::atomic::AtomicU32;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

use crate::host;

/// Looks at a word before sleeping on it. To go to sleep and wake takes longer than most pieces.
const LOOKS: u32 = 20_000;

/// The work in hand.
static WORK: Place = Place(Cell::new(None));
/// Rises with every piece of work.
static ROUND: AtomicU32 = AtomicU32::new(0);
/// The next piece to be taken, and how many there are.
static NEXT: AtomicU32 = AtomicU32::new(0);
static PIECES: AtomicU32 = AtomicU32::new(0);
/// Helpers that are not through yet.
static LEFT: AtomicU32 = AtomicU32::new(0);

type Work = &'static (dyn Fn(usize) + Sync);

struct Place(Cell<Option<Work>>);

// SAFETY: written by the first thread alone, and only while no helper works (`LEFT` is 0); helpers read it
// after they have seen `ROUND` rise.
unsafe impl Sync for Place {}

/// The processors that work for this program.
pub struct Team {
    helpers: u32,
}

impl Team {
    /// Asks for every other processor that is free, up to `most` in all.
    pub fn new(most: u32) -> Self {
        let cores = host::cores();
        let wanted = if most < cores { most } else { cores };
        let mut helpers = 0;
        while helpers + 1 < wanted && host::start(help) {
            helpers += 1;
        }
        Self { helpers }
    }

    /// How many processors there are in it.
    pub const fn count(&self) -> u32 {
        self.helpers + 1
    }

    /// Calls `work` with the number of every piece.
    pub fn each(&self, pieces: usize, work: &(dyn Fn(usize) + Sync)) {
        if self.helpers == 0 || pieces < 2 {
            for piece in 0..pieces {
                work(piece);
            }
            return;
        }
        // SAFETY: nobody uses it any more when this function returns, so it lives long enough.
        let work: Work = unsafe { core::mem::transmute(work) };
        WORK.0.set(Some(work));
        PIECES.store(pieces as u32, Relaxed);
        NEXT.store(0, Relaxed);
        LEFT.store(self.helpers, Relaxed);
        ROUND.fetch_add(1, Release);
        host::wake(&ROUND);
        take_all(work);
        loop {
            let left = LEFT.load(Acquire);
            if left == 0 {
                return;
            }
            sleep_while(&LEFT, left);
        }
    }
}

fn take_all(work: Work) {
    let pieces = PIECES.load(Relaxed);
    loop {
        let piece = NEXT.fetch_add(1, Relaxed);
        if piece >= pieces {
            return;
        }
        work(piece as usize);
    }
}

fn sleep_while(word: &AtomicU32, value: u32) {
    for _ in 0..LOOKS {
        if word.load(Acquire) != value {
            return;
        }
    }
    host::wait(word, value);
}

/// What a helper does for good. The end of the program ends it.
extern "C" fn help(_: *mut c_void) {
    let mut round = 0;
    loop {
        while ROUND.load(Acquire) == round {
            sleep_while(&ROUND, round);
        }
        // The first thread waits for every helper in every round, so no round is missed.
        round = round.wrapping_add(1);
        if let Some(work) = WORK.0.get() {
            take_all(work);
        }
        if LEFT.fetch_sub(1, AcqRel) == 1 {
            host::wake(&LEFT);
        }
    }
}

/// Numbers that several processors write to, each in places of its own.
#[derive(Clone, Copy)]
pub struct Shared<'a> {
    at: *mut f32,
    len: usize,
    numbers: core::marker::PhantomData<&'a mut [f32]>,
}

// SAFETY: whoever writes says that nobody else has the place.
unsafe impl Sync for Shared<'_> {}

impl<'a> Shared<'a> {
    pub fn new(numbers: &'a mut [f32]) -> Self {
        let len = numbers.len();
        Self { at: numbers.as_mut_ptr(), len, numbers: core::marker::PhantomData }
    }

    /// Writes one number, or adds to it.
    ///
    /// # Safety
    /// Nobody else uses this place meanwhile.
    #[inline(always)]
    pub unsafe fn add(&self, index: usize, value: f32, more: bool) {
        if index < self.len {
            // SAFETY: inside, and the caller's alone.
            unsafe {
                let place = self.at.add(index);
                *place = if more { *place + value } else { value };
            }
        }
    }

    /// A part of them.
    ///
    /// # Safety
    /// Nobody else uses these places while the part is in use.
    pub unsafe fn part(&self, start: usize, count: usize) -> &'a mut [f32] {
        match start.checked_add(count) {
            // SAFETY: inside, and the caller's alone.
            Some(end) if end <= self.len => unsafe {
                core::slice::from_raw_parts_mut(self.at.add(start), count)
            },
            _ => &mut [],
        }
    }
}
