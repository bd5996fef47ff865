//! Linking: which definition wins, what is kept and why, what is an error.

use bareflow_ir::link::{LinkError, Linked, Why, link};
use bareflow_ir::verify::verify;
use bareflow_ir::{Module, Symbol};

use crate::common::assemble;

fn module(name: &str, text: &str) -> Module {
    let source = format!("source_filename = \"{name}\"\n{text}");
    let bytes = assemble(&source).unwrap_or_else(|errors| panic!("{errors}"));
    bareflow_bitcode::read(&bytes).unwrap_or_else(|error| panic!("{error}"))
}

fn linked(texts: &[&str], roots: &[&str]) -> Result<Linked, LinkError> {
    let modules: Vec<Module> =
        texts.iter().enumerate().map(|(at, text)| module(&format!("m{at}"), text)).collect();
    let modules: Vec<&Module> = modules.iter().collect();
    let linked = link(&modules, roots)?;
    verify(&linked.module).unwrap_or_else(|error| panic!("{error}\n{}", linked.module));
    Ok(linked)
}

/// The lines of the text that define something.
fn definitions(linked: &Linked) -> Vec<String> {
    let text = linked.module.to_string();
    let lines = text.lines().filter(|line| line.starts_with('@') || line.starts_with("define"));
    lines.map(str::to_owned).collect()
}

#[test]
fn only_what_the_roots_reach_is_kept() {
    let linked = linked(
        &[
            "@table = internal global [2 x ptr] [ptr @a, ptr @b]
             @unused = global i32 1
             define i32 @main() {
               %f = load ptr, ptr @table
               %r = call i32 %f()
               ret i32 %r
             }
             declare i32 @a()
             define internal i32 @b() { ret i32 2 }
             define i32 @never() { ret i32 3 }",
            "define i32 @a() { %r = call i32 @deep() ret i32 %r }
             define i32 @deep() { ret i32 4 }
             define i32 @never_either() { ret i32 5 }",
        ],
        &["main"],
    )
    .expect("a program");
    let mut names: Vec<&str> = linked.module.funcs.iter().map(|func| func.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["a", "b", "deep", "main"]);
    assert_eq!(linked.module.globals.len(), 1);
    let why = |name: &str| match linked.module.symbol(name) {
        Some(Symbol::Func(id)) => linked.func_why[id.index()],
        other => panic!("{name} is {other:?}"),
    };
    assert_eq!(why("main"), Why::Root);
    assert_eq!(linked.user(why("a")), "table");
    assert_eq!(linked.user(why("deep")), "a");
}

#[test]
fn strong_wins_over_weak_and_the_first_weak_over_the_second() {
    let weak = |value: i32, strong: &str| {
        format!(
            "define weak i32 @f() {{ ret i32 {value} }}
             define linkonce_odr i32 @g() {{ ret i32 {value} }}
             {strong}
             @v = weak global i32 {value}
             define i32 @main{value}() {{
               %x = call i32 @f() %y = call i32 @g() %z = load i32, ptr @v ret i32 %z }}"
        )
    };
    let linked = linked(
        &[
            &weak(1, ""),
            &weak(2, ""),
            "define i32 @f() { ret i32 3 }
             @v = global i32 3",
        ],
        &["main1", "main2"],
    )
    .expect("a program");
    let text = linked.module.to_string();
    assert!(text.contains("@v = global i32 3"), "{text}");
    assert_eq!(text.matches("@f() {").count(), 1, "{text}");
    assert!(text.contains("ret i32 3") && text.contains("ret i32 1"), "{text}");
    assert!(!text.contains("ret i32 2\n"), "{text}");
}

#[test]
fn two_strong_definitions_name_both_modules() {
    let text = "define i32 @main() { ret i32 0 }";
    let error = linked(&[text, text], &["main"]).expect_err("an error");
    assert_eq!(error.to_string(), "`main` is defined in m0 and again in m1");
}

#[test]
fn strong_definitions_in_one_comdat_group_are_one() {
    let text = "$c = comdat any
        define i32 @c() comdat { ret i32 1 }
        @d = global i32 4, comdat($c)";
    let linked = linked(&[text, text], &["c", "d"]).expect("a program");
    assert_eq!(linked.module.funcs.len() + linked.module.globals.len(), 2);
}

#[test]
fn private_names_may_clash() {
    let text = |value: i32| {
        format!(
            "@data = internal global i32 {value}
             define internal ptr @helper() {{ ret ptr @data }}
             define ptr @main{value}() {{ %p = call ptr @helper() ret ptr %p }}"
        )
    };
    let linked = linked(&[&text(1), &text(2), "@data = global i32 7"], &["main1", "main2", "data"]);
    let linked = linked.expect("a program");
    let mut names: Vec<&str> = (linked.module.funcs.iter().map(|func| func.name.as_str()))
        .chain(linked.module.globals.iter().map(|global| global.name.as_str()))
        .collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "{names:?}");
    assert!(names.contains(&"data") && names.contains(&"helper"), "{names:?}");
    let text = linked.module.to_string();
    for value in ["global i32 1", "global i32 2", "global i32 7"] {
        assert!(text.contains(value), "{text}");
    }
}

#[test]
fn common_takes_the_largest_and_yields_to_a_definition() {
    let linked = linked(
        &[
            "@small = common global [2 x i32] zeroinitializer
             @given = common global i32 0
             define ptr @main() { %p = select i1 true, ptr @small, ptr @given ret ptr %p }",
            "@small = common global [9 x i32] zeroinitializer
             @given = global i32 5",
        ],
        &["main"],
    )
    .expect("a program");
    let mut lines = definitions(&linked);
    lines.sort();
    assert_eq!(lines[0], "@given = global i32 5");
    assert_eq!(lines[1], "@small = common global [9 x i32] zeroinitializer");
}

#[test]
fn constructors_of_all_modules_are_kept_in_order() {
    let text = |name: &str| {
        format!(
            "@llvm.global_ctors = appending global [1 x {{ i32, ptr, ptr }}]
               [{{ i32, ptr, ptr }} {{ i32 65535, ptr @{name}, ptr null }}]
             define internal void @{name}() {{ ret void }}"
        )
    };
    let linked = linked(&["define i32 @main() { ret i32 0 }", &text("x"), &text("y")], &["main"]);
    let lines = definitions(&linked.expect("a program"));
    let array = lines.iter().find(|line| line.starts_with("@llvm.global_ctors")).expect("it");
    assert!(array.contains("[2 x { i32, ptr, ptr }]"), "{array}");
    let (x, y) = (array.find("@x").expect("x"), array.find("@y").expect("y"));
    assert!(x < y, "{array}");
}

#[test]
fn aliases_are_resolved_away() {
    let linked = linked(
        &[
            "declare i32 @other()
             @into = external global i32
             define i32 @main() { %r = call i32 @other() %v = load i32, ptr @into ret i32 %v }",
            "@other = weak alias i32 (), ptr @real
             @array = internal global [4 x i32] [i32 1, i32 2, i32 3, i32 4]
             @into = alias i32, getelementptr (i32, ptr @array, i64 2)
             define i32 @real() { ret i32 9 }",
        ],
        &["main"],
    )
    .expect("a program");
    let text = linked.module.to_string();
    assert!(linked.module.aliases.is_empty(), "{text}");
    assert!(text.contains("call i32 @real()"), "{text}");
    assert!(text.contains("getelementptr (i8, ptr @array, i64 8)"), "{text}");
}

#[test]
fn undefined_symbols_come_out_as_declarations() {
    let linked = linked(
        &["declare extern_weak void @perhaps()
           declare i32 @missing(i32)
           define i32 @main() {
             %p = icmp eq ptr @perhaps, null
             %r = call i32 @missing(i32 1)
             ret i32 %r
           }"],
        &["main", "not_there"],
    )
    .expect("a program");
    let text = linked.module.to_string();
    assert!(text.contains("declare i32 @missing(i32)"), "{text}");
    assert!(text.contains("declare extern_weak void @perhaps()"), "{text}");
}

#[test]
fn refusals_follow_their_functions() {
    let linked = linked(
        &[
            "declare i64 @clock_of_the_processor()
             define i64 @main() { %r = call i64 @clock_of_the_processor() ret i64 %r }",
            "define i64 @clock_of_the_processor() {
               %r = call i64 asm sideeffect \"rdtsc\", \"=r\"()
               ret i64 %r
             }
             define i64 @unused() { %r = call i64 asm \"rdpmc\", \"=r\"() ret i64 %r }",
        ],
        &["main"],
    )
    .expect("a program");
    let [refusal] = &linked.module.refused[..] else { panic!("{:?}", linked.module.refused) };
    let Symbol::Func(id) = refusal.symbol else { panic!("{refusal:?}") };
    assert_eq!(linked.module.func(id).name, "clock_of_the_processor");
    assert_eq!(linked.user(linked.func_why[id.index()]), "main");
}

#[test]
fn available_copies_yield_and_serve_when_nothing_else_does() {
    let copy = "define available_externally i32 @f() { ret i32 1 }
        define i32 @main() { %r = call i32 @f() ret i32 %r }";
    let both = linked(&[copy, "define i32 @f() { ret i32 2 }"], &["main"]).expect("a program");
    assert!(both.module.to_string().contains("ret i32 2"));
    let alone = linked(&[copy], &["main"]).expect("a program");
    assert!(alone.module.to_string().contains("ret i32 1"));
}
