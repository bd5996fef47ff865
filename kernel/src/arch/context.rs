//! A program that the kernel runs beside itself, while it does not run.

/// Its registers, and where the kernel goes on when it stops.
///
/// # Invariants
/// While a processor's block points to a context, that processor is in its program, or on the few
/// instructions of the way there and back, and `kernel` is where the kernel's own stack ends.
#[derive(Clone, Debug)]
#[repr(C, align(16))]
pub struct Context {
    /// x87 and SSE, as FXSAVE has them. The program stops in calls of functions only, which keep
    /// no more of vector registers.
    pub(super) vectors: [u8; 512],
    pub(super) kernel: u64,
    /// Address of the next instruction.
    pub rip: u64,
    /// Stack pointer.
    pub rsp: u64,
    /// What it asks for; what it is answered.
    pub rax: u64,
    pub(super) rbx: u64,
    pub(super) rbp: u64,
    /// First argument.
    pub rdi: u64,
    /// Second argument.
    pub rsi: u64,
    /// Third argument.
    pub rdx: u64,
    /// Fourth argument.
    pub r10: u64,
    /// Fifth argument.
    pub r8: u64,
    /// Sixth argument.
    pub r9: u64,
    pub(super) r12: u64,
    pub(super) r13: u64,
    pub(super) r14: u64,
    pub(super) r15: u64,
}

#[cfg(feature = "engine")]
impl Context {
    /// A program that begins at `rip` with the stack `rsp`.
    pub fn new(rip: u64, rsp: u64) -> Self {
        let mut vectors = [0; 512];
        // All exceptions masked: the x87 control word, and MXCSR.
        vectors[..2].copy_from_slice(&0x37f_u16.to_le_bytes());
        vectors[24..28].copy_from_slice(&0x1f80_u32.to_le_bytes());
        Self {
            vectors,
            kernel: 0,
            rip,
            rsp,
            rax: 0,
            rbx: 0,
            rbp: 0,
            rdi: 0,
            rsi: 0,
            rdx: 0,
            r10: 0,
            r8: 0,
            r9: 0,
            r12: 0,
            r13: 0,
            r14: 0,
            r15: 0,
        }
    }
}
