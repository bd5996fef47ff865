//! A product and a sum, rounded once.

use super::arithmetic::{__bf_quad_add, __bf_quad_mul, product};
use super::{Value, is_negative, normal, pack};
use crate::soft_float::{Double, minus, plus, shifted_down, top};

/// Bits below the product that are computed with. Its own 226 fit above them with one to spare.
const GUARD: u32 = 28;

/// `value` times a power of two, of 256 bits.
fn shifted_up((high, low): Double, by: u32) -> Double {
    match by {
        0 => (high, low),
        1..128 => (high << by | low >> (128 - by), low << by),
        _ => (low << (by - 128), 0),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_fused(a: u128, b: u128, c: u128) -> u128 {
    let (x, y, z) = match (Value::of(a), Value::of(b), Value::of(c)) {
        (Value::Finite(x), Value::Finite(y), Value::Finite(z))
            if x.significand != 0 && y.significand != 0 =>
        {
            (normal(x), normal(y), z)
        }
        // However large the product is.
        (Value::Finite(_), Value::Finite(_), Value::Infinity) => return c,
        // Nothing is rounded before the sum, or nothing at all.
        _ => return __bf_quad_add(__bf_quad_mul(a, b), c),
    };
    if z.significand == 0 {
        return __bf_quad_mul(a, b);
    }
    let z = normal(z);
    // Both with their highest bit at the same place, but for one of the product.
    let mut product = shifted_up(product(x.significand, y.significand), GUARD);
    let mut added = shifted_up((0, z.significand), GUARD + 113);
    let (of_product, of_added) = (x.power + y.power, z.power - 113);
    let (large_power, distance) = (of_product.max(of_added), of_product.abs_diff(of_added));
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
    match sum {
        // What cancels so far was exact.
        (0, 0) => 0,
        sum => {
            let (top, up) = top(sum);
            pack(negative, top, large_power - GUARD as i32 + up)
        }
    }
}
