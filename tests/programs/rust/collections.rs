//! The collections of alloc: maps, sets, queues, heaps, strings, slices of boxes.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet, BinaryHeap, LinkedList, VecDeque};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cmp::Reverse;
use support::println;

support::entry!(run);

struct Random(u64);

impl Random {
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as u32
    }
}

fn maps(random: &mut Random) {
    let mut map = BTreeMap::new();
    let mut plain: Vec<(u32, u32)> = Vec::new();
    for i in 0..3000 {
        let key = random.next() % 500;
        if random.next() % 3 == 0 {
            let removed = map.remove(&key);
            let place = plain.iter().position(|(k, _)| *k == key);
            assert_eq!(removed, place.map(|p| plain.swap_remove(p).1));
        } else {
            map.insert(key, i);
            match plain.iter_mut().find(|(k, _)| *k == key) {
                Some((_, value)) => *value = i,
                None => plain.push((key, i)),
            }
        }
    }
    plain.sort();
    println!("{} {}", map.len(), plain.iter().copied().eq(map.iter().map(|(k, v)| (*k, *v))));
    println!("{:?}", map.range(100..120).map(|(k, _)| *k).collect::<Vec<_>>());
    println!("{:?} {:?}", map.first_key_value().map(|e| e.0), map.keys().next_back());
    let right = map.split_off(&250);
    map.retain(|k, _| k % 10 == 0);
    println!("{} {:?}", right.len(), map.keys().take(5).collect::<Vec<_>>());
}

fn heaps(random: &mut Random) {
    let mut heap: BinaryHeap<u32> = (0..200).map(|_| random.next() % 1000).collect();
    let mut last = u32::MAX;
    let mut ordered = true;
    while let Some(x) = heap.pop() {
        ordered &= x <= last;
        last = x;
    }
    let mut tasks: BinaryHeap<(Reverse<u32>, &str)> = BinaryHeap::new();
    for (priority, name) in [(3, "c"), (1, "a"), (2, "b"), (1, "z")] {
        tasks.push((Reverse(priority), name));
    }
    let order: String = core::iter::from_fn(|| tasks.pop()).map(|(_, name)| name).collect();
    println!("{ordered} {order}");
}

fn queues() {
    let mut queue: VecDeque<i32> = (0..5).collect();
    for i in 5..40 {
        queue.push_back(i);
        if i % 3 == 0 {
            queue.pop_front();
            queue.push_front(-i);
        }
        queue.rotate_left(2);
        queue.pop_front();
    }
    println!("{queue:?}");
    let mut list: LinkedList<char> = "list".chars().collect();
    list.push_front('<');
    list.push_back('>');
    let mut tail = list.split_off(3);
    tail.append(&mut list);
    println!("{}", tail.into_iter().collect::<String>());
}

fn sets() {
    let a: BTreeSet<u32> = (0..30).step_by(3).collect();
    let b: BTreeSet<u32> = (0..30).step_by(4).collect();
    println!("{:?} {:?}", &a & &b, &a - &b);
    println!("{} {} {}", a.union(&b).count(), a.is_disjoint(&b), a.symmetric_difference(&b).sum::<u32>());
}

fn vectors(random: &mut Random) {
    let mut v: Vec<u32> = (0..50).map(|_| random.next() % 40).collect();
    v.sort_unstable();
    v.dedup();
    println!("{} {:?} {:?}", v.len(), v.binary_search(&20).is_ok(), v.iter().rev().take(3).collect::<Vec<_>>());
    v.drain(2..10);
    v.insert(1, 99);
    v.truncate(8);
    v.splice(3..5, [7, 7, 7]);
    v.extend_from_within(..2);
    println!("{v:?}");
    let mut words: Vec<String> = ["delta", "Alpha", "charlie", "Bravo"].map(str::to_string).into();
    words.sort_by_key(|w| w.to_lowercase());
    println!("{words:?} {}", words.concat().len());
    let boxed: Box<[u64]> = (1..=5).map(|x| x * x).collect();
    let (left, right) = boxed.split_at(2);
    println!("{left:?} {right:?} {:?}", boxed.iter().rposition(|x| *x < 10));
    let text: Cow<str> = Cow::Borrowed("shared");
    let mut changed = text.clone();
    changed.to_mut().push('!');
    println!("{text} {changed} {}", matches!(changed, Cow::Owned(_)));
}

fn run() -> i32 {
    let mut random = Random(1);
    maps(&mut random);
    heaps(&mut random);
    queues();
    sets();
    vectors(&mut random);
    0
}
