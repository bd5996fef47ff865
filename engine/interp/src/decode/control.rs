//! The ends of blocks, and the edges between them.

use alloc::vec;
use alloc::vec::Vec;
use core::sync::atomic::AtomicU64;

use bareflow_ir::data::label_value;
use bareflow_ir::layout::alloc_size;
use bareflow_ir::{BlockId, ConstId, ConstKind, Instr, IntPredicate, Op, Operand};

use super::moves::Move;
use super::{Decoder, Kind, Label, Stub};
use crate::code::{Counts, Kept};
use crate::machine::{Inst, Tally};
use crate::op::branch;
use crate::op::call;
use crate::op::shape::{Last, Place, Reg};
use crate::op::switch::{self, Switch, Target};
use crate::value::Fault;

/// Largest gap-free table of a switch, as a multiple of its cases.
const DENSE_FACTOR: u64 = 4;

impl Decoder<'_> {
    pub(super) fn emit_terminator(&mut self, block: BlockId, instr: &Instr, next: Option<BlockId>) {
        match &instr.op {
            Op::Ret { value } => self.emit_ret(*value),
            Op::Br { target } => self.emit_edge(block, *target, next, true),
            Op::CondBr { then, other, .. } if then == other => {
                self.emit_edge(block, *then, next, true);
            }
            Op::CondBr { cond, then, other } => {
                self.emit_branch(block, *cond, *then, *other, next);
            }
            Op::Switch { value, cases, default } => {
                self.emit_switch(block, *value, cases, *default);
            }
            Op::IndirectBr { address, targets } => self.emit_indirect(block, *address, targets),
            Op::Invoke { call, normal, .. } => {
                let to = match instr.result {
                    Some(value) => self.value(value),
                    None => self.temp_base,
                };
                self.emit_call(instr, call, to);
                self.emit_edge(block, *normal, next, true);
            }
            Op::Resume { .. } => self.fault(Fault::Unwind),
            _ => self.fault(Fault::Unreachable),
        }
    }

    fn emit_ret(&mut self, value: Option<Operand>) {
        if self.plan.saves_high {
            self.push(call::restore_high, 0, 0, 0, 0);
        }
        let Some(value) = value else {
            self.push(call::ret, 0, 0, 0, 0);
            return;
        };
        let bytes = alloc_size(self.types(), self.type_of(value));
        match bytes {
            0 => self.push(call::ret, 0, 0, 0, 0),
            1..=8 => match self.source(value) {
                Place::Last(at) => self.push(call::ret_word::<Last>, 0, at, 0, 0),
                from => self.push(call::ret_word::<Reg>, 0, from.field(), 0, 0),
            },
            _ => {
                let from = self.place(value);
                self.push(call::ret_bytes, 0, from, 0, bytes as u32)
            }
        };
    }

    /// Goes along an edge. `counts` says that the block's only edge it is, so that a jump's own
    /// count is the edge's.
    fn emit_edge(&mut self, from: BlockId, to: BlockId, next: Option<BlockId>, only: bool) {
        let moves = self.edge_moves(from, to);
        let back = self.plan.cfg.is_back_edge(from, to);
        if next == Some(to) && !back {
            self.emit_moves(&moves);
            return;
        }
        let jump = self.emit_jump(&moves, to, back);
        if only && back {
            self.counts[from.index()] = Counts::Jump { inst: jump };
        }
    }

    /// Moves, then a jump. Gives the position of the jump.
    fn emit_jump(&mut self, moves: &[Move], to: BlockId, back: bool) -> u32 {
        // The last single word is moved by the jump itself.
        let (fused, first) = match moves.split_last() {
            Some((last, first)) if last.bytes == 8 && first.len() % 2 == 0 => (Some(*last), first),
            _ => (None, moves),
        };
        self.emit_moves(first);
        let at = match (fused, back) {
            (Some(step), true) => self.push(branch::word_go_back, step.to, step.from, 0, 0),
            (Some(step), false) => self.push(branch::word_go, step.to, step.from, 0, 0),
            (None, true) => self.push(branch::go_back, 0, 0, 0, 0),
            (None, false) => self.push(branch::go, 0, 0, 0, 0),
        };
        self.jumps.push((at, Label::Block(to)));
        if back {
            self.emit_tally(at as u32, Some(to));
        }
        at as u32
    }

    /// The counts of the jump at `at`; of a back edge if it goes to a loop header.
    fn emit_tally(&mut self, at: u32, header: Option<BlockId>) {
        let hot_at = match header {
            Some(header) => {
                self.back_edges.push((at, header));
                self.env.hot_loops
            }
            None => u64::MAX,
        };
        let tally = Tally {
            jumped: AtomicU64::new(0),
            passed: AtomicU64::new(0),
            hot_at: AtomicU64::new(hot_at),
        };
        // SAFETY: both are three words without padding, and any words are an instruction.
        let inst = unsafe { core::mem::transmute::<Tally, Inst>(tally) };
        self.insts.push(inst);
    }

    /// A place in the code that leads along an edge: the target itself if nothing has to be
    /// moved.
    fn edge_label(&mut self, from: BlockId, to: BlockId) -> (Label, bool) {
        if self.edge_moves(from, to).is_empty() {
            return (Label::Block(to), true);
        }
        self.stubs.push(Stub { from, to });
        (Label::Stub(self.stubs.len() as u32 - 1), false)
    }

    fn emit_branch(
        &mut self,
        block: BlockId,
        cond: Operand,
        then: BlockId,
        other: BlockId,
        next: Option<BlockId>,
    ) {
        // One side falls through: the one that comes next, or else one that is no back edge.
        let back = |to: BlockId, this: &Self| this.plan.cfg.is_back_edge(block, to);
        let then_jumps = if next == Some(other) {
            true
        } else if next == Some(then) {
            false
        } else {
            back(then, self) || !back(other, self)
        };
        let (jump_to, pass_to) = if then_jumps { (then, other) } else { (other, then) };
        let (label, direct) = self.edge_label(block, jump_to);
        let at = self.emit_condition(cond, then_jumps);
        self.jumps.push((at, label));
        let header = (direct && back(jump_to, self)).then_some(jump_to);
        self.emit_tally(at as u32, header);
        self.counts[block.index()] = Counts::Branch { inst: at as u32, then_jumps };
        self.emit_edge(block, pass_to, next, false);
    }

    /// The branch instruction: it jumps if the condition is `sense`.
    fn emit_condition(&mut self, cond: Operand, sense: bool) -> usize {
        let func = self.func;
        if let Operand::Value(value) = cond
            && self.plan.folded[value.index()]
        {
            match &func.instrs[self.plan.made_by[value.index()] as usize].op {
                Op::ICmp { pred, lhs, rhs } => {
                    let Kind::Int(bits) = self.kind(*lhs) else { return 0 };
                    let (pred, l, r, bits) = self.comparison(*pred, *lhs, *rhs, bits);
                    let pred = if sense { pred } else { opposite(pred) };
                    let handler = branch::on_int(pred, bits, l, r);
                    return self.push(handler, 0, l.field(), r.field(), 0);
                }
                Op::FCmp { pred, lhs, rhs, .. } => {
                    let double = self.kind(*lhs) == Kind::F64;
                    let (l, r) = (self.source_float(*lhs, double), self.source_float(*rhs, double));
                    let pred = if sense { *pred } else { opposite_float(*pred) };
                    let handler = branch::on_float(pred, double, l, r);
                    return self.push(handler, 0, l.field(), r.field(), 0);
                }
                _ => {}
            }
        }
        match self.source(cond) {
            Place::Last(at) => self.push(branch::branch_bit::<Last>, 0, at, u32::from(sense), 0),
            from => self.push(branch::branch_bit::<Reg>, 0, from.field(), u32::from(sense), 0),
        }
    }

    fn emit_switch(
        &mut self,
        block: BlockId,
        value: Operand,
        cases: &[(ConstId, BlockId)],
        default: BlockId,
    ) {
        let bits = match self.kind(value) {
            Kind::Int(bits) => bits,
            Kind::Big(bits) | Kind::Huge(bits) => {
                return self.emit_wide_switch(block, value, bits, cases, default);
            }
            _ => return self.refuse("a switch on what is no integer"),
        };
        let mask = u64::MAX >> (64 - bits);
        let mut sorted = Vec::with_capacity(cases.len());
        let mut labels = vec![self.edge_label(block, default).0];
        for (index, (case, target)) in cases.iter().enumerate() {
            let Some(number) = super::fits::number(self.env.module, *case, bits) else {
                self.refuse("a switch on an address");
                return;
            };
            sorted.push((number as u64 & mask, index as u32 + 1));
            let label = self.edge_label(block, *target).0;
            labels.push(label);
        }
        sorted.sort_by_key(|entry| entry.0);
        sorted.dedup_by_key(|entry| entry.0);
        let span = match (sorted.first(), sorted.last()) {
            (Some(first), Some(last)) => last.0 - first.0,
            _ => 0,
        };
        let mut table = Switch {
            base: sorted.first().map_or(0, |entry| entry.0),
            dense: Vec::new(),
            targets: labels.iter().map(|_| Target { at: 0, count: AtomicU64::new(0) }).collect(),
            labels: false,
            sorted: Vec::new(),
            wide: Vec::new(),
        };
        let dense = span < DENSE_FACTOR * (sorted.len() as u64 + 4);
        if dense {
            table.dense = vec![0; span as usize + 1];
            if sorted.is_empty() {
                table.dense.clear();
            }
            for (value, index) in &sorted {
                table.dense[(value - table.base) as usize] = *index;
            }
        } else {
            table.sorted = sorted;
        }
        let from = self.source(value);
        let at = match (dense, from) {
            (true, Place::Last(at)) => self.push(switch::switch_dense::<Last>, 0, at, 0, 0),
            (true, from) => self.push(switch::switch_dense::<Reg>, 0, from.field(), 0, 0),
            (false, from) => self.push(switch::switch_sorted, 0, from.field(), 0, 0),
        };
        self.keep_table(block, table, labels, at);
    }

    fn emit_wide_switch(
        &mut self,
        block: BlockId,
        value: Operand,
        bits: u32,
        cases: &[(ConstId, BlockId)],
        default: BlockId,
    ) {
        let words = bits.div_ceil(64) as usize;
        let mut labels = vec![self.edge_label(block, default).0];
        let mut wide = Vec::with_capacity(cases.len());
        for (index, (case, target)) in cases.iter().enumerate() {
            let mut limbs = match &self.env.module.constant(*case).kind {
                ConstKind::Int(low) => vec![*low],
                ConstKind::Wide(limbs) => limbs.to_vec(),
                ConstKind::Zero => Vec::new(),
                _ => return self.refuse("a switch on an address"),
            };
            limbs.resize(words, 0);
            wide.push((limbs, index as u32 + 1));
            let label = self.edge_label(block, *target).0;
            labels.push(label);
        }
        wide.sort_by(|(a, _), (b, _)| crate::value::wide::order(a, b));
        let table = Switch {
            base: 0,
            dense: Vec::new(),
            targets: labels.iter().map(|_| Target { at: 0, count: AtomicU64::new(0) }).collect(),
            labels: false,
            sorted: Vec::new(),
            wide,
        };
        let from = self.place(value);
        let at = self.push(switch::switch_wide, 0, from, 0, 0);
        self.keep_table(block, table, labels, at);
    }

    /// The table of the instruction at `at`, whose address is filled in last.
    fn keep_table(&mut self, block: BlockId, table: Switch, labels: Vec<Label>, at: usize) {
        self.counts[block.index()] = Counts::Switch(self.switches.len() as u32);
        self.switches.push((table, at as u32, labels));
    }

    fn emit_indirect(&mut self, block: BlockId, address: Operand, targets: &[BlockId]) {
        let mut sorted: Vec<(u64, u32)> = (targets.iter().enumerate())
            .map(|(index, target)| (label_value(*target), index as u32))
            .collect();
        sorted.sort_by_key(|entry| entry.0);
        sorted.dedup_by_key(|entry| entry.0);
        let labels: Vec<Label> =
            targets.iter().map(|target| self.edge_label(block, *target).0).collect();
        let table = Switch {
            base: 0,
            dense: Vec::new(),
            targets: labels.iter().map(|_| Target { at: 0, count: AtomicU64::new(0) }).collect(),
            labels: true,
            sorted,
            wide: Vec::new(),
        };
        let from = self.source(address);
        let at = self.push(switch::switch_sorted, 0, from.field(), 0, 0);
        self.keep_table(block, table, labels, at);
    }

    /// Emits what stands behind the blocks.
    pub(super) fn emit_stubs(&mut self) {
        for index in 0..self.stubs.len() {
            let Stub { from, to } = self.stubs[index];
            let start = self.insts.len() as u32;
            self.stub_starts.push(start);
            self.blocks.push((start, from));
            self.forget_last();
            let moves = self.edge_moves(from, to);
            let back = self.plan.cfg.is_back_edge(from, to);
            self.emit_jump(&moves, to, back);
        }
    }

    /// Fills in what was not known when instructions were emitted.
    pub(super) fn patch(&mut self, frame_bytes: u32) {
        let size = size_of::<Inst>() as i64;
        for (at, label) in core::mem::take(&mut self.jumps) {
            let distance = (self.target(label) - at as i64) * size;
            self.insts[at].d = distance as i32 as u32;
        }
        for at in &self.frame_ends {
            self.insts[*at].b = frame_bytes + crate::machine::HEADER as u32;
        }
        self.back_edges.sort_unstable_by_key(|edge| edge.0);
    }
}

impl Decoder<'_> {
    /// Fills in where switches lead.
    pub(super) fn patch_switches(&mut self) -> Vec<Kept<Switch>> {
        let mut kept = Vec::new();
        for (mut table, at, labels) in core::mem::take(&mut self.switches) {
            for (entry, label) in table.targets.iter_mut().zip(labels) {
                let distance = self.target(label) - i64::from(at);
                entry.at = distance * size_of::<Inst>() as i64;
            }
            let table = Kept::new(table);
            let inst = &mut self.insts[at as usize];
            (inst.c, inst.d) = (table.address() as u32, (table.address() >> 32) as u32);
            kept.push(table);
        }
        kept
    }

    /// The position of a label.
    fn target(&self, label: Label) -> i64 {
        i64::from(match label {
            Label::Block(block) => self.block_starts[block.index()].unwrap_or(0),
            Label::Stub(index) => self.stub_starts[index as usize],
        })
    }
}

/// The predicate that holds exactly when this one does not.
fn opposite(pred: IntPredicate) -> IntPredicate {
    match pred {
        IntPredicate::Eq => IntPredicate::Ne,
        IntPredicate::Ne => IntPredicate::Eq,
        IntPredicate::Ugt => IntPredicate::Ule,
        IntPredicate::Uge => IntPredicate::Ult,
        IntPredicate::Ult => IntPredicate::Uge,
        IntPredicate::Ule => IntPredicate::Ugt,
        IntPredicate::Sgt => IntPredicate::Sle,
        IntPredicate::Sge => IntPredicate::Slt,
        IntPredicate::Slt => IntPredicate::Sge,
        IntPredicate::Sle => IntPredicate::Sgt,
    }
}

fn opposite_float(pred: bareflow_ir::FloatPredicate) -> bareflow_ir::FloatPredicate {
    use bareflow_ir::FloatPredicate as P;
    match pred {
        P::False => P::True,
        P::Oeq => P::Une,
        P::Ogt => P::Ule,
        P::Oge => P::Ult,
        P::Olt => P::Uge,
        P::Ole => P::Ugt,
        P::One => P::Ueq,
        P::Ord => P::Uno,
        P::Uno => P::Ord,
        P::Ueq => P::One,
        P::Ugt => P::Ole,
        P::Uge => P::Olt,
        P::Ult => P::Oge,
        P::Ule => P::Ogt,
        P::Une => P::Oeq,
        P::True => P::False,
    }
}
