//! Functions whose vectors do not fit in registers, and what that means for the order of operations.

use cranelift_codegen::ir::{Block, Function};

/// Vector registers that code uses.
const REGISTERS: usize = 16;

/// Whether most operations on vectors are better left in the program's order.
///
/// Cranelift moves what is pure to where it is needed: in a loop that carries sums from round to round to its end,
/// behind all that is loaded. Where sums alone fill the registers, what is loaded waits on the stack then.
pub(crate) fn is_crowded(func: &Function) -> bool {
    let (mut crowded, mut all) = (0, 0);
    for block in func.layout.blocks() {
        let (held, operations) = vectors(func, block);
        all += operations;
        if held >= 2 * REGISTERS {
            crowded += operations;
        }
    }
    crowded * 2 > all
}

/// Vectors that a block has from others or loads, and those that it makes.
fn vectors(func: &Function, block: Block) -> (usize, usize) {
    let is_vector = |value: &_| func.dfg.value_type(*value).is_vector();
    let mut held = func.dfg.block_params(block).iter().filter(|param| is_vector(param)).count();
    let mut made = 0;
    for inst in func.layout.block_insts(block) {
        if !func.dfg.inst_results(inst).iter().any(is_vector) {
            continue;
        }
        if func.dfg.insts[inst].opcode().can_load() {
            held += 1;
        } else {
            made += 1;
        }
    }
    (held, made)
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use bareflow_object::CpuFeatures;
    use bareflow_profile::Level;
    use cranelift_codegen::ir::{AbiParam, InstBuilder, MemFlagsData, types};
    use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

    use super::*;
    use crate::isa::IsaKey;

    /// A loop that adds what it loads to sums, behind a block that makes so many vectors of its own.
    fn adds(sums: usize, before: usize) -> Function {
        let (mut func, mut context) = (Function::new(), FunctionBuilderContext::new());
        func.signature.params = vec![AbiParam::new(types::I64), AbiParam::new(types::F32X4)];
        let mut b = FunctionBuilder::new(&mut func, &mut context);
        let (entry, round) = (b.create_block(), b.create_block());
        b.append_block_params_for_function_params(entry);
        b.switch_to_block(entry);
        let (from, mut made) = (b.block_params(entry)[0], b.block_params(entry)[1]);
        for _ in 0..before {
            made = b.ins().fneg(made);
        }
        b.ins().jump(round, &vec![made.into(); sums]);
        b.switch_to_block(round);
        let mut next = Vec::new();
        for place in 0..sums as i32 {
            let sum = b.append_block_param(round, types::F32X4);
            let what = b.ins().load(types::F32X4, MemFlagsData::trusted(), from, place * 16);
            next.push(b.ins().fadd(sum, what).into());
        }
        b.ins().jump(round, &next);
        b.seal_all_blocks();
        let key = IsaKey::new(CpuFeatures::default(), Level::O3, false);
        b.finalize(key.build().expect("a target").frontend_config());
        func
    }

    #[test]
    fn sums_that_fill_the_registers_crowd_what_is_loaded() {
        assert!(is_crowded(&adds(16, 0)));
        assert!(!is_crowded(&adds(15, 0)), "some are left");
        assert!(is_crowded(&adds(16, 15)));
        assert!(!is_crowded(&adds(16, 16)), "as much is done elsewhere");
        assert!(!is_crowded(&adds(0, 0)));
    }
}
