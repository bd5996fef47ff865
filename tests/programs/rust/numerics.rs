//! Floating point: matrices over const generics, integration, roots, statistics, rounding.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::vec::Vec;
use core::ops::{Index, IndexMut, Mul};
use support::println;

support::entry!(run);

unsafe extern "C" {
    fn sin(x: f64) -> f64;
    fn exp(x: f64) -> f64;
    fn sqrt(x: f64) -> f64;
    fn pow(x: f64, y: f64) -> f64;
    fn floor(x: f64) -> f64;
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Matrix<const R: usize, const C: usize>([[f64; C]; R]);

impl<const R: usize, const C: usize> Index<(usize, usize)> for Matrix<R, C> {
    type Output = f64;
    fn index(&self, (r, c): (usize, usize)) -> &f64 {
        &self.0[r][c]
    }
}

impl<const R: usize, const C: usize> IndexMut<(usize, usize)> for Matrix<R, C> {
    fn index_mut(&mut self, (r, c): (usize, usize)) -> &mut f64 {
        &mut self.0[r][c]
    }
}

impl<const R: usize, const K: usize, const C: usize> Mul<Matrix<K, C>> for Matrix<R, K> {
    type Output = Matrix<R, C>;
    fn mul(self, other: Matrix<K, C>) -> Matrix<R, C> {
        let mut out = Matrix([[0.0; C]; R]);
        for r in 0..R {
            for c in 0..C {
                out[(r, c)] = (0..K).map(|k| self[(r, k)] * other[(k, c)]).sum();
            }
        }
        out
    }
}

impl<const N: usize> Matrix<N, N> {
    fn determinant(mut self) -> f64 {
        let mut result = 1.0;
        for c in 0..N {
            let best = (c..N).max_by(|a, b| self[(*a, c)].abs().total_cmp(&self[(*b, c)].abs())).unwrap_or(c);
            if self[(best, c)] == 0.0 {
                return 0.0;
            }
            if best != c {
                self.0.swap(best, c);
                result = -result;
            }
            result *= self[(c, c)];
            for r in c + 1..N {
                let factor = self[(r, c)] / self[(c, c)];
                for k in c..N {
                    self[(r, k)] -= factor * self[(c, k)];
                }
            }
        }
        result
    }
}

fn integrate(f: impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    fn adapt(f: &dyn Fn(f64) -> f64, a: f64, b: f64, whole: f64, depth: u32) -> f64 {
        let simpson = |a: f64, b: f64| (b - a) / 6.0 * (f(a) + 4.0 * f((a + b) / 2.0) + f(b));
        let middle = (a + b) / 2.0;
        let (left, right) = (simpson(a, middle), simpson(middle, b));
        if depth == 0 || (left + right - whole).abs() < 1e-10 {
            return left + right;
        }
        adapt(f, a, middle, left, depth - 1) + adapt(f, middle, b, right, depth - 1)
    }
    adapt(&f, from, to, 0.0, 14)
}

fn newton(f: impl Fn(f64) -> (f64, f64), mut x: f64) -> Option<f64> {
    for _ in 0..50 {
        let (value, slope) = f(x);
        if value.abs() < 1e-13 {
            return Some(x);
        }
        x -= value / slope;
    }
    None
}

fn statistics(values: &[f64]) -> (f64, f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0);
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    (mean, unsafe { sqrt(variance) }, sorted[values.len() / 2])
}

fn run() -> i32 {
    let a = Matrix([[1.0, 2.0, 3.0], [4.0, 5.5, 6.0]]);
    let b = Matrix([[0.5, -1.0], [2.0, 0.25], [1.0, 1.0]]);
    println!("{:?} {:?}", (a * b).0, (b * a).determinant().abs() < 1e-12);
    let mut hilbert = Matrix([[0.0; 6]; 6]);
    for (r, row) in hilbert.0.iter_mut().enumerate() {
        for (c, x) in row.iter_mut().enumerate() {
            *x = 1.0 / (r + c + 1) as f64 + f64::from(u8::from(r == c));
        }
    }
    println!("{:.9} {:.9}", hilbert.determinant(), (hilbert * hilbert).determinant());
    println!("{:.9} {:.9}", integrate(|x| unsafe { sin(x) }, 0.0, 3.0), integrate(|x| unsafe { exp(-x * x) }, -2.0, 2.0));
    println!("{:.12?} {:?}", newton(|x| (x * x * x - 2.0, 3.0 * x * x), 1.0), newton(|x| (x * x + 1.0, 2.0 * x), 0.3).is_none());
    let values: Vec<f64> = (0..101).map(|i| f64::from(i * 37 % 101) * 0.5 - 3.0).collect();
    let (mean, deviation, median) = statistics(&values);
    println!("{mean:.6} {deviation:.6} {median}");
    println!("{:.9} {} {}", unsafe { pow(2.0, 0.5) }, unsafe { floor(-2.5) }, 7.5f64 % -3.0);
    println!("{:?}", [0.5f64, 1.5, -0.5, 2.4].map(|x| (x as i32, (x + 0.5) as i64, x.to_bits() >> 52)));
    println!("{} {} {}", 1.0f64.max(f64::NAN), (-1.0f64).clamp(0.0, 3.0), f64::EPSILON);
    println!("{:?} {:?}", "1e400".parse::<f64>(), "2.2250738585072011e-308".parse::<f64>().map(f64::to_bits));
    println!("{:e} {:e} {:?} {:?}", 1234.5f32, 5e-324f64, f32::MAX, 1.0e-7f32);
    let sum: f32 = (1..=1000).map(|i| 1.0 / i as f32).sum();
    let back: f32 = (1..=1000).rev().map(|i| 1.0 / i as f32).sum();
    println!("{sum} {back} {}", sum == back);
    0
}
