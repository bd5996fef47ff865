//! A product and a sum, rounded once.

use super::arithmetic::{__bf_long_add, __bf_long_mul, normal};
use super::{Finite, Value, is_negative, pack};
use crate::soft_float::{Double, minus, plus, shifted_down, top};

/// Bits below the larger operand that are computed with.
const GUARD: u32 = 126;

/// `value` times 2^[`GUARD`].
fn with_guard(value: u128) -> Double {
    (value >> (128 - GUARD), value << GUARD)
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_fused(a: u128, b: u128, c: u128) -> u128 {
    let (x, y, z) = match (Value::of(a), Value::of(b), Value::of(c)) {
        (Value::Finite(x), Value::Finite(y), Value::Finite(z))
            if x.significand != 0 && y.significand != 0 =>
        {
            (normal(x), normal(y), z)
        }
        // However large the product is.
        (Value::Finite(_), Value::Finite(_), Value::Infinity { .. }) => return c,
        // Nothing is rounded before the sum, or nothing at all.
        _ => return __bf_long_add(__bf_long_mul(a, b), c),
    };
    if z.significand == 0 {
        return __bf_long_mul(a, b);
    }
    let Finite { significand, power, .. } = normal(z);
    // Both at the top of 128 bits, but for one bit of the product.
    let (product, added) =
        (u128::from(x.significand) * u128::from(y.significand), u128::from(significand) << 64);
    let (of_product, of_added) = (x.power + y.power, power - 64);
    let (large_power, distance) = (of_product.max(of_added), of_product.abs_diff(of_added));
    let (mut product, mut added) = (with_guard(product), with_guard(added));
    if of_product < of_added {
        product = shifted_down(product, distance);
    } else {
        added = shifted_down(added, distance);
    }
    let negative = is_negative(a) != is_negative(b);
    let (negative, sum) = if negative == z.negative {
        (negative, plus(product, added))
    } else if product >= added {
        (negative, minus(product, added))
    } else {
        (z.negative, minus(added, product))
    };
    let power = large_power - GUARD as i32;
    match sum {
        // What cancels so far was exact.
        (0, 0) => 0,
        sum => {
            let (top, up) = top(sum);
            pack(negative, top, power + up)
        }
    }
}
