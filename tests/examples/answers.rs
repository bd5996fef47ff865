//! Ten prompts, answered greedily, beside llama.cpp: the same tokens, and, where they are not, how far apart the two are
//! in scores, by a plain program in f32 as well.
//!
//! `cargo run --release --no-default-features -p bareflow-tests --example answers -- MODEL PYTHON [TOKENS]`
//!
//! PYTHON has `numpy` and one of the packages that `tests/src/language/greedy.py` names. Who rounds activations to
//! eight bits, as llama.cpp does, comes to another token where two have nearly the same score: the plain program's
//! gap says so.

use std::process::Command;

use bareflow_tests::language::speed::{COMPILERS, Ours, output};
use bareflow_tests::place;
use serde_json::Value;

const PROMPTS: [&str; 10] = [
    "The capital of France is",
    "Once upon a time there was a",
    "To make bread you need flour,",
    "The three primary colours are",
    "In the year 1969 people first",
    "def fibonacci(n):",
    "Water boils at a temperature of",
    "The opposite of hot is",
    "My favourite animal is the",
    "A computer without an operating system",
];

/// Token numbers in what the model prints.
fn numbers(said: &str) -> Vec<u64> {
    said.split_whitespace().filter_map(|number| number.parse().ok()).collect()
}

fn list(tokens: &[u64]) -> String {
    tokens.iter().map(u64::to_string).collect::<Vec<_>>().join(",")
}

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, python, rest @ ..] = &arguments[..] else {
        return Err("a model, and a python that has llama_cpp and numpy".into());
    };
    let count = rest.first().map_or("48", String::as_str);
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let ours = Ours::new(COMPILERS[1], folder.path(), model, "1").map_err(|e| e.to_string())?;
    let script = |name: &str| {
        let mut command = Command::new(python);
        command.arg(place::workspace().join("tests/src/language").join(name));
        command
    };
    let (mut same, mut close) = (0, 0);
    for prompt in PROMPTS {
        let start = numbers(&ours.say(prompt, &["--encode"])?);
        let answer = numbers(&ours.say(prompt, &["--numbers", "--tokens", count])?);
        let mut peer = script("greedy.py");
        peer.args([model, &list(&start), count]);
        let peer: Value =
            serde_json::from_str(&output(peer)?).map_err(|error| error.to_string())?;
        let theirs: Vec<u64> =
            peer["tokens"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
        let pairs = answer.iter().zip(&theirs);
        let Some(at) = pairs.clone().position(|(own, other)| own != other) else {
            same += 1;
            println!("{prompt:?}: the same {} tokens", pairs.len());
            continue;
        };
        // Both have the same tokens so far; what a plain program makes of them.
        let so_far = [&start[..], &answer[..at]].concat();
        let mut plain = script("greedy.py");
        plain.args([model, &list(&so_far), "scores", &list(&[answer[at], theirs[at]])]);
        let plain: Value =
            serde_json::from_str(&output(plain)?).map_err(|error| error.to_string())?;
        let gap = plain["gap"].as_f64().unwrap_or(f64::NAN);
        let theirs_gap = peer["gaps"][at].as_f64().unwrap_or(f64::NAN);
        close += usize::from(gap >= 0.0);
        println!(
            "{prompt:?}: token {at} is {} here and {} there; in f32 the score of the one here is {gap:+.4} above that \
             of the other (best: {}); llama.cpp's first is {theirs_gap:.4} above its second",
            answer[at], theirs[at], plain["best"],
        );
    }
    println!(
        "{same} of {} the same; of the others {close} are right by the plain program",
        PROMPTS.len()
    );
    Ok(())
}
