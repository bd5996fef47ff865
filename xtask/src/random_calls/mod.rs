//! Random signatures in C: what a caller passes is what a callee gets, and the other way round.
//!
//! A program has many functions of random types and one caller of each. Callees add every member of
//! every argument to their signature's checksum, write over their own copies, and give back what
//! the caller adds in its turn. Callers call by name or by address, through a function that must
//! pass everything on without stack, or with a static chain. Each signature is called a few
//! times, so that caller and callee may change level in between, and has a line of its own in
//! the output.
//!
//! No value depends on what is not defined: padding is never looked at, of a union only the member
//! that was written, and floats are small whole numbers, which every format holds.

mod types;

use std::fmt::Write as _;

use crate::random::Random;
use types::Type;

/// Signatures in a program.
pub(super) const SIGNATURES: u64 = 100;

/// What comes before the functions.
const HEAD: &str = "\
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#define KEEP __attribute__((noinline))
static unsigned long sums[SIGNATURES], state, now;
static void mix(unsigned long x) {
    x = (sums[now] ^ x) * 0x9E3779B97F4A7C15u;
    sums[now] = x ^ x >> 29;
}
static void mixd(double x) {
    union { double d; unsigned long u; } both = {x};
    mix(both.u);
}
static unsigned long next(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state ^ state >> 27;
}
static double small(void) { return (double)(int)(next() % 255) - 127; }
";

/// The program of a seed.
pub(super) fn program(seed: u64) -> String {
    let mut random = Random::new(seed);
    let mut text = HEAD.replace("SIGNATURES", &SIGNATURES.to_string());
    for index in 0..SIGNATURES {
        signature(&mut text, &mut random, index);
    }
    text += "int main(void) {\n    for (int round = 0; round < 8; round++) {\n";
    for index in 0..SIGNATURES {
        _ = writeln!(
            text,
            "        now = {index}, state = round * {index} + {seed}, caller{index}();"
        );
    }
    text += "    }\n";
    _ = writeln!(
        text,
        "    for (int i = 0; i < {SIGNATURES}; i++) printf(\"%d %lx\\n\", i, sums[i]);"
    );
    text += "    return 0;\n}\n";
    text
}

/// A callee and its caller.
fn signature(text: &mut String, random: &mut Random, index: u64) {
    let mut names = 0;
    let mut fresh = || {
        names += 1;
        format!("t{index}_{names}")
    };
    let count = [0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 10, 12, 16][random.below(13) as usize];
    let params: Vec<Type> = (0..count).map(|_| Type::any(text, random, &mut fresh)).collect();
    let further: Vec<Type> = if count > 0 && random.one_in(3) {
        let more = random.below(10);
        (0..more).map(|_| Type::further(text, random, &mut fresh)).collect()
    } else {
        Vec::new()
    };
    let ret = (!random.one_in(8)).then(|| Type::any(text, random, &mut fresh));
    let ret = ret.filter(|ty| further.is_empty() || !ty.is_widest());
    let result = ret.as_ref().map_or("void", |ty| &ty.name).to_owned();
    let list: Vec<String> =
        params.iter().enumerate().map(|(at, ty)| format!("{} p{at}", ty.name)).collect();
    let mut list = if list.is_empty() { "void".to_owned() } else { list.join(", ") };
    let relayed = further.is_empty() && random.one_in(3);
    let variadic = !further.is_empty();
    if variadic {
        list += ", ...";
    }

    // The callee.
    _ = writeln!(text, "KEEP static {result} callee{index}({list}) {{");
    for (at, ty) in params.iter().enumerate() {
        ty.look(text, &format!("p{at}"));
        if random.one_in(3) {
            ty.fill(text, &format!("p{at}"));
        }
    }
    if variadic {
        let copies = random.one_in(3);
        _ = writeln!(text, "    va_list list, again;\n    va_start(list, p{});", count - 1);
        if copies {
            text.push_str("    va_copy(again, list);\n");
        }
        for round in 0..=u64::from(copies) {
            let from = if round == 0 { "list" } else { "again" };
            for (at, ty) in further.iter().enumerate() {
                let name = format!("v{round}_{at}");
                _ = writeln!(text, "    {} {name} = va_arg({from}, {});", ty.name, ty.name);
                ty.look(text, &name);
            }
            _ = writeln!(text, "    va_end({from});");
        }
    }
    if let Some(ty) = &ret {
        _ = writeln!(text, "    {} result;", ty.name);
        ty.fill(text, "result");
        text.push_str("    return result;\n");
    }
    text.push_str("}\n");

    // One that passes everything on.
    let mut target = format!("callee{index}");
    if relayed {
        let names: Vec<String> = (0..count).map(|at| format!("p{at}")).collect();
        _ = writeln!(text, "KEEP static {result} relay{index}({list}) {{");
        let (how, last) = match random.below(3) {
            0 => (format!("{result} (*volatile f)({list}) = {target};"), "f"),
            _ => (String::new(), target.as_str()),
        };
        let names = names.join(", ");
        _ = writeln!(text, "    {how}\n    __attribute__((musttail)) return {last}({names});\n}}");
        target = format!("relay{index}");
    }

    // The caller.
    _ = writeln!(text, "KEEP static void caller{index}(void) {{");
    let given: Vec<&Type> = params.iter().chain(&further).collect();
    for (at, ty) in given.iter().enumerate() {
        _ = writeln!(text, "    {} a{at};", ty.name);
        ty.fill(text, &format!("a{at}"));
    }
    if random.one_in(3) {
        _ = writeln!(text, "    {result} (*volatile target)({list}) = {target};");
        target = "target".into();
    }
    let names: Vec<String> = (0..given.len()).map(|at| format!("a{at}")).collect();
    let mut call = format!("{target}({})", names.join(", "));
    if !variadic && random.one_in(10) {
        call = format!("__builtin_call_with_static_chain({call}, &sums)");
    }
    match &ret {
        Some(ty) => {
            _ = writeln!(text, "    {} r = {call};", ty.name);
            ty.mix(text, "r");
        }
        None => _ = writeln!(text, "    {call};"),
    }
    // What was passed is as it was.
    for (at, ty) in given.iter().enumerate() {
        ty.mix(text, &format!("a{at}"));
    }
    text.push_str("}\n");
}
