//! `__float128` (`fp128`), as vectors of two integers and calls of the C library.
//!
//! A float of 128 bits has a sign, 15 bits of exponent and 112 of significand, without the highest one. No
//! processor of this kind computes with such numbers, and native programs call functions of libgcc for
//! it. So do programs here: when one is linked, each value of that type becomes a `<2 x i64>`, and each operation
//! a call of the function that a native compiler calls (`__addtf3` and its like, `images/libc/c/quad.c`). So all levels and
//! shrunk images agree, and none knows of it.
//!
//! Both types have 16 bytes in memory, at a multiple of 16, and both are passed and returned in one vector
//! register (System V ABI, 3.2.3: classes SSE and SSEUP), on the stack aligned to 16, and saved whole by variadic
//! functions. So nothing else of a program changes.
//!
//! Intrinsics on it (`llvm.floor.f128`) are calls of the function of that name (`floorf128`), but for those
//! that change a sign. Vectors of them and atomic accesses are refused by name.

mod function;
mod names;

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};

use bareflow_ir::{ConstKind, Module, Refusal, Symbol, Type, TypeId};

use crate::retype::{is_used, name_functions};
use names::{ALL, OF_LONG, TO_BRAIN, TO_LONG};

/// Names of library functions that a program with `__float128` needs although it does not name them.
pub(crate) fn needed(module: &Module, names: &mut BTreeSet<String>) {
    if used(module).is_none() {
        return;
    }
    names.extend(ALL.iter().map(ToString::to_string));
    let mut with = |ty: Type, list: &[&str]| {
        if module.types.find(&ty).is_some_and(|ty| is_used(module, ty)) {
            names.extend(list.iter().map(ToString::to_string));
        }
    };
    with(Type::X86Fp80, &[OF_LONG, TO_LONG]);
    with(Type::BFloat, &[TO_BRAIN]);
    names.extend(module.funcs.iter().filter_map(|func| library_function(&func.name)));
}

/// The library function that an intrinsic on `__float128` is a call of.
fn library_function(name: &str) -> Option<String> {
    let (name, types) = name.strip_prefix("llvm.")?.split_once('.')?;
    if name == "is" {
        return (types == "fpclass.f128").then(|| "__bf_quad_class".to_owned());
    }
    if !types.split('.').any(|part| part == "f128") {
        return None;
    }
    Some(match name {
        // Of bits alone ([`function`]); as a function that would be its own body.
        "fabs" | "copysign" => return None,
        "fmuladd" => "__bf_quad_muladd".to_owned(),
        "minnum" | "minimum" | "minimumnum" => "fminf128".to_owned(),
        "maxnum" | "maximum" | "maximumnum" => "fmaxf128".to_owned(),
        "powi" => "__powitf2".to_owned(),
        // Of these, functions of C give one result by its address.
        "modf" | "sincos" | "frexp" | "sincospi" => return None,
        other => alloc::format!("{other}f128"),
    })
}

/// The type `fp128`, if anything in the module has to do with it.
fn used(module: &Module) -> Option<TypeId> {
    module.types.find(&Type::Fp128).filter(|quad| is_used(module, *quad))
}

/// Settles a linked program. What cannot be settled is refused in the module.
pub(crate) fn settle(module: &mut Module) {
    let Some(quad) = used(module) else { return };
    name_functions(module, library_function);
    let change = function::Change::of(module, quad);
    for id in module.func_ids() {
        if let Err(why) = function::rewrite(module, id, &change) {
            module.refused.push(Refusal { symbol: Symbol::Func(id), why: why.to_owned() });
        }
    }
    change.types.finish(module, |bits| ConstKind::Data(bits.to_le_bytes().into()));
}
