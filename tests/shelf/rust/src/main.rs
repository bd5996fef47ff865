//! Words of a file, counted, searched and written as JSON, which is read again.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};

use hashbrown::HashMap;
use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
struct Word {
    text: String,
    times: u64,
    lines: Vec<usize>,
    share: f64,
    kind: Kind,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Number,
    Doing,
    Done,
    Other,
}

fn kind(kinds: &[(Kind, Regex)], text: &str) -> Kind {
    let found = kinds.iter().find(|(_, pattern)| pattern.is_match(text));
    found.map_or(Kind::Other, |(kind, _)| *kind)
}

fn count(file: &str) -> Result<Vec<Word>, Box<dyn Error>> {
    let kinds = [
        (Kind::Number, Regex::new(r"^\d+$")?),
        (Kind::Doing, Regex::new(r"^(?<stem>[[:xdigit:]]+)ing$")?),
        (Kind::Done, Regex::new(r"(?i)^[0-9a-f]{2,}(ed)$")?),
    ];
    let mut seen: HashMap<String, Vec<usize>> = HashMap::new();
    let mut all = 0_u64;
    for (number, line) in BufReader::new(File::open(file)?).lines().enumerate() {
        for word in line?.split_whitespace() {
            seen.entry_ref(word).or_default().push(number);
            all += 1;
        }
    }
    let mut words: Vec<Word> = seen
        .into_iter()
        .map(|(text, lines)| Word {
            kind: kind(&kinds, &text),
            times: lines.len() as u64,
            share: lines.len() as f64 / all as f64,
            lines: lines.into_iter().take(5).collect(),
            text,
        })
        .collect();
    words.sort_by(|a, b| b.times.cmp(&a.times).then_with(|| a.text.cmp(&b.text)));
    Ok(words)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("which file?")?;
    let rounds: u32 = arguments.next().map_or(Ok(1), |rounds| rounds.parse())?;
    for round in 0..rounds {
        let words = count(&file)?;
        let mut out = BufWriter::new(File::create("words.json")?);
        serde_json::to_writer_pretty(&mut out, &words)?;
        out.flush()?;
        let text = fs::read_to_string("words.json")?;
        let again: Vec<Word> = serde_json::from_str(&text)?;
        assert_eq!(again, words, "what was written and what was read differ");
        let value: Value = serde_json::from_str(&text)?;
        let times: u64 =
            value.as_array().into_iter().flatten().filter_map(|word| word["times"].as_u64()).sum();
        let vowels = Regex::new(r"[ae]+[0-9]*[^aeg\W]{2}")?;
        let found = vowels.find_iter(&text).map(|found| found.len()).sum::<usize>();
        println!("{round}: {} words, {times} times, {found} bytes found", words.len());
        if let Some(first) = words.first() {
            println!("{}", serde_json::to_string(first)?);
        }
    }
    match fs::read_to_string("nowhere") {
        Ok(_) => println!("there is such a file"),
        Err(error) => println!("{error}"),
    }
    Ok(())
}
