//! Signatures that LLVM lowers as the engine does.
//!
//! [`bareflow_ir::abi`] is what LLVM does for a processor without AVX. With AVX it passes vectors of more
//! than 128 bits in registers of their width; and it gives back three words in registers, where the
//! engine has memory. A function with such a parameter or result is refused.

use bareflow_ir::abi::{self, Return};
use bareflow_ir::layout::bit_size;
use bareflow_ir::{FuncId, Module, Op, ParamAttrs, Type, TypeId, Types};

/// What in a signature LLVM would lower in another way.
///
/// # Errors
/// In words.
pub(crate) fn check(types: &Types, ty: TypeId, params: &[ParamAttrs]) -> Result<(), &'static str> {
    let Some((ret, args, varargs)) = types.signature(ty) else { return Err("no function type") };
    let lowered = abi::lower(types, ret, args, params, varargs);
    let lowered = lowered.map_err(|_| "a value that cannot be passed")?;
    if lowered.ret == Return::Memory {
        return Err("a result returned in memory");
    }
    args.iter().chain([&ret]).try_for_each(|ty| value(types, *ty))
}

/// Whether a value is passed alike.
fn value(types: &Types, ty: TypeId) -> Result<(), &'static str> {
    match types.get(ty) {
        Type::Void
        | Type::Ptr
        | Type::Half
        | Type::BFloat
        | Type::Float
        | Type::Double
        | Type::Int(_) => Ok(()),
        Type::Vector { elem, .. } => {
            let whole = matches!(bit_size(types, *elem), 8 | 16 | 32 | 64);
            match whole && bit_size(types, ty) <= 128 {
                true => Ok(()),
                false => Err("an unusual vector passed to a function"),
            }
        }
        Type::Array { elem, .. } => value(types, *elem),
        Type::Struct { fields, .. } => fields.iter().try_for_each(|field| value(types, *field)),
        _ => Err("a value that cannot be passed"),
    }
}

/// What in a function LLVM would do in another way: a call that it lowers otherwise, halves (the
/// library's functions for them are not those that LLVM calls), structures that it lays out
/// otherwise.
///
/// # Errors
/// In words.
pub(crate) fn check_body(module: &Module, id: FuncId) -> Result<(), &'static str> {
    let (func, types) = (module.func(id), &module.types);
    let half = |ty: &TypeId| matches!(types.get(types.scalar(*ty)), Type::Half | Type::BFloat);
    if func.values.iter().any(half) {
        return Err("half-precision floats");
    }
    for instr in &func.instrs {
        match &instr.op {
            Op::Gep { ty, .. } if !is_laid_out_alike(types, *ty) => {
                return Err("a structure or array with integers of unusual widths");
            }
            Op::Call(call) | Op::Invoke { call, .. } => {
                let callee = module.direct_callee(call.callee);
                if callee.is_some_and(|id| module.func(id).name.starts_with("llvm.")) {
                    continue;
                }
                check(types, call.ty, &call.attrs)?;
                let Some((_, params, _)) = types.signature(call.ty) else { continue };
                for arg in call.args.iter().skip(params.len()) {
                    value(types, func.operand_type(module, *arg))?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether members lie where LLVM has them. It aligns integers of more than 64 bits to 16 bytes;
/// the engine does so with those of 128 bits alone ([`bareflow_ir::layout`]).
fn is_laid_out_alike(types: &Types, ty: TypeId) -> bool {
    match types.get(ty) {
        Type::Int(bits) => *bits <= 64 || *bits == 128,
        Type::Array { elem, .. } => is_laid_out_alike(types, *elem),
        Type::Struct { fields, .. } => fields.iter().all(|f| is_laid_out_alike(types, *f)),
        _ => true,
    }
}
