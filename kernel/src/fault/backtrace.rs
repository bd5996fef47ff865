//! The chain of callers, by frame pointers.

use core::sync::atomic::{AtomicPtr, Ordering};

use crate::arch::Place;
use crate::memory;

/// Finds the real return address behind one that stands in for it: gets the address, and how
/// many such were met before. It must not allocate or wait for a lock.
pub type Revealer = fn(u64, usize) -> Option<u64>;

static REVEALER: AtomicPtr<()> = AtomicPtr::new(core::ptr::null_mut());

#[cfg(feature = "engine")]
/// Sets who knows the real return addresses of calls that are measured.
pub fn set_revealer(revealer: Revealer) {
    REVEALER.store(revealer as *mut (), Ordering::Release);
}

fn reveal(address: u64, nth: usize) -> Option<u64> {
    let revealer = REVEALER.load(Ordering::Acquire);
    if revealer.is_null() {
        return None;
    }
    // SAFETY: only `set_revealer` stores here, and it stores a `Revealer`.
    let revealer = unsafe { core::mem::transmute::<*mut (), Revealer>(revealer) };
    revealer(address, nth)
}

/// Lines of a backtrace at most.
const LONGEST: usize = 48;
/// Callers followed at most: a recursion that overflowed a stack has very many.
const DEEPEST: u32 = 4_000_000;

/// A line of a backtrace.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// The instruction: the interrupted one, or the call.
    pub rip: u64,
    /// How often in a row it stands there.
    pub times: u32,
}

/// Callers from `place` outwards, the interrupted instruction first.
pub fn walk(place: Place) -> impl Iterator<Item = Line> {
    let mut next = Some((place, true));
    let mut depth = 0;
    let mut revealed = 0;
    core::iter::from_fn(move || {
        let (now, first) = next?;
        let mut times = 1;
        loop {
            next = caller(next.map_or(now.rbp, |(p, _)| p.rbp)).filter(|_| depth < DEEPEST).map(
                |mut p| {
                    if let Some(rip) = reveal(p.rip, revealed) {
                        p.rip = rip;
                        revealed += 1;
                    }
                    (p, false)
                },
            );
            depth += 1;
            match next {
                Some((outer, _)) if !first && outer.rip == now.rip => times += 1,
                _ => break,
            }
        }
        // A return address stands behind its call, perhaps in the next function.
        Some(Line { rip: now.rip - u64::from(!first), times })
    })
    .take(LONGEST)
}

/// Words of a stack looked at, and lines made of them, where frame pointers lead nowhere.
const SCANNED: u64 = 512;
const GUESSES: usize = 24;

/// Words on the stack that are addresses of code: return addresses, and what was left behind.
/// For code that keeps no frame pointers, and jumps to nowhere.
pub fn scan(rsp: u64) -> impl Iterator<Item = u64> {
    words(rsp).filter(|&word| memory::is_code(word)).take(GUESSES)
}

/// Words on top of the stack.
pub fn words(rsp: u64) -> impl Iterator<Item = u64> {
    let first = rsp & !7;
    (0..SCANNED)
        .map(move |i| first.wrapping_add(8 * i))
        .take_while(|&at| memory::is_readable(at))
        // SAFETY: the word can be read; what it holds is only looked at.
        .map(|at| unsafe { core::ptr::with_exposed_provenance::<u64>(at as usize).read_volatile() })
}

/// The caller of the function whose frame pointer this is, if it is one.
fn caller(rbp: u64) -> Option<Place> {
    if rbp == 0
        || !rbp.is_multiple_of(8)
        || !memory::is_readable(rbp)
        || !memory::is_readable(rbp + 15)
    {
        return None;
    }
    let frame = core::ptr::with_exposed_provenance::<[u64; 2]>(rbp as usize);
    // SAFETY: both words can be read; what they hold is checked, not trusted.
    let [outer, rip] = unsafe { frame.read_volatile() };
    // Outer frames lie higher on the same stack, or the chain is not one.
    (rip != 0 && (outer == 0 || outer > rbp)).then_some(Place { rip, rbp: outer })
}
