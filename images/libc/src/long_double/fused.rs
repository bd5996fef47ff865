//! A product and a sum, rounded once.

use super::arithmetic::{__bf_long_add, __bf_long_mul, normal};
use super::{Finite, Value, is_negative, pack};

/// A number of 256 bits, the upper half first.
type Long = (u128, u128);

/// Bits below the larger operand that are computed with.
const GUARD: u32 = 126;

/// `value` with its last bit set if any of those that are shifted out is.
fn shifted_down((high, low): Long, by: u32) -> Long {
    let (kept, lost) = match by {
        0 => return (high, low),
        1..128 => ((high >> by, low >> by | high << (128 - by)), low << (128 - by)),
        128 => ((0, high), low),
        129..256 => ((0, high >> (by - 128)), low | high << (256 - by)),
        _ => ((0, 0), high | low),
    };
    (kept.0, kept.1 | u128::from(lost != 0))
}

/// `value` times 2^[`GUARD`].
fn with_guard(value: u128) -> Long {
    (value >> (128 - GUARD), value << GUARD)
}

fn plus(a: Long, b: Long) -> Long {
    let (low, carry) = a.1.overflowing_add(b.1);
    (a.0 + b.0 + u128::from(carry), low)
}

fn minus(a: Long, b: Long) -> Long {
    let (low, borrow) = a.1.overflowing_sub(b.1);
    (a.0 - b.0 - u128::from(borrow), low)
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_fused(a: u128, b: u128, c: u128) -> u128 {
    let (x, y, z) = match (Value::of(a), Value::of(b), Value::of(c)) {
        (Value::Finite(x), Value::Finite(y), Value::Finite(z))
            if x.significand != 0 && y.significand != 0 =>
        {
            (normal(x), normal(y), z)
        }
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
    let (high, low) = sum;
    match (high, low) {
        (0, 0) => 0,
        // What cancels so far was exact.
        (0, low) => pack(negative, low, power),
        (high, low) => {
            let up = high.leading_zeros();
            let top = if up == 0 { high } else { high << up | low >> (128 - up) };
            pack(negative, top | u128::from(low << up != 0), power + 128 - up as i32)
        }
    }
}
