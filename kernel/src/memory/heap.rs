//! The kernel's heap: talc over a window that is filled from its base as it grows.

use core::alloc::Layout;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicBool, Ordering};

use bareflow_machine::windows::{KERNEL_HEAP, STEP};
use talc::TalcLock;
use talc::base::Talc;
use talc::base::binning::Binning;
use talc::source::Source;

#[global_allocator]
static HEAP: TalcLock<Lock, Grow> = TalcLock::new(Grow { end: None });

/// Least growth: large enough that growing is rare, and so small that a program which happens to need
/// the next byte does not pay for much more.
const LEAST: u64 = 64 << 10;

/// A lock for talc.
struct Lock(AtomicBool);

// SAFETY: the flag is set by one at a time, with acquire and release ordering.
unsafe impl lock_api::RawMutex for Lock {
    const INIT: Self = Lock(AtomicBool::new(false));
    type GuardMarker = lock_api::GuardSend;

    fn lock(&self) {
        while !self.try_lock() {
            core::hint::spin_loop();
        }
    }

    fn try_lock(&self) -> bool {
        !self.0.swap(true, Ordering::Acquire)
    }

    unsafe fn unlock(&self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Where the heap ends now; `None` before its first byte.
#[derive(Debug)]
struct Grow {
    end: Option<NonNull<u8>>,
}

// SAFETY: the pointer is an address of memory that this heap alone owns.
unsafe impl Send for Grow {}

// SAFETY: filling memory allocates nothing from this heap.
unsafe impl Source for Grow {
    fn acquire<B: Binning>(talc: &mut Talc<Self, B>, layout: Layout) -> Result<(), ()> {
        let at = talc.source.end.map_or(KERNEL_HEAP.base, |end| end.addr().get() as u64);
        let wanted = (layout.size() as u64).checked_add(layout.align() as u64 + 4096).ok_or(())?;
        // A part of what is there already keeps the number of steps small.
        let step = LEAST.max((at - KERNEL_HEAP.base) / 64);
        let new_end = at.checked_add(wanted.max(step)).ok_or(())?.next_multiple_of(STEP);
        if new_end > KERNEL_HEAP.end() {
            return Err(());
        }
        // The end that talc knows may lie a little below the end of the pages.
        let mapped = at.next_multiple_of(STEP);
        super::with(|m| m.fill(mapped, new_end - mapped)).ok_or(())?;
        let end = core::ptr::with_exposed_provenance_mut::<u8>(new_end as usize);
        talc.source.end = match talc.source.end {
            // SAFETY: the memory up to there was just mapped, and is this heap's alone.
            Some(old) => Some(unsafe { talc.extend(old, end) }),
            None => {
                let base = core::ptr::with_exposed_provenance_mut::<u8>(at as usize);
                // SAFETY: as above.
                unsafe { talc.claim(base, (new_end - at) as usize) }
            }
        };
        Ok(())
    }
}
