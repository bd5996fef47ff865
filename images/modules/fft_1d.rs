//! Fast Fourier transform of 1024 complex numbers, there and back, radix 2, in place.
#![no_std]
#[path = "panic.rs"]
mod panic;
#[path = "root.rs"]
mod root;

const BITS: u32 = 10;
const LEN: usize = 1 << BITS;

#[derive(Clone, Copy)]
struct Complex {
    re: f64,
    im: f64,
}

const ZERO: Complex = Complex { re: 0.0, im: 0.0 };

static mut DATA: [Complex; LEN] = [ZERO; LEN];
static mut TWIDDLES: [Complex; LEN / 2] = [ZERO; LEN / 2];

fn mul(a: Complex, b: Complex) -> Complex {
    Complex { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re }
}

/// `twiddles[j]` = e^(-2 pi i j / LEN), from square roots only: the angle halves from bit to
/// bit, and each entry is the product of the roots of its bits.
unsafe fn fill_twiddles(twiddles: *mut Complex) {
    let mut root = [ZERO; BITS as usize];
    let mut cos = -1.0;
    let mut sin = 0.0;
    for (level, entry) in root.iter_mut().rev().enumerate() {
        // Angles pi, pi/2, pi/4 ...: the root of the highest bit comes first.
        *entry = Complex { re: cos, im: -sin };
        let half = root::sqrt((1.0 + cos) * 0.5);
        sin = if level == 0 { 1.0 } else { sin / (2.0 * half) };
        cos = half;
    }
    // SAFETY: `j` and `j` without its highest bit are below LEN / 2, `bit` below BITS.
    unsafe {
        *twiddles = Complex { re: 1.0, im: 0.0 };
        let mut j = 1;
        while j < LEN / 2 {
            let bit = usize::BITS - 1 - j.leading_zeros();
            *twiddles.add(j) = mul(*twiddles.add(j - (1 << bit)), *root.as_ptr().add(bit as usize));
            j += 1;
        }
    }
}

/// Transforms in place; `sign` -1 forward, +1 back (without scaling).
unsafe fn transform(data: *mut Complex, twiddles: *const Complex, sign: f64) {
    // SAFETY: all indices are below LEN by the structure of the loops, those of twiddles
    // below LEN / 2.
    unsafe {
        let mut i = 0;
        while i < LEN {
            let j = (i as u32).reverse_bits() as usize >> (32 - BITS);
            if i < j {
                core::ptr::swap(data.add(i), data.add(j));
            }
            i += 1;
        }
        let mut half = 1;
        let mut stride = LEN / 2;
        while half < LEN {
            let mut start = 0;
            while start < LEN {
                let mut k = 0;
                while k < half {
                    let twiddle = *twiddles.add(k * stride);
                    let twiddle = Complex { re: twiddle.re, im: -sign * twiddle.im };
                    let low = *data.add(start + k);
                    let high = mul(*data.add(start + k + half), twiddle);
                    *data.add(start + k) = Complex { re: low.re + high.re, im: low.im + high.im };
                    *data.add(start + k + half) =
                        Complex { re: low.re - high.re, im: low.im - high.im };
                    k += 1;
                }
                start += 2 * half;
            }
            half *= 2;
            stride /= 2;
        }
    }
}

/// `n` transforms there and back; the bits of all numbers, mixed.
#[unsafe(no_mangle)]
pub extern "C" fn fft_1d(n: u64) -> u64 {
    // SAFETY: one program, one thread, and the entry is not reentered.
    let data = unsafe { &mut *(&raw mut DATA) };
    let twiddles = &raw mut TWIDDLES as *mut Complex;
    // SAFETY: the table has LEN / 2 entries.
    unsafe { fill_twiddles(twiddles) };
    let mut state = 1u64;
    for value in data.iter_mut() {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        value.re = (state >> 40) as i64 as f64 * (1.0 / 16777216.0) - 0.5;
        value.im = (state >> 16 & 0xFF_FFFF) as i64 as f64 * (1.0 / 16777216.0) - 0.5;
    }
    let mut hash = 0xCBF2_9CE4_8422_2325u64;
    for _ in 0..n {
        // SAFETY: both tables have the lengths that `transform` relies on.
        unsafe {
            transform(data.as_mut_ptr(), twiddles, -1.0);
        }
        for value in data.iter() {
            hash = (hash ^ value.re.to_bits()).wrapping_mul(0x100_0000_01B3);
            hash = (hash ^ value.im.to_bits()).wrapping_mul(0x100_0000_01B3);
        }
        // SAFETY: as above.
        unsafe {
            transform(data.as_mut_ptr(), twiddles, 1.0);
        }
        for value in data.iter_mut() {
            value.re *= 1.0 / LEN as f64;
            value.im *= 1.0 / LEN as f64;
        }
    }
    for value in data.iter() {
        hash = (hash ^ value.re.to_bits()).wrapping_mul(0x100_0000_01B3);
        hash = (hash ^ value.im.to_bits()).wrapping_mul(0x100_0000_01B3);
    }
    hash
}
