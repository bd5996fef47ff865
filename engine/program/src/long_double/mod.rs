//! `long double` (`x86_fp80`), as integers and calls of the C library.
//!
//! An 80-bit float has a sign, 15 bits of exponent and 64 of significand, the highest of which is written
//! down. No level computes with such numbers. When a program is linked, each value of that type becomes an
//! integer of 128 bits whose upper 48 are zero, and each operation a call of a function of the C library on
//! such integers (`__bf_long_add` and its like, `images/libc/src/long_double`), which computes what the
//! processor would. So all levels and shrunk images agree, and none knows of it.
//!
//! Both types have 16 bytes in memory, at a multiple of 16, so types change and no offset does. What
//! changes otherwise:
//!
//! - Loads and stores move ten bytes, as those of the float do: eight, then two.
//! - The calling convention of System V passes a `long double` in memory, as a copy on the stack: it
//!   becomes an argument that is passed `byval`, so that further arguments lie where `va_arg` looks.
//!   Results come back in two integer registers instead of on the x87 stack, which nobody has here.
//! - Intrinsics on it (`llvm.floor.f80`) are calls of the function of that name (`floorl`), but for those
//!   that change a sign; library functions take and return `long double`, are in C, and come through here like the program.
//!
//! Vectors of them, atomic accesses, `va_arg` as an instruction, and conversions from and to halves are
//! refused by name.

mod calls;
mod convert;
mod function;
mod types;

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};

use bareflow_ir::{Module, Refusal, Symbol, Type, TypeId};

use crate::retype::{is_used, name_functions};

/// What operations are calls of. They take and return integers of 128 bits but where it is said.
pub(crate) const ADD: &str = "__bf_long_add";
pub(crate) const SUB: &str = "__bf_long_sub";
pub(crate) const MUL: &str = "__bf_long_mul";
pub(crate) const DIV: &str = "__bf_long_div";
pub(crate) const REM: &str = "__bf_long_rem";
/// Gives an `i32`: 1 less, 2 equal, 4 greater, 8 not to be compared.
pub(crate) const COMPARE: &str = "__bf_long_compare";
/// Takes a `double`.
pub(crate) const OF_DOUBLE: &str = "__bf_long_of_double";
/// Take numbers of 128 bits.
pub(crate) const OF_INT: &str = "__bf_long_of_int";
pub(crate) const OF_UNSIGNED: &str = "__bf_long_of_unsigned";
pub(crate) const TO_DOUBLE: &str = "__bf_long_to_double";
pub(crate) const TO_FLOAT: &str = "__bf_long_to_float";
/// Give numbers of 128 bits.
pub(crate) const TO_INT: &str = "__bf_long_to_int";
pub(crate) const TO_UNSIGNED: &str = "__bf_long_to_unsigned";

const ALL: [&str; 13] = [
    ADD,
    SUB,
    MUL,
    DIV,
    REM,
    COMPARE,
    OF_DOUBLE,
    OF_INT,
    OF_UNSIGNED,
    TO_DOUBLE,
    TO_FLOAT,
    TO_INT,
    TO_UNSIGNED,
];

/// Names of library functions that a program with `long double` needs although it does not name them.
pub(crate) fn needed(module: &Module, names: &mut BTreeSet<String>) {
    if used(module).is_none() {
        return;
    }
    names.extend(ALL.iter().map(ToString::to_string));
    names.extend(module.funcs.iter().filter_map(|func| library_function(&func.name)));
}

/// The library function that an intrinsic on `long double` is a call of.
fn library_function(name: &str) -> Option<String> {
    let (name, types) = name.strip_prefix("llvm.")?.split_once('.')?;
    if name == "is" {
        return (types == "fpclass.f80").then(|| "__bf_long_class".to_owned());
    }
    if !types.split('.').any(|part| part == "f80") {
        return None;
    }
    Some(match name {
        // Of bits alone ([`calls`]); as a function that would be its own body.
        "fabs" | "copysign" => return None,
        "fmuladd" => "__bf_long_muladd".to_owned(),
        "minnum" | "minimum" | "minimumnum" => "fminl".to_owned(),
        "maxnum" | "maximum" | "maximumnum" => "fmaxl".to_owned(),
        "roundeven" => "roundevenl".to_owned(),
        "powi" => "__powixf2".to_owned(),
        // Of these, functions of C give one result by its address.
        "modf" => "__bf_long_modf".to_owned(),
        "sincos" => "__bf_long_sincos".to_owned(),
        "frexp" | "sincospi" => return None,
        other => alloc::format!("{other}l"),
    })
}

/// The type `x86_fp80`, if anything in the module has to do with it.
fn used(module: &Module) -> Option<TypeId> {
    module.types.find(&Type::X86Fp80).filter(|long| is_used(module, *long))
}

/// Settles a linked program. What cannot be settled is refused in the module.
pub(crate) fn settle(module: &mut Module) {
    let Some(long) = used(module) else { return };
    name_functions(module, library_function);
    let change = types::Change::of(module, long);
    for id in module.func_ids() {
        if let Err(why) = function::rewrite(module, id, &change) {
            module.refused.push(Refusal { symbol: Symbol::Func(id), why: why.to_owned() });
        }
    }
    change.finish(module);
}
