//! Instructions that touch memory or compute addresses.

use alloc::vec::Vec;

use bareflow_ir::layout::align_of;
use bareflow_ir::{Op, Type, TypeId};

use crate::body::Body;
use crate::error::Cause;
use crate::numbers;
use crate::ops::{Ops, to_id};
use crate::symbols::alignment;

impl Body<'_> {
    /// Alignment in bytes from its code; that of the type when none is given.
    fn align(&self, code: u64, ty: TypeId) -> Result<u32, Cause> {
        match alignment(code)? {
            0 => Ok(align_of(&self.reader.module.types, ty).min(1 << 31) as u32),
            align => Ok(align),
        }
    }

    fn sized(&self, id: u64) -> Result<TypeId, Cause> {
        let ty = self.reader.types.get(id)?;
        match self.type_of(ty) {
            Type::Void
            | Type::Opaque
            | Type::Func { .. }
            | Type::Label
            | Type::Metadata
            | Type::Token => Err(Cause::Malformed("an access to something without a size")),
            _ => self.reader.placed(ty),
        }
    }

    /// `[type, type of the count, count, flags, address space]`
    pub(crate) fn alloca(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let ty = self.sized(ops.next()?)?;
        let count_ty = self.reader.types.get(ops.next()?)?;
        let number = to_id(ops.next()?)?;
        let count = self.numbered(number, count_ty)?;
        let flags = ops.next()?;
        if flags & 1 << 5 != 0 {
            return Err(Cause::Unsupported("an inalloca argument".into()));
        }
        if flags & 1 << 6 == 0 {
            return Err(Cause::Unsupported("an alloca as written before LLVM 4".into()));
        }
        if ops.flag() {
            return Err(Cause::Unsupported("an alloca in another address space".into()));
        }
        // Five bits, and three more behind the flags.
        let align = self.align(flags & 0x1F | (flags >> 8 & 7) << 5, ty)?;
        self.push(Op::Alloca { ty, count, align }, self.ptr)
    }

    /// `[address, type, alignment, volatile, ordering, scope]`
    pub(crate) fn load(&mut self, ops: &mut Ops<'_>, atomic: bool) -> Result<(), Cause> {
        let (ptr, _) = self.pair(ops)?;
        let ty = self.sized(ops.next()?)?;
        let align = self.align(ops.next()?, ty)?;
        let volatile = ops.flag();
        let atomic = if atomic { numbers::ordering(ops.next()?)? } else { None };
        self.push(Op::Load { ptr, align, volatile, atomic }, ty)
    }

    /// `[address, value, alignment, volatile, ordering, scope]`
    pub(crate) fn store(&mut self, ops: &mut Ops<'_>, atomic: bool) -> Result<(), Cause> {
        let (ptr, _) = self.pair(ops)?;
        let (value, ty) = self.pair(ops)?;
        let ty = self.reader.placed(ty)?;
        let align = self.align(ops.next()?, ty)?;
        let volatile = ops.flag();
        let atomic = if atomic { numbers::ordering(ops.next()?)? } else { None };
        self.push(Op::Store { ptr, value, align, volatile, atomic }, self.void)
    }

    /// `[flags, type, base, index...]`
    pub(crate) fn gep(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let inbounds = ops.next()? & 1 != 0;
        let ty = self.sized(ops.next()?)?;
        let (base, base_ty) = self.pair(ops)?;
        let types = &self.reader.module.types;
        let mut lanes = types.vector(base_ty).map(|(_, len)| len);
        let mut indices = Vec::with_capacity(ops.len());
        while !ops.is_empty() {
            let (index, index_ty) = self.pair(ops)?;
            lanes = lanes.or(self.reader.module.types.vector(index_ty).map(|(_, len)| len));
            indices.push(index);
        }
        indices.shrink_to_fit();
        let result = self.with_lanes(self.ptr, lanes);
        self.push(Op::Gep { ty, base, indices, inbounds }, result)
    }

    /// `[address, expected, new, volatile, success, scope, failure, weak, alignment]`
    pub(crate) fn compare_exchange(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let (ptr, _) = self.pair(ops)?;
        let (expected, ty) = self.pair(ops)?;
        let new = self.value(ops, ty)?;
        let volatile = ops.flag();
        let ordering = |code| {
            let plain = Cause::Malformed("an atomic access without an ordering");
            numbers::ordering(code)?.ok_or(plain)
        };
        let success = ordering(ops.next()?)?;
        let _scope = ops.next()?;
        let failure = ordering(ops.next()?)?;
        let weak = ops.flag();
        let fields = alloc::vec![ty, self.bit];
        let pair = self.reader.module.types.intern(Type::Struct { fields, packed: false });
        self.push(Op::CmpXchg { ptr, expected, new, success, failure, weak, volatile }, pair)
    }

    /// `[address, value, operation, volatile, ordering, scope, alignment]`
    pub(crate) fn read_modify_write(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let (ptr, _) = self.pair(ops)?;
        let (value, ty) = self.pair(ops)?;
        let op = numbers::rmw(ops.next()?)?;
        let volatile = ops.flag();
        let plain = Cause::Malformed("an atomic access without an ordering");
        let ordering = numbers::ordering(ops.next()?)?.ok_or(plain)?;
        self.push(Op::AtomicRmw { op, ptr, value, ordering, volatile }, ty)
    }

    /// `[ordering, scope]`
    pub(crate) fn fence(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let plain = Cause::Malformed("a fence without an ordering");
        let ordering = numbers::ordering(ops.next()?)?.ok_or(plain)?;
        self.push(Op::Fence { ordering }, self.void)
    }

    /// `[type of the list, list, type of the argument]`
    pub(crate) fn va_arg(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let list_ty = self.reader.types.get(ops.next()?)?;
        let list = self.value(ops, list_ty)?;
        let ty = self.sized(ops.next()?)?;
        self.push(Op::VaArg { list }, ty)
    }
}
