//! The verifier: each rule catches the module that breaks it.

use bareflow_ir::verify::verify;
use bareflow_ir::{
    BinaryOp, BlockId, ConstKind, FastMath, Instr, Module, Op, Operand, Type, ValueId, WrapFlags,
};

use crate::common::assemble;

const TEXT: &str = "
    @g = global { i32, ptr } { i32 1, ptr null }
    define i32 @f(i32 %a, ptr %p, i1 %c) {
      %x = add i32 %a, 5
      br i1 %c, label %then, label %join
    then:
      %y = load i32, ptr %p, align 4
      store i32 %y, ptr %p, align 4
      %z = call i32 @f(i32 %y, ptr %p, i1 false)
      br label %join
    join:
      %v = phi i32 [ %x, %0 ], [ %z, %then ]
      switch i32 %v, label %end [ i32 3, label %end ]
    end:
      ret i32 %v
    }";

/// Instructions of `f` by position.
const ADD: usize = 0;
const BRANCH: usize = 1;
const LOAD: usize = 2;
const STORE: usize = 3;
const CALL: usize = 4;
const PHI: usize = 6;
const SWITCH: usize = 7;
const RET: usize = 8;

fn broken(change: impl FnOnce(&mut Module)) -> String {
    let bytes = assemble(TEXT).expect("an assembled module");
    let mut module = bareflow_bitcode::read(&bytes).expect("a module");
    verify(&module).expect("right before the change");
    change(&mut module);
    verify(&module).expect_err("wrong after the change").to_string()
}

fn op(module: &mut Module, at: usize) -> &mut Op {
    &mut module.funcs[0].instrs[at].op
}

fn value(id: u32) -> Operand {
    Operand::Value(ValueId(id))
}

#[test]
fn operands_have_the_types_of_their_instruction() {
    let add = |lhs, rhs, op| {
        let (wrap, fast) = (WrapFlags::default(), FastMath::default());
        Op::Binary { op, lhs, rhs, wrap, fast }
    };
    let message = broken(|m| *op(m, ADD) = add(value(0), value(1), BinaryOp::Add));
    assert!(message.contains("operands of wrong types, in function f, block b0: %3 = add"));
    broken(|m| *op(m, ADD) = add(value(0), value(0), BinaryOp::FAdd));
    broken(|m| {
        let Op::Load { ptr, .. } = op(m, LOAD) else { panic!() };
        *ptr = value(0);
    });
    broken(|m| {
        let Op::CondBr { cond, .. } = op(m, BRANCH) else { panic!() };
        *cond = value(0);
    });
    broken(|m| *op(m, RET) = Op::Ret { value: Some(value(1)) });
    broken(|m| *op(m, RET) = Op::Ret { value: None });
}

#[test]
fn calls_fit_their_function_type() {
    let message = broken(|m| {
        let Op::Call(call) = op(m, CALL) else { panic!() };
        call.args.pop();
    });
    assert!(message.contains("a wrong number of arguments"), "{message}");
    broken(|m| {
        let Op::Call(call) = op(m, CALL) else { panic!() };
        call.args[0] = value(1);
    });
    broken(|m| {
        let Op::Call(call) = op(m, CALL) else { panic!() };
        call.callee = value(0);
    });
}

#[test]
fn values_are_used_where_they_are_defined() {
    // The load does not dominate the end.
    let message = broken(|m| *op(m, RET) = Op::Ret { value: Some(value(4)) });
    assert!(message.contains("used where it is not defined, in function f"), "{message}");
    // An instruction that uses its own result.
    broken(|m| {
        let Op::Binary { lhs, .. } = op(m, ADD) else { panic!() };
        *lhs = value(3);
    });
    // A phi that takes a value from a block it does not reach.
    broken(|m| {
        let Op::Phi { incoming } = op(m, PHI) else { panic!() };
        incoming[0].0 = value(5);
    });
    broken(|m| {
        let Op::Store { value: stored, .. } = op(m, STORE) else { panic!() };
        *stored = value(99);
    });
}

#[test]
fn phis_have_an_entry_for_each_edge() {
    for change in [
        (|list| list.truncate(1)) as fn(&mut Vec<(Operand, BlockId)>),
        |list| list.push(list[0]),
        |list| list[0].1 = BlockId(3),
        |list| list[0].1 = BlockId(77),
    ] {
        broken(|m| {
            let Op::Phi { incoming } = op(m, PHI) else { panic!() };
            change(incoming);
        });
    }
}

#[test]
fn blocks_have_one_terminator_at_their_end() {
    broken(|m| *op(m, SWITCH) = Op::Fence { ordering: bareflow_ir::Ordering::SeqCst });
    broken(|m| *op(m, STORE) = Op::Unreachable);
    broken(|m| m.funcs[0].blocks[1].instrs.end += 1);
    broken(|m| m.funcs[0].blocks[0].instrs = 0..0);
    broken(|m| drop(m.funcs[0].instrs.pop()));
    broken(|m| *op(m, BRANCH) = Op::Br { target: BlockId(0) });
    broken(|m| *op(m, BRANCH) = Op::Br { target: BlockId(9) });
    broken(|m| m.funcs[0].instrs.swap(STORE, PHI));
}

#[test]
fn results_are_numbered_in_order() {
    broken(|m| m.funcs[0].instrs[LOAD].result = Some(ValueId(7)));
    broken(|m| m.funcs[0].instrs[STORE].result = Some(ValueId(7)));
    broken(|m| m.funcs[0].instrs[LOAD].result = None);
    broken(|m| m.funcs[0].values[4] = m.funcs[0].values[1]);
    broken(|m| {
        let ty = m.funcs[0].values[0];
        m.funcs[0].values.push(ty);
    });
}

#[test]
fn cases_are_distinct_constants_of_the_right_type() {
    let message = broken(|m| {
        let Op::Switch { cases, .. } = op(m, SWITCH) else { panic!() };
        cases.push(cases[0]);
    });
    assert!(message.contains("a case that occurs twice"), "{message}");
}

#[test]
fn constants_fit_their_types() {
    let find = |m: &Module, wanted: fn(&ConstKind) -> bool| {
        m.consts.iter().position(|constant| wanted(&constant.kind)).expect("such a constant")
    };
    let message = broken(|m| {
        let at = find(m, |kind| matches!(kind, ConstKind::Int(5)));
        m.consts[at].kind = ConstKind::Int(1 << 32);
    });
    assert!(message.contains("does not fit its type"), "{message}");
    broken(|m| {
        let at = find(m, |kind| matches!(kind, ConstKind::Int(5)));
        m.consts[at].kind = ConstKind::Float(0);
    });
    broken(|m| {
        let at = find(m, |kind| matches!(kind, ConstKind::Aggregate(_)));
        m.consts.swap(0, at);
    });
    broken(|m| {
        let ty = m.types.intern(Type::Int(64));
        m.globals[0].ty = ty;
    });
}

#[test]
fn unreachable_blocks_may_use_anything_that_exists() {
    let bytes = assemble(
        "define i32 @f() {
           ret i32 0
         lost:
           %x = add i32 %y, 1
           %y = add i32 %x, 1
           br label %lost
         }",
    )
    .expect("an assembled module");
    let module = bareflow_bitcode::read(&bytes).expect("a module");
    assert_eq!(module.funcs[0].blocks.len(), 2);
    // What does not exist is wrong there, too.
    let mut module = module;
    let Instr { op, .. } = &mut module.funcs[0].instrs[1];
    op.operands_mut(|operand| *operand = value(50));
    verify(&module).expect_err("an error");
}
