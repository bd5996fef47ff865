//! Loops on all processors: over ranges, chunks, with results put together in order.
#![no_std]
#![no_main]

extern crate alloc;

use alloc::vec::Vec;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use support::{parallel, println};

support::entry!(run);

fn run() -> i32 {
    let counts: Vec<AtomicU32> = (0..1000).map(|_| AtomicU32::new(0)).collect();
    parallel::for_each(0..1000, |i| {
        counts[i].fetch_add(i as u32 % 7, Ordering::Relaxed);
    });
    println!("{}", counts.iter().map(|c| c.load(Ordering::Relaxed)).sum::<u32>());

    let mut picture = alloc::vec![0u8; 40 * 13 + 7];
    parallel::for_each_chunk(&mut picture, 40, |y, row| {
        for (x, cell) in row.iter_mut().enumerate() {
            *cell = b'a' + (x * y % 26) as u8;
        }
    });
    for row in picture.chunks(40) {
        println!("{}", core::str::from_utf8(row).unwrap_or("?"));
    }

    // The same bits on any number of processors.
    let part = |range: core::ops::Range<usize>| range.map(|i| 1.0 / (i as f64 + 0.1)).sum::<f64>();
    let sum = parallel::reduce(0..50_000, 777, part, |a, b| a + b);
    println!("{:x}", sum.map_or(0, f64::to_bits));
    let words =
        parallel::reduce(0..20, 3, |r| alloc::format!("{}-{} ", r.start, r.end), |a, b| a + &b);
    println!("{}", words.unwrap_or_default());
    println!("{:?}", parallel::reduce(5..5, 9, |r| r.len(), |a, b| a + b));

    let (inner, calls) = (AtomicU64::new(0), AtomicU32::new(0));
    parallel::for_each(0..30, |i| {
        parallel::for_each(0..i, |j| {
            inner.fetch_add((i * j) as u64, Ordering::Relaxed);
        });
        calls.fetch_add(1, Ordering::Relaxed);
    });
    println!("{inner:?} {calls:?}");
    for round in 0..200 {
        parallel::for_each(0..4, |i| {
            inner.fetch_add(i as u64 * round, Ordering::Relaxed);
        });
    }
    println!("{inner:?}");
    0
}
