//! What a demo of a language model found out.

use std::path::PathBuf;

use serde::Serialize;

use crate::boot::Line;

/// How a line of the program's figures begins.
const MARK: &str = "statistics: ";

/// Everything that the demo found out.
#[derive(Serialize, Debug)]
pub struct Story {
    /// The file with the model, and its length.
    pub model: PathBuf,
    /// See `model`.
    pub model_bytes: u64,
    /// Whether the boots were processes of this system.
    pub hosted: bool,
    /// Whether the machines' clock advanced with the instructions they executed, one nanosecond each: a second
    /// of figures is a billion instructions then.
    pub counted: bool,
    /// Whether the model was made for conversations.
    pub talks: bool,
    /// What it was asked at every boot, or how the text begins.
    pub asked: String,
    /// What it answered.
    pub answer: String,
    /// One entry a boot of the grown image.
    pub boots: Vec<Line>,
    /// How fast the model was in each of them.
    pub speeds: Vec<Speed>,
    /// The boot of the shrunk one; none without QEMU.
    pub shrunk: Option<Line>,
    /// How fast the model was in it.
    pub shrunk_speed: Option<Speed>,
    /// Bytes of the grown image that are in use, without the model.
    pub grown_bytes: u64,
    /// Bytes of the shrunk image, without the model.
    pub shrunk_bytes: u64,
    /// The same, if what never ran had been left out, too.
    pub executed_bytes: u64,
    /// Milliseconds that shrinking took.
    pub shrink_ms: u64,
    /// What is in the shrunk image.
    pub report: bareflow_shrink::report::Report,
    /// Whether the answer is the same in every boot, and after shrinking.
    pub same: bool,
    /// The grown image, or the folder that stood for its disk.
    pub grown: PathBuf,
    /// The shrunk image, with the model.
    pub image: PathBuf,
    /// MiB of memory of the machines.
    pub memory: u64,
    /// The page.
    pub page: PathBuf,
    /// The page to look through all that was learned.
    pub explore: PathBuf,
}

/// Figures of one boot, by the program's own line of them (`--statistics`).
#[derive(Serialize, Debug, Clone, Copy, PartialEq, Default)]
pub struct Speed {
    /// Tokens of the prompt, and how many of them a second.
    pub prompt_tokens: u64,
    /// See `prompt_tokens`.
    pub prompt_per_second: f64,
    /// Tokens of the answer, and how many of them a second.
    pub tokens: u64,
    /// See `tokens`.
    pub per_second: f64,
    /// Milliseconds in which the file was read.
    pub read_ms: u64,
    /// Milliseconds from the program's start to the first token, reading included.
    pub first_ms: u64,
    /// MiB of memory that the program used, the file included.
    pub memory_mib: u64,
}

impl Speed {
    /// Reads the program's line; none of what is no such line.
    fn read(line: &str) -> Option<Self> {
        let mut speed = Self::default();
        for part in line.strip_prefix(MARK)?.split("; ") {
            let words: Vec<&str> = part.split([' ', ',']).filter(|word| !word.is_empty()).collect();
            let whole = |at: usize| words.get(at)?.parse::<u64>().ok();
            let number = |at: usize| words.get(at)?.parse::<f64>().ok();
            match words.first().copied() {
                Some("read") => speed.read_ms = whole(4)?,
                Some("prompt") => {
                    (speed.prompt_tokens, speed.prompt_per_second) = (whole(1)?, number(3)?)
                }
                Some("answer") => (speed.tokens, speed.per_second) = (whole(1)?, number(3)?),
                Some("first") => speed.first_ms = whole(2)?,
                Some("memory") => speed.memory_mib = whole(1)?,
                _ => {}
            }
        }
        Some(speed)
    }

    /// The figures that a boot printed, on its console or, in a process, among its complaints.
    pub(super) fn of(line: &Line) -> Option<Self> {
        let mut said = line.output.lines().chain(line.log.iter().map(String::as_str));
        said.find_map(|line| Self::read(line.trim_end()))
    }
}

/// What the model itself said in a boot.
pub(super) fn answer(line: &Line) -> String {
    let lines = line.output.lines().filter(|line| !line.starts_with(MARK));
    lines.collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_the_programs_line() {
        let line = "statistics: read 94 MiB in 212 ms; prompt 30 tokens, 2.4 a second; answer 64 tokens, 17.2 a \
                    second; first after 1184 ms; cache 23040 KiB; memory 121 MiB; processors 1";
        let wanted = Speed {
            prompt_tokens: 30,
            prompt_per_second: 2.4,
            tokens: 64,
            per_second: 17.2,
            read_ms: 212,
            first_ms: 1184,
            memory_mib: 121,
        };
        assert_eq!(Speed::read(line), Some(wanted));
        assert_eq!(Speed::read("statistics: answer many tokens, 17.2 a second"), None);
        assert_eq!(Speed::read("The answer"), None);
    }
}
