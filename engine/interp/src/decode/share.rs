//! Lets values that flow into a phi live in the phi's place, so that loops need no copies.
//!
//! That is right as long as no two values that share a place are needed at once: when one is
//! made, the others must be dead. Whether they are is found by walking forward from there to
//! their uses. A use counts where it happens in the code: operands of what is folded into
//! another instruction are used there, and a value that may live in its operand's place (a
//! conversion that changes nothing) makes its uses those of the operand.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::layout::alloc_size;
use bareflow_ir::{BlockId, CastOp, Function, Module, Op, Operand, ValueId};

use super::plan::Plan;

/// Blocks walked through before a value is taken to be needed.
const MAX_WALK: usize = 256;
/// Uses looked at before a value is taken to be needed.
const MAX_USES: usize = 64;

/// A moment: behind the instruction at `at` in `block`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Moment {
    block: BlockId,
    /// Position of an instruction; of the first one in a block minus 1 for its start (0 for
    /// the start of the function, which no value is made at).
    at: u32,
}

/// A value that shares a place: when it is made, and when it is used.
#[derive(Clone, Debug)]
struct Member {
    made: Moment,
    /// A phi is made on every way into its block.
    is_phi: bool,
    uses: Vec<Moment>,
}

/// What is known of blocks on one walk. All walks through a function use one of these, since a walk goes to few of the
/// blocks of a large function: what was noted on an earlier one has an older number.
struct Walk {
    number: u32,
    /// By block: the last walk that came to it.
    seen: Vec<u32>,
    /// By block: the last walk that looked for a value with a use in it.
    used: Vec<u32>,
    stack: Vec<BlockId>,
}

impl Walk {
    fn new(func: &Function) -> Self {
        let blocks = func.blocks.len();
        Self { number: 0, seen: vec![0; blocks], used: vec![0; blocks], stack: Vec::new() }
    }

    /// Begins another walk, at `from`, after uses in these blocks.
    fn begin(&mut self, from: BlockId, uses: &[Moment]) {
        self.number += 1;
        self.stack.clear();
        self.stack.push(from);
        self.seen[from.index()] = self.number;
        uses.iter().for_each(|use_| self.used[use_.block.index()] = self.number);
    }

    fn has_seen(&self, block: BlockId) -> bool {
        self.seen[block.index()] == self.number
    }

    fn has_use(&self, block: BlockId) -> bool {
        self.used[block.index()] == self.number
    }
}

impl Plan {
    /// Decides which values share the places of phis.
    pub(super) fn share(&mut self, module: &Module, func: &Function) {
        let mut walk = Walk::new(func);
        for index in 0..self.cfg.order.len() {
            let block = self.cfg.order[index];
            for instr in func.block(block) {
                let (Op::Phi { incoming }, Some(phi)) = (&instr.op, instr.result) else { break };
                let first = func.blocks[block.index()].instrs.start;
                let made = Moment { block, at: first.wrapping_sub(1) };
                let Some(uses) = self.uses(module, func, phi) else { continue };
                let mut members = vec![Member { made, is_phi: true, uses }];
                for (operand, from) in incoming {
                    if self.cfg.position[from.index()].is_none() {
                        continue;
                    }
                    let Operand::Value(value) = *operand else { continue };
                    if let Some(member) = self.candidate(module, func, value, phi)
                        && members.iter().all(|other| self.apart(func, &mut walk, &member, other))
                    {
                        members.push(member);
                        self.shares[value.index()] = Some(phi);
                    }
                }
            }
        }
    }

    /// The value as a member of the phi's place, if it can be one at all.
    fn candidate(
        &self,
        module: &Module,
        func: &Function,
        value: ValueId,
        phi: ValueId,
    ) -> Option<Member> {
        let at = self.made_by[value.index()];
        let instr = func.instrs.get(at as usize)?;
        let words = |value: ValueId| alloc_size(&module.types, func.value_type(value)).div_ceil(8);
        let of_split =
            |agg: &Operand| matches!(agg, Operand::Value(agg) if self.splits[agg.index()]);
        let excluded = match &instr.op {
            Op::Phi { .. } | Op::Alloca { .. } => true,
            // Written where the arithmetic is done.
            Op::ExtractValue { agg, .. } => of_split(agg),
            // Ends its block, and goes on in another one.
            Op::Invoke { .. } => true,
            _ => false,
        };
        if excluded
            || self.folded[value.index()]
            || self.splits[value.index()]
            || self.extends[value.index()].is_some()
            || self.shares[value.index()].is_some()
            || words(value) != words(phi)
        {
            return None;
        }
        let made = Moment { block: self.block_of[at as usize], at };
        Some(Member { made, is_phi: false, uses: self.uses(module, func, value)? })
    }

    /// Whether neither value is needed when the other is made.
    fn apart(&self, func: &Function, walk: &mut Walk, a: &Member, b: &Member) -> bool {
        !self.needed(func, walk, a, b.made) && !self.needed(func, walk, b, a.made)
    }

    /// Whether a value is still needed at a moment: one of its uses can be reached without its
    /// being made anew.
    fn needed(&self, func: &Function, walk: &mut Walk, member: &Member, moment: Moment) -> bool {
        // Positions count from the start of a block, which is one before its first.
        let after = |at: u32, moment: Moment| at.wrapping_add(1) > moment.at.wrapping_add(1);
        let made_later = member.made.block == moment.block && after(member.made.at, moment);
        let here = |use_: &Moment| {
            use_.block == moment.block
                && after(use_.at, moment)
                && !(made_later && after(use_.at, member.made))
        };
        if member.uses.iter().any(here) {
            return true;
        }
        if made_later {
            return false;
        }
        walk.begin(moment.block, &member.uses);
        let (mut first, mut blocks) = (true, 1);
        while let Some(block) = walk.stack.pop() {
            let mut found = false;
            func.terminator(block).op.successors(|to| {
                // A phi is made anew on entering its block; anything else somewhere in its.
                if found || member.is_phi && to == member.made.block {
                    return;
                }
                // The starting block counts once more when it is come back to.
                let again = to == moment.block && core::mem::take(&mut first);
                if walk.has_seen(to) && !again {
                    return;
                }
                let in_time = |use_: &Moment| {
                    use_.block == to && (to != member.made.block || use_.at < member.made.at)
                };
                if walk.has_use(to) && member.uses.iter().any(in_time) {
                    found = true;
                    return;
                }
                if !member.is_phi && to == member.made.block {
                    return;
                }
                if !walk.has_seen(to) {
                    walk.seen[to.index()] = walk.number;
                    walk.stack.push(to);
                    blocks += 1;
                }
                found |= blocks > MAX_WALK;
            });
            if found {
                return true;
            }
        }
        false
    }

    /// When a value is used; `None` if that is too much to tell.
    fn uses(&self, module: &Module, func: &Function, value: ValueId) -> Option<Vec<Moment>> {
        let mut list = Vec::new();
        let mut pending = vec![value];
        let mut known = vec![value];
        while let Some(value) = pending.pop() {
            for user in self.users(value) {
                let instr = &func.instrs[*user as usize];
                let block = self.block_of[*user as usize];
                if let Op::Phi { incoming } = &instr.op {
                    for (operand, from) in incoming {
                        if *operand == Operand::Value(value) {
                            let at = func.blocks[from.index()].instrs.end - 1;
                            list.push(Moment { block: *from, at });
                        }
                    }
                } else {
                    list.push(Moment { block, at: *user });
                }
                if let Some(result) = instr.result
                    && (self.folded[result.index()] || may_stay(module, &instr.op))
                    && !known.contains(&result)
                {
                    known.push(result);
                    pending.push(result);
                }
                if list.len() > MAX_USES {
                    return None;
                }
            }
        }
        Some(list)
    }
}

/// Whether the result of an instruction may live in the place of its operand.
fn may_stay(module: &Module, op: &Op) -> bool {
    match op {
        Op::Freeze { .. } => true,
        Op::Cast { op, .. } => matches!(
            op,
            CastOp::Bitcast | CastOp::ZExt | CastOp::Trunc | CastOp::PtrToInt | CastOp::IntToPtr
        ),
        Op::Call(call) => module
            .direct_callee(call.callee)
            .is_some_and(|callee| module.func(callee).name.starts_with("llvm.")),
        _ => false,
    }
}
