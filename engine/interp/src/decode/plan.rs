//! What is decided about a function before code is emitted.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::cfg::Cfg;
use bareflow_ir::layout::{ValueFrame, align_of, alloc_size};
use bareflow_ir::{BlockId, Function, Module, Op, Operand, ParamAttrs, Types, ValueId};

use super::fits::{is_access, number, simple_access};

/// A local variable of fixed size, in the frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Local {
    /// Offset in bytes in the frame; with `align` above 16, only room for that.
    pub at: u32,
    /// Alignment in bytes.
    pub align: u32,
    /// Whether the address is ever needed as a value.
    pub escapes: bool,
}

/// The decisions.
pub(super) struct Plan {
    pub cfg: Cfg,
    /// Where the users of each value start in `users`; one more at the end.
    starts: Vec<u32>,
    users: Vec<u32>,
    /// The block of each instruction.
    pub block_of: Vec<BlockId>,
    /// The instruction that makes each value; `u32::MAX` for parameters.
    pub made_by: Vec<u32>,
    /// Values that are no instruction of their own but part of their users.
    pub folded: Vec<bool>,
    /// Loads that extend the sign: the extension they do.
    pub extends: Vec<Option<ValueId>>,
    /// Sign extensions that a load does.
    pub by_load: Vec<bool>,
    /// Local variables by the value of their `alloca`.
    pub locals: Vec<Option<Local>>,
    /// Values that live in the place of a phi.
    pub shares: Vec<Option<ValueId>>,
    /// Results of checked arithmetic whose two members are only ever used apart.
    pub splits: Vec<bool>,
    /// Room for copies of `byval` arguments.
    pub outgoing: u32,
    pub temp_base: u32,
    pub temp_end: u32,
    /// End of all this in the frame: where constants start.
    pub frame_end: u32,
    /// There are allocations by computed sizes.
    pub saves_high: bool,
}

/// Most bytes of local variables in one frame; larger ones are allocated as if their size
/// were computed.
const MAX_LOCAL: u64 = 1 << 20;

impl Plan {
    pub fn new(module: &Module, func: &Function, frame: &ValueFrame) -> Self {
        let cfg = Cfg::of(func);
        let mut block_of = vec![BlockId(0); func.instrs.len()];
        let mut made_by = vec![u32::MAX; func.values.len()];
        for block in &cfg.order {
            for at in func.blocks[block.index()].instrs.clone() {
                block_of[at as usize] = *block;
                if let Some(value) = func.instrs[at as usize].result {
                    made_by[value.index()] = at;
                }
            }
        }
        let (starts, users) = find_users(func, &cfg);
        let count = func.values.len();
        let mut plan = Self {
            cfg,
            starts,
            users,
            block_of,
            made_by,
            folded: vec![false; count],
            extends: vec![None; count],
            by_load: vec![false; count],
            locals: vec![None; count],
            shares: vec![None; count],
            splits: vec![false; count],
            outgoing: 0,
            temp_base: 0,
            temp_end: 0,
            frame_end: 0,
            saves_high: false,
        };
        plan.lay_out(module, func, frame);
        plan.fold(module, func);
        plan.share(module, func);
        plan
    }

    /// The instructions that use a value, once for each use.
    pub fn users(&self, value: ValueId) -> &[u32] {
        let at = value.index();
        &self.users[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// Whether `old` is the result of an insertion, in the block where `new` is made.
    pub fn is_insertion_beside(&self, func: &Function, old: ValueId, new: ValueId) -> bool {
        let (old, new) = (self.made_by[old.index()], self.made_by[new.index()]);
        let Some(instr) = func.instrs.get(old as usize) else { return false };
        matches!(instr.op, Op::InsertElement { .. } | Op::InsertValue { .. })
            && self.block_of[old as usize] == self.block_of[new as usize]
    }

    /// Whether every use of a value is in its own block.
    pub(super) fn used_at_home(&self, value: ValueId) -> bool {
        let Some(home) = self.block_of.get(self.made_by[value.index()] as usize) else {
            return false;
        };
        self.users(value).iter().all(|user| self.block_of[*user as usize] == *home)
    }

    /// Places local variables, outgoing copies and scratch space behind the values.
    fn lay_out(&mut self, module: &Module, func: &Function, frame: &ValueFrame) {
        let types = &module.types;
        let mut end = u64::from(frame.words) * 8;
        let (mut phis, mut widest) = (0u64, 0u64);
        for block in &self.cfg.order {
            let mut here = 0;
            for instr in func.block(*block) {
                widest = widest.max(alloc_size(types, instr.ty));
                if matches!(instr.op, Op::Phi { .. }) {
                    here += alloc_size(types, instr.ty).next_multiple_of(8);
                }
                if let Op::Alloca { ty, count, align } = &instr.op {
                    let Some(value) = instr.result else { continue };
                    let number = match count {
                        Operand::Const(id) => number(module, *id, 64),
                        Operand::Value(_) => None,
                    };
                    let bytes = number
                        .and_then(|count| u64::try_from(count).ok())
                        .map(|count| alloc_size(types, *ty).saturating_mul(count));
                    let align = u64::from(*align).max(align_of(types, *ty)).clamp(1, 1 << 16);
                    match bytes {
                        Some(bytes) if block.0 == 0 && bytes <= MAX_LOCAL => {
                            let at = end.next_multiple_of(align.min(16));
                            let slack = if align > 16 { align } else { 0 };
                            end = at + bytes + slack;
                            let escapes = self.users(value).iter().any(|user| {
                                let user = &func.instrs[*user as usize];
                                !is_access(&user.op, value) || !simple_access(module, func, user)
                            });
                            self.locals[value.index()] =
                                Some(Local { at: at as u32, align: align as u32, escapes });
                        }
                        _ => self.saves_high = true,
                    }
                }
                if let Op::Call(call) | Op::Invoke { call, .. } = &instr.op {
                    let room = |attrs| byval_room(types, attrs).map_or(0, |(_, room)| room);
                    let bytes: u64 = call.attrs.iter().map(room).sum();
                    self.outgoing = self.outgoing.max(u32::try_from(bytes).unwrap_or(u32::MAX));
                }
            }
            phis = phis.max(here);
        }
        self.temp_base = (end.next_multiple_of(16) + u64::from(self.outgoing)) as u32;
        self.outgoing = end.next_multiple_of(16) as u32;
        self.temp_end = self.temp_base + (phis + 4 * widest + 256).next_multiple_of(16) as u32;
        self.frame_end = self.temp_end;
    }
}

/// The alignment of the copy that is passed for a `byval` argument, and the bytes that the caller's
/// frame needs for it.
pub(super) fn byval_room(types: &Types, attrs: &ParamAttrs) -> Option<(u64, u64)> {
    let ty = attrs.byval?;
    let align = if attrs.align == 0 { align_of(types, ty) } else { attrs.align.into() };
    let bytes = alloc_size(types, ty).next_multiple_of(16);
    // Frames are 16-aligned: what asks for more is first copied to the frame and then to where
    // its alignment puts it.
    Some((align, if align > 16 { 2 * bytes + align } else { bytes }))
}

/// Lists the users of each value, among reachable instructions.
fn find_users(func: &Function, cfg: &Cfg) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0u32; func.values.len() + 1];
    let each = |visit: &mut dyn FnMut(ValueId, u32)| {
        for block in &cfg.order {
            for at in func.blocks[block.index()].instrs.clone() {
                func.instrs[at as usize].op.operands(|operand| {
                    if let Operand::Value(value) = operand {
                        visit(value, at);
                    }
                });
            }
        }
    };
    each(&mut |value, _| starts[value.index() + 1] += 1);
    for index in 1..starts.len() {
        starts[index] += starts[index - 1];
    }
    let mut next = starts.clone();
    let mut users = vec![0u32; starts.last().copied().unwrap_or(0) as usize];
    each(&mut |value, at| {
        users[next[value.index()] as usize] = at;
        next[value.index()] += 1;
    });
    (starts, users)
}
