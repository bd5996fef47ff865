//! core::fmt: widths, alignment, precision, bases, debug structures, own implementations.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt::{self, Binary, Debug, Display, LowerHex, Write};
use support::println;

support::entry!(run);

struct Complex(f64, f64);

impl Display for Complex {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if let Some(places) = f.precision() {
            write!(f, "{:.*}{:+.*}i", places, self.0, places, self.1)
        } else {
            write!(f, "{}{:+}i", self.0, self.1)
        }
    }
}

#[derive(Debug, Clone, Default)]
#[expect(dead_code, reason = "fields are read by Debug only")]
struct Config {
    name: String,
    sizes: (u8, i64),
    nested: Option<Inner>,
    list: [f32; 3],
}

#[derive(Debug, Clone, Default)]
#[expect(dead_code, reason = "fields are read by Debug only")]
struct Inner {
    unit: (),
    text: &'static str,
}

struct Bits(u16);

impl Binary for Bits {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        Binary::fmt(&self.0.swap_bytes(), f)
    }
}

struct Padded<'a>(&'a str);

impl Display for Padded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.pad(self.0)
    }
}

struct Table;

impl Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_map().entries([("one", 1), ("two", 2)]).finish()?;
        f.debug_set().entry(&'x').entry(&"y").finish()?;
        f.debug_struct("Shown").field("part", &0x1F).finish_non_exhaustive()
    }
}

struct Limited {
    text: [u8; 16],
    len: usize,
}

impl Write for Limited {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        let end = self.len + s.len();
        self.text.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(s.as_bytes());
        self.len = end;
        Ok(())
    }
}

trait Twice {
    fn sqrt_twice(self) -> Self;
}

impl Twice for f64 {
    fn sqrt_twice(self) -> f64 {
        self * 1.0000123
    }
}

fn hex(value: impl LowerHex) -> String {
    alloc::format!("{value:#06x}")
}

fn run() -> i32 {
    println!("[{}] [{:5}] [{:<5}] [{:^5}] [{:>5}] [{:05}] [{:+}] [{:*^9}]", 42, 42, 42, 42, 42, 42, 42, 42);
    println!("[{:x}] [{:#X}] [{:o}] [{:#b}] [{:010b}] [{:#010x}] [{:x}]", 255, 255, 8, 5, 5, 255, -1i8);
    println!("[{}] [{:.2}] [{:8.3}] [{:<8.1}] [{:+.0}] [{:e}] [{:E}] [{:08.2}]", 3.14159, 3.14159, 3.14159, 3.14159, 2.5, 1234.5, 0.00012, -1.5);
    println!("{} {} {} {} {} {}", 1.0, 0.1 + 0.2, 1e21, 1e-7, f64::MAX, f32::MIN_POSITIVE);
    println!("{} {} {} {:?} {:?}", f64::NAN, f64::INFINITY, -0.0, 1.0, 1e16);
    println!("{:?} {:?} {:?} {:?}", 0.1f32, 1e-5f64, 123456789.0f32, f64::MIN);
    println!("[{:10}] [{:>10}] [{:^10}] [{:.3}] [{:-^12.4}]", "text", "text", "text", "truncated", "truncated");
    println!("[{:?}] [{:10?}] [{:?}] [{:?}]", "quote \" and \n", "a", 'c', '\'');
    println!("{0} {1} {0} {name} {width:>w$} {2:.1$}", "pos", 2, 3.14159, name = "named", width = "w", w = 6);
    println!("{:.*} {:<w$}|", 3, 2.0f64.sqrt_twice(), 7, w = 4);
    println!("{:?} {:?} {:?} {:?}", (1, "two", 3.0), [Some(1), None], Ok::<u8, ()>(5), ());
    let config = Config { name: "first".into(), sizes: (1, -2), nested: Some(Inner { unit: (), text: "in" }), list: [0.5, 1.0, -2.0] };
    println!("{config:?}");
    println!("{config:#?}");
    println!("{:?}", Config::default());
    println!("{} {:.2} {:b} {:#020b}", Complex(1.5, -2.25), Complex(1.0, 3.0), Bits(0x0102), Bits(1));
    println!("[{:>8}] [{:<8}] [{:^8.2}]", Padded("pad"), Padded("pad"), Padded("pad"));
    println!("{Table:?} {}", hex(10u8));
    println!("{:#?}", BTreeMap::from([("k", alloc::vec![1, 2])]));
    println!("{:02x?} {:X?} {:#04X?}", [1, 171], [10, 255], Some(11));
    println!("{} {} {} {}", u128::MAX, i128::MIN, u64::MAX, i8::MIN);
    println!("{:p} {{}} {}", core::ptr::without_provenance::<u8>(0x1234), "{literal}");
    let mut small = Limited { text: [0; 16], len: 0 };
    let fits = write!(small, "{}-{}", 12345, "abc").is_ok();
    let overflows = write!(small, "{}", "much too long for it").is_err();
    println!("{fits} {overflows} {}", core::str::from_utf8(&small.text[..small.len]).unwrap_or("?"));
    0
}
