//! Decoded code of a function, and what its instructions point to.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ptr::NonNull;

use bareflow_ir::BlockId;

use crate::machine::{Inst, Ip, OsrMove};
use crate::op::lanes::LaneDesc;
use crate::op::limbs::LimbDesc;
use crate::op::site::Site;
use crate::op::switch::Switch;

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

// SAFETY: engine invariant 4: code is not changed but for its counts, and those are atomic.
unsafe impl Send for Insts {}
// SAFETY: as above.
unsafe impl Sync for Insts {}

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

// SAFETY: it is a box that is never moved out of.
unsafe impl<T: Send> Send for Kept<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Kept<T> {}
