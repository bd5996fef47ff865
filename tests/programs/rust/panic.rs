//! A panic ends the program as abort does; what was printed before is there.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::vec::Vec;
use support::println;

support::entry!(run);

struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        // Nothing unwinds.
        println!("never");
    }
}

fn element(values: &[i32], index: usize) -> i32 {
    values[index] * 2
}

fn run() -> i32 {
    let _guard = Guard;
    let values: Vec<i32> = (1..6).collect();
    let mut sum = 0;
    for i in 0.. {
        sum += element(&values, i);
        println!("{i} {sum}");
    }
    sum
}
