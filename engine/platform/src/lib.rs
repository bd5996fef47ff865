//! What the engine needs of the machine it stands on.
//!
//! The engine knows no machine: the kernel implements [`Platform`] on bare metal, and a process of
//! Linux does (`engine/hosted`).
#![no_std]
#![deny(unsafe_code)]

extern crate alloc;

mod counters;
mod files;
pub mod path;

use alloc::string::String;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicU32, Ordering};

use bareflow_report::Record;

pub use counters::{Counter, Counters, EVENTS, NoCounters};
pub use files::{FileError, FileId, Files, FolderEntry, How, Status};

/// Failures of a resident compiler after which it is not asked any more.
pub const COMPILER_FAILURES: u32 = 3;
/// Nanoseconds that a resident compiler gets for a request.
pub const COMPILER_PATIENCE_NS: u64 = 60_000_000_000;

/// A machine: bare metal, or a process.
///
/// All methods take `&self`: a platform is shared by everything that runs on it, on any processor,
/// and guards its own state.
pub trait Platform: Sync {
    /// What the program writes to standard output (1) or error (2).
    fn write(&self, descriptor: u32, bytes: &[u8]);

    /// Reads what was typed, at least one byte unless the input has ended; the number of
    /// bytes, 0 at the end.
    fn read(&self, buffer: &mut [u8]) -> usize;

    /// Whether someone sits at the other end of standard input (0), output (1) or error (2).
    fn is_terminal(&self, descriptor: u32) -> bool;

    /// One record for whoever runs the machine: a log line, a result, the final report.
    fn record(&self, record: &Record);

    /// Nanoseconds since some fixed moment; never goes back.
    fn now_ns(&self) -> u64;

    /// Nanoseconds of [`Platform::now_ns`] that went by while a processor waited for a device, as far as the machine
    /// counts them.
    fn waited_ns(&self) -> u64 {
        0
    }

    /// Nanoseconds since the beginning of 1970 in Greenwich, as far as the machine knows; it may
    /// be set meanwhile, unlike [`Platform::now_ns`].
    fn date_ns(&self) -> u64;

    /// Frequency of the time-stamp counter in Hz; 0 where cycles say nothing of time. The same at every call; the
    /// first may take a moment.
    fn tsc_hz(&self) -> u64;

    /// Where the counters of the processor that calls are read, which programs them if nobody has. Asked once,
    /// on the first processor.
    ///
    /// # Errors
    /// Why there are none.
    fn counters(&self) -> Result<Counters, NoCounters> {
        Err("this machine has none".into())
    }

    /// Has the session's `interrupted` called once, at `at_ns` of [`Platform::now_ns`] or as soon
    /// afterwards as its `may_interrupt` allows, between two instructions of the program.
    /// The last call counts. A machine without a timer never does it: then only programs that
    /// call the engine are saved while they run.
    fn set_alarm(&self, at_ns: u64) {
        let _ = at_ns;
    }

    /// How many processors run, at least 1; the same at every call. The first call waits for those
    /// that are still starting, so whoever has other work does that first.
    fn cores(&self) -> u32 {
        1
    }

    /// The processor that calls.
    fn core(&self) -> CoreId {
        CoreId(0)
    }

    /// Has another processor run `run(argument)`, on its own stack ([`Platform::core_stack`]), with
    /// the floating-point state that programs begin with. What the caller has stored before, the
    /// function sees. Waits while that processor is still on its way out of the last function it
    /// was given.
    ///
    /// # Safety
    /// `run` may be called with `argument` on another processor, and does not unwind.
    ///
    /// # Panics
    /// When there is no other processor of that number.
    #[expect(unsafe_code, reason = "what the function relies on only its caller knows")]
    unsafe fn start(&self, core: CoreId, run: unsafe extern "C" fn(*mut ()), argument: *mut ()) {
        let _ = (run, argument);
        panic!("this machine has no processor {} to start", core.0);
    }

    /// Lowest and highest address of the stack that programs run on, on a processor; of the first,
    /// [`Memory::stack`].
    fn core_stack(&self, core: CoreId) -> (usize, usize) {
        let _ = core;
        self.memory().stack
    }

    /// Waits until somebody calls [`Platform::wake`] for `word`, if it holds `while_is`, but no longer
    /// than `timeout_ns` nanoseconds; the processor sleeps. Returns false when the time was over and
    /// nobody had called. A wake-up that comes after the word was looked at is not lost. It may
    /// return for no reason: whoever waits looks at the word again.
    ///
    /// On a machine of one processor, without a time-out, it returns only when an interruption of the
    /// program changes the word.
    fn wait(&self, word: &AtomicU32, while_is: u32, timeout_ns: Option<u64>) -> bool {
        let start = self.now_ns();
        while word.load(Ordering::Acquire) == while_is {
            if timeout_ns.is_some_and(|most| self.now_ns() - start >= most) {
                return false;
            }
            core::hint::spin_loop();
        }
        true
    }

    /// Somebody waits for a moment without sleeping: where processors are threads of a system, one that
    /// wants to run may.
    fn give_way(&self) {}

    /// Ends the waiting of at most `most` of the processors that wait on `word`.
    fn wake(&self, word: &AtomicU32, most: u32) {
        let _ = (word, most);
    }

    /// Sets what code finds at `gs:[0]` on the processor that calls: the address of the engine's block
    /// for it. A machine of one processor may leave it out.
    fn set_core_block(&self, block: *mut ()) {
        let _ = block;
    }

    /// The memory that compiled code and program data live in. The same at every call.
    fn memory(&self) -> Memory;

    /// These bytes of the heap, which nothing was written to yet, are about to be filled from end to end and to be read again and
    /// again: a machine whose memory comes in pages may give large ones.
    fn expect_much(&self, memory: &mut [u8]) {
        let _ = memory;
    }

    /// What the resident compiler is (`compilers/llvm`); it changes whenever the same request could
    /// be answered by other bytes. `None` where there is none.
    fn compiler_version(&self) -> Option<String> {
        None
    }

    /// Nanoseconds that pass, as a rule, until the resident compiler is ready for its first request, on
    /// a machine of today: it is read, unpacked and started then.
    fn compiler_start_ns(&self) -> u64 {
        400_000_000
    }

    /// Hands a request to the resident compiler and waits for the answer (`engine/llvm`).
    ///
    /// # Errors
    /// There is none, or it has failed, in words.
    fn ask_compiler(&self, request: &[u8]) -> Result<Vec<u8>, String> {
        let _ = request;
        Err("there is no resident compiler".into())
    }

    /// Files that programs work with.
    fn files(&self) -> &dyn Files;

    /// Reads a whole file. Paths are absolute, with `/`.
    ///
    /// # Errors
    /// See [`FileError`].
    fn read_file(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// Writes a whole file so that after a power cut at any moment it is either there whole
    /// or not there, and does not return before it is on the disk. Folders on the way are
    /// made. An existing file of that name is an error: nothing is written in place.
    ///
    /// # Errors
    /// See [`FileError`].
    fn write_file(&self, path: &str, bytes: &[u8]) -> Result<(), FileError>;

    /// Renames a file; both paths in one folder.
    ///
    /// # Errors
    /// See [`FileError`].
    fn rename_file(&self, from: &str, to: &str) -> Result<(), FileError>;

    /// Removes a file.
    ///
    /// # Errors
    /// See [`FileError`].
    fn remove_file(&self, path: &str) -> Result<(), FileError>;

    /// Names of the files in a folder, in no order.
    ///
    /// # Errors
    /// See [`FileError`].
    fn list(&self, folder: &str) -> Result<Vec<String>, FileError>;
}

/// Number of a processor. The one that booted is 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct CoreId(pub u32);

/// A stretch of address space.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Arena {
    /// Address where it is used: executed, or read and written.
    pub base: usize,
    /// Address where it can be written; `base` unless the two differ (code).
    pub write: usize,
    /// Length in bytes.
    pub len: usize,
}

/// Memory for compiled code and program data.
///
/// # Invariants
/// 1. All arenas lie within one window of 2 GiB, so that 32-bit distances reach.
/// 2. `code` at `base` is executable and not writable, at `write` writable and not
///    executable; the two map the same bytes.
/// 3. `data` is writable and not executable.
/// 4. Both are zero at first, and belong to the engine alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Memory {
    /// Compiled code, its constants, and stubs.
    pub code: Arena,
    /// The GOT and the program's global variables.
    pub data: Arena,
    /// Room for the program's heap; may lie anywhere.
    pub heap: Arena,
    /// Lowest and highest address of the stack the program runs on. The machine may be on it
    /// itself when it calls the engine: the program then gets what is left below.
    pub stack: (usize, usize),
}
