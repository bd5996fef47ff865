//! Random programs in LLVM's text form: what no C compiler writes, but a pass may.
//!
//! Integers of odd widths, vectors of odd lengths, floats, loops in both forms, diamonds, switches,
//! calls of all of these, and neighbours in memory, for each of which there is a pass that could go
//! wrong. Nothing in a program is poison or undefined: shift amounts are below the width, divisors
//! are odd and positive, addresses are within their variable, and no bit of a NaN gets out.

mod float;
mod int;
mod text;
mod types;

use text::Text;
use types::Type;

/// The program of a seed. It prints one checksum.
pub(super) fn program(seed: u64) -> String {
    let mut text = Text::new(seed);
    let count = text.random.below(4) + 2;
    for index in 0..count {
        function(&mut text, index);
    }
    main(&mut text);
    text.finish()
}

/// A function that anything before it may be called from.
fn function(text: &mut Text, index: u64) {
    let params: Vec<Type> =
        (0..text.random.below(5)).map(|_| Type::param(&mut text.random)).collect();
    let ret = Type::param(&mut text.random);
    let name = format!("@f{index}");
    let noinline = if text.random.one_in(3) { " noinline" } else { "" };
    let list: Vec<String> =
        params.iter().enumerate().map(|(at, ty)| format!("{ty} %p{at}")).collect();
    text.open(&format!("define internal {ret} {name}({}){noinline}", list.join(", ")));
    for (at, ty) in params.iter().enumerate() {
        text.know(*ty, format!("%p{at}"));
    }
    let count = text.random.below(10) + 4;
    statements(text, count, 0);
    let result = text.value(ret);
    text.line(format!("ret {ret} {result}"));
    text.close();
    text.functions.push((name, params, ret));
}

/// Calls everything a few times, and prints a checksum of the results and of all memory.
fn main(text: &mut Text) {
    text.open("define i32 @main()");
    statements(text, 3, 0);
    for _ in 0..3 {
        for callee in 0..text.functions.len() {
            let (ty, value) = call(text, callee);
            mix(text, ty, &value);
        }
    }
    for (buffer, ty, count) in
        [("@ints", Type::int(64), 16), ("@floats", Type::FLOAT, 32), ("@doubles", Type::DOUBLE, 32)]
    {
        for at in 0..count {
            let ptr = text.set(format!("getelementptr {ty}, ptr {buffer}, i64 {at}"));
            let value = text.set(format!("load {ty}, ptr {ptr}, align 4"));
            mix(text, ty, &value);
        }
    }
    let sum = text.set("load i64, ptr @sum".into());
    text.line(format!("call i32 (ptr, ...) @printf(ptr @format, i64 {sum})"));
    text.line("ret i32 0".into());
    text.close();
}

/// Adds a value to the checksum.
fn mix(text: &mut Text, ty: Type, value: &str) {
    let bits = int::as_word(text, ty, value);
    text.line(format!("call void @mix(i64 {bits})"));
}

/// A call of a function with what there is.
fn call(text: &mut Text, callee: usize) -> (Type, String) {
    let (name, params, ret) = text.functions[callee].clone();
    let args: Vec<String> = params.iter().map(|ty| format!("{ty} {}", text.value(*ty))).collect();
    (ret, text.set(format!("call {ret} {name}({})", args.join(", "))))
}

/// Some statements; `depth` is how many loops they are in.
fn statements(text: &mut Text, count: u64, depth: u32) {
    for _ in 0..count {
        match text.random.below(20) {
            0 if depth < 2 => repeat(text, depth),
            1 if depth < 3 => branch(text, depth),
            2 if depth < 2 => choose(text, depth),
            3 if depth < 2 && !text.functions.is_empty() => {
                let callee = text.random.below(text.functions.len() as u64) as usize;
                let (ty, value) = call(text, callee);
                text.know(ty, value);
            }
            4 | 5 => int::memory(text),
            6 => float::neighbours(text),
            7..=10 => float::operation(text),
            _ => int::operation(text),
        }
    }
}

/// A loop of a few turns, tested before or behind its body, that carries some values along.
fn repeat(text: &mut Text, depth: u32) {
    let types: Vec<Type> =
        (0..text.random.below(4) + 1).map(|_| Type::any(&mut text.random)).collect();
    let starts: Vec<String> = types.iter().map(|ty| text.value(*ty)).collect();
    let turns = if text.random.one_in(2) {
        (text.random.below(9) + 1).to_string()
    } else {
        let value = text.value(Type::int(64));
        let low = text.set(format!("and i64 {value}, 7"));
        text.set(format!("add i64 {low}, 1"))
    };
    let before = text.random.one_in(2);
    let (from, head) = (text.label.clone(), text.new_label());
    let (body, latch, out) = (text.new_label(), text.new_label(), text.new_label());
    let names: Vec<String> = types.iter().map(|_| text.name()).collect();
    let (counter, next) = (text.name(), text.name());
    text.line(format!("br label %{head}"));
    text.block(&head);
    // The values that come round are known when the body is written.
    let place = text.hole();
    let outer = text.scope();
    text.know(Type::int(64), counter.clone());
    for (ty, name) in types.iter().zip(&names) {
        text.know(*ty, name.clone());
    }
    if before {
        let more = text.set(format!("icmp ult i64 {counter}, {turns}"));
        text.line(format!("br i1 {more}, label %{body}, label %{out}"));
    } else {
        text.line(format!("br label %{body}"));
    }
    text.block(&body);
    let count = text.random.below(6) + 2;
    let inner = text.scope();
    statements(text, count, depth + 1);
    let ends: Vec<String> = types.iter().map(|ty| text.value(*ty)).collect();
    text.line(format!("br label %{latch}"));
    text.block(&latch);
    text.line(format!("{next} = add i64 {counter}, 1"));
    if before {
        text.line(format!("br label %{head}"));
    } else {
        let more = text.set(format!("icmp ult i64 {next}, {turns}"));
        text.line(format!("br i1 {more}, label %{head}, label %{out}"));
    }
    let mut phis = format!("  {counter} = phi i64 [ 0, %{from} ], [ {next}, %{latch} ]\n");
    for at in 0..types.len() {
        phis += &format!(
            "  {} = phi {} [ {}, %{from} ], [ {}, %{latch} ]\n",
            names[at], types[at], starts[at], ends[at]
        );
    }
    text.fill(place, &phis);
    text.block(&out);
    // What the header or the last turn made is known behind the loop.
    text.forget(inner);
    if !before {
        for (ty, end) in types.iter().zip(ends) {
            text.know(*ty, end);
        }
    }
    text.forget_some(outer);
}

/// One of two ways, and some values from either.
fn branch(text: &mut Text, depth: u32) {
    let cond = text.value(Type::int(1));
    let (then, other, join) = (text.new_label(), text.new_label(), text.new_label());
    text.line(format!("br i1 {cond}, label %{then}, label %{other}"));
    arms(text, &[then, other], &join, depth);
}

/// One of several ways.
fn choose(text: &mut Text, depth: u32) {
    let ty = Type::int([3, 8, 32, 64][text.random.below(4) as usize]);
    let value = text.value(ty);
    let value = text.set(format!("and {ty} {value}, 3"));
    let labels: Vec<String> = (0..3).map(|_| text.new_label()).collect();
    let join = text.new_label();
    text.line(format!(
        "switch {ty} {value}, label %{} [ {ty} 0, label %{} {ty} 1, label %{} {ty} 3, label %{} ]",
        labels[0], labels[1], labels[2], labels[1]
    ));
    arms(text, &labels, &join, depth);
}

/// The blocks of a branch, and the phis where they meet.
fn arms(text: &mut Text, labels: &[String], join: &str, depth: u32) {
    let types: Vec<Type> =
        (0..text.random.below(3) + 1).map(|_| Type::any(&mut text.random)).collect();
    let mut incoming = vec![Vec::new(); types.len()];
    for label in labels {
        text.block(label);
        let scope = text.scope();
        let count = text.random.below(4);
        statements(text, count, depth + 1);
        let values: Vec<String> = types.iter().map(|ty| text.value(*ty)).collect();
        for (list, value) in incoming.iter_mut().zip(values) {
            list.push(format!("[ {value}, %{} ]", text.label));
        }
        text.line(format!("br label %{join}"));
        text.forget(scope);
    }
    text.block(join);
    let phis: Vec<(Type, String)> = types
        .iter()
        .zip(&incoming)
        .map(|(ty, list)| (*ty, text.set(format!("phi {ty} {}", list.join(", ")))))
        .collect();
    for (ty, name) in phis {
        text.know(ty, name);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_seed_means_one_program() {
        assert_eq!(super::program(7), super::program(7));
        assert_ne!(super::program(7), super::program(8));
    }
}
