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
    assert!(text.contains("icmp eq ptr null, null"), "{text}");
}

#[test]
fn refusals_follow_their_functions() {
    let linked = linked(
        &[
            "declare i64 @clock_of_the_processor()
             define i64 @main() { %r = call i64 @clock_of_the_processor() ret i64 %r }",
            "define i64 @clock_of_the_processor() {
               %r = call i64 asm sideeffect \"rdpmc\", \"=r\"()
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

#[test]
fn tentative_definitions_are_as_large_and_as_aligned_as_any() {
    let small = "@v = common global i32 0, align 64 define ptr @main() { ret ptr @v }";
    let large = "@v = common global [8 x i32] zeroinitializer, align 16";
    for texts in [[small, large], [large, small]] {
        let linked = linked(&texts, &["main"]).expect("a program");
        let lines = definitions(&linked);
        assert!(
            lines.contains(&"@v = common global [8 x i32] zeroinitializer, align 64".into()),
            "{lines:?}"
        );
    }
}

#[test]
fn what_nothing_defines_and_all_can_do_without_is_null() {
    let text = "declare extern_weak i32 @hook(i32)
        @place = extern_weak global i32
        declare extern_weak void @there()
        declare extern_weak void @needed()
        @table = global [2 x ptr] [ptr @hook, ptr @there]
        define i32 @main() {
          %c = icmp ne ptr @hook, null
          br i1 %c, label %yes, label %no
        yes:
          call void @needed()
          %r = call i32 @hook(i32 1)
          ret i32 %r
        no:
          %p = ptrtoint ptr getelementptr (i8, ptr @place, i64 4) to i32
          %t = load ptr, ptr @table
          ret i32 %p
        }";
    let other = "define void @there() { ret void }
        declare void @needed()
        define void @user() { call void @needed() ret void }";
    let linked = linked(&[text, other], &["main", "user"]).expect("a program");
    let text = linked.module.to_string();
    assert!(text.contains("[2 x ptr] [ptr null, ptr @there]"), "{text}");
    assert!(!text.contains("@hook") && !text.contains("@place"), "{text}");
    // One that needs it is enough.
    assert!(text.contains("declare void @needed()"), "{text}");
}

#[test]
fn a_root_may_be_a_second_name_of_a_second_name() {
    let text = "@main = alias i32 (), ptr @middle
        @middle = internal alias i32 (), ptr @real
        define internal i32 @real() { ret i32 7 }";
    let linked = linked(&[text], &["main"]).expect("a program");
    let root = linked.root("main").expect("the function behind it");
    assert_eq!(linked.module.func(root).name, "real");
}

#[test]
fn a_section_whose_end_is_asked_for_is_one_variable_in_order() {
    let member = |name: &str, value: i32, more: &str| {
        format!("@{name} = internal constant i32 {value}, section \"set\", align 4 {more}\n")
    };
    let first = member("a", 1, "") + &member("b", 2, "");
    let main = "@__start_set = external constant [0 x i32]
        @__stop_set = external hidden constant [0 x i32]
        @__start_none = extern_weak constant [0 x i32]
        define i64 @main() {
          %n = ptrtoint ptr @__stop_set to i64
          %m = ptrtoint ptr @__start_set to i64
          %none = ptrtoint ptr @__start_none to i64
          %d = sub i64 %n, %m
          ret i64 %d
        }";
    let second = "@wide = internal global i64 3, section \"set\", align 8
        @c = internal constant i32 4, section \"other\"
        define ptr @second() { ret ptr @wide }";
    let linked = linked(&[&first, main, second], &["main", "second"]).expect("a program");
    let lines = definitions(&linked);
    let set = "@section.set = internal global <{ i32, i32, i64 }> \
               <{ i32 1, i32 2, i64 3 }>, align 8";
    assert!(lines.contains(&set.into()), "{lines:?}");
    let text = linked.module.to_string();
    assert!(text.contains("(i8, ptr @section.set, i64 16)"), "{text}");
    assert!(text.contains("ret ptr getelementptr (i8, ptr @section.set, i64 8)"), "{text}");
    assert!(text.contains("ptrtoint ptr null") && !text.contains("@c "), "{text}");

    // Nobody asks: ordinary variables, of which only one is needed.
    let alone = self::linked(&[&first, second], &["second"]).expect("a program");
    assert_eq!(definitions(&alone)[0], "@wide = internal global i64 3, align 8");
}

#[test]
fn an_indirect_function_is_chosen_before_constructors_run() {
    let text = "@f = ifunc i32 (i32, i8), ptr @resolver
        @unused = ifunc void (), ptr @resolver
        define internal ptr @resolver() { ret ptr @fast }
        define internal i32 @fast(i32 %x, i8 signext %y) { ret i32 %x }
        define i32 @main() { %r = call i32 @f(i32 1, i8 2) ret i32 %r }";
    let linked = linked(&[text], &["main"]).expect("a program");
    let [(variable, chooser)] = linked.module.choosers[..] else { panic!("not one") };
    assert_eq!(linked.module.global(variable).name, "f.chosen");
    assert_eq!(linked.module.func(chooser).name, "f.choose");
    let text = linked.module.to_string();
    assert!(text.contains("store ptr %0, ptr @f.chosen"), "{text}");
    assert!(text.contains("call i32 %2(i32 %0, i8 signext %1)"), "{text}");
}

#[test]
fn arrays_of_functions_are_found_by_their_sections() {
    use bareflow_ir::link::Array;
    let text = "@b = internal global ptr @two, section \".init_array\"
        @a = internal global ptr @one, section \".init_array.00101\"
        @z = internal global [1 x ptr] [ptr @three], section \".fini_array\"
        define internal void @one() { ret void }
        define internal void @two() { ret void }
        define internal void @three() { ret void }
        define void @main() { ret void }";
    let linked = linked(&[text], &["main"]).expect("a program");
    let arrays: Vec<(Array, &str)> = linked
        .arrays
        .iter()
        .map(|(array, id)| (*array, linked.module.global(*id).name.as_str()))
        .collect();
    assert_eq!(
        arrays,
        [
            (Array::Constructors(101), "a"),
            (Array::Constructors(65535), "b"),
            (Array::Destructors(65535), "z")
        ]
    );
    assert_eq!(linked.module.funcs.len(), 4);
}
