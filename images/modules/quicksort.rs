//! Quicksort of random numbers: unpredictable branches and recursion.
//!
//! Hoare's partition around the median of three, insertion sort for short ranges, recursion
//! into the shorter side only, so that the depth is logarithmic.
#![no_std]
#[path = "panic.rs"]
mod panic;

const MAX: usize = 1 << 19;

static mut DATA: [u32; MAX] = [0; MAX];

unsafe fn insertion(first: *mut u32, len: usize) {
    // SAFETY: the caller's range has `len` elements.
    unsafe {
        let mut i = 1;
        while i < len {
            let value = *first.add(i);
            let mut hole = i;
            while hole > 0 && *first.add(hole - 1) > value {
                *first.add(hole) = *first.add(hole - 1);
                hole -= 1;
            }
            *first.add(hole) = value;
            i += 1;
        }
    }
}

unsafe fn sort(mut first: *mut u32, mut len: usize) {
    // SAFETY: the caller's range has `len` elements; the scans stop at the pivot, which lies
    // in the range.
    unsafe {
        while len > 16 {
            let a = *first;
            let b = *first.add(len / 2);
            let c = *first.add(len - 1);
            let low = if a < b { a } else { b };
            let high = if a < b { b } else { a };
            let pivot = if c < low {
                low
            } else if c > high {
                high
            } else {
                c
            };
            let mut i = 0;
            let mut j = len - 1;
            loop {
                while *first.add(i) < pivot {
                    i += 1;
                }
                while *first.add(j) > pivot {
                    j -= 1;
                }
                if i >= j {
                    break;
                }
                core::ptr::swap(first.add(i), first.add(j));
                i += 1;
                j -= 1;
            }
            // Everything before `i` is at most the pivot, everything from it at least.
            if i < len - i {
                sort(first, i);
                first = first.add(i);
                len -= i;
            } else {
                sort(first.add(i), len - i);
                len = i;
            }
        }
        insertion(first, len);
    }
}

/// Sorts `n` numbers, at most 2^19; 0 if they come out in the wrong order, else a sum in
/// which each number is weighed by its place.
#[unsafe(no_mangle)]
pub extern "C" fn quicksort(n: u64) -> u64 {
    let n = if n > MAX as u64 { MAX } else { n as usize };
    // SAFETY: one program, one thread, and the entry is not reentered; n <= MAX.
    let data = unsafe { core::slice::from_raw_parts_mut(&raw mut DATA as *mut u32, n) };
    let mut state = 1u64;
    for value in data.iter_mut() {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        *value = (state >> 32) as u32;
    }
    // SAFETY: the range is the slice.
    unsafe { sort(data.as_mut_ptr(), n) };
    let mut last = 0;
    let mut total = 0u64;
    for (place, value) in data.iter().enumerate() {
        if *value < last {
            return 0;
        }
        last = *value;
        total = total.wrapping_add((place as u64 + 1).wrapping_mul(u64::from(*value)));
    }
    total
}
