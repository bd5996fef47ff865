//! Every intrinsic of LLVM 22 that is of no single target: those that can be run give the same on
//! every level as natively and are compiled at each; all others are refused by name, all at once,
//! before anything runs.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use bareflow_tests::{place, process, tool};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(240);
const LEVELS: [&str; 5] = ["interp", "O0", "O1", "O2", "O3"];

/// Intrinsics that give something: name, result, and operands. `=` before an operand: it must be a
/// constant; `~` before a result: what libraries round differently is not looked at.
const GIVE: &str = include_str!("../intrinsics/give.txt");
/// Intrinsics that do something: lines of IR of a function, each with its name before it.
const DO: &str = include_str!("../intrinsics/do.txt");
/// The names of all others, as LLVM has them.
const OTHERS: &str = include_str!("../intrinsics/refused.txt");

/// Intrinsics that can be run and are looked at elsewhere: they end a program, describe it, jump, or have
/// no native code.
const OWN: [&str; 14] = [
    "trap",
    "debugtrap",
    "ubsantrap",
    "dbg.assign",
    "dbg.declare",
    "dbg.label",
    "dbg.value",
    "codeview.annotation",
    "eh.sjlj.longjmp",
    "eh.sjlj.setjmp",
    "eh.typeid.for",
    "preserve.array.access.index",
    "ssa.copy",
    "vector.partial.reduce.add",
];

fn others() -> impl Iterator<Item = &'static str> {
    lines(OTHERS).map(|line| line.split('|').next().unwrap_or_default().trim())
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// A name without the types at its end.
fn base(name: &str) -> String {
    let is_type = |part: &str| {
        let rest = part.trim_start_matches(['n', 'x']);
        let rest = rest.strip_prefix('v').map_or(rest, |v| v.trim_start_matches(char::is_numeric));
        let number = |rest: &str| !rest.is_empty() && rest.chars().all(char::is_numeric);
        matches!(rest, "f16" | "bf16" | "f32" | "f64" | "f80" | "f128")
            || rest.strip_prefix(['i', 'p']).is_some_and(number)
            || part.starts_with("sl_")
    };
    let parts: Vec<&str> = name.split('.').collect();
    let end = parts.iter().rposition(|part| !is_type(part)).map_or(0, |at| at + 1);
    parts[..end].join(".")
}

/// The types of the members of a structure, or the type itself.
fn members(ty: &str) -> Vec<&str> {
    let Some(inside) = ty.strip_prefix('{').and_then(|ty| ty.strip_suffix('}')) else {
        return vec![ty];
    };
    inside.split(',').map(str::trim).collect()
}

/// A program that prints the bits of every result.
fn program() -> (String, BTreeSet<String>) {
    let mut text = String::from(
        "target triple = \"x86_64-unknown-linux-gnu\"\n\
         declare void @show(ptr, ptr, i32)\ndeclare void @show_rough(ptr, ptr, i32, i32)\n\
         define void @says(ptr %out, i32 %n, ...) noinline {\n  %l = alloca [3 x i64], align 16\n  \
         %k = alloca [3 x i64], align 16\n  call void @llvm.va_start.p0(ptr %l)\n  \
         call void @llvm.va_copy.p0(ptr %k, ptr %l)\n  %a = va_arg ptr %l, i32\n  \
         %b = va_arg ptr %l, i64\n  %c = va_arg ptr %k, i32\n  store i32 %a, ptr %out\n  \
         %p = getelementptr i64, ptr %out, i64 1\n  store i64 %b, ptr %p\n  \
         %q = getelementptr i64, ptr %out, i64 2\n  store i32 %c, ptr %q\n  \
         call void @llvm.va_end.p0(ptr %l)\n  call void @llvm.va_end.p0(ptr %k)\n  ret void\n}\n",
    );
    let (mut main, mut declared) = (String::new(), BTreeSet::new());
    let mut names = BTreeSet::new();
    for (at, line) in lines(GIVE).enumerate() {
        let [name, result, operands @ ..] = &line.split('|').map(str::trim).collect::<Vec<_>>()[..]
        else {
            panic!("{line}")
        };
        names.insert(base(name));
        let (rough, result) = result.strip_prefix('~').map_or((false, *result), |r| (true, r));
        let (mut types, mut loads, mut args) = (Vec::new(), String::new(), Vec::new());
        for (index, operand) in operands.iter().enumerate() {
            let (fixed, operand) =
                operand.strip_prefix('=').map_or((false, *operand), |o| (true, o));
            let split = if operand.starts_with(['<', '{']) {
                operand.find(['>', '}']).expect("a type") + 1
            } else {
                operand.find(' ').expect("a type and a value")
            };
            let (ty, value) = (&operand[..split], operand[split..].trim());
            types.push(ty.to_owned());
            if fixed {
                args.push(format!("{ty} {value}"));
                continue;
            }
            // Read from memory, so that nobody computes it beforehand.
            writeln!(text, "@in{at}.{index} = global {ty} {value}").expect("a string");
            writeln!(loads, "  %a{index} = load volatile {ty}, ptr @in{at}.{index}")
                .expect("a string");
            args.push(format!("{ty} %a{index}"));
        }
        declared.insert(format!("declare {result} @llvm.{name}({})\n", types.join(", ")));
        write!(
            text,
            "@name{at} = private constant [{} x i8] c\"{name}\\00\"\n\
             define void @t{at}() noinline {{\n{loads}  %r = call {result} @llvm.{name}({})\n",
            name.len() + 1,
            args.join(", "),
        )
        .expect("a string");
        // Between members of a structure lies anything.
        let members = members(result);
        let mut places = String::new();
        for (member, ty) in members.iter().enumerate() {
            let place = format!("@out{at}.{member}");
            writeln!(places, "{place} = global [2 x {ty}] zeroinitializer").expect("a string");
            let value = if result.starts_with('{') {
                writeln!(text, "  %m{member} = extractvalue {result} %r, {member}")
                    .expect("a string");
                format!("%m{member}")
            } else {
                "%r".into()
            };
            writeln!(text, "  store {ty} {value}, ptr {place}").expect("a string");
            let size = format!(
                "i32 trunc (i64 ptrtoint (ptr getelementptr ({ty}, ptr null, i32 1) to i64) to i32)"
            );
            let single = u8::from(ty.contains("float") || ty.contains("half"));
            let show = if rough {
                format!("@show_rough(ptr @name{at}, ptr {place}, {size}, i32 {single})")
            } else {
                format!("@show(ptr @name{at}, ptr {place}, {size})")
            };
            if member == 0 {
                writeln!(main, "  call void @t{at}()").expect("a string");
            }
            writeln!(main, "  call void {show}").expect("a string");
        }
        write!(text, "  ret void\n}}\n{places}").expect("a string");
    }
    for (at, block) in DO.split("\n\n").map(str::trim).filter(|block| !block.is_empty()).enumerate()
    {
        let block: Vec<&str> = block.lines().filter(|line| !line.starts_with('#')).collect();
        let Some((heads, body)) = block.split_first() else { continue };
        names.extend(heads.split_whitespace().map(base));
        let (declarations, body): (Vec<&str>, Vec<&str>) =
            body.iter().partition(|line| line.starts_with("declare") || line.starts_with('@'));
        declared.extend(declarations.iter().map(|line| format!("{line}\n")));
        write!(
            text,
            "@does{at} = private constant [{} x i8] c\"{heads}\\00\"\n\
             define void @d{at}(ptr %out) noinline {{\n{}\n  ret void\n}}\n",
            heads.len() + 1,
            body.join("\n"),
        )
        .expect("a string");
        write!(
            main,
            "  store [8 x i64] zeroinitializer, ptr @room\n  call void @d{at}(ptr @room)\n  \
             call void @show(ptr @does{at}, ptr @room, i32 64)\n"
        )
        .expect("a string");
    }
    for line in &declared {
        text += line;
    }
    write!(
        text,
        "@room = global [8 x i64] zeroinitializer, align 64\n\
         define i32 @main() {{\n{main}  ret i32 0\n}}\n"
    )
    .expect("a string");
    (text, names)
}

const SHOW: &str = r#"
#include <stdio.h>
#include <string.h>
void show(const char *name, const unsigned char *bytes, int size) {
    printf("%s ", name);
    for (int i = 0; i < size; i++) printf("%02x", bytes[i]);
    puts("");
}
void show_rough(const char *name, const unsigned char *bytes, int size, int single) {
    printf("%s", name);
    for (int i = 0; i < size; i += single ? 4 : 8) {
        double x;
        float f;
        memcpy(&f, bytes + i, 4);
        if (single) x = f; else memcpy(&x, bytes + i, 8);
        printf(single ? " %.4g" : " %.9g", x);
    }
    puts("");
}
"#;

fn clang(args: &[&str]) {
    let ended = process::run(Command::new("clang-22").arg("-w").args(args), b"", PATIENCE);
    let ended = ended.expect("clang-22 ends");
    assert!(ended.status == 0, "{args:?}: {}", String::from_utf8_lossy(&ended.err));
}

fn folder(name: &str) -> PathBuf {
    let folder = place::target().join("intrinsics").join(name);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn text(path: &Path) -> &str {
    tool::text(path)
}

#[test]
fn what_can_be_run_gives_the_same_on_every_level() {
    let folder = folder("give");
    let (source, show) = (folder.join("all.ll"), folder.join("show.c"));
    std::fs::write(&source, program().0).expect("a file");
    std::fs::write(&show, SHOW).expect("a file");
    let (native, bitcode, shows) =
        (folder.join("native"), folder.join("all.bc"), folder.join("show.bc"));
    clang(&["-O0", "-o", text(&native), text(&source), text(&show), "-lm"]);
    clang(&["-O0", "-c", "-emit-llvm", "-o", text(&bitcode), text(&source)]);
    clang(&["-O1", "-c", "-emit-llvm", "-o", text(&shows), text(&show)]);
    let wanted = process::run(&mut Command::new(native), b"", PATIENCE).expect("it ends");
    let wanted = String::from_utf8_lossy(&wanted.out).into_owned();
    let bareflow = place::tool("bareflow").expect("the tool");
    let artefacts = place::artefacts().expect("the library");
    let mut wrong = Vec::new();
    for level in LEVELS {
        let mut command = Command::new(&bareflow);
        command.env("BAREFLOW_ARTEFACTS", artefacts).args(["run", "--json", "--level", level]);
        let ended = process::run(command.args([&bitcode, &shows]), b"", PATIENCE).expect("it ends");
        let (mut got, mut refused) = (String::new(), Vec::new());
        for line in String::from_utf8_lossy(&ended.out).lines() {
            let value: Value = serde_json::from_str(line).unwrap_or_default();
            if let Some(output) = value["output"].as_str() {
                got += output;
            }
            for function in value["functions"].as_array().into_iter().flatten() {
                if let Some(why) = function["refused"].as_str() {
                    refused.push(format!("{level}: {why}"));
                }
            }
        }
        assert!(ended.status == 0, "{level}: {}", String::from_utf8_lossy(&ended.err));
        wrong.append(&mut refused);
        let mut lines = 0;
        for (wanted, got) in wanted.lines().zip(got.lines()) {
            lines += 1;
            if wanted != got {
                wrong.push(format!("{level}: {got}\nnatively: {wanted}"));
            }
        }
        assert_eq!(lines, wanted.lines().count(), "{level}: {got}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_others_are_refused_by_name_at_once() {
    let folder = folder("refused");
    let (mut source, mut calls) = (String::new(), String::new());
    for line in lines(OTHERS) {
        // Of most, the name is enough; some LLVM looks at more closely when it reads them.
        let (name, types) = line.split_once('|').unwrap_or((line, ""));
        let types: Vec<&str> =
            types.split(';').map(str::trim).filter(|ty| !ty.is_empty()).collect();
        let args: Vec<String> = types.iter().map(|ty| format!("{ty} zeroinitializer")).collect();
        let name = name.trim();
        writeln!(source, "declare void @llvm.{name}({})", types.join(", ")).expect("a string");
        writeln!(calls, "  call void @llvm.{name}({})", args.join(", ")).expect("a string");
    }
    write!(source, "define i32 @main() {{\n{calls}  ret i32 0\n}}\n").expect("a string");
    let (file, bitcode) = (folder.join("all.ll"), folder.join("all.bc"));
    std::fs::write(&file, source).expect("a file");
    let mut command = Command::new("llvm-as-22");
    command.args(["-disable-verify", "-o", text(&bitcode), text(&file)]);
    let ended = process::run(&mut command, b"", PATIENCE).expect("llvm-as-22 ends");
    assert!(ended.status == 0, "{}", String::from_utf8_lossy(&ended.err));
    let output = tool::run("bareflow", &["run", text(&bitcode)]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && output.stdout.is_empty(), "{said}");
    let missing: Vec<&str> = others().filter(|name| !is_said(&said, name)).collect();
    assert!(missing.is_empty(), "not refused: {missing:?}\n{said}");
}

/// Whether a message names an intrinsic, with types behind it or without.
fn is_said(message: &str, name: &str) -> bool {
    let name = format!("llvm.{}", base(name));
    message.split(&name).skip(1).any(|rest| rest.starts_with(' ') || rest.starts_with('.'))
}

/// Integers of more than 128 bits as floats where LLVM's own native code is wrong: beyond the range
/// of a format, and in short ones, where it rounds twice.
const BEYOND: &str = "
target triple = \"x86_64-unknown-linux-gnu\"
declare i32 @printf(ptr, ...)
@line = private constant [21 x i8] c\"%x %lx %x %x %x %lx\\0A\\00\"
@places = global [4 x i32] [i32 0, i32 16, i32 127, i32 199]
define internal void @show(i200 %x) noinline {
  %f = uitofp i200 %x to float
  %d = sitofp i200 %x to double
  %h = sitofp i200 %x to half
  %b = uitofp i200 %x to bfloat
  %big = zext i200 %x to i1200
  %vast = shl i1200 %big, 900
  %e = uitofp i1200 %vast to double
  %n = trunc i200 %x to i128
  %c = uitofp i128 %n to bfloat
  %fi = bitcast float %f to i32
  %di = bitcast double %d to i64
  %hi = bitcast half %h to i16
  %hz = zext i16 %hi to i32
  %bi = bitcast bfloat %b to i16
  %bz = zext i16 %bi to i32
  %ci = bitcast bfloat %c to i16
  %cz = zext i16 %ci to i32
  %ei = bitcast double %e to i64
  call i32 (ptr, ...) @printf(ptr @line, i32 %fi, i64 %di, i32 %hz, i32 %bz, i32 %cz, i64 %ei)
  ret void
}
define i32 @main() {
  br label %next
next:
  %i = phi i64 [ 0, %0 ], [ %j, %next ]
  %p = getelementptr [4 x i32], ptr @places, i64 0, i64 %i
  %n = load volatile i32, ptr %p
  %w = zext i32 %n to i200
  %one = shl i200 1, %w
  %x = or i200 %one, 1
  %half = lshr i200 %one, 8
  %y = or i200 %x, %half
  call void @show(i200 %y)
  %j = add i64 %i, 1
  %c = icmp ult i64 %j, 4
  br i1 %c, label %next, label %end
end:
  ret i32 0
}
";

#[test]
fn wide_integers_beyond_a_format_are_infinite() {
    let folder = folder("beyond");
    let (source, bitcode) = (folder.join("all.ll"), folder.join("all.bc"));
    std::fs::write(&source, BEYOND).expect("a file");
    clang(&["-O0", "-c", "-emit-llvm", "-o", text(&bitcode), text(&source)]);
    for level in LEVELS {
        let lines = tool::lines("bareflow", &["run", "--level", level, text(&bitcode)]);
        let said: String = lines.iter().filter_map(|line| line["output"].as_str()).collect();
        // One; then 2 to the power of 16, 127 and 199 (where it is the sign), each with half of the
        // last place of a brain float and one more.
        assert_eq!(
            said,
            "3f800000 3ff0000000000000 3c00 3f80 3f80 7830000000000000\n\
             47808080 40f0101000000000 7c00 4781 4781 7930101000000000\n\
             7f008000 47e0100000000000 7c00 7f01 7f01 7ff0000000000000\n\
             7f800000 cc5fe00000000000 fc00 7f80 3f80 7ff0000000000000\n",
            "{level}"
        );
    }
}

/// The names that LLVM itself has are all in one list or the other.
#[test]
fn no_intrinsic_is_forgotten() {
    let header = "/usr/lib/llvm-22/include/llvm/IR/IntrinsicEnums.inc";
    let Ok(header) = std::fs::read_to_string(header) else {
        println!("skipped: the package llvm-22-dev is not installed");
        return;
    };
    let known: BTreeSet<String> =
        program().1.into_iter().chain(others().chain(OWN.iter().copied()).map(base)).collect();
    // Of two, what looks like a type is a part of the name.
    let whole: BTreeSet<&str> = others().collect();
    let missing: Vec<&str> = header
        .lines()
        .filter_map(|line| line.split_once("// llvm.")?.1.split_whitespace().next())
        .filter(|name| !known.contains(*name) && !whole.contains(name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
