//! Function bodies: values by number, operands by distance, and the records of a block.
//!
//! The numbers are those the reader gives: constants and symbols of the module, parameters,
//! constants of the function, results. An operand is written as its distance from the number
//! that the instruction's own result has, or would have; with its type where it comes later.

use alloc::vec::Vec;

use bareflow_ir::{ConstId, FuncId, Function, Instr, Module, Op, Operand, TypeId, ValueId};

use super::attributes::Attributes;
use super::bits::{Bits, signed};
use super::constants::Pool;
use super::metadata::Metadata;
use crate::codes::{block, func};

/// A function that is being written.
#[derive(Debug)]
pub(super) struct Body<'w, 'm> {
    pub(super) module: &'m Module,
    pub(super) func: &'m Function,
    pub(super) pool: &'w mut Pool<'m>,
    pub(super) attributes: &'w mut Attributes,
    /// Number of the first parameter.
    first_param: u32,
    /// Number of the first result.
    first_result: u32,
    /// Number that the next result gets.
    next: u32,
    /// Operands of the record that is being made.
    pub(super) ops: Vec<u64>,
}

/// Writes the body of a function, `values` being the number of values of the module.
pub(super) fn write<'m>(
    bits: &mut Bits,
    module: &'m Module,
    id: FuncId,
    values: u32,
    pool: &mut Pool<'m>,
    attributes: &mut Attributes,
    metadata: &Metadata,
) {
    let func = module.func(id);
    let first_const = values + func.params.len() as u32;
    let operands = operands(func, pool);
    let consts = pool.number(operands.into_iter(), first_const);
    let first_result = first_const + consts.len() as u32;
    bits.block(block::FUNCTION, |bits| {
        bits.record(func::DECLAREBLOCKS, &[func.blocks.len() as u64]);
        pool.write(bits, &consts);
        let mut body = Body {
            module,
            func,
            pool: &mut *pool,
            attributes,
            first_param: values,
            first_result,
            next: first_result,
            ops: Vec::new(),
        };
        for instr in &func.instrs {
            let code = body.instruction(instr);
            bits.record(code, &body.ops);
            body.ops.clear();
            body.next += u32::from(instr.result.is_some());
        }
        metadata.write_attachments(bits, id);
    });
    pool.forget(&consts);
}

/// The constants that the instructions of a function name, masks of shuffles included.
fn operands(func: &Function, pool: &mut Pool<'_>) -> Vec<ConstId> {
    let mut found = Vec::new();
    for Instr { op, .. } in &func.instrs {
        op.operands(|operand| match operand {
            Operand::Const(id) => found.push(id),
            Operand::Value(_) => {}
        });
        if let Op::ShuffleVector { mask, .. } = op {
            found.push(pool.mask(mask));
        }
    }
    found
}

impl Body<'_, '_> {
    fn number(&self, operand: Operand) -> u32 {
        match operand {
            Operand::Const(id) => self.pool.value(id),
            Operand::Value(ValueId(at)) => match at.checked_sub(self.func.params.len() as u32) {
                None => self.first_param + at,
                Some(result) => self.first_result + result,
            },
        }
    }

    /// The type of an operand.
    pub(super) fn type_of(&self, operand: Operand) -> TypeId {
        match operand {
            Operand::Value(id) => self.func.value_type(id),
            Operand::Const(id) => self.pool.type_of(id),
        }
    }

    /// Appends a number.
    pub(super) fn push(&mut self, number: impl Into<u64>) {
        self.ops.push(number.into());
    }

    /// Appends a type.
    pub(super) fn ty(&mut self, id: TypeId) {
        self.push(id.0);
    }

    /// Appends an operand whose type the reader knows. Distances to later values are negative,
    /// and written in 32 bits.
    pub(super) fn value(&mut self, operand: Operand) {
        self.push(self.next.wrapping_sub(self.number(operand)));
    }

    /// Appends an operand, with its type if that comes later.
    pub(super) fn pair(&mut self, operand: Operand) {
        self.value(operand);
        if self.number(operand) >= self.next {
            self.ty(self.type_of(operand));
        }
    }

    /// Appends an operand by a signed distance, as phis have them.
    pub(super) fn signed_value(&mut self, operand: Operand) {
        self.push(signed(i64::from(self.next) - i64::from(self.number(operand))));
    }

    /// Appends an operand by its number itself.
    pub(super) fn numbered(&mut self, operand: Operand) {
        self.push(self.number(operand));
    }

    /// Appends flags, unless there are none.
    pub(super) fn flags(&mut self, flags: u64) {
        if flags != 0 {
            self.push(flags);
        }
    }
}
