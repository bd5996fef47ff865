//! Graphs: shortest paths, order, components, with the collections of alloc.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque};
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Reverse;
use support::println;

support::entry!(run);

#[derive(Default)]
struct Graph<'a> {
    edges: BTreeMap<&'a str, Vec<(&'a str, u32)>>,
}

impl<'a> Graph<'a> {
    fn parse(text: &'a str) -> Self {
        let mut graph = Graph::default();
        for line in text.lines() {
            let mut words = line.split_whitespace();
            let (Some(from), Some(to), Some(cost)) = (words.next(), words.next(), words.next()) else { continue };
            graph.edges.entry(from).or_default().push((to, cost.parse().unwrap_or(1)));
            graph.edges.entry(to).or_default();
        }
        graph
    }

    fn shortest(&self, start: &'a str) -> BTreeMap<&'a str, (u32, &'a str)> {
        let mut best = BTreeMap::from([(start, (0, start))]);
        let mut heap = BinaryHeap::from([(Reverse(0), start)]);
        while let Some((Reverse(distance), node)) = heap.pop() {
            if distance > best[node].0 {
                continue;
            }
            for (to, cost) in &self.edges[node] {
                let next = distance + cost;
                if best.get(to).is_none_or(|(known, _)| next < *known) {
                    best.insert(to, (next, node));
                    heap.push((Reverse(next), to));
                }
            }
        }
        best
    }

    fn order(&self) -> Option<Vec<&'a str>> {
        let mut incoming: BTreeMap<&str, usize> = self.edges.keys().map(|k| (*k, 0)).collect();
        for (to, _) in self.edges.values().flatten() {
            *incoming.get_mut(to)? += 1;
        }
        let mut ready: BTreeSet<&str> = incoming.iter().filter(|(_, n)| **n == 0).map(|(k, _)| *k).collect();
        let mut order = Vec::new();
        while let Some(node) = ready.pop_first() {
            order.push(node);
            for (to, _) in &self.edges[node] {
                let left = incoming.get_mut(to)?;
                *left -= 1;
                if *left == 0 {
                    ready.insert(to);
                }
            }
        }
        (order.len() == self.edges.len()).then_some(order)
    }

    fn within(&self, start: &'a str, steps: usize) -> Vec<&'a str> {
        let mut seen = BTreeSet::from([start]);
        let mut queue = VecDeque::from([(start, 0)]);
        while let Some((node, depth)) = queue.pop_front() {
            if depth == steps {
                continue;
            }
            for (to, _) in &self.edges[node] {
                if seen.insert(to) {
                    queue.push_back((to, depth + 1));
                }
            }
        }
        seen.into_iter().collect()
    }
}

fn path(best: &BTreeMap<&str, (u32, &str)>, to: &str) -> String {
    match best.get(to) {
        None => "unreachable".into(),
        Some((_, from)) if *from == to => to.into(),
        Some((_, from)) => path(best, from) + ">" + to,
    }
}

fn run() -> i32 {
    let text = "boot load 4\nboot check 1\ncheck load 2\nload decode 7\ndecode interpret 3\ndecode compile 20\n\
                interpret profile 2\nprofile compile 5\ncompile save 1\ninterpret save 30\nother save 1\nsave";
    let mut graph = Graph::parse(text);
    let best = graph.shortest("boot");
    for (node, (distance, _)) in &best {
        println!("{node:<10} {distance:>3} {}", path(&best, node));
    }
    println!("{} {:?}", path(&best, "other"), graph.order());
    println!("{:?}", graph.within("decode", 2));
    graph.edges.entry("save").or_default().push(("boot", 1));
    println!("{:?} {}", graph.order(), graph.shortest("compile")["profile"].0);
    best.len() as i32
}
