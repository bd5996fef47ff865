//! Address arithmetic: `getelementptr`, and the addresses of loads and stores.

use alloc::vec::Vec;

use bareflow_ir::{CastOp, Instr, Op, Operand, TypeId};

use super::fits::{Shape, is_mode, shape};
use super::{Decoder, Kind};
use crate::op::int;
use crate::op::memory::{Address, BasePlace, Compute, pick_mode, pick_step};
use crate::op::shape::Place;

impl Decoder<'_> {
    /// The address in a pointer operand, with what was folded into it.
    pub(super) fn address(&mut self, ptr: Operand) -> Address {
        let func = self.func;
        if let Operand::Value(value) = ptr {
            if let Some(local) = self.plan.locals[value.index()]
                && local.align <= 16
            {
                return Address { base: BasePlace::Local(local.at), index: None, disp: 0 };
            }
            if self.plan.folded[value.index()]
                && let Op::Gep { ty, base, indices, .. } =
                    &func.instrs[self.plan.made_by[value.index()] as usize].op
                && let Some(shape) = shape(self.env.module, func, *ty, indices)
            {
                return self.mode(*base, &shape);
            }
        }
        let base = self.source(ptr);
        Address { base: BasePlace::At(base), index: None, disp: 0 }
    }

    /// The address mode of a shape that [`is_mode`] accepts.
    fn mode(&mut self, base: Operand, shape: &Shape) -> Address {
        if shape.steps.is_empty() {
            // A constant distance from what may be an address mode itself.
            let inner = self.address(base);
            if let Some(disp) = inner.disp.checked_add(shape.disp as i32) {
                return Address { disp, ..inner };
            }
            self.refuse("address arithmetic in too many steps");
        }
        let base = self.source(base);
        let index = shape.steps.first().map(|(index, scale)| {
            let (operand, more) = self.scaled(*index);
            let (place, signed) = self.index(operand);
            (place, signed, *scale as u32 * more)
        });
        Address { base: BasePlace::At(base), index, disp: shape.disp as i32 }
    }

    /// An index that was multiplied by a power of two, taken apart.
    fn scaled(&self, index: Operand) -> (Operand, u32) {
        if let Operand::Value(value) = index
            && self.plan.folded[value.index()]
            && let Op::Binary { op: bareflow_ir::BinaryOp::Shl, lhs, rhs, .. } =
                self.func.instrs[self.plan.made_by[value.index()] as usize].op
            && let Some(by) = self.number_of(rhs, 64)
        {
            return (lhs, 1 << by);
        }
        (index, 1)
    }

    /// Where an index is, and whether it is 32 bits to be sign-extended.
    fn index(&mut self, index: Operand) -> (Place, bool) {
        let func = self.func;
        if let Operand::Value(value) = index
            && self.plan.folded[value.index()]
            && let Op::Cast { op: CastOp::SExt, value: from, .. } =
                &func.instrs[self.plan.made_by[value.index()] as usize].op
            && !self.plan.by_load[value.index()]
        {
            return (self.source(*from), true);
        }
        match self.kind(index) {
            Kind::Int(64) => (self.source(index), false),
            Kind::Int(32) => (self.source(index), true),
            Kind::Int(bits) => {
                let (from, to) = (self.place(index), self.scratch(8));
                let handler = int::sign_extend::<crate::op::shape::Reg>;
                self.int_result(handler, to, from, bits, 64);
                (Place::Reg(to), false)
            }
            Kind::Big(_) | Kind::Huge(_) => (Place::Reg(self.place(index)), false),
            _ => {
                self.refuse("an index that is no integer");
                (Place::Reg(0), false)
            }
        }
    }

    pub(super) fn emit_gep(
        &mut self,
        instr: &Instr,
        ty: TypeId,
        base: Operand,
        indices: &[Operand],
        to: u32,
    ) {
        let Some(shape) = shape(self.env.module, self.func, ty, indices) else {
            self.refuse("a getelementptr into something that has no members");
            return;
        };
        if self.types().vector(instr.ty).is_some() {
            self.emit_vector_gep(instr, base, &shape, to);
            return;
        }
        if is_mode(self.env.module, self.func, ty, base, indices) {
            let address = self.mode(base, &shape);
            let (handler, [b, c, d]) = pick_mode(&address, &Compute);
            self.int_result(handler, to, b, c, d);
            return;
        }
        // The result's place may be that of a phi which an index reads: it is written last.
        let mut from = self.source(base);
        let last = shape.steps.len() + usize::from(shape.disp != 0);
        let mut done = 0;
        let room = self.scratch(8);
        let mut target = || {
            done += 1;
            if done == last { to } else { room }
        };
        let mut parts = Vec::new();
        for (index, size) in &shape.steps {
            parts.push((*index, *size, target()));
        }
        let end = target();
        for (index, size, into) in parts {
            let (place, signed) = self.index(index);
            let from_now = self.settled(from);
            match i32::try_from(size) {
                Ok(size) => {
                    let handler = pick_step(from_now, place, signed);
                    self.int_result(handler, into, from.field(), place.field(), size as u32);
                }
                Err(_) => {
                    self.refuse("an array element of more than 2 GiB");
                    return;
                }
            }
            from = Place::Last(into);
        }
        if shape.disp != 0 {
            let number = match i32::try_from(shape.disp) {
                Ok(number) => Place::Imm(number),
                Err(_) => Place::Reg(self.number(shape.disp as u64)),
            };
            let Some(handler) = int::arithmetic(bareflow_ir::BinaryOp::Add, 64, from, number)
            else {
                return;
            };
            self.int_result(handler, end, from.field(), number.field(), 0);
        } else if shape.steps.is_empty() {
            self.copy_word(to, from.field());
        }
    }
}
