//! Constants as values.

use alloc::vec::Vec;

use bareflow_ir::layout::{alloc_size, member_offset, store_size};
use bareflow_ir::{
    BinaryOp, ConstExpr, ConstId, ConstKind, FuncId, GlobalId, Linkage, Symbol, Type, TypeId, data,
};
use cranelift_codegen::ir::immediates::{Ieee32, Ieee64};
use cranelift_codegen::ir::{
    self as clif, ExtFuncData, ExternalName, FuncRef, GlobalValue, GlobalValueData, InstBuilder,
    UserExternalName, Value, types,
};

use crate::addr::{Addr, Base};
use crate::lower::{Lower, Refusal, Res, refuse};
use crate::shape::Shape;

impl Lower<'_, '_> {
    /// Appends the pieces of a constant.
    pub(crate) fn constant(&mut self, id: ConstId, out: &mut Vec<Value>) -> Res<()> {
        let constant = self.src.constant(id);
        let ty = constant.ty;
        match &constant.kind {
            ConstKind::Zero | ConstKind::Undef | ConstKind::Poison => {
                for piece in self.piece_types(ty)?.iter() {
                    let zero = self.zero(*piece);
                    out.push(zero);
                }
            }
            ConstKind::Int(value) => {
                let ty = self.piece_types(ty)?[0];
                let value = self.int(ty, *value);
                out.push(value);
            }
            ConstKind::Float(bits) => {
                let value = match self.shape(ty)? {
                    Shape::Float(types::F32) => {
                        self.b.ins().f32const(Ieee32::with_bits(*bits as u32))
                    }
                    Shape::Float(_) => self.b.ins().f64const(Ieee64::with_bits(*bits)),
                    _ => self.int(types::I16, *bits),
                };
                out.push(value);
            }
            ConstKind::Wide(limbs) => self.wide_constant(ty, limbs, out)?,
            ConstKind::LongFloat(_) => return refuse("a float constant of more than 64 bits"),
            ConstKind::Data(bytes) => self.from_bytes(ty, bytes, out)?,
            ConstKind::Aggregate(members) => {
                if self.types().vector(ty).is_none() {
                    for member in members {
                        self.constant(*member, out)?;
                    }
                    return Ok(());
                }
                // Lanes that are no addresses have bytes.
                if id.index() < self.src.module.consts.len()
                    && let Ok(lowered) = data::lower(self.src.module, id)
                    && lowered.relocs.is_empty()
                {
                    return self.from_bytes(ty, &lowered.bytes, out);
                }
                let mut lanes = Vec::new();
                for member in members {
                    let mut lane = Vec::new();
                    self.constant(*member, &mut lane)?;
                    lanes.push(lane);
                }
                let pieces = self.from_lanes(ty, &lanes)?;
                out.extend(pieces);
            }
            ConstKind::Func(_)
            | ConstKind::Global(_)
            | ConstKind::Alias(_)
            | ConstKind::BlockAddr(..)
            | ConstKind::Expr(_) => self.expression(id, out)?,
        }
        Ok(())
    }

    fn wide_constant(&mut self, ty: TypeId, limbs: &[u64], out: &mut Vec<Value>) -> Res<()> {
        match self.shape(ty)? {
            Shape::Int { clif, .. } => {
                let low = u128::from(limbs.first().copied().unwrap_or(0));
                let high = u128::from(limbs.get(1).copied().unwrap_or(0));
                let value = self.long(clif, low | high << 64);
                out.push(value);
            }
            _ => {
                for limb in limbs {
                    let value = self.int(types::I64, *limb);
                    out.push(value);
                }
            }
        }
        Ok(())
    }

    /// The pieces of a value given by its memory representation.
    pub(crate) fn from_bytes(&mut self, ty: TypeId, bytes: &[u8], out: &mut Vec<Value>) -> Res<()> {
        let number = |size: u64| {
            let mut word = [0u8; 16];
            let size = (size as usize).min(16).min(bytes.len());
            word[..size].copy_from_slice(&bytes[..size]);
            u128::from_le_bytes(word)
        };
        match self.shape(ty)? {
            Shape::Void => {}
            Shape::Int { clif, bits } => {
                let value = number(store_size(self.types(), ty));
                let value = if bits < 128 { value & ((1 << bits) - 1) } else { value };
                let value = self.long(clif, value);
                out.push(value);
            }
            Shape::Ptr => {
                let value = self.int(types::I64, number(8) as u64);
                out.push(value);
            }
            Shape::Half { .. } => {
                let value = self.int(types::I16, number(2) as u64);
                out.push(value);
            }
            Shape::Float(types::F32) => {
                let value = self.b.ins().f32const(Ieee32::with_bits(number(4) as u32));
                out.push(value);
            }
            Shape::Float(_) => {
                let value = self.b.ins().f64const(Ieee64::with_bits(number(8) as u64));
                out.push(value);
            }
            Shape::Wide { bits, limbs } => {
                for limb in 0..limbs as usize {
                    let mut word = [0u8; 8];
                    let rest = bytes.get(limb * 8..).unwrap_or(&[]);
                    let size = rest.len().min(8);
                    word[..size].copy_from_slice(&rest[..size]);
                    let here = (bits - limb as u32 * 64).min(64);
                    let value = u64::from_le_bytes(word) & (u64::MAX >> (64 - here));
                    let value = self.int(types::I64, value);
                    out.push(value);
                }
            }
            Shape::Lanes { chunk, chunks, .. } => {
                for index in 0..chunks as usize {
                    let mut lanes = [0u8; 16];
                    let rest = bytes.get(index * 16..).unwrap_or(&[]);
                    let size = rest.len().min(16);
                    lanes[..size].copy_from_slice(&rest[..size]);
                    let value = self.vector(chunk, lanes);
                    out.push(value);
                }
            }
            Shape::Mask { len, chunk, chunks } => {
                let per = chunk.lane_count();
                let width = (chunk.lane_bits() / 8) as usize;
                for index in 0..chunks {
                    let mut lanes = [0u8; 16];
                    for lane in 0..per.min(len - (index * per).min(len)) {
                        let bit = (index * per + lane) as usize;
                        if bytes.get(bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 != 0) {
                            lanes[lane as usize * width..][..width].fill(0xff);
                        }
                    }
                    let value = self.vector(chunk, lanes);
                    out.push(value);
                }
            }
            Shape::Scalars { elem, len } => {
                let bits = bareflow_ir::layout::bit_size(self.types(), elem);
                if !bits.is_multiple_of(8) {
                    return self.packed_from_bytes(elem, bits, len, bytes, out);
                }
                for index in 0..u64::from(len) {
                    let at = member_offset(self.types(), ty, index) as usize;
                    self.from_bytes(elem, bytes.get(at..).unwrap_or(&[]), out)?;
                }
            }
            Shape::Aggregate => {
                let Type::Array { elem, len } = self.types().get(ty) else {
                    return refuse("a constant structure of bytes");
                };
                let step = alloc_size(self.types(), *elem);
                for index in 0..*len {
                    let at = (index * step) as usize;
                    self.from_bytes(*elem, bytes.get(at..).unwrap_or(&[]), out)?;
                }
            }
        }
        Ok(())
    }

    fn packed_from_bytes(
        &mut self,
        elem: TypeId,
        bits: u64,
        len: u32,
        bytes: &[u8],
        out: &mut Vec<Value>,
    ) -> Res<()> {
        for index in 0..u64::from(len) {
            let mut lane = Vec::new();
            for byte in 0..bits.div_ceil(8) {
                let mut value = 0u8;
                for bit in byte * 8..(byte * 8 + 8).min(bits) {
                    let from = (index * bits + bit) as usize;
                    let set = bytes.get(from / 8).is_some_and(|b| b >> (from % 8) & 1 != 0);
                    value |= u8::from(set) << (bit % 8);
                }
                lane.push(value);
            }
            self.from_bytes(elem, &lane, out)?;
        }
        Ok(())
    }

    fn expression(&mut self, id: ConstId, out: &mut Vec<Value>) -> Res<()> {
        let constant = self.src.constant(id);
        if let Some(addr) = self.constant_addr(id)? {
            let value = self.addr_value(addr);
            let value = self.resize_address(value, constant.ty)?;
            out.push(value);
            return Ok(());
        }
        let ConstKind::Expr(expr) = &constant.kind else { return refuse("an odd constant") };
        let operand = bareflow_ir::Operand::Const;
        let pieces = match *expr {
            ConstExpr::PtrAdd { base, bytes } => {
                let base = self.one(operand(base))?;
                alloc::vec![self.add_const(base, bytes)]
            }
            ConstExpr::Cast { op, value } => self.cast(op, operand(value), constant.ty)?,
            ConstExpr::Binary { op, lhs, rhs } => {
                // It may be computed where it is not needed, so it must not fault.
                let divides =
                    matches!(op, BinaryOp::UDiv | BinaryOp::SDiv | BinaryOp::URem | BinaryOp::SRem);
                if divides && self.src.const_signed(operand(rhs)).is_none_or(|by| by < 1) {
                    return refuse("a constant division by an address");
                }
                self.binary(op, operand(lhs), operand(rhs), constant.ty)?
            }
            ConstExpr::ICmp { pred, lhs, rhs } => self.icmp(pred, operand(lhs), operand(rhs))?,
            ConstExpr::FCmp { pred, lhs, rhs } => self.fcmp(pred, operand(lhs), operand(rhs))?,
            ConstExpr::Select { cond, then, other } => {
                self.select(operand(cond), operand(then), operand(other), constant.ty)?
            }
        };
        out.extend(pieces);
        Ok(())
    }

    /// Constant addresses have 64 bits, but may be cast to integers of any width.
    fn resize_address(&mut self, value: Value, ty: TypeId) -> Res<Value> {
        match self.shape(ty)? {
            Shape::Int { bits, clif } if bits != 64 => Ok(self.fit_int(value, 64, bits, clif)),
            _ => Ok(value),
        }
    }

    /// A constant that is the address of a symbol plus a distance, or a number, as address.
    pub(crate) fn constant_addr(&mut self, id: ConstId) -> Res<Option<Addr>> {
        match self.shape(self.src.constant(id).ty)? {
            Shape::Ptr | Shape::Int { bits: ..=64, .. } => {}
            _ => return Ok(None),
        }
        let scalar = match self.src.constant(id).kind {
            ConstKind::Func(func) if id.index() >= self.src.module.consts.len() => {
                data::Scalar { plus: Some(Symbol::Func(func)), minus: None, value: 0 }
            }
            _ if id.index() >= self.src.module.consts.len() => return Ok(None),
            ConstKind::Func(_)
            | ConstKind::Global(_)
            | ConstKind::Alias(_)
            | ConstKind::BlockAddr(..)
            | ConstKind::Expr(_) => match data::evaluate(self.src.module, id) {
                Ok(scalar) => scalar,
                Err(_) => return Ok(None),
            },
            _ => return Ok(None),
        };
        if scalar.minus.is_some() {
            return Ok(None);
        }
        let base = match scalar.plus {
            None => {
                let value = self.int(types::I64, scalar.value as u64);
                return Ok(Some(Addr { base: Base::Value(value), offset: 0 }));
            }
            Some(Symbol::Func(func)) => Base::Value(self.func_addr(func)),
            Some(Symbol::Global(global)) => Base::Symbol(self.global(global)),
            Some(Symbol::Alias(_)) => return Ok(None),
        };
        Ok(Some(Addr { base, offset: scalar.value }))
    }

    /// The address of a function: that of its stub.
    fn func_addr(&mut self, func: FuncId) -> Value {
        let reference = match self.names.addresses.get(&func) {
            Some(reference) => *reference,
            None => {
                let sig = match self.names.plain {
                    Some(sig) => sig,
                    None => {
                        let call_conv = cranelift_codegen::isa::CallConv::SystemV;
                        let sig = self.b.import_signature(clif::Signature::new(call_conv));
                        self.names.plain = Some(sig);
                        sig
                    }
                };
                let func_data = self.src.module.func(func);
                let name = self.external(&func_data.name);
                let colocated = func_data.linkage != Linkage::ExternWeak;
                let data = ExtFuncData { name, signature: sig, colocated, patchable: false };
                let reference = self.b.import_function(data);
                self.names.addresses.insert(func, reference);
                reference
            }
        };
        self.b.ins().func_addr(types::I64, reference)
    }

    /// Declares a function by name.
    pub(crate) fn import(&mut self, name: &str, signature: clif::SigRef) -> FuncRef {
        let name = self.external(name);
        self.b.import_function(ExtFuncData { name, signature, colocated: true, patchable: false })
    }

    fn external(&mut self, name: &str) -> ExternalName {
        let index = self.names.number(name);
        let name = UserExternalName { namespace: 0, index };
        ExternalName::user(self.b.func.declare_imported_user_function(name))
    }

    fn global(&mut self, global: GlobalId) -> GlobalValue {
        if let Some(known) = self.names.globals.get(&global) {
            return *known;
        }
        let data = self.src.module.global(global);
        // One that may be missing is null then, which lies out of reach of a distance.
        let value = self.symbol_at(&data.name, data.linkage != Linkage::ExternWeak);
        self.names.globals.insert(global, value);
        self.names.owners.push((value, global));
        value
    }

    /// Data by name.
    pub(crate) fn symbol(&mut self, name: &str) -> GlobalValue {
        self.symbol_at(name, true)
    }

    fn symbol_at(&mut self, name: &str, colocated: bool) -> GlobalValue {
        let number = self.names.number(name);
        if let Some(known) = self.names.symbols.get(&number) {
            return *known;
        }
        let name = self.external(name);
        let data = GlobalValueData::Symbol { name, offset: 0.into(), colocated, tls: false };
        let value = self.b.create_global_value(data);
        self.names.symbols.insert(number, value);
        value
    }
}

impl From<&str> for Refusal {
    fn from(what: &str) -> Self {
        Refusal(what.into())
    }
}
