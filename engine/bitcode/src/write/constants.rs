//! Constants: which are written where, their numbers, and their records.
//!
//! Those that variables start with belong to the module, all others to the functions that use
//! them, so that an operand is a small distance. A function's constants are written anew in each
//! function; their numbers hold for that function only.

use alloc::boxed::Box;
use alloc::vec::Vec;

use bareflow_ir::{
    BinaryOp, CastOp, Const, ConstExpr, ConstId, ConstKind, Module, Type, TypeId, Types,
};
use hashbrown::HashMap;

use super::bits::{Bits, Field, signed};
use super::numbers;
use crate::codes::{block, cst};

/// A constant that has no number at the moment.
const NONE: u32 = u32::MAX;
/// One that waits for its number.
const WAITING: u32 = u32::MAX - 1;

/// The constants of a module, and those that only its written form has.
#[derive(Debug)]
pub(super) struct Pool<'m> {
    module: &'m Module,
    /// The types of the module, and those that only its written form needs.
    pub(super) types: Types,
    /// Constants of the written form; their ids follow those of the module.
    own: Vec<Const>,
    known: HashMap<Const, ConstId>,
    /// By constant.
    numbers: Vec<u32>,
    /// Constants of the module block in the order of their numbers.
    of_module: Vec<ConstId>,
}

impl<'m> Pool<'m> {
    /// The constants of `module`, none with a number.
    pub(super) fn new(module: &'m Module) -> Self {
        let mut pool = Self {
            module,
            types: module.types.clone(),
            own: Vec::new(),
            known: HashMap::new(),
            numbers: Vec::new(),
            of_module: Vec::new(),
        };
        for constant in &module.consts {
            if let ConstKind::Expr(ConstExpr::PtrAdd { bytes, .. }) = constant.kind {
                pool.types.intern(Type::Int(8));
                pool.int(64, bytes as u64);
            }
        }
        pool
    }

    fn get(&self, id: ConstId) -> &Const {
        let own = id.index().checked_sub(self.module.consts.len());
        own.map_or_else(|| self.module.constant(id), |at| &self.own[at])
    }

    /// The type of a constant.
    pub(super) fn type_of(&self, id: ConstId) -> TypeId {
        self.get(id).ty
    }

    /// A constant that the written form needs.
    pub(super) fn intern(&mut self, ty: Type, kind: ConstKind) -> ConstId {
        let constant = Const { ty: self.types.intern(ty), kind };
        let next = ConstId::new(self.module.consts.len() + self.own.len());
        let id = *self.known.entry(constant.clone()).or_insert(next);
        if id == next {
            self.own.push(constant);
        }
        id
    }

    /// An integer of at most 64 bits.
    pub(super) fn int(&mut self, bits: u32, value: u64) -> ConstId {
        self.intern(Type::Int(bits), ConstKind::Int(value))
    }

    /// The mask of a shuffle, which in the IR is no constant.
    pub(super) fn mask(&mut self, mask: &[Option<u32>]) -> ConstId {
        let elem = self.types.intern(Type::Int(32));
        let ty = Type::Vector { elem, len: mask.len() as u32 };
        if mask.iter().all(Option::is_none) {
            return self.intern(ty, ConstKind::Poison);
        }
        if mask.iter().all(Option::is_some) {
            let bytes = mask.iter().flat_map(|lane| lane.unwrap_or_default().to_le_bytes());
            let bytes: Vec<u8> = bytes.collect();
            return self.intern(ty, ConstKind::Data(bytes.into()));
        }
        let lanes: Box<[ConstId]> = (mask.iter())
            .map(|lane| match lane {
                Some(lane) => self.int(32, u64::from(*lane)),
                None => self.intern(Type::Int(32), ConstKind::Poison),
            })
            .collect();
        self.intern(ty, ConstKind::Aggregate(lanes))
    }

    /// Gives numbers from `first` on to what the module's constants in `roots` are made of.
    /// Everything that the written form needs is interned before.
    pub(super) fn number_module(&mut self, roots: &[ConstId], first: u32) {
        self.numbers = alloc::vec![NONE; self.module.consts.len() + self.own.len()];
        self.of_module = self.number(roots.iter().copied(), first);
    }

    /// Gives numbers from `first` on to what the constants in `roots` are made of, unless they
    /// have some; the new ones are given in the order of their numbers.
    pub(super) fn number(
        &mut self,
        roots: impl Iterator<Item = ConstId>,
        first: u32,
    ) -> Vec<ConstId> {
        let mut found = Vec::new();
        let mut stack: Vec<ConstId> = roots.collect();
        while let Some(id) = stack.pop() {
            if self.numbers[id.index()] != NONE || self.symbol(id).is_some() {
                continue;
            }
            self.numbers[id.index()] = WAITING;
            found.push(id);
            match &self.get(id).kind {
                ConstKind::Aggregate(members) => stack.extend(members),
                ConstKind::Expr(expr) => {
                    expr.operands(|operand| stack.push(operand));
                    stack.extend(self.distance(expr));
                }
                // The function is named by its own number.
                _ => {}
            }
        }
        // One SETTYPE record is enough for all of a type. Where the type is the same, operands
        // come before their users, as in the table.
        found.sort_unstable_by_key(|id| (self.get(*id).ty, *id));
        for (at, id) in found.iter().enumerate() {
            self.numbers[id.index()] = first + at as u32;
        }
        found
    }

    /// The constant that holds the distance of an address, which is no constant in the IR.
    fn distance(&self, expr: &ConstExpr) -> Option<ConstId> {
        let ConstExpr::PtrAdd { bytes, .. } = expr else { return None };
        let ty = self.types.find(&Type::Int(64))?;
        self.known.get(&Const { ty, kind: ConstKind::Int(*bytes as u64) }).copied()
    }

    /// Takes the numbers of a function's constants back.
    pub(super) fn forget(&mut self, consts: &[ConstId]) {
        for id in consts {
            self.numbers[id.index()] = NONE;
        }
    }

    /// The number of a symbol's constant: variables come first, then functions, then aliases.
    fn symbol(&self, id: ConstId) -> Option<u32> {
        let Module { globals, funcs, .. } = self.module;
        match self.get(id).kind {
            ConstKind::Global(global) => Some(global.0),
            ConstKind::Func(func) => Some(globals.len() as u32 + func.0),
            ConstKind::Alias(alias) => Some((globals.len() + funcs.len()) as u32 + alias.0),
            _ => None,
        }
    }

    /// The number of a constant that was given one.
    pub(super) fn value(&self, id: ConstId) -> u32 {
        self.symbol(id).unwrap_or_else(|| self.numbers[id.index()])
    }

    /// Number of constants of the module block.
    pub(super) fn count_of_module(&self) -> u32 {
        self.of_module.len() as u32
    }

    /// The first constant of the module block that LLVM takes as operand of an instruction only.
    pub(super) fn unwritable(&self) -> Option<ConstId> {
        let wrong = |id: &&ConstId| match &self.get(**id).kind {
            ConstKind::Expr(expr) => !is_static(expr),
            _ => false,
        };
        self.of_module.iter().find(wrong).copied()
    }

    /// Writes the constants of the module block.
    pub(super) fn write_module(&self, bits: &mut Bits) {
        self.write(bits, &self.of_module);
    }

    /// Writes a CONSTANTS block.
    pub(super) fn write(&self, bits: &mut Bits, consts: &[ConstId]) {
        if consts.is_empty() {
            return;
        }
        bits.block(block::CONSTANTS, |bits| {
            let byte = Field::Fixed(8);
            let bytes =
                bits.abbreviation(&[Field::Literal(cst::STRING.into()), Field::Array, byte]);
            let mut ty = None;
            for id in consts {
                let constant = self.get(*id);
                if ty != Some(constant.ty) {
                    ty = Some(constant.ty);
                    bits.record(cst::SETTYPE, &[u64::from(constant.ty.0)]);
                }
                match (&constant.kind, self.data_width(constant.ty)) {
                    (ConstKind::Data(data), Some(1)) if self.is_array(constant.ty) => {
                        bits.array(bytes, byte, data.iter().copied().map(u64::from));
                    }
                    _ => self.one(bits, constant),
                }
            }
        });
    }

    fn is_array(&self, ty: TypeId) -> bool {
        matches!(self.types.get(ty), Type::Array { .. })
    }

    /// Bytes of each element of an array or vector that is written as data.
    fn data_width(&self, ty: TypeId) -> Option<usize> {
        let elem = match self.types.get(ty) {
            Type::Array { elem, .. } | Type::Vector { elem, .. } => *elem,
            _ => return None,
        };
        Some(match self.types.get(elem) {
            Type::Int(bits) => *bits as usize / 8,
            Type::Half | Type::BFloat => 2,
            Type::Float => 4,
            Type::Double => 8,
            _ => return None,
        })
    }

    fn one(&self, bits: &mut Bits, constant: &Const) {
        match &constant.kind {
            ConstKind::Int(value) => {
                let shift = 64 - self.types.int_bits(constant.ty).unwrap_or(64);
                bits.record(cst::INTEGER, &[signed((*value as i64) << shift >> shift)]);
            }
            ConstKind::Wide(limbs) => {
                let ops: Vec<u64> = limbs.iter().map(|limb| signed(*limb as i64)).collect();
                bits.record(cst::WIDE_INTEGER, &ops);
            }
            ConstKind::Float(value) => bits.record(cst::FLOAT, &[*value]),
            ConstKind::LongFloat(value) => {
                let (low, high) = (*value as u64, (value >> 64) as u64);
                match self.types.get(constant.ty) {
                    // The upper 64 bits of the 80 come first.
                    Type::X86Fp80 => {
                        bits.record(cst::FLOAT, &[high << 48 | low >> 16, low & 0xFFFF]);
                    }
                    _ => bits.record(cst::FLOAT, &[low, high]),
                }
            }
            ConstKind::Zero => bits.record(cst::NULL, &[]),
            ConstKind::Undef => bits.record(cst::UNDEF, &[]),
            ConstKind::Poison => bits.record(cst::POISON, &[]),
            ConstKind::Data(data) => {
                let width = self.data_width(constant.ty).unwrap_or(1);
                let ops: Vec<u64> = (data.chunks_exact(width))
                    .map(|bytes| {
                        bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
                    })
                    .collect();
                bits.record(cst::DATA, &ops);
            }
            ConstKind::Aggregate(members) => {
                let ops: Vec<u64> = members.iter().map(|id| u64::from(self.value(*id))).collect();
                bits.record(cst::AGGREGATE, &ops);
            }
            ConstKind::BlockAddr(func, block) => {
                let function = self.module.globals.len() as u64 + u64::from(func.0);
                bits.record(
                    cst::BLOCKADDRESS,
                    &[u64::from(constant.ty.0), function, u64::from(block.0)],
                );
            }
            ConstKind::Expr(expr) => self.expr(bits, expr),
            // Symbols have records of their own.
            ConstKind::Func(_) | ConstKind::Global(_) | ConstKind::Alias(_) => {}
        }
    }

    fn expr(&self, bits: &mut Bits, expr: &ConstExpr) {
        let value = |id: &ConstId| u64::from(self.value(*id));
        let ty = |id: &ConstId| u64::from(self.get(*id).ty.0);
        let byte = || self.types.find(&Type::Int(8)).map_or(0, |ty| u64::from(ty.0));
        match expr {
            ConstExpr::PtrAdd { base, .. } => {
                let distance = self.distance(expr);
                let mut ops = alloc::vec![byte(), 0, ty(base), value(base)];
                ops.extend(distance.iter().flat_map(|id| [ty(id), value(id)]));
                bits.record(cst::CE_GEP, &ops);
            }
            ConstExpr::Cast { op, value: inner } => {
                bits.record(cst::CE_CAST, &[numbers::cast(*op), ty(inner), value(inner)]);
            }
            ConstExpr::Binary { op, lhs, rhs } => {
                bits.record(cst::CE_BINOP, &[numbers::binary(*op), value(lhs), value(rhs)]);
            }
            ConstExpr::ICmp { pred, lhs, rhs } => {
                let pred = numbers::int_predicate(*pred);
                bits.record(cst::CE_CMP, &[ty(lhs), value(lhs), value(rhs), pred]);
            }
            ConstExpr::FCmp { pred, lhs, rhs } => {
                let pred = numbers::float_predicate(*pred);
                bits.record(cst::CE_CMP, &[ty(lhs), value(lhs), value(rhs), pred]);
            }
            ConstExpr::Select { cond, then, other } => {
                bits.record(cst::CE_SELECT, &[value(cond), value(then), value(other)]);
            }
        }
    }
}

/// Whether LLVM 22 has the expression as a constant. It reads the others as well, as
/// instructions before the one that uses them, so that variables cannot start with them.
fn is_static(expr: &ConstExpr) -> bool {
    match expr {
        ConstExpr::PtrAdd { .. } => true,
        ConstExpr::Cast { op, .. } => {
            matches!(op, CastOp::Trunc | CastOp::PtrToInt | CastOp::IntToPtr | CastOp::Bitcast)
        }
        ConstExpr::Binary { op, .. } => matches!(op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Xor),
        ConstExpr::ICmp { .. } | ConstExpr::FCmp { .. } | ConstExpr::Select { .. } => false,
    }
}
