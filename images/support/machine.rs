//! The parts that stand on the C library.

use core::alloc::{GlobalAlloc, Layout};
use core::ffi::c_void;
use core::fmt::{self, Write};

unsafe extern "C" {
    static mut stdout: *mut c_void;
    static mut stderr: *mut c_void;
    fn fwrite(bytes: *const u8, size: usize, count: usize, file: *mut c_void) -> usize;
    fn malloc(size: usize) -> *mut u8;
    fn calloc(count: usize, size: usize) -> *mut u8;
    fn realloc(old: *mut u8, size: usize) -> *mut u8;
    fn aligned_alloc(align: usize, size: usize) -> *mut u8;
    fn free(memory: *mut u8);
    fn abort() -> !;
}

/// What `malloc` aligns to.
const ALIGN: usize = 16;

struct Heap;

#[global_allocator]
static HEAP: Heap = Heap;

// SAFETY: the C library's heap keeps all that the trait asks for.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: any size will do; the alignment is a power of two.
        unsafe {
            if layout.align() <= ALIGN {
                malloc(layout.size())
            } else {
                aligned_alloc(layout.align(), layout.size())
            }
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: `aligned_alloc` gives at least the size asked for.
        unsafe {
            if layout.align() <= ALIGN {
                return calloc(1, layout.size());
            }
            let memory = self.alloc(layout);
            if !memory.is_null() {
                memory.write_bytes(0, layout.size());
            }
            memory
        }
    }

    unsafe fn dealloc(&self, memory: *mut u8, _layout: Layout) {
        // SAFETY: it came from the functions above.
        unsafe { free(memory) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: it came from the functions above; `size` is not zero.
        unsafe {
            if layout.align() <= ALIGN {
                return realloc(memory, size);
            }
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                new.copy_from_nonoverlapping(memory, layout.size().min(size));
                free(memory);
            }
            new
        }
    }
}

/// A stream of the C library.
struct Stream(*mut c_void);

impl Write for Stream {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // SAFETY: the text's own bytes.
        let done = unsafe { fwrite(text.as_ptr(), 1, text.len(), self.0) };
        if done == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

/// Prints to standard output; what cannot be written is lost.
pub fn output(text: fmt::Arguments) {
    // SAFETY: one thread runs the program.
    let _ = Stream(unsafe { stdout }).write_fmt(text);
}

/// Prints to standard error; what cannot be written is lost.
pub fn error(text: fmt::Arguments) {
    // SAFETY: one thread runs the program.
    let _ = Stream(unsafe { stderr }).write_fmt(text);
}

/// Says where and why on standard error, and ends as `abort` does.
#[panic_handler]
fn panic(info: &core::panic::PanicInfo) -> ! {
    error(format_args!("{info}\n"));
    // SAFETY: nothing is asked of the caller.
    unsafe { abort() }
}
