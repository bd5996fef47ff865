//! What the compiler may ask the machine for: system calls of Linux, as few as its C library needs.
//!
//! It reads requests and writes answers, gets memory, and ends. Memory for it is one heap that grows
//! and never shrinks: `mmap` is refused, and its allocator does without. All else is answered as
//! Linux answers what it does not know.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_machine::paging::Access;
use bareflow_machine::windows::{COMPILER, COMPILER_STACK, Window};

use super::life::Life;
use crate::devices::clock;
use crate::memory;

/// Longest answer, in bytes.
const LONGEST: usize = 16 << 20;
/// Bytes of what it says on standard error that are kept.
const LAST_WORDS: usize = 200;

/// Numbers of system calls (Linux, x86-64).
mod number {
    pub const READ: u64 = 0;
    pub const WRITE: u64 = 1;
    pub const BRK: u64 = 12;
    pub const MMAP: u64 = 9;
    pub const SIGNAL_MASK: u64 = 14;
    pub const PROCESS: u64 = 39;
    pub const EXIT: u64 = 60;
    pub const KILL: u64 = 62;
    pub const SEGMENT: u64 = 158;
    pub const THREAD: u64 = 186;
    pub const FUTEX: u64 = 202;
    pub const THREAD_ADDRESS: u64 = 218;
    pub const CLOCK: u64 = 228;
    pub const EXIT_ALL: u64 = 231;
    pub const KILL_THREAD: u64 = 234;
    pub const ROBUST_LIST: u64 = 273;
    pub const RANDOM: u64 = 318;
}

/// Errors, as Linux counts them.
const BAD_FILE: i64 = -9;
const NO_MEMORY: i64 = -12;
const BAD_ADDRESS: i64 = -14;
const NO_SUCH_CALL: i64 = -38;

/// What becomes of a program that has asked for something.
pub enum Served {
    /// It has what it wants.
    GoesOn,
    /// It reads, and there is nothing more.
    WaitsForMore,
    /// It has ended, in words.
    Ends(String),
}

/// A request, its answer, and how far both are.
pub struct Exchange<'a> {
    head: [u8; 4],
    request: &'a [u8],
    read: usize,
    answer: Vec<u8>,
    said: Vec<u8>,
    touched: &'a mut u64,
}

/// The compiler's heap.
fn heap() -> Window {
    memory::plan().compiler_heap
}

impl<'a> Exchange<'a> {
    /// One that begins. `touched` is where the part of the heap ends that is not fresh.
    pub fn new(request: &'a [u8], touched: &'a mut u64) -> Self {
        let head = (request.len() as u32).to_le_bytes();
        Self { head, request, read: 0, answer: Vec::new(), said: Vec::new(), touched }
    }

    /// The whole answer, without its length.
    ///
    /// # Errors
    /// It is not whole, or more than one.
    pub fn answer(mut self) -> Result<Vec<u8>, String> {
        let wanted = self.answer.first_chunk().map(|head| u32::from_le_bytes(*head) as usize);
        if wanted.is_none_or(|wanted| wanted + 4 != self.answer.len()) {
            return Err("it has answered what is no answer".into());
        }
        self.answer.drain(..4);
        Ok(self.answer)
    }

    /// Why it ended, with what it said itself.
    pub fn with_last_words(&self, why: String) -> String {
        match String::from_utf8_lossy(&self.said).trim() {
            "" => why,
            said => format!("{why}: {said}"),
        }
    }

    /// Copies what is left of the request; the number of bytes.
    fn hand_over(&mut self, to: &mut [u8]) -> usize {
        let mut count = 0;
        while count < to.len() {
            let rest = match self.head.get(self.read..) {
                Some(rest) if !rest.is_empty() => rest,
                _ => &self.request[self.read - self.head.len()..],
            };
            let now = rest.len().min(to.len() - count);
            if now == 0 {
                break;
            }
            to[count..count + now].copy_from_slice(&rest[..now]);
            (count, self.read) = (count + now, self.read + now);
        }
        count
    }
}

/// Does what it has asked for.
pub fn serve(life: &mut Life, exchange: &mut Exchange<'_>) -> Served {
    let context = &life.context;
    let (call, first, second, third) = (context.rax, context.rdi, context.rsi, context.rdx);
    let answer = match call {
        number::READ => match read(exchange, first, second, third) {
            Some(count) => count,
            None => return Served::WaitsForMore,
        },
        number::WRITE => match write(exchange, first, second, third) {
            Ok(count) => count,
            Err(why) => return Served::Ends(why),
        },
        number::BRK => grow(life, exchange, first) as i64,
        number::MMAP => NO_MEMORY,
        number::SEGMENT => {
            const SET_FS: u64 = 0x1002;
            match first {
                SET_FS => {
                    life.fs = second;
                    0
                }
                _ => NO_SUCH_CALL,
            }
        }
        number::PROCESS | number::THREAD | number::THREAD_ADDRESS => 1,
        // There is one thread, and nobody sends it signals.
        number::SIGNAL_MASK | number::ROBUST_LIST | number::FUTEX => 0,
        number::CLOCK => match place(second, 16) {
            Some(to) => {
                let now = clock::now_ns();
                to[..8].copy_from_slice(&(now / 1_000_000_000).to_le_bytes());
                to[8..].copy_from_slice(&(now % 1_000_000_000).to_le_bytes());
                0
            }
            None => BAD_ADDRESS,
        },
        // Always the same: it is to do the same every time.
        number::RANDOM => match place(first, second) {
            Some(to) => {
                to.fill(0x55);
                second as i64
            }
            None => BAD_ADDRESS,
        },
        number::EXIT | number::EXIT_ALL => {
            return Served::Ends(format!("it has ended with status {}", first as u8));
        }
        number::KILL => return Served::Ends(format!("it has ended by signal {second}")),
        number::KILL_THREAD => return Served::Ends(format!("it has ended by signal {third}")),
        _ => NO_SUCH_CALL,
    };
    life.context.rax = answer as u64;
    Served::GoesOn
}

/// `None` when there is nothing more to read.
fn read(exchange: &mut Exchange<'_>, file: u64, address: u64, len: u64) -> Option<i64> {
    if file != 0 {
        return Some(BAD_FILE);
    }
    let Some(to) = place(address, len) else { return Some(BAD_ADDRESS) };
    match exchange.hand_over(to) {
        0 if len > 0 => None,
        count => Some(count as i64),
    }
}

fn write(exchange: &mut Exchange<'_>, file: u64, address: u64, len: u64) -> Result<i64, String> {
    let Some(from) = content(address, len) else { return Ok(BAD_ADDRESS) };
    match file {
        1 if exchange.answer.len() + from.len() > LONGEST => Err("its answer does not end".into()),
        1 => {
            exchange.answer.extend_from_slice(from);
            Ok(len as i64)
        }
        2 => {
            let room = LAST_WORDS - exchange.said.len();
            exchange.said.extend_from_slice(&from[..from.len().min(room)]);
            Ok(len as i64)
        }
        _ => Ok(BAD_FILE),
    }
}

/// Where the heap ends now. What is new of it is zero, also where an earlier life has used it.
fn grow(life: &mut Life, exchange: &mut Exchange<'_>, end: u64) -> u64 {
    let heap = heap();
    if end <= life.brk || end > heap.end() {
        return life.brk;
    }
    let used = end.min(*exchange.touched).saturating_sub(life.brk);
    if used > 0 {
        let first = core::ptr::with_exposed_provenance_mut::<u8>(life.brk as usize);
        if !is_own(life.brk, used, |access| access == Access::ReadWrite) {
            return life.brk;
        }
        // SAFETY: heap of the program, which does not run and was not given this part of it yet.
        unsafe { first.write_bytes(0, used as usize) };
    }
    *exchange.touched = (*exchange.touched).max(end);
    life.brk = end;
    end
}

/// The program's memory there, to be written, if all of it is its own and there is memory for it.
fn place<'p>(address: u64, len: u64) -> Option<&'p mut [u8]> {
    if !is_own(address, len, |access| access == Access::ReadWrite) {
        return None;
    }
    if len == 0 {
        return Some(&mut []);
    }
    let first = core::ptr::with_exposed_provenance_mut::<u8>(address as usize);
    // SAFETY: writable memory of the program, which does not run meanwhile, brought in just now.
    Some(unsafe { core::slice::from_raw_parts_mut(first, len as usize) })
}

/// The program's memory there, to be read, constants and code included.
fn content<'p>(address: u64, len: u64) -> Option<&'p [u8]> {
    if !is_own(address, len, |access| access != Access::Device) {
        return None;
    }
    if len == 0 {
        return Some(&[]);
    }
    let first = core::ptr::with_exposed_provenance::<u8>(address as usize);
    // SAFETY: memory of the program, which does not run meanwhile, brought in just now.
    Some(unsafe { core::slice::from_raw_parts(first, len as usize) })
}

/// Whether a range is the program's own, and may be used so.
fn is_own(address: u64, len: u64, fits: fn(Access) -> bool) -> bool {
    let holds =
        |window: Window| len == 0 || window.contains(address) && len <= window.end() - address;
    [COMPILER, COMPILER_STACK, heap()].into_iter().any(holds)
        && memory::is_there(address, len, fits)
}
