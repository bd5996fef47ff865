//! Makes the processor fetch its next instructions anew.

/// Executes a serialising instruction (Intel SDM volume 3, section 9.3): an `iretq` to the caller.
/// Unlike `cpuid` it does not make a hypervisor step in, and every processor has it.
#[unsafe(naked)]
pub(crate) extern "C" fn serialise() {
    core::arch::naked_asm!(
        "pop rcx",
        "mov rdx, rsp",
        "mov eax, ss",
        "push rax",
        "push rdx",
        "pushfq",
        "mov eax, cs",
        "push rax",
        "push rcx",
        "iretq",
    )
}
