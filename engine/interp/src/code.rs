//! Decoded code: what an instruction looks like and what runs it.
//!
//! Code is direct-threaded: an instruction starts with the address of its handler, and a
//! handler ends by calling the handler of the next instruction, as a tail call. Everything a
//! handler needs comes in registers: the instruction, the frame, the context, and the last
//! result (as an integer, a double and a float), so that a result used by the very next
//! instruction does not wait for memory.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64};

use bareflow_ir::{BlockId, FuncId};

use crate::op::call::Site;
use crate::op::lanes::LaneDesc;
use crate::op::limbs::LimbDesc;
use crate::{Interp, Stack, Trap, World};

/// Runs one instruction and everything after it.
///
/// # Safety
/// The instruction belongs to decoded code and this is its handler; the frame is one of the
/// function the code is of.
pub(crate) type Handler = unsafe extern "sysv64" fn(Ip, Fp, Cx, u64, f64, f32);

/// The instruction that runs.
pub(crate) type Ip = *const Inst;
/// The frame: the first byte of the value frame.
pub(crate) type Fp = *mut u8;
/// The context.
pub(crate) type Cx = *mut Context;

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

/// The instructions of a function. Counts in them change while they run, so no reference to
/// all of them may exist.
pub(crate) struct Insts(NonNull<[Inst]>);

impl Insts {
    pub fn new(insts: Vec<Inst>) -> Self {
        Self(NonNull::from(Box::leak(insts.into_boxed_slice())))
    }

    /// The first instruction.
    pub fn start(&self) -> *mut Inst {
        self.0.as_ptr().cast()
    }

    /// All of them as plain words.
    pub fn words(&self) -> Vec<[u64; 3]> {
        let start = self.start().cast::<[u64; 3]>();
        // SAFETY: an instruction is three words.
        (0..self.0.len()).map(|at| unsafe { start.add(at).read() }).collect()
    }

    /// Whether an instruction is one of these.
    pub fn contains(&self, ip: Ip) -> bool {
        self.index(ip) < self.0.len()
    }

    /// Position of an instruction.
    pub fn index(&self, ip: Ip) -> usize {
        (ip as usize).wrapping_sub(self.start() as usize) / size_of::<Inst>()
    }
}

impl Drop for Insts {
    fn drop(&mut self) {
        // SAFETY: it came from a box.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// Something whose address is in instructions.
pub(crate) struct Kept<T>(NonNull<T>);

impl<T> Kept<T> {
    pub fn new(value: T) -> Self {
        Self(NonNull::from(Box::leak(Box::new(value))))
    }

    /// Its address.
    pub fn address(&self) -> u64 {
        self.0.as_ptr() as u64
    }
}

impl<T> core::ops::Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: it lives as long as this, and instructions only share it.
        unsafe { self.0.as_ref() }
    }
}

impl<T> Drop for Kept<T> {
    fn drop(&mut self) {
        // SAFETY: it came from a box.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

/// Bytes below a frame that link it to its caller.
pub(crate) const HEADER: usize = 48;

/// What lies below a frame, the last field directly below it.
#[repr(C)]
pub(crate) struct Header {
    /// What `llvm.stackrestore` at the return sets: the end of free stack at the call.
    pub high: usize,
    /// The stack arguments behind the fixed ones, of a variadic call.
    pub overflow: *mut u8,
    /// The register save area of a variadic call.
    pub save: *mut u8,
    /// Where the result goes.
    pub dst: *mut u8,
    /// The caller's frame.
    pub fp: Fp,
    /// Where the caller goes on.
    pub ip: Ip,
}

const _: () = assert!(size_of::<Header>() == HEADER);
const _: () = assert!(size_of::<Inst>() == 24);

/// The header of a frame.
///
/// # Safety
/// `fp` is a frame.
#[inline(always)]
pub(crate) unsafe fn header(fp: Fp) -> *mut Header {
    // SAFETY: a header lies below every frame.
    unsafe { fp.sub(HEADER).cast() }
}

/// What a run of interpreted code needs beside its frames.
pub(crate) struct Context {
    /// End of the room for frames.
    pub limit: usize,
    pub interp: *const Interp,
    pub world: *const dyn World,
    pub stack: *const Stack,
    /// The frame to go on with, when a function says so.
    pub frame: Fp,
    /// Where the first frame of the run began.
    pub begin: *mut u8,
    /// Where the arguments came from, if machine code has entered the run.
    pub entered: Option<Entered>,
    /// When the run has ended with a call that whoever entered it has to make: where to.
    pub goes_to: u64,
    /// Why the run ended, if not by returning.
    pub trap: Option<Trap>,
}

/// The arguments of a run that machine code has entered.
#[derive(Clone, Copy)]
pub(crate) struct Entered {
    pub regs: *mut crate::RegFrame,
    pub stack: *mut u8,
    /// Bytes at `stack`.
    pub stack_bytes: u32,
    /// Where a result in memory goes.
    pub hidden: u64,
}

/// Why a call does not simply enter decoded code: bits of [`FuncState::slow`].
pub(crate) mod slow {
    /// Not decoded.
    pub(crate) const UNDECODED: u32 = 1;
    /// There is native code.
    pub(crate) const NATIVE: u32 = 2;
    /// Parameter values are sampled.
    pub(crate) const SAMPLE: u32 = 4;
}

/// What a call needs to know of the function it calls.
///
/// All fields are atomic since processors share them; counts may lose an increment.
#[repr(C)]
pub(crate) struct FuncState {
    /// First instruction.
    pub entry: AtomicPtr<Inst>,
    /// Bytes of a frame without its header.
    pub frame_bytes: AtomicU32,
    /// Whether and why calls take the long way.
    pub slow: AtomicU32,
    /// Interpreted calls.
    pub calls: AtomicU64,
    /// Count of calls to report at.
    pub hot_at: AtomicU64,
    /// Machine code, or 0.
    pub native: AtomicU64,
    pub id: FuncId,
}

/// Decoded code of one function.
pub(crate) struct Code {
    pub insts: Insts,
    /// Words that are copied into the frame at its start.
    #[expect(dead_code, reason = "the first instruction holds their address")]
    pub consts: Vec<u64>,
    /// Bytes of a frame.
    pub frame_bytes: u32,
    /// It allocates by computed sizes, so its returns free that.
    pub saves_high: bool,
    /// First instruction of each block, in order of instructions.
    pub blocks: Vec<(u32, BlockId)>,
    /// Back edges: the instruction that counts, and the loop header it goes to.
    pub back_edges: Vec<(u32, BlockId)>,
    /// What to do to the frame before compiled code goes on with it.
    pub osr_moves: Vec<OsrMove>,
    /// Where the counts of each block's terminator are, by block.
    pub counts: Vec<Counts>,
    /// Jump tables.
    pub switches: Vec<Kept<Switch>>,
    /// Indirect call sites.
    pub sites: Vec<Kept<Site>>,
    /// What functions on lanes and limbs and with long operands point to.
    #[expect(dead_code, reason = "instructions hold their addresses")]
    pub lane_descs: Vec<Kept<LaneDesc>>,
    #[expect(dead_code, reason = "instructions hold their addresses")]
    pub limb_descs: Vec<Kept<LimbDesc>>,
}

/// A value that decoded code keeps elsewhere than where the value frame has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OsrMove {
    /// Copy `bytes` (at most 8: filled up with zeros to a word).
    Copy { to: u32, from: u32, bytes: u32 },
    /// The address of a local variable.
    Address { to: u32, local: u32, align: u32 },
}

/// Where the executions of a block's outgoing edges are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Counts {
    /// Nowhere: as often as the block is entered, all to the first successor.
    None,
    /// By the instruction at this index; whether `then` is the side that jumps.
    Branch { inst: u32, then_jumps: bool },
    /// By the jump instruction at this index: the block has one successor.
    Jump { inst: u32 },
    /// By a switch or an indirect branch.
    Switch(u32),
}

/// A `switch` or `indirectbr`.
#[derive(Debug)]
pub(crate) struct Switch {
    /// Values in increasing order and the index of their target; empty if `dense` is not.
    pub sorted: Vec<(u64, u32)>,
    /// First value of `dense`.
    pub base: u64,
    /// Index of the target for each value from `base` on.
    pub dense: Vec<u32>,
    /// The same of integers of more than 64 bits: little-endian limbs.
    pub wide: Vec<(Vec<u64>, u32)>,
    /// Instruction of each target, and how often it was taken: the default first, then the
    /// cases in order.
    pub targets: Vec<Target>,
    /// An `indirectbr`: no default.
    pub labels: bool,
}

/// A target of a [`Switch`].
#[derive(Debug)]
pub(crate) struct Target {
    /// Index of the instruction, then distance in bytes from the switch.
    pub at: i64,
    pub count: AtomicU64,
}

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
