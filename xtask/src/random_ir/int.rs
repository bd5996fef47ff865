//! Statements on integers and their memory.

use super::float::without_nan;
use super::text::Text;
use super::types::{Lane, Type};

/// Any value as 64 bits that depend on all of its bits.
pub(super) fn as_word(text: &mut Text, ty: Type, value: &str) -> String {
    let mut value = without_nan(text, ty, value);
    let bits = ty.bits() * ty.lanes;
    let int = Type::int(bits);
    if ty.lanes > 1 || !matches!(ty.lane, Lane::Int(_)) {
        value = text.set(format!("bitcast {ty} {value} to {int}"));
    }
    // Halves are laid over each other until 64 bits are left.
    let mut left = bits;
    while left > 64 {
        let half = left.div_ceil(2);
        let (from, to) = (Type::int(left), Type::int(half));
        let low = text.set(format!("trunc {from} {value} to {to}"));
        let high = text.set(format!("lshr {from} {value}, {half}"));
        let high = text.set(format!("trunc {from} {high} to {to}"));
        let turned = text.set(format!("mul {to} {high}, 5"));
        value = text.set(format!("xor {to} {low}, {turned}"));
        left = half;
    }
    if left == 64 { value } else { text.set(format!("zext {} {value} to i64", Type::int(left))) }
}

/// One statement that makes an integer.
pub(super) fn operation(text: &mut Text) {
    let ty = Type::any_int(&mut text.random);
    let value = match text.random.below(14) {
        0..=3 => {
            let op = text.random.pick(&["add", "sub", "mul", "and", "or", "xor", "add", "sub"]);
            let (a, b) = (text.value(ty), text.value(ty));
            text.set(format!("{op} {ty} {a}, {b}"))
        }
        4 => shift(text, ty),
        5 => return divide(text, ty),
        6 => {
            let from = if text.random.one_in(2) { Type::any_int(&mut text.random) } else { ty };
            let pred = text
                .random
                .pick(&["eq", "ne", "ult", "ule", "ugt", "uge", "slt", "sle", "sgt", "sge"]);
            let (a, b) = (text.value(from), text.value(from));
            let result = text.set(format!("icmp {pred} {from} {a}, {b}"));
            return text.know(from.of(Lane::Int(1)), result);
        }
        7 => {
            let cond = if text.random.one_in(2) { ty.of(Lane::Int(1)) } else { Type::int(1) };
            let (c, a, b) = (text.value(cond), text.value(ty), text.value(ty));
            text.set(format!("select {cond} {c}, {ty} {a}, {ty} {b}"))
        }
        8 => return resize(text),
        9 | 10 => match intrinsic(text, ty) {
            Some(value) => value,
            None => return,
        },
        11 => return overflow(text, ty.scalar()),
        12 => return lanes(text, ty),
        _ => return shuffle(text, ty),
    };
    text.know(ty, value);
}

/// A shift by less than the width.
fn shift(text: &mut Text, ty: Type) -> String {
    let op = text.random.pick(&["shl", "lshr", "ashr"]);
    let (bits, value) = (ty.bits(), text.value(ty));
    let constant = |text: &mut Text| (text.random.below(u64::from(bits))).to_string();
    let amount = if ty.lanes == 1 {
        if bits.is_power_of_two() && bits > 1 && text.random.one_in(2) {
            let amount = text.value(ty);
            text.set(format!("and {ty} {amount}, {}", bits - 1))
        } else if bits == 1 {
            "false".into()
        } else {
            constant(text)
        }
    } else {
        let list: Vec<String> = (0..ty.lanes)
            .map(|_| {
                let amount = if bits == 1 { "false".into() } else { constant(text) };
                format!("{} {amount}", ty.scalar())
            })
            .collect();
        format!("<{}>", list.join(", "))
    };
    text.set(format!("{op} {ty} {value}, {amount}"))
}

/// A division by an odd positive number.
fn divide(text: &mut Text, ty: Type) {
    let ty = if ty.bits() < 3 { Type::int(32) } else { ty.scalar() };
    let op = text.random.pick(&["udiv", "sdiv", "urem", "srem"]);
    let (a, b) = (text.value(ty), text.value(ty));
    let b = text.set(format!("lshr {ty} {b}, 1"));
    let b = text.set(format!("or {ty} {b}, 1"));
    let result = text.set(format!("{op} {ty} {a}, {b}"));
    text.know(ty, result);
}

/// From one width to another.
fn resize(text: &mut Text) {
    let Some((from, value)) = text.known(true) else { return };
    let widths = [1, 3, 8, 16, 32, 64, 65, 128, 129, 200, 256, 300];
    let to = widths[text.random.below(12) as usize];
    let to = from.of(Lane::Int(if from.lanes > 1 { to.min(64) } else { to }));
    if to.bits() == from.bits() || (to.lanes > 1 && ![1, 8, 16, 32, 64].contains(&to.bits())) {
        return;
    }
    let op = if to.bits() < from.bits() { "trunc" } else { text.random.pick(&["zext", "sext"]) };
    let result = text.set(format!("{op} {from} {value} to {to}"));
    text.know(to, result);
}

fn intrinsic(text: &mut Text, ty: Type) -> Option<String> {
    let (name, flags) = (ty.suffix(), [("i1".to_owned(), "false".to_owned())]);
    let arg = |text: &mut Text| (ty.to_string(), text.value(ty));
    let (a, b, c) = (arg(text), arg(text), arg(text));
    let kind = text.random.pick(&[
        "smax",
        "smin",
        "umax",
        "umin",
        "sadd.sat",
        "uadd.sat",
        "ssub.sat",
        "usub.sat",
        "ctpop",
        "ctlz",
        "cttz",
        "abs",
        "bitreverse",
        "bswap",
        "fshl",
        "fshr",
    ]);
    let args = match kind {
        "ctpop" | "bitreverse" => vec![a],
        "bswap" if ty.bits().is_multiple_of(16) => vec![a],
        "bswap" => return None,
        "ctlz" | "cttz" | "abs" => [vec![a], flags.to_vec()].concat(),
        "fshl" | "fshr" => vec![a, b, c],
        _ => vec![a, b],
    };
    Some(text.intrinsic(&ty.to_string(), &format!("{kind}.{name}"), &args))
}

/// Arithmetic that tells of overflow.
fn overflow(text: &mut Text, ty: Type) {
    let op = text.random.pick(&["sadd", "uadd", "ssub", "usub", "smul", "umul"]);
    let args = [(ty.to_string(), text.value(ty)), (ty.to_string(), text.value(ty))];
    let ret = format!("{{ {ty}, i1 }}");
    let both = text.intrinsic(&ret, &format!("{op}.with.overflow.{}", ty.suffix()), &args);
    let value = text.set(format!("extractvalue {ret} {both}, 0"));
    let flag = text.set(format!("extractvalue {ret} {both}, 1"));
    text.know(ty, value);
    text.know(Type::int(1), flag);
}

/// One lane out of a vector, or into it.
fn lanes(text: &mut Text, ty: Type) {
    if ty.lanes == 1 {
        return;
    }
    let vector = text.value(ty);
    let index = if ty.lanes.is_power_of_two() && text.random.one_in(3) {
        let index = text.value(Type::int(32));
        text.set(format!("and i32 {index}, {}", ty.lanes - 1))
    } else {
        text.random.below(u64::from(ty.lanes)).to_string()
    };
    let one = ty.scalar();
    if text.random.one_in(2) {
        let value = text.set(format!("extractelement {ty} {vector}, i32 {index}"));
        text.know(one, value);
    } else {
        let lane = text.value(one);
        let value = text.set(format!("insertelement {ty} {vector}, {one} {lane}, i32 {index}"));
        text.know(ty, value);
    }
}

/// Lanes of two vectors in another order, and all lanes as one.
fn shuffle(text: &mut Text, ty: Type) {
    if ty.lanes == 1 {
        return;
    }
    let (a, b) = (text.value(ty), text.value(ty));
    let mask: Vec<String> = (0..ty.lanes)
        .map(|_| format!("i32 {}", text.random.below(u64::from(ty.lanes) * 2)))
        .collect();
    let mask = format!("<{} x i32> <{}>", ty.lanes, mask.join(", "));
    let value = text.set(format!("shufflevector {ty} {a}, {ty} {b}, {mask}"));
    if text.random.one_in(3) {
        let kind = text.random.pick(&["add", "xor", "and", "or", "umax", "smin"]);
        let name = format!("vector.reduce.{kind}.{}", ty.suffix());
        let one = ty.scalar();
        let result = text.intrinsic(&one.to_string(), &name, &[(ty.to_string(), value.clone())]);
        text.know(one, result);
    }
    if text.random.one_in(3) {
        let name = format!("experimental.cttz.elts.i64.{}", ty.suffix());
        let args = [(ty.to_string(), value.clone()), ("i1".into(), "false".into())];
        let first = text.intrinsic("i64", &name, &args);
        text.know(Type::int(64), first);
    }
    text.know(ty, value);
}

/// A load from the bytes, or a store to them, at any address within.
pub(super) fn memory(text: &mut Text) {
    let ty = Type::any_int(&mut text.random);
    if ty.lanes > 1 && !ty.bits().is_multiple_of(8) {
        return;
    }
    let offset = if text.random.one_in(2) {
        text.random.below(64).to_string()
    } else {
        let value = text.value(Type::int(64));
        text.set(format!("and i64 {value}, 63"))
    };
    let ptr = text.set(format!("getelementptr i8, ptr @ints, i64 {offset}"));
    if ty.bits() * ty.lanes > 512 {
        return;
    }
    if text.random.one_in(2) {
        // Of an integer that fills no byte, the rest of the byte is not defined when loaded.
        if !ty.bits().is_multiple_of(8) {
            return;
        }
        let value = text.set(format!("load {ty}, ptr {ptr}, align 1"));
        text.know(ty, value);
    } else {
        let value = text.value(ty);
        text.line(format!("store {ty} {value}, ptr {ptr}, align 1"));
    }
}
