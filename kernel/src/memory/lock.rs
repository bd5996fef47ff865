//! The lock on physical memory and page tables, which knows who holds it.
//!
//! A page fault takes it, too. Where another processor holds it, the fault waits; where its own
//! does, that is a defect of this kernel (invariant 7), and waiting would last for ever.

use core::ops::{Deref, DerefMut};
use core::sync::atomic::{AtomicPtr, Ordering};

use spin::{Mutex, MutexGuard};

use super::state::Memory;
use crate::arch::gs;
use crate::cores::{self, Block};

static MEMORY: Mutex<Option<Memory>> = Mutex::new(None);

/// Whose processor holds the lock.
static OWNER: AtomicPtr<Block> = AtomicPtr::new(core::ptr::null_mut());

/// The memory, locked.
pub struct Held(MutexGuard<'static, Option<Memory>>);

impl Held {
    fn new(guard: MutexGuard<'static, Option<Memory>>) -> Self {
        OWNER.store(core::ptr::from_ref(gs::block()).cast_mut(), Ordering::Relaxed);
        Held(guard)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        OWNER.store(core::ptr::null_mut(), Ordering::Relaxed);
    }
}

impl Deref for Held {
    type Target = Option<Memory>;

    fn deref(&self) -> &Option<Memory> {
        &self.0
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut Option<Memory> {
        &mut self.0
    }
}

/// Waits for the lock. Whoever calls this does not hold it.
pub fn hold() -> Held {
    Held::new(MEMORY.lock())
}

/// Takes the lock if nobody has it.
pub fn try_hold() -> Option<Held> {
    MEMORY.try_lock().map(Held::new)
}

/// Waits for the lock as long as `in_time` allows; gives up at once where waiting would be for
/// oneself.
pub fn hold_while(in_time: impl Fn() -> bool) -> Option<Held> {
    let me = core::ptr::from_ref(gs::block()).cast_mut();
    loop {
        if let Some(held) = try_hold() {
            return Some(held);
        }
        if OWNER.load(Ordering::Relaxed) == me || !in_time() {
            return None;
        }
        core::hint::spin_loop();
    }
}

/// Waits for the lock in a page fault: for other processors, unless they stand still because the
/// machine ends.
pub fn hold_in_fault() -> Option<Held> {
    hold_while(|| !cores::is_ending())
}
