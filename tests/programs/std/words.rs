//! What ordinary programs use of Rust's standard library: text, files, errors, time, processes' ends.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Instant;

fn count(text: &str) -> BTreeMap<String, usize> {
    let mut words = BTreeMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        *words.entry(word.to_lowercase()).or_default() += 1;
    }
    words
}

fn main() {
    let start = Instant::now();
    let words = count("The cat saw the dog; the dog, ÄRGERLICH, saw nothing. Straße!");
    println!("{words:?}");
    let missing = Path::new("/no/such/file.txt");
    match File::open(missing) {
        Err(error) => println!("{:?} {}", error.kind(), missing.exists()),
        Ok(_) => println!("it is there"),
    }
    let mut memory = std::io::Cursor::new(b"one\ntwo\nthree\n".to_vec());
    memory.seek(SeekFrom::Start(4)).unwrap();
    let lines: Vec<String> = BufReader::new(&mut memory).lines().map(Result::unwrap).collect();
    println!("{lines:?}");
    let mut rest = String::new();
    memory.set_position(8);
    memory.read_to_string(&mut rest).unwrap();
    let mut text = String::new();
    write!(text, "{:>8.3}|{:<6}|{:^7}|{:#x}|{:e}", 3.14159, "ab", rest.trim(), 255, 1234.5)
        .unwrap();
    println!("{text}");
    let mut queue: VecDeque<u64> = (1..=10).collect();
    queue.rotate_left(3);
    let seen: HashSet<u64> = queue.iter().map(|n| n % 4).collect();
    println!("{queue:?} {}", seen.len());
    println!("{:?} {:?}", "12a".parse::<i32>().is_err(), "7.25".parse::<f64>());
    println!("{:?}", std::env::var("NO_SUCH_VARIABLE"));
    println!("{}", start.elapsed().as_secs() < 100);
    std::io::stderr().write_all(b"to the other stream\n").unwrap();
    std::process::exit(i32::from(words["the"] == 3) * 5);
}
