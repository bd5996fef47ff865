//! Looking at definitions: better code for patterns that neither LLVM nor Cranelift turns
//! around for this processor.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{BinaryOp, BlockId, Instr, IntPredicate, Op, Operand};
use cranelift_codegen::ir::{InstBuilder, InstructionData, Opcode, Value};

use crate::lower::{Lower, Res};

impl<'a> Lower<'a, '_> {
    /// Notes where values are defined.
    pub(crate) fn note_definitions(&mut self) {
        let func = self.src.func;
        self.defs = vec![u32::MAX; func.values.len()];
        for (at, instr) in func.instrs.iter().enumerate() {
            if let Some(result) = instr.result {
                self.defs[result.index()] = at as u32;
            }
        }
    }

    /// The instruction that defines an operand.
    pub(crate) fn definition(&self, operand: Operand) -> Option<&'a Op> {
        let Operand::Value(id) = operand else { return None };
        let at = *self.defs.get(id.index())?;
        Some(&self.src.func.instrs.get(at as usize)?.op)
    }

    /// An index of 64 bits as another one plus a constant.
    pub(crate) fn split_index(&self, index: Operand) -> (Operand, i64) {
        let mut index = index;
        let mut distance = 0i64;
        while self.types().int_bits(self.src.type_of(index)) == Some(64)
            && let Some(Op::Binary { op, lhs, rhs, wrap, .. }) = self.definition(index)
            && let Some(constant) = self.src.const_signed(*rhs)
        {
            match op {
                BinaryOp::Add => distance = distance.wrapping_add(constant),
                BinaryOp::Sub => distance = distance.wrapping_sub(constant),
                // Without common bits, an `or` is a sum.
                BinaryOp::Or if wrap.exact => distance = distance.wrapping_add(constant),
                _ => break,
            }
            index = *lhs;
        }
        (index, distance)
    }

    /// The test whether a loop counter has reached its end, as an order instead of equality.
    ///
    /// Cranelift moves the constant step of `i + k == n` to the other side. Then both `i` and
    /// `i + k` are alive at the end of the loop, which costs a move in every turn. An order it
    /// leaves alone.
    pub(crate) fn counter_test(
        &self,
        pred: IntPredicate,
        lhs: Operand,
        rhs: Operand,
    ) -> Option<IntPredicate> {
        let pred = match pred {
            IntPredicate::Eq => IntPredicate::Uge,
            IntPredicate::Ne => IntPredicate::Ult,
            _ => return None,
        };
        let bits = self.types().int_bits(self.src.type_of(lhs)).filter(|bits| *bits <= 64)?;
        let end = self.src.const_int(rhs)?;
        let Op::Binary { op: BinaryOp::Add, lhs: counter, rhs: step, .. } = self.definition(lhs)?
        else {
            return None;
        };
        let step = self.src.const_int(*step)?;
        let Op::Phi { incoming } = self.definition(*counter)? else { return None };
        let header = self.block_of(*counter)?;
        let mut start = None;
        for (value, from) in incoming {
            if *value == lhs {
                // Only where this very test guards the way back is the counter known to stop
                // at the end: tested elsewhere, it may have gone past it.
                if !self.goes_back_unless_equal(*from, header, lhs, rhs) {
                    return None;
                }
                continue;
            }
            let value = self.src.const_int(*value)?;
            if start.is_some_and(|start| start != value) {
                return None;
            }
            start = Some(value);
        }
        let start = start?;
        // It goes up from `start` and meets `end` exactly, without wrapping on the way.
        let reaches = end > start && step > 0 && (end - start) % step == 0;
        (reaches && end >> (bits - 1) == 0 && end > 1).then_some(pred)
    }

    /// The block that defines an operand.
    fn block_of(&self, operand: Operand) -> Option<BlockId> {
        let Operand::Value(id) = operand else { return None };
        let at = *self.defs.get(id.index())?;
        let func = self.src.func;
        func.block_ids().find(|block| func.blocks[block.index()].instrs.contains(&at))
    }

    /// Whether `from` ends with a test of `lhs` against `rhs` that goes to `header` when they
    /// differ and elsewhere when they are equal.
    fn goes_back_unless_equal(
        &self,
        from: BlockId,
        header: BlockId,
        lhs: Operand,
        rhs: Operand,
    ) -> bool {
        let Op::CondBr { cond, then, other } = self.src.func.terminator(from).op else {
            return false;
        };
        let (equal, different) = match self.definition(cond) {
            Some(Op::ICmp { pred, lhs: l, rhs: r }) if *l == lhs && *r == rhs => match pred {
                IntPredicate::Eq => (then, other),
                IntPredicate::Ne => (other, then),
                _ => return false,
            },
            _ => return false,
        };
        different == header && equal != header
    }

    /// A shift amount without an `and` that leaves alone what a shift of `width` bits, a power of
    /// two, looks at.
    pub(crate) fn unmasked(&self, amount: Value, width: u32) -> Value {
        let dfg = &self.b.func.dfg;
        let made_by = |value: Value, opcode: Opcode| {
            let inst = dfg.value_def(value).inst()?;
            (dfg.insts[inst].opcode() == opcode).then_some(inst)
        };
        let Some(and) = made_by(amount, Opcode::Band) else { return amount };
        let [value, mask] = *dfg.inst_args(and) else { return amount };
        let used = i64::from(width - 1);
        match made_by(mask, Opcode::Iconst).map(|constant| dfg.insts[constant]) {
            Some(InstructionData::UnaryImm { imm, .. }) if imm.bits() & used == used => value,
            _ => amount,
        }
    }

    /// One lane of a chunk, without extracting it where it was just put in.
    pub(crate) fn extract_lane(&mut self, chunk: Value, lane: u8) -> Value {
        let dfg = &self.b.func.dfg;
        let mut from = chunk;
        while let Some(inst) = dfg.value_def(from).inst() {
            let args = dfg.inst_args(inst);
            match dfg.insts[inst].opcode() {
                Opcode::Splat => return args[0],
                Opcode::Insertlane => {
                    let InstructionData::TernaryImm8 { imm, .. } = dfg.insts[inst] else {
                        break;
                    };
                    if imm == lane {
                        return args[1];
                    }
                    from = args[0];
                }
                Opcode::ScalarToVector if lane == 0 => return args[0],
                _ => break,
            }
        }
        self.b.ins().extractlane(from, lane)
    }

    /// `{ sqrt(v[0]), sqrt(v[1]), ... }` as `sqrt(v)`: a vector of square roots of all lanes
    /// of one vector.
    pub(crate) fn square_roots(&mut self, last: &Instr) -> Res<Option<Vec<Value>>> {
        let (ty, Some(result)) = (last.ty, last.result) else { return Ok(None) };
        let Some((_, len)) = self.types().vector(ty).filter(|_| !self.defs.is_empty()) else {
            return Ok(None);
        };
        let Some(lanes) = self.built_from(Operand::Value(result), len) else { return Ok(None) };
        let mut vector = None;
        for (at, lane) in lanes.iter().enumerate() {
            let Some(Op::Call(call)) = self.definition(*lane) else { return Ok(None) };
            let Some(callee) = self.src.direct_callee(call.callee) else { return Ok(None) };
            if !self.src.module.func(callee).name.starts_with("llvm.sqrt.") {
                return Ok(None);
            }
            let Some(Op::ExtractElement { vec, index }) = self.definition(call.args[0]) else {
                return Ok(None);
            };
            if self.src.const_int(*index) != Some(at as u64)
                || *vector.get_or_insert(*vec) != *vec
                || self.src.type_of(*vec) != ty
            {
                return Ok(None);
            }
        }
        let Some(vector) = vector else { return Ok(None) };
        let pieces = self.pieces(vector)?;
        Ok(Some(pieces.into_iter().map(|piece| self.b.ins().sqrt(piece)).collect()))
    }

    /// The lanes of a vector that is made of single values, if all are known.
    fn built_from(&self, last: Operand, len: u32) -> Option<Vec<Operand>> {
        let mut lanes = vec![None; len as usize];
        let mut vector = last;
        loop {
            match self.definition(vector) {
                Some(Op::InsertElement { vec, value, index }) => {
                    let at = self.src.const_int(*index)? as usize;
                    lanes.get_mut(at)?.get_or_insert(*value);
                    vector = *vec;
                }
                _ => return lanes.into_iter().collect(),
            }
        }
    }
}
