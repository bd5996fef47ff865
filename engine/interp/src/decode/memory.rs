//! Loads, stores and local variables.

use bareflow_ir::layout::{alloc_size, bit_size, store_size};
use bareflow_ir::{Instr, Operand, Ordering, TypeId};

use super::atomic::WIDE;
use super::fits::access;
use super::{Decoder, Kind, kind_of};
use crate::machine::OsrMove;
use crate::op::int;
use crate::op::memory::{self, BasePlace, Compute, Loaded, Stored, pick_mode};
use crate::op::moves;
use crate::op::shape::{Last, Place};

impl Decoder<'_> {
    pub(super) fn emit_load(&mut self, instr: &Instr, ptr: Operand, to: u32) {
        let kind = kind_of(self.types(), instr.ty);
        let extension = instr.result.and_then(|value| self.plan.extends[value.index()]);
        if let (Some(extension), Kind::Int(from)) = (extension, kind)
            && let Kind::Int(into) = kind_of(self.types(), self.func.value_type(extension))
        {
            let address = self.address(ptr);
            let to = self.value(extension);
            let (handler, [b, c, d]) = pick_mode(&address, &Loaded::Sext(from, into));
            self.int_result(handler, to, b, c, d);
            return;
        }
        let Some(access) = access(self.types(), instr.ty) else {
            self.emit_load_bytes(instr.ty, ptr, to);
            return;
        };
        let address = self.address(ptr);
        let (handler, [b, c, d]) = pick_mode(&address, &access);
        match access {
            Loaded::Vector => self.other_result(handler, to, b, c, d, 16),
            Loaded::F32 => self.result(Kind::F32, handler, to, b, c, d),
            Loaded::F64 => self.result(Kind::F64, handler, to, b, c, d),
            _ => self.int_result(handler, to, b, c, d),
        }
        if kind == Kind::Int(1) {
            self.int_result(int::cut::<Last>, to, to, 1, 0);
        }
    }

    fn emit_load_bytes(&mut self, ty: TypeId, ptr: Operand, to: u32) {
        let bytes = store_size(self.types(), ty);
        let Ok(bytes) = u32::try_from(bytes) else {
            self.refuse("a load of more than 4 GiB");
            return;
        };
        let words = self.frame_bytes(ty);
        let from = self.place(ptr);
        if words != bytes && words >= 8 {
            self.other_result(moves::zero, to + words - 8, 0, 0, 8, 8);
        }
        self.other_result(memory::load_bytes, to, from, 0, bytes, words);
        if let Kind::Int(bits) = kind_of(self.types(), ty) {
            self.int_result(int::cut::<crate::op::shape::Reg>, to, to, bits, 0);
        }
    }

    pub(super) fn emit_store(&mut self, ptr: Operand, value: Operand, atomic: Option<Ordering>) {
        let ty = self.type_of(value);
        let is_wide = || bit_size(self.types(), ty) == u64::from(WIDE);
        if atomic == Some(Ordering::SeqCst) || atomic.is_some() && is_wide() {
            // An exchange is a store that is ordered before later loads, and of 16 bytes at once.
            let to = self.scratch(16);
            self.emit_rmw(bareflow_ir::RmwOp::Xchg, ptr, value, to);
            return;
        }
        let Some(access) = access(self.types(), ty) else {
            let bytes = store_size(self.types(), ty) as u32;
            let (to, from) = (self.place(ptr), self.place(value));
            self.push(memory::store_bytes, from, to, 0, bytes);
            return;
        };
        let from = match access {
            Loaded::Int(bits) => self.source_or_number(value, bits),
            Loaded::F32 => self.source_float(value, false),
            Loaded::F64 => self.source_float(value, true),
            _ => Place::Reg(self.place(value)),
        };
        let address = self.address(ptr);
        let (handler, [b, c, d]) = pick_mode(&address, &Stored { what: access, from });
        self.push(handler, from.field(), b, c, d);
    }

    pub(super) fn emit_alloca(
        &mut self,
        instr: &Instr,
        ty: TypeId,
        count: Operand,
        align: u32,
        to: u32,
    ) {
        let local = instr.result.and_then(|value| self.plan.locals[value.index()]);
        let Some(local) = local else {
            self.emit_dynamic_alloca(ty, count, align, to);
            return;
        };
        if local.align > 16 {
            self.int_result(memory::local_aligned, to, local.at, local.align, 0);
        } else if local.escapes {
            let address =
                memory::Address { base: BasePlace::Local(local.at), index: None, disp: 0 };
            let (handler, [b, c, d]) = pick_mode(&address, &Compute);
            self.int_result(handler, to, b, c, d);
        } else {
            self.osr_moves.push(OsrMove::Address { to, local: local.at, align: local.align });
        }
    }

    fn emit_dynamic_alloca(&mut self, ty: TypeId, count: Operand, align: u32, to: u32) {
        let size = alloc_size(self.types(), ty);
        let Ok(size) = u32::try_from(size) else {
            self.refuse("an alloca of elements of more than 4 GiB");
            return;
        };
        if !matches!(self.kind(count), Kind::Int(_)) {
            self.refuse("an alloca whose count is no integer of at most 64 bits");
            return;
        }
        let count = self.place(count);
        let bytes = self.scratch(8);
        let size = self.number(u64::from(size));
        let (l, r) = (Place::Reg(count), Place::Reg(size));
        if let Some(handler) = int::arithmetic(bareflow_ir::BinaryOp::Mul, 64, l, r) {
            self.int_result(handler, bytes, count, size, 0);
        }
        let align = align.max(bareflow_ir::layout::align_of(self.types(), ty) as u32).max(16);
        let at = self.push(crate::op::stack::allocate, to, 0, bytes, align);
        self.frame_ends.push(at);
        self.wrote(to, 8);
        self.last_int = Some(to);
    }
}
