//! Calls that pass or return `long double`.

use bareflow_ir::{BinaryOp, CallInfo, Instr, Operand, ParamAttrs, TypeId, ValueId};

use super::convert::SIGN;
use super::function::Rewriting;

impl Rewriting<'_, '_> {
    /// Passes each `long double` as a copy of what is stored before the call.
    pub(super) fn call(&mut self, mut instr: Instr) -> Result<(), &'static str> {
        let change = self.change;
        let result = instr.result;
        let Some(info) = Self::call_info(&mut instr.op) else { return Ok(()) };
        if self.sign(info, result) {
            return Ok(());
        }
        let old: alloc::vec::Vec<Option<TypeId>> =
            info.args.iter().map(|arg| change.was(&self.old, *arg)).collect();
        info.ty = change.ty(info.ty);
        for (attrs, old) in info.attrs.iter_mut().zip(&old) {
            *attrs = old.map_or(*attrs, |old| change.attrs(*attrs, old));
        }
        let is_long = |old: &Option<TypeId>| old.is_some_and(|ty| change.is_long(ty));
        if old.iter().any(is_long) {
            if info.must_tail {
                return Err("a musttail call that passes a long double");
            }
            info.tail = false;
            info.attrs.resize(info.args.len(), ParamAttrs::default());
            let long = (0..info.args.len()).filter(|at| is_long(&old[*at]));
            for (used, at) in long.enumerate() {
                if used == self.slots.len() {
                    self.slots.push(ValueId::new(self.values.len()));
                    self.values.push(change.ptr);
                    self.old.push(change.ptr);
                }
                let slot = Operand::Value(self.slots[used]);
                if let Some(old) = old[at] {
                    info.attrs[at] = change.attrs(info.attrs[at], old);
                }
                let value = core::mem::replace(&mut info.args[at], slot);
                self.store(slot, value, 16, false);
            }
        }
        self.out.push(instr);
        Ok(())
    }

    /// The two intrinsics that change the sign; whether the call is of one.
    fn sign(&mut self, info: &CallInfo, result: Option<ValueId>) -> bool {
        let name = |id| self.module.func(id).name.as_str();
        match (self.module.direct_callee(info.callee).map(name), &info.args[..]) {
            (Some("llvm.fabs.f80"), [value]) => {
                let size = self.wide(SIGN - 1);
                self.binary(BinaryOp::And, *value, size, result);
                true
            }
            (Some("llvm.copysign.f80"), [value, sign]) => {
                let (size, bit) = (self.wide(SIGN - 1), self.wide(SIGN));
                let size = self.binary(BinaryOp::And, *value, size, None);
                let bit = self.binary(BinaryOp::And, *sign, bit, None);
                self.binary(BinaryOp::Or, size, bit, result);
                true
            }
            _ => false,
        }
    }
}
