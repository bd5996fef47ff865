//! Big integers in limbs of 32 bits: operators, parsing, printing, division.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::ops::{Add, Mul, Sub};
use core::str::FromStr;
use support::println;

support::entry!(run);

/// Lowest limb first, without zeros at the end.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Big(Vec<u32>);

impl Big {
    fn trimmed(mut limbs: Vec<u32>) -> Self {
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        Big(limbs)
    }

    fn divide_small(&self, by: u32) -> (Big, u32) {
        let mut rest = 0u64;
        let mut limbs = self.0.clone();
        for limb in limbs.iter_mut().rev() {
            rest = rest << 32 | u64::from(*limb);
            *limb = (rest / u64::from(by)) as u32;
            rest %= u64::from(by);
        }
        (Big::trimmed(limbs), rest as u32)
    }

    fn bits(&self) -> usize {
        self.0.last().map_or(0, |top| self.0.len() * 32 - top.leading_zeros() as usize)
    }

    fn shifted(&self, by: usize) -> Big {
        let mut limbs = alloc::vec![0; by / 32];
        let mut carry = 0u64;
        for limb in &self.0 {
            carry |= u64::from(*limb) << (by % 32);
            limbs.push(carry as u32);
            carry >>= 32;
        }
        limbs.push(carry as u32);
        Big::trimmed(limbs)
    }

    fn divide(&self, by: &Big) -> Option<(Big, Big)> {
        if by.0.is_empty() {
            return None;
        }
        let mut rest = self.clone();
        let mut quotient = alloc::vec![0u32; self.0.len()];
        for shift in (0..=self.bits().saturating_sub(by.bits())).rev() {
            let part = by.shifted(shift);
            if rest >= part {
                rest = &rest - &part;
                quotient[shift / 32] |= 1 << (shift % 32);
            }
        }
        Some((Big::trimmed(quotient), rest))
    }

    fn pow(&self, mut n: u32) -> Big {
        let mut base = self.clone();
        let mut result = Big(alloc::vec![1]);
        while n > 0 {
            if n & 1 == 1 {
                result = &result * &base;
            }
            base = &base * &base;
            n >>= 1;
        }
        result
    }
}

impl PartialOrd for Big {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Big {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

impl Add for &Big {
    type Output = Big;
    fn add(self, other: &Big) -> Big {
        let len = self.0.len().max(other.0.len()) + 1;
        let mut carry = 0u64;
        let limb = |n: &Big, i| n.0.get(i).copied().map_or(0, u64::from);
        Big::trimmed((0..len).map(|i| { carry = (carry >> 32) + limb(self, i) + limb(other, i); carry as u32 }).collect())
    }
}

impl Sub for &Big {
    type Output = Big;
    fn sub(self, other: &Big) -> Big {
        let mut borrow = false;
        let limbs = self.0.iter().enumerate().map(|(i, a)| {
            let (x, first) = a.overflowing_sub(other.0.get(i).copied().unwrap_or(0));
            let (x, second) = x.overflowing_sub(borrow.into());
            borrow = first | second;
            x
        });
        Big::trimmed(limbs.collect())
    }
}

impl Mul for &Big {
    type Output = Big;
    fn mul(self, other: &Big) -> Big {
        let mut limbs = alloc::vec![0u32; self.0.len() + other.0.len()];
        for (i, a) in self.0.iter().enumerate() {
            let mut carry = 0u64;
            for (j, b) in other.0.iter().enumerate() {
                carry += u64::from(limbs[i + j]) + u64::from(*a) * u64::from(*b);
                limbs[i + j] = carry as u32;
                carry >>= 32;
            }
            limbs[i + other.0.len()] = carry as u32;
        }
        Big::trimmed(limbs)
    }
}

impl FromStr for Big {
    type Err = char;
    fn from_str(text: &str) -> Result<Self, char> {
        text.chars().filter(|c| *c != '_').try_fold(Big::default(), |n, c| {
            Ok(&(&n * &Big(alloc::vec![10])) + &Big::trimmed(alloc::vec![c.to_digit(10).ok_or(c)?]))
        })
    }
}

impl fmt::Display for Big {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let mut groups = Vec::new();
        let mut rest = self.clone();
        while !rest.0.is_empty() {
            let group;
            (rest, group) = rest.divide_small(1_000_000_000);
            groups.push(group);
        }
        let mut text = String::new();
        for (i, group) in groups.iter().rev().enumerate() {
            text += &if i == 0 { alloc::format!("{group}") } else { alloc::format!("{group:09}") };
        }
        f.pad_integral(true, "", if text.is_empty() { "0" } else { &text })
    }
}

fn run() -> i32 {
    let a: Big = "123_456_789_012_345_678_901_234_567_890".parse().unwrap_or_default();
    let b: Big = "987654321098765432109876543210".parse().unwrap_or_default();
    println!("{} {}", &a + &b, &b - &a);
    println!("{} {:?}", &a * &b, a.cmp(&b));
    if let Some((quotient, rest)) = (&a * &b).divide(&(&a + &Big(alloc::vec![1]))) {
        println!("{quotient} {rest}");
    }
    println!("{:?} {:?}", a.divide(&Big::default()), "12x".parse::<Big>());
    let p = Big(alloc::vec![3]).pow(400);
    println!("{p} {}", p.bits());
    let factorial = (1..=60u32).fold(Big(alloc::vec![1]), |n, k| &n * &Big(alloc::vec![k]));
    println!("{factorial} [{:>5}] {}", Big(alloc::vec![42]), Big::default());
    (p.bits() % 256) as i32
}
