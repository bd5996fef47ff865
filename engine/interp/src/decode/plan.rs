//! What is decided about a function before code is emitted.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::cfg::Cfg;
use bareflow_ir::layout::{ValueFrame, align_of, alloc_size};
use bareflow_ir::{
    BlockId, CastOp, ConstId, ConstKind, Function, Module, Op, Operand, Type, ValueId,
};

use super::{Kind, kind_of, regular};

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

/// The value of a constant integer of `bits` (at most 64) that has no address in it,
/// sign-extended.
pub(super) fn number(module: &Module, id: ConstId, bits: u32) -> Option<i64> {
    let value = match module.constant(id).kind {
        ConstKind::Int(value) => value,
        ConstKind::Zero | ConstKind::Undef | ConstKind::Poison => 0,
        _ => return None,
    };
    let shift = 64 - bits.clamp(1, 64);
    Some((value << shift) as i64 >> shift)
}

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
    fn used_at_home(&self, value: ValueId) -> bool {
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
                    let copies = call.attrs.iter().filter_map(|attrs| attrs.byval);
                    let bytes: u64 =
                        copies.map(|ty| alloc_size(types, ty).next_multiple_of(16)).sum();
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

    /// Finds what need not be an instruction of its own.
    fn fold(&mut self, module: &Module, func: &Function) {
        for at in 0..func.instrs.len() as u32 {
            let instr = &func.instrs[at as usize];
            let Some(value) = instr.result else { continue };
            if self.made_by[value.index()] != at {
                continue;
            }
            let users = self.users(value);
            let user = |index: usize| &func.instrs[users[index] as usize].op;
            let fold = match &instr.op {
                Op::ICmp { lhs, .. } => {
                    let kind = kind_of(&module.types, func.operand_type(module, *lhs));
                    users.len() == 1
                        && matches!(kind, Kind::Int(bits) if regular(bits))
                        && matches!(user(0), Op::CondBr { .. })
                        && self.used_at_home(value)
                }
                Op::FCmp { lhs, .. } => {
                    let kind = kind_of(&module.types, func.operand_type(module, *lhs));
                    users.len() == 1
                        && matches!(kind, Kind::F32 | Kind::F64)
                        && matches!(user(0), Op::CondBr { .. })
                        && self.used_at_home(value)
                }
                Op::Gep { ty, base, indices, .. } => {
                    !users.is_empty()
                        && users.iter().all(|user| {
                            let user = &func.instrs[*user as usize];
                            is_access(&user.op, value) && simple_access(module, func, user)
                        })
                        && self.used_at_home(value)
                        && super::address::is_mode(module, func, *ty, *base, indices)
                }
                Op::Cast { op: CastOp::SExt, value: from, .. } => {
                    let types = &module.types;
                    !users.is_empty()
                        && *types.get(instr.ty) == Type::Int(64)
                        && *types.get(func.operand_type(module, *from)) == Type::Int(32)
                        && matches!(from, Operand::Value(_))
                        && users.iter().all(|user| is_index(&func.instrs[*user as usize].op, value))
                        && self.used_at_home(value)
                }
                Op::Call(call) => {
                    let is_extract = |user: &u32| {
                        let op = &func.instrs[*user as usize].op;
                        matches!(op, Op::ExtractValue { path, .. } if path.len() == 1)
                    };
                    let checked = module.direct_callee(call.callee).is_some_and(|callee| {
                        let name = module.func(callee).name.as_str();
                        name.starts_with("llvm.") && name.contains(".with.overflow.i")
                    });
                    let first = call.args.first();
                    let kind =
                        first.map(|arg| kind_of(&module.types, func.operand_type(module, *arg)));
                    self.splits[value.index()] = checked
                        && matches!(kind, Some(Kind::Int(bits)) if regular(bits))
                        && users.iter().all(is_extract)
                        && self.used_at_home(value);
                    false
                }
                Op::Load { .. } => {
                    if users.len() == 1
                        && self.used_at_home(value)
                        && let Op::Cast { op: CastOp::SExt, .. } = user(0)
                        && let Some(extension) = func.instrs[users[0] as usize].result
                    {
                        let bits = |value| match kind_of(&module.types, func.value_type(value)) {
                            Kind::Int(bits) if regular(bits) => Some(bits),
                            _ => None,
                        };
                        if bits(value).is_some() && bits(extension).is_some() {
                            self.extends[value.index()] = Some(extension);
                        }
                    }
                    false
                }
                _ => false,
            };
            self.folded[value.index()] = fold;
        }
        // An extension is either done by the load or part of an address, not both.
        for value in 0..self.extends.len() {
            if let Some(extension) = self.extends[value] {
                self.folded[extension.index()] = true;
                self.by_load[extension.index()] = true;
            }
        }
    }
}

/// Whether an instruction uses a value only as the address it loads from or stores to.
fn is_access(op: &Op, value: ValueId) -> bool {
    let this = Operand::Value(value);
    match op {
        Op::Load { ptr, atomic: None, .. } => *ptr == this,
        Op::Store { ptr, value, atomic: None, .. } => *ptr == this && *value != this,
        _ => false,
    }
}

/// Whether a load or store is done by an instruction with an address mode.
fn simple_access(module: &Module, func: &Function, instr: &bareflow_ir::Instr) -> bool {
    let ty = match &instr.op {
        Op::Store { value, .. } => func.operand_type(module, *value),
        _ => instr.ty,
    };
    super::memory::access(&module.types, ty).is_some()
}

/// Whether an instruction uses a value only as index in address arithmetic on one pointer.
fn is_index(op: &Op, value: ValueId) -> bool {
    match op {
        Op::Gep { base, .. } => *base != Operand::Value(value),
        _ => false,
    }
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
