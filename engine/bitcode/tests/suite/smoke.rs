//! Damaged modules: whatever is changed in a file, reading it neither panics nor takes more
//! memory than a fixed multiple of the file.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use crate::common::{Producer, assemble, compile, fixture};

/// Counts what the thread that asks for it holds.
struct Counting;

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

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes that any file may take.
const ALLOWANCE: isize = 128 << 10;

/// Reads a file; its peak of memory in bytes, and whether it is a module.
fn peak(bytes: &[u8]) -> (isize, bool) {
    let before = LIVE.with(Cell::get);
    PEAK.with(|peak| peak.set(before));
    let right = bareflow_bitcode::read(bytes).is_ok();
    (PEAK.with(Cell::get) - before, right)
}

fn seeds() -> Vec<Vec<u8>> {
    let clang = |name, program, level| compile(name, Producer { program, level });
    let source = std::fs::read_to_string(fixture("everything.ll")).expect("the fixture");
    vec![
        assemble(&source).expect("an assembled fixture"),
        clang("ints.c", "clang-14", "0"),
        clang("vectors.c", "clang-19", "3"),
        clang("structs.c", "clang-22", "1"),
        clang("globals.c", "clang-22", "2"),
    ]
}

/// xorshift64*: the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    }
}

#[test]
fn whole_modules_take_a_tenth_of_the_bound() {
    for seed in seeds() {
        let (peak, right) = peak(&seed);
        assert!(right && peak < 20 * seed.len() as isize, "{peak} bytes for {}", seed.len());
    }
}

#[test]
fn damaged_modules_neither_panic_nor_swell() {
    let seeds = seeds();
    let mut random = Random(0x5EED);
    let (mut read, mut worst) = (0, 0);
    for _ in 0..4000 {
        let mut bytes = seeds[random.below(seeds.len())].clone();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            match random.below(5) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at] = random.below(256) as u8,
                2 => {
                    let from = random.below(bytes.len());
                    let len = random.below(16).min(bytes.len() - from.max(at));
                    bytes.copy_within(from..from + len, at);
                }
                3 => bytes.truncate(at.max(8)),
                _ => {
                    let end = (at + 4).min(bytes.len());
                    bytes[at..end].fill(0xFF);
                }
            }
        }
        let (peak, right) = peak(&bytes);
        read += usize::from(right);
        worst = worst.max(peak / bytes.len() as isize);
        assert!(
            peak <= 100 * bytes.len() as isize + ALLOWANCE,
            "{peak} bytes of memory for a file of {}",
            bytes.len()
        );
    }
    // Changes in names and metadata leave a module as it was.
    assert!(read > 100, "only {read} of the damaged modules were read; worst {worst}");
}
