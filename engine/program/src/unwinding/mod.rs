//! Exceptions, as calls and returns.
//!
//! An `invoke` is a call with two ways on: one for its return, and one for whatever is thrown below and
//! not caught before. Levels need not know of it. When a program is linked, each becomes an ordinary call:
//!
//! ```text
//!   entry:                                     F.attempt(attempt, thrown) {
//!     attempt = room, one for the function       if (thrown) return
//!     ...                                        attempt.result = F(attempt.args...)
//!                                              }
//!   invoke F(args) to on unwind pad      =>
//!                                              pad:
//!     attempt.clauses = those of the pad         landingpad  =>  { attempt.exception, attempt.number }
//!     attempt.args = args                        ...
//!     thrown = __bf_attempt(attempt, F.attempt)  resume e    =>  _Unwind_Resume(e)
//!     result = attempt.result
//!     br thrown, pad, on
//! ```
//!
//! `__bf_attempt`, of the C library, puts the attempt on the thread's list of those under way and calls
//! `bf_catch`, which calls `F.attempt`. Whoever throws (`_Unwind_RaiseException`) looks through that list
//! for one whose clauses fit, and goes to it, and to all with cleanups on the way, by `bf_throw`; then
//! `F.attempt` is called again, has nothing to do, and `__bf_attempt` returns 1. So a function that catches
//! never leaves its level or its registers, and what is between is dropped, of whatever level it is.
//!
//! What an `invoke` costs is therefore paid where nothing is thrown as well. So it is made of those alone
//! whose callee may throw ([`throws`]); the others are calls, and what only they could have led to goes.
//!
//! # An attempt
//! ```text
//!   +0   the machine's: the way back, while bf_catch is under way
//!   +8   the attempt around it
//!   +16  clauses of the landing pad
//!   +24  what was thrown, for the landing pad
//!   +32  the clause that it fits, by its number (i32)
//!   +36  whether it was thrown (i32)
//!   +40  callee if it is computed, result, arguments, as aligned as they ask
//! ```
//! One is enough for a function: it makes one attempt at a time, and a landing pad reads first.
//!
//! # Clauses
//! An array of `{ ptr type, i32 number, i32 kind }`, up to one of a kind that ends it: 0, or 1 where there is
//! something to clean up. Kind 2 takes `type`, null being everything; kind 3 takes what is none of the types
//! that `type` points to, up to a null. Types have numbers from 1 on, which `llvm.eh.typeid.for` gives, too;
//! a clause of kind 3 has a negative one.
//!
//! # setjmp
//! Coming back to a `setjmp` leaves attempts behind. The list is then what it was when the function began that
//! called `setjmp`, since none of its own is under way while it runs itself (`jumps`).

mod attempt;
mod clauses;
mod dead;
mod throws;

use alloc::collections::BTreeSet;
use alloc::string::String;

use attempt::{ATTEMPT, RESUME};
use bareflow_ir::{Module, Op};
use throws::{RAISE, Throws};

/// Adds the names of functions that a linked program will call when it is settled.
pub(crate) fn needed(module: &Module, names: &mut BTreeSet<String>) {
    let throws = module.funcs.iter().any(|func| func.name == RAISE && !func.is_declaration());
    let has = |wanted: &dyn Fn(&Op) -> bool| {
        module.funcs.iter().flat_map(|func| &func.instrs).any(|instr| wanted(&instr.op))
    };
    if throws && has(&|op| matches!(op, Op::Invoke { .. })) {
        names.extend([ATTEMPT, RESUME].map(String::from));
    }
}

/// Settles a linked program: no `invoke`, landing pad or `resume` is left in it.
pub(crate) fn settle(module: &mut Module) {
    let concerns =
        |op: &Op| matches!(op, Op::Invoke { .. } | Op::LandingPad { .. } | Op::Resume { .. });
    let throws = Throws::of(module);
    let mut work = attempt::Work::new(module);
    for id in module.func_ids() {
        let left = |module: &Module| module.func(id).instrs.iter().any(|instr| concerns(&instr.op));
        if left(module) {
            attempt::call(module, id, &throws, work.kinds.void);
            dead::empty(&mut module.funcs[id.index()], work.kinds.void);
        }
        if left(module) {
            attempt::settle(module, id, &mut work);
        }
    }
}
