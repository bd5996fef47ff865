//! Address arithmetic: `getelementptr`, and the addresses of loads and stores.

use alloc::vec::Vec;

use bareflow_ir::layout::{alloc_size, field_offset};
use bareflow_ir::{CastOp, Function, Instr, Module, Op, Operand, Type, TypeId};

use super::{Decoder, Kind, kind_of, plan};
use crate::op::int;
use crate::op::memory::{Address, BasePlace, Compute, pick_mode, pick_step};
use crate::op::shape::Place;

/// Largest distance of an address mode: so small that a chain of them does not overflow.
const MAX_DISTANCE: u64 = 1 << 20;

/// `base + disp + index * scale + ...`
#[derive(Debug)]
pub(super) struct Shape {
    pub disp: i64,
    pub steps: Vec<(Operand, i64)>,
}

/// The shape of a `getelementptr`; `None` when it goes into something that has no members.
pub(super) fn shape(
    module: &Module,
    func: &Function,
    ty: TypeId,
    indices: &[Operand],
) -> Option<Shape> {
    let types = &module.types;
    let mut shape = Shape { disp: 0, steps: Vec::new() };
    let mut here = ty;
    for (position, index) in indices.iter().enumerate() {
        let index_ty = types.scalar(func.operand_type(module, *index));
        let bits = types.int_bits(index_ty)?;
        let constant = match index {
            Operand::Const(id) if bits <= 64 => plan::number(module, *id, bits),
            _ => None,
        };
        if position > 0 {
            if let Type::Struct { fields, .. } = types.get(here) {
                // Vectors of indices into structs are splats, written as such.
                let at = usize::try_from(constant.or_else(|| splat(module, *index))?).ok()?;
                let field = *fields.get(at)?;
                shape.disp = shape.disp.wrapping_add(field_offset(types, here, at) as i64);
                here = field;
                continue;
            }
            here = match types.get(here) {
                Type::Array { elem, .. } | Type::Vector { elem, .. } => *elem,
                _ => return None,
            };
        }
        let size = alloc_size(types, here) as i64;
        match constant {
            Some(number) => shape.disp = shape.disp.wrapping_add(number.wrapping_mul(size)),
            None => shape.steps.push((*index, size)),
        }
    }
    Some(shape)
}

/// The one number in all lanes of a constant vector.
fn splat(module: &Module, operand: Operand) -> Option<i64> {
    let Operand::Const(id) = operand else { return None };
    match &module.constant(id).kind {
        bareflow_ir::ConstKind::Zero => Some(0),
        bareflow_ir::ConstKind::Aggregate(members) => plan::number(module, *members.first()?, 32),
        bareflow_ir::ConstKind::Data(bytes) => {
            let (elem, _) = module.types.vector(module.constant(id).ty)?;
            let size = alloc_size(&module.types, elem) as usize;
            let mut word = [0u8; 8];
            word.get_mut(..size)?.copy_from_slice(bytes.get(..size)?);
            Some(i64::from_le_bytes(word))
        }
        _ => None,
    }
}

/// Whether a `getelementptr` is what an address mode computes.
pub(super) fn is_mode(
    module: &Module,
    func: &Function,
    ty: TypeId,
    base: Operand,
    indices: &[Operand],
) -> bool {
    if kind_of(&module.types, func.operand_type(module, base)) != Kind::Int(64) {
        return false;
    }
    let Some(shape) = shape(module, func, ty, indices) else { return false };
    if shape.disp.unsigned_abs() > MAX_DISTANCE {
        return false;
    }
    match *shape.steps {
        [] => true,
        [(index, 1 | 2 | 4 | 8)] => {
            matches!(kind_of(&module.types, func.operand_type(module, index)), Kind::Int(32 | 64))
        }
        _ => false,
    }
}

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
