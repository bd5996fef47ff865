//! Strings, with the C library: words are made, measured, reversed, compared, joined, found.
#![no_std]
#[path = "panic.rs"]
mod panic;

use core::ffi::c_int;

unsafe extern "C" {
    fn strlen(s: *const u8) -> usize;
    fn strcmp(a: *const u8, b: *const u8) -> c_int;
    fn strchr(s: *const u8, c: c_int) -> *const u8;
    fn strstr(s: *const u8, part: *const u8) -> *const u8;
    fn memcpy(to: *mut u8, from: *const u8, len: usize) -> *mut u8;
}

const WORDS: usize = 64;
const ROOM: usize = 16;

static mut TABLE: [[u8; ROOM]; WORDS] = [[0; ROOM]; WORDS];
static mut LINE: [u8; WORDS * ROOM + 1] = [0; WORDS * ROOM + 1];

/// Fills `word` with 3 to 14 letters and a NUL.
fn make(word: &mut [u8; ROOM], random: u64) {
    let len = 3 + (random >> 60) as usize % 12;
    let mut bits = random;
    for (place, byte) in word.iter_mut().enumerate() {
        *byte = if place < len { b'a' + (bits & 7) as u8 } else { 0 };
        bits >>= 3;
    }
}

fn reverse(word: *mut u8, len: usize) {
    let mut i = 0;
    while i < len / 2 {
        // SAFETY: both places are below `len`, which the caller measured.
        unsafe { core::ptr::swap(word.add(i), word.add(len - 1 - i)) };
        i += 1;
    }
}

/// `n` rounds; everything found, mixed.
#[unsafe(no_mangle)]
pub extern "C" fn strops(n: u64) -> u64 {
    // SAFETY: one program, one thread, and the entry is not reentered.
    let table = unsafe { &mut *(&raw mut TABLE) };
    let line = &raw mut LINE as *mut u8;
    let mut state = 1u64;
    let mut hash = 0xCBF2_9CE4_8422_2325u64;
    for _ in 0..n {
        let mut end = 0;
        let mut best = table.as_ptr() as *const u8;
        for word in table.iter_mut() {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            make(word, state);
            let text = word.as_mut_ptr();
            // SAFETY: each word ends in a NUL within its room, and the line has room for all
            // of them with a blank behind each.
            unsafe {
                let len = strlen(text);
                reverse(text, len);
                if strcmp(text, best) < 0 {
                    best = text;
                }
                memcpy(line.add(end), text, len);
                end += len;
                *line.add(end) = b' ';
                end += 1;
            }
        }
        // SAFETY: the line ends in a NUL; `end` is at least one blank.
        unsafe {
            *line.add(end) = 0;
            let found = strstr(line, best) as usize - line as usize;
            hash = (hash ^ found as u64).wrapping_mul(0x100_0000_01B3);
            let mut blanks = 0u64;
            let mut at = strchr(line, c_int::from(b' '));
            while !at.is_null() {
                blanks = blanks.wrapping_mul(3).wrapping_add((at as usize - line as usize) as u64);
                at = strchr(at.add(1), c_int::from(b' '));
            }
            hash = (hash ^ blanks).wrapping_mul(0x100_0000_01B3);
            hash = (hash ^ strlen(line) as u64).wrapping_mul(0x100_0000_01B3);
        }
    }
    hash
}
