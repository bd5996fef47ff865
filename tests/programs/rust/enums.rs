//! Enumerations: data in variants, niches, explicit values, pattern matching of every kind.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::num::NonZeroU32;
use support::println;

support::entry!(run);

#[derive(Clone, PartialEq, Debug)]
enum Message {
    Quit,
    Move { x: i32, y: i32 },
    Write(String),
    Color(u8, u8, u8),
    Nested(Option<Box<Message>>),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(i16)]
enum Level {
    Low = -5,
    Middle = 300,
    High,
}

#[repr(u8)]
#[derive(Clone, Copy, Debug)]
#[expect(dead_code, reason = "fields are read by Debug only")]
enum Wide {
    A = 200,
    B(u64) = 7,
    C { small: u16 } = 9,
}

enum List {
    Cons(i32, Box<List>),
    Nil,
}

use List::{Cons, Nil};

impl List {
    fn sum(&self) -> i32 {
        match self {
            Cons(value, rest) => value + rest.sum(),
            Nil => 0,
        }
    }
}

fn describe(message: &Message) -> String {
    match message {
        Message::Quit => "quit".into(),
        Message::Move { x: 0, y: 0 } => "stay".into(),
        Message::Move { x, y: 0 } => alloc::format!("sideways {x}"),
        Message::Move { x, y } if x == y => alloc::format!("diagonal {x}"),
        Message::Move { x, .. } => alloc::format!("move {x} and more"),
        Message::Write(text) if text.is_empty() => "nothing".into(),
        Message::Write(text) => alloc::format!("write {text:?}"),
        Message::Color(r @ 200..=255, _, _) => alloc::format!("red {r}"),
        Message::Color(r, g, b) => alloc::format!("#{r:02x}{g:02x}{b:02x}"),
        Message::Nested(Some(inner)) => alloc::format!("[{}]", describe(inner)),
        Message::Nested(None) => "empty".into(),
    }
}

fn classify(n: i64) -> &'static str {
    match n {
        i64::MIN..=-1 => "negative",
        0 => "zero",
        1 | 2 | 3 => "few",
        4..=9 => "some",
        10..100 => "many",
        _ => "lots",
    }
}

fn slices(values: &[i32]) -> String {
    match values {
        [] => "none".into(),
        [one] => alloc::format!("one {one}"),
        [first, .., last] if first == last => alloc::format!("same ends {first}"),
        [first, second, rest @ ..] => alloc::format!("{first} {second} then {}", rest.len()),
    }
}

fn parse(text: &str) -> Result<(u32, char), String> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).ok_or("no unit")?);
    let value: u32 = number.parse().map_err(|_| alloc::format!("bad number {number:?}"))?;
    let Some(unit @ ('s' | 'm' | 'h')) = unit.chars().next() else {
        return Err(alloc::format!("bad unit {unit:?}"));
    };
    Ok((value, unit))
}

fn run() -> i32 {
    let messages = [
        Message::Quit,
        Message::Move { x: 0, y: 0 },
        Message::Move { x: 4, y: 0 },
        Message::Move { x: -3, y: -3 },
        Message::Move { x: 1, y: 2 },
        Message::Write(String::new()),
        Message::Write("text".into()),
        Message::Color(250, 0, 0),
        Message::Color(1, 2, 255),
        Message::Nested(Some(Box::new(Message::Nested(Some(Box::new(Message::Quit)))))),
        Message::Nested(None),
    ];
    for message in &messages {
        println!("{} {}", describe(message), message.clone() == *message);
    }
    println!("{:?} {} {}", Level::High, Level::High as i16, Level::Low < Level::Middle);
    for wide in [Wide::A, Wide::B(1 << 40), Wide::C { small: 5 }] {
        // The first byte of a `repr(u8)` enumeration is its discriminant.
        let tag = unsafe { *(&raw const wide).cast::<u8>() };
        println!("{wide:?} {tag}");
    }
    println!("{} {} {}", size_of::<Option<Box<u8>>>(), size_of::<Option<NonZeroU32>>(), size_of::<Option<Option<bool>>>());
    let list = Cons(1, Box::new(Cons(20, Box::new(Cons(300, Box::new(Nil))))));
    println!("{}", list.sum());
    let kinds: Vec<_> = [-7, 0, 2, 5, 50, 500].map(classify).into();
    println!("{kinds:?}");
    for values in [&[][..], &[5], &[1, 2, 1], &[1, 2, 3, 4]] {
        println!("{}", slices(values));
    }
    for text in ["15s", "3h", "12x", "99", "s", "99999999999m"] {
        match parse(text) {
            Ok((n, unit)) => println!("{n}{unit}"),
            Err(why) => println!("{text}: {why}"),
        }
    }
    let pair = (3, -3);
    let text = match pair {
        (x, y) if x + y == 0 => "opposite",
        (x, _) if x % 2 == 1 => "odd",
        _ => "other",
    };
    let whole @ (a, Some(b)) = (1, Some('b')) else { return 1 };
    println!("{text} {whole:?} {a} {b}");
    Level::Middle as i32 - 290
}
