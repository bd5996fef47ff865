//! What the program's arguments ask for.

use crate::fault::{Fault, Place};
use crate::sample::Choice;
use crate::text;
use kernels::formats::Format;

/// Everything that can be asked for.
pub struct Options {
    /// The file with the model. Paths end in a NUL, which does not count.
    pub model: &'static [u8],
    /// The file with the tokenizer, where the model's has none.
    pub tokenizer: Option<&'static [u8]>,
    pub prompt: &'static [u8],
    pub system: Option<&'static [u8]>,
    /// The template of conversations; what the file says if none is named.
    pub template: Option<&'static [u8]>,
    /// A conversation over the console.
    pub chat: bool,
    /// Go on with the prompt as it is, in no conversation.
    pub raw: bool,
    /// Most tokens of an answer.
    pub tokens: usize,
    /// Positions; 0: as many as the model was trained on, or [`CONTEXT`] if that is less.
    pub context: usize,
    pub cache: Format,
    /// A context that is full forgets its older half, and does not end.
    pub slide: bool,
    pub choice: Choice,
    /// Processors, at most.
    pub cores: u32,
    pub statistics: bool,
    /// Write the numbers of tokens, not their text.
    pub numbers: bool,
    /// Write the numbers of the tokens of the prompt, or of each line of input, and end.
    pub encode: bool,
    /// Write the scores of every position of the prompt as they lie in memory, and end.
    pub scores: bool,
}

/// Positions when nothing is said.
pub const CONTEXT: usize = 2048;

const CURE: &str = "see docs/language-models.md";

fn wrong(name: &'static [u8], what: &'static str) -> Fault {
    Fault::new(Place::Name(name), what, CURE)
}

impl Options {
    /// Reads them.
    ///
    /// # Errors
    /// The first that is not right.
    #[inline(never)]
    pub fn read(mut arguments: impl Iterator<Item = &'static [u8]>) -> Result<Self, Fault> {
        let choice =
            Choice { temperature: 0.0, top_k: 0, top_p: 1.0, min_p: 0.0, penalty: 1.0, seed: 1 };
        let mut options = Self {
            model: &[],
            tokenizer: None,
            prompt: &[],
            system: None,
            template: None,
            chat: false,
            raw: false,
            tokens: 256,
            context: 0,
            cache: Format::F32,
            slide: false,
            choice,
            cores: u32::MAX,
            statistics: false,
            numbers: false,
            encode: false,
            scores: false,
        };
        while let Some(name) = arguments.next() {
            match name {
                b"--chat" => options.chat = true,
                b"--raw" => options.raw = true,
                b"--statistics" => options.statistics = true,
                b"--numbers" => options.numbers = true,
                b"--encode" => options.encode = true,
                b"--scores" => options.scores = true,
                [b'-', ..] => {
                    let Some(value) = arguments.next() else {
                        return Err(wrong(name, "has no value"));
                    };
                    options.set(name, value)?;
                }
                _ if options.model.is_empty() => options.model = name,
                _ => return Err(wrong(name, "is one model too many")),
            }
        }
        if options.model.is_empty() {
            return Err(wrong(b"no model", "there is nothing to run"));
        }
        Ok(options)
    }

    #[inline(never)]
    fn set(&mut self, name: &'static [u8], value: &'static [u8]) -> Result<(), Fault> {
        let whole = || text::whole(value).ok_or_else(|| wrong(name, "takes a whole number"));
        let decimal = || text::decimal(value).ok_or_else(|| wrong(name, "takes a number"));
        match name {
            b"-p" | b"--prompt" => self.prompt = value,
            b"-n" | b"--tokens" => self.tokens = whole()? as usize,
            b"--tokenizer" => self.tokenizer = Some(value),
            b"--system" => self.system = Some(value),
            b"--template" => self.template = Some(value),
            b"--context" => self.context = whole()? as usize,
            b"--cores" => self.cores = whole()? as u32,
            b"--temperature" => self.choice.temperature = decimal()?,
            b"--top-k" => self.choice.top_k = whole()? as usize,
            b"--top-p" => self.choice.top_p = decimal()?,
            b"--min-p" => self.choice.min_p = decimal()?,
            b"--repeat-penalty" => self.choice.penalty = decimal()?,
            b"--seed" => self.choice.seed = whole()?,
            b"--cache" => {
                self.cache = match value {
                    b"f32" => Format::F32,
                    b"f16" => Format::F16,
                    b"q8_0" => Format::Q8_0,
                    _ => return Err(wrong(name, "is f32, f16 or q8_0")),
                }
            }
            b"--full" => {
                self.slide = match value {
                    b"slide" => true,
                    b"end" => false,
                    _ => return Err(wrong(name, "is end or slide")),
                }
            }
            _ => return Err(wrong(name, "is not known")),
        }
        Ok(())
    }
}
