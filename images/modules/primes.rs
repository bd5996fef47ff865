//! Counts primes with the sieve of Eratosthenes over a bit set of odd numbers.
#![no_std]
#[path = "panic.rs"]
mod panic;

const LIMIT: usize = 1 << 23;

/// Bit `i` is set when `2 * i + 1` is composite.
static mut COMPOSITE: [u64; LIMIT / 128] = [0; LIMIT / 128];

/// The number of primes below `n`, or below 2^23 if that is less.
#[unsafe(no_mangle)]
pub extern "C" fn primes(n: u64) -> u64 {
    let n = if n > LIMIT as u64 { LIMIT } else { n as usize };
    if n <= 2 {
        return 0;
    }
    let odds = n / 2;
    let set = &raw mut COMPOSITE as *mut u64;
    // SAFETY: every index is below `odds` bits, which `LIMIT` bounds; one program, one thread.
    unsafe {
        let mut word = 0;
        while word * 64 < odds {
            *set.add(word) = 0;
            word += 1;
        }
        let mut i = 1;
        while (2 * i + 1) * (2 * i + 1) < n {
            if *set.add(i / 64) >> (i % 64) & 1 == 0 {
                let step = 2 * i + 1;
                let mut multiple = (step * step) / 2;
                while multiple < odds {
                    *set.add(multiple / 64) |= 1 << (multiple % 64);
                    multiple += step;
                }
            }
            i += 1;
        }
        // The number 2 stands in for bit 0, the number 1, which is never set.
        let mut count = 0u64;
        let mut i = 0;
        while i < odds {
            count += !(*set.add(i / 64) >> (i % 64)) & 1;
            i += 1;
        }
        count
    }
}
