//! Terminators: branches with the values of phis, switches, returns.

use alloc::vec::Vec;

use bareflow_ir::{BlockId, ConstId, ConstKind, IntPredicate, Op, Operand, data};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    Block, BlockArg, BlockCall, InstBuilder, JumpTableData, TrapCode, Value, types,
};

use crate::addr::{Addr, Base};
use crate::lower::{Lower, Res, refuse};
use crate::memory::plain;
use crate::shape::Shape;

/// The trap of `unreachable` and of labels that do not exist.
pub(crate) const UNREACHABLE: TrapCode = TrapCode::unwrap_user(1);

/// Tables larger than this many entries for each case are not worth their memory.
const TABLE_DENSITY: u128 = 4;
/// Fewer cases than this are compared one by one.
const TABLE_CASES: usize = 5;

/// A case: its value, and where it leads.
type Case = (u128, BlockId);

impl Lower<'_, '_> {
    /// Cranelift's block and the values that the phis of `to` take on the way from here.
    pub(crate) fn target(&mut self, to: BlockId) -> Res<(Block, Vec<BlockArg>)> {
        let Some(block) = self.blocks[to.index()] else { return refuse("a jump to no block") };
        let mut args = Vec::new();
        let from = self.current;
        for instr in self.src.func.block(to) {
            let Op::Phi { incoming } = &instr.op else { break };
            let Some((value, _)) = incoming.iter().find(|(_, block)| *block == from) else {
                return refuse("a phi without a value for a predecessor");
            };
            // A large undefined value needs no pieces made at every edge.
            let pieces = self.pieces(*value)?;
            args.extend(pieces.into_iter().map(BlockArg::Value));
        }
        Ok((block, args))
    }

    pub(crate) fn jump(&mut self, to: BlockId) -> Res<()> {
        let (block, args) = self.target(to)?;
        self.b.ins().jump(block, &args);
        Ok(())
    }

    pub(crate) fn cond_branch(&mut self, cond: Operand, then: BlockId, other: BlockId) -> Res<()> {
        if then == other {
            return self.jump(then);
        }
        let cond = self.one(cond)?;
        let (then, then_args) = self.target(then)?;
        let (other, other_args) = self.target(other)?;
        self.b.ins().brif(cond, then, &then_args, other, &other_args);
        Ok(())
    }

    pub(crate) fn switch(
        &mut self,
        value: Operand,
        cases: &[(ConstId, BlockId)],
        default: BlockId,
    ) -> Res<()> {
        let ty = self.src.type_of(value);
        if let Shape::Wide { bits, .. } = self.shape(ty)? {
            return self.wide_switch(value, bits, cases, default);
        }
        let mut list: Vec<Case> = Vec::with_capacity(cases.len());
        for (id, to) in cases {
            let number = match &self.src.constant(*id).kind {
                ConstKind::Int(value) => u128::from(*value),
                ConstKind::Zero => 0,
                ConstKind::Wide(limbs) if limbs.iter().skip(2).all(|limb| *limb == 0) => {
                    u128::from(limbs[0]) | u128::from(limbs.get(1).copied().unwrap_or(0)) << 64
                }
                _ => return refuse("a case of more than 128 bits"),
            };
            // Cases that go where everything else goes need no test.
            if *to != default {
                list.push((number, *to));
            }
        }
        list.sort_by_key(|case| case.0);
        list.dedup_by_key(|case| case.0);
        let value = match self.shape(ty)? {
            Shape::Int { .. } => self.one(value)?,
            _ => return refuse("a switch on what is no integer"),
        };
        // Narrow values are compared as 32 bits: they are zero-extended anyway.
        let value = match self.ty(value) {
            types::I8 | types::I16 => self.b.ins().uextend(types::I32, value),
            _ => value,
        };
        self.search(value, &list, default)
    }

    /// One comparison after the other: nobody has many cases of more than 128 bits.
    fn wide_switch(
        &mut self,
        value: Operand,
        bits: u32,
        cases: &[(ConstId, BlockId)],
        default: BlockId,
    ) -> Res<()> {
        let value = self.pieces(value)?;
        for (case, to) in cases {
            let case = self.pieces(Operand::Const(*case))?;
            let hit = self.wide_compare(IntPredicate::Eq, bits, value.clone(), case);
            let (block, args) = self.target(*to)?;
            let next = self.b.create_block();
            self.b.ins().brif(hit, block, &args, next, &[]);
            self.b.seal_block(next);
            self.b.switch_to_block(next);
        }
        self.jump(default)
    }

    /// A binary search over the cases, with tables where they are dense.
    fn search(&mut self, value: Value, cases: &[Case], default: BlockId) -> Res<()> {
        let ty = self.ty(value);
        if cases.len() < TABLE_CASES {
            for (number, to) in cases {
                let number = self.long(ty, *number);
                let hit = self.b.ins().icmp(IntCC::Equal, value, number);
                let (block, args) = self.target(*to)?;
                let next = self.b.create_block();
                self.b.ins().brif(hit, block, &args, next, &[]);
                self.b.seal_block(next);
                self.b.switch_to_block(next);
            }
            return self.jump(default);
        }
        let (low, high) = (cases[0].0, cases[cases.len() - 1].0);
        if (high - low) / TABLE_DENSITY < cases.len() as u128 {
            return self.table(value, cases, default);
        }
        let (left, right) = cases.split_at(cases.len() / 2);
        let pivot = self.long(ty, right[0].0);
        let upper = self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, value, pivot);
        let (above, below) = (self.b.create_block(), self.b.create_block());
        self.b.ins().brif(upper, above, &[], below, &[]);
        for (block, cases) in [(below, left), (above, right)] {
            self.b.seal_block(block);
            self.b.switch_to_block(block);
            self.search(value, cases, default)?;
        }
        Ok(())
    }

    fn table(&mut self, value: Value, cases: &[Case], default: BlockId) -> Res<()> {
        let (low, high) = (cases[0].0, cases[cases.len() - 1].0);
        let ty = self.ty(value);
        let base = self.long(ty, low);
        let index = if low == 0 { value } else { self.b.ins().isub(value, base) };
        let index = if ty.bits() > 32 {
            // The index is 32 bits: what lies beyond must not wrap around into the table.
            let limit = self.long(ty, high - low);
            let beyond = self.b.ins().icmp(IntCC::UnsignedGreaterThan, index, limit);
            let (block, args) = self.target(default)?;
            let inside = self.b.create_block();
            self.b.ins().brif(beyond, block, &args, inside, &[]);
            self.b.seal_block(inside);
            self.b.switch_to_block(inside);
            self.b.ins().ireduce(types::I32, index)
        } else {
            index
        };
        let otherwise = self.block_call(default)?;
        let mut entries = Vec::new();
        let mut next = cases.iter().peekable();
        let mut at = low;
        while let Some((number, to)) = next.peek() {
            if at == *number {
                let entry = self.block_call(*to)?;
                entries.push(entry);
                next.next();
            } else {
                // Each entry has a list of its own: Cranelift removes arguments in place.
                let entry = self.block_call(default)?;
                entries.push(entry);
            }
            at += 1;
        }
        let table = JumpTableData::new(otherwise, &entries);
        let table = self.b.create_jump_table(table);
        self.b.ins().br_table(index, table);
        Ok(())
    }

    fn block_call(&mut self, to: BlockId) -> Res<BlockCall> {
        let (block, args) = self.target(to)?;
        Ok(BlockCall::new(block, args.iter().copied(), &mut self.b.func.dfg.value_lists))
    }

    pub(crate) fn indirect_branch(&mut self, address: Operand, targets: &[BlockId]) -> Res<()> {
        let label = self.one(address)?;
        let mut cases: Vec<Case> =
            targets.iter().map(|to| (u128::from(data::label_value(*to)), *to)).collect();
        cases.sort_by_key(|case| case.0);
        cases.dedup_by_key(|case| case.0);
        let Some((low, _)) = cases.first().copied() else {
            self.b.ins().trap(UNREACHABLE);
            return Ok(());
        };
        let base = self.int(types::I64, low as u64);
        let index = self.b.ins().isub(label, base);
        let index = self.b.ins().ireduce(types::I32, index);
        let nowhere = self.b.create_block();
        let otherwise = BlockCall::new(nowhere, [], &mut self.b.func.dfg.value_lists);
        let mut entries = Vec::new();
        let mut at = low;
        for (number, to) in &cases {
            // Labels are block numbers, so gaps are no longer than the function.
            while at < *number {
                entries.push(otherwise);
                at += 1;
            }
            let entry = self.block_call(*to)?;
            entries.push(entry);
            at += 1;
        }
        let table = self.b.create_jump_table(JumpTableData::new(otherwise, &entries));
        self.b.ins().br_table(index, table);
        self.b.seal_block(nowhere);
        self.b.switch_to_block(nowhere);
        self.b.set_cold_block(nowhere);
        self.b.ins().trap(UNREACHABLE);
        Ok(())
    }

    pub(crate) fn ret(&mut self, value: Option<Operand>) -> Res<()> {
        let mut results = Vec::new();
        if let Some(value) = value {
            let ty = self.src.type_of(value);
            let mut pieces = self.pieces(value)?;
            if let Some(hidden) = self.frame.hidden {
                let addr = Addr { base: Base::Value(hidden), offset: 0 };
                self.store_pieces(ty, &pieces, addr, plain())?;
                results.push(hidden);
            } else {
                if self.src.func.ret.ext == bareflow_ir::Extension::Sign
                    && let Some(bits @ ..=63) = self.types().int_bits(ty)
                {
                    pieces[0] = self.sign_in(pieces[0], bits);
                }
                results = self.to_parts(ty, &pieces)?;
            }
        } else if let Some(sret) = self.frame.sret {
            results.push(self.one(Operand::Value(sret))?);
        }
        if let Some(side) = self.frame.side {
            self.set_side_top(side);
        }
        self.b.ins().return_(&results);
        Ok(())
    }

    /// Ends the block with an illegal instruction, which the machine reports.
    pub(crate) fn unreachable(&mut self) {
        self.b.ins().trap(UNREACHABLE);
    }
}
