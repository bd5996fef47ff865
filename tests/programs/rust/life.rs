//! Cellular automata: life on a set of cells, rules in one dimension, a picture.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use support::println;

support::entry!(run);

type Cell = (i32, i32);

fn parse(picture: &str) -> BTreeSet<Cell> {
    picture
        .lines()
        .enumerate()
        .flat_map(|(y, line)| line.bytes().enumerate().filter(|(_, b)| *b == b'#').map(move |(x, _)| (x as i32, y as i32)))
        .collect()
}

fn step(cells: &BTreeSet<Cell>) -> BTreeSet<Cell> {
    let mut neighbours: BTreeMap<Cell, u8> = BTreeMap::new();
    for (x, y) in cells {
        for (dx, dy) in (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (dx, dy))).filter(|d| *d != (0, 0)) {
            *neighbours.entry((x + dx, y + dy)).or_default() += 1;
        }
    }
    neighbours.into_iter().filter(|(cell, n)| *n == 3 || *n == 2 && cells.contains(cell)).map(|(cell, _)| cell).collect()
}

fn show(cells: &BTreeSet<Cell>) -> String {
    let (Some(left), Some(right)) = (cells.iter().map(|c| c.0).min(), cells.iter().map(|c| c.0).max()) else { return "empty".into() };
    let (top, bottom) = cells.iter().fold((i32::MAX, i32::MIN), |(t, b), c| (t.min(c.1), b.max(c.1)));
    (top..=bottom)
        .map(|y| (left..=right).map(|x| if cells.contains(&(x, y)) { '#' } else { '.' }).collect::<String>())
        .collect::<Vec<_>>()
        .join("/")
}

fn rule(number: u8, width: usize, rounds: usize) -> u64 {
    let mut row = alloc::vec![false; width];
    row[width / 2] = true;
    let mut total = 0;
    for _ in 0..rounds {
        total = total * 3 + row.iter().filter(|c| **c).count() as u64;
        row = (0..width)
            .map(|i| {
                let at = |d: usize| u8::from(row[(i + width + d - 1) % width]);
                number >> (at(0) << 2 | at(1) << 1 | at(2)) & 1 == 1
            })
            .collect();
    }
    total
}

fn run() -> i32 {
    let mut glider = parse(".#.\n..#\n###");
    for _ in 0..20 {
        glider = step(&glider);
    }
    println!("{} {:?}", show(&glider), glider.first());
    let mut cells = parse(".##\n##.\n.#.");
    let mut populations = Vec::new();
    for round in 0..100 {
        if round % 10 == 0 {
            populations.push(cells.len());
        }
        cells = step(&cells);
    }
    println!("{populations:?} {}", cells.len());
    println!("{} {} {}", rule(30, 41, 20), rule(90, 33, 16), rule(110, 50, 25));
    let set = |cx: f64, cy: f64| {
        let (mut x, mut y, mut n) = (0.0, 0.0, 0);
        while n < 60 && x * x + y * y < 4.0 {
            (x, y) = (x * x - y * y + cx, 2.0 * x * y + cy);
            n += 1;
        }
        n
    };
    for row in 0..12 {
        let line: String = (0..44).map(|col| b" .:-=+*#%@"[set(f64::from(col) / 16.0 - 2.1, f64::from(row) / 5.0 - 1.1) * 9 / 60] as char).collect();
        println!("{}", line.trim_end());
    }
    0
}
