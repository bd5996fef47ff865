//! All processors in the same fresh memory at once.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use bareflow_machine::windows::{CODE, CODE_WRITE, DATA, Window};

use super::together::{meet, together};
use crate::arch::exit::Status;
use crate::{cores, memory, say};

/// Writes from every processor into the same pages, which nobody has touched before, and looks
/// whether all of it is there.
pub fn run() -> Status {
    let plan = memory::plan();
    let heap = Window { base: plan.heap.base, len: plan.heap.len.min(4 << 20) };
    let data = Window { base: DATA.base, len: 1 << 20 };
    let code = Window { base: CODE_WRITE.base, len: 1 << 20 };
    for (name, window) in [("heap", heap), ("data", data), ("code", code)] {
        touch(window);
        let lost = lost(window);
        if lost > 0 {
            say!("cores: {lost} bytes of the {name} were lost");
            return Status::Failure;
        }
    }
    // The other view of the code shows the same.
    if lost(Window { base: CODE.base, len: code.len }) > 0 {
        say!("cores: the views of the code differ");
        return Status::Failure;
    }
    together(|core| deep(core, 400));
    together(allocate);
    let wrong = WRONG.load(Ordering::Relaxed);
    say!("cores: {} processors in the same memory, {wrong} times wrong", cores::count());
    if wrong == 0 { Status::Success } else { Status::Failure }
}

static WRONG: AtomicU32 = AtomicU32::new(0);

/// Bytes of a page that a processor writes: so far apart that none shares a word.
fn byte_of(page: u64, core: u32) -> *mut u8 {
    core::ptr::with_exposed_provenance_mut((page + 64 * u64::from(core)) as usize)
}

/// Every processor writes its byte of every page, in the same order.
fn touch(window: Window) {
    static BASE: AtomicU64 = AtomicU64::new(0);
    static LEN: AtomicU64 = AtomicU64::new(0);
    BASE.store(window.base, Ordering::Relaxed);
    LEN.store(window.len, Ordering::Relaxed);
    together(|core| {
        let (base, len) = (BASE.load(Ordering::Relaxed), LEN.load(Ordering::Relaxed));
        for page in (base..base + len).step_by(4096) {
            if page.is_multiple_of(64 << 10) {
                meet();
            }
            // SAFETY: a window that fills on touch, whose pages this test alone uses; each
            // processor has its own bytes.
            unsafe { byte_of(page, core).write_volatile(core as u8 + 1) };
        }
    });
}

/// Bytes that are not what was written.
fn lost(window: Window) -> usize {
    let pages = (window.base..window.base + window.len).step_by(4096);
    let bytes = pages.flat_map(|page| (0..cores::count()).map(move |core| (page, core)));
    // SAFETY: as above, and nobody writes any more.
    bytes.filter(|&(page, core)| unsafe { byte_of(page, core).read() } != core as u8 + 1).count()
}

/// Uses a few hundred KiB of the processor's own stack.
#[inline(never)]
fn deep(core: u32, depth: u32) {
    let room = core::hint::black_box([core; 256]);
    if depth > 0 {
        deep(core, depth - 1);
    }
    if core::hint::black_box(room) != [core; 256] {
        WRONG.fetch_add(1, Ordering::Relaxed);
    }
}

/// Takes and gives back pieces of the kernel's heap.
fn allocate(core: u32) {
    for round in 0..50_usize {
        let pieces: alloc::vec::Vec<_> =
            (0..20).map(|i| alloc::vec![core as u8 ^ i as u8; 100 + 311 * i + round]).collect();
        for (i, piece) in pieces.iter().enumerate() {
            if piece.iter().any(|&byte| byte != core as u8 ^ i as u8) {
                WRONG.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}
