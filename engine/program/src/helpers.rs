//! Functions of the C library that compiled code may call although no instruction names them.

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};

use bareflow_ir::{BinaryOp, Module, Op, Type, TypeId, layout};

/// For memory intrinsics and for copies of aggregates: any program may need them.
pub(crate) const MEMORY: &[&str] = &["memcpy", "memmove", "memset", "memcmp"];

/// For integers of more than 64 bits (the names are those of compiler-rt and libgcc).
const WIDE: &[&str] = &[
    "__udivti3",
    "__divti3",
    "__umodti3",
    "__modti3",
    "__multi3",
    "__floattisf",
    "__floattidf",
    "__floatuntisf",
    "__floatuntidf",
    "__fixsfti",
    "__fixdfti",
    "__fixunssfti",
    "__fixunsdfti",
    "__bf_udiv_wide",
    "__bf_urem_wide",
    "__bf_sdiv_wide",
    "__bf_srem_wide",
    "__bf_mul_wide",
];

/// For half-precision floats.
const HALF: &[&str] =
    &["__extendhfsf2", "__truncsfhf2", "__truncdfhf2", "__truncsfbf2", "__truncdfbf2"];

/// Names of library functions that code made of `module` may call although no instruction names
/// them.
pub fn needed(module: &Module) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = MEMORY.iter().map(ToString::to_string).collect();
    let mut add = |list: &[&str]| names.extend(list.iter().map(ToString::to_string));
    let has = |wanted: &dyn Fn(TypeId) -> bool| {
        module.funcs.iter().any(|func| func.values.iter().any(|ty| wanted(*ty)))
    };
    let types = &module.types;
    if has(&|ty| types.int_bits(types.scalar(ty)).is_some_and(|bits| bits > 64)) {
        add(WIDE);
    }
    if has(&|ty| matches!(types.get(types.scalar(ty)), Type::Half | Type::BFloat)) {
        add(HALF);
    }
    crate::quad::needed(module, &mut names);
    crate::long_double::needed(module, &mut names);
    crate::unwinding::needed(module, &mut names);
    crate::alarms::needed(module, &mut names);
    crate::divisions::needed(module, &mut names);
    crate::jumps::needed(module, &mut names);
    for func in &module.funcs {
        if let Some(intrinsic) = func.name.strip_prefix("llvm.") {
            // Both at once are computed one after the other.
            match intrinsic.strip_prefix("sincos.") {
                Some(ty) => names.extend(
                    ["sin.", "cos."].iter().filter_map(|of| math(&alloc::format!("{of}{ty}"))),
                ),
                None => names.extend(math(intrinsic)),
            }
        }
        for instr in &func.instrs {
            if let Op::Binary { op: BinaryOp::FRem, .. } = instr.op {
                let float = layout::bit_size(types, types.scalar(instr.ty)) == 32;
                names.insert(if float { "fmodf" } else { "fmod" }.into());
            }
        }
    }
    names
}

/// The library function behind a float intrinsic such as `sin.f64`, `floor.v4f32` or
/// `lrint.i64.f64`, on processors that have no instruction for it.
fn math(intrinsic: &str) -> Option<String> {
    let (name, rest) = intrinsic.split_once('.')?;
    let scalar = |part: &'_ str| {
        let rest = part.trim_start_matches(|c: char| c == 'v' || c.is_ascii_digit());
        match rest {
            "f32" | "f16" | "bf16" => Some(true),
            "f64" => Some(false),
            _ => None,
        }
    };
    let single = rest.split('.').find_map(scalar)?;
    let name = match name {
        "fmuladd" => "fma",
        "minnum" | "minimum" | "minimumnum" => "fmin",
        "maxnum" | "maximum" | "maximumnum" => "fmax",
        "nearbyint" | "roundeven" | "lrint" | "llrint" => "rint",
        "lround" | "llround" => "round",
        "powi" => return Some(if single { "__powisf2" } else { "__powidf2" }.into()),
        other => other,
    };
    Some(if single { alloc::format!("{name}f") } else { name.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intrinsics_lead_to_their_functions() {
        assert_eq!(math("sin.f64").as_deref(), Some("sin"));
        assert_eq!(math("floor.v4f32").as_deref(), Some("floorf"));
        assert_eq!(math("fmuladd.f64").as_deref(), Some("fma"));
        assert_eq!(math("powi.f64.i32").as_deref(), Some("__powidf2"));
        assert_eq!(math("lrint.i64.f64").as_deref(), Some("rint"));
        assert_eq!(math("nearbyint.f32").as_deref(), Some("rintf"));
        assert_eq!(math("umax.i32"), None);
        assert_eq!(math("trap"), None);
    }
}
