//! Slices: sorting of all kinds, searching, splitting, rotating, comparing, chunking.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::vec::Vec;
use support::println;

support::entry!(run);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Record {
    group: u8,
    value: i16,
    order: u16,
}

fn records(n: u16) -> Vec<Record> {
    let mut seed = 12345u32;
    (0..n)
        .map(|order| {
            seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
            Record { group: (seed >> 29) as u8, value: (seed >> 12) as i16, order }
        })
        .collect()
}

fn quicksort<T: Ord>(items: &mut [T]) {
    if items.len() < 2 {
        return;
    }
    let pivot = items.len() / 2;
    let last = items.len() - 1;
    items.swap(pivot, last);
    let mut store = 0;
    for i in 0..last {
        if items[i] < items[last] {
            items.swap(i, store);
            store += 1;
        }
    }
    items.swap(store, last);
    let (left, right) = items.split_at_mut(store);
    quicksort(left);
    quicksort(&mut right[1..]);
}

fn merge_sort(items: &[i32]) -> Vec<i32> {
    if items.len() < 2 {
        return items.to_vec();
    }
    let (left, right) = items.split_at(items.len() / 2);
    let (left, right) = (merge_sort(left), merge_sort(right));
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::with_capacity(items.len());
    while let (Some(a), Some(b)) = (left.get(i), right.get(j)) {
        if a <= b {
            out.push(*a);
            i += 1;
        } else {
            out.push(*b);
            j += 1;
        }
    }
    out.extend_from_slice(&left[i..]);
    out.extend_from_slice(&right[j..]);
    out
}

fn run() -> i32 {
    let all = records(1000);
    let mut a = all.clone();
    a.sort_by_key(|r| r.group);
    let stable = a.windows(2).all(|w| (w[0].group, w[0].order) < (w[1].group, w[1].order));
    let mut b = all.clone();
    b.sort_unstable_by(|x, y| y.value.cmp(&x.value).then(x.order.cmp(&y.order)));
    println!("{stable} {:?} {:?}", a[500], b[0]);
    let mut c = all.clone();
    quicksort(&mut c);
    let mut d = all.clone();
    d.sort();
    println!("{} {}", c == d, c.is_sorted());
    let values: Vec<i32> = all.iter().map(|r| i32::from(r.value)).collect();
    let sorted = merge_sort(&values);
    println!("{} {:?} {:?}", sorted.is_sorted(), &sorted[..3], sorted.binary_search(&sorted[700]).is_ok());
    println!("{} {}", sorted.partition_point(|v| *v < 0), sorted.binary_search_by_key(&-5, |v| v / 1000).is_ok());
    let mut e = values.clone();
    let (_, median, _) = e.select_nth_unstable(500);
    println!("{} {}", median, *median == sorted[500]);
    let mut f: Vec<i32> = (0..20).collect();
    f.rotate_left(7);
    f[5..15].reverse();
    f.swap(0, 19);
    println!("{f:?}");
    f.copy_within(0..5, 10);
    f[15..].fill(-1);
    println!("{f:?}");
    println!("{:?}", f.split(|v| v % 5 == 0).map(<[i32]>::len).collect::<Vec<_>>());
    println!("{:?} {:?}", f.chunks_exact(6).map(|c| c[0]).collect::<Vec<_>>(), f.rchunks(7).map(|c| c.len()).collect::<Vec<_>>());
    println!("{} {} {}", f.contains(&7), f.starts_with(&[19]), f.ends_with(&[-1, -1]));
    println!("{:?} {:?} {:?}", f.first(), f.split_last().map(|(l, r)| (*l, r.len())), f.get(100));
    let (x, y) = f.split_at_mut(10);
    x[0] += y[0];
    core::mem::swap(&mut x[1], &mut y[1]);
    println!("{:?} {:?}", &f[..3], [1, 2, 3][..] < [1, 3][..]);
    println!("{:?} {:?}", [[1, 2], [3, 4]].concat(), ["a", "b"].join("+"));
    let mut grid = [[0u8; 5]; 4];
    for (y, row) in grid.iter_mut().enumerate() {
        for (x, cell) in row.iter_mut().enumerate() {
            *cell = (x * y) as u8;
        }
    }
    println!("{:?} {}", grid[3], grid.as_flattened().iter().map(|c| u32::from(*c)).sum::<u32>());
    let mut floats = [2.5, -1.0, 7.25, 0.0, -0.0];
    floats.sort_by(f64::total_cmp);
    println!("{floats:?} {:?}", floats.iter().map(|v| v.to_bits() >> 63).collect::<Vec<_>>());
    let mut cached = alloc::vec!["ccc", "a", "bb", "dddd"];
    cached.sort_by_cached_key(|s| core::cmp::Reverse(s.len()));
    println!("{cached:?}");
    sorted.iter().filter(|v| **v > 0).count() as i32 % 100
}
