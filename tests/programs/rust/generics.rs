//! Generic functions and types, associated types and constants, default methods, monomorphised many times.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{Debug, Display};
use core::marker::PhantomData;
use core::ops::{Add, Index, IndexMut, Mul, Neg, Sub};
use support::println;

support::entry!(run);

#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Vector<T, const N: usize>([T; N])
where
    [T; N]: Default;

impl<T: Copy + Add<Output = T>, const N: usize> Add for Vector<T, N>
where
    [T; N]: Default,
{
    type Output = Self;
    fn add(mut self, other: Self) -> Self {
        for (a, b) in self.0.iter_mut().zip(other.0) {
            *a = *a + b;
        }
        self
    }
}

impl<T: Copy + Mul<Output = T> + Add<Output = T> + Default, const N: usize> Vector<T, N>
where
    [T; N]: Default,
{
    const LEN: usize = N;
    fn dot(&self, other: &Self) -> T {
        self.0.iter().zip(&other.0).fold(T::default(), |sum, (a, b)| sum + *a * *b)
    }
}

trait Shape {
    const SIDES: u32;
    type Unit: Display + Copy;
    fn area(&self) -> Self::Unit;
    fn describe(&self) -> String {
        let mut text = Self::SIDES.to_string();
        text += " sides, area ";
        text += &self.area().to_string();
        text
    }
}

struct Square(u64);
struct Triangle {
    base: f64,
    height: f64,
}

impl Shape for Square {
    const SIDES: u32 = 4;
    type Unit = u64;
    fn area(&self) -> u64 {
        self.0 * self.0
    }
}

impl Shape for Triangle {
    const SIDES: u32 = 3;
    type Unit = f64;
    fn area(&self) -> f64 {
        self.base * self.height / 2.0
    }
    fn describe(&self) -> String {
        "a triangle of ".to_string() + &self.area().to_string()
    }
}

struct Grid<T> {
    width: usize,
    cells: Vec<T>,
}

impl<T: Clone + Default> Grid<T> {
    fn new(width: usize, height: usize) -> Self {
        Self { width, cells: alloc::vec![T::default(); width * height] }
    }
}

impl<T> Index<(usize, usize)> for Grid<T> {
    type Output = T;
    fn index(&self, (x, y): (usize, usize)) -> &T {
        &self.cells[y * self.width + x]
    }
}

impl<T> IndexMut<(usize, usize)> for Grid<T> {
    fn index_mut(&mut self, (x, y): (usize, usize)) -> &mut T {
        &mut self.cells[y * self.width + x]
    }
}

fn largest<T: PartialOrd + Copy>(items: &[T]) -> Option<T> {
    let mut best = *items.first()?;
    for item in items {
        if *item > best {
            best = *item;
        }
    }
    Some(best)
}

#[derive(Clone, Copy, Debug)]
struct Metres;
#[derive(Clone, Copy, Debug)]
struct Length<U>(f64, PhantomData<U>);

impl<U> Sub for Length<U> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Length(self.0 - other.0, PhantomData)
    }
}

impl<U> Neg for Length<U> {
    type Output = Self;
    fn neg(self) -> Self {
        Length(-self.0, PhantomData)
    }
}

fn show_all<T, I>(items: I) -> usize
where
    I: IntoIterator<Item = T>,
    T: Debug,
{
    let mut count = 0;
    for item in items {
        support::print!("{item:?};");
        count += 1;
    }
    println!();
    count
}

fn run() -> i32 {
    let a = Vector([1, 2, 3]);
    let b = Vector([10, -20, 30]);
    println!("{:?} {} {}", a + b, a.dot(&b), Vector::<i32, 3>::LEN);
    println!("{}", Vector([0.5, 0.25]).dot(&Vector([4.0, 8.0])));
    println!("{} | {}", Square(7).describe(), Triangle { base: 3.0, height: 1.5 }.describe());
    println!("{:?} {:?} {:?} {:?}", largest(&[3, 9, 2]), largest(&[0.5, -1.0]), largest(&['x', 'b']), largest::<u8>(&[]));
    let mut grid: Grid<u16> = Grid::new(4, 3);
    grid[(2, 1)] = 7;
    grid[(3, 2)] += 9;
    println!("{:?} {}", grid.cells, grid[(2, 1)]);
    let length: Length<Metres> = Length(2.5, PhantomData);
    println!("{:?}", -(length - Length(4.0, PhantomData)));
    let count = show_all([1u8, 2]) + show_all(["a", "b", "c"]) + show_all(Some(2.5f32)) + show_all("xy".chars());
    count as i32
}
