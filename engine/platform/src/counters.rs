//! Counters of the processor, as machine code reads them.
//!
//! Whoever programs counters (the kernel, by the processor's registers; Linux, for a process) does it once and says
//! where each can be read. Machine code then reads it by RDPMC, without calling anybody:
//!
//! ```text
//!   again:  lock = counter.lock
//!           value = counter.offset
//!           if counter.index != 0:  value += RDPMC(counter.index - 1), its low `width` bits, signed
//!           if counter.lock != lock:  again
//! ```
//!
//! This is how Linux lets processes read theirs: a [`Counter`] is the beginning of what it maps for an event
//! (`struct perf_event_mmap_page`, `linux/perf_event.h`), where the offset changes when the thread moves to another
//! processor. On bare metal nothing but the register ever changes.

use alloc::string::String;
use core::mem::offset_of;
use core::sync::atomic::{AtomicU16, AtomicU32, AtomicU64, Ordering::Relaxed};

/// Events that can be counted: `bareflow_profile::Event`, in its order.
pub const EVENTS: usize = 6;

/// Where counters are read on the first processor, in order of the events; `None` for those that it does not count.
pub type Counters = [Option<&'static Counter>; EVENTS];

/// What a machine says that has none, in words.
pub type NoCounters = String;

/// Where one counter is read.
#[repr(C)]
#[derive(Debug)]
pub struct Counter {
    versions: [u32; 2],
    /// Changes while the others do.
    lock: AtomicU32,
    /// For RDPMC, less one; 0: only the offset counts now.
    index: AtomicU32,
    offset: AtomicU64,
    times: [u64; 2],
    capabilities: AtomicU64,
    width: AtomicU16,
}

impl Counter {
    /// Offset in bytes of the word that changes while the others do.
    pub const LOCK: usize = offset_of!(Counter, lock);
    /// Offset of the number for RDPMC, 32 bits.
    pub const INDEX: usize = offset_of!(Counter, index);
    /// Offset of what is added to what RDPMC says, 64 bits.
    pub const OFFSET: usize = offset_of!(Counter, offset);
    /// Offset of the number of bits that RDPMC says, 16 bits.
    pub const WIDTH: usize = offset_of!(Counter, width);

    /// A counter that RDPMC reads under this number, `width` bits wide, for good.
    #[must_use]
    pub const fn of_register(number: u32, width: u8) -> Self {
        Self {
            versions: [0; 2],
            lock: AtomicU32::new(0),
            index: AtomicU32::new(number + 1),
            offset: AtomicU64::new(0),
            times: [0; 2],
            capabilities: AtomicU64::new(1 << RDPMC_ALLOWED),
            width: AtomicU16::new(width as u16),
        }
    }

    /// Whether machine code may read it by RDPMC.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        self.capabilities.load(Relaxed) >> RDPMC_ALLOWED & 1 != 0 && self.index.load(Relaxed) != 0
    }
}

/// Bit of the capabilities (`cap_user_rdpmc`).
const RDPMC_ALLOWED: u32 = 2;

// As Linux lays it out.
const _: () = assert!(Counter::LOCK == 8 && Counter::INDEX == 12 && Counter::OFFSET == 16);
const _: () = assert!(offset_of!(Counter, capabilities) == 40 && Counter::WIDTH == 48);
