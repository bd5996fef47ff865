//! A chain of integer and floating-point steps, each needing the one before: latency.
#![no_std]
#[path = "panic.rs"]
mod panic;

/// `n` steps of the chain.
#[unsafe(no_mangle)]
pub extern "C" fn compute(n: u64) -> u64 {
    let mut bits = 0x9E37_79B9_7F4A_7C15u64;
    let mut level = 0.5f64;
    let mut count = 0u64;
    for _ in 0..n {
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        let unit = (bits >> 11) as i64 as f64 * (1.0 / 9007199254740992.0);
        level = level * 0.5 + unit * unit / (1.0 + level);
        if bits & 3 == 0 {
            count = count.wrapping_mul(31).wrapping_add(bits % 1_000_003);
        }
    }
    level.to_bits() ^ count
}
