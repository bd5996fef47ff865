//! Product of two square matrices of doubles, row by row: streams through the cache.
#![no_std]
#[path = "panic.rs"]
mod panic;

const MAX: usize = 256;

static mut A: [f64; MAX * MAX] = [0.0; MAX * MAX];
static mut B: [f64; MAX * MAX] = [0.0; MAX * MAX];
static mut C: [f64; MAX * MAX] = [0.0; MAX * MAX];

/// Multiplies two matrices of `n` rows, at most 256; the bits of the product, mixed.
#[unsafe(no_mangle)]
pub extern "C" fn matrix_mul(n: u64) -> u64 {
    let n = if n > MAX as u64 { MAX } else { n as usize };
    let a = &raw mut A as *mut f64;
    let b = &raw mut B as *mut f64;
    let c = &raw mut C as *mut f64;
    let mut state = 1u64;
    let mut hash = 0xCBF2_9CE4_8422_2325u64;
    // SAFETY: one program, one thread, and the entry is not reentered; i, j and k are below
    // n, and n is at most MAX.
    unsafe {
        let mut i = 0;
        while i < n * n {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            *a.add(i) = (state >> 44) as i64 as f64 * (1.0 / 1024.0) - 512.0;
            *b.add(i) = (state >> 20 & 0xF_FFFF) as i64 as f64 * (1.0 / 1024.0) - 512.0;
            *c.add(i) = 0.0;
            i += 1;
        }
        let mut i = 0;
        while i < n {
            let mut k = 0;
            while k < n {
                let factor = *a.add(i * n + k);
                let mut j = 0;
                while j < n {
                    *c.add(i * n + j) += factor * *b.add(k * n + j);
                    j += 1;
                }
                k += 1;
            }
            i += 1;
        }
        let mut i = 0;
        while i < n * n {
            hash = (hash ^ (*c.add(i)).to_bits()).wrapping_mul(0x100_0000_01B3);
            i += 1;
        }
    }
    hash
}
