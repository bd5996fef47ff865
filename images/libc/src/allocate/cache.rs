//! Chunks that a thread keeps: the heap has one lock, and threads that allocate all the time would do so one
//! after the other.
//!
//! A thread keeps the small chunks that it frees, in lists by size, and takes them again. It goes to the
//! heap for some at a time when a list is empty, and gives half of one back that has become long. To the
//! heap a chunk that is kept is in use, so it joins no neighbour and its header is not touched: who
//! has the lock may be changing a bit in it. That it is kept stands in the chunk itself, behind the link.
//!
//! ```text
//!   p        p + 8
//!   | next   | address of the cache | ...
//! ```
//!
//! What a thread keeps goes to one that begins later. In a program that starts no threads the engine puts
//! `__bf_alone_malloc` and `__bf_alone_free` in the place of the functions here when it links the program.

use core::ptr::null_mut;

use super::{
    __bf_alone_free, __bf_alone_malloc, LINEAR, LINEAR_LISTS, LOCK, SUBCLASSES, chunk, chunk_size,
    list_from, list_of, size_of,
};
use crate::host;

/// Chunks up to this size are kept.
const LARGEST: usize = 8192;
const LISTS: usize = LINEAR_LISTS + 5 * SUBCLASSES;
/// Bytes that are fetched from the heap at a time, as far as that is not too many or too few chunks.
const FETCH: usize = 16_384;
/// Chunks fetched at a time, at most.
const MOST: usize = 32;
/// Of a list that holds more than so many times what is fetched at a time, half goes back. Of what a program has of
/// a size, a number comes and goes; where a list holds less than that, chunks go to the heap and come from it
/// for ever. With 256 pieces of up to 4,000 bytes in use, one pair of calls in 10,000 comes to the heap now; with half
/// of both numbers it was one in 40, and two threads got in each other's way.
const BATCHES: usize = 5;

/// A chunk that is kept.
#[repr(C)]
struct Kept {
    next: *mut Kept,
    owner: *mut Cache,
}

#[derive(Clone, Copy)]
#[repr(C)]
struct List {
    first: *mut Kept,
    length: usize,
}

/// What a thread keeps.
#[repr(C)]
pub struct Cache {
    lists: [List; LISTS],
    /// The next cache that has no thread.
    next: *mut Cache,
}

/// Caches without a thread; changed under the heap's lock.
static mut ORPHANS: *mut Cache = null_mut();

unsafe extern "C" {
    /// The calling thread's word for its cache.
    fn __bf_cache() -> *mut *mut Cache;
}

/// The size that chunks of a list have at least.
fn least_of(list: usize) -> usize {
    if list < LINEAR_LISTS {
        return list * 16;
    }
    let (row, column) = ((list - LINEAR_LISTS) / SUBCLASSES, (list - LINEAR_LISTS) % SUBCLASSES);
    (LINEAR << row) + column * ((LINEAR / SUBCLASSES) << row)
}

/// Chunks that are fetched at a time.
fn batch(size: usize) -> usize {
    (FETCH / size).clamp(2, MOST)
}

/// A cache for a thread that has none; null when there is no memory.
#[cold]
unsafe fn adopt(own: *mut *mut Cache) -> *mut Cache {
    let _held = LOCK.hold();
    // SAFETY: the lock is held; the word is the thread's.
    unsafe {
        let mut cache = ORPHANS;
        if cache.is_null() {
            let Some(size) = chunk_size(core::mem::size_of::<Cache>()) else { return null_mut() };
            cache = chunk(size).cast();
            if cache.is_null() {
                return cache;
            }
            cache.write(Cache {
                lists: [List { first: null_mut(), length: 0 }; LISTS],
                next: null_mut(),
            });
        } else {
            ORPHANS = (*cache).next;
        }
        *own = cache;
        cache
    }
}

/// The thread that calls is about to end: another may have what it keeps.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __bf_cache_leave() {
    // SAFETY: the word and the cache are the thread's; the list of others is changed under the lock.
    unsafe {
        let own = __bf_cache();
        let cache = *own;
        if cache.is_null() {
            return;
        }
        *own = null_mut();
        let _held = LOCK.hold();
        (*cache).next = ORPHANS;
        ORPHANS = cache;
    }
}

unsafe fn push(cache: *mut Cache, list: *mut List, p: *mut u8) {
    // SAFETY: a chunk that nobody uses, with room for two words.
    unsafe {
        p.cast::<Kept>().write(Kept { next: (*list).first, owner: cache });
        (*list).first = p.cast();
        (*list).length += 1;
    }
}

unsafe fn pop(list: *mut List) -> *mut u8 {
    // SAFETY: a list that is not empty.
    unsafe {
        let kept = (*list).first;
        (*list).first = (*kept).next;
        (*list).length -= 1;
        (*kept).owner = null_mut();
        kept.cast()
    }
}

/// Fetches chunks of a size; one of them, null when there is no memory.
#[cold]
unsafe fn fetch(cache: *mut Cache, list: *mut List, size: usize) -> *mut u8 {
    let _held = LOCK.hold();
    // SAFETY: the caller's; chunks of the heap are whole.
    unsafe {
        for _ in 1..batch(size) {
            let p = chunk(size);
            if p.is_null() {
                break;
            }
            push(cache, list, p);
        }
        if (*list).length > 0 { pop(list) } else { chunk(size) }
    }
}

/// Gives half of a list back to the heap.
#[cold]
unsafe fn give_back(list: *mut List) {
    let _held = LOCK.hold();
    // SAFETY: chunks that are kept are the heap's, and in use.
    unsafe {
        for _ in 0..(*list).length / 2 {
            __bf_alone_free(pop(list));
        }
    }
}

/// The second word of a chunk that is freed is what one that is kept has there: whether it is kept.
#[cold]
unsafe fn is_kept(list: *mut List, p: *mut u8) -> bool {
    // SAFETY: chunks that are kept are linked.
    unsafe {
        let mut kept = (*list).first;
        while !kept.is_null() && kept.cast::<u8>() != p {
            kept = (*kept).next;
        }
        !kept.is_null()
    }
}

/// Its list, if it is of those that are kept.
fn list_at(cache: *mut Cache, list: usize) -> *mut List {
    // SAFETY: the caller's: the list of a size up to `LARGEST`.
    unsafe { (&raw mut (*cache).lists).cast::<List>().add(list) }
}

#[unsafe(no_mangle)]
#[inline(never)]
pub unsafe extern "C" fn malloc(bytes: usize) -> *mut u8 {
    // SAFETY: the cache is the thread's; chunks in its lists are whole, and as large as the lists say.
    unsafe {
        if bytes > LARGEST - 8 {
            return __bf_alone_malloc(bytes);
        }
        let Some(size) = chunk_size(bytes) else { return null_mut() };
        let own = __bf_cache();
        let mut cache = *own;
        if cache.is_null() {
            cache = adopt(own);
            if cache.is_null() {
                return null_mut();
            }
        }
        let number = list_from(size);
        let list = list_at(cache, number);
        if (*list).first.is_null() { fetch(cache, list, least_of(number)) } else { pop(list) }
    }
}

#[unsafe(no_mangle)]
#[inline(never)]
pub unsafe extern "C" fn free(p: *mut u8) {
    if p.is_null() {
        return;
    }
    // SAFETY: as above; `p` came from here, says the caller.
    unsafe {
        let size = size_of(p);
        let cache = *__bf_cache();
        if size > LARGEST || cache.is_null() {
            return __bf_alone_free(p);
        }
        let list = list_at(cache, list_of(size));
        if (*p.cast::<Kept>()).owner == cache && is_kept(list, p) {
            host::bf_abort(c"free(): the memory is free already".as_ptr().cast());
        }
        push(cache, list, p);
        if (*list).length > BATCHES * batch(size) {
            give_back(list);
        }
    }
}
