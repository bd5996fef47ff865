//! 128-bit integers, checked, wrapping, saturating and overflowing arithmetic of all widths.
#![no_std]
#![no_main]
extern crate alloc;

use support::println;

support::entry!(run);

fn factorial(n: u32) -> Option<u128> {
    (1..=u128::from(n)).try_fold(1u128, |product, k| product.checked_mul(k))
}

fn power(base: u128, exponent: u128, modulus: u128) -> u128 {
    let (mut base, mut exponent, mut result) = (base % modulus, exponent, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = multiply(result, base, modulus);
        }
        base = multiply(base, base, modulus);
        exponent >>= 1;
    }
    result
}

// By doubling, since the product may need 256 bits.
fn multiply(a: u128, b: u128, modulus: u128) -> u128 {
    let (mut a, mut b, mut sum) = (a, b, 0u128);
    while b > 0 {
        if b & 1 == 1 {
            sum = if sum >= modulus - a { sum - (modulus - a) } else { sum + a };
        }
        a = if a >= modulus - a { a - (modulus - a) } else { a + a };
        b >>= 1;
    }
    sum
}

fn isqrt(n: u128) -> u128 {
    let mut x = 1u128 << ((n.ilog2() / 2) + 1);
    loop {
        let next = (x + n / x) / 2;
        if next >= x {
            return x;
        }
        x = next;
    }
}

macro_rules! checks {
    ($($type:ident)*) => {$(
        let (low, high) = ($type::MIN, $type::MAX);
        let mid = high / 3;
        println!("{} {:?} {:?} {:?}", stringify!($type), high.checked_add(1), low.checked_sub(1), mid.checked_mul(2));
        println!("{} {} {}", high.wrapping_add(mid), low.wrapping_sub(5), mid.wrapping_mul(7));
        println!("{} {} {}", high.saturating_add(mid), low.saturating_sub(5), mid.saturating_mul(7));
        println!("{:?} {:?} {:?}", high.overflowing_add(2), low.overflowing_sub(1), mid.overflowing_mul(mid));
        println!("{:?} {:?} {:?}", mid.checked_div(0), mid.checked_rem(7), (7 as $type).checked_pow(3));
        println!("{} {} {} {}", mid.count_ones(), high.leading_zeros(), (mid << 2).trailing_zeros(), mid.swap_bytes());
        println!("{} {} {}", mid.rotate_left(3), mid.reverse_bits(), mid.abs_diff(high));
        println!("{:?} {:?} {}", high.checked_shl($type::BITS), mid.checked_shr(2), mid.wrapping_shl($type::BITS + 1));
    )*};
}

fn run() -> i32 {
    for n in [0, 10, 20, 30, 34, 35] {
        println!("{n}! = {:?}", factorial(n));
    }
    let prime = (1u128 << 127) - 1;
    println!("{} {}", power(3, prime - 1, prime), power(12345678901234567890, 98765432109876543210, prime - 58));
    println!("{} {}", isqrt(u128::MAX), isqrt(10u128.pow(37)));
    checks!(u8 i16 u32 i64 u128 i128 usize);
    println!("{:?} {:?}", i128::MIN.checked_abs(), i128::MIN.checked_div(-1));
    println!("{} {} {}", (-7i128).div_euclid(2), (-7i128).rem_euclid(2), (-7i128) / 2);
    println!("{} {} {}", u128::MAX as f64, (i128::MIN as f32), 1e30 as u128);
    println!("{} {} {} {}", -1.5 as u8, 300.7 as u8, f64::NAN as i32, 1e10 as i32);
    println!("{} {} {}", f64::INFINITY as i64, -1e20 as i64, 3e9 as f32 as u32);
    println!("{:?} {:?} {:?}", u8::try_from(300i32), i8::try_from(-128i64), u64::try_from(-1i128).is_err());
    println!("{:x} {:?}", u128::from_be_bytes(*b"0123456789abcdef"), 0x1234_5678u32.to_le_bytes());
    println!("{:?} {:?}", "340282366920938463463374607431768211455".parse::<u128>(), "340282366920938463463374607431768211456".parse::<u128>().is_err());
    println!("{} {}", u64::MAX.carrying_mul_check(), 10u32.pow(9).isqrt());
    0
}

trait Wide {
    fn carrying_mul_check(self) -> u128;
}

impl Wide for u64 {
    fn carrying_mul_check(self) -> u128 {
        u128::from(self) * u128::from(self)
    }
}
