//! What an instruction looks like and what runs it.
//!
//! Code is direct-threaded: an instruction starts with the address of its handler, and a
//! handler ends by calling the handler of the next instruction, as a tail call. Everything a
//! handler needs comes in registers: the instruction, the frame, the context, and the last
//! result (as an integer, a double and a float), so that a result used by the very next
//! instruction does not wait for memory.

/// Runs one instruction and everything after it.
///
/// # Safety
/// Engine invariants 1 to 3: the instruction belongs to decoded code and this is its handler, the
/// frame is one of the function the code is of, and the context is that of this run.
pub(crate) type Handler = unsafe extern "sysv64" fn(Ip, Fp, Cx, u64, f64, f32);

/// The instruction that runs.
pub(crate) type Ip = *const Inst;
/// The frame: the first byte of the value frame.
pub(crate) type Fp = *mut u8;
/// The context.
pub(crate) type Cx = *mut Context;

/// What handlers on their short ways need of a run beside its frames: the first field of a
/// [`super::Run`], which the long ways get at by [`super::Run::of`].
#[repr(C)]
pub(crate) struct Context {
    /// End of the room for frames.
    pub limit: usize,
    /// The frame to go on with, where a long way says so.
    pub frame: Fp,
}

/// An instruction, or room for more operands of the one before it.
///
/// What the operands are is the handler's affair: mostly `a` is the place of the result and
/// `b` and `c` are the places of what is read, all as byte offsets in the frame.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Inst {
    pub op: Entry,
    pub a: u32,
    pub b: u32,
    pub c: u32,
    pub d: u32,
}

/// The first word of an instruction: its handler, or two operands of the one before.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) union Entry {
    pub handler: Handler,
    pub word: u64,
}

const _: () = assert!(size_of::<Inst>() == 24);

impl core::fmt::Debug for Inst {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // SAFETY: both variants are plain words.
        let op = unsafe { self.op.word };
        write!(f, "{op:#x} {} {} {} {}", self.a, self.b, self.c, self.d)
    }
}

impl Inst {
    /// Operands `c` and `d` as one number.
    #[inline(always)]
    pub fn cd(&self) -> u64 {
        u64::from(self.c) | u64::from(self.d) << 32
    }
}
