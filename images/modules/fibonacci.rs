//! The n-th Fibonacci number by plain recursion: nothing but calls.
#![no_std]
#[path = "panic.rs"]
mod panic;

fn fib(n: u64) -> u64 {
    if n < 2 { n } else { fib(n - 1).wrapping_add(fib(n - 2)) }
}

/// Fibonacci number `n`.
#[unsafe(no_mangle)]
pub extern "C" fn fibonacci(n: u64) -> u64 {
    fib(n)
}
