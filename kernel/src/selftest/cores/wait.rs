//! Waiting and waking: time-outs, one against one, and many against many.

use core::sync::atomic::{AtomicU32, Ordering};

use super::together::together;
use crate::arch::exit::Status;
use crate::devices::clock;
use crate::{cores, say};

/// Prints what a wake-up takes.
pub fn run() -> Status {
    if !time_outs() {
        say!("cores: a time-out is wrong");
        return Status::Failure;
    }
    if cores::count() > 1 {
        ping_pong();
    }
    baton();
    impatient();
    say!("cores: nobody waits any more");
    Status::Success
}

fn time_outs() -> bool {
    const MS: u64 = 1_000_000;
    let word = AtomicU32::new(5);
    let start = clock::now_ns();
    let not_waiting = cores::wait(&word, 6, Some(10_000 * MS));
    let at_once = clock::now_ns() - start < 5_000 * MS;
    let start = clock::now_ns();
    let in_time = cores::wait(&word, 5, Some(3 * MS));
    not_waiting && at_once && !in_time && clock::now_ns() - start >= 3 * MS
}

/// Two processors wake each other in turns.
fn ping_pong() {
    const ROUNDS: u32 = 2000;
    static TURN: AtomicU32 = AtomicU32::new(0);
    static LONGEST: AtomicU32 = AtomicU32::new(0);
    let start = clock::now_ns();
    together(|core| {
        if core >= 2 {
            return;
        }
        loop {
            let turn = TURN.load(Ordering::Acquire);
            if turn == ROUNDS {
                break;
            } else if turn % 2 == core {
                TURN.store(turn + 1, Ordering::Release);
                cores::wake(&TURN, 1);
            } else {
                let start = clock::now_ns();
                cores::wait(&TURN, turn, None);
                let waited = (clock::now_ns() - start) / 1000;
                LONGEST.fetch_max(waited as u32, Ordering::Relaxed);
            }
        }
    });
    let each = (clock::now_ns() - start) / u64::from(ROUNDS);
    let longest = LONGEST.load(Ordering::Relaxed);
    say!("cores: a wake-up takes {each} ns, the longest took {longest} us");
}

/// All processors pass a baton on and wait for it: a lost wake-up stops all.
fn baton() {
    static BATON: AtomicU32 = AtomicU32::new(0);
    static ROUNDS: AtomicU32 = AtomicU32::new(0);
    ROUNDS.store(200 * cores::count(), Ordering::Relaxed);
    together(|core| {
        let (rounds, count) = (ROUNDS.load(Ordering::Relaxed), cores::count());
        loop {
            let now = BATON.load(Ordering::Acquire);
            if now == rounds {
                break;
            } else if now % count == core {
                BATON.store(now + 1, Ordering::Release);
                cores::wake(&BATON, u32::MAX);
            } else {
                cores::wait(&BATON, now, None);
            }
        }
    });
}

/// Processors that wait for a lock with short patience, and hand it to one who waits: a wake-up
/// that goes to somebody who has given up meanwhile must not be lost for the others.
fn impatient() {
    const TIMES: u32 = 300;
    static LOCK: AtomicU32 = AtomicU32::new(0);
    together(|core| {
        for turn in 0..TIMES {
            // 0: free; 1: held; 2: held, and somebody waits.
            if LOCK.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_err() {
                while LOCK.swap(2, Ordering::Acquire) != 0 {
                    let short = u64::from((core * 7 + turn) % 5) * 3_000;
                    let patience = if short == 0 { None } else { Some(short) };
                    cores::wait(&LOCK, 2, patience);
                }
            }
            if LOCK.swap(0, Ordering::Release) == 2 {
                cores::wake(&LOCK, 1);
            }
        }
    });
}
