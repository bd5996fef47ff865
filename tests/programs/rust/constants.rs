//! Computed at compile time: const functions, tables, generics over values, statics.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::vec::Vec;
use support::println;

support::entry!(run);

const fn sieve<const N: usize>() -> ([bool; N], usize) {
    let mut composite = [false; N];
    let mut count = 0;
    let mut i = 2;
    while i < N {
        if !composite[i] {
            count += 1;
            let mut j = i * i;
            while j < N {
                composite[j] = true;
                j += i;
            }
        }
        i += 1;
    }
    (composite, count)
}

const LIMIT: usize = 1000;
const SIEVE: ([bool; LIMIT], usize) = sieve();

const PRIMES: [u16; SIEVE.1] = {
    let mut list = [0; SIEVE.1];
    let (mut i, mut n) = (2, 0);
    while i < LIMIT {
        if !SIEVE.0[i] {
            list[n] = i as u16;
            n += 1;
        }
        i += 1;
    }
    list
};

static CRC: [u32; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut c = i as u32;
        let mut k = 0;
        while k < 8 {
            c = if c & 1 == 1 { 0xEDB8_8320 ^ c >> 1 } else { c >> 1 };
            k += 1;
        }
        table[i] = c;
        i += 1;
    }
    table
};

const fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

const fn find(text: &str, byte: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i] == byte {
            return Some(i);
        }
        i += 1;
    }
    None
}

struct Ring<T, const N: usize> {
    items: [Option<T>; N],
    at: usize,
}

impl<T: Copy, const N: usize> Ring<T, N> {
    const CHECK: () = assert!(N > 0, "a ring needs room");
    const fn new() -> Self {
        let () = Self::CHECK;
        Ring { items: [const { None }; N], at: 0 }
    }
    fn push(&mut self, item: T) -> Option<T> {
        let old = self.items[self.at].replace(item);
        self.at = (self.at + 1) % N;
        old
    }
}

struct Door<const OPEN: bool>(u32);

impl Door<false> {
    fn open(self) -> Door<true> {
        Door(self.0 + 1)
    }
}

impl Door<true> {
    fn close(self) -> Door<false> {
        Door(self.0 * 10)
    }
}

trait Unit {
    const NAME: &'static str;
    const FACTOR: f64 = 1.0;
}

struct Metre;
struct Mile;

impl Unit for Metre {
    const NAME: &'static str = "m";
}

impl Unit for Mile {
    const NAME: &'static str = "mi";
    const FACTOR: f64 = 1609.344;
}

fn convert<A: Unit, B: Unit>(value: f64) -> f64 {
    value * A::FACTOR / B::FACTOR
}

static NAMES: [&str; 3] = ["first", "second", "third"];
static NESTED: &[(&str, &[u8], Option<&'static str>)] = &[("a", &[1, 2], None), ("b", b"bytes", Some(NAMES[2]))];

fn run() -> i32 {
    println!("{} {:?} {:?}", PRIMES.len(), &PRIMES[..8], PRIMES.last());
    let crc = !b"123456789".iter().fold(!0u32, |c, b| CRC[usize::from(c as u8 ^ b)] ^ c >> 8);
    println!("{crc:08x}");
    const SHARED: u64 = gcd(1071 * 64, 462 * 128);
    const PLACE: Option<usize> = find("haystack", b's');
    println!("{SHARED} {PLACE:?} {:?}", find("haystack", b'z'));
    let mut ring: Ring<u8, 3> = const { Ring::new() };
    println!("{:?}", (1..=7).map(|i| ring.push(i)).collect::<Vec<_>>());
    println!("{} {}", Door::<false>(4).open().close().open().0, size_of::<Ring<u8, 16>>());
    println!("{}{} = {:.3}{}", 26.2, Mile::NAME, convert::<Mile, Metre>(26.2), Metre::NAME);
    for (name, bytes, other) in NESTED {
        println!("{name} {bytes:?} {other:?}");
    }
    println!("{} {}", core::ptr::eq(NAMES[2].as_ptr(), NESTED[1].2.unwrap_or("").as_ptr()), concat!("con", 1, true));
    println!("{:?} {}", const { [1u32 << 5, u32::MAX.count_ones(), 7u32.pow(3)] }, i32::from_str_const());
    0
}

trait FromConst {
    fn from_str_const() -> i32;
}

impl FromConst for i32 {
    fn from_str_const() -> i32 {
        const VALUE: i32 = match i32::from_str_radix("-7f", 16) {
            Ok(value) => value,
            Err(_) => 0,
        };
        VALUE
    }
}
