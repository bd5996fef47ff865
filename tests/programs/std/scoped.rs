//! Threads that borrow: sums of pieces, a picture in rows, and a tree that is added up by halves.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

fn halves(values: &[u64]) -> u64 {
    if values.len() <= 100 {
        return values.iter().map(|v| v * v % 97).sum();
    }
    let (left, right) = values.split_at(values.len() / 2);
    // One half goes to a thread while the pieces are large.
    if values.len() > 1000 {
        thread::scope(|scope| {
            let left = scope.spawn(|| halves(left));
            halves(right) + left.join().unwrap()
        })
    } else {
        halves(left) + halves(right)
    }
}

fn main() {
    let values: Vec<u64> = (0..5000).map(|i| i * 7919 % 10007).collect();
    println!("{}", halves(&values));

    let mut rows = vec![[0u8; 32]; 16];
    thread::scope(|scope| {
        for (part, rows) in rows.chunks_mut(5).enumerate() {
            scope.spawn(move || {
                for (y, row) in rows.iter_mut().enumerate() {
                    for (x, cell) in row.iter_mut().enumerate() {
                        *cell = b'a' + ((part * 5 + y) * x % 26) as u8;
                    }
                }
            });
        }
    });
    for row in &rows {
        println!("{}", String::from_utf8_lossy(row));
    }

    let next = AtomicUsize::new(0);
    let counts = thread::scope(|scope| {
        let work = || {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                if at >= 200 {
                    return done;
                }
                done.push((at, (1..=at).filter(|d| at % d == 0).count()));
            }
        };
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(work)).collect();
        let mut all: Vec<_> = threads.into_iter().flat_map(|t| t.join().unwrap()).collect();
        all.sort_unstable();
        all
    });
    println!("{} {:?}", counts.len(), counts.iter().max_by_key(|(at, n)| (*n, *at)));
}
