//! The function that stands for a piece of assembly.

use alloc::vec::Vec;

use bareflow_ir::{FuncId, Op, Type, TypeId};

use super::machine::{Machine, known};
use super::operands::Operands;
use super::text::Statement;
use crate::build::Build;
use crate::error::Cause;
use crate::reader::Reader;

/// A function of type `ty` that does what the statements do; `None` if one of them is not known.
pub(super) fn function(
    reader: &mut Reader,
    operands: &Operands,
    statements: &[Statement],
    ty: TypeId,
) -> Result<Option<FuncId>, Cause> {
    let (ret, params) = match reader.module.types.signature(ty) {
        Some((ret, params, false)) => (ret, params.to_vec()),
        _ => return Ok(None),
    };
    // What is wider than a register is passed in several, which is not understood.
    let types = &reader.module.types;
    let fits = |ty: &TypeId| match types.get(*ty) {
        Type::Int(bits) => *bits <= 64,
        Type::Ptr | Type::Float | Type::Double => true,
        _ => false,
    };
    let results = match types.get(ret) {
        Type::Struct { fields, .. } if operands.results() > 1 => fields.clone(),
        Type::Void => Vec::new(),
        _ => alloc::vec![ret],
    };
    let alike = results.len() == operands.results();
    if !alike || !params.iter().chain(&results).all(fits) {
        return Ok(None);
    }
    let mut b = Build::new(reader, &params);
    let mut machine = Machine {
        b: &mut b,
        operands,
        results: &results,
        held: Vec::new(),
        carry: None,
        zero: None,
    };
    machine.start()?;
    for statement in statements {
        if !statement.is_nothing() && machine.run(statement)?.is_none() {
            return Ok(None);
        }
    }
    let void = machine.b.void;
    let value = match &results[..] {
        [] => None,
        [one] if operands.results() == 1 && ret == *one => Some(known!(machine.result(0, *one)?)),
        _ => {
            let mut whole = machine.b.undef(ret)?;
            for (at, ty) in results.iter().enumerate() {
                let value = known!(machine.result(at, *ty)?);
                whole = machine.b.insert(whole, value, at as u32);
            }
            Some(whole)
        }
    };
    b.push(Op::Ret { value }, void);
    b.finish("asm", ty, params.len()).map(Some)
}
