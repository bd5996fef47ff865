//! Square root as one instruction: core has it for stable Rust only as an SSE2 intrinsic.

use core::arch::x86_64::{_mm_cvtsd_f64, _mm_set_sd, _mm_sqrt_pd};

/// The correctly rounded square root of `x`.
#[inline(always)]
pub fn sqrt(x: f64) -> f64 {
    // SAFETY: SSE2 is part of x86-64.
    unsafe { _mm_cvtsd_f64(_mm_sqrt_pd(_mm_set_sd(x))) }
}
