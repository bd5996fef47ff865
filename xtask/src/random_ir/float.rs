//! Statements on floats and their memory.

use super::text::Text;
use super::types::{Lane, Type};

/// The value, where it is no number the one NaN that all have in common: which NaN an operation
/// gives is not defined.
pub(super) fn without_nan(text: &mut Text, ty: Type, value: &str) -> String {
    if matches!(ty.lane, Lane::Int(_)) {
        return value.into();
    }
    let nan = format!("{} 0x7FF8000000000000", ty.scalar());
    let nan = if ty.lanes == 1 {
        "0x7FF8000000000000".into()
    } else {
        format!("<{}>", vec![nan; ty.lanes as usize].join(", "))
    };
    let none = text.set(format!("fcmp uno {ty} {value}, {value}"));
    let bool = ty.of(Lane::Int(1));
    text.set(format!("select {bool} {none}, {ty} {nan}, {ty} {value}"))
}

/// One statement that makes a float, or something of one.
pub(super) fn operation(text: &mut Text) {
    let ty = Type::any_float(&mut text.random);
    let value = match text.random.below(12) {
        0..=4 => {
            let op = text.random.pick(&["fadd", "fsub", "fmul", "fdiv", "fadd", "fmul"]);
            let (a, b) = (text.value(ty), text.value(ty));
            text.set(format!("{op} {ty} {a}, {b}"))
        }
        5 => {
            let pred = text.random.pick(&[
                "oeq", "one", "olt", "ole", "ogt", "oge", "ord", "ueq", "une", "ult", "ule", "ugt",
                "uge", "uno",
            ]);
            let (a, b) = (text.value(ty), text.value(ty));
            let result = text.set(format!("fcmp {pred} {ty} {a}, {b}"));
            return text.know(ty.of(Lane::Int(1)), result);
        }
        6 => {
            let cond = if text.random.one_in(2) { ty.of(Lane::Int(1)) } else { Type::int(1) };
            let (c, a, b) = (text.value(cond), text.value(ty), text.value(ty));
            text.set(format!("select {cond} {c}, {ty} {a}, {ty} {b}"))
        }
        7 => {
            let widths: &[u32] = if ty.lanes == 1 { &FROM } else { &FROM[..4] };
            let from = ty.of(Lane::Int(widths[text.random.below(widths.len() as u64) as usize]));
            let op = text.random.pick(&["sitofp", "uitofp"]);
            let value = text.value(from);
            text.set(format!("{op} {from} {value} to {ty}"))
        }
        8 => return to_int(text, ty),
        9 => {
            let (from, op) = match ty.lane {
                Lane::Float => (ty.of(Lane::Double), "fptrunc"),
                _ => (ty.of(Lane::Float), "fpext"),
            };
            let value = text.value(from);
            text.set(format!("{op} {from} {value} to {ty}"))
        }
        _ => intrinsic(text, ty),
    };
    text.know(ty, value);
}

/// Widths of integers that floats are made of; vectors have the first four.
const FROM: [u32; 11] = [8, 16, 32, 64, 65, 100, 128, 129, 150, 200, 256];

fn to_int(text: &mut Text, ty: Type) {
    let value = text.value(ty);
    if ty.lanes == 1 && text.random.one_in(3) {
        return to_wide(text, ty, &value);
    }
    let to = ty.of(Lane::Int([8, 16, 32, 64][text.random.below(4) as usize]));
    let kind = text.random.pick(&["fptosi", "fptoui"]);
    let name = format!("{kind}.sat.{}.{}", to.suffix(), ty.suffix());
    let result = text.intrinsic(&to.to_string(), &name, &[(ty.to_string(), value)]);
    text.know(to, result);
}

/// To an integer of more bits than there is a saturating conversion for natively: of a number that
/// fits.
fn to_wide(text: &mut Text, ty: Type, value: &str) {
    let magnitude = [(ty.to_string(), value.to_owned())];
    let magnitude = text.intrinsic(&ty.to_string(), &format!("fabs.{}", ty.suffix()), &magnitude);
    // 2 to the power of 126; NaN is not less.
    let fits = text.set(format!("fcmp olt {ty} {magnitude}, 0x47D0000000000000"));
    let signed = text.random.one_in(2);
    let (kind, value) = if signed { ("fptosi", value) } else { ("fptoui", magnitude.as_str()) };
    let value = text.set(format!("select i1 {fits}, {ty} {value}, {ty} 1.5"));
    let to = Type::int([129, 150, 200, 256][text.random.below(4) as usize]);
    let result = text.set(format!("{kind} {ty} {value} to {to}"));
    text.know(to, result);
}

fn intrinsic(text: &mut Text, ty: Type) -> String {
    let kind = text.random.pick(&[
        "fabs", "floor", "ceil", "trunc", "rint", "round", "sqrt", "minimum", "maximum", "fmuladd",
        "fma", "copysign",
    ]);
    let count = match kind {
        "minimum" | "maximum" | "copysign" => 2,
        "fmuladd" | "fma" => 3,
        _ => 1,
    };
    let mut args: Vec<(String, String)> =
        (0..count).map(|_| (ty.to_string(), text.value(ty))).collect();
    if kind == "copysign" {
        // The sign of a NaN is any.
        args[1].1 = without_nan(text, ty, &args[1].1.clone());
    }
    text.intrinsic(&ty.to_string(), &format!("{kind}.{}", ty.suffix()), &args)
}

/// The same of neighbours in memory, or nearly: what passes over memory look for.
pub(super) fn neighbours(text: &mut Text) {
    let (buffer, ty, width) = if text.random.one_in(2) {
        ("@floats", Type::FLOAT, 4)
    } else {
        ("@doubles", Type::DOUBLE, 2)
    };
    let lanes = width * (text.random.below(2) + 1);
    let place = |text: &mut Text| {
        // A start that is known, or that is not.
        let start = text.random.below(12);
        if text.random.one_in(2) {
            return text.set(format!("getelementptr {ty}, ptr {buffer}, i64 {start}"));
        }
        let index = text.value(Type::int(64));
        let index = text.set(format!("and i64 {index}, 15"));
        text.set(format!("getelementptr {ty}, ptr {buffer}, i64 {index}"))
    };
    let (from, to) = (place(text), place(text));
    let (factor, odd) = (text.value(ty), text.random.below(12));
    let steps = text.random.below(3) + 1;
    let ops: Vec<&str> =
        (0..steps).map(|_| text.random.pick(&["fadd", "fsub", "fmul", "fdiv"])).collect();
    let together = text.random.one_in(2);
    let mut stores = Vec::new();
    for lane in 0..lanes {
        let at = text.set(format!("getelementptr {ty}, ptr {from}, i64 {lane}"));
        let loaded = text.set(format!("load {ty}, ptr {at}"));
        let mut value = loaded.clone();
        for op in &ops {
            // One lane is now and then different.
            let op = if lane == odd { "fsub" } else { op };
            let other = if text.random.one_in(4) { loaded.clone() } else { factor.clone() };
            let other = if lane == odd { text.value(ty) } else { other };
            let (a, b) = if text.random.one_in(6) { (other, value) } else { (value, other) };
            value = text.set(format!("{op} {ty} {a}, {b}"));
        }
        if text.random.one_in(8) {
            text.know(ty, value.clone());
        }
        let at = text.set(format!("getelementptr {ty}, ptr {to}, i64 {lane}"));
        let volatile = if text.random.one_in(30) { "volatile " } else { "" };
        let store = format!("store {volatile}{ty} {value}, ptr {at}");
        if together { stores.push(store) } else { text.line(store) }
    }
    for store in stores {
        text.line(store);
    }
}
