//! Sums of an array in memory, over and over: loads and additions.
//!
//! Each pass mixes its number into every element, so that no pass follows from another and
//! none has a closed form.
#![no_std]
#[path = "panic.rs"]
mod panic;

const LEN: usize = 4096;

static mut DATA: [u64; LEN] = [0; LEN];

/// `n` passes over the array.
#[unsafe(no_mangle)]
pub extern "C" fn sum(n: u64) -> u64 {
    // SAFETY: one program, one thread, and the entry is not reentered.
    let data = unsafe { &mut *(&raw mut DATA) };
    let mut state = 1u64;
    for value in data.iter_mut() {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        *value = state >> 16;
    }
    let mut total = 0u64;
    for pass in 0..n {
        let mut part = 0u64;
        for value in data.iter() {
            part = part.wrapping_add(*value ^ pass);
        }
        total = total.rotate_left(1) ^ part;
    }
    total
}
