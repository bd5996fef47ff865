//! C += A * B for 32x32 single-precision matrices in 8x8 tiles: reuse of the cache.
#![no_std]
#[path = "panic.rs"]
mod panic;

const LEN: usize = 32;
const TILE: usize = 8;

static mut A: [f32; LEN * LEN] = [0.0; LEN * LEN];
static mut B: [f32; LEN * LEN] = [0.0; LEN * LEN];
static mut C: [f32; LEN * LEN] = [0.0; LEN * LEN];

/// Adds the product of one tile of `a` and one of `b` to one of `c`.
unsafe fn tile(a: *const f32, b: *const f32, c: *mut f32) {
    // SAFETY: each pointer leads to the first element of a tile in a 32x32 matrix.
    unsafe {
        let mut i = 0;
        while i < TILE {
            let mut k = 0;
            while k < TILE {
                let factor = *a.add(i * LEN + k);
                let mut j = 0;
                while j < TILE {
                    *c.add(i * LEN + j) += factor * *b.add(k * LEN + j);
                    j += 1;
                }
                k += 1;
            }
            i += 1;
        }
    }
}

/// `n` products added up; the bits of the result, mixed.
#[unsafe(no_mangle)]
pub extern "C" fn gemm_tile(n: u64) -> u64 {
    // SAFETY: one program, one thread, and the entry is not reentered.
    let (a, b, c) = unsafe { (&mut *(&raw mut A), &mut *(&raw mut B), &mut *(&raw mut C)) };
    let mut state = 1u64;
    for x in a.iter_mut().chain(b.iter_mut()) {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        *x = (state >> 50) as i32 as f32 * (1.0 / 16384.0) - 0.5;
    }
    for z in c.iter_mut() {
        *z = 0.0;
    }
    for _ in 0..n {
        let mut i = 0;
        while i < LEN {
            let mut j = 0;
            while j < LEN {
                let mut k = 0;
                while k < LEN {
                    // SAFETY: i, j and k are multiples of TILE below LEN.
                    unsafe {
                        tile(
                            a.as_ptr().add(i * LEN + k),
                            b.as_ptr().add(k * LEN + j),
                            c.as_mut_ptr().add(i * LEN + j),
                        );
                    }
                    k += TILE;
                }
                j += TILE;
            }
            i += TILE;
        }
    }
    let mut hash = 0xCBF2_9CE4_8422_2325u64;
    for value in c.iter() {
        hash = (hash ^ u64::from(value.to_bits())).wrapping_mul(0x100_0000_01B3);
    }
    hash
}
