//! What calls need to know of a function while code runs.

use core::ptr;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64};

use bareflow_ir::FuncId;

use super::count::claim;
use super::inst::{Inst, Ip};
use crate::World;

/// Why a call does not simply enter decoded code: bits of [`Callee::slow`].
pub(crate) mod slow {
    /// Not decoded.
    pub(crate) const UNDECODED: u32 = 1;
    /// There is native code.
    pub(crate) const NATIVE: u32 = 2;
    /// Parameter values are sampled.
    pub(crate) const SAMPLE: u32 = 4;
}

/// What a call needs to know of the function it calls.
///
/// Processors share it. Counts may lose an increment. `entry` and `frame_bytes` are stored before
/// [`slow::UNDECODED`] is taken away with release, and read after [`Callee::slow`] with acquire.
#[repr(C)]
pub(crate) struct Callee {
    /// First instruction.
    pub entry: AtomicPtr<Inst>,
    /// Bytes of a frame without its header.
    pub frame_bytes: AtomicU32,
    /// Whether and why calls take the long way.
    slow: AtomicU32,
    /// Interpreted calls.
    pub calls: AtomicU64,
    /// Count of calls to report at.
    pub hot_at: AtomicU64,
    /// Machine code, or 0.
    native: AtomicU64,
    /// Where programs see the function, once a call site has come to know it; before, what no
    /// program can have: the address of something of the interpreter.
    address: AtomicPtr<Callee>,
    pub id: FuncId,
}

/// What a call site has that has called nothing: at no address.
pub(crate) static NOBODY: Callee = Callee {
    entry: AtomicPtr::new(ptr::null_mut()),
    frame_bytes: AtomicU32::new(0),
    slow: AtomicU32::new(slow::UNDECODED),
    calls: AtomicU64::new(0),
    hot_at: AtomicU64::new(u64::MAX),
    native: AtomicU64::new(0),
    address: AtomicPtr::new((&raw const NOBODY).cast_mut()),
    id: FuncId(u32::MAX),
};

impl Callee {
    /// A function that nobody has called; `entry` stands in for its code.
    pub fn new(id: FuncId, entry: Ip, hot_at: u64) -> Self {
        Self {
            entry: AtomicPtr::new(entry.cast_mut()),
            frame_bytes: AtomicU32::new(0),
            slow: AtomicU32::new(slow::UNDECODED | slow::SAMPLE),
            calls: AtomicU64::new(0),
            hot_at: AtomicU64::new(hot_at),
            native: AtomicU64::new(0),
            address: AtomicPtr::new((&raw const NOBODY).cast_mut()),
            id,
        }
    }

    /// Why calls do not simply enter decoded code, bits of [`slow`]. With
    /// [`slow::UNDECODED`] away, `entry` and `frame_bytes` are those of the code.
    #[inline(always)]
    pub fn slow(&self) -> u32 {
        self.slow.load(Acquire)
    }

    /// Makes code known. Processors that decode the same function make the same known.
    pub fn publish(&self, entry: Ip, frame_bytes: u32) {
        self.frame_bytes.store(frame_bytes, Relaxed);
        self.entry.store(entry.cast_mut(), Relaxed);
        bareflow_baton::offer();
        self.slow.fetch_and(!slow::UNDECODED, Release);
    }

    /// From now on parameters are not looked at.
    pub fn end_samples(&self) {
        self.slow.fetch_and(!slow::SAMPLE, Relaxed);
    }

    /// The machine code that calls go to, or 0.
    pub fn native(&self) -> u64 {
        self.native.load(Acquire)
    }

    pub fn set_native(&self, entry: u64) {
        self.native.store(entry, Release);
        bareflow_baton::offer();
        if entry != 0 {
            self.slow.fetch_or(slow::NATIVE, Relaxed);
        } else {
            self.slow.fetch_and(!slow::NATIVE, Relaxed);
        }
    }

    /// Calls go to machine code outside, unless they go to some already.
    pub fn set_outside(&self, entry: u64) {
        if self.native.compare_exchange(0, entry, Release, Relaxed).is_ok() {
            self.slow.fetch_or(slow::NATIVE, Relaxed);
        }
    }

    /// Whether programs see it at this address, as far as call sites have come to know.
    #[inline(always)]
    pub fn is_at(&self, address: u64) -> bool {
        self.address.load(Relaxed) as u64 == address
    }

    /// Remembers where programs see it; whether that is here. The first address stays.
    pub fn learn_address(&self, address: u64) -> bool {
        let nowhere = (&raw const NOBODY).cast_mut();
        let at = address as *mut Callee;
        let known = self.address.compare_exchange(nowhere, at, AcqRel, Acquire);
        known.is_ok() || known == Err(at)
    }

    /// Tells the surroundings if it has been called as often as they wanted to know.
    pub fn report(&self, world: &dyn World, calls: u64) {
        if claim(&self.hot_at, calls) {
            bareflow_baton::offer();
            let next = world.hot_call(self.id, calls);
            self.hot_at.store(next.max(calls.saturating_add(1)), Relaxed);
        }
    }
}
