//! The side stack: where compiled code puts allocas whose size is not known before.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_link::{LinkError, Linker};

/// Its symbol, as the compiler knows it: two words, the lowest address in use and the lowest
/// that may be used.
pub(crate) const SYMBOL: &str = bareflow_object::SIDE_STACK;

/// A stack that grows down, and the variable that says how far.
#[derive(Debug)]
pub(crate) struct SideStack {
    /// Address of the two words.
    pub(crate) address: u64,
    memory: Vec<u128>,
}

impl SideStack {
    /// One of `bytes` bytes.
    pub(crate) fn new(linker: &mut Linker, bytes: usize) -> Result<Self, LinkError> {
        let address = linker.define_data(SYMBOL, 16, 16)? as u64;
        let stack = Self { address, memory: vec![0; bytes / 16] };
        stack.reset();
        Ok(stack)
    }

    /// Empties it: no compiled code is under way.
    pub(crate) fn reset(&self) {
        let range = self.memory.as_ptr_range();
        let words = [range.end as u64, range.start as u64];
        // SAFETY: the variable is 16 bytes of the data pool, which only compiled code uses
        // besides.
        unsafe { (self.address as *mut [u64; 2]).write_volatile(words) };
    }
}
