//! Programs that cannot go on end in an error that names the function and the block.

#[expect(dead_code, reason = "each test uses a part of it")]
mod common;

use std::path::Path;

use bareflow_interp::{Config, Trap, TrapKind, check};
use bareflow_ir::Symbol;
use common::Program;

fn program() -> Program {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/single/traps.c");
    Program::compile_only(&source, "-O0", Config::default())
}

fn trap(program: &Program, name: &str, arg: u64) -> Trap {
    let trap = program.interpreted(name, arg).expect_err(name);
    // Whatever happened, the stack is free again and the interpreter works.
    assert_eq!(program.interpreted("good", 4), Ok(8));
    trap
}

#[test]
fn divisions() {
    let program = program();
    for name in ["divide", "remainder_of", "wide", "odd", "huge"] {
        let trap = trap(&program, name, 0);
        assert_eq!(trap.kind, TrapKind::DivideByZero, "{name}");
        assert_eq!(trap.function, name);
        assert_eq!(trap.to_string(), format!("division by zero in {name}, block 0"));
    }
    for name in ["negative", "negative_remainder"] {
        assert_eq!(trap(&program, name, u64::MAX).kind, TrapKind::DivideOverflow, "{name}");
        assert_eq!(trap(&program, name, 0).kind, TrapKind::DivideByZero, "{name}");
    }
}

#[test]
fn deep_recursion_ends_with_name_and_depth() {
    let program = program();
    for (name, least) in [("forever", 10_000), ("large", 50)] {
        let trap = trap(&program, name, 100);
        let TrapKind::StackOverflow { depth } = trap.kind else { panic!("{trap}") };
        assert!(depth > least, "{name}: {depth}");
        assert_eq!(trap.to_string(), format!("stack overflow in {name}, depth {depth}"));
    }
    let dynamic = trap(&program, "dynamic", 1 << 40);
    assert!(matches!(dynamic.kind, TrapKind::StackOverflow { .. }), "{dynamic}");
    assert_eq!(program.interpreted("dynamic", 1 << 20), Ok(1));
}

#[test]
fn bad_calls() {
    let program = program();
    for address in [0, 8, 0xdead_beef_0000] {
        assert_eq!(trap(&program, "nowhere", address).kind, TrapKind::BadCall(address));
    }
}

#[test]
fn what_nothing_defines_is_named_where_it_is_used() {
    let program = program();
    assert_eq!(program.interpreted("unresolved", 0), Ok(5));
    assert_eq!(trap(&program, "unresolved", 1).kind, TrapKind::Unresolved("missing".into()));
    assert_eq!(program.interpreted("unresolved_data", 0), Ok(6));
    let data = trap(&program, "unresolved_data", 1);
    assert_eq!(data.kind, TrapKind::Unresolved("missing_data".into()));
    assert_eq!(program.interpreted("weak", 3), Ok(3));
}

#[test]
fn unreachable_and_trap() {
    let program = program();
    assert_eq!(program.interpreted("unreachable", 0), Ok(1));
    let unreachable = trap(&program, "unreachable", 1);
    assert_eq!(unreachable.kind, TrapKind::Unreachable);
    assert!(unreachable.block.is_some_and(|block| block.0 > 0), "{unreachable}");
    assert_eq!(program.interpreted("trapped", 0), Ok(1));
    assert_eq!(trap(&program, "trapped", 1).kind, TrapKind::Trapped);
}

#[test]
fn unsupported_is_named_before_it_runs() {
    let program = program();
    let Some(Symbol::Func(id)) = program.module.symbol("sums") else { panic!() };
    let found = check(&program.module, id);
    assert!(!found.is_empty());
    assert!(
        found.iter().all(|one| one.function == "sums" && one.what.contains("long double")),
        "{found:?}"
    );
    let trap = trap(&program, "sums", 1);
    assert!(matches!(trap.kind, TrapKind::Unsupported(_)), "{trap}");
    let good = program.func("good");
    assert_eq!(check(&program.module, good), []);
}

#[test]
fn an_unknown_intrinsic_is_refused_by_name() {
    let program = program();
    let mut module = (*program.module).clone();
    for func in &mut module.funcs {
        if func.name == "llvm.trap" {
            func.name = "llvm.made.up".into();
        }
    }
    let Some(Symbol::Func(id)) = module.symbol("trapped") else { panic!() };
    let found = check(&module, id);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].to_string(), "trapped: cannot interpret the intrinsic llvm.made.up");
}
