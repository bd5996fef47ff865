//! Iterators: adaptors, own ones, double-ended, peeking, collecting, infinite.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::string::String;
use alloc::vec::Vec;
use core::iter;
use support::println;

support::entry!(run);

struct Fibonacci(u64, u64);

impl Iterator for Fibonacci {
    type Item = u64;
    fn next(&mut self) -> Option<u64> {
        let now = self.0;
        (self.0, self.1) = (self.1, self.0.checked_add(self.1)?);
        Some(now)
    }
}

struct Countdown(u32);

impl Iterator for Countdown {
    type Item = u32;
    fn next(&mut self) -> Option<u32> {
        self.0 = self.0.checked_sub(1)?;
        Some(self.0)
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0 as usize, Some(self.0 as usize))
    }
}

impl ExactSizeIterator for Countdown {}

fn primes() -> impl Iterator<Item = u32> {
    let mut found: Vec<u32> = Vec::new();
    (2..).filter(move |n| {
        let prime = found.iter().take_while(|p| *p * *p <= *n).all(|p| n % p != 0);
        if prime {
            found.push(*n);
        }
        prime
    })
}

fn run() -> i32 {
    let evens: Vec<u64> = Fibonacci(0, 1).filter(|n| n % 2 == 0).take_while(|n| *n < 1_000_000).collect();
    println!("{evens:?} {}", Fibonacci(0, 1).count());
    println!("{:?}", primes().skip(10).step_by(5).take(8).collect::<Vec<_>>());
    let words = "the quick brown fox jumps over the lazy dog the end";
    let mut counts = BTreeMap::new();
    for word in words.split_whitespace() {
        *counts.entry(word).or_insert(0u32) += 1;
    }
    println!("{counts:?}");
    let lengths: BTreeSet<usize> = counts.keys().map(|word| word.len()).collect();
    println!("{lengths:?} {:?}", counts.iter().max_by_key(|(word, count)| (**count, word.len())));
    let (short, long): (Vec<&str>, Vec<&str>) = counts.keys().partition(|word| word.len() < 4);
    println!("{short:?} {long:?}");
    let numbers = [5, 3, 8, 1, 9, 2, 7];
    println!("{} {} {:?} {:?}", numbers.iter().sum::<i32>(), numbers.iter().product::<i32>(), numbers.iter().min(), numbers.iter().position(|n| *n == 9));
    println!("{:?}", numbers.iter().zip(numbers.iter().skip(1)).map(|(a, b)| b - a).collect::<Vec<_>>());
    println!("{:?}", numbers.iter().scan(0, |sum, n| { *sum += n; Some(*sum) }).collect::<Vec<i32>>());
    println!("{:?}", numbers.iter().rev().enumerate().filter(|(i, _)| i % 2 == 0).map(|(_, n)| n).collect::<VecDeque<_>>());
    println!("{:?} {:?}", numbers.chunks(3).map(|c| c.iter().sum::<i32>()).collect::<Vec<_>>(), numbers.windows(2).filter(|w| w[0] < w[1]).count());
    let nested = [[1, 2, 3], [4, 5, 6], [7, 8, 9]];
    println!("{:?} {}", nested.iter().flatten().copied().collect::<Vec<i32>>(), nested.iter().flat_map(|row| row.iter().max()).sum::<i32>());
    let mut peekable = "12+345*6".chars().peekable();
    let mut tokens: Vec<String> = Vec::new();
    while let Some(c) = peekable.next() {
        let mut token = String::from(c);
        while c.is_ascii_digit() && peekable.peek().is_some_and(char::is_ascii_digit) {
            token.extend(peekable.next());
        }
        tokens.push(token);
    }
    println!("{tokens:?}");
    println!("{:?} {}", Countdown(5).collect::<Vec<_>>(), Countdown(9).len());
    let collatz: Vec<u32> = iter::successors(Some(27u32), |n| if *n == 1 { None } else if n % 2 == 0 { Some(n / 2) } else { Some(3 * n + 1) }).collect();
    println!("{} {:?}", collatz.len(), collatz.iter().max());
    println!("{:?}", iter::repeat_with({ let mut x = 1u32; move || { x = x * 75 % 65537; x } }).take(5).collect::<Vec<_>>());
    let results: Result<Vec<i32>, _> = "1 2 x 4".split(' ').map(str::parse::<i32>).collect();
    let options: Option<Vec<i32>> = [Some(1), Some(2)].into_iter().collect();
    println!("{} {options:?}", results.is_err());
    let (a, b): (Vec<i32>, Vec<char>) = [(1, 'a'), (2, 'b')].into_iter().unzip();
    println!("{a:?} {b:?} {}", [1, 2].iter().cycle().take(7).fold(0, |n, d| n * 10 + d));
    let mut deep = (0..20).map(|x| x * x).filter(|x| x % 3 == 1).skip_while(|x| *x < 50).inspect(|x| support::print!("<{x}>")).chain(iter::once(-1));
    println!(" {:?} {:?} {:?}", deep.next(), deep.nth(2), deep.last());
    println!("{:?} {}", [1.5, 0.5, 2.5].iter().copied().fold(f64::NEG_INFINITY, f64::max), (1..=5).rev().map(|d| char::from(b'0' + d)).collect::<String>());
    println!("{:?} {:?}", "a-b-c".split('-').cmp("a-b-d".split('-')), (1..4).eq([1, 2, 3]));
    0
}
