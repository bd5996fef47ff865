//! Which stack variables are kept in registers, and in which slices.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::layout::{alloc_size, store_size};
use bareflow_ir::{BlockId, CastOp, Op, Operand, Type, TypeId};

use super::variables::{Copy, Place, Promotion, Slice, StackVariable};
use crate::lower::{Lower, Res};
use crate::order::Order;
use crate::shape::Shape;
use crate::source::Source;

/// More slices than this are not worth it.
const MAX_SLICES: usize = 128;
/// Variables that are copied in larger blocks than this, in bytes, stay in memory.
const MAX_BLOCK: i64 = 64;

impl Promotion {
    pub(super) fn place(&self, operand: Operand) -> Option<Place> {
        let Operand::Value(id) = operand else { return None };
        self.places.get(id.index()).copied().flatten()
    }

    fn fix(&mut self, operand: Operand) {
        if let Some(place) = self.place(operand) {
            self.variables[place.variable as usize].fixed = true;
        }
    }

    /// Notes an access to a whole value.
    fn access(&mut self, src: Source<'_>, place: Place, ty: TypeId) {
        let size = store_size(src.types(), ty) as i64;
        let variable = &mut self.variables[place.variable as usize];
        if variable.slices.iter().any(|slice| slice.offset == place.offset && slice.ty == ty) {
            return;
        }
        variable.slices.push(Slice { offset: place.offset, size, ty, vars: Vec::new() });
        variable.fixed |= size == 0 || variable.slices.len() > MAX_SLICES;
    }
}

impl Lower<'_, '_> {
    /// Decides which allocas are kept in registers. `order` need not begin at the entry; the
    /// whole function is looked at.
    pub(crate) fn plan_promotion(&mut self, order: &Order) -> Res<()> {
        let src = self.src;
        let has_allocas =
            src.func.block(BlockId(0)).iter().any(|instr| matches!(instr.op, Op::Alloca { .. }));
        if !has_allocas {
            return Ok(());
        }
        let whole;
        let order = if order.start() == BlockId(0) {
            order
        } else {
            whole = Order::of(src.func, BlockId(0));
            &whole
        };
        let mut plan =
            Promotion { variables: Vec::new(), places: vec![None; src.func.values.len()] };
        let mut copies = Vec::new();
        let mut ranges = Vec::new();
        for id in &order.blocks {
            for instr in src.func.block(*id) {
                self.look_at(&mut plan, &mut copies, &mut ranges, *id, instr);
            }
        }
        // What is copied between variables must be cut into the same slices on both sides.
        spread_all(&mut plan, src, &copies);
        for range in &ranges {
            fill_gaps(&mut plan, src, *range);
        }
        spread_all(&mut plan, src, &copies);
        for index in 0..plan.variables.len() {
            if !plan.variables[index].fixed && !self.settle(&mut plan, index, &ranges)? {
                plan.variables[index].fixed = true;
            }
        }
        self.promotion = plan;
        Ok(())
    }

    fn look_at(
        &self,
        plan: &mut Promotion,
        copies: &mut Vec<Copy>,
        ranges: &mut Vec<(Place, i64)>,
        block: BlockId,
        instr: &bareflow_ir::Instr,
    ) {
        let src = self.src;
        match &instr.op {
            Op::Alloca { count, .. } => {
                if let Some(id) = instr.result
                    && block == BlockId(0)
                    && src.const_int(*count).is_some()
                {
                    let variable = plan.variables.len() as u32;
                    plan.variables.push(StackVariable { id, fixed: false, slices: Vec::new() });
                    plan.places[id.index()] = Some(Place { variable, offset: 0 });
                }
            }
            Op::Gep { ty, base, indices, .. } if plan.place(*base).is_some() => {
                let offset = self.constant_offset(*ty, indices);
                match (plan.place(*base), offset, instr.result) {
                    (Some(place), Some(distance), Some(result))
                        if src.types().vector(instr.ty).is_none() =>
                    {
                        let offset = place.offset.wrapping_add(distance);
                        plan.places[result.index()] = Some(Place { offset, ..place });
                    }
                    _ => plan.fix(*base),
                }
            }
            // The same pointer, as bitcode with typed pointers has it.
            Op::Cast { op: CastOp::Bitcast, value, .. } if plan.place(*value).is_some() => {
                match instr.result {
                    Some(result) if *src.types().get(instr.ty) == Type::Ptr => {
                        plan.places[result.index()] = plan.place(*value);
                    }
                    _ => plan.fix(*value),
                }
            }
            Op::Load { ptr, volatile: false, atomic: None, .. } => {
                if let Some(place) = plan.place(*ptr) {
                    plan.access(src, place, instr.ty);
                }
            }
            Op::Store { ptr, value, volatile: false, atomic: None, .. } => {
                plan.fix(*value);
                if let Some(place) = plan.place(*ptr) {
                    plan.access(src, place, src.type_of(*value));
                }
            }
            Op::Call(call) => {
                let name = src
                    .direct_callee(call.callee)
                    .map_or("", |callee| src.module.func(callee).name.as_str());
                let size = call.args.get(2).and_then(|size| src.const_int(*size));
                if name.starts_with("llvm.lifetime.") {
                    return;
                }
                let copies_bytes =
                    name.starts_with("llvm.memcpy.p0") || name.starts_with("llvm.memmove.p0");
                if let (true, Some(size)) = (copies_bytes, size) {
                    let size = size as i64;
                    let (to, from) = (plan.place(call.args[0]), plan.place(call.args[1]));
                    ranges.extend(to.into_iter().chain(from).map(|place| (place, size)));
                    if let (Some(to), Some(from)) = (to, from) {
                        if to.variable == from.variable {
                            plan.fix(call.args[0]);
                        }
                        copies.push(Copy { to, from, size });
                    }
                    return;
                }
                if let (true, Some(size)) = (name.starts_with("llvm.memset.p0"), size)
                    && src.const_int(call.args[1]).is_some()
                {
                    if let Some(place) = plan.place(call.args[0]) {
                        ranges.push((place, size as i64));
                    }
                    return;
                }
                instr.op.operands(|operand| plan.fix(operand));
            }
            op => op.operands(|operand| plan.fix(operand)),
        }
    }

    /// The distance that constant indices make.
    fn constant_offset(&self, ty: TypeId, indices: &[Operand]) -> Option<i64> {
        let types = self.types();
        let mut at = ty;
        let mut offset = 0i64;
        for (position, index) in indices.iter().enumerate() {
            let index = self.src.const_signed(*index)?;
            if position == 0 {
                offset = offset.wrapping_add(index.wrapping_mul(alloc_size(types, at) as i64));
                continue;
            }
            if let bareflow_ir::Type::Struct { .. } = types.get(at) {
                let next = types.member(at, index as u64)?;
                offset =
                    offset.wrapping_add(
                        bareflow_ir::layout::member_offset(types, at, index as u64) as i64,
                    );
                at = next;
                continue;
            }
            at = match types.get(at) {
                bareflow_ir::Type::Array { elem, .. } | bareflow_ir::Type::Vector { elem, .. } => {
                    *elem
                }
                _ => return None,
            };
            offset = offset.wrapping_add(index.wrapping_mul(alloc_size(types, at) as i64));
        }
        Some(offset)
    }

    /// Sorts the slices of a variable, and gives them Cranelift variables. False if they
    /// overlap, or a block operation cuts one.
    fn settle(&mut self, plan: &mut Promotion, index: usize, ranges: &[(Place, i64)]) -> Res<bool> {
        let mut slices = core::mem::take(&mut plan.variables[index].slices);
        slices.sort_by_key(|slice| slice.offset);
        let mut merged: Vec<Slice> = Vec::new();
        for slice in slices {
            match merged.last() {
                Some(last) if last.offset == slice.offset && last.size == slice.size => {
                    if !self.interchangeable(last.ty, slice.ty)? {
                        return Ok(false);
                    }
                }
                Some(last) if last.offset + last.size > slice.offset => return Ok(false),
                _ => merged.push(slice),
            }
        }
        for (place, size) in ranges {
            if place.variable as usize != index {
                continue;
            }
            let (start, end) = (place.offset, place.offset + size);
            for slice in &merged {
                let (first, last) = (slice.offset, slice.offset + slice.size);
                let inside = first >= start && last <= end;
                if !inside && first < end && last > start {
                    return Ok(false);
                }
                // A filled slice must be a number that the bytes make.
                if inside && self.piece_types(slice.ty)?.len() != 1 {
                    return Ok(false);
                }
            }
        }
        for slice in &mut merged {
            for ty in self.piece_types(slice.ty)?.iter() {
                let var = self.b.declare_var(*ty);
                slice.vars.push(var);
            }
        }
        plan.variables[index].slices = merged;
        Ok(true)
    }

    /// Whether a value of one type can be read as the other by a change of type alone.
    fn interchangeable(&mut self, a: TypeId, b: TypeId) -> Res<bool> {
        if a == b {
            return Ok(true);
        }
        let full = |shape| match shape {
            Shape::Int { bits, clif } => bits == clif.bits() && bits <= 64,
            Shape::Ptr | Shape::Float(_) | Shape::Half { .. } => true,
            Shape::Lanes { len, chunk, chunks, .. } => len == chunk.lane_count() * chunks,
            _ => false,
        };
        if !full(self.shape(a)?) || !full(self.shape(b)?) {
            return Ok(false);
        }
        let (a, b) = (self.piece_types(a)?, self.piece_types(b)?);
        Ok(a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.bits() == b.bits()))
    }
}

/// Cuts what a block operation moves but nothing else touches into numbers.
fn fill_gaps(plan: &mut Promotion, src: Source<'_>, (place, size): (Place, i64)) {
    let variable = &mut plan.variables[place.variable as usize];
    if variable.fixed {
        return;
    }
    if size > MAX_BLOCK {
        variable.fixed = true;
        return;
    }
    let mut covered: Vec<(i64, i64)> =
        variable.slices.iter().map(|slice| (slice.offset, slice.offset + slice.size)).collect();
    covered.sort_unstable();
    let end = place.offset + size;
    covered.push((end, end));
    let mut at = place.offset;
    let mut gaps = Vec::new();
    for (first, last) in covered {
        while at < first.min(end) {
            let left = first.min(end) - at;
            // The largest number that fits and is aligned in the variable.
            let width = [8, 4, 2, 1].into_iter().find(|width| *width <= left && at % width == 0);
            let width = width.unwrap_or(1);
            gaps.push((at, width));
            at += width;
        }
        at = at.max(last);
    }
    for (offset, width) in gaps {
        match src.types().find(&bareflow_ir::Type::Int(width as u32 * 8)) {
            Some(ty) => plan.access(src, Place { offset, ..place }, ty),
            None => plan.variables[place.variable as usize].fixed = true,
        }
    }
}

/// Adds the slices of either side of each copy to the other side.
fn spread_all(plan: &mut Promotion, src: Source<'_>, copies: &[Copy]) {
    let mut changed = !copies.is_empty();
    while changed {
        changed = false;
        for copy in copies {
            changed |= spread(plan, src, *copy, false);
            changed |= spread(plan, src, *copy, true);
        }
    }
}

/// Adds the slices of one side of a copy to the other; says whether there were new ones.
fn spread(plan: &mut Promotion, src: Source<'_>, copy: Copy, back: bool) -> bool {
    let (to, from) = if back { (copy.from, copy.to) } else { (copy.to, copy.from) };
    if plan.variables[to.variable as usize].fixed || plan.variables[from.variable as usize].fixed {
        return false;
    }
    let slices: Vec<(i64, TypeId)> = plan.variables[from.variable as usize]
        .slices
        .iter()
        .filter(|slice| {
            slice.offset >= from.offset && slice.offset + slice.size <= from.offset + copy.size
        })
        .map(|slice| (slice.offset - from.offset + to.offset, slice.ty))
        .collect();
    let before = plan.variables[to.variable as usize].slices.len();
    for (offset, ty) in slices {
        plan.access(src, Place { offset, ..to }, ty);
    }
    plan.variables[to.variable as usize].slices.len() > before
}
