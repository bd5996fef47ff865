//! What is written: LLVM takes it, it reads back as the same IR, and it runs as the source does.

use std::path::PathBuf;
use std::process::Command;

use bareflow_bitcode::read;
use bareflow_bitcode::write::{Counts, FunctionCounts, SiteCounts, Unwritable, write};
use bareflow_ir::{Module, Op, Symbol};

use crate::common::{Producer, assemble, fixture, in_parallel, run, scratch, succeed};
use crate::compilers::{C, CLANGS, module};

/// Writes a module, has LLVM verify it and reads it back.
///
/// # Panics
/// If LLVM refuses it, or it reads back as something else, or a second time differs.
fn check(module: &Module, counts: Option<&Counts>, what: &str) -> PathBuf {
    let bytes = write(module, counts).unwrap_or_else(|error| panic!("{what}: {error}"));
    let again = write(&module.clone(), counts).expect("as before");
    assert!(bytes == again, "{what}: written twice, it differs");
    let file = scratch("written.bc");
    std::fs::write(&file, &bytes).expect("a temporary file");
    let back = read(&bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
    let (wanted, found) = (module.to_string(), back.to_string());
    let differs = wanted.lines().zip(found.lines()).find(|(wanted, found)| wanted != found);
    assert_eq!(differs, None, "{what}");
    assert_eq!(wanted, found, "{what}");
    let mut verify = Command::new("opt-22");
    verify.args(["-passes=verify", "-disable-output"]).arg(&file);
    let output = run(&mut verify);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {errors}\n{}", file.display());
    file
}

/// What LLVM's disassembler makes of a file.
fn disassembled(file: &PathBuf) -> String {
    let output = succeed(Command::new("llvm-dis-22").arg(file).args(["-o", "-"]));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn everything_is_written() {
    let source = std::fs::read_to_string(fixture("everything.ll")).expect("the fixture");
    let module = read(&assemble(&source).expect("an assembled fixture")).expect("a module");
    let text = disassembled(&check(&module, None, "everything"));
    assert!(text.contains("personality ptr null"), "{text}");
}

#[test]
fn what_was_not_read_is_not_written() {
    let producer = Producer { program: "clang-22", level: "0" };
    match write(&module("refused.c", producer), None) {
        Err(Unwritable::Refused { symbol, .. }) => assert!(!symbol.is_empty()),
        other => panic!("it is written: {other:?}"),
    }
}

#[test]
fn c_modules_read_back_as_they_were() {
    let pairs = C.iter().flat_map(|name| CLANGS.iter().map(move |clang| (*name, *clang)));
    in_parallel(pairs.collect(), |(name, producer)| {
        check(&module(name, producer), None, &format!("{name} by {producer:?}"));
    });
}

#[test]
fn rust_modules_read_back_as_they_were() {
    in_parallel(vec!["0", "1", "2", "3", "z"], |level| {
        let producer = Producer { program: "rustc", level };
        check(&module("traits.rs", producer), None, &format!("traits.rs by {producer:?}"));
    });
}

#[test]
fn written_programs_do_what_the_source_does() {
    in_parallel(C.to_vec(), |name| {
        let expected = scratch("program");
        let mut build = Command::new("clang-22");
        build.args(["-w", "-O1"]).arg(fixture(name)).arg("-o").arg(&expected).arg("-lm");
        succeed(&mut build);
        let expected = run(Command::new("timeout").arg("10").arg(&expected));
        for producer in [CLANGS[0], CLANGS[3], CLANGS[5]] {
            let file = check(&module(name, producer), None, name);
            let found = run(Command::new("timeout").args(["20", "lli-22"]).arg(&file));
            assert_eq!(
                (found.status.code(), String::from_utf8_lossy(&found.stdout)),
                (expected.status.code(), String::from_utf8_lossy(&expected.stdout)),
                "{name} by {producer:?}"
            );
        }
    });
}

/// A count for each block and edge, different from each other.
fn numbered(module: &Module) -> Counts {
    let target = |module: &Module| match module.symbol("two") {
        Some(Symbol::Func(id)) => id,
        other => panic!("two is {other:?}"),
    };
    let counts = |func: &bareflow_ir::Function| {
        let mut edges = 0u64;
        func.block_ids().for_each(|block| func.terminator(block).op.successors(|_| edges += 1));
        let indirect =
            |op: &Op| op.call().is_some_and(|call| module.direct_callee(call.callee).is_none());
        let sites = func.instrs.iter().enumerate().filter(|(_, instr)| indirect(&instr.op));
        let site = |at: usize| SiteCounts {
            instr: at as u32,
            targets: vec![(target(module), 900)],
            other: 100,
        };
        FunctionCounts {
            blocks: (0..func.blocks.len() as u64).map(|at| 1000 + at).collect(),
            edges: (0..edges).map(|at| (5 + at) << 32).collect(),
            sites: sites.map(|(at, _)| site(at)).collect(),
        }
    };
    let all = module.funcs.iter().map(|func| (!func.is_declaration()).then(|| counts(func)));
    Counts { funcs: all.collect() }
}

#[test]
fn counts_become_what_llvms_optimiser_looks_for() {
    let source = "source_filename = \"counted.c\"
        define internal i32 @two() { ret i32 2 }
        define i32 @main(i32 %n, ptr %f) {
          %few = icmp ult i32 %n, 2
          br i1 %few, label %end, label %call
        call:
          %r = call i32 %f()
          switch i32 %r, label %end [ i32 1, label %call i32 2, label %more ]
        more:
          %d = call i32 @two()
          ret i32 %d
        end:
          ret i32 0
        }";
    let module = read(&assemble(source).expect("a module")).expect("a module");
    let file = check(&module, Some(&numbered(&module)), "counted");
    let text = disassembled(&file);
    for wanted in [
        "!{!\"function_entry_count\", i64 1000}",
        // Five and six times 2^32, in sevenths of it.
        "!{!\"branch_weights\", i32 -1227133514, i32 -613566757}",
        "!{!\"ProfileFormat\", !\"InstrProf\"}",
        "!{i32 1, !\"ProfileSummary\", ",
        "!{!\"VP\", i32 0, i64 1000, i64 ",
    ] {
        assert!(text.contains(wanted), "{wanted} is missing:\n{text}");
    }
    // Promotion works only if the target's number is the one that LLVM computes.
    let mut promote = Command::new("opt-22");
    promote.args(["-passes=pgo-icall-prom", "-S", "-o", "-"]).arg(&file);
    let promoted = succeed(&mut promote);
    let promoted = String::from_utf8_lossy(&promoted.stdout);
    assert!(promoted.contains("icmp eq ptr %1, @two"), "{promoted}");
}
