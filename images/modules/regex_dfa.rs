//! Finds `ab*c` in random text with a deterministic automaton: branches that cannot be
//! predicted.
#![no_std]
#[path = "panic.rs"]
mod panic;

const LEN: usize = 4096;

static mut TEXT: [u8; LEN] = [0; LEN];

/// What has been seen of a match.
#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Nothing.
    Start,
    /// `a`, then any number of `b`.
    Open,
}

/// Searches `n` texts of 4 KiB; matches and the places where they end, mixed.
#[unsafe(no_mangle)]
pub extern "C" fn regex_dfa(n: u64) -> u64 {
    // SAFETY: one program, one thread, and the entry is not reentered.
    let text = unsafe { &mut *(&raw mut TEXT) };
    let mut random = 1u64;
    let mut matches = 0u64;
    let mut places = 0u64;
    for _ in 0..n {
        let mut bits = 0;
        for (place, byte) in text.iter_mut().enumerate() {
            if place % 8 == 0 {
                random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                bits = random >> 24;
            }
            // Half of the letters are `b`, so that runs of it are common.
            *byte = match bits & 7 {
                0 => b'a',
                1 => b'c',
                2 => b'd',
                3 => b'a',
                _ => b'b',
            };
            bits >>= 3;
        }
        let mut state = State::Start;
        for (place, byte) in text.iter().enumerate() {
            state = match (state, *byte) {
                (_, b'a') => State::Open,
                (State::Open, b'b') => State::Open,
                (State::Open, b'c') => {
                    matches += 1;
                    places = places.wrapping_mul(31).wrapping_add(place as u64);
                    State::Start
                }
                _ => State::Start,
            };
        }
    }
    places ^ matches << 32
}
