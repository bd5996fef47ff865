//! Streams. `FILE` has glibc's layout, since the header's inline functions (`putc_unlocked`
//! and its like) look into it.
//!
//! `SAFETY` lines here cite what the C standard asks of a caller: a stream is one of the three or
//! one that `fopen` gave and `fclose` has not taken, and its buffer's pointers, which only this
//! library and those inline functions move, lie in the buffer.

use core::ffi::{c_int, c_long};
use core::ptr::{addr_of_mut, null_mut};

use super::backing;
use crate::allocate::malloc;
use crate::errors;
use crate::threads::lock::{
    __bf_lock, __bf_lock_at_end, __bf_unlock, __bf_unlock_at_end, Held, Recursive, try_hold,
};

/// Set at the end of the file; the header tests it.
pub const AT_END: c_int = 0x10;
/// Set after an error; the header tests it.
pub const FAILED: c_int = 0x20;
/// Writing goes to the end of the file.
pub const AT_THE_END: c_int = 0x1000;
/// The buffer is written at the end of each line.
pub const BY_LINE: c_int = 0x200;
/// Nothing stays in the buffer after a call.
pub const AT_ONCE: c_int = 0x2;
/// Not for reading.
pub const WRITES: c_int = 0x4;
/// Not for writing.
pub const READS: c_int = 0x8;
/// For both: which of the two bits above is set says what the buffer holds now ([`turn`]).
pub const UPDATES: c_int = 0x4_0000;
/// The stream and its buffer came from `malloc`.
pub const ALLOCATED: c_int = 0x1_0000;
/// What is behind the buffer comes along with the stream ([`backing::Backed`]).
pub const BACKED: c_int = 0x8_0000;
/// The buffer came from `malloc`.
pub const OWN_BUFFER: c_int = 0x2_0000;

/// Bytes in front of what was read, for `ungetc`.
pub const BACK: usize = 8;
pub const BUFFER: usize = 4096;

#[repr(C)]
pub struct File {
    pub flags: c_int,
    pub read_ptr: *mut u8,
    pub read_end: *mut u8,
    pub read_base: *mut u8,
    pub write_base: *mut u8,
    pub write_ptr: *mut u8,
    /// `write_base` where the header's inline functions must leave every byte to us.
    pub write_end: *mut u8,
    pub buf_base: *mut u8,
    pub buf_end: *mut u8,
    reserved: [*mut u8; 4],
    /// The next open stream.
    pub chain: *mut File,
    pub fileno: c_int,
    flags2: c_int,
    before_lock: [u64; 2],
    /// Held by whoever changes the stream ([`hold`]).
    pub lock: Recursive,
    behind_lock: [u64; 5],
    /// What is read and written: wide characters (above 0), bytes (below), or nothing yet.
    pub mode: c_int,
    rest: [u32; 5],
}

// SAFETY: whoever looks into it holds its lock ([`hold`]).
unsafe impl Sync for File {}

pub const fn stream(fileno: c_int, flags: c_int, chain: *mut File) -> File {
    File {
        flags,
        read_ptr: null_mut(),
        read_end: null_mut(),
        read_base: null_mut(),
        write_base: null_mut(),
        write_ptr: null_mut(),
        write_end: null_mut(),
        buf_base: null_mut(),
        buf_end: null_mut(),
        reserved: [null_mut(); 4],
        chain,
        fileno,
        flags2: 0,
        before_lock: [0; 2],
        lock: Recursive::new(),
        behind_lock: [0; 5],
        mode: 0,
        rest: [0; 5],
    }
}

static mut STDIN: File = stream(0, READS, null_mut());
static mut STDOUT: File = stream(1, WRITES | BY_LINE, null_mut());
static mut STDERR: File = stream(2, WRITES | AT_ONCE, null_mut());

/// Held by whoever walks or changes the list of streams. Who has it may take a stream's lock, not the other
/// way round: a thread that waits for input holds one.
pub static LIST: Recursive = Recursive::new();

/// Keeps other threads from a stream.
pub unsafe fn hold(file: *mut File) -> Held {
    // SAFETY: a stream, which stays until it is closed, and nobody holds it beyond that.
    unsafe { (*file).lock.hold() }
}

/// Keeps other threads from a stream until [`funlockfile`], as often as it was called.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn flockfile(file: *mut File) {
    // SAFETY: a stream.
    unsafe { __bf_lock(&(*file).lock) };
}

/// The same if no other thread has it: 0, or 1 where one has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftrylockfile(file: *mut File) -> c_int {
    // SAFETY: a stream.
    unsafe { c_int::from(!try_hold(&(*file).lock)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn funlockfile(file: *mut File) {
    // SAFETY: a stream that this thread has locked.
    unsafe { __bf_unlock(&(*file).lock) };
}

/// Has the buffer of a stream hold what is read, or what is written; whether it can.
pub unsafe fn turn(file: *mut File, to: c_int) -> bool {
    // SAFETY: a stream; pointers that are equal keep the header's inline functions out.
    unsafe {
        if (*file).flags & to != 0 {
            return true;
        }
        if (*file).flags & UPDATES == 0 {
            (*file).flags |= FAILED;
            errors::set(errors::EBADF);
            return false;
        }
        if to == READS {
            if flush(file) < 0 {
                return false;
            }
        } else {
            let unread = (*file).read_end as c_long - (*file).read_ptr as c_long;
            if unread != 0 {
                backing::seek(file, -unread, 1);
            }
        }
        (*file).flags = (*file).flags & !(READS | WRITES | AT_END) | to;
        let base = (*file).buf_base;
        (*file).read_base = base;
        (*file).read_ptr = base;
        (*file).read_end = base;
        (*file).write_base = base;
        (*file).write_ptr = base;
        (*file).write_end = base;
        if !base.is_null() {
            reset(file);
        }
        true
    }
}

/// Streams that `fopen` made.
pub static mut OPEN: *mut File = null_mut();

#[unsafe(no_mangle)]
pub static mut stdin: *mut File = addr_of_mut!(STDIN);
#[unsafe(no_mangle)]
pub static mut stdout: *mut File = addr_of_mut!(STDOUT);
#[unsafe(no_mangle)]
pub static mut stderr: *mut File = addr_of_mut!(STDERR);

/// Standard output, even where the program has assigned to `stdout`.
pub fn output() -> *mut File {
    // SAFETY: a word, which only the program assigns to.
    unsafe { stdout }
}

/// Gives the stream its buffer, from static memory for the usual streams.
pub unsafe fn prepare(file: *mut File) -> bool {
    static mut INPUT_ROOM: [u8; BUFFER] = [0; BUFFER];
    static mut OUTPUT_ROOM: [u8; BUFFER] = [0; BUFFER];
    static mut ERROR_ROOM: [u8; 256] = [0; 256];
    // SAFETY: a stream; each static room is that of one stream alone.
    unsafe {
        if !(*file).buf_base.is_null() {
            return true;
        }
        // Not by descriptor: a file may have one of the first three once the console's is closed.
        let (base, len) = if file == &raw mut STDIN {
            (&raw mut INPUT_ROOM as *mut u8, BUFFER)
        } else if file == &raw mut STDOUT {
            (&raw mut OUTPUT_ROOM as *mut u8, BUFFER)
        } else if file == &raw mut STDERR {
            (&raw mut ERROR_ROOM as *mut u8, 256)
        } else {
            let room = malloc(BUFFER);
            if room.is_null() {
                return false;
            }
            (*file).flags |= OWN_BUFFER;
            (room, BUFFER)
        };
        (*file).buf_base = base;
        (*file).buf_end = base.add(len);
        reset(file);
        true
    }
}

/// Empties the buffer without writing it.
pub unsafe fn reset(file: *mut File) {
    // SAFETY: a stream with a buffer, or with none: then all stays null.
    unsafe {
        let base = (*file).buf_base;
        if (*file).flags & WRITES != 0 {
            (*file).write_base = base;
            (*file).write_ptr = base;
            let inline = (*file).flags & (BY_LINE | AT_ONCE) == 0;
            (*file).write_end = if inline { (*file).buf_end } else { base };
        } else {
            (*file).read_base = base;
            (*file).read_ptr = base.wrapping_add(BACK);
            (*file).read_end = (*file).read_ptr;
        }
    }
}

/// Writes what is in the buffer. 0, or -1 on failure.
pub unsafe fn flush(file: *mut File) -> c_int {
    // SAFETY: a stream, which is held.
    unsafe {
        let _held = hold(file);
        empty(file)
    }
}

/// The same for who holds the stream.
unsafe fn empty(file: *mut File) -> c_int {
    // SAFETY: a stream; what is written lies between two pointers into its buffer.
    unsafe {
        let mut at = (*file).write_base;
        let end = (*file).write_ptr;
        if (*file).flags & WRITES == 0 || at == end {
            return 0;
        }
        reset(file);
        while at != end {
            let done = backing::write(file, at, end as usize - at as usize);
            if done <= 0 {
                (*file).flags |= FAILED;
                return -1;
            }
            at = at.add(done as usize);
        }
        0
    }
}

/// Writes all buffers.
pub unsafe fn flush_all() {
    // SAFETY: [`flush`] holds what it writes, whoever has the list may do so.
    unsafe {
        let _held = LIST.hold();
        each_written(|file| {
            flush(file);
        });
    }
}

/// Writes all buffers when the program ends, also those of streams that some thread holds for ever.
pub unsafe fn flush_at_end() {
    // SAFETY: nothing else is done with streams by this thread, and what others still do is over with the program.
    unsafe {
        __bf_lock_at_end(&LIST);
        each_written(|file| {
            __bf_lock_at_end(&(*file).lock);
            empty(file);
            __bf_unlock_at_end(&(*file).lock);
        });
        __bf_unlock_at_end(&LIST);
    }
}

/// Calls `write` with all streams that may hold something to be written.
unsafe fn each_written(write: impl Fn(*mut File)) {
    write(&raw mut STDOUT);
    write(&raw mut STDERR);
    // SAFETY: the list holds the streams that are open, and the caller holds the list; whether a stream is only
    // read from changes when it is opened anew, alone.
    unsafe {
        let mut file = OPEN;
        while !file.is_null() {
            // Somebody may hold one that is read until there is input.
            if (*file).flags & (READS | UPDATES) != READS {
                write(file);
            }
            file = (*file).chain;
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fflush(file: *mut File) -> c_int {
    // SAFETY: a stream, or null for all of them.
    unsafe {
        if file.is_null() {
            flush_all();
            return 0;
        }
        flush(file)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fflush_unlocked(file: *mut File) -> c_int {
    // SAFETY: the same contract.
    unsafe { fflush(file) }
}

/// Modes: 0 whole buffers, 1 lines, 2 at once. The room offered is not needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn setvbuf(
    file: *mut File,
    _room: *mut u8,
    mode: c_int,
    _len: usize,
) -> c_int {
    // SAFETY: a stream.
    unsafe {
        let _held = hold(file);
        let bits = match mode {
            0 => 0,
            1 => BY_LINE,
            2 => AT_ONCE,
            _ => return -1,
        };
        flush(file);
        (*file).flags = (*file).flags & !(BY_LINE | AT_ONCE) | bits;
        if !(*file).buf_base.is_null() && (*file).flags & WRITES != 0 {
            reset(file);
        }
        0
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn setbuf(file: *mut File, room: *mut u8) {
    // SAFETY: a stream.
    unsafe { setvbuf(file, room, if room.is_null() { 2 } else { 0 }, BUFFER) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn setlinebuf(file: *mut File) {
    // SAFETY: a stream.
    unsafe { setvbuf(file, null_mut(), 1, BUFFER) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn feof(file: *mut File) -> c_int {
    // SAFETY: a stream.
    unsafe { (*file).flags & AT_END }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ferror(file: *mut File) -> c_int {
    // SAFETY: a stream.
    unsafe { (*file).flags & FAILED }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn clearerr(file: *mut File) {
    // SAFETY: a stream.
    unsafe { (*file).flags &= !(AT_END | FAILED) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fileno(file: *mut File) -> c_int {
    // SAFETY: a stream.
    unsafe { (*file).fileno }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fseek(file: *mut File, offset: c_long, whence: c_int) -> c_int {
    // SAFETY: a stream.
    unsafe {
        let _held = hold(file);
        if flush(file) < 0 {
            return -1;
        }
        let mut offset = offset;
        if whence == 1 && (*file).flags & READS != 0 {
            // The host is ahead of the program by what is still in the buffer.
            offset -= (*file).read_end as c_long - (*file).read_ptr as c_long;
        }
        if backing::seek(file, offset, whence) < 0 {
            return -1;
        }
        (*file).flags &= !AT_END;
        if !(*file).buf_base.is_null() {
            reset(file);
        }
        0
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fseeko(file: *mut File, offset: c_long, whence: c_int) -> c_int {
    // SAFETY: the same contract.
    unsafe { fseek(file, offset, whence) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftell(file: *mut File) -> c_long {
    // SAFETY: a stream.
    unsafe {
        let _held = hold(file);
        // Where what is in the buffer will go, the file alone knows.
        if (*file).flags & AT_THE_END != 0 && flush(file) < 0 {
            return -1;
        }
        let place = backing::seek(file, 0, 1);
        if place < 0 {
            return -1;
        }
        let unread = (*file).read_end as c_long - (*file).read_ptr as c_long;
        let unwritten = (*file).write_ptr as c_long - (*file).write_base as c_long;
        place - unread + unwritten
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftello(file: *mut File) -> c_long {
    // SAFETY: the same contract.
    unsafe { ftell(file) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fseeko64(file: *mut File, offset: c_long, whence: c_int) -> c_int {
    // SAFETY: the same contract.
    unsafe { fseek(file, offset, whence) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftello64(file: *mut File) -> c_long {
    // SAFETY: the same contract.
    unsafe { ftell(file) }
}

/// A place in a stream: `fpos_t` begins with the offset.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fgetpos(file: *mut File, to: *mut c_long) -> c_int {
    // SAFETY: a stream, and the caller's place for the answer.
    unsafe {
        let place = ftell(file);
        if place < 0 {
            return -1;
        }
        to.write(place);
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fsetpos(file: *mut File, place: *const c_long) -> c_int {
    // SAFETY: a stream, and what [`fgetpos`] gave.
    unsafe { fseek(file, place.read(), 0) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rewind(file: *mut File) {
    // SAFETY: a stream.
    unsafe {
        fseek(file, 0, 0);
        clearerr(file);
    }
}
