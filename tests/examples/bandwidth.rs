//! How much of the memory's bandwidth the language model uses while it speaks, and how much memory it has: a file of
//! 1.1 billion random weights in Q4_0, which is made where MODEL names no file.
//!
//! `cargo run --release --no-default-features -p bareflow-tests --example bandwidth -- MODEL [THREADS]`
//!
//! Turn and turn about, three times: the model's file read from memory from its beginning to its end by as many threads,
//! and 16 tokens of an answer, by the clock. So it asks for a quiet host.

use std::path::Path;
use std::time::Instant;

use bareflow_tests::language::blocks::Format;
use bareflow_tests::language::large;
use bareflow_tests::language::speed::{COMPILERS, Ours, median};

/// Tokens of an answer. It says itself how fast they came: to read the file takes longer, and not the same time each time.
const TOKENS: u32 = 16;

/// Seconds in which `threads` threads read all of it once.
fn read(bytes: &[u64], threads: usize) -> f64 {
    let began = Instant::now();
    std::thread::scope(|scope| {
        for part in bytes.chunks(bytes.len().div_ceil(threads)) {
            scope.spawn(move || {
                // Eight sums beside one another, so that additions do not wait for each other.
                let mut sums = [0u64; 64];
                for line in part.as_chunks::<64>().0 {
                    for (sum, word) in sums.iter_mut().zip(line) {
                        *sum ^= word;
                    }
                }
                std::hint::black_box(sums);
            });
        }
    });
    began.elapsed().as_secs_f64()
}

/// A number behind a word of the model's line of figures.
fn figure(said: &str, before: &str) -> Option<f64> {
    said.rsplit_once(before)?.1.split_whitespace().next()?.parse().ok()
}

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, rest @ ..] = &arguments[..] else {
        return Err("a file, which is made if it is not there".into());
    };
    let threads = rest.first().map_or("1", String::as_str);
    let count: usize = threads.parse().map_err(|_| "THREADS is a number")?;
    if !Path::new(model).exists() {
        large::write(Path::new(model), Format::Q4_0)
            .map_err(|error| format!("{model}: {error}"))?;
    }
    let length = std::fs::metadata(model).map_err(|error| format!("{model}: {error}"))?.len();
    let words: Vec<u64> = (0..length / 8).collect();
    let folder = Path::new(model).with_extension("grown");
    let answer = |ours: &Ours| ours.say("a", &["--tokens", &TOKENS.to_string(), "--statistics"]);
    for compiler in COMPILERS {
        let ours =
            Ours::new(compiler, &folder, model, threads).map_err(|error| error.to_string())?;
        for _ in 0..2 {
            answer(&ours)?;
        }
        let (mut reads, mut tokens, mut memory) = (Vec::new(), Vec::new(), String::new());
        for _ in 0..3 {
            reads.push(read(&words, count));
            memory = answer(&ours)?;
            tokens.push(1.0 / figure(&memory, " tokens, ").unwrap_or(f64::NAN));
        }
        let (reading, token) = (median(reads), median(tokens));
        let share = large::share_read();
        let of = |before: &str| figure(&memory, before).unwrap_or(f64::NAN);
        let (used, cache, file) =
            (of("memory "), of("cache ") / 1024.0, length as f64 / f64::from(1 << 20));
        println!(
            "{:9} {threads} threads: {:.2} tokens a second, {:.2} GB/s of {:.2} that reading has: {:.0} %; memory {used:.0} \
             MiB, {cache:.0} of them the cache: {:.3} times the file apart from it",
            ours.name,
            1.0 / token,
            share * length as f64 / token / 1e9,
            length as f64 / reading / 1e9,
            100.0 * share * reading / token,
            (used - cache) / file,
        );
    }
    std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())
}
