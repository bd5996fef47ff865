//! What `bareflow llm` takes.

use std::path::PathBuf;

use bareflow_profile::Level;

use crate::program::{LevelChoice, compiler, level};

/// Lets a language model answer, in this process or as a machine of its own.
#[derive(clap::Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "\
Examples:
  bareflow llm model.gguf -p 'Why is the sky blue?'       an answer, word by word
  bareflow llm model.gguf --raw -p 'Once upon a time'     goes on with a text as it is
  bareflow llm model.gguf -p Hello --temperature 0.8 --top-p 0.95 --seed 7
  bareflow llm chat model.gguf                            a conversation; the end of input ends it
  bareflow llm image model.gguf -o llm.img                a disk that boots into one
  bareflow llm stories.bin --tokenizer tok.bin -p ''      a checkpoint of llama2.c")]
pub struct Args {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    /// The model: a GGUF file, or a checkpoint of llama2.c
    #[arg(value_name = "MODEL")]
    pub(super) model: Option<PathBuf>,
    /// What to answer to
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(super) prompt: Option<String>,
    #[command(flatten)]
    pub(super) speech: Speech,
    #[command(flatten)]
    pub(super) how: How,
}

/// What else it does.
#[derive(clap::Subcommand, Debug)]
pub(super) enum Command {
    /// Talks: every line of standard input is answered
    Chat(Chat),
    /// Makes a bootable disk with the model on it, to be grown, shrunk and booted
    Image(Image),
}

/// What `bareflow llm chat` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow llm chat model.gguf                            until the end of input
  bareflow llm chat model.gguf --system 'Answer in verse.' --temperature 0.7
  bareflow llm chat model.gguf --full slide < questions.txt")]
pub(super) struct Chat {
    /// The model: a GGUF file, or a checkpoint of llama2.c
    #[arg(value_name = "MODEL")]
    pub(super) model: PathBuf,
    #[command(flatten)]
    pub(super) speech: Speech,
    #[command(flatten)]
    pub(super) how: How,
}

/// What `bareflow llm image` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow llm image model.gguf -o llm.img                chats over the serial line
  bareflow llm image model.gguf -o llm.img -p 'Hello.'    answers once, at every boot
  bareflow grow llm.img --boots 3 --mem 1G
  bareflow-shrink llm.img -o small.img
  bareflow boot small.img --mem 1G                        has the model in it")]
pub(super) struct Image {
    /// The model: a GGUF file, or a checkpoint of llama2.c
    #[arg(value_name = "MODEL")]
    pub(super) model: PathBuf,
    /// The image to make
    #[arg(short, long, value_name = "IMAGE")]
    pub(super) output: PathBuf,
    /// What to answer to at every boot, in place of a conversation
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(super) prompt: Option<String>,
    /// Which compiler serves which level, where it is not the built-in one: O3=llvm
    #[arg(long, value_name = "LEVEL=NAME", value_parser = compiler, value_delimiter = ',')]
    pub(super) compilers: Vec<(Level, String)>,
    #[command(flatten)]
    pub(super) speech: Speech,
}

/// How it speaks.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct Speech {
    /// The tokenizer of a checkpoint of llama2.c; a GGUF file has its own
    #[arg(long, value_name = "FILE")]
    pub(super) tokenizer: Option<PathBuf>,
    /// What the model is told before a conversation [default: what its template says]
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    system: Option<String>,
    /// How conversations are written: chatml, llama2, llama3, zephyr [default: as the file says]
    #[arg(long, value_name = "NAME", value_parser = ["chatml", "llama2", "llama3", "zephyr"])]
    template: Option<String>,
    /// Go on with the prompt as it is: no conversation
    #[arg(long)]
    raw: bool,
    /// Most tokens of an answer
    #[arg(short = 'n', long, value_name = "N", default_value_t = 256)]
    tokens: u32,
    /// Positions to have room for [default: as many as the model was trained on, 2048 at most]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    context: Option<u32>,
    /// How keys and values are kept: f32, or in less memory, and not exactly, f16 and q8_0
    #[arg(long, value_name = "FORMAT", default_value = "f32", value_parser = ["f32", "f16", "q8_0"])]
    cache: String,
    /// A context that is full ends the answer, or slides: its older half is forgotten
    #[arg(long, value_name = "WHAT", default_value = "end", value_parser = ["end", "slide"])]
    full: String,
    /// 0: always the likeliest token; above, the less likely ones have a chance
    #[arg(long, value_name = "T", default_value = "0", value_parser = number)]
    temperature: String,
    /// Choose among so many of the likeliest; 0: all
    #[arg(long, value_name = "N", default_value_t = 0)]
    top_k: u32,
    /// Choose among the likeliest that together have this share
    #[arg(long, value_name = "P", default_value = "1", value_parser = number)]
    top_p: String,
    /// Leave out those with less than this part of the likeliest one's share
    #[arg(long, value_name = "P", default_value = "0", value_parser = number)]
    min_p: String,
    /// Divide the scores of the last 64 tokens by it
    #[arg(long, value_name = "R", default_value = "1", value_parser = number)]
    repeat_penalty: String,
    /// The same seed, the same choices
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// End with a line of figures on standard error
    #[arg(long)]
    statistics: bool,
}

/// How a process runs it.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct How {
    /// Processors [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub(super) smp: Option<u32>,
    /// The only level to run at: interp, O0, O1, O2, O3; auto lets functions rise
    #[arg(long, default_value = "auto", value_parser = level)]
    pub(super) level: LevelChoice,
    /// Which compiler serves which level [default: O3=llvm where it was built]
    #[arg(long, value_name = "LEVEL=NAME", value_parser = compiler, value_delimiter = ',')]
    pub(super) compilers: Vec<(Level, String)>,
}

impl Speech {
    /// As the program's arguments, but for the tokenizer, whose path is not the same everywhere.
    pub(super) fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        let mut put = |name: &str, value: &str| words.extend([name.to_owned(), value.to_owned()]);
        put("--tokens", &self.tokens.to_string());
        put("--cache", &self.cache);
        put("--full", &self.full);
        put("--temperature", &self.temperature);
        put("--top-k", &self.top_k.to_string());
        put("--top-p", &self.top_p);
        put("--min-p", &self.min_p);
        put("--repeat-penalty", &self.repeat_penalty);
        put("--seed", &self.seed.to_string());
        if let Some(context) = self.context {
            put("--context", &context.to_string());
        }
        if let Some(system) = &self.system {
            put("--system", system);
        }
        if let Some(template) = &self.template {
            put("--template", template);
        }
        for (asked, name) in [(self.raw, "--raw"), (self.statistics, "--statistics")] {
            if asked {
                words.push(name.to_owned());
            }
        }
        words
    }
}

/// A number that is not negative, as the program reads them.
fn number(text: &str) -> Result<String, String> {
    let digits = |part: &str| {
        (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let right = match text.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(text),
    };
    if right { Ok(text.to_owned()) } else { Err("a number such as 0.8".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_plain() {
        for right in ["0", "1", "0.8", "10.25"] {
            assert_eq!(number(right), Ok(right.to_owned()));
        }
        for wrong in ["", ".8", "8.", "-1", "1e3", "0.1234567890", "x"] {
            assert!(number(wrong).is_err(), "{wrong}");
        }
    }
}
