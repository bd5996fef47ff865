//! One function from entry to end: parameters, blocks in order, and where code begins when
//! it takes over in the middle.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::abi::{Pass, Place};
use bareflow_ir::layout::ValueFrame;
use bareflow_ir::{BlockId, CastOp, Instr, Op, Operand, Type, ValueId};
use cranelift_codegen::ir::{AbiParam, InstBuilder, Signature, SourceLoc, Value, types};
use cranelift_codegen::isa::CallConv;

use crate::addr::{Addr, Base};
use crate::lower::{Lower, Res, refuse};
use crate::memory::plain;
use crate::order::Order;
use crate::room::Room;
use crate::shape::Shape;
use crate::signature::{Lowered, Param};
use crate::wrap;
use bareflow_object::Entry;

impl Lower<'_, '_> {
    /// Translates the whole function.
    pub(crate) fn function(&mut self, entry: Entry, order: &Order, instrument: bool) -> Res<()> {
        let func = self.src.func;
        let Some((ret, params, varargs)) = self.types().signature(func.ty) else {
            return refuse("a function without function type");
        };
        let params = params.to_vec();
        let lowered = self.lower_signature(ret, func.ret, &params, &func.params, varargs)?;
        let void = self.piece_types(ret)?.is_empty();
        let sret = func.params.iter().position(|attrs| attrs.sret.is_some()).filter(|_| void);
        self.frame.sret = sret.map(ValueId::new);

        let start = self.b.create_block();
        for id in &order.blocks {
            let block = self.b.create_block();
            if self.src.is_cold(*id) {
                self.b.set_cold_block(block);
            }
            self.blocks[id.index()] = Some(block);
        }
        self.b.switch_to_block(start);
        match entry {
            Entry::Call => {
                let chain = func.params.iter().any(|attrs| attrs.nest);
                let jump = self.tail_calls(order, &lowered)?;
                self.wrap = wrap::Entry { spills: varargs, chain, jump };
                self.signature(&lowered);
                self.b.append_block_params_for_function_params(start);
                self.b.seal_block(start);
                let values = self.b.block_params(start).to_vec();
                self.parameters(&params, &lowered, &values)?;
                if instrument {
                    self.count_call();
                }
                self.enter(order);
                self.jump_to_start(order, Vec::new())?;
            }
            Entry::Loop(_) => {
                let mut signature = Signature::new(CallConv::SystemV);
                signature.params = vec![AbiParam::new(types::I64); 3];
                signature.returns = self.signature_returns(&lowered);
                self.b.func.signature = signature;
                self.b.append_block_params_for_function_params(start);
                self.b.seal_block(start);
                let values = self.b.block_params(start).to_vec();
                if self.tail_calls(order, &lowered)?.is_some() {
                    self.frame.tail = Some(Room::in_handover(values[2]));
                }
                self.take_over(&lowered, values[0], values[1], order)?;
            }
        }
        self.blocks_in_order(order, instrument, &lowered)
    }

    fn signature_returns(&self, lowered: &Lowered) -> Vec<AbiParam> {
        match self.frame.sret {
            Some(_) => vec![AbiParam::new(types::I64)],
            None => lowered.signature.returns.clone(),
        }
    }

    /// Sets the signature of the code: behind an entry, only what is in registers.
    fn signature(&mut self, lowered: &Lowered) {
        let mut signature = lowered.signature.clone();
        signature.returns = self.signature_returns(lowered);
        if self.wrap.is_needed() {
            signature.params.truncate(usize::from(lowered.in_memory) + lowered.in_registers);
        }
        self.b.func.signature = signature;
    }

    /// Makes the parameters the values of the function's first ids.
    fn parameters(
        &mut self,
        params: &[bareflow_ir::TypeId],
        lowered: &Lowered,
        values: &[Value],
    ) -> Res<()> {
        let mut values = values.iter().copied();
        if lowered.in_memory {
            self.frame.hidden = values.next();
        }
        let given: Vec<(Param, Value)> = lowered.params.iter().copied().zip(values).collect();
        let given = |wanted| given.iter().find(|(param, _)| *param == wanted).map(|(_, v)| *v);
        // What the entry and the caller left in memory.
        let frame = self.wrap.is_needed().then(|| {
            let frame = self.b.ins().get_frame_pointer(types::I64);
            if self.wrap.jump.is_some() {
                self.frame.tail = Some(Room::in_entry(frame));
            }
            Addr { base: Base::Value(frame), offset: 0 }
        });
        for (arg, ty) in params.iter().enumerate() {
            let id = ValueId::new(arg);
            let in_memory = |place| {
                let offset = match place {
                    Place::Stack(offset) => wrap::STACK_ARGS + i64::from(offset),
                    Place::Nest => wrap::CHAIN,
                    Place::Int(_) | Place::Float(_) => return None,
                };
                Some(frame?.plus(offset as u64))
            };
            let mut out = Vec::new();
            match &lowered.abi.args[arg] {
                Pass::Parts(places) => {
                    let kinds = self.part_types(*ty)?;
                    let mut parts = Vec::new();
                    for (part, ((_, place), kind)) in places.iter().zip(kinds).enumerate() {
                        parts.push(match given(Param::Part { arg, part }) {
                            Some(value) => value,
                            None => {
                                let addr = in_memory(*place).ok_or("a missing parameter")?;
                                self.load_raw(kind, addr, plain())
                            }
                        });
                    }
                    self.from_parts(*ty, &mut parts.into_iter(), &mut out)?;
                }
                Pass::Copy { offset, .. } => match given(Param::Copy { arg }) {
                    Some(value) => out.push(value),
                    None => {
                        let place = Place::Stack(*offset);
                        let addr = in_memory(place).ok_or("a missing parameter")?;
                        self.set_addr(id, addr);
                        continue;
                    }
                },
            }
            self.set(id, &out);
        }
        Ok(())
    }

    /// What every entry does before the first block.
    fn enter(&mut self, order: &Order) {
        if order.moves_side_stack(self.src) {
            self.enter_side_stack();
        }
    }

    fn jump_to_start(&mut self, order: &Order, phis: Vec<Value>) -> Res<()> {
        let Some(block) = self.blocks[order.start().index()] else { return refuse("no block") };
        let args: Vec<_> = phis.into_iter().map(Into::into).collect();
        self.b.ins().jump(block, &args);
        Ok(())
    }

    /// On-stack replacement: values come from the interpreter's frame.
    fn take_over(
        &mut self,
        lowered: &Lowered,
        frame: Value,
        hidden: Value,
        order: &Order,
    ) -> Res<()> {
        self.frame.osr = true;
        if lowered.in_memory {
            self.frame.hidden = Some(hidden);
        }
        let func = self.src.func;
        let original = self.src.module.func(self.src.id);
        let Some(layout) = ValueFrame::of(self.types(), original) else {
            return refuse("a frame of more than 2^24 words");
        };
        self.inlined_allocas()?;
        let live = order.live_at_start(func, self.frame.sret);
        for id in &live.merged {
            self.make_merged(*id)?;
        }
        self.entry_values = live.entry.iter().chain(&live.merged).copied().collect();
        for id in live.entry.iter().chain(&live.merged) {
            if !self.is_promoted(*id) && id.index() < self.src.framed {
                let pieces = self.frame_value(&layout, frame, *id)?;
                self.set(*id, &pieces);
            }
        }
        self.read_promoted(|l, id| Ok(l.frame_value(&layout, frame, id)?[0]))?;
        self.enter(order);
        let mut phis = Vec::new();
        for instr in func.block(order.start()) {
            let (Op::Phi { .. }, Some(result)) = (&instr.op, instr.result) else { break };
            phis.extend(self.frame_value(&layout, frame, result)?);
        }
        self.jump_to_start(order, phis)
    }

    /// Stack variables of functions that were inlined: whoever ran this function before has
    /// no room for them.
    fn inlined_allocas(&mut self) -> Res<()> {
        for instr in self.src.func.block(BlockId(0)) {
            if let (Op::Alloca { ty, count, align }, Some(result)) = (&instr.op, instr.result)
                && result.index() >= self.src.framed
                && !self.is_promoted(result)
            {
                self.alloca(result, *ty, *count, *align, true)?;
            }
        }
        Ok(())
    }

    fn frame_value(&mut self, layout: &ValueFrame, frame: Value, id: ValueId) -> Res<Vec<Value>> {
        let addr =
            Addr { base: Base::Value(frame), offset: i64::from(layout.word[id.index()]) * 8 };
        let mut pieces = Vec::new();
        self.load_pieces(self.src.func.value_type(id), addr, plain(), &mut pieces)?;
        Ok(pieces)
    }

    fn blocks_in_order(&mut self, order: &Order, instrument: bool, lowered: &Lowered) -> Res<()> {
        let func = self.src.func;
        for id in &order.blocks {
            for instr in func.block(*id) {
                if !matches!(instr.op, Op::Phi { .. }) {
                    break;
                }
                for ty in self.piece_types(instr.ty)?.iter() {
                    let Some(block) = self.blocks[id.index()] else { break };
                    self.b.append_block_param(block, *ty);
                }
            }
        }
        let mut waiting = order.predecessors.clone();
        for id in &order.blocks {
            let Some(block) = self.blocks[id.index()] else { continue };
            if waiting[id.index()] == 0 {
                self.b.seal_block(block);
            }
            self.b.switch_to_block(block);
            self.current = *id;
            self.b.set_srcloc(SourceLoc::new(self.src.origin(*id).0));
            let mut params = self.b.block_params(block).to_vec().into_iter();
            let is_header = order.is_header(*id);
            let mut counted = false;
            let tail = func.tail_call(*id);
            for (place, instr) in func.block(*id).iter().enumerate() {
                if let (Op::Phi { .. }, Some(result)) = (&instr.op, instr.result) {
                    let count = self.piece_types(instr.ty)?.len();
                    let pieces: Vec<Value> = params.by_ref().take(count).collect();
                    self.set(result, &pieces);
                    continue;
                }
                if instrument && is_header && !counted {
                    counted = true;
                    self.count();
                }
                if let Some((last, call)) = tail
                    && place == last
                    && self.tail_call(call, lowered).map_err(|refusal| refusal.at(instr))?
                {
                    break;
                }
                self.instr(instr).map_err(|refusal| refusal.at(instr))?;
            }
            order.each_successor(func, *id, |to| {
                waiting[to.index()] -= 1;
                if waiting[to.index()] == 0
                    && order.is_done(to, *id)
                    && let Some(block) = self.blocks[to.index()]
                {
                    self.b.seal_block(block);
                }
            });
        }
        Ok(())
    }

    fn instr(&mut self, instr: &Instr) -> Res<()> {
        let pieces = match &instr.op {
            Op::Binary { op, lhs, rhs, .. } => self.binary(*op, *lhs, *rhs, instr.ty)?,
            Op::FNeg { value, .. } => self.fneg(*value)?,
            Op::Freeze { value } => self.pieces(*value)?,
            Op::Cast { op: CastOp::Bitcast, value, .. }
                if *self.types().get(instr.ty) == Type::Ptr =>
            {
                let Some(result) = instr.result else { return Ok(()) };
                if !self.is_promoted(result) {
                    let addr = self.addr(*value)?;
                    self.set_addr(result, addr);
                }
                return Ok(());
            }
            Op::Cast { op, value, wrap } => {
                let lane = self.types().scalar(self.src.type_of(*value));
                let op = match (op, self.shape(lane)?) {
                    // Made wider first, which takes less without a sign.
                    (op, Shape::Int { bits: ..32, .. }) => *op,
                    // A number that is not negative is the same signed, and faster to convert.
                    (CastOp::UiToFp, _) if wrap.exact => CastOp::SiToFp,
                    (op, _) => *op,
                };
                self.cast(op, *value, instr.ty)?
            }
            Op::ICmp { pred, lhs, rhs } => {
                let pred = self.counter_test(*pred, *lhs, *rhs).unwrap_or(*pred);
                self.icmp(pred, *lhs, *rhs)?
            }
            Op::FCmp { pred, lhs, rhs, .. } => self.fcmp(*pred, *lhs, *rhs)?,
            Op::Select { cond, then, other } => self.select(*cond, *then, *other, instr.ty)?,
            Op::Alloca { ty, count, align } => {
                let Some(result) = instr.result else { return Ok(()) };
                if self.is_promoted(result) {
                    return Ok(());
                }
                let in_entry = self.current == BlockId(0) && !self.frame.osr;
                return self.alloca(result, *ty, *count, *align, in_entry);
            }
            Op::Load { ptr, align, volatile, atomic } => {
                match self.promoted_load(*ptr, instr.ty)? {
                    Some(pieces) => pieces,
                    None => self.load(*ptr, instr.ty, *align, *volatile, *atomic)?,
                }
            }
            Op::Store { ptr, value, align, atomic, .. } => {
                if !self.promoted_store(*ptr, *value)? {
                    self.store(*ptr, *value, *align, *atomic)?;
                }
                return Ok(());
            }
            Op::Gep { ty, base, indices, .. } => {
                let Some(result) = instr.result else { return Ok(()) };
                if self.is_promoted(result) {
                    return Ok(());
                }
                return self.gep(result, *ty, *base, indices);
            }
            Op::ExtractValue { agg, path } => self.extract_value(*agg, path)?,
            Op::InsertValue { agg, value, path } => self.insert_value(*agg, *value, path)?,
            Op::ExtractElement { vec, index } => self.extract_element(*vec, *index, instr.ty)?,
            Op::InsertElement { vec, value, index } => match self.square_roots(instr)? {
                Some(roots) => roots,
                None => self.insert_element(*vec, *value, *index)?,
            },
            Op::ShuffleVector { a, b, mask } => self.shuffle_vector(*a, *b, mask, instr.ty)?,
            Op::AtomicRmw { op, ptr, value, .. } => self.atomic_rmw(*op, *ptr, *value)?,
            Op::CmpXchg { ptr, expected, new, .. } => self.cmpxchg(*ptr, *expected, *new)?,
            Op::Fence { .. } => {
                self.b.ins().fence();
                return Ok(());
            }
            Op::VaArg { list } => self.va_arg(*list, instr.ty)?,
            Op::Phi { .. } => return refuse("a phi behind other instructions"),
            Op::Call(call) => self.call_or_intrinsic(call, instr.ty)?,
            Op::LandingPad { .. } => return refuse("a landing pad"),
            Op::Ret { value } => return self.ret(*value),
            Op::Br { target } => return self.jump(*target),
            Op::CondBr { cond, then, other } => return self.cond_branch(*cond, *then, *other),
            Op::Switch { value, cases, default } => return self.switch(*value, cases, *default),
            Op::IndirectBr { address, targets } => return self.indirect_branch(*address, targets),
            Op::Invoke { call, normal, .. } => {
                let pieces = self.call_or_intrinsic(call, instr.ty)?;
                if let Some(result) = instr.result {
                    self.set(result, &pieces);
                }
                return self.jump(*normal);
            }
            Op::Resume { .. } | Op::Unreachable => {
                self.unreachable();
                return Ok(());
            }
        };
        if let Some(result) = instr.result {
            self.set(result, &pieces);
        }
        Ok(())
    }

    fn fneg(&mut self, value: Operand) -> Res<Vec<Value>> {
        let ty = self.src.type_of(value);
        let halves = matches!(self.shape(self.types().scalar(ty))?, Shape::Half { .. });
        let pieces = self.pieces(value)?;
        let mut out = Vec::new();
        for piece in pieces {
            out.push(if halves {
                let sign = self.int(types::I16, 0x8000);
                self.b.ins().bxor(piece, sign)
            } else {
                self.b.ins().fneg(piece)
            });
        }
        Ok(out)
    }

    /// Position and number of the pieces of a member.
    fn member_pieces(&mut self, mut ty: bareflow_ir::TypeId, path: &[u32]) -> Res<(usize, usize)> {
        let mut first = 0;
        for index in path {
            for before in 0..*index {
                let Some(member) = self.types().member(ty, u64::from(before)) else {
                    return refuse("a member that is not there");
                };
                first += self.piece_types(member)?.len();
            }
            let Some(member) = self.types().member(ty, u64::from(*index)) else {
                return refuse("a member that is not there");
            };
            ty = member;
        }
        Ok((first, self.piece_types(ty)?.len()))
    }

    fn extract_value(&mut self, agg: Operand, path: &[u32]) -> Res<Vec<Value>> {
        let (first, count) = self.member_pieces(self.src.type_of(agg), path)?;
        Ok(self.pieces(agg)?[first..first + count].to_vec())
    }

    fn insert_value(&mut self, agg: Operand, value: Operand, path: &[u32]) -> Res<Vec<Value>> {
        let (first, count) = self.member_pieces(self.src.type_of(agg), path)?;
        let mut pieces = self.pieces(agg)?;
        let value = self.pieces(value)?;
        pieces[first..first + count].copy_from_slice(&value);
        Ok(pieces)
    }
}
