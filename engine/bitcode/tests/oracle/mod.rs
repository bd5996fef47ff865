//! What must hold of any bytes that are read as bitcode; used by tests and by the fuzzer.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use bareflow_bitcode::Lazy;

/// An allocator that counts what each thread holds.
pub struct Counting;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    // While a thread ends there may be nothing to count in.
    let _ = LIVE.try_with(|live| {
        live.set(live.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(live.get())));
    });
}

// SAFETY: every call goes to the system's allocator as it is; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller keeps the rules of `GlobalAlloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller keeps the rules of `GlobalAlloc`.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        // SAFETY: the caller keeps the rules of `GlobalAlloc`.
        unsafe { System.realloc(at, layout, size) }
    }
}

/// Bytes of memory for each byte of a file, at most.
const BYTES_PER_BYTE: isize = 100;
/// Bytes that any file may take.
const ALLOWANCE: isize = 128 << 10;

/// What reading a file came to.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// Most memory held at one time, in bytes.
    pub peak: isize,
    /// Whether the bytes are a module.
    pub module: bool,
}

/// Reads bytes at once and in parts; whatever they are, that takes bounded memory, both find
/// the same, and an error has words.
///
/// # Panics
/// When it does not.
pub fn examine(bytes: &[u8]) -> Found {
    let (read, peak) = measured(bytes, || bareflow_bitcode::read(bytes).map(drop));
    let (in_parts, later) = measured(bytes, || {
        let mut lazy = Lazy::open(bytes)?;
        lazy.need(bytes, |name| name.len() % 2 == 0)?;
        lazy.need(bytes, |_| true)
    });
    assert_eq!(read.is_ok(), in_parts.is_ok(), "at once {read:?}, in parts {in_parts:?}");
    for error in [&read, &in_parts].into_iter().filter_map(|result| result.as_ref().err()) {
        assert!(error.to_string().starts_with("bitcode: "));
    }
    Found { peak: peak.max(later), module: read.is_ok() }
}

/// What `run` gives, and the most memory in bytes that it held at one time.
fn measured<T>(bytes: &[u8], run: impl FnOnce() -> T) -> (T, isize) {
    let before = LIVE.with(Cell::get);
    PEAK.with(|peak| peak.set(before));
    let result = run();
    let peak = PEAK.with(Cell::get) - before;
    let len = bytes.len() as isize;
    assert!(peak <= BYTES_PER_BYTE * len + ALLOWANCE, "{peak} bytes of memory for a file of {len}");
    (result, peak)
}
