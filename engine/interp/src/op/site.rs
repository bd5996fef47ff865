//! Indirect call sites: what they called, and how often.
//!
//! A site goes straight to the function it called last if that is at the address it is about to
//! call. Processors share it, so what it knows is one word: a function. Which address that is at is
//! known by the function itself and never changes, so no processor can find one's address beside
//! another's function.

use core::ptr;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64};

use bareflow_ir::{FuncId, TypeId};

use crate::bridge::Bridge;
use crate::machine::{Callee, NOBODY, bump};

/// Targets that a call site tells apart.
const TARGETS: usize = 4;

/// An indirect call.
#[derive(Debug)]
pub(crate) struct Site {
    /// Position of the call in [`bareflow_ir::Function::instrs`].
    pub instr: u32,
    /// The function type the caller assumes.
    pub ty: TypeId,
    /// What was called. The first [`TARGETS`] stay what they became; the last one is the latest of
    /// all others.
    targets: [Target; TARGETS + 1],
    /// Which of them was called last, if its type is the assumed one.
    last: AtomicU32,
    /// How the call looks to anyone outside.
    pub bridge: Bridge,
}

/// What a site called, and how often.
#[derive(Debug)]
pub(crate) struct Target {
    callee: AtomicPtr<Callee>,
    count: AtomicU64,
}

impl Target {
    fn new() -> Self {
        let callee = AtomicPtr::new((&raw const NOBODY).cast_mut());
        Self { callee, count: AtomicU64::new(0) }
    }

    /// The function.
    #[inline(always)]
    fn callee(&self) -> &Callee {
        // SAFETY: engine invariant 4: `NOBODY` and the functions of the program outlive the site.
        unsafe { &*self.callee.load(Acquire) }
    }
}

impl Site {
    pub fn new(instr: u32, ty: TypeId, bridge: Bridge) -> Self {
        let targets = core::array::from_fn(|_| Target::new());
        Self { instr, ty, targets, last: AtomicU32::new(0), bridge }
    }

    /// The function called last, if that is at this address; the call is counted.
    #[inline(always)]
    pub fn again(&self, address: u64) -> Option<&Callee> {
        let target = &self.targets[(self.last.load(Relaxed) as usize).min(TARGETS)];
        let callee = target.callee();
        if !callee.is_at(address) {
            return None;
        }
        bump(&target.count);
        Some(callee)
    }

    /// Counts a call of a function that has the assumed type, and goes straight to it next time.
    pub fn learn(&self, callee: &Callee) {
        let at = self.target_of(callee);
        bareflow_baton::offer();
        if at == TARGETS {
            self.targets[at].callee.store(ptr::from_ref(callee).cast_mut(), Release);
        }
        bareflow_baton::offer();
        self.last.store(at as u32, Relaxed);
        bump(&self.targets[at].count);
    }

    /// Counts a call of a function of any type.
    pub fn count(&self, callee: &Callee) {
        bump(&self.targets[self.target_of(callee)].count);
    }

    /// Counts a call of what is no function of the program.
    pub fn count_other(&self) {
        bump(&self.targets[TARGETS].count);
    }

    /// Which target a function is: the one it has, a free one, or the last.
    fn target_of(&self, callee: &Callee) -> usize {
        let (free, own) = ((&raw const NOBODY).cast_mut(), ptr::from_ref(callee).cast_mut());
        let is_own = |target: &Target| {
            let taken = target.callee.compare_exchange(free, own, AcqRel, Acquire);
            taken.is_ok() || taken == Err(own)
        };
        self.targets[..TARGETS].iter().position(is_own).unwrap_or(TARGETS)
    }

    /// The functions that are told apart, and how often each was called.
    pub fn targets(&self) -> impl Iterator<Item = (FuncId, u64)> {
        let known = self.targets[..TARGETS].iter().map(|target| {
            let count = target.count.load(Relaxed);
            (target.callee().id, count)
        });
        known.filter(|(id, _)| *id != NOBODY.id)
    }

    /// Calls of everything else.
    pub fn others(&self) -> u64 {
        self.targets[TARGETS].count.load(Relaxed)
    }
}
