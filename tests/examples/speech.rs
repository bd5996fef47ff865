//! How fast the language model answers beside llama.cpp: the same file, the same processors, turn and turn about.
//!
//! `cargo run --release --no-default-features -p bareflow-tests --example speech -- MODEL PYTHON [ROUNDS [THREADS]]`
//!
//! PYTHON has one of the packages that `tests/src/language/peer.py` names. Printed is processor time, so that what
//! else the host does matters little: of 64 tokens of an answer, and of a prompt of some 200 tokens; medians of
//! all rounds, and how many times as fast ours is. Ours has grown before, in a folder of its own.

use std::process::Command;

use bareflow_tests::language::speed::{COMPILERS, Ours, median, output};
use bareflow_tests::place;

/// Tokens of answers, the difference of which is measured.
const SHORT: u32 = 8;
const LONG: u32 = 72;

/// Seconds of processor time: of an answer, and of a prompt.
type Times = [f64; 2];

/// A text of some 200 tokens.
fn text() -> String {
    let sentence = "Once upon a time a machine learned to speak from all the words that people had written \
                    down, and it spoke slowly, one word after the other, until somebody read what it was made \
                    of and wrote it anew, shorter every time. ";
    sentence.repeat(5)
}

fn times(ours: &Ours, text: &str) -> Result<Times, String> {
    let first = text.split(' ').next().unwrap_or_default();
    let answer = ours.seconds(first, LONG)? - ours.seconds(first, SHORT)?;
    Ok([answer, ours.seconds(text, 1)? - ours.seconds(first, 1)?])
}

fn peer(python: &str, model: &str, threads: &str, text: &str) -> Result<Times, String> {
    let script = place::workspace().join("tests/src/language/peer.py");
    let mut command = Command::new(python);
    command.arg(script).args([model, threads, text, &SHORT.to_string(), &LONG.to_string()]);
    let said = output(command)?;
    let of = |name: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        line.ok_or_else(|| format!("no {name} in {said:?}"))
    };
    Ok([of("decode")?, of("prompt")?])
}

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, python, rest @ ..] = &arguments[..] else {
        return Err("a model, and a python that has llama.cpp".into());
    };
    let rounds = rest.first().map_or(Ok(3), |rounds| rounds.parse()).unwrap_or(3);
    let threads = rest.get(1).map_or("1", String::as_str);
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let all = COMPILERS.map(|compiler| Ours::new(compiler, folder.path(), model, threads));
    let all: Vec<Ours> = all.into_iter().collect::<Result<_, _>>().map_err(|e| e.to_string())?;
    let text = text();
    for ours in &all {
        for _ in 0..3 {
            ours.seconds(&text, LONG)?;
        }
    }
    let mut times: Vec<Vec<Times>> = vec![Vec::new(); all.len() + 1];
    for _ in 0..rounds {
        for (ours, times) in all.iter().zip(&mut times) {
            times.push(self::times(ours, &text)?);
        }
        times[all.len()].push(peer(python, model, threads, &text)?);
    }
    let of = |who: usize, what: usize| median(times[who].iter().map(|times| times[what]).collect());
    println!("{threads} processors, seconds of them   answer of {} tokens    prompt", LONG - SHORT);
    for (who, name) in all.iter().map(|ours| ours.name).chain(["llama.cpp"]).enumerate() {
        let times = [0, 1].map(|what| (of(who, what), of(all.len(), what) / of(who, what)));
        let [(answer, answer_ratio), (prompt, prompt_ratio)] = times;
        println!(
            "{name:26} {answer:8.2} {answer_ratio:6.2} times {prompt:10.2} {prompt_ratio:6.2} times"
        );
    }
    Ok(())
}
