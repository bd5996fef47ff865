//! The side stack: where compiled code puts allocas whose size is not known before.

use alloc::boxed::Box;
use core::mem::MaybeUninit;

use bareflow_link::CoreBlock;

/// Its share of the size of the stack: few functions need it.
const SHARE: usize = 8;

/// A stack that grows down. Its two words are in the block of its processor.
#[derive(Debug)]
pub(crate) struct SideStack {
    /// Not cleared, as no stack is: that would cost a program that starts more than all else.
    memory: Box<[MaybeUninit<u128>]>,
}

impl SideStack {
    /// One for a processor whose stack has that many bytes.
    pub(crate) fn beside(stack: usize) -> Self {
        Self { memory: Box::new_uninit_slice(stack / SHARE / size_of::<u128>()) }
    }

    /// Empties it: no compiled code is under way.
    pub(crate) fn reset(&self, block: &CoreBlock) {
        let range = self.memory.as_ptr_range();
        block.set_side_stack(range.end.expose_provenance(), range.start.expose_provenance());
    }
}
