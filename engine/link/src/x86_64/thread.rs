//! The words of a thread, for compiled code, which has no way to name `gs`.

use crate::CoreBlock;

/// The address of the words that the block of the calling core has for its thread: the two of its side
/// stack ([`CoreBlock::SIDE_STACK`]), then the thread pointer. Touches nothing but `rax`, and works on
/// a core that has a block behind `gs`.
#[unsafe(naked)]
pub extern "C" fn thread_words() -> *mut usize {
    core::arch::naked_asm!(
        "mov rax, gs:[0]",
        "add rax, {words}",
        "ret",
        words = const CoreBlock::SIDE_STACK,
    )
}

const _: () = assert!(CoreBlock::THREAD == CoreBlock::SIDE_STACK + 16);
