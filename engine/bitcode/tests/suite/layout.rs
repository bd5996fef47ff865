//! Sizes and offsets are LLVM's own: it folds `getelementptr` from null to numbers.

use std::process::Command;

use bareflow_ir::{Module, Symbol, data};

use crate::common::{assemble, scratch, succeed};

const TYPES: [&str; 24] = [
    "i1",
    "i8",
    "i24",
    "i33",
    "i64",
    "i128",
    "half",
    "bfloat",
    "x86_fp80",
    "fp128",
    "ptr",
    "<3 x i32>",
    "<5 x i8>",
    "<2 x double>",
    "<9 x i1>",
    "<4 x ptr>",
    "[7 x i24]",
    "[3 x x86_fp80]",
    "[0 x i64]",
    "{}",
    "{ i8, i128, i16 }",
    "<{ i8, i128, i16 }>",
    "{ i8, { i16, [3 x i32] }, <4 x float>, i1 }",
    "{ <3 x i8>, [2 x { i8, double }], ptr, i48 }",
];

/// Bytes of a global variable of eight bytes, as a number.
fn number(module: &Module, name: &str) -> u64 {
    let Some(Symbol::Global(id)) = module.symbol(name) else { panic!("no variable {name}") };
    let init = module.global(id).init.expect("an initialiser");
    let lowered = data::lower(module, init).expect("plain bytes");
    assert!(lowered.relocs.is_empty(), "{name}");
    u64::from_le_bytes(lowered.bytes.try_into().expect("eight bytes"))
}

#[test]
fn sizes_and_offsets_are_llvms() {
    let mut source = String::from(
        "target datalayout = \"e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128\"\n\
         target triple = \"x86_64-unknown-linux-gnu\"\n",
    );
    let mut names = Vec::new();
    let mut add = |name: String, ty: &str, path: &str| {
        source += &format!(
            "@{name} = global i64 ptrtoint (ptr getelementptr ({ty}, ptr null, {path}) to i64)\n"
        );
        names.push(name);
    };
    for (at, ty) in TYPES.iter().enumerate() {
        add(format!("size{at}"), ty, "i64 1");
        add(format!("align{at}"), &format!("{{ i1, {ty} }}"), "i64 0, i32 1");
        if ty.contains('{') {
            let depth = |c: char| match c {
                '{' | '[' | '<' => 1,
                '}' | ']' | '>' => -1,
                _ => 0,
            };
            let mut open = 0;
            let mut fields = usize::from(ty.len() > 2);
            for c in ty.trim_start_matches('<').chars() {
                open += depth(c);
                fields += usize::from(c == ',' && open == 1);
            }
            for field in 0..fields {
                add(format!("field{at}_{field}"), ty, &format!("i64 0, i32 {field}"));
            }
        }
    }
    let ours = bareflow_bitcode::read(&assemble(&source).expect("a module")).expect("a module");
    let (input, output) = (scratch("layout.ll"), scratch("layout.bc"));
    std::fs::write(&input, &source).expect("a temporary file");
    succeed(Command::new("opt-22").arg("-passes=globalopt").arg(&input).arg("-o").arg(&output));
    let folded = std::fs::read(&output).expect("opt's output");
    let theirs = bareflow_bitcode::read(&folded).expect("a module");
    let text = theirs.to_string();
    assert!(!text.contains("ptrtoint"), "LLVM did not fold {text}");
    for name in &names {
        assert_eq!(number(&ours, name), number(&theirs, name), "{name} of {TYPES:?}");
    }
    assert!(names.len() > 60);
}
