//! `qsort` and `bsearch`.
//!
//! A merge sort, stable as glibc's, so that programs that depend on the order of equal
//! elements print the same.

use core::ffi::{c_int, c_void};
use core::ptr::null_mut;

use crate::allocate::{free, malloc};
use crate::memory::memcpy;

type Compare = unsafe extern "C" fn(*const u8, *const u8) -> c_int;
type CompareWith = unsafe extern "C" fn(*const u8, *const u8, *mut c_void) -> c_int;

struct Sorter {
    size: usize,
    /// Called with a third argument, which a comparison of two never looks at.
    compare: CompareWith,
    context: *mut c_void,
    room: *mut u8,
}

impl Sorter {
    unsafe fn copy(&self, to: *mut u8, from: *const u8) {
        // SAFETY: the caller's: two elements of this size.
        unsafe {
            match self.size {
                8 => to.cast::<u64>().write_unaligned(from.cast::<u64>().read_unaligned()),
                4 => to.cast::<u32>().write_unaligned(from.cast::<u32>().read_unaligned()),
                size => {
                    memcpy(to, from, size);
                }
            }
        }
    }

    unsafe fn sort(&self, base: *mut u8, count: usize) {
        if count < 2 {
            return;
        }
        let size = self.size;
        let half = count / 2;
        // SAFETY: the caller's: so many elements, and room for half of them.
        unsafe {
            self.sort(base, half);
            self.sort(base.add(half * size), count - half);
            // The left half moves out of the way, then both merge into place.
            memcpy(self.room, base, half * size);
            let (mut left, left_end) = (self.room, self.room.add(half * size));
            let (mut right, right_end) = (base.add(half * size), base.add(count * size));
            let mut to = base;
            while left != left_end && right != right_end {
                if (self.compare)(left, right, self.context) <= 0 {
                    self.copy(to, left);
                    left = left.add(size);
                } else {
                    self.copy(to, right);
                    right = right.add(size);
                }
                to = to.add(size);
            }
            memcpy(to, left, left_end as usize - left as usize);
        }
    }

    /// Without memory for the halves: insertion, slow but in place and just as stable.
    unsafe fn insert(&self, base: *mut u8, count: usize) {
        let size = self.size;
        // SAFETY: the caller's: so many elements.
        unsafe {
            let mut i = 1;
            while i < count {
                let mut at = base.add(i * size);
                while at != base && (self.compare)(at.sub(size), at, self.context) > 0 {
                    let mut byte = 0;
                    while byte < size {
                        core::ptr::swap(at.add(byte), at.sub(size).add(byte));
                        byte += 1;
                    }
                    at = at.sub(size);
                }
                i += 1;
            }
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn qsort_r(
    base: *mut u8,
    count: usize,
    size: usize,
    compare: CompareWith,
    context: *mut c_void,
) {
    if count < 2 || size == 0 {
        return;
    }
    // SAFETY: the caller's: so many elements of this size, and a function that compares them.
    unsafe {
        let room = malloc(count / 2 * size);
        let sorter = Sorter { size, compare, context, room };
        if room.is_null() {
            sorter.insert(base, count);
        } else {
            sorter.sort(base, count);
            free(room);
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn qsort(base: *mut u8, count: usize, size: usize, compare: Compare) {
    unsafe extern "C" fn without(a: *const u8, b: *const u8, context: *mut c_void) -> c_int {
        // SAFETY: `context` is the function that `qsort` was given.
        unsafe {
            let compare: Compare = core::mem::transmute(context);
            compare(a, b)
        }
    }
    // SAFETY: as for `qsort_r`.
    unsafe { qsort_r(base, count, size, without, compare as *mut c_void) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn bsearch(
    key: *const u8,
    base: *const u8,
    count: usize,
    size: usize,
    compare: Compare,
) -> *mut u8 {
    let (mut low, mut high) = (0, count);
    // SAFETY: the caller's: so many elements in order, and a function that compares them.
    unsafe {
        while low < high {
            let middle = low + (high - low) / 2;
            let at = base.add(middle * size);
            let order = compare(key, at);
            if order == 0 {
                return at.cast_mut();
            }
            if order < 0 {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
    }
    null_mut()
}
