//! What becomes a vector, and what must not.

extern crate std;

use std::process::{Command, Stdio};
use std::string::String;
use std::{format, io::Write};

use bareflow_ir::{FuncId, Module, Op, Type};

use super::super::Body;
use super::super::tests::verify;
use super::vectorise;

/// A module with a function of this signature and body, in LLVM's text form.
fn module(params: &str, body: &str) -> Module {
    let text = format!("declare void @other()\ndefine void @f({params}) {{\n{body}\n}}\n");
    let mut clang = Command::new("clang-22")
        .args(["-x", "ir", "-c", "-emit-llvm", "-O0", "-w", "-o", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("clang-22");
    clang.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("a reader");
    let output = clang.wait_with_output().expect("clang-22 ends");
    assert!(output.status.success(), "{text}");
    bareflow_bitcode::read(&output.stdout).expect("a module")
}

/// How many stores of vectors the pass makes of the body; the result has to be valid.
fn stores(params: &str, body: &str) -> usize {
    let module = module(params, body);
    let id = (module.func_ids()).find(|id| module.func(*id).name == "f").expect("the function");
    let mut body = Body::of(&module, id, &[]);
    vectorise(&mut body, &module);
    count(&module, id, body)
}

fn count(module: &Module, id: FuncId, mut body: Body) -> usize {
    let func = body.finish(module.func(id));
    verify(module, id, &body, func.clone(), "the pass");
    let is_vector = |ty| matches!(body.types.get(ty), Type::Vector { .. });
    let stored = func.instrs.iter().filter(|instr| match instr.op {
        Op::Store { value: bareflow_ir::Operand::Value(id), .. } => is_vector(func.value_type(id)),
        _ => false,
    });
    stored.count()
}

/// Addresses of the elements 0 and 1 behind `p` and `q`.
const PLACES: &str = "
  %p1 = getelementptr double, ptr %p, i64 1
  %q1 = getelementptr double, ptr %q, i64 1
";

/// `q[0..2] = p[0..2] * f - p[0..2]`, with something between or changed.
fn product(between: &str, kind: &str, last: &str) -> usize {
    let body = format!(
        "{PLACES}
  %a = load double, ptr %p
  {between}
  %b = load double, ptr %p1
  %c = fmul double %a, %f
  %d = {last} double %b, %f
  %e = fsub double %c, %a
  %g = fsub double %d, %b
  store {kind} double %e, ptr %q{align}
  store double %g, ptr %q1
  ret void",
        align = if kind.is_empty() { "" } else { ", align 8" },
        kind = kind.split(' ').next().unwrap_or(""),
    );
    let body = if kind.ends_with("unordered") {
        body.replace("ptr %q, align 8", "ptr %q unordered, align 8")
    } else {
        body
    };
    stores("ptr %p, ptr %q, double %f, ptr %list", &body)
}

#[test]
fn the_same_for_neighbours_becomes_one() {
    assert_eq!(product("", "", "fmul"), 1);
}

#[test]
fn different_operations_stay_apart() {
    assert_eq!(product("", "", "fdiv"), 0);
}

#[test]
fn volatile_and_atomic_stores_stay_as_they_are() {
    assert_eq!(product("", "volatile", "fmul"), 0);
    assert_eq!(product("", "atomic unordered", "fmul"), 0);
}

#[test]
fn loads_do_not_move_over_what_may_write() {
    for between in [
        "store double %f, ptr %p1",
        "call void @other()",
        "%va = va_arg ptr %list, i64",
        "fence seq_cst",
        "%old = atomicrmw add ptr %p1, i64 1 seq_cst, align 8",
    ] {
        // The loads stay single, and with them the products are not worth a vector.
        assert_eq!(product(between, "", "fmul"), 0, "{between}");
    }
}

/// `q[0..2]` gets the same of `p[0..2]`, with something between the two stores.
fn stored(between: &str) -> usize {
    let body = format!(
        "{PLACES}
  %a = load double, ptr %p
  %b = load double, ptr %p1
  %c = fmul double %a, %f
  %d = fmul double %b, %f
  %e = fsub double %c, %a
  %g = fsub double %d, %b
  store double %e, ptr %q
  {between}
  store double %g, ptr %q1
  ret void"
    );
    stores("ptr %p, ptr %q, double %f", &body)
}

#[test]
fn stores_do_not_move_over_what_may_read() {
    assert_eq!(stored("%x = fadd double %f, %f"), 1);
    for between in [
        "%x = load double, ptr %q",
        "call void @other()",
        "%va = va_arg ptr %p, i64",
        "fence acquire",
        "store double %f, ptr %q",
    ] {
        assert_eq!(stored(between), 0, "{between}");
    }
}

/// Sums and differences crosswise: the products belong to two groups of lanes, and have a use
/// outside of both.
#[test]
fn what_others_use_stays() {
    let body = format!(
        "{PLACES}
  %a = load double, ptr %p
  %b = load double, ptr %p1
  %c = fmul double %a, %f
  %d = fmul double %b, %f
  %e = fmul double %c, %f
  %g = fmul double %d, %f
  %h = fsub double %e, %g
  %i = fsub double %g, %e
  %j = fmul double %h, %f
  %k = fmul double %i, %f
  %l = fadd double %j, %f
  %m = fadd double %k, %f
  store double %l, ptr %q
  store double %m, ptr %q1
  %far = getelementptr double, ptr %q, i64 8
  store double %c, ptr %far
  %farther = getelementptr double, ptr %q, i64 16
  store double %d, ptr %farther
  ret void"
    );
    assert_eq!(stores("ptr %p, ptr %q, double %f", &body), 0);
}

#[test]
fn sums_of_a_loop_become_one() {
    let body = format!(
        "{PLACES}
  br label %loop
loop:
  %s = phi double [ 0.0, %0 ], [ %s2, %loop ]
  %t = phi double [ 0.0, %0 ], [ %t2, %loop ]
  %n = phi i64 [ 0, %0 ], [ %n2, %loop ]
  %a = load double, ptr %p
  %b = load double, ptr %p1
  %s2 = fadd double %s, %a
  %t2 = fadd double %b, %t
  %n2 = add i64 %n, 1
  %more = icmp ult i64 %n2, %end
  br i1 %more, label %loop, label %out
out:
  store double %s2, ptr %q
  store double %t2, ptr %q1
  ret void"
    );
    assert_eq!(stores("ptr %p, ptr %q, i64 %end", &body), 1);
}

#[test]
fn an_address_made_of_itself_ends() {
    let body = String::from(
        "  ret void
dead:
  %p1 = getelementptr double, ptr %p1, i64 1
  store double %f, ptr %p1
  store double %f, ptr %q
  br label %dead",
    );
    assert_eq!(stores("ptr %p, ptr %q, double %f", &body), 0);
}
