//! What goes to LLVM: a module that verifies, in the form that LLVM can be given.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use bareflow_ir::{BlockId, Module, Symbol};
use bareflow_llvm::{Exchange, Remembering, ask};
use bareflow_object::{CpuFeatures, Entry, Options, Request};
use bareflow_profile::{FunctionProfile, Level, shape_of};

/// The module that LLVM's assembler makes of a text.
fn module(text: &str) -> Module {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (source, made) = (folder.path().join("in.ll"), folder.path().join("in.bc"));
    std::fs::write(&source, text).expect("a file");
    let status = Command::new("llvm-as-22").arg(&source).arg("-o").arg(&made).status();
    assert!(status.expect("llvm-as-22: install the package llvm-22").success());
    bareflow_bitcode::read(&std::fs::read(&made).expect("bitcode")).expect("a module")
}

/// What is asked of LLVM for a function, or why nothing is.
fn request(module: &Module, name: &str, entry: Entry) -> Result<Module, String> {
    let Some(Symbol::Func(func)) = module.symbol(name) else { panic!("no function {name}") };
    let (level, profile) = (Level::O3, &[][..]);
    let (cpu, options) = (CpuFeatures::BASELINE, &Options::default());
    let request = Request { module, func, level, entry, profile, cpu, options };
    let (_, fields) = ask(&request)?;
    assert_eq!(ask(&request).expect("as before").1, fields, "asked twice, it differs");
    // The first field is the bitcode.
    assert_eq!(fields[0], b'b');
    let length = u32::from_le_bytes(fields[1..5].try_into().expect("four bytes")) as usize;
    let module = bareflow_bitcode::read(&fields[5..5 + length]).expect("it reads back");
    bareflow_ir::verify::verify(&module).unwrap_or_else(|error| panic!("{error}\n{module}"));
    Ok(module)
}

const LOOPS: &str = "
define i64 @sum(i64 %n, ptr %at) {
entry:
  br label %outer
outer:
  %i = phi i64 [ 0, %entry ], [ %i2, %next ]
  %total = phi i64 [ 0, %entry ], [ %sum2, %next ]
  %scaled = mul i64 %i, 3
  br label %inner
inner:
  %j = phi i64 [ 0, %outer ], [ %j2, %inner ]
  %sum = phi i64 [ %total, %outer ], [ %sum2, %inner ]
  %place = getelementptr i64, ptr %at, i64 %j
  %value = load i64, ptr %place
  %both = add i64 %value, %scaled
  %sum2 = add i64 %sum, %both
  %j2 = add i64 %j, 1
  %more = icmp ult i64 %j2, %n
  br i1 %more, label %inner, label %next
next:
  %i2 = add i64 %i, 1
  %again = icmp ult i64 %i2, %n
  br i1 %again, label %outer, label %end
end:
  ret i64 %sum2
}";

#[test]
fn a_loop_is_entered_with_the_values_of_its_frame() {
    let module = module(LOOPS);
    let asked = request(&module, "sum", Entry::Loop(BlockId(2))).expect("it can be asked");
    let text = asked.to_string();
    // `%scaled` and `%i` are needed at the head and computed again further on.
    assert_eq!(text.matches(" = alloca i64").count(), 2, "{text}");
    // Those, the two parameters and the two phis.
    let first = text.split("b1:").next().expect("a first block");
    assert_eq!(first.matches(" = load ").count(), 6, "{text}");
    assert!(text.contains("define i64 @sum.at.2(ptr %0, ptr %1)"), "{text}");
}

#[test]
fn the_outer_loop_needs_no_variables() {
    let module = module(LOOPS);
    let asked = request(&module, "sum", Entry::Loop(BlockId(1))).expect("it can be asked");
    assert!(!asked.to_string().contains("alloca"), "{asked}");
}

#[test]
fn who_takes_over_says_nothing_of_the_lifetime_of_variables_that_are_not_its_own() {
    let module = module(
        "declare void @llvm.lifetime.start.p0(ptr)
         declare void @llvm.lifetime.end.p0(ptr)
         declare void @use(ptr)
         define void @f(i32 %n) {
         entry:
           %own = alloca i64
           br label %loop
         loop:
           %i = phi i32 [ 0, %entry ], [ %next, %loop ]
           call void @llvm.lifetime.start.p0(ptr %own)
           call void @use(ptr %own)
           call void @llvm.lifetime.end.p0(ptr %own)
           %next = add i32 %i, 1
           %more = icmp ult i32 %next, %n
           br i1 %more, label %loop, label %end
         end:
           ret void
         }",
    );
    let whole = request(&module, "f", Entry::Call).expect("it can be asked").to_string();
    assert_eq!(whole.matches("call void @llvm.lifetime").count(), 2, "{whole}");
    let rest = request(&module, "f", Entry::Loop(BlockId(1))).expect("it can be asked").to_string();
    assert!(!rest.contains("call void @llvm.lifetime"), "{rest}");
}

#[test]
fn an_unprofiled_variant_is_asked_for_as_if_nothing_had_been_counted() {
    let module = module(LOOPS);
    let Some(Symbol::Func(func)) = module.symbol("sum") else { panic!("no function") };
    let body = module.func(func);
    let mut edges = Vec::new();
    for block in 0..body.blocks.len() {
        body.terminator(BlockId(block as u32)).op.successors(|_| edges.push(7));
    }
    let counted = FunctionProfile {
        calls: 7,
        shape: shape_of(body),
        blocks: vec![7; body.blocks.len()],
        edges,
        ..FunctionProfile::default()
    };
    let asked = |profile: &[FunctionProfile], unprofiled| {
        let options = &Options { unprofiled, ..Options::default() };
        let (level, entry, cpu) = (Level::O3, Entry::Call, CpuFeatures::BASELINE);
        let request = Request { module: &module, func, level, entry, profile, cpu, options };
        ask(&request).expect("it can be asked").1
    };
    let counted = &[counted][..];
    assert_ne!(asked(counted, false), asked(&[], false));
    assert_eq!(asked(counted, true), asked(&[], false));
}

#[test]
fn in_code_that_no_pass_has_gone_over_noinline_says_nothing() {
    let module = module(
        "define internal i32 @raw(i32 %x) noinline {
           %own = alloca i32
           store i32 %x, ptr %own
           %v = load i32, ptr %own
           ret i32 %v
         }
         define internal i32 @made(i32 %x) noinline {
           %own = alloca i32
           store volatile i32 %x, ptr %own
           %v = load volatile i32, ptr %own
           ret i32 %v
         }
         define internal i32 @members(i32 %x) noinline {
           %own = alloca { i32, i32 }
           %second = getelementptr { i32, i32 }, ptr %own, i32 0, i32 1
           store i32 %x, ptr %own
           store i32 %x, ptr %second
           %v = load i32, ptr %own
           ret i32 %v
         }
         define internal i32 @elements(i32 %x) noinline {
           %own = alloca [2 x i32]
           %at = getelementptr [2 x i32], ptr %own, i32 0, i32 %x
           store i32 %x, ptr %own
           store i32 %x, ptr %at
           %v = load i32, ptr %own
           ret i32 %v
         }
         define i32 @f(i32 %x) {
           %a = call i32 @raw(i32 %x)
           %b = call i32 @made(i32 %a)
           %c = call i32 @members(i32 %b)
           %d = call i32 @elements(i32 %c)
           ret i32 %d
         }",
    );
    let asked = request(&module, "f", Entry::Call).expect("it can be asked").to_string();
    assert_eq!(asked.matches("noinline").count(), 2, "{asked}");
    for inlined in ["raw", "members"] {
        assert!(asked.contains(&format!("available_externally i32 @{inlined}")), "{asked}");
    }
}

#[test]
fn what_llvm_must_not_see_is_rewritten() {
    let module = module(
        "@labels = internal constant [2 x ptr] [ptr blockaddress(@f, %one), ptr blockaddress(@f, %two)]
         declare double @llvm.sin.f64(double)
         declare double @llvm.fmuladd.f64(double, double, double)
         declare i32 @may(i32)
         define double @sin(double %x) noinline { ret double %x }
         define double @f(double %x, i64 %which) personality ptr null {
           %s = call fast double @llvm.sin.f64(double %x)
           %m = call double @llvm.fmuladd.f64(double %s, double %x, double 1.0)
           %r = invoke i32 @may(i32 1) to label %on unwind label %off
         on:
           %at = getelementptr ptr, ptr @labels, i64 %which
           %to = load ptr, ptr %at
           indirectbr ptr %to, [label %one, label %two, label %one]
         one:
           %p = phi double [ %m, %on ], [ %m, %on ]
           %q = fadd fast double %p, 2.0
           ret double %q
         two:
           ret double %m
         off:
           %pad = landingpad { ptr, i32 } cleanup
           resume { ptr, i32 } %pad
         }",
    );
    let asked = request(&module, "f", Entry::Call).expect("it can be asked");
    let text = asked.to_string();
    for gone in
        ["llvm.sin", "fmuladd", "fast", "invoke", "landingpad", "indirectbr", "blockaddress"]
    {
        assert!(!text.contains(gone), "{gone} is still there:\n{text}");
    }
    for there in
        ["call double @sin(double %0)", "fmul double", "switch i64", "inttoptr (i64 3 to ptr)"]
    {
        assert!(text.contains(there), "{there} is missing:\n{text}");
    }
}

#[test]
fn what_llvm_passes_otherwise_is_refused_by_name() {
    let module = module(
        "define { i64, i64, i64 } @three() { ret { i64, i64, i64 } zeroinitializer }
         define void @wide(<8 x float> %v) { ret void }
         define i32 @half(half %h) {
           %f = fpext half %h to float
           %i = fptosi float %f to i32
           ret i32 %i
         }",
    );
    let why = |name| request(&module, name, Entry::Call).expect_err("it is refused");
    assert_eq!(why("three"), "a result returned in memory");
    assert_eq!(why("wide"), "an unusual vector passed to a function");
    assert_eq!(why("half"), "half-precision floats");
}

#[test]
fn alignments_are_told_that_hold_in_every_image() {
    let module = module(
        "
        @text = internal global [32 x i8] c\"abcdefghijklmnopqrstuvwxyzabcdef\", align 1
        @room = internal global [512 x i8] zeroinitializer, align 1
        define i8 @both(i64 %at) {
          %of.text = getelementptr i8, ptr @text, i64 %at
          %of.room = getelementptr i8, ptr @room, i64 %at
          %a = load i8, ptr %of.text, align 1
          %b = load i8, ptr %of.room, align 1
          %sum = add i8 %a, %b
          ret i8 %sum
        }",
    );
    let asked = request(&module, "both", Entry::Call).expect("it can be asked");
    let align = |name: &str| {
        let global = asked.globals.iter().find(|global| global.name == name);
        global.expect("the variable").align
    };
    // The engine puts this at a multiple of 16, a shrunk image anywhere.
    assert_eq!(align("text"), 1);
    assert_eq!(align("room"), 64);
}

/// Answers every request with an object, which is its number.
#[derive(Default)]
struct Counting(AtomicU32);

impl Exchange for Counting {
    fn version(&self) -> String {
        "1".into()
    }

    fn ask(&self, request: &[u8]) -> Result<Vec<u8>, String> {
        let count = self.0.fetch_add(1, Ordering::Relaxed);
        let kind = if request.starts_with(b"bad") { 'e' } else { 'o' };
        Ok(format!("{kind}{count}").into_bytes())
    }
}

#[test]
fn the_same_is_asked_once() {
    let remembering = Remembering::new(Counting::default());
    let ask = |request: &[u8]| String::from_utf8(remembering.ask(request).unwrap()).unwrap();
    assert_eq!([ask(b"one"), ask(b"two"), ask(b"one")], ["o0", "o1", "o0"]);
    // What was refused is asked again.
    assert_eq!([ask(b"bad"), ask(b"bad"), ask(b"two")], ["e2", "e3", "o1"]);
}
