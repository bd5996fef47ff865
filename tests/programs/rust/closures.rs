//! Closures: by reference, by value, returned, composed, recursive, in structures, as pointers.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use support::println;

support::entry!(run);

fn compose<A, B, C>(f: impl Fn(A) -> B, g: impl Fn(B) -> C) -> impl Fn(A) -> C {
    move |x| g(f(x))
}

fn apply_n(n: usize, f: &dyn Fn(i64) -> i64, x: i64) -> i64 {
    (0..n).fold(x, |x, _| f(x))
}

fn counter(start: u32, step: u32) -> impl FnMut() -> u32 {
    let mut now = start;
    move || {
        now += step;
        now - step
    }
}

fn adders() -> Vec<Box<dyn Fn(i32) -> i32>> {
    (1..=4).map(|n| Box::new(move |x| x + n * n) as Box<dyn Fn(i32) -> i32>).collect()
}

struct Cache<F: Fn(u64) -> u64> {
    f: F,
    known: alloc::collections::BTreeMap<u64, u64>,
    misses: u32,
}

impl<F: Fn(u64) -> u64> Cache<F> {
    fn get(&mut self, x: u64) -> u64 {
        let Self { f, known, misses } = self;
        *known.entry(x).or_insert_with(|| {
            *misses += 1;
            f(x)
        })
    }
}

fn fix(f: &dyn Fn(&dyn Fn(u64) -> u64, u64) -> u64, x: u64) -> u64 {
    f(&|y| fix(f, y), x)
}

fn consume(f: impl FnOnce() -> String) -> usize {
    f().len()
}

fn sort_by<T>(items: &mut [T], mut before: impl FnMut(&T, &T) -> bool) -> u32 {
    let mut swaps = 0;
    for i in 1..items.len() {
        let mut j = i;
        while j > 0 && before(&items[j], &items[j - 1]) {
            items.swap(j, j - 1);
            swaps += 1;
            j -= 1;
        }
    }
    swaps
}

fn table() -> [(char, fn(f64, f64) -> f64); 4] {
    fn power(x: f64, y: f64) -> f64 {
        (0..y as u32).fold(1.0, |r, _| r * x)
    }
    [('+', |a, b| a + b), ('-', |a, b| a - b), ('*', |a, b| a * b), ('^', power)]
}

fn run() -> i32 {
    let twice_plus = compose(|x: i32| x * 2, |x| x + 1);
    let text = compose(&twice_plus, |x| alloc::format!("<{x}>"));
    println!("{} {}", twice_plus(20), text(7));
    println!("{}", apply_n(10, &|x| x * 3 % 1000, 7));
    let mut count = counter(5, 3);
    let list: Vec<u32> = (0..5).map(|_| count()).collect();
    println!("{list:?}");
    println!("{:?}", adders().iter().map(|f| f(100)).collect::<Vec<_>>());
    let mut cache = Cache { f: |x| (1..=x).product(), known: Default::default(), misses: 0 };
    let sum: u64 = [5, 10, 5, 20, 10, 5].into_iter().map(|x| cache.get(x)).sum();
    println!("{sum} {}", cache.misses);
    println!("{}", fix(&|me, n| if n < 2 { n } else { me(n - 1) + me(n - 2) }, 15));
    let owned = String::from("moved into it");
    println!("{}", consume(move || owned + "!"));
    let mut comparisons = 0;
    let mut items = [5, 2, 9, 1, 7, 3];
    let swaps = sort_by(&mut items, |a, b| {
        comparisons += 1;
        a < b
    });
    println!("{items:?} {swaps} {comparisons}");
    for (name, f) in table() {
        println!("{name} {}", f(2.5, 3.0));
    }
    let mut log = Vec::new();
    let mut note = |what: &str, n: usize| {
        log.push(alloc::format!("{what}{n}"));
        log.len()
    };
    let total = note("a", 1) + note("b", 2) + note("c", 3);
    println!("{total} {log:?}");
    let curry = |a: i32| move |b: i32| move |c: i32| a * 100 + b * 10 + c;
    println!("{}", curry(1)(2)(3));
    let strategies: [&dyn Fn(&[i32]) -> i32; 3] = [&|v| v.iter().sum(), &|v| *v.iter().max().unwrap(), &|v| v.len() as i32];
    println!("{:?}", strategies.map(|f| f(&items)));
    0
}
