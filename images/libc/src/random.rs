//! `rand` and its relatives: the same sequences as glibc's.

use core::ffi::{c_int, c_long};

use crate::threads::lock::Recursive;

/// Guards all state here, as glibc's does.
static LOCK: Recursive = Recursive::new();

/// State of the additive feedback generator of degree 31 (Knuth, volume 2, section 3.2.2:
/// r[i] = r[i - 3] + r[i - 31]); the lowest bit of each number is dropped.
struct Additive {
    table: [u32; 31],
    place: usize,
    seeded: bool,
}

static mut ADDITIVE: Additive = Additive { table: [0; 31], place: 0, seeded: false };

unsafe fn additive() -> &'static mut Additive {
    let state = &raw mut ADDITIVE;
    // SAFETY: no other reference is alive, says the caller.
    unsafe { &mut *state }
}

fn step(state: &mut Additive) -> u32 {
    // SAFETY: indices are below 31 by the wrapping of `place`.
    unsafe {
        let front = if state.place < 3 { state.place + 28 } else { state.place - 3 };
        let table = state.table.as_mut_ptr();
        let sum = (*table.add(state.place)).wrapping_add(*table.add(front));
        *table.add(state.place) = sum;
        state.place = if state.place == 30 { 0 } else { state.place + 1 };
        sum >> 1
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn srand(seed: u32) {
    let _held = LOCK.hold();
    // SAFETY: the lock is held.
    let state = unsafe { additive() };
    // A seed of 0 would give zeros only. The table comes from x -> 16807 x mod 2^31 - 1.
    let mut word = if seed == 0 { 1 } else { seed as i32 };
    for entry in state.table.iter_mut() {
        *entry = word as u32;
        let next = (i64::from(word) * 16807) % 0x7FFF_FFFF;
        word = (if next < 0 { next + 0x7FFF_FFFF } else { next }) as i32;
    }
    // glibc starts three entries on, and throws the first 310 numbers away.
    state.place = 3;
    state.seeded = true;
    for _ in 0..310 {
        step(state);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rand() -> c_int {
    let _held = LOCK.hold();
    // SAFETY: the lock is held.
    unsafe {
        if !ADDITIVE.seeded {
            srand(1);
        }
        step(additive()) as c_int
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn srandom(seed: u32) {
    // SAFETY: as for `srand`.
    unsafe { srand(seed) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn random() -> c_long {
    // SAFETY: as for `rand`.
    unsafe { c_long::from(rand()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rand_r(seed: *mut u32) -> c_int {
    let mut result = 0;
    // SAFETY: the caller's: a seed, which may be written.
    let mut next = unsafe { *seed };
    for bits in [11, 10, 10] {
        next = next.wrapping_mul(1_103_515_245).wrapping_add(12345);
        result = result << bits ^ ((next >> 16) & ((1 << bits) - 1));
    }
    // SAFETY: as above.
    unsafe { *seed = next };
    result as c_int
}

/// State of the 48-bit linear congruential generator of `drand48`.
static mut FORTY_EIGHT: u64 = 0;

fn step48() -> u64 {
    let _held = LOCK.hold();
    // SAFETY: the lock is held.
    unsafe {
        FORTY_EIGHT = FORTY_EIGHT.wrapping_mul(0x5_DEEC_E66D).wrapping_add(11) & ((1 << 48) - 1);
        FORTY_EIGHT
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn srand48(seed: c_long) {
    let _held = LOCK.hold();
    // SAFETY: the lock is held.
    unsafe { FORTY_EIGHT = u64::from(seed as u32) << 16 | 0x330E };
}

#[unsafe(no_mangle)]
pub extern "C" fn drand48() -> f64 {
    step48() as i64 as f64 * (1.0 / (1u64 << 48) as f64)
}

#[unsafe(no_mangle)]
pub extern "C" fn lrand48() -> c_long {
    (step48() >> 17) as c_long
}

#[unsafe(no_mangle)]
pub extern "C" fn mrand48() -> c_long {
    c_long::from((step48() >> 16) as u32 as i32)
}
