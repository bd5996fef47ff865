//! `setjmp` and `longjmp`, as calls and returns.
//!
//! A call of `setjmp` may return a second time, from a `longjmp` far below, into a function whose
//! values meanwhile lie wherever its level keeps them: in a frame of the interpreter, in registers that
//! others have saved, in stack slots that were used again. No level need know of that. A function that
//! calls `setjmp` is made into two ordinary ones here, once, when a program is linked:
//!
//! ```text
//!   F(args) {                             F.body(frame, at) {
//!     frame = room for what has to last     switch (at) {
//!     frame.args = args                       case 0: goto begin;
//!     bf_catch(F.body, frame)                 case 1: goto back1; ...
//!     return frame.result                   }
//!   }                                     begin:
//!                                           ...
//!                                           buffer = { frame, 1 };  frame.value = 0;
//!                                         back1:                    // setjmp(buffer) returns
//!                                           result = frame.value
//!                                           ...
//!                                           frame.result = ...; return
//!                                         }
//! ```
//!
//! The host call `bf_catch` calls the body with 0, and once more with the number N whenever somebody
//! below calls `bf_throw(frame, N)`, until it returns. So a second return of `setjmp` is a new call of
//! the body, which goes on behind the `setjmp` of that number, at whatever level the body has then.
//! `longjmp` is a function of the C library: `frame.value = value; bf_throw(frame, N)`. What machines do
//! is put back their stacks to where they were in `bf_catch`; frames between, of any level, are dropped,
//! as they are when a program exits.
//!
//! # What has to last
//! Whatever the body has when a `setjmp` returns for the first time must be there when it does for the
//! second time. In memory that the outer function gives lie therefore its local variables (allocas), its
//! parameters, and every value that is alive at a `setjmp`'s return: it is stored where it is computed
//! and loaded where it is used ([`live`], [`frame`]). All others keep their definition on every way to
//! their uses: on the one from the switch as well, or they would be alive where that leads to.
//!
//! So variables that changed since have what they were changed to, which the standard leaves open.
//! A value of a loop that has gone round since is the last one, as it is where a compiler keeps
//! values on the stack.
//!
//! # Frame
//! ```text
//!   +0   the machine's: the way back, while bf_catch is under way
//!   +8   what setjmp returns (i32)
//!   +16  result, parameters, values, local variables, as aligned as they ask
//! ```
//! The buffer's first two words are the frame's address and the number (`jmp_buf` of glibc has 25 words).
//!
//! # What is refused
//! Allocas of computed size in such a function, which the body's second call would have to leave on the
//! stack, and `setjmp` called by its address. A `musttail` call out of such a function uses stack.

mod body;
mod frame;
mod live;
mod make;
mod words;

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::{
    Const, ConstExpr, ConstId, ConstKind, FuncId, Instr, Module, Operand, Refusal, Symbol,
};
use words::{KEEP_MASK, KEEPS, callee};

use crate::make::Kinds;

/// What returns twice, by all its names.
const TWICE: [&str; 5] = ["setjmp", "_setjmp", "sigsetjmp", "__sigsetjmp", "llvm.eh.sjlj.setjmp"];

/// `__builtin_longjmp`.
const BUILTIN_JUMP: &str = "llvm.eh.sjlj.longjmp";

/// Whether calls of a function of this name are gone in a settled program.
pub(crate) fn is_settled(name: &str) -> bool {
    TWICE.contains(&name)
}

/// Adds the names of functions that a linked program will call when it is settled.
pub(crate) fn needed(module: &Module, names: &mut BTreeSet<String>) {
    if module.funcs.iter().any(|func| KEEPS.contains(&func.name.as_str())) {
        names.insert(KEEP_MASK.to_owned());
    }
}

/// Settles a linked program. What cannot be settled is refused in the module.
pub(crate) fn settle(module: &mut Module) {
    let declared = |wanted: &dyn Fn(&str) -> bool| -> Vec<FuncId> {
        let is = |id: &FuncId| {
            let func = module.func(*id);
            func.is_declaration() && wanted(&func.name)
        };
        module.func_ids().filter(is).collect()
    };
    let twice = declared(&is_settled);
    let jumps = declared(&|name| name == BUILTIN_JUMP);
    if twice.is_empty() && jumps.is_empty() {
        return;
    }
    let kinds = Kinds::of(module);
    for id in module.func_ids() {
        let calls = |funcs: &[FuncId]| {
            let called =
                |instr: &Instr| callee(module, instr).is_some_and(|to| funcs.contains(&to));
            module.func(id).instrs.iter().any(called)
        };
        let (jumps_away, comes_back) = (calls(&jumps), calls(&twice));
        if jumps_away {
            make::builtin_jumps(module, id, &jumps, &kinds);
        }
        if comes_back && let Err(why) = body::divide(module, id, &twice, &kinds) {
            module.refused.push(Refusal { symbol: Symbol::Func(id), why: why.to_owned() });
        }
    }
    for id in twice {
        if is_taken(module, id) {
            let why = "setjmp by its address".to_owned();
            module.refused.push(Refusal { symbol: Symbol::Func(id), why });
        }
    }
}

/// Whether anything still refers to a function.
fn is_taken(module: &Module, func: FuncId) -> bool {
    let is = |id: ConstId| matches!(module.constant(id).kind, ConstKind::Func(at) if at == func);
    let in_operand = |operand| matches!(operand, Operand::Const(id) if is(id));
    let in_constant = |constant: &Const| match &constant.kind {
        ConstKind::Aggregate(members) => members.iter().copied().any(is),
        ConstKind::Expr(expr) => {
            let mut found = false;
            ConstExpr::operands(expr, |id| found |= is(id));
            found
        }
        _ => false,
    };
    let mut found = module.globals.iter().filter_map(|global| global.init).any(is)
        || module.consts.iter().any(in_constant);
    for instr in module.funcs.iter().flat_map(|func| &func.instrs) {
        instr.op.operands(|operand| found |= in_operand(operand));
    }
    found
}
