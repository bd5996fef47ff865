//! `malloc` and its family: segregated fits with two levels of size classes, constant time,
//! neighbours joined when freed (after Masmano, Ripoll, Crespo and Real, "TLSF: a new
//! dynamic memory allocator for real-time systems", 2004).
//!
//! ```text
//!            p - 16           p - 8              p            p + size - 16     p + size
//!   ... | size of the     | size of this   | bytes of the ...  | size of this  | ...
//!       | chunk before,   | chunk, + flags | program, or links |  (if free)    |
//!       | if that is free |                | if free           |               |
//! ```
//!
//! A chunk is named by `p`, the 16-aligned address that the program gets. `size` is the
//! distance to the next chunk's `p`, a multiple of 16; the program may use `size - 8` bytes.
//! Behind the last chunk of a region stands one of size 0 that is always in use.
//!
//! The heap is one, under a lock. In a program with threads each keeps small chunks for itself, so that it
//! seldom comes here ([`cache`]).

mod cache;

use core::ffi::c_int;
use core::ptr::null_mut;

use crate::memory::{memcpy, memset};
use crate::threads::lock::Recursive;
use crate::{errors, host};
pub use cache::{__bf_cache_leave as leave_cache, free, malloc};

const USED: usize = 1;
const BEFORE_USED: usize = 2;
const FLAGS: usize = 15;
const SMALLEST: usize = 32;
/// Above this, sizes of one power of two share [`SUBCLASSES`] lists.
const LINEAR: usize = 512;
const SUBCLASSES: usize = 16;
const LINEAR_LISTS: usize = LINEAR / 16;
/// Sizes up to 2^47.
const ROWS: usize = 2 + 47 - 9;
const LISTS: usize = ROWS * SUBCLASSES;
/// Asked of the machine at a time.
const STEP: usize = 64 * 1024;
const LARGEST: usize = 1 << 46;

/// A free chunk, at `p`.
struct Free {
    next: *mut Free,
    before: *mut Free,
}

struct Heap {
    lists: [*mut Free; LISTS],
    /// Bit `r`: a list of row `r` is not empty.
    rows: u64,
    /// Bit `c` of entry `r`: list `c` of row `r` is not empty.
    columns: [u16; ROWS],
    /// Where the last region ends.
    end: *mut u8,
}

static mut HEAP: Heap =
    Heap { lists: [null_mut(); LISTS], rows: 0, columns: [0; ROWS], end: null_mut() };

/// Held by whoever changes it.
static LOCK: Recursive = Recursive::new();

unsafe fn heap() -> &'static mut Heap {
    let heap = &raw mut HEAP;
    // SAFETY: no other reference is alive, says the caller.
    unsafe { &mut *heap }
}

unsafe fn header(p: *mut u8) -> *mut usize {
    // SAFETY: a chunk has its header before it.
    unsafe { p.cast::<usize>().sub(1) }
}

unsafe fn size_of(p: *mut u8) -> usize {
    // SAFETY: as for `header`.
    unsafe { *header(p) & !FLAGS }
}

/// The list whose sizes include `size`.
fn list_of(size: usize) -> usize {
    if size < LINEAR {
        size / 16
    } else {
        let power = 63 - size.leading_zeros() as usize;
        LINEAR_LISTS + (power - 9) * SUBCLASSES + (size >> (power - 4)) - SUBCLASSES
    }
}

/// The first list all of whose chunks have at least `size` bytes.
fn list_from(size: usize) -> usize {
    if size < LINEAR {
        return size / 16;
    }
    let power = 63 - size.leading_zeros() as usize;
    list_of(size + (1 << (power - 4)) - 1)
}

unsafe fn insert(heap: &mut Heap, p: *mut u8, size: usize) {
    // SAFETY: a chunk that is free, and large enough for its links; list and row are in the tables.
    unsafe {
        let list = list_of(size);
        let head = heap.lists.as_mut_ptr().add(list);
        let chunk = p.cast::<Free>();
        (*chunk).before = null_mut();
        (*chunk).next = *head;
        if !(*head).is_null() {
            (**head).before = chunk;
        }
        *head = chunk;
        heap.rows |= 1 << (list / SUBCLASSES);
        *heap.columns.as_mut_ptr().add(list / SUBCLASSES) |= 1 << (list % SUBCLASSES);
    }
}

unsafe fn remove(heap: &mut Heap, p: *mut u8, size: usize) {
    // SAFETY: a chunk that is in the list of its size.
    unsafe {
        let chunk = p.cast::<Free>();
        let Free { next, before } = chunk.read();
        if !next.is_null() {
            (*next).before = before;
        }
        if !before.is_null() {
            (*before).next = next;
            return;
        }
        let list = list_of(size);
        *heap.lists.as_mut_ptr().add(list) = next;
        if next.is_null() {
            let columns = heap.columns.as_mut_ptr().add(list / SUBCLASSES);
            *columns &= !(1 << (list % SUBCLASSES));
            if *columns == 0 {
                heap.rows &= !(1 << (list / SUBCLASSES));
            }
        }
    }
}

/// Makes `size` bytes at `p` a free chunk joined with its neighbours. Its header's
/// `BEFORE_USED` must be right.
unsafe fn release(heap: &mut Heap, mut p: *mut u8, mut size: usize) {
    // SAFETY: chunks lie side by side, up to one that is in use for good.
    unsafe {
        let next = p.add(size);
        if *header(next) & USED == 0 {
            let more = size_of(next);
            remove(heap, next, more);
            size += more;
        }
        if *header(p) & BEFORE_USED == 0 {
            let before = *p.cast::<usize>().sub(2);
            p = p.sub(before);
            remove(heap, p, before);
            size += before;
        }
        // Two free chunks never touch, so what lies before this one is in use.
        *header(p) = size | BEFORE_USED;
        let next = p.add(size);
        *next.cast::<usize>().sub(2) = size;
        *header(next) &= !BEFORE_USED;
        insert(heap, p, size);
    }
}

/// Cuts the chunk in use at `p` down to `size`, if what is left over can be a chunk.
unsafe fn trim(heap: &mut Heap, p: *mut u8, size: usize) {
    // SAFETY: a chunk in use, larger than `size`.
    unsafe {
        let whole = size_of(p);
        if whole - size < SMALLEST {
            return;
        }
        *header(p) = size | (*header(p) & FLAGS);
        let rest = p.add(size);
        *header(rest) = (whole - size) | BEFORE_USED;
        release(heap, rest, whole - size);
    }
}

/// Takes a chunk of at least `size` bytes off its list.
unsafe fn take(heap: &mut Heap, size: usize) -> *mut u8 {
    // SAFETY: lists and columns that are marked hold chunks.
    unsafe {
        let list = list_from(size);
        let (mut row, column) = (list / SUBCLASSES, list % SUBCLASSES);
        let mut columns = *heap.columns.as_ptr().add(row) >> column << column;
        if columns == 0 {
            let rows = heap.rows >> row >> 1 << 1 << row;
            if rows == 0 {
                return null_mut();
            }
            row = rows.trailing_zeros() as usize;
            columns = *heap.columns.as_ptr().add(row);
        }
        let list = row * SUBCLASSES + columns.trailing_zeros() as usize;
        let p = (*heap.lists.as_ptr().add(list)).cast::<u8>();
        let size = size_of(p);
        remove(heap, p, size);
        *header(p) |= USED;
        *header(p.add(size)) |= BEFORE_USED;
        p
    }
}

/// Gets more memory, so that a chunk of `size` bytes is free.
unsafe fn grow(heap: &mut Heap, size: usize) -> bool {
    // SAFETY: the region is new, and nobody else's.
    unsafe {
        // Two headers of a new region, and the rounding of `list_from`.
        let need = size + size / SUBCLASSES + 2 * 16;
        let mut bytes = need.div_ceil(STEP) * STEP;
        let mut start = host::bf_grow(bytes);
        if start.is_null() {
            bytes = (need + 15) & !15;
            start = host::bf_grow(bytes);
            if start.is_null() {
                return false;
            }
        }
        let end = start.add(bytes);
        let p = if start == heap.end {
            // The chunk of size 0 there becomes the header of the new one.
            start
        } else {
            *header(start.add(16)) = BEFORE_USED;
            start.add(16)
        };
        heap.end = end;
        let size = end as usize - p as usize;
        *header(p) = size | (*header(p) & BEFORE_USED);
        *header(end) = USED;
        release(heap, p, size);
        true
    }
}

/// Size of the chunk for `bytes` of the program's; `None` when there is no such size.
fn chunk_size(bytes: usize) -> Option<usize> {
    if bytes > LARGEST {
        return None;
    }
    let size = (bytes + 8 + 15) & !15;
    Some(if size < SMALLEST { SMALLEST } else { size })
}

/// A chunk of this size out of the heap; null when there is no memory.
unsafe fn chunk(size: usize) -> *mut u8 {
    let _held = LOCK.hold();
    // SAFETY: the lock is held, so the heap is this call's; its chunks are whole.
    unsafe {
        let heap = heap();
        let mut p = take(heap, size);
        if p.is_null() {
            if grow(heap, size) {
                p = take(heap, size);
            }
            if p.is_null() {
                errors::set(errors::ENOMEM);
                return p;
            }
        }
        trim(heap, p, size);
        p
    }
}

/// [`malloc`] in a program without threads.
#[unsafe(no_mangle)]
#[inline(never)]
unsafe extern "C" fn __bf_alone_malloc(bytes: usize) -> *mut u8 {
    let Some(size) = chunk_size(bytes) else {
        errors::set(errors::ENOMEM);
        return null_mut();
    };
    // SAFETY: the caller's.
    unsafe { chunk(size) }
}

/// [`free`] in a program without threads.
#[unsafe(no_mangle)]
#[inline(never)]
pub unsafe extern "C" fn __bf_alone_free(p: *mut u8) {
    if p.is_null() {
        return;
    }
    let _held = LOCK.hold();
    // SAFETY: the lock is held; `p` came from here, says the caller.
    unsafe {
        if *header(p) & USED == 0 {
            host::bf_abort(c"free(): the memory is free already".as_ptr().cast());
        }
        release(heap(), p, size_of(p));
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn calloc(count: usize, each: usize) -> *mut u8 {
    let Some(bytes) = count.checked_mul(each) else {
        errors::set(errors::ENOMEM);
        return null_mut();
    };
    // SAFETY: as for `malloc`; there are so many bytes.
    unsafe {
        let p = malloc(bytes);
        if !p.is_null() {
            memset(p, 0, bytes);
        }
        p
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn realloc(p: *mut u8, bytes: usize) -> *mut u8 {
    // SAFETY: `p` is null or came from here, says the caller.
    unsafe {
        if p.is_null() {
            return malloc(bytes);
        }
        if bytes == 0 {
            free(p);
            return null_mut();
        }
        let Some(size) = chunk_size(bytes) else {
            errors::set(errors::ENOMEM);
            return null_mut();
        };
        let _held = LOCK.hold();
        let heap = heap();
        let old = size_of(p);
        if old < size {
            let next = p.add(old);
            let more = size_of(next);
            if *header(next) & USED != 0 || old + more < size {
                let new = malloc(bytes);
                if !new.is_null() {
                    memcpy(new, p, old - 8);
                    free(p);
                }
                return new;
            }
            remove(heap, next, more);
            *header(p) += more;
            *header(p.add(old + more)) |= BEFORE_USED;
        }
        trim(heap, p, size);
        p
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn reallocarray(p: *mut u8, count: usize, each: usize) -> *mut u8 {
    match count.checked_mul(each) {
        // SAFETY: as for `realloc`.
        Some(bytes) => unsafe { realloc(p, bytes) },
        None => {
            errors::set(errors::ENOMEM);
            null_mut()
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn aligned_alloc(align: usize, bytes: usize) -> *mut u8 {
    // SAFETY: as for `malloc`; what lies before the aligned place is a chunk of its own.
    unsafe {
        if align <= 16 {
            return malloc(bytes);
        }
        if !align.is_power_of_two() || align > LARGEST || bytes > LARGEST {
            errors::set(if align.is_power_of_two() { errors::ENOMEM } else { errors::EINVAL });
            return null_mut();
        }
        // Room to move forward by a whole chunk.
        let p = malloc(bytes + align + SMALLEST);
        if p.is_null() || (p as usize).is_multiple_of(align) {
            return p;
        }
        let _held = LOCK.hold();
        let heap = heap();
        let wanted = (p as usize + SMALLEST + align - 1) & !(align - 1);
        let skip = wanted - p as usize;
        let aligned = p.add(skip);
        *header(aligned) = (size_of(p) - skip) | USED;
        *header(p) = skip | (*header(p) & BEFORE_USED) | USED;
        // `release` marks what lies before `aligned` as free.
        release(heap, p, skip);
        if let Some(size) = chunk_size(bytes) {
            trim(heap, aligned, size);
        }
        aligned
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn memalign(align: usize, bytes: usize) -> *mut u8 {
    // SAFETY: as for `aligned_alloc`.
    unsafe { aligned_alloc(align, bytes) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn valloc(bytes: usize) -> *mut u8 {
    // SAFETY: as for `aligned_alloc`.
    unsafe { aligned_alloc(4096, bytes) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn posix_memalign(p: *mut *mut u8, align: usize, bytes: usize) -> c_int {
    if !align.is_power_of_two() || align < 8 {
        return errors::EINVAL;
    }
    // SAFETY: the caller's place for the address.
    unsafe {
        let new = aligned_alloc(align, bytes);
        if new.is_null() {
            return errors::ENOMEM;
        }
        *p = new;
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn malloc_usable_size(p: *mut u8) -> usize {
    // SAFETY: not null, so it came from here, says the caller.
    if p.is_null() { 0 } else { unsafe { size_of(p) - 8 } }
}
