//! What compilers write is read as they meant it: LLVM's own assembler takes the text form, and
//! a program made of that does what the program made of the source does.

use std::path::Path;
use std::process::{Command, Output};

use crate::common::{Producer, assemble, compile, fixture, in_parallel, scratch, succeed};
use bareflow_bitcode::read;
use bareflow_ir::{FuncId, Module};

/// Fixtures in C.
pub const C: [&str; 9] = [
    "atomics.c",
    "barriers.c",
    "control.c",
    "floats.c",
    "globals.c",
    "ints.c",
    "structs.c",
    "varargs.c",
    "vectors.c",
];

const fn clang(program: &'static str, level: &'static str) -> Producer {
    Producer { program, level }
}

/// Each compiler and each level, though not each pair: they share most of their ways to write.
pub const CLANGS: [Producer; 8] = [
    clang("clang-14", "0"),
    clang("clang-14", "2"),
    clang("clang-16", "1"),
    clang("clang-19", "3"),
    clang("clang-22", "0"),
    clang("clang-22", "2"),
    clang("clang-22", "3"),
    clang("clang-22", "z"),
];

/// A fixture as read from what a compiler makes of it.
pub fn module(name: &str, producer: Producer) -> Module {
    let bytes = compile(name, producer);
    read(&bytes).unwrap_or_else(|error| panic!("{name} by {producer:?}: {error}"))
}

/// Defined functions with their numbers of instructions.
fn counts(module: &Module) -> Vec<(&str, usize)> {
    let defined = module.funcs.iter().filter(|func| !func.is_declaration());
    defined.map(|func| (func.name.as_str(), func.instrs.len())).collect()
}

/// The text form of `module`, and what it reads as once LLVM assembled it.
fn reassembled(module: &Module, what: &str) -> (String, Module) {
    let text = module.to_string();
    let bytes = assemble(&text).unwrap_or_else(|errors| panic!("{what}: {errors}\n{text}"));
    let again = read(&bytes).unwrap_or_else(|error| panic!("{what}, again: {error}"));
    (text, again)
}

#[test]
fn c_modules_survive_llvms_assembler() {
    let pairs = C.iter().flat_map(|name| CLANGS.iter().map(move |clang| (*name, *clang)));
    in_parallel(pairs.collect(), |(name, producer)| {
        let what = format!("{name} by {producer:?}");
        let module = module(name, producer);
        assert!(module.refused.is_empty(), "{what}: {:?}", module.refused);
        let (text, again) = reassembled(&module, &what);
        assert_eq!(counts(&module), counts(&again), "{what}");
        // LLVM renames intrinsics of older versions, but its own text it keeps.
        if producer.program == "clang-22" {
            let body = |text: &str| text.split_once('\n').map(|(_, rest)| rest.to_string());
            assert_eq!(body(&text), body(&again.to_string()), "{what}");
        }
    });
}

#[test]
fn rust_modules_survive_llvms_assembler() {
    in_parallel(vec!["0", "1", "2", "3", "z"], |level| {
        let producer = Producer { program: "rustc", level };
        let what = format!("traits.rs by {producer:?}");
        let module = module("traits.rs", producer);
        assert!(module.refused.is_empty(), "{what}: {:?}", module.refused);
        let (text, again) = reassembled(&module, &what);
        let body = |text: &str| text.split_once('\n').map(|(_, rest)| rest.to_string());
        assert_eq!(body(&text), body(&again.to_string()), "{what}");
    });
}

/// Links `source` with clang and runs it.
fn execute(source: &Path, flags: &[&str]) -> Output {
    let out = scratch("program");
    let mut command = Command::new("clang-22");
    command.args(["-w", "-O1"]).args(flags).arg(source).arg("-o").arg(&out).arg("-lm");
    succeed(&mut command);
    crate::common::run(Command::new("timeout").arg("10").arg(&out))
}

#[test]
fn reassembled_programs_do_what_the_source_does() {
    let read_by = [CLANGS[0], CLANGS[3], CLANGS[5]];
    in_parallel(C.to_vec(), |name| {
        let expected = execute(&fixture(name), &[]);
        assert!(!expected.stdout.is_empty(), "{name} prints nothing");
        for producer in read_by {
            let text = module(name, producer).to_string();
            let source = scratch("module.ll");
            std::fs::write(&source, &text).expect("a temporary file");
            let found = execute(&source, &[]);
            assert_eq!(
                (found.status.code(), String::from_utf8_lossy(&found.stdout)),
                (expected.status.code(), String::from_utf8_lossy(&expected.stdout)),
                "{name} by {producer:?}"
            );
        }
    });
}

#[test]
fn every_function_of_llvms_disassembler_is_there() {
    for producer in [CLANGS[0], CLANGS[3], CLANGS[6], Producer { program: "rustc", level: "0" }] {
        let name = if producer.program == "rustc" { "traits.rs" } else { "control.c" };
        let bytes = compile(name, producer);
        let file = scratch("module.bc");
        std::fs::write(&file, &bytes).expect("a temporary file");
        let output = succeed(Command::new("llvm-dis-22").arg(&file).arg("-o").arg("-"));
        let text = String::from_utf8_lossy(&output.stdout);
        let begins = |word: &str| text.lines().filter(|line| line.starts_with(word)).count();
        let module = read(&bytes).expect("a module");
        let (defined, declared): (Vec<FuncId>, Vec<FuncId>) =
            module.func_ids().partition(|id| !module.func(*id).is_declaration());
        assert_eq!(defined.len(), begins("define "), "{name} by {producer:?}");
        // LLVM drops declarations that it replaces by newer ones.
        assert!(declared.len() >= begins("declare "), "{name} by {producer:?}");
    }
}

#[test]
fn modules_with_debug_information_hold_the_same_code() {
    for program in ["clang-14", "clang-19", "clang-22"] {
        let plain = module("control.c", Producer { program, level: "1" });
        let out = scratch("debug.bc");
        let mut command = Command::new(program);
        command.args(["-w", "-c", "-emit-llvm", "-O1", "-g"]).arg(fixture("control.c"));
        succeed(command.arg("-o").arg(&out));
        let debug = read(&std::fs::read(&out).expect("bitcode")).expect("a module");
        assert_eq!(counts(&plain), counts(&debug), "{program}");
    }
}

#[test]
fn what_cannot_be_run_is_refused_by_function() {
    for program in ["clang-14", "clang-22"] {
        for level in ["0", "2"] {
            let producer = Producer { program, level };
            let module = module("refused.c", producer);
            let mut found: Vec<(String, &str)> = (module.refused.iter())
                .map(|refusal| match refusal.symbol {
                    bareflow_ir::Symbol::Func(id) => {
                        let func = module.func(id);
                        assert_eq!(func.instrs.len(), 1, "{}: its body is cut", func.name);
                        (func.name.clone(), refusal.why.as_str())
                    }
                    other => panic!("{other:?} is refused"),
                })
                .collect();
            found.sort();
            let expected = [
                ("bare", "a naked function"),
                ("foreign", "the Windows calling convention"),
                ("jumps", "assembly that jumps (asm goto)"),
                ("segment", "a pointer into another address space"),
                ("unknown", "inline assembly \"rdpmc\""),
            ];
            let found: Vec<(&str, &str)> = found.iter().map(|(n, w)| (n.as_str(), *w)).collect();
            assert_eq!(found, expected, "{producer:?}");
        }
    }
}
