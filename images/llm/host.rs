//! What the machine does for the program: host calls (docs/design/programs.md, "Host calls") and nothing else. So an
//! image of it needs no allocator, no streams and no formatting.

use core::ffi::c_void;

unsafe extern "C" {
    fn bf_write(fd: i32, bytes: *const u8, len: usize) -> isize;
    fn bf_read(fd: i32, bytes: *mut u8, len: usize) -> isize;
    fn bf_open(path: *const u8, flags: i32) -> i32;
    fn bf_map(fd: i32, at: *mut *const u8) -> isize;
    fn bf_terminal(fd: i32) -> i32;
    fn bf_grow(bytes: usize) -> *mut u8;
    fn bf_clock() -> u64;
    fn bf_exit(status: i32) -> !;
    fn bf_cores() -> u32;
    fn bf_start(function: extern "C" fn(*mut c_void), argument: *mut c_void) -> i32;
    fn bf_wait(word: *const u32, while_is: u32, timeout_ns: u64) -> i32;
    fn bf_wake(word: *const u32, most: u32);
}

/// Where text goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Output = 1,
    Error = 2,
}

/// Writes all of it; what cannot be written is lost.
pub fn write(stream: Stream, bytes: &[u8]) {
    // SAFETY: the slice's own bytes.
    unsafe { bf_write(stream as i32, bytes.as_ptr(), bytes.len()) };
}

/// Reads from the console; 0 bytes at its end.
pub fn read(into: &mut [u8]) -> usize {
    // SAFETY: the slice's own room.
    let count = unsafe { bf_read(0, into.as_mut_ptr(), into.len()) };
    usize::try_from(count).unwrap_or(0)
}

/// Whether a person sits at the console's input.
pub fn is_terminal() -> bool {
    // SAFETY: asks only.
    unsafe { bf_terminal(0) == 1 }
}

/// The bytes of a file, where the machine has put them, for good. `path` ends in a NUL.
///
/// # Errors
/// The number of the error, as Linux counts them.
pub fn map(path: &[u8]) -> Result<&'static [u8], i32> {
    let mut at = core::ptr::null();
    // SAFETY: the path ends in a NUL, says the caller; the machine writes one address.
    let length = unsafe {
        match bf_open(path.as_ptr(), 0) {
            descriptor if descriptor < 0 => descriptor as isize,
            descriptor => bf_map(descriptor, &raw mut at),
        }
    };
    if length < 0 {
        return Err(-length as i32);
    }
    if length == 0 {
        return Ok(&[]);
    }
    // SAFETY: the machine gives so many bytes there, which nobody changes.
    Ok(unsafe { core::slice::from_raw_parts(at, length as usize) })
}

/// So many bytes more of zeroed memory at a multiple of 16; null when there are none.
pub fn grow(bytes: usize) -> *mut u8 {
    // SAFETY: any size will do.
    unsafe { bf_grow(bytes) }
}

/// Nanoseconds; never goes back.
pub fn clock() -> u64 {
    // SAFETY: asks only.
    unsafe { bf_clock() }
}

/// Ends the program.
pub fn exit(status: i32) -> ! {
    // SAFETY: nothing is left to do.
    unsafe { bf_exit(status) }
}

/// How many processors there are.
pub fn cores() -> u32 {
    // SAFETY: asks only.
    unsafe { bf_cores() }
}

/// Has a processor that is free call `function`; whether there was one.
pub fn start(function: extern "C" fn(*mut c_void)) -> bool {
    // SAFETY: the function takes any argument.
    unsafe { bf_start(function, core::ptr::null_mut()) >= 0 }
}

/// Sleeps until `word` is woken or is not `while_is`; may come back for no reason.
pub fn wait(word: &core::sync::atomic::AtomicU32, while_is: u32) {
    // SAFETY: the word lives for the whole call.
    unsafe { bf_wait(word.as_ptr(), while_is, u64::MAX) };
}

/// Wakes all that wait on `word`.
pub fn wake(word: &core::sync::atomic::AtomicU32) {
    // SAFETY: as for `wait`.
    unsafe { bf_wake(word.as_ptr(), u32::MAX) };
}
