//! Hashes: the Hash trait, own hashers, a hash map, SHA-256 over iterators.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;
use core::borrow::Borrow;
use core::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};
use support::println;

support::entry!(run);

#[derive(Default)]
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3);
        }
    }
    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

struct Map<K, V, S = BuildHasherDefault<Fnv>> {
    slots: Vec<Option<(K, V)>>,
    len: usize,
    build: S,
}

impl<K: Hash + Eq, V> Map<K, V> {
    fn new() -> Self {
        Map { slots: (0..8).map(|_| None).collect(), len: 0, build: Default::default() }
    }

    fn place<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> usize
    where
        K: Borrow<Q>,
    {
        let mask = self.slots.len() - 1;
        let mut at = self.build.hash_one(key) as usize & mask;
        while self.slots[at].as_ref().is_some_and(|(k, _)| k.borrow() != key) {
            at = (at + 1) & mask;
        }
        at
    }

    fn insert(&mut self, key: K, value: V) -> Option<V> {
        if self.len * 4 >= self.slots.len() * 3 {
            let wider = (0..self.slots.len() * 2).map(|_| None).collect();
            for (k, v) in core::mem::replace(&mut self.slots, wider).into_iter().flatten() {
                let at = self.place(&k);
                self.slots[at] = Some((k, v));
            }
        }
        let at = self.place(&key);
        let old = self.slots[at].replace((key, value));
        self.len += usize::from(old.is_none());
        old.map(|(_, v)| v)
    }

    fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.slots[self.place(key)].as_ref().map(|(_, v)| v)
    }
}

#[derive(Hash, PartialEq, Eq)]
struct Key {
    name: &'static str,
    parts: (u8, Option<i32>),
    list: Vec<u16>,
}

fn fraction(root: f64) -> u32 {
    ((root - f64::from(root as u32)) * 4294967296.0) as u32
}

/// Newton's method from above: the same on every machine.
fn cube_root(n: u32) -> f64 {
    let n = f64::from(n);
    let mut x = n;
    for _ in 0..100 {
        x = x - (x * x * x - n) / (3.0 * x * x);
    }
    x
}

fn square_root(n: u32) -> f64 {
    let n = f64::from(n);
    let mut x = n;
    for _ in 0..100 {
        x = (x + n / x) / 2.0;
    }
    x
}

fn sha256(text: &[u8]) -> String {
    let primes: Vec<u32> = (2u32..).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0)).take(64).collect();
    let k: Vec<u32> = primes.iter().map(|p| fraction(cube_root(*p))).collect();
    let mut h: Vec<u32> = primes[..8].iter().map(|p| fraction(square_root(*p))).collect();
    let mut bytes = text.to_vec();
    bytes.push(0x80);
    bytes.resize(bytes.len().next_multiple_of(64) + if bytes.len() % 64 > 56 { 64 } else { 0 } - 8, 0);
    bytes.extend((text.len() as u64 * 8).to_be_bytes());
    for block in bytes.chunks_exact(64) {
        let mut w: Vec<u32> = block.chunks_exact(4).map(|c| u32::from_be_bytes([c[0], c[1], c[2], c[3]])).collect();
        for i in 16..64 {
            let s0 = w[i - 15].rotate_right(7) ^ w[i - 15].rotate_right(18) ^ w[i - 15] >> 3;
            let s1 = w[i - 2].rotate_right(17) ^ w[i - 2].rotate_right(19) ^ w[i - 2] >> 10;
            w.push([w[i - 16], s0, w[i - 7], s1].into_iter().fold(0, u32::wrapping_add));
        }
        let mut v: [u32; 8] = h[..].try_into().unwrap_or_default();
        for (w, k) in w.iter().zip(&k) {
            let [a, b, c, d, e, f, g, last] = v;
            let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let t1 = [last, s1, e & f ^ !e & g, *k, *w].into_iter().fold(0, u32::wrapping_add);
            let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let t2 = s0.wrapping_add(a & b ^ a & c ^ b & c);
            v = [t1.wrapping_add(t2), a, b, c, d.wrapping_add(t1), e, f, g];
        }
        h.iter_mut().zip(v).for_each(|(h, v)| *h = h.wrapping_add(v));
    }
    h.iter().map(|word| alloc::format!("{word:08x}")).collect()
}

fn run() -> i32 {
    let build = BuildHasherDefault::<Fnv>::default();
    println!("{:x} {:x} {:x}", build.hash_one(42u32), build.hash_one("text"), build.hash_one((1u8, [2u16, 3], 'c')));
    let key = |n| Key { name: "key", parts: (7, n), list: alloc::vec![1, 2] };
    println!("{} {}", build.hash_one(key(Some(1))) == build.hash_one(key(Some(1))), build.hash_one(key(None)) == build.hash_one(key(Some(0))));
    let mut map: Map<String, usize> = Map::new();
    for (i, word) in "one two three two one zero four five six seven eight nine ten two".split(' ').enumerate() {
        if let Some(old) = map.insert(word.into(), i) {
            println!("{word} was {old}");
        }
    }
    println!("{} {} {:?} {:?}", map.len, map.slots.len(), map.get("two"), map.get("twelve"));
    let mut keyed = Map::new();
    keyed.insert(key(None), "none");
    println!("{:?} {:?}", keyed.get(&key(None)), keyed.get(&key(Some(3))));
    println!("{}", sha256(b"abc"));
    println!("{}", sha256("a text of more than fifty-six but fewer than sixty-four bytes.".as_bytes()));
    println!("{}", sha256(&[b'x'; 200]));
    0
}
