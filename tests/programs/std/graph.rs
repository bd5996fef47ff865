//! A graph of shared nodes, searched by as many threads as there are processors; each node has a lock and weak
//! ways back.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, RwLock, Weak};
use std::thread;

struct Node {
    name: usize,
    distance: Mutex<Option<u32>>,
    next: RwLock<Vec<Arc<Node>>>,
    parent: Mutex<Weak<Node>>,
}

#[derive(Default)]
struct Front {
    queue: Mutex<(VecDeque<Arc<Node>>, usize)>,
    changed: Condvar,
}

fn search(front: &Front) -> usize {
    let mut seen = 0;
    loop {
        let node = {
            let mut queue = front.queue.lock().unwrap();
            loop {
                if let Some(node) = queue.0.pop_front() {
                    queue.1 += 1;
                    break node;
                }
                if queue.1 == 0 {
                    front.changed.notify_all();
                    return seen;
                }
                queue = front.changed.wait(queue).unwrap();
            }
        };
        seen += 1;
        let own = node.distance.lock().unwrap().unwrap();
        let mut found = Vec::new();
        for next in node.next.read().unwrap().iter() {
            let mut distance = next.distance.lock().unwrap();
            if distance.is_none_or(|known| known > own + 1) {
                *distance = Some(own + 1);
                *next.parent.lock().unwrap() = Arc::downgrade(&node);
                found.push(Arc::clone(next));
            }
        }
        let mut queue = front.queue.lock().unwrap();
        queue.0.extend(found);
        queue.1 -= 1;
        front.changed.notify_all();
    }
}

fn main() {
    const NODES: usize = 300;
    let nodes: Vec<_> = (0..NODES)
        .map(|name| {
            Arc::new(Node {
                name,
                distance: Mutex::default(),
                next: RwLock::default(),
                parent: Mutex::default(),
            })
        })
        .collect();
    for (at, node) in nodes.iter().enumerate() {
        for to in [(at * 7 + 3) % NODES, (at * at + 1) % NODES, (at + 1) % NODES] {
            node.next.write().unwrap().push(Arc::clone(&nodes[to]));
        }
    }
    *nodes[0].distance.lock().unwrap() = Some(0);
    let front = Front::default();
    front.queue.lock().unwrap().0.push_back(Arc::clone(&nodes[0]));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from).min(4) {
            scope.spawn(|| search(&front));
        }
    });
    let mut counts = BTreeMap::new();
    let mut wrong = 0;
    for node in &nodes {
        let distance = node.distance.lock().unwrap().unwrap();
        *counts.entry(distance).or_insert(0) += 1;
        let parent = node.parent.lock().unwrap().upgrade();
        let before = parent.map(|p| p.distance.lock().unwrap().unwrap());
        wrong += usize::from(node.name > 0 && before != Some(distance - 1));
    }
    println!("{counts:?} {wrong}");
    // Nodes hold each other: whoever takes the ways away ends them.
    nodes.iter().for_each(|node| node.next.write().unwrap().clear());
    println!("{}", nodes.iter().map(Arc::strong_count).sum::<usize>());
}
