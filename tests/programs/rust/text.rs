//! Strings and characters: UTF-8, splitting, searching, replacing, parsing, building.
#![no_std]
#![no_main]
extern crate alloc;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use support::println;

support::entry!(run);

fn caesar(text: &str, by: u8) -> String {
    text.chars()
        .map(|c| match c {
            'a'..='z' => ((c as u8 - b'a' + by) % 26 + b'a') as char,
            'A'..='Z' => ((c as u8 - b'A' + by) % 26 + b'A') as char,
            _ => c,
        })
        .collect()
}

fn is_palindrome(text: &str) -> bool {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    letters.iter().eq(letters.iter().rev())
}

fn run_lengths(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let mut n = 1;
        while chars.next_if_eq(&c).is_some() {
            n += 1;
        }
        if n > 1 {
            out += &n.to_string();
        }
        out.push(c);
    }
    out
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_ascii_whitespace() {
        if !line.is_empty() && line.len() + 1 + word.len() > width {
            lines.push(core::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line += word;
    }
    lines.push(line);
    lines
}

fn run() -> i32 {
    let text = "Grüße, Welt! 你好 🌍";
    println!("{} {} {:?}", text.len(), text.chars().count(), text.char_indices().nth(8));
    println!("{} {}", text.to_uppercase(), text.chars().rev().collect::<String>());
    println!("{:?} {:?} {:?}", text.find("Welt"), text.find('好'), text.rfind(|c: char| c.is_ascii_punctuation()));
    println!("{:x?}", "é🌍".bytes().collect::<Vec<u8>>());
    println!("{:?} {:?}", String::from_utf8_lossy(&[72, 105, 0xFF, 33]), core::str::from_utf8(&"é".as_bytes()[..1]).is_err());
    println!("{:?}", "a,b,,c".split(',').collect::<Vec<_>>());
    println!("{:?}", "  lead and trail\t".trim().splitn(2, ' ').collect::<Vec<_>>());
    println!("{:?} {:?}", "key=value=x".split_once('='), "path/to/file".rsplit_once('/'));
    println!("{:?}", "line one\nline two\r\nthree".lines().map(str::len).collect::<Vec<_>>());
    println!("{} {}", "banana".replace("an", "AN"), "banana".replacen('a', "o", 2));
    println!("{} {}", caesar("Hello, World!", 13), caesar(&caesar("Round trip", 5), 21));
    println!("{} {}", is_palindrome("A man, a plan, a canal: Panama"), is_palindrome("palindrome"));
    println!("{}", run_lengths("aaabccddddde"));
    for line in wrap("the machine grows while it learns and shrinks when it has learned enough to be small", 24) {
        println!("|{line:<24}|");
    }
    for number in ["42", "-17", "+8", "3.5", "", "abc", "99999999999"] {
        println!("{number:?}: {:?} {:?}", number.parse::<i32>().ok(), number.parse::<f64>().ok());
    }
    println!("{:?} {:?} {:?}", "true".parse::<bool>(), "x".parse::<char>(), u8::from_str_radix("ff", 16));
    println!("{:?} {:?}", i64::from_str_radix("-zz", 36), "12a".parse::<u8>().map_err(|e| e.to_string()));
    let mut built = String::with_capacity(8);
    for (i, c) in ('a'..='j').enumerate() {
        built.insert(i / 2, c);
    }
    built.retain(|c| c != 'e');
    built.truncate(7);
    println!("{built} {:?} {}", built.pop(), built.repeat(2));
    println!("{}", ["one", "two", "three"].join("-") + &format!("{:?}", 'q'.to_digit(36)));
    println!("{:?}", "Zażółć".char_indices().filter(|(_, c)| !c.is_ascii()).collect::<Vec<_>>());
    println!("{} {}", "apple" < "banana", "Zebra".cmp("apple") as i8);
    println!("{:?} {:?}", "tab\tquote\"nul\0".escape_debug().to_string(), "é".escape_unicode().to_string());
    println!("{:?}", "ab cd".bytes().map(|b| b.to_ascii_uppercase() as char).collect::<String>());
    0
}
