//! What a processor's segment registers refer to.

use core::cell::UnsafeCell;

/// What a processor's segment registers refer to: null, flat code, and the task state.
#[derive(Debug)]
#[repr(C, align(16))]
pub struct Segments {
    pub table: UnsafeCell<[u64; 4]>,
    /// The task state: 104 bytes, of which one address is used, at the first place of the table of
    /// interrupt stacks.
    pub task: UnsafeCell<[u32; 26]>,
}

// SAFETY: only the processor that owns them touches them.
unsafe impl Sync for Segments {}

impl Segments {
    /// Before [`super::guard::load`].
    pub const fn new() -> Self {
        Self { table: UnsafeCell::new([0; 4]), task: UnsafeCell::new([0; 26]) }
    }
}
