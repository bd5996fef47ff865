//! `__builtin_longjmp`, as calls of the machine.

use alloc::vec;

use bareflow_ir::{FuncId, Module, ValueId};

use super::words::{NUMBER, VALUE, callee};
use crate::build::{blocks, fill, plain_call};
use crate::make::{Kinds, Maker, THROW, host_call};

/// Makes calls of `__builtin_longjmp`, for which `setjmp` returns 1, calls of the machine.
pub(super) fn builtin_jumps(module: &mut Module, id: FuncId, jumps: &[FuncId], kinds: &Kinds) {
    let throw = host_call(module, THROW, kinds.body, kinds);
    let values = core::mem::take(&mut module.funcs[id.index()].values);
    let mut blocks = blocks(&module.funcs[id.index()]);
    let mut make = Maker { module, kinds: *kinds, values, out: alloc::vec::Vec::new() };
    for block in &mut blocks {
        for instr in core::mem::take(block) {
            let jumps_away = callee(make.module, &instr).is_some_and(|to| jumps.contains(&to));
            let buffer = instr.op.call().and_then(|info| info.args.first().copied());
            let (true, Some(buffer)) = (jumps_away, buffer) else {
                make.out.push(instr);
                continue;
            };
            let frame = make.load(buffer, 0, kinds.ptr);
            let number = make.load(buffer, NUMBER, kinds.word);
            let one = make.number(kinds.int, 1);
            make.store(frame, VALUE, one, kinds.int);
            make.effect(plain_call(throw, kinds.body, vec![frame, number]));
        }
        *block = core::mem::take(&mut make.out);
    }
    let values = make.values;
    let params: alloc::vec::Vec<ValueId> = module.func(id).param_values().collect();
    fill(&mut module.funcs[id.index()], &values, &params, blocks);
}
