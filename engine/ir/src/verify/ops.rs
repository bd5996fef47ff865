//! Instructions: what their operands and results must be.

use super::fits::{cast_fits, is_float, is_int, is_ptr, lanes, sized};
use crate::layout::bit_size;
use crate::{
    CallInfo, Clause, ConstKind, Function, Instr, Module, Op, Operand, Type, TypeId, Types,
};

type Checked = Result<(), &'static str>;

fn ensure(right: bool, what: &'static str) -> Checked {
    if right { Ok(()) } else { Err(what) }
}

/// All ids in an instruction exist.
pub(super) fn ids(module: &Module, func: &Function, instr: &Instr) -> Checked {
    let mut known = true;
    instr.op.operands(|operand| {
        known &= match operand {
            Operand::Value(id) => id.index() < func.values.len(),
            Operand::Const(id) => id.index() < module.consts.len(),
        };
    });
    ensure(known, "an operand that does not exist")?;
    let mut known = true;
    instr.op.successors(|block| known &= block.index() < func.blocks.len());
    ensure(known, "a block that does not exist")?;
    let types = module.types.len();
    match &instr.op {
        Op::Switch { cases, .. } => {
            let known = cases.iter().all(|(case, _)| case.index() < module.consts.len());
            ensure(known, "a case that does not exist")
        }
        Op::Alloca { ty, .. } | Op::Gep { ty, .. } => {
            ensure(ty.index() < types, "a type that does not exist")
        }
        Op::Call(call) | Op::Invoke { call, .. } => {
            ensure(call.ty.index() < types, "a type that does not exist")
        }
        Op::Phi { incoming } => {
            let known = incoming.iter().all(|(_, block)| block.index() < func.blocks.len());
            ensure(known, "a block that does not exist")
        }
        _ => Ok(()),
    }
}

/// Whether `ty` is a bit for each lane of `of`.
fn is_bit(types: &Types, ty: TypeId, of: TypeId) -> bool {
    matches!(types.get(types.scalar(ty)), Type::Int(1)) && lanes(types, ty) == lanes(types, of)
}

/// Operand and result types of an instruction whose ids exist.
pub(super) fn check(module: &Module, func: &Function, instr: &Instr) -> Checked {
    let types = &module.types;
    let of = |operand: &Operand| func.operand_type(module, *operand);
    let ty = instr.ty;
    let is_void = matches!(types.get(ty), Type::Void);
    let address = |operand: &Operand| {
        ensure(matches!(types.get(of(operand)), Type::Ptr), "an address that is no pointer")
    };
    let aligned =
        |align: u32| ensure(align.is_power_of_two(), "an alignment that is no power of two");
    let sized = |ty| ensure(sized(module, ty), "a type without a size");
    match &instr.op {
        Op::Binary { op, lhs, rhs, .. } => {
            let right = if op.is_float() { is_float(types, ty) } else { is_int(types, ty) };
            ensure(right && of(lhs) == ty && of(rhs) == ty, "operands of wrong types")
        }
        Op::FNeg { value, .. } => {
            ensure(is_float(types, ty) && of(value) == ty, "an operand of a wrong type")
        }
        Op::Freeze { value } => ensure(of(value) == ty, "an operand of a wrong type"),
        Op::Cast { op, value, .. } => {
            ensure(cast_fits(types, *op, of(value), ty), "a conversion between wrong types")
        }
        Op::ICmp { lhs, rhs, .. } => {
            let from = of(lhs);
            let right = from == of(rhs) && (is_int(types, from) || is_ptr(types, from));
            ensure(right && is_bit(types, ty, from), "a comparison of wrong types")
        }
        Op::FCmp { lhs, rhs, .. } => {
            let from = of(lhs);
            let right = from == of(rhs) && is_float(types, from);
            ensure(right && is_bit(types, ty, from), "a comparison of wrong types")
        }
        Op::Select { cond, then, other } => {
            let cond = of(cond);
            let one = matches!(types.get(cond), Type::Int(1));
            let right = of(then) == ty && of(other) == ty && !is_void;
            ensure(right && (one || is_bit(types, cond, ty)), "a choice of wrong types")
        }
        Op::Alloca { ty: inner, count, align } => {
            sized(*inner)?;
            aligned(*align)?;
            let right = types.int_bits(of(count)).is_some_and(|bits| bits <= 64);
            ensure(right && matches!(types.get(ty), Type::Ptr), "a count or result of a wrong type")
        }
        Op::Load { ptr, align, atomic, .. } => {
            address(ptr)?;
            aligned(*align)?;
            ensure(atomic.is_none() || is_atomic(types, ty), "an atomic access to a wrong type")?;
            sized(ty)
        }
        Op::Store { ptr, value, align, atomic, .. } => {
            address(ptr)?;
            aligned(*align)?;
            let value = of(value);
            ensure(
                atomic.is_none() || is_atomic(types, value),
                "an atomic access to a wrong type",
            )?;
            ensure(is_void, "a store with a result")?;
            sized(value)
        }
        Op::Gep { ty: inner, base, indices, .. } => {
            sized(*inner)?;
            gep(module, func, instr.ty, *inner, base, indices)
        }
        Op::ExtractValue { agg, path } => {
            let inner = follow(types, of(agg), path)?;
            ensure(inner == ty, "a member of another type than the result")
        }
        Op::InsertValue { agg, value, path } => {
            let inner = follow(types, of(agg), path)?;
            ensure(of(agg) == ty && inner == of(value), "a member of another type than the value")
        }
        Op::ExtractElement { vec, index } => {
            let right = types.vector(of(vec)).is_some_and(|(elem, _)| elem == ty);
            ensure(right, "an element of another type than the result")?;
            ensure(matches!(types.get(of(index)), Type::Int(_)), "an index that is no integer")
        }
        Op::InsertElement { vec, value, index } => {
            let right = types.vector(of(vec)).is_some_and(|(elem, _)| elem == of(value));
            ensure(right && of(vec) == ty, "an element of another type than the vector")?;
            ensure(matches!(types.get(of(index)), Type::Int(_)), "an index that is no integer")
        }
        Op::ShuffleVector { a, b, mask } => {
            let (from, to) = (types.vector(of(a)), types.vector(ty));
            let (Some((elem, inputs)), Some((result, len))) = (from, to) else {
                return Err("a shuffle of something that is no vector");
            };
            let right = of(a) == of(b) && elem == result && mask.len() == len as usize;
            ensure(right, "a shuffle of wrong types")?;
            let inside = |lane: &u32| u64::from(*lane) < 2 * u64::from(inputs);
            ensure(mask.iter().flatten().all(inside), "a lane that does not exist")
        }
        Op::AtomicRmw { op, ptr, value, .. } => {
            address(ptr)?;
            let float = matches!(
                op,
                crate::RmwOp::FAdd | crate::RmwOp::FSub | crate::RmwOp::FMax | crate::RmwOp::FMin
            );
            let right = match op {
                crate::RmwOp::Xchg => is_atomic(types, ty),
                _ if float => is_float(types, ty),
                _ => matches!(types.get(ty), Type::Int(_)),
            };
            ensure(right && of(value) == ty, "an atomic access to a wrong type")
        }
        Op::CmpXchg { ptr, expected, new, .. } => {
            address(ptr)?;
            let value = of(expected);
            let right = match types.get(ty) {
                Type::Struct { fields, packed: false } => match fields[..] {
                    [old, bit] => old == value && matches!(types.get(bit), Type::Int(1)),
                    _ => false,
                },
                _ => false,
            };
            let plain = matches!(types.get(value), Type::Int(_) | Type::Ptr);
            ensure(right && plain && of(new) == value, "an atomic access to a wrong type")
        }
        Op::Fence { .. } => ensure(is_void, "a fence with a result"),
        Op::VaArg { list } => {
            address(list)?;
            sized(ty)
        }
        Op::Phi { incoming } => {
            let right = incoming.iter().all(|(value, _)| of(value) == ty);
            ensure(right && !is_void, "a phi of wrong types")
        }
        Op::Call(info) => call(module, func, instr.ty, info),
        Op::LandingPad { clauses, .. } => {
            let fits = |clause: &Clause| {
                let wanted = matches!(types.get(of(&clause.ty)), Type::Array { .. });
                wanted == clause.filter
            };
            ensure(!is_void && clauses.iter().all(fits), "a landing pad of wrong types")
        }
        Op::Ret { value } => {
            let ret = types.signature(func.ty).map(|(ret, _, _)| ret);
            let own = value.as_ref().map_or(ty, of);
            let matches = match value {
                None => ret.is_some_and(|ret| matches!(types.get(ret), Type::Void)),
                Some(_) => ret == Some(own),
            };
            ensure(matches && is_void, "a result of another type than the function's")
        }
        Op::Br { .. } | Op::Unreachable => ensure(is_void, "a terminator with a result"),
        Op::CondBr { cond, .. } => {
            let right = matches!(types.get(of(cond)), Type::Int(1));
            ensure(right && is_void, "a condition that is no bit")
        }
        Op::Switch { value, cases, .. } => switch(module, of(value), cases),
        Op::IndirectBr { address: to, .. } => {
            ensure(is_void, "a terminator with a result")?;
            address(to)
        }
        Op::Invoke { call: info, .. } => call(module, func, instr.ty, info),
        Op::Resume { .. } => ensure(is_void, "a terminator with a result"),
    }
}

fn is_atomic(types: &Types, ty: TypeId) -> bool {
    matches!(
        types.get(ty),
        Type::Int(_) | Type::Ptr | Type::Half | Type::BFloat | Type::Float | Type::Double
    )
}

fn follow(types: &Types, ty: TypeId, path: &[u32]) -> Result<TypeId, &'static str> {
    ensure(!path.is_empty(), "a path of no steps")?;
    path.iter().try_fold(ty, |at, step| match types.get(at) {
        Type::Struct { .. } | Type::Array { .. } => {
            types.member(at, u64::from(*step)).ok_or("a member that does not exist")
        }
        _ => Err("a member of something without members"),
    })
}

fn gep(
    module: &Module,
    func: &Function,
    result: TypeId,
    ty: TypeId,
    base: &Operand,
    indices: &[Operand],
) -> Checked {
    let types = &module.types;
    let of = |operand: &Operand| func.operand_type(module, *operand);
    ensure(is_ptr(types, of(base)), "an address that is no pointer")?;
    let mut count = lanes(types, of(base));
    for index in indices {
        ensure(is_int(types, of(index)), "an index that is no integer")?;
        if let Some(own) = lanes(types, of(index)) {
            ensure(count.is_none_or(|count| count == own), "vectors of different lengths")?;
            count = Some(own);
        }
    }
    ensure(is_ptr(types, result) && lanes(types, result) == count, "a result of a wrong type")?;
    let mut at = ty;
    for index in indices.iter().skip(1) {
        at = match types.get(at) {
            Type::Struct { fields, .. } => {
                let field = field_index(module, index).ok_or("a field that is no constant")?;
                *fields.get(field).ok_or("a field that does not exist")?
            }
            Type::Array { elem, .. } | Type::Vector { elem, .. } => *elem,
            _ => return Err("an index into something without members"),
        };
    }
    Ok(())
}

/// The number of a field; in a vector of indices, all lanes agree.
fn field_index(module: &Module, index: &Operand) -> Option<usize> {
    let Operand::Const(id) = index else { return None };
    let constant = module.constant(*id);
    match &constant.kind {
        ConstKind::Int(value) => usize::try_from(*value).ok(),
        ConstKind::Zero => Some(0),
        ConstKind::Data(bytes) => {
            let (elem, _) = module.types.vector(constant.ty)?;
            let size = bit_size(&module.types, elem) as usize / 8;
            let mut lanes = bytes.chunks_exact(size.max(1));
            let first = lanes.next()?;
            let same = lanes.all(|lane| lane == first);
            let value = first.iter().rev().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
            same.then(|| usize::try_from(value).ok())?
        }
        ConstKind::Aggregate(members) => {
            let mut lanes = members.iter().map(|id| &module.constant(*id).kind);
            let ConstKind::Int(first) = lanes.next()? else { return None };
            let same = lanes.all(|lane| *lane == ConstKind::Int(*first));
            same.then(|| usize::try_from(*first).ok())?
        }
        _ => None,
    }
}

fn call(module: &Module, func: &Function, result: TypeId, info: &CallInfo) -> Checked {
    let types = &module.types;
    let of = |operand: &Operand| func.operand_type(module, *operand);
    ensure(matches!(types.get(of(&info.callee)), Type::Ptr), "a callee that is no pointer")?;
    let (ret, params, varargs) =
        types.signature(info.ty).ok_or("a call with a type that is no function's")?;
    ensure(ret == result, "a result of another type than the callee's")?;
    let enough = match varargs {
        true => info.args.len() >= params.len(),
        false => info.args.len() == params.len(),
    };
    ensure(enough, "a wrong number of arguments")?;
    let right = info.args.iter().zip(params).all(|(arg, param)| of(arg) == *param);
    ensure(right, "an argument of another type than its parameter")?;
    ensure(info.attrs.len() <= info.args.len(), "more attributes than arguments")?;
    for (attrs, arg) in info.attrs.iter().zip(&info.args) {
        for pointee in [attrs.byval, attrs.sret].into_iter().flatten() {
            let known = pointee.index() < types.len() && sized(module, pointee);
            ensure(known, "an argument attribute with a type without a size")?;
            let right = matches!(types.get(of(arg)), Type::Ptr);
            ensure(right, "byval or sret on something that is no pointer")?;
        }
    }
    Ok(())
}

fn switch(module: &Module, value: TypeId, cases: &[(crate::ConstId, crate::BlockId)]) -> Checked {
    ensure(matches!(module.types.get(value), Type::Int(_)), "a switch over no integer")?;
    let mut keys = alloc::vec::Vec::with_capacity(cases.len());
    for (case, _) in cases {
        let case = module.constant(*case);
        ensure(case.ty == value, "a case of another type than the value")?;
        keys.push(match &case.kind {
            ConstKind::Int(value) => core::slice::from_ref(value),
            ConstKind::Wide(limbs) => limbs,
            ConstKind::Zero => &[],
            _ => return Err("a case that is no integer constant"),
        });
    }
    keys.sort_unstable();
    ensure(keys.windows(2).all(|pair| pair[0] != pair[1]), "a case that occurs twice")
}
