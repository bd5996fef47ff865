//! Functions of one block that are not in the file: instructions of the IR, one after the other.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::{
    BinaryOp, Block, CallInfo, CastOp, ConstKind, FastMath, FuncId, Function, FunctionFlags, Instr,
    IntPredicate, Linkage, Op, Operand, ParamAttrs, Type, TypeId, ValueId, WrapFlags,
};

use crate::error::Cause;
use crate::reader::Reader;

/// A function of one block in the making.
pub(crate) struct Build<'r> {
    pub(crate) reader: &'r mut Reader,
    values: Vec<TypeId>,
    instrs: Vec<Instr>,
    pub(crate) void: TypeId,
    pub(crate) bit: TypeId,
    pub(crate) ptr: TypeId,
}

impl<'r> Build<'r> {
    pub(crate) fn new(reader: &'r mut Reader, params: &[TypeId]) -> Self {
        let types = &mut reader.module.types;
        let (void, bit) = (types.intern(Type::Void), types.intern(Type::Int(1)));
        let ptr = types.intern(Type::Ptr);
        Self { reader, values: params.to_vec(), instrs: Vec::new(), void, bit, ptr }
    }

    /// The function, which is added to the module under the name of its kind and a number.
    pub(crate) fn finish(self, kind: &str, ty: TypeId, params: usize) -> Result<FuncId, Cause> {
        let Self { reader, values, instrs, .. } = self;
        let id = FuncId::new(reader.module.funcs.len());
        let bytes = size_of::<Function>() + instrs.len() * size_of::<Instr>() + 4 * values.len();
        reader.charge(bytes + params * size_of::<ParamAttrs>())?;
        let blocks = alloc::vec![Block { instrs: 0..instrs.len() as u32 }];
        let flags = FunctionFlags { alwaysinline: true, ..FunctionFlags::default() };
        reader.module.funcs.push(Function {
            name: alloc::format!("{kind}.{}", id.0),
            ty,
            linkage: Linkage::Internal,
            comdat: None,
            params: alloc::vec![ParamAttrs::default(); params],
            ret: ParamAttrs::default(),
            flags,
            values,
            instrs,
            blocks,
        });
        Ok(id)
    }

    pub(crate) fn push(&mut self, op: Op, ty: TypeId) -> Operand {
        let id = ValueId::new(self.values.len());
        let result = (ty != self.void).then_some(id);
        self.values.extend(result.map(|_| ty));
        self.instrs.push(Instr::new(op, ty, result));
        Operand::Value(id)
    }

    pub(crate) fn int(&mut self, bits: u32) -> TypeId {
        self.reader.module.types.intern(Type::Int(bits))
    }

    pub(crate) fn type_of(&self, operand: Operand) -> TypeId {
        match operand {
            Operand::Const(id) => self.reader.module.constant(id).ty,
            Operand::Value(id) => self.values[id.index()],
        }
    }

    /// Bits of an integer, pointer or float.
    pub(crate) fn bits(&self, operand: Operand) -> u32 {
        bareflow_ir::layout::bit_size(&self.reader.module.types, self.type_of(operand)) as u32
    }

    /// A number of at most 64 bits.
    pub(crate) fn number(&mut self, bits: u32, value: u64) -> Result<Operand, Cause> {
        let ty = self.int(bits);
        let kind = ConstKind::Int(value & u64::MAX >> (64 - bits));
        self.reader.constant(ty, kind).map(Operand::Const)
    }

    pub(crate) fn undef(&mut self, ty: TypeId) -> Result<Operand, Cause> {
        self.reader.constant(ty, ConstKind::Undef).map(Operand::Const)
    }

    pub(crate) fn binary(&mut self, op: BinaryOp, lhs: Operand, rhs: Operand) -> Operand {
        let ty = self.type_of(lhs);
        let (wrap, fast) = (WrapFlags::default(), FastMath::default());
        self.push(Op::Binary { op, lhs, rhs, wrap, fast }, ty)
    }

    pub(crate) fn compare(&mut self, pred: IntPredicate, lhs: Operand, rhs: Operand) -> Operand {
        let ty = self.bit;
        self.push(Op::ICmp { pred, lhs, rhs }, ty)
    }

    pub(crate) fn select(&mut self, cond: Operand, then: Operand, other: Operand) -> Operand {
        let ty = self.type_of(then);
        self.push(Op::Select { cond, then, other }, ty)
    }

    pub(crate) fn cast(&mut self, op: CastOp, value: Operand, to: TypeId) -> Operand {
        self.push(Op::Cast { op, value, wrap: WrapFlags::default() }, to)
    }

    /// An integer of another width: cut off, or filled with zeros or the sign.
    pub(crate) fn resize(&mut self, value: Operand, bits: u32, signed: bool) -> Operand {
        let (from, to) = (self.bits(value), self.int(bits));
        let op = match from {
            _ if from == bits => return value,
            _ if from > bits => CastOp::Trunc,
            _ if signed => CastOp::SExt,
            _ => CastOp::ZExt,
        };
        self.cast(op, value, to)
    }

    /// Any value of at most 64 bits as an integer.
    pub(crate) fn as_int(&mut self, value: Operand) -> Operand {
        let ty = self.type_of(value);
        let to = self.bits(value);
        let op = match self.reader.module.types.get(ty) {
            Type::Int(_) => return value,
            Type::Ptr => CastOp::PtrToInt,
            _ => CastOp::Bitcast,
        };
        let to = self.int(to);
        self.cast(op, value, to)
    }

    /// An integer of the same width as another type.
    pub(crate) fn of_int(&mut self, value: Operand, ty: TypeId) -> Operand {
        match self.reader.module.types.get(ty) {
            Type::Int(_) => value,
            Type::Ptr => self.cast(CastOp::IntToPtr, value, ty),
            _ => self.cast(CastOp::Bitcast, value, ty),
        }
    }

    /// Room on the stack for a value.
    pub(crate) fn room(&mut self, ty: TypeId) -> Result<Operand, Cause> {
        let (count, ptr) = (self.number(32, 1)?, self.ptr);
        Ok(self.push(Op::Alloca { ty, count, align: 16 }, ptr))
    }

    pub(crate) fn load(&mut self, ptr: Operand, ty: TypeId) -> Operand {
        self.push(Op::Load { ptr, align: 1, volatile: true, atomic: None }, ty)
    }

    pub(crate) fn store(&mut self, ptr: Operand, value: Operand) {
        let void = self.void;
        self.push(Op::Store { ptr, value, align: 1, volatile: true, atomic: None }, void);
    }

    pub(crate) fn insert(&mut self, agg: Operand, value: Operand, at: u32) -> Operand {
        let ty = self.type_of(agg);
        self.push(Op::InsertValue { agg, value, path: Box::new([at]) }, ty)
    }

    /// A call of a function of the module or outside, which is declared if it is not yet.
    pub(crate) fn call(
        &mut self,
        name: String,
        ret: TypeId,
        args: Vec<Operand>,
    ) -> Result<Operand, Cause> {
        let params: Vec<TypeId> = args.iter().map(|arg| self.type_of(*arg)).collect();
        let count = params.len();
        let ty = self.reader.module.types.intern(Type::Func { ret, params, varargs: false });
        let known = self.reader.module.funcs.iter().position(|func| func.name == name);
        let id = match known {
            Some(at) => FuncId::new(at),
            None => {
                self.reader.charge(size_of::<Function>() + name.len())?;
                self.reader.module.funcs.push(Function {
                    name,
                    ty,
                    linkage: Linkage::External,
                    comdat: None,
                    params: alloc::vec![ParamAttrs::default(); count],
                    ret: ParamAttrs::default(),
                    flags: FunctionFlags::default(),
                    values: Vec::new(),
                    instrs: Vec::new(),
                    blocks: Vec::new(),
                });
                FuncId::new(self.reader.module.funcs.len() - 1)
            }
        };
        let ptr = self.ptr;
        let callee = Operand::Const(self.reader.constant(ptr, ConstKind::Func(id))?);
        let (attrs, fast) = (Vec::new(), FastMath::default());
        let call = CallInfo { callee, ty, args, attrs, tail: false, must_tail: false, fast };
        Ok(self.push(Op::Call(call), ret))
    }
}
