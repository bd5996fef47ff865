//! Broken and foreign files get an error that says what, where and by whom.

use crate::common::{Producer, assemble, assemble_with, compile};
use bareflow_bitcode::{Cause, Llbc, llbc, read, read_llbc};
use bareflow_ir::{FuncId, GlobalId, Symbol};

const CLANG: Producer = Producer { program: "clang-22", level: "1" };

fn message(bytes: &[u8]) -> String {
    read(bytes).expect_err("an error").to_string()
}

#[test]
fn something_else_is_no_bitcode() {
    for bytes in [&b""[..], b"BC", b"\x7FELF and so on", &[0; 4096]] {
        assert_eq!(read(bytes).expect_err("an error").cause, Cause::NotBitcode);
    }
}

#[test]
fn a_message_names_place_and_producer() {
    let bytes = compile("control.c", CLANG);
    let damaged = (0..bytes.len()).map(|at| {
        let mut broken = bytes.clone();
        broken[at] ^= 0x10;
        broken
    });
    let messages: Vec<String> =
        damaged.filter_map(|broken| read(&broken).err()).map(|error| error.to_string()).collect();
    for parts in [
        ["at byte ", "in block FUNCTION", ", record ", "in function run", "(written by LLVM22."],
        ["not valid IR", "in function classify", "block b", "%", "(written by LLVM22."],
    ] {
        let complete = |text: &&String| parts.iter().all(|part| text.contains(part));
        assert!(messages.iter().any(|text| complete(&text)), "no message has all of {parts:?}");
    }
}

#[test]
fn a_file_cut_anywhere_is_an_error() {
    let bytes = compile("structs.c", CLANG);
    for len in (0..bytes.len() - 4).step_by(7) {
        assert!(read(&bytes[..len]).is_err(), "the first {len} bytes pass as a module");
    }
}

#[test]
fn code_for_other_machines_is_refused() {
    for (triple, layout, part) in [
        ("aarch64-unknown-linux-gnu", "e-m:e-i64:64", "aarch64"),
        ("x86_64-unknown-linux-gnux32", "e-m:e-p:32:32-i64:64", "x32"),
        ("x86_64-unknown-linux-gnu", "e-m:e-p:32:32-i64:64", "p:32:32"),
        ("x86_64-pc-windows-msvc19.44.35219", "e-m:w-i64:64", "windows"),
        ("x86_64-w64-windows-gnu", "", "windows"),
        ("x86_64-pc-cygwin", "", "cygwin"),
        ("x86_64-unknown-uefi", "", "uefi"),
        ("x86_64-apple-macosx14.0.0", "", "macosx"),
        ("x86_64-apple-darwin23", "", "darwin"),
        ("x86_64-unknown-linux-muslx32", "", "x32"),
        ("", "e-m:w-i64:64", "m:w"),
        ("x86_64-unknown-none", "e-m:o-i64:64", "m:o"),
    ] {
        let source = format!("target triple = \"{triple}\"\ntarget datalayout = \"{layout}\"\n");
        let text = message(&assemble(&source).expect("an assembled module"));
        assert!(text.contains(part), "{text} lacks {part:?}");
        assert!(text.contains("--target=x86_64-unknown-linux-gnu"), "{text} names no cure");
    }
    for triple in [
        "",
        "x86_64-unknown-linux-gnu",
        "x86_64-pc-linux-musl",
        "x86_64-unknown-none-elf",
        "amd64-unknown-freebsd14.1",
        "x86_64-unknown-openbsd7.6",
        "x86_64-unknown-linux-gnu2.36",
    ] {
        let source = format!("target triple = \"{triple}\"\n");
        read(&assemble(&source).expect("an assembled module")).expect("a module of this system");
    }
}

#[test]
fn alignments_of_accesses_are_promises_of_any_size() {
    let source = "define void @f(ptr %p) {
        store volatile i32 1, ptr null, align 4294967296
        %x = load i32, ptr %p, align 1073741824
        ret void }";
    let module = read(&assemble(source).expect("an assembled module")).expect("a module");
    assert_eq!(module.refused, []);
}

#[test]
fn assembly_at_module_level_is_refused() {
    let bytes = assemble("module asm \"nop\"\n").expect("an assembled module");
    assert!(message(&bytes).contains("assembly at module level"));
}

#[test]
fn ifuncs_that_cannot_be_seen_through_are_refused() {
    let source = "@f = ifunc i32 (i32, ...), ptr @resolver
        @g = ifunc void (ptr), ptr @resolver
        define internal ptr @resolver() { ret ptr null }
        define internal void @copies(ptr byval([64 x i8]) %p) { ret void }
        define internal void @does_not(ptr %p) { ret void }";
    let module = read(&assemble(source).expect("an assembled module")).expect("a module");
    let [variable, mixed] = &module.refused[..] else { panic!("{:?}", module.refused) };
    assert!(variable.why.contains("variable arguments"), "{}", variable.why);
    assert!(mixed.why.contains("structures as arguments"), "{}", mixed.why);
}

#[test]
fn unsupported_types_refuse_their_users_only() {
    let source = "define <vscale x 4 x i32> @scalable(<vscale x 4 x i32> %x) {
          ret <vscale x 4 x i32> %x
        }
        define void @far(ptr addrspace(1) %p) { ret void }
        define i32 @fine(i32 %x) { ret i32 %x }
        @far_variable = addrspace(3) global i32 0";
    let module = read(&assemble(source).expect("an assembled module")).expect("a module");
    let whys: Vec<&str> = module.refused.iter().map(|refusal| refusal.why.as_str()).collect();
    assert_eq!(
        whys,
        [
            "a variable in another address space",
            "a vector of unknown length",
            "a pointer into another address space",
        ]
    );
}

#[test]
fn structures_of_another_layout_are_refused() {
    // Newer assemblers bring the layout up to date.
    let source = "target datalayout = \"e-m:e-i64:64-f80:128-n8:16:32:64-S128\"
        target triple = \"x86_64-unknown-linux-gnu\"
        @wrong = global { i64, i128 } zeroinitializer
        @right = global { i64, [8 x i8], i128 } zeroinitializer
        @odd = global { i8, i80, i200 } zeroinitializer
        define i64 @uses({ i64, i128 }* %p) {
          %q = getelementptr { i64, i128 }, { i64, i128 }* %p, i64 1, i32 0
          %x = load i64, i64* %q
          ret i64 %x
        }";
    let bytes = assemble_with("llvm-as-14", source).expect("an assembled module");
    let module = read(&bytes).expect("a module");
    let symbols: Vec<Symbol> = module.refused.iter().map(|refusal| refusal.symbol).collect();
    assert_eq!(symbols, [Symbol::Global(GlobalId(0)), Symbol::Func(FuncId(0))]);
    assert!(module.refused[0].why.contains("before LLVM 18"), "{}", module.refused[0].why);
}

#[test]
fn wrapped_modules_read_like_plain_ones() {
    let bytes = compile("control.c", CLANG);
    let plain = read(&bytes).expect("a module").to_string();

    // Magic, version, offset, size, kind of processor, then some padding.
    let mut apple = Vec::new();
    for word in [0x0B17_C0DEu32, 0, 24, bytes.len() as u32, 0x0100_0007, 0] {
        apple.extend_from_slice(&word.to_le_bytes());
    }
    apple.extend_from_slice(&bytes);
    apple.extend_from_slice(&[0; 8]);
    assert_eq!(read(&apple).expect("a wrapped module").to_string(), plain);
    apple[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(read(&apple).expect_err("an error").cause, Cause::Truncated);

    let header = Llbc { name: "control".into(), entry: "main".into(), opt_level: 1 };
    let wrapped = header.wrap(&bytes).expect("an LLBC file");
    assert_eq!(wrapped.len(), llbc::SIZE + bytes.len());
    assert_eq!(read_llbc(&wrapped), Some(header));
    assert_eq!(read(&wrapped).expect("a wrapped module").to_string(), plain);
    assert_eq!(read_llbc(&bytes), None);
    assert!(message(&wrapped[..wrapped.len() - 1]).contains("LLBC header says"));
    assert!(message(&wrapped[..100]).contains("shorter than an LLBC header"));
}
