//! What every core may know of code memory: where things lie and where slots lead.

use alloc::sync::Arc;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use crate::grace::Grace;
use crate::layout::{Entry, Layout};
use crate::record::Records;
use crate::sweep::Sweep;
use crate::x86_64::stubs::{STUB, THUNK};
use crate::{ProbeId, Settings, SymbolTable};

/// A function or host call that code can call: an index into the GOT.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SlotId(pub u32);

/// Code memory as cores see it: shared by all, changed by the one [`crate::Linker`] only.
///
/// Everything in it is constant or atomic, so cores read it at any moment and without a lock.
#[derive(Debug)]
pub struct CodeMap {
    pub(crate) layout: Layout,
    /// Slots declared; their stubs and thunks are written.
    declared: AtomicU32,
    symbols: Arc<SymbolTable>,
    pub(crate) records: Records,
    pub(crate) grace: Grace<Sweep>,
}

const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<CodeMap>();
};

impl CodeMap {
    pub(crate) fn new(layout: Layout, settings: Settings, symbols: Arc<SymbolTable>) -> Self {
        Self {
            layout,
            declared: AtomicU32::new(0),
            symbols,
            records: Records::new(settings.probes),
            grace: Grace::new(Sweep::default()),
        }
    }

    /// Number of slots declared: their ids are those below.
    pub fn declared(&self) -> u32 {
        self.declared.load(Ordering::Acquire)
    }

    /// One more slot is there, stub, thunk and all.
    pub(crate) fn set_declared(&self, count: u32) {
        self.declared.store(count, Ordering::Release);
    }

    /// *The* address of a function: its stub. It never changes.
    pub fn stub(&self, slot: SlotId) -> usize {
        self.layout.stubs + slot.0 as usize * STUB
    }

    /// The function whose stub lies at `address`: how a function pointer is resolved.
    #[inline]
    pub fn slot_at(&self, address: usize) -> Option<SlotId> {
        let offset = address.wrapping_sub(self.layout.stubs);
        let number = offset / STUB;
        let known = offset.is_multiple_of(STUB) && number < self.declared() as usize;
        known.then_some(SlotId(number as u32))
    }

    /// The address that calls of `slot` arrive at now, the interpreter's thunk included. Between
    /// asking and going there a core must not pass a quiescent point.
    #[inline]
    pub fn target(&self, slot: SlotId) -> usize {
        self.cell(self.slot_cell(slot)).load(Ordering::Acquire)
    }

    /// Whether calls of `slot` lead to the handler.
    pub fn is_interpreted(&self, slot: SlotId) -> bool {
        self.target(slot) == self.thunk(slot)
    }

    /// The address that leads to the handler as function `slot`.
    pub fn thunk(&self, slot: SlotId) -> usize {
        self.layout.thunks + slot.0 as usize * THUNK
    }

    /// The address that a slot must lead to for calls to be measured.
    pub fn probe_address(&self, probe: ProbeId) -> usize {
        self.layout.probe_thunks + probe.0 as usize * THUNK
    }

    /// Where measured calls return to: what stands on the stack in place of their callers.
    pub(crate) fn probe_exit(&self) -> usize {
        self.layout.entry(Entry::ProbeExit)
    }

    /// Names of addresses, to be kept by whoever handles faults: it is read without a lock.
    pub fn symbols(&self) -> Arc<SymbolTable> {
        Arc::clone(&self.symbols)
    }

    /// Address of the GOT cell of a slot.
    pub(crate) fn slot_cell(&self, slot: SlotId) -> usize {
        self.layout.got + slot.0 as usize * 8
    }

    /// A word of the data region.
    pub(crate) fn cell(&self, at: usize) -> &AtomicUsize {
        let data = self.layout.data;
        debug_assert!(
            at.is_multiple_of(8) && at >= data.base && at + 8 <= data.base + data.len,
            "{at:#x} is no word of the data region"
        );
        // SAFETY: the word lies in the data region (callers compute it from its layout), which
        // is mapped and ours; all access to words outside of variables is atomic.
        unsafe { AtomicUsize::from_ptr(at as *mut usize) }
    }
}
