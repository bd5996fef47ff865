//! Arithmetic that overflows panics when the checks are on.
#![no_std]
#![no_main]
extern crate alloc;

use support::println;

support::entry!(run);

fn collatz(mut n: i32) -> u32 {
    let mut steps = 0;
    while n != 1 {
        n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
        steps += 1;
    }
    steps
}

fn run() -> i32 {
    for n in [27, 97, 871, 113_383] {
        println!("{n}: {}", collatz(n));
    }
    0
}
