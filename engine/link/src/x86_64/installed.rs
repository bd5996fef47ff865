//! The place where a debugger hears of new code.

/// Called with every piece of code that was installed; does nothing. A debugger that stops here
/// finds the code's address and length in rdi and rsi, its name's in rdx and rcx.
#[unsafe(naked)]
#[unsafe(no_mangle)]
pub(crate) extern "C" fn bareflow_code_installed(
    address: usize,
    len: usize,
    name: *const u8,
    name_len: usize,
) {
    core::arch::naked_asm!("ret")
}
