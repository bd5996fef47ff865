//! What the language model asks of its machine: memory that ends, a file that ends where memory does, and nobody who
//! reads what is written.

use std::ffi::{c_int, c_void};
use std::sync::Mutex;

/// Bytes of the machine's memory, and of a page.
const MEMORY: usize = 64 << 20;
const PAGE: usize = 4096;
/// Bytes of the longest file.
const FILE: usize = 1 << 20;

unsafe extern "C" {
    fn mmap(at: *mut c_void, bytes: usize, may: c_int, how: c_int, file: c_int, from: i64) -> *mut c_void;
    fn mprotect(at: *mut c_void, bytes: usize, may: c_int) -> c_int;
}

struct Machine {
    memory: Vec<u8>,
    used: usize,
    /// The first byte behind the place of files, which cannot be read.
    end: usize,
}

static MACHINE: Mutex<Option<Machine>> = Mutex::new(None);

fn machine<T>(work: impl FnOnce(&mut Machine) -> T) -> T {
    let mut machine = MACHINE.lock().expect("there is one thread");
    work(machine.get_or_insert_with(|| {
        // SAFETY: fresh memory that nobody else has, of which the last page is taken away again.
        let end = unsafe {
            let at = mmap(std::ptr::null_mut(), FILE + PAGE, 3, 0x22, -1, 0);
            let end = at.cast::<u8>().add(FILE);
            assert_eq!(mprotect(end.cast(), PAGE, 0), 0);
            end as usize
        };
        Machine { memory: vec![0; MEMORY], used: 0, end }
    }))
}

/// Puts a file where its last byte is the last that can be read, and gives back all memory afterwards.
pub fn with_file(bytes: &[u8], work: impl FnOnce(&'static [u8])) {
    let bytes = &bytes[..bytes.len().min(FILE)];
    let end = machine(|machine| machine.end);
    // SAFETY: the place is this thread's alone, as long as it is needed: nothing of the program stays.
    let file = unsafe {
        let at = (end as *mut u8).sub(bytes.len());
        at.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        std::slice::from_raw_parts(at, bytes.len())
    };
    work(file);
    machine(|machine| {
        machine.memory[..machine.used].fill(0);
        machine.used = 0;
    });
}

#[unsafe(no_mangle)]
extern "C" fn bf_grow(bytes: usize) -> *mut u8 {
    machine(|machine| {
        let start = machine.used.next_multiple_of(16);
        let end = start.checked_add(bytes).filter(|end| *end <= MEMORY);
        let Some(end) = end else { return std::ptr::null_mut() };
        machine.used = end;
        machine.memory[start..].as_mut_ptr()
    })
}

#[unsafe(no_mangle)]
extern "C" fn bf_write(_: i32, _: *const u8, bytes: usize) -> isize {
    bytes as isize
}

#[unsafe(no_mangle)]
extern "C" fn bf_read(_: i32, _: *mut u8, _: usize) -> isize {
    0
}

#[unsafe(no_mangle)]
extern "C" fn bf_open(_: *const u8, _: i32) -> i32 {
    -2
}

#[unsafe(no_mangle)]
extern "C" fn bf_map(_: i32, _: *mut *const u8) -> isize {
    -2
}

#[unsafe(no_mangle)]
extern "C" fn bf_terminal(_: i32) -> i32 {
    0
}

#[unsafe(no_mangle)]
extern "C" fn bf_clock() -> u64 {
    0
}

#[unsafe(no_mangle)]
extern "C" fn bf_exit(status: i32) -> ! {
    panic!("the program has ended with {status}")
}

#[unsafe(no_mangle)]
extern "C" fn bf_cores() -> u32 {
    1
}

#[unsafe(no_mangle)]
extern "C" fn bf_start(_: extern "C" fn(*mut c_void), _: *mut c_void) -> i32 {
    -1
}

#[unsafe(no_mangle)]
extern "C" fn bf_wait(_: *const u32, _: u32, _: u64) -> i32 {
    0
}

#[unsafe(no_mangle)]
extern "C" fn bf_wake(_: *const u32, _: u32) {}
