//! Programs take from the library what they need, and their own definitions win.

use std::process::Command;

use bareflow_program::{Library, Part, Program, Source, Undefined, load};

const LIBRARY: &str = "
    define i32 @__bf_finish(i32 %status) { ret i32 %status }
    define i64 @strlen(ptr %s) { %n = call i64 @count(ptr %s) ret i64 %n }
    define internal i64 @count(ptr %s) { ret i64 1 }
    define i64 @strnlen(ptr %s, i64 %n) { %r = call i64 @strlen(ptr %s) ret i64 %r }
    define ptr @memcpy(ptr %to, ptr %from, i64 %n) { ret ptr %to }
    define double @floor(double %x) { ret double %x }
    define void @unused() { ret void }";

fn part(file: &str, text: &str) -> Part {
    let path = std::env::temp_dir().join(format!("{}-{file}.ll", std::process::id()));
    std::fs::write(&path, text).expect("a temporary file");
    let output = Command::new("llvm-as-22").arg(&path).arg("-o").arg("-").output();
    let output = output.expect("llvm-as-22: install the package llvm-22");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::remove_file(&path).expect("to remove a temporary file");
    Part { file: file.to_owned(), bytes: output.stdout }
}

fn source(parts: Vec<Part>) -> Source {
    Source { name: "program".into(), parts, ..Source::default() }
}

fn defined(program: &Program) -> Vec<&str> {
    let defined = program.module.funcs.iter().filter(|func| !func.is_declaration());
    let mut names: Vec<&str> = defined.map(|func| func.name.as_str()).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_program_takes_what_it_needs_and_helpers() {
    let text = "declare i64 @strlen(ptr)
        declare double @llvm.floor.f64(double)
        define i32 @main() {
          %n = call i64 @strlen(ptr null)
          %x = call double @llvm.floor.f64(double 1.5)
          ret i32 0
        }";
    let library = Library::read(vec![part("a-libc", LIBRARY)]).expect("a library");
    let program = load(&source(vec![part("a-main", text)]), &library).expect("a program");
    assert_eq!(defined(&program), ["__bf_finish", "count", "floor", "main", "memcpy", "strlen"]);
}

#[test]
fn own_definitions_are_the_program_s_and_the_library_keeps_its_own() {
    let text = "define i64 @strlen(ptr %s) { ret i64 7 }
        declare i64 @strnlen(ptr, i64)
        define i32 @main() {
          %m = call i64 @strlen(ptr null)
          %n = call i64 @strnlen(ptr null, i64 2)
          ret i32 0
        }";
    let library = part("b-libc", LIBRARY);
    let main = part("b-main", text);
    let shared = Library::read(vec![library.clone()]).expect("a library");
    let program = load(&source(vec![main.clone()]), &shared).expect("a program");
    let text = program.module.to_string();
    assert!(text.contains("ret i64 7") && text.contains("@count"), "{text}");

    // A snapshot holds the library as one more file.
    let again = load(&source(vec![main, library]), &Library::default()).expect("a program");
    assert_eq!(again.hash, program.hash);
    assert_eq!(again.module.to_string(), text);
}

#[test]
fn two_own_definitions_are_an_error() {
    let text = "define i32 @main() { ret i32 0 }";
    let library = Library::read(vec![part("c-libc", LIBRARY)]).expect("a library");
    let error = load(&source(vec![part("c-one", text), part("c-two", text)]), &library);
    let message = error.expect_err("an error").to_string();
    assert!(message.contains("`main` is defined in"), "{message}");
}

#[test]
fn all_that_cannot_run_is_said_at_once() {
    let text = "declare i32 @llvm.smul.fix.i32(i32, i32, i32)
        declare void @llvm.set.rounding(i32)
        define internal void @first() { call void asm sideeffect \"hlt\", \"\"() ret void }
        define internal void @second() {
          %x = call i32 @llvm.smul.fix.i32(i32 1, i32 2, i32 3)
          call void @llvm.set.rounding(i32 1)
          ret void }
        define internal void @never() { call void asm sideeffect \"cli\", \"\"() ret void }
        define i32 @main() { call void @first() call void @second() ret i32 0 }";
    let error = load(&source(vec![part("d-main", text)]), &Library::default());
    assert_eq!(
        error.expect_err("an error").to_string(),
        "program: not supported: inline assembly \"hlt\" (used by first), the intrinsic \
         llvm.smul.fix.i32 (used by second), the intrinsic llvm.set.rounding (used by second)"
    );
}

#[test]
fn what_runs_before_a_program_is_in_order() {
    let text = "@llvm.global_ctors = appending global [1 x { i32, ptr, ptr }]
          [{ i32, ptr, ptr } { i32 200, ptr @middle, ptr null }]
        @a = internal global ptr @last, section \".init_array\"
        @b = internal global ptr @early, section \".init_array.00101\"
        @f = ifunc void (), ptr @resolver
        define internal ptr @resolver() { ret ptr @last }
        define internal void @early() { ret void }
        define internal void @middle() { ret void }
        define internal void @last() { ret void }
        define internal i32 @real() { call void @f() ret i32 0 }
        @main = alias i32 (), ptr @real";
    let program = load(&source(vec![part("e-main", text)]), &Library::default());
    let program = program.expect("a program");
    let name = |id: &bareflow_ir::FuncId| program.module.func(*id).name.as_str();
    let order: Vec<&str> = program.constructors.iter().map(name).collect();
    assert_eq!(order, ["f.choose", "early", "middle", "last"]);
    assert_eq!(name(&program.entry), "real");
}

#[test]
fn functions_have_a_simpler_form_where_there_are_no_threads() {
    let library = Library::read(vec![part(
        "f-libc",
        "define i32 @__bf_finish(i32 %status) { ret i32 %status }
        define ptr @malloc(i64 %n) { %p = call ptr @__bf_alone_malloc(i64 %n) ret ptr %p }
        define ptr @__bf_alone_malloc(i64 %n) { ret ptr null }",
    )])
    .expect("a library");
    // Whether `main` calls `malloc`, and whether that has the simple body.
    let called = |text: &str| {
        let program = load(&source(vec![part("f-main", text)]), &library).expect("a program");
        let text = program.module.to_string();
        let body = |name: &str| {
            let mut bodies = text.split("define ").filter_map(|body| body.split_once('\n'));
            bodies.find(|(head, _)| head.contains(name)).expect("it is defined").1.to_owned()
        };
        (body("@main(").contains("call ptr @malloc("), !body("@malloc(").contains("call "))
    };
    let main = "declare ptr @malloc(i64)
        define i32 @main() { %p = call ptr @malloc(i64 1) ret i32 0 }";
    assert_eq!(called(main), (true, true));
    let threads = "declare i32 @bf_start(ptr, ptr)
        declare ptr @malloc(i64)
        define i32 @main() {
          %p = call ptr @malloc(i64 1)
          %s = call i32 @bf_start(ptr null, ptr %p)
          ret i32 %s
        }";
    assert_eq!(called(threads), (true, false));
    // A program's own function of that name is left alone.
    let own = "define ptr @malloc(i64 %n) { %p = call ptr @other() ret ptr %p }
        define ptr @other() { ret ptr null }
        define i32 @main() { %p = call ptr @malloc(i64 1) ret i32 0 }";
    assert_eq!(called(own), (true, false));
}

const JUMPS: &str = "declare i32 @_setjmp(ptr)
    declare void @llvm.lifetime.start.p0(i64, ptr)
    declare i32 @deep(i32)
    @buffer = global [200 x i8] zeroinitializer
    @labels = constant [2 x ptr] [ptr blockaddress(@main, %left), ptr blockaddress(@main, %right)]";

/// A program of `main` with that body, and what is refused of it.
fn with_setjmp(name: &str, body: &str) -> Result<Program, String> {
    let own = "define i32 @deep(i32 %n) { ret i32 %n }";
    let declared = JUMPS.replace("declare i32 @deep(i32)", own);
    let text = format!("{declared}\ndefine i32 @main(i32 %n) {{\nentry:\n{body}\n}}");
    let library = Library::read(vec![part(&format!("{name}-libc"), LIBRARY)]).expect("a library");
    load(&source(vec![part(name, &text)]), &library).map_err(|error| error.to_string())
}

const LABELS: &str = "left: ret i32 1\nright: ret i32 2";

#[test]
fn what_calls_setjmp_is_divided_and_still_right() {
    let body = format!(
        "%room = alloca i32
        %before = call i32 @deep(i32 %n)
        %got = call i32 @_setjmp(ptr @buffer)
        %again = call i32 @_setjmp(ptr @buffer)
        %both = add i32 %got, %again
        %zero = icmp eq i32 %both, 0
        br i1 %zero, label %join, label %other
        other:
        store i32 %before, ptr %room
        br label %join
        join:
        %last = phi i32 [ %before, %entry ], [ %again, %other ]
        %at = load ptr, ptr @labels
        %none = icmp eq i32 %last, 7
        br i1 %none, label %out, label %jump
        jump: indirectbr ptr %at, [label %left, label %right]
        out: ret i32 %last
        {LABELS}"
    );
    let program = with_setjmp("c-main", &body).expect("a program");
    assert_eq!(defined(&program), ["__bf_finish", "deep", "main", "main.body", "memcpy"]);
    bareflow_ir::verify::verify(&program.module).expect("it keeps the rules");
    let text = program.module.to_string();
    let outer = &text[text.find("@main(").expect("main")..];
    let outer = &outer[..outer.find("\n}").expect("its end")];
    assert!(outer.contains("@bf_catch") && !outer.contains("setjmp"), "{outer}");
}

#[test]
fn what_setjmp_cannot_do_is_refused() {
    let computed = format!(
        "%room = alloca i8, i32 %n
        %got = call i32 @_setjmp(ptr %room)
        ret i32 %got
        {LABELS}"
    );
    let said = with_setjmp("d-main", &computed).expect_err("a refusal");
    assert!(said.contains("computed size") && said.contains("main"), "{said}");
    let taken = format!("%got = call i32 @_setjmp(ptr @_setjmp)\nret i32 %got\n{LABELS}");
    let said = with_setjmp("e-main", &taken).expect_err("a refusal");
    assert!(said.contains("setjmp by its address"), "{said}");
}

#[test]
fn what_is_not_defined_is_said_under_the_file_that_uses_it() {
    let one = "declare i32 @other() declare i32 @absent(i32) @there = external global i32
        define i32 @main() {
          %a = call i32 @absent(i32 1) %b = call i32 @other() %c = load i32, ptr @there
          ret i32 0
        }";
    let two = "declare void @nowhere(...)
        define i32 @other() { call void (...) @nowhere(i32 1) ret i32 0 }";
    let library = Library::read(vec![part("d-libc", LIBRARY)]).expect("a library");
    let parts = vec![part("d-one", one), part("d-two", two)];
    let refused = load(&source(parts.clone()), &library).expect_err("three names are missing");
    let said = refused.to_string();
    let wanted = "program: not defined:\n  d-one: `absent` (used by main) `there` (used by main)\n  \
                  d-two: `nowhere` (used by other)";
    assert_eq!(said, wanted);

    // A variable has no place that could be called.
    let trap = |parts| Source { undefined: Undefined::Trap, ..source(parts) };
    let refused = load(&trap(parts), &library).expect_err("a variable is missing").to_string();
    assert_eq!(refused, "program: not defined: `there` (used by main)");

    let one = one.replace("load i32, ptr @there", "add i32 0, 0");
    let parts = vec![part("d-one", &one), part("d-two", two)];
    let program = load(&trap(parts), &library).expect("functions may be missing");
    for name in ["absent", "nowhere"] {
        let id =
            program.module.funcs.iter().position(|func| func.name == name).expect("a function");
        assert!(!program.module.funcs[id].is_declaration());
        let text = format!("`{name}` was called, which is not defined");
        assert!(program.module.to_string().contains(&text), "{}", program.module);
    }
    bareflow_ir::verify::verify(&program.module).expect("a valid module");
}

/// A library of which `_Unwind_RaiseException` throws.
const THROWING: &str = "
    @__bf_attempts = thread_local global ptr null
    define i32 @__bf_finish(i32 %status) { ret i32 %status }
    define ptr @memcpy(ptr %to, ptr %from, i64 %n) { ret ptr %to }
    define i32 @__bf_attempt(ptr %at, ptr %call) { %last = load ptr, ptr @__bf_attempts ret i32 0 }
    define i32 @_Unwind_RaiseException(ptr %what) { ret i32 5 }
    define void @_Unwind_Resume(ptr %what) { unreachable }
    define i32 @type() { ret i32 0 }";

const EXCEPTIONS: &str = "
    declare i32 @_Unwind_RaiseException(ptr)
    declare i32 @llvm.eh.typeid.for.p0(ptr)
    declare i32 @_setjmp(ptr)
    @int = constant i32 0
    @other = constant i32 0
    define i32 @throws(i32 %n) {
        %zero = icmp eq i32 %n, 0
        br i1 %zero, label %out, label %raise
        raise: %why = call i32 @_Unwind_RaiseException(ptr null)
        br label %out
        out: ret i32 %n
    }
    define i32 @never(i32 %n) { ret i32 %n }
    define i32 @swallows(i32 %n) personality ptr null {
        %a = invoke i32 @throws(i32 %n) to label %on unwind label %off
        on: ret i32 %a
        off: %pad = landingpad { ptr, i32 } catch ptr null
        ret i32 7
    }";

/// The text of `main` with that body, settled.
fn with_exceptions(name: &str, library: &str, body: &str) -> String {
    let text = format!(
        "{EXCEPTIONS}\ndefine i32 @main(i32 %n) personality ptr null {{\nentry:\n{body}\n}}"
    );
    let library = Library::read(vec![part(&format!("{name}-libc"), library)]).expect("a library");
    let program = load(&source(vec![part(name, &text)]), &library).expect("a program");
    bareflow_ir::verify::verify(&program.module).expect("it keeps the rules");
    let text = program.module.to_string();
    for gone in ["invoke", "landingpad", "resume"] {
        assert!(!text.contains(&format!("{gone} ")), "{text}");
    }
    text
}

/// Calls of three functions, of which one throws through to here.
const CALLS: &str = "%a = invoke i32 @throws(i32 %n) to label %first unwind label %off
    first: %b = invoke i32 @never(i32 %a) to label %second unwind label %off
    second: %c = invoke i32 @swallows(i32 %b) to label %third unwind label %off
    third: %sum = phi i32 [ %c, %second ]
    ret i32 %sum
    off: %kept = phi i32 [ 1, %entry ], [ 2, %first ], [ 3, %second ]
    %pad = landingpad { ptr, i32 } cleanup catch ptr @int catch ptr @other filter [1 x ptr] [ptr @int]
    %number = extractvalue { ptr, i32 } %pad, 1
    %id = call i32 @llvm.eh.typeid.for.p0(ptr @other)
    %fits = icmp eq i32 %number, %id
    br i1 %fits, label %mine, label %not
    mine: ret i32 %kept
    not: resume { ptr, i32 } %pad";

#[test]
fn calls_that_may_throw_are_attempts_and_others_calls() {
    let text = with_exceptions("x-main", THROWING, CALLS);
    let main = &text[text.find("@main(").expect("main")..];
    let main = &main[..main.find("\n}").expect("its end")];
    assert_eq!(main.matches("@__bf_attempt(").count(), 1, "{main}");
    assert!(main.contains("call i32 @never(") && main.contains("call i32 @swallows("), "{main}");
    assert!(main.contains("@throws.attempt") && main.contains("@_Unwind_Resume("), "{main}");
    assert!(text.contains("@__bf_clauses.0") && text.contains("@__bf_filter.1"), "{text}");
    // Types have one number, wherever it is asked for.
    assert!(main.contains("freeze i32 2"), "{main}");
}

#[test]
fn where_nothing_throws_there_are_no_attempts() {
    let quiet = CALLS.replace("@throws(i32 %n)", "@never(i32 %n)").replace("@swallows", "@never");
    let text = with_exceptions("y-main", THROWING, &quiet);
    assert!(!text.contains("__bf_attempt(") && !text.contains("@_Unwind_Resume("), "{text}");
}

#[test]
fn setjmp_puts_the_list_of_attempts_back() {
    let body = format!(
        "%came = call i32 @_setjmp(ptr @int)\n%x = add i32 %came, %n\nbr label %calls\ncalls:\n{}",
        CALLS.replace("%entry", "%calls")
    );
    let text = with_exceptions("z-main", THROWING, &body);
    let inner = &text[text.find("@main.body(").expect("the body")..];
    let inner = &inner[..inner.find("\n}").expect("its end")];
    assert!(inner.contains("@__bf_attempts"), "{inner}");
}

/// A C++ library with a stream, what constructs it, and an operator that programs may replace.
const CXX: &str = "
    @stream = global i64 0
    @other = global i64 0
    @llvm.global_ctors = appending global [1 x { i32, ptr, ptr }] [{ i32, ptr, ptr } { i32 100, ptr @start, ptr null }]
    define i32 @__bf_cxx_takes(ptr %what, ptr %type) { ret i32 0 }
    define internal void @start() { call void @construct() ret void }
    define void @construct() { store i64 1, ptr @stream call void @further() ret void }
    define void @further() { store i64 1, ptr @other ret void }
    define weak ptr @new(i64 %bytes) { ret ptr null }
    define ptr @make() { %new = call ptr @new(i64 8) ret ptr %new }";

#[test]
fn a_library_constructs_what_a_program_has() {
    let load = |name: &str, text: &str| {
        let parts = vec![part(&format!("{name}-c"), LIBRARY), part(&format!("{name}-cxx"), CXX)];
        let library = Library::read(parts).expect("libraries");
        load(&source(vec![part(name, text)]), &library).expect("a program")
    };
    let with = |name: &str, variable: &str| {
        let text = format!(
            "@{variable} = external global i64
            define i32 @main() {{ %n = load i64, ptr @{variable} ret i32 0 }}"
        );
        load(name, &text).constructors.len()
    };
    // What the constructor calls further on belongs to somebody else.
    assert_eq!((with("k-main", "stream"), with("l-main", "other")), (1, 0));
    let own = "declare ptr @make()
        define ptr @new(i64 %bytes) { ret ptr null }
        define i32 @main() { %made = call ptr @make() ret i32 0 }";
    // A replaced operator is the library's, too: there is no second one.
    let program = load("m-main", own);
    assert_eq!(defined(&program), ["__bf_finish", "main", "make", "memcpy", "new"]);
}

/// A library that has what handlers and alarms need.
const SIGNALS: &str = "
    define i32 @__bf_finish(i32 %status) { ret i32 %status }
    define ptr @memcpy(ptr %to, ptr %from, i64 %n) { ret ptr %to }
    define ptr @signal(i32 %n, ptr %new) { ret ptr null }
    define i64 @__bf_no_quotient() noinline { ret i64 0 }
    define i32 @setitimer(i32 %which, ptr %new, ptr %old) { call void @__bf_loop() ret i32 0 }
    define void @__bf_loop() { br label %again again: br label %again }
    @__bf_looks = global i32 0
    define void @__bf_look() noinline { store i32 5, ptr @__bf_looks ret void }";

fn with_signals(name: &str, text: &str) -> Program {
    let library = Library::read(vec![part(&format!("{name}-libc"), SIGNALS)]).expect("a library");
    let program = load(&source(vec![part(name, text)]), &library).expect("a program");
    bareflow_ir::verify::verify(&program.module).expect("it keeps the rules");
    program
}

/// How often a function of the program calls another.
fn calls(program: &Program, caller: &str, callee: &str) -> usize {
    let module = &program.module;
    let func = module.funcs.iter().find(|func| func.name == caller).expect("a function");
    let called = |call: &bareflow_ir::CallInfo| module.direct_callee(call.callee);
    let all = func.instrs.iter().filter_map(|instr| called(instr.op.call()?));
    all.filter(|id| module.func(*id).name == callee).count()
}

#[test]
fn divisions_are_asked_about_where_a_handler_may_be_set() {
    const DIVISIONS: &str = "
          %one = sdiv i32 %a, %b
          %two = sdiv i32 %a, 7
          %three = srem i32 %a, -1
          %four = udiv i32 %a, -1
          %lanes = udiv <2 x i8> %c, %c
          %five = sdiv <2 x i32> %d, %d
          %none = sdiv i128 %e, %e
          %odd = srem i7 %f, %f
          br label %out
        out:
          %last = phi i32 [ %three, %entry ]
          %sum = add i32 %last, %one
          ret i32 %sum
        }";
    let program = |name: &str, sets: &str| {
        let text = format!(
            "declare ptr @signal(i32, ptr)
            @kept = global ptr null
            define void @handler(i32 %n) {{ ret void }}
            define i32 @main() {{
              {sets}
              %sum = call i32 @all(i32 1, i32 1, <2 x i8> undef, <2 x i32> undef, i128 1, i7 1)
              ret i32 %sum
            }}
            define i32 @all(i32 %a, i32 %b, <2 x i8> %c, <2 x i32> %d, i128 %e, i7 %f) {{
            entry: {DIVISIONS}"
        );
        with_signals(name, &text)
    };
    let asked = |program: &Program| calls(program, "all", "__bf_no_quotient");
    let set = |number: &str| format!("call ptr @signal(i32 {number}, ptr @handler)");
    // Those by 7 and by the largest number without a sign always have one.
    assert_eq!(asked(&program("h-sets", &set("8"))), 6);
    let computed = format!("%n = load i32, ptr @kept\n{}", set("%n"));
    assert_eq!(asked(&program("h-computed", &computed)), 6);
    assert_eq!(asked(&program("h-taken", "store ptr @signal, ptr @kept")), 6);
    let others = program("h-others", &set("2"));
    assert_eq!(asked(&others), 0);
    assert!(!defined(&others).contains(&"__bf_no_quotient"));
}

#[test]
fn loops_and_callers_look_for_alarms_where_some_are_set() {
    let program = |name: &str, sets: &str| {
        let text = format!(
            "declare i32 @setitimer(i32, ptr, ptr)
            define i32 @main() {{
              {sets}
              %n = call i32 @loops(i32 3)
              %m = call i32 @leaf(i32 3)
              ret i32 %n
            }}
            define i32 @leaf(i32 %n) {{ ret i32 %n }}
            define i32 @loops(i32 %n) {{
            entry: br label %outer
            outer:
              %i = phi i32 [ 0, %entry ], [ %next, %on ]
              br label %inner
            inner:
              %j = phi i32 [ %i, %outer ], [ %less, %inner ]
              %less = add i32 %j, -1
              %more = icmp sgt i32 %less, 0
              br i1 %more, label %inner, label %on
            on:
              %next = add i32 %i, 1
              %again = icmp slt i32 %next, %n
              br i1 %again, label %outer, label %out
            out: ret i32 %next
            }}"
        );
        with_signals(name, &text)
    };
    let set = program("i-sets", "%s = call i32 @setitimer(i32 0, ptr null, ptr null)");
    let looks = |caller: &str| calls(&set, caller, "__bf_look");
    assert_eq!(["main", "loops", "leaf", "__bf_loop"].map(looks), [1, 2, 0, 0]);
    let none = program("i-none", "");
    assert_eq!(calls(&none, "loops", "__bf_look"), 0);
    assert!(!defined(&none).contains(&"__bf_look"));
}
