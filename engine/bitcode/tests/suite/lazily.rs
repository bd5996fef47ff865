//! Reading in parts gives what reading at once gives.

use std::collections::BTreeSet;

use bareflow_bitcode::{Lazy, read};
use bareflow_ir::link::link;

use crate::common::{Producer, assemble, compile, fixture};

fn defined(module: &bareflow_ir::Module) -> BTreeSet<&str> {
    let defined = module.funcs.iter().filter(|func| !func.is_declaration());
    defined.map(|func| func.name.as_str()).collect()
}

#[test]
fn bodies_come_with_what_they_reach() {
    let bytes = assemble(
        "@table = internal constant [2 x ptr] [ptr @c, ptr @other]
         @second = alias i32 (), ptr @e
         @llvm.global_ctors = appending global [1 x { i32, ptr, ptr }]
           [{ i32, ptr, ptr } { i32 1, ptr @before, ptr null }]
         @labels = internal constant [1 x ptr] [ptr blockaddress(@jumps, %there)]
         @other = global i32 0
         define i32 @a() { %r = call i32 @b() ret i32 %r }
         define i32 @b() { %p = load ptr, ptr @table %r = call i32 %p() ret i32 %r }
         define internal i32 @c() { ret i32 1 }
         define i32 @d() { %r = call i32 @second() ret i32 %r }
         define i32 @e() { ret i32 2 }
         define internal void @before() { ret void }
         define void @jumps() { br label %there there: ret void }
         define i32 @never() { ret i32 3 }",
    )
    .expect("an assembled module");
    let mut lazy = Lazy::open(&bytes).expect("a module");
    assert_eq!(defined(lazy.module()), BTreeSet::from(["before", "jumps"]));
    lazy.need(&bytes, |name| name == "a").expect("bodies");
    assert_eq!(defined(lazy.module()), BTreeSet::from(["a", "b", "before", "c", "jumps"]));
    lazy.need(&bytes, |name| name == "second").expect("bodies");
    assert!(defined(lazy.module()).contains("e") && !defined(lazy.module()).contains("d"));
    lazy.need(&bytes, |_| true).expect("bodies");
    assert_eq!(defined(lazy.module()), defined(&read(&bytes).expect("a module")));
}

#[test]
fn a_program_of_lazily_read_modules_is_the_same() {
    for (name, program, level) in [
        ("globals.c", "clang-22", "1"),
        ("control.c", "clang-14", "0"),
        ("traits.rs", "rustc", "2"),
    ] {
        let bytes = compile(name, Producer { program, level });
        let whole = read(&bytes).expect("a module");
        let mut lazy = Lazy::open(&bytes).expect("a module");
        lazy.need(&bytes, |name| name == "main").expect("bodies");
        let linked = |module| link(&[module], &["main"]).expect("a program").module.to_string();
        assert_eq!(linked(&whole), linked(lazy.module()), "{name}");
    }
}

#[test]
fn broken_bodies_are_an_error_when_they_are_needed() {
    let source = std::fs::read_to_string(fixture("everything.ll")).expect("the fixture");
    let bytes = assemble(&source).expect("an assembled fixture");
    let mut late = 0;
    for at in 0..bytes.len() {
        let mut broken = bytes.clone();
        broken[at] ^= 0x24;
        let at_once = read(&broken).map(|module| module.to_string());
        let in_parts = Lazy::open(&broken).and_then(|mut lazy| {
            late += 1;
            lazy.need(&broken, |_| true)?;
            Ok(lazy)
        });
        assert_eq!(at_once.is_ok(), in_parts.is_ok(), "byte {at}: {at_once:?}");
    }
    assert!(late > 100, "most damage shows late");
}
