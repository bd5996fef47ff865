//! What rustc makes of closures, trait objects, iterators, panics, wide integers, atomics.
use std::collections::BTreeMap;
use std::fmt::Display;
use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};

static COUNT: AtomicU32 = AtomicU32::new(1);
thread_local!(static LOCAL: std::cell::Cell<i32> = const { std::cell::Cell::new(4) });

trait Shape {
    fn area(&self) -> f64;
}
struct Square(f64);
struct Circle(f64);
impl Shape for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }
}
impl Shape for Circle {
    fn area(&self) -> f64 {
        self.0 * self.0 * 3.0
    }
}
impl Drop for Circle {
    fn drop(&mut self) {
        COUNT.fetch_add(10, Ordering::SeqCst);
    }
}

enum Tree {
    Leaf,
    Node(Box<Tree>, i64, Box<Tree>),
}

fn insert(tree: Tree, value: i64) -> Tree {
    match tree {
        Tree::Leaf => Tree::Node(Box::new(Tree::Leaf), value, Box::new(Tree::Leaf)),
        Tree::Node(l, v, r) if value < v => Tree::Node(Box::new(insert(*l, value)), v, r),
        Tree::Node(l, v, r) => Tree::Node(l, v, Box::new(insert(*r, value))),
    }
}

fn depth(tree: &Tree) -> usize {
    match tree {
        Tree::Leaf => 0,
        Tree::Node(l, _, r) => 1 + depth(l).max(depth(r)),
    }
}

fn show(items: &[&dyn Display]) -> String {
    items.iter().map(|item| item.to_string()).collect::<Vec<_>>().join(",")
}

fn main() {
    let n = black_box(20u64);
    let shapes: Vec<Box<dyn Shape>> = vec![Box::new(Square(2.0)), Box::new(Circle(n as f64))];
    let total: f64 = shapes.iter().map(|s| s.area()).sum();
    drop(shapes);
    let mut tree = Tree::Leaf;
    for i in 0..n as i64 {
        tree = insert(tree, (i * 7919) % 31);
    }
    let mut counts = BTreeMap::new();
    for word in "a b a c b a".split(' ') {
        *counts.entry(word).or_insert(0u8) += 1;
    }
    LOCAL.with(|local| local.set(local.get() + n as i32));
    let wide = (n as u128).pow(25) % ((1u128 << 100) - 15);
    let checked = (n as u8).checked_mul(20).map_or(-1, i32::from);
    let caught = std::panic::catch_unwind(|| black_box(1)).is_ok();
    println!("{total} {} {counts:?} {wide} {checked} {caught}", depth(&tree));
    println!("{} {}", COUNT.load(Ordering::Relaxed), LOCAL.with(|local| local.get()));
    println!("{}", show(&[&1, &"two", &3.5, &'4']));
    std::process::exit((n as i32).rotate_left(3) & 0x7F);
}
