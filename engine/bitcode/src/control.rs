//! Phis and instructions that end blocks.

use alloc::vec::Vec;

use bareflow_ir::{Clause, Op, Operand, TypeId};

use crate::body::Body;
use crate::error::Cause;
use crate::ops::{Ops, to_id};

impl Body<'_> {
    /// `[type, (signed value, block)..., flags]`
    pub(crate) fn phi(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let ty = self.reader.types.get(ops.next()?)?;
        let mut incoming = Vec::with_capacity(ops.len() / 2);
        // A single operand left over holds fast-math flags.
        while ops.len() >= 2 {
            let value = self.signed_value(ops.next()?, ty)?;
            incoming.push((value, self.target(ops.next()?)?));
        }
        self.push(Op::Phi { incoming }, ty)
    }

    /// `[]` or `[value]`
    pub(crate) fn ret(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let (value, ty) = if ops.is_empty() {
            (None, self.void)
        } else {
            let (value, ty) = self.pair(ops)?;
            (Some(value), ty)
        };
        if ty != self.ret {
            return Err(Cause::Malformed("a function that returns another type than its own"));
        }
        self.push(Op::Ret { value }, self.void)
    }

    /// `[block]` or `[then, other, condition]`
    pub(crate) fn br(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let then = self.target(ops.next()?)?;
        if ops.is_empty() {
            return self.push(Op::Br { target: then }, self.void);
        }
        let other = self.target(ops.next()?)?;
        let cond = self.value(ops, self.bit)?;
        self.push(Op::CondBr { cond, then, other }, self.void)
    }

    /// `[type, value, default, (case, block)...]`, the cases by their own numbers
    pub(crate) fn switch(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let ty = self.reader.types.get(ops.next()?)?;
        let value = self.value(ops, ty)?;
        let default = self.target(ops.next()?)?;
        let mut cases = Vec::with_capacity(ops.len() / 2);
        while !ops.is_empty() {
            let case = self.numbered(to_id(ops.next()?)?, ty)?;
            let Operand::Const(case) = case else {
                return Err(Cause::Malformed("a case that is no constant"));
            };
            cases.push((case, self.target(ops.next()?)?));
        }
        self.push(Op::Switch { value, cases, default }, self.void)
    }

    /// `[type, address, block...]`
    pub(crate) fn indirect_br(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let ty = self.reader.types.get(ops.next()?)?;
        let address = self.value(ops, ty)?;
        let mut targets = Vec::with_capacity(ops.len());
        while let Some(target) = ops.get() {
            targets.push(self.target(target)?);
        }
        self.push(Op::IndirectBr { address, targets }, self.void)
    }

    /// `[type, whether it is a cleanup, clauses, (kind, type)...]`, the first of which is read
    pub(crate) fn landing_pad(&mut self, ty: TypeId, ops: &mut Ops<'_>) -> Result<(), Cause> {
        const FILTER: u64 = 1;
        let cleanup = ops.next()? != 0;
        let count = ops.next()?;
        let mut clauses = Vec::new();
        for _ in 0..count {
            let filter = ops.next()? == FILTER;
            let (ty, _) = self.pair(ops)?;
            clauses.push(Clause { filter, ty });
        }
        self.push(Op::LandingPad { cleanup, clauses }, ty)
    }
}
