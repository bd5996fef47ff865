//! Copies the body of a function, in the form in which LLVM is to see it.
//!
//! What differs from the program's own form:
//! - Nothing unwinds: an `invoke` is a call, and where unwinding would end does not exist.
//! - Labels are numbers ([`bareflow_ir::data::label_value`]), so an indirect branch is a switch.
//! - Floats are exact: what a program lets a compiler do to them would make its results depend on
//!   the compiler, so it is not passed on.
//! - Mathematical functions are calls of the program's own library.
//!
//! # Entering a loop
//!
//! Code that takes over in the middle gets the address of a value frame. What is needed at the
//! loop's head is read from it in a new first block that leads there. A value that is needed at
//! the head and also computed in what is reached from there (in an outer loop, say) has two
//! definitions then, and no longer one that dominates all uses. It lives in a variable on the
//! stack: written where it is computed, read where it is used. LLVM's first pass turns such
//! variables into values with the phis that are right.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::layout::ValueFrame;
use bareflow_ir::{
    BlockId, CallInfo, CastOp, ConstId, FastMath, FuncId, Function, Instr, Op, Operand, Type,
    TypeId, ValueId, data,
};
use bareflow_profile::{FunctionProfile, shape_of};

use crate::copy::Copy;
use crate::draft::Draft;
use crate::live::{self, each_phi};

/// Where the copy is entered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Start {
    /// At the start.
    Call,
    /// At the head of a loop, with a value frame.
    Loop(BlockId),
}

/// What cannot be copied, in words.
pub(crate) type Refusal = String;

/// A body that is being copied.
#[derive(Debug)]
pub(crate) struct Body<'c, 'm> {
    pub(crate) copy: &'c mut Copy<'m>,
    func: &'m Function,
    profile: Option<&'m FunctionProfile>,
    pub(crate) draft: Draft,
    /// By block of the original; `None` for those that are not reached.
    blocks: Vec<Option<BlockId>>,
    /// Where indirect branches go that have no target.
    nowhere: BlockId,
    /// By value: the variable in which it lives.
    slots: Vec<Option<Operand>>,
    /// By value: what is used instead.
    instead: Vec<Option<Operand>>,
    /// By block: values of variables at its end, for the phis behind it.
    at_end: Vec<Vec<(ValueId, ValueId)>>,
    /// What the phis of the loop's head are at first.
    at_first: Vec<(ValueId, Operand)>,
    /// What a function that returns nothing returns all the same: the address of its result.
    returned: Option<Operand>,
    start: Start,
    pub(crate) void: TypeId,
    pub(crate) ptr: TypeId,
}

/// Makes the body of `id` that of `to`, a function of the copy.
///
/// # Errors
/// What in it LLVM cannot be given.
pub(crate) fn copy<'m>(
    copy: &mut Copy<'m>,
    id: FuncId,
    to: FuncId,
    start: Start,
    profile: Option<&'m FunctionProfile>,
) -> Result<(), Refusal> {
    let func: &'m Function = copy.from.func(id);
    let head = match start {
        Start::Call => BlockId(0),
        Start::Loop(block) => block,
    };
    let region = live::reachable(func, head);
    let mut next = u32::from(matches!(start, Start::Loop(_)));
    let blocks: Vec<Option<BlockId>> = (region.iter())
        .map(|reached| {
            next += u32::from(*reached);
            reached.then(|| BlockId(next - 1))
        })
        .collect();
    let types: Vec<TypeId> = func.values.iter().map(|ty| copy.ty(*ty)).collect();
    let (void, ptr) = (copy.own_type(Type::Void), copy.own_type(Type::Ptr));
    let profile = profile
        .filter(|known| known.blocks.len() == func.blocks.len() && known.shape == shape_of(func));
    let params = match start {
        Start::Call => func.param_values().collect(),
        Start::Loop(_) => Vec::new(),
    };
    let mut body = Body {
        copy,
        func,
        profile,
        draft: Draft::new(params, types),
        nowhere: BlockId(next),
        slots: vec![None; func.values.len()],
        instead: vec![None; func.values.len()],
        at_end: vec![Vec::new(); func.blocks.len()],
        at_first: Vec::new(),
        returned: None,
        blocks,
        start,
        void,
        ptr,
    };
    if let Start::Loop(head) = start {
        body.take_over(head, &region)?;
    }
    let mut edge = 0;
    let mut indirect = false;
    for block in func.block_ids() {
        let terminator = &func.terminator(block).op;
        let mut edges = 0;
        terminator.successors(|_| edges += 1);
        if region[block.index()] {
            body.block(block, edge)?;
            indirect |= matches!(terminator, Op::IndirectBr { .. });
        }
        edge += edges;
    }
    if indirect {
        body.draft.begin();
        body.draft.act(Op::Unreachable, void);
    }
    let Body { draft, profile, copy, .. } = body;
    let counts = draft.finish(&mut copy.to.funcs[to.index()]);
    copy.set_counts(to, profile.map(|_| counts));
    Ok(())
}

impl Body<'_, '_> {
    /// Whether the code goes on at a loop of a call that is under way.
    pub(crate) fn takes_over(&self) -> bool {
        matches!(self.start, Start::Loop(_))
    }

    /// The block that reads the value frame and leads to the loop's head.
    fn take_over(&mut self, head: BlockId, region: &[bool]) -> Result<(), Refusal> {
        let Some(layout) = ValueFrame::of(&self.copy.from.types, self.func) else {
            return Err("a frame of more than 2^24 words".into());
        };
        let (frame, hidden) = (self.draft.value(self.ptr), self.draft.value(self.ptr));
        self.draft.set_params(vec![frame, hidden]);
        self.draft.begin();
        let live = live::live_at(self.func, head, region);
        let mut computed = vec![false; self.func.values.len()];
        for block in self.func.block_ids().filter(|block| region[block.index()]) {
            let results = self.func.block(block).iter().filter_map(|instr| instr.result);
            results.for_each(|result| computed[result.index()] = true);
        }
        // Variables first: LLVM takes only those of the first block for fixed ones.
        let one = self.copy.int(32, 1);
        for value in live.iter().filter(|value| computed[value.index()]) {
            let ty = self.copy.ty(self.func.value_type(value));
            let align = bareflow_ir::layout::align_of(&self.copy.to.types, ty).max(8) as u32;
            let slot = Op::Alloca { ty, count: Operand::Const(one), align };
            self.slots[value.index()] = Some(self.draft.add(self.ptr, slot));
        }
        let read = |body: &mut Self, value: ValueId| {
            let offset = u64::from(layout.word[value.index()]) * 8;
            let offset = Operand::Const(body.copy.int(64, offset));
            let byte = body.copy.own_type(Type::Int(8));
            let base = Operand::Value(frame);
            let place = Op::Gep { ty: byte, base, indices: vec![offset], inbounds: true };
            let ptr = body.draft.add(body.ptr, place);
            let ty = body.copy.ty(body.func.value_type(value));
            body.draft.add(ty, Op::Load { ptr, align: 8, volatile: false, atomic: None })
        };
        for value in live.iter() {
            let loaded = read(self, value);
            match self.slots[value.index()] {
                Some(slot) => self.store(loaded, slot),
                None => self.instead[value.index()] = Some(loaded),
            }
        }
        let mut phis = Vec::new();
        each_phi(self.func, head, |result, _| phis.push(result));
        for result in phis {
            let loaded = read(self, result);
            self.at_first.push((result, loaded));
        }
        if let Some(param) = self.func.params.iter().position(|attrs| attrs.sret.is_some()) {
            let value = ValueId::new(param);
            self.returned = Some(match self.instead[param] {
                Some(loaded) => loaded,
                None => read(self, value),
            });
        }
        let calls = self.profile.map_or(0, |known| known.blocks[0].max(1));
        let target = self.target(head)?;
        let block = self.draft.block();
        (block.count, block.edges) = (calls, vec![calls]);
        self.draft.act(Op::Br { target }, self.void);
        // What phis behind a block take of variables is read at the block's end.
        for block in self.func.block_ids().filter(|block| region[block.index()]) {
            let mut wanted = Vec::new();
            live::successors(&self.func.terminator(block).op, |to| {
                each_phi(self.func, to, |_, incoming| {
                    let from = incoming.iter().filter(|(_, from)| *from == block);
                    wanted.extend(from.filter_map(|(operand, _)| match operand {
                        Operand::Value(value) => Some(*value),
                        Operand::Const(_) => None,
                    }));
                });
            });
            wanted.sort_unstable();
            wanted.dedup();
            for value in wanted.into_iter().filter(|value| self.slots[value.index()].is_some()) {
                let ty = self.copy.ty(self.func.value_type(value));
                let read = self.draft.value(ty);
                self.at_end[block.index()].push((value, read));
            }
        }
        Ok(())
    }

    fn store(&mut self, value: Operand, ptr: Operand) {
        self.draft
            .act(Op::Store { ptr, value, align: 8, volatile: false, atomic: None }, self.void);
    }

    fn target(&self, block: BlockId) -> Result<BlockId, Refusal> {
        self.blocks[block.index()].ok_or_else(|| "a branch to a block that is not reached".into())
    }

    /// A constant of the program.
    pub(crate) fn constant(&mut self, id: ConstId) -> Operand {
        Operand::Const(self.copy.constant(id))
    }

    /// What an operand is here. A variable is read.
    pub(crate) fn operand(&mut self, operand: Operand) -> Operand {
        let value = match operand {
            Operand::Const(id) => return self.constant(id),
            Operand::Value(value) => value,
        };
        match (self.slots[value.index()], self.instead[value.index()]) {
            (Some(slot), _) => {
                let ty = self.copy.ty(self.func.value_type(value));
                self.draft.add(ty, Op::Load { ptr: slot, align: 8, volatile: false, atomic: None })
            }
            (None, Some(instead)) => instead,
            (None, None) => operand,
        }
    }

    /// Uses something else wherever a result is used.
    pub(crate) fn replace(&mut self, result: ValueId, by: Operand) {
        match self.slots[result.index()] {
            Some(slot) => self.store(by, slot),
            None => self.instead[result.index()] = Some(by),
        }
    }

    /// Appends an instruction with the result that the original has.
    pub(crate) fn push(&mut self, result: Option<ValueId>, op: Op) {
        let Some(result) = result else { return self.draft.act(op, self.void) };
        self.draft.define(result, op);
        if let Some(slot) = self.slots[result.index()] {
            self.store(Operand::Value(result), slot);
        }
    }

    /// Copies a block whose first edge is number `edge` of the function's.
    fn block(&mut self, id: BlockId, edge: usize) -> Result<(), Refusal> {
        self.draft.begin();
        if let Some(profile) = self.profile {
            self.draft.block().count = profile.blocks[id.index()];
        }
        let first = self.func.blocks[id.index()].instrs.start;
        let mut phis = Vec::new();
        for (at, instr) in (first..).zip(self.func.block(id)) {
            match (&instr.op, instr.result) {
                (Op::Phi { incoming }, Some(result)) => {
                    let incoming = self.incoming(id, result, incoming)?;
                    self.draft.define(result, Op::Phi { incoming });
                    phis.push(result);
                    continue;
                }
                _ => {
                    for result in phis.drain(..) {
                        if let Some(slot) = self.slots[result.index()] {
                            self.store(Operand::Value(result), slot);
                        }
                    }
                }
            }
            if instr.op.call().is_some() {
                self.site(at);
            }
            match &instr.op {
                op if op.is_terminator() => self.terminator(id, edge, instr)?,
                _ => self.instruction(instr)?,
            }
        }
        Ok(())
    }

    fn incoming(
        &mut self,
        block: BlockId,
        result: ValueId,
        incoming: &[(Operand, BlockId)],
    ) -> Result<Vec<(Operand, BlockId)>, Refusal> {
        let mut found: Vec<(Operand, BlockId)> = Vec::new();
        for (operand, from) in incoming {
            let Some(pred) = self.blocks[from.index()] else { continue };
            let terminator = &self.func.terminator(*from).op;
            let mut comes = false;
            live::successors(terminator, |to| comes |= to == block);
            let indirect = matches!(terminator, Op::IndirectBr { .. });
            // A switch in place of an indirect branch has one edge to each target.
            if !comes || indirect && found.iter().any(|(_, known)| *known == pred) {
                continue;
            }
            let at_end = match operand {
                Operand::Value(value) => {
                    let known = self.at_end[from.index()].iter().find(|(of, _)| of == value);
                    known.map(|(_, read)| Operand::Value(*read))
                }
                Operand::Const(_) => None,
            };
            let operand = match at_end {
                Some(read) => read,
                None => self.operand(*operand),
            };
            found.push((operand, pred));
        }
        if self.start == Start::Loop(block)
            && let Some((_, operand)) = self.at_first.iter().find(|(of, _)| *of == result)
        {
            found.push((*operand, BlockId(0)));
        }
        Ok(found)
    }

    /// What was counted of the call that comes next.
    fn site(&mut self, at: u32) {
        let Some(profile) = self.profile else { return };
        let Some(site) = profile.sites.iter().find(|site| site.instr == at) else { return };
        let (mut targets, mut other) = (Vec::new(), site.other);
        for (name, count) in &site.targets {
            match self.copy.func_named(name) {
                Some(id) => targets.push((id, *count)),
                None => other = other.saturating_add(*count),
            }
        }
        self.draft.site(targets, other);
    }

    fn instruction(&mut self, instr: &Instr) -> Result<(), Refusal> {
        let mut op = match &instr.op {
            Op::Call(call) => return self.call(call, instr.result),
            // Nothing unwinds to it.
            Op::LandingPad { .. } => return Err("a landing pad that is reached".into()),
            other => other.clone(),
        };
        op.operands_mut(|operand| *operand = self.operand(*operand));
        match &mut op {
            Op::Alloca { ty, .. } | Op::Gep { ty, .. } => *ty = self.copy.ty(*ty),
            Op::Binary { fast, .. } | Op::FNeg { fast, .. } | Op::FCmp { fast, .. } => {
                *fast = FastMath::default();
            }
            _ => {}
        }
        self.push(instr.result, op);
        Ok(())
    }

    /// A call of a function, unless it is of an intrinsic that needs something else.
    fn call(&mut self, call: &CallInfo, result: Option<ValueId>) -> Result<(), Refusal> {
        if self.intrinsic(call, result)? {
            return Ok(());
        }
        let attrs: Vec<_> = call.attrs.iter().map(|attrs| self.copy.attrs(*attrs)).collect();
        let callee = self.operand(call.callee);
        let args = call.args.iter().map(|arg| self.operand(*arg)).collect();
        let ty = self.copy.ty(call.ty);
        // Entered in the middle, the function has other parameters than its callee.
        let must_tail = call.must_tail && self.start == Start::Call;
        let tail = if call.must_tail { must_tail } else { call.tail };
        let fast = FastMath::default();
        let op = Op::Call(CallInfo { callee, ty, args, attrs, tail, must_tail, fast });
        self.push(result, op);
        Ok(())
    }

    /// The type of an operand in the program.
    pub(crate) fn original_type(&self, operand: Operand) -> TypeId {
        self.func.operand_type(self.copy.from, operand)
    }

    /// The function that a call names, in the program.
    pub(crate) fn callee(&self, call: &CallInfo) -> Option<&'_ Function> {
        let id = self.copy.from.direct_callee(call.callee)?;
        Some(self.copy.from.func(id))
    }

    fn terminator(&mut self, id: BlockId, edge: usize, instr: &Instr) -> Result<(), Refusal> {
        let mut edges = Vec::new();
        if let Some(profile) = self.profile {
            let mut count = 0;
            instr.op.successors(|_| count += 1);
            edges.extend(profile.edges.get(edge..edge + count).unwrap_or_default());
        }
        if let Op::Invoke { call, .. } = &instr.op {
            self.call(call, instr.result)?;
            edges.truncate(1);
        }
        for at in 0..self.at_end[id.index()].len() {
            let (value, read) = self.at_end[id.index()][at];
            if let Some(ptr) = self.slots[value.index()] {
                let load = Op::Load { ptr, align: 8, volatile: false, atomic: None };
                self.draft.define(read, load);
            }
        }
        let op = match &instr.op {
            Op::Invoke { normal, .. } => Op::Br { target: self.target(*normal)? },
            Op::Resume { .. } => Op::Unreachable,
            Op::IndirectBr { address, targets } => {
                return self.indirect_branch(*address, targets, &edges);
            }
            Op::Ret { value: None } if self.returned.is_some() => Op::Ret { value: self.returned },
            Op::Br { target } => Op::Br { target: self.target(*target)? },
            Op::CondBr { cond, then, other } => Op::CondBr {
                cond: self.operand(*cond),
                then: self.target(*then)?,
                other: self.target(*other)?,
            },
            Op::Switch { value, cases, default } => {
                let value = self.operand(*value);
                let mut copied = Vec::with_capacity(cases.len());
                for (case, target) in cases {
                    copied.push((self.copy.constant(*case), self.target(*target)?));
                }
                Op::Switch { value, cases: copied, default: self.target(*default)? }
            }
            other => {
                let mut op = other.clone();
                op.operands_mut(|operand| *operand = self.operand(*operand));
                op
            }
        };
        self.draft.block().edges = edges;
        self.draft.act(op, self.void);
        Ok(())
    }

    /// A switch over the numbers of the labels.
    fn indirect_branch(
        &mut self,
        address: Operand,
        targets: &[BlockId],
        counts: &[u64],
    ) -> Result<(), Refusal> {
        let value = self.operand(address);
        let word = self.copy.own_type(Type::Int(64));
        let number = Op::Cast { op: CastOp::PtrToInt, value, wrap: Default::default() };
        let value = self.draft.add(word, number);
        let (mut cases, mut edges): (Vec<(ConstId, BlockId)>, _) = (Vec::new(), vec![0]);
        for (at, target) in targets.iter().enumerate() {
            let count = counts.get(at).copied().unwrap_or(0);
            let case = self.copy.int(64, data::label_value(*target));
            match cases.iter().position(|(known, _)| *known == case) {
                Some(known) => edges[known + 1] += count,
                None => {
                    cases.push((case, self.target(*target)?));
                    edges.push(count);
                }
            }
        }
        let block = self.draft.block();
        block.edges = if counts.is_empty() { Vec::new() } else { edges };
        self.draft.act(Op::Switch { value, cases, default: self.nowhere }, self.void);
        Ok(())
    }
}
