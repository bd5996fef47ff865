//! A prompt in, tokens out, one after the other.

use crate::fault::Checked;
use crate::host::{self, Stream};
use crate::memory::room;
use crate::model::forward::{BATCH, Engine};
use crate::options::Options;
use crate::sample::Sampler;
use crate::statistics::Statistics;
use crate::text;
use crate::tokens::chat::Chat;
use crate::tokens::encode::{Encoder, Tokens, print};
use crate::tokens::vocabulary::Vocabulary;

/// Bytes of a line that a person says, at most.
const LINE: usize = 1 << 14;

pub struct Speaker {
    engine: Engine,
    vocabulary: &'static Vocabulary,
    encoder: Encoder,
    sampler: Sampler,
    chat: Option<Chat>,
    /// All tokens so far, of which the cache has the first `done`.
    tokens: Tokens,
    done: usize,
    /// Where in the last batch the newest token stands.
    newest: usize,
    statistics: Statistics,
}

impl Speaker {
    /// # Errors
    /// There is no memory.
    #[inline(never)]
    pub fn new(
        options: &Options,
        engine: Engine,
        vocabulary: &'static Vocabulary,
        started: u64,
        read: (usize, u64),
    ) -> Checked<Self> {
        let positions = engine.cache.positions;
        let line = if options.chat || options.encode { LINE } else { 0 };
        let bytes = options.prompt.len().max(line) + options.system.map_or(0, <[u8]>::len) + 256;
        let chat = match options.raw && !options.chat {
            true => None,
            false => Chat::new(options.template, options.system, vocabulary, bytes)?,
        };
        Ok(Self {
            encoder: Encoder::new(vocabulary, bytes)?,
            sampler: Sampler::new(options.choice, engine.model.shape.tokens)?,
            tokens: Tokens::new(positions)?,
            chat,
            engine,
            vocabulary,
            done: 0,
            newest: 0,
            statistics: Statistics::new(started, read),
        })
    }

    /// Does what was asked for.
    ///
    /// # Errors
    /// The prompt does not fit.
    #[inline(never)]
    pub fn run(mut self, options: &Options) -> Checked<()> {
        if options.encode {
            return self.write_tokens(options.prompt);
        }
        if let Some(begin) = self.vocabulary.begin {
            self.tokens.push(begin)?;
        }
        if options.chat {
            self.converse(options)?;
        } else {
            self.say(options.prompt, true)?;
            if options.scores {
                return self.write_scores();
            }
            self.answer(options)?;
            host::write(Stream::Output, b"\n");
        }
        if options.statistics {
            self.statistics.print(&self.engine);
        }
        Ok(())
    }

    /// Adds what a person says to the tokens.
    #[inline(never)]
    fn say(&mut self, what: &[u8], first: bool) -> Checked<()> {
        let (encoder, tokens) = (&mut self.encoder, &mut self.tokens);
        match &mut self.chat {
            Some(chat) => chat.say(what, first, encoder, self.vocabulary, tokens),
            None => encoder.encode(what, tokens),
        }
    }

    /// Listens and answers until there is nothing more to hear.
    #[inline(never)]
    fn converse(&mut self, options: &Options) -> Checked<()> {
        let line = room(LINE)?;
        let mut first = true;
        loop {
            if host::is_terminal() {
                host::write(Stream::Output, b"> ");
            }
            let Some(length) = read_line(line) else { return Ok(()) };
            let said = line.get(..length).unwrap_or_default();
            if said.is_empty() {
                continue;
            }
            // Of a context that is full, what came first is forgotten.
            let before = self.tokens.get().len();
            if let Err(fault) = self.say(said, first) {
                self.tokens.cut(before);
                if !options.slide || !self.forget() {
                    return Err(fault);
                }
                self.say(said, first)?;
            }
            first = false;
            self.answer(options)?;
            host::write(Stream::Output, b"\n");
            if let Some(chat) = &mut self.chat {
                chat.end(&mut self.encoder, self.vocabulary, &mut self.tokens)?;
            }
        }
    }

    /// Puts the tokens through the model that have not been yet.
    #[inline(never)]
    fn catch_up(&mut self) {
        let started = host::clock();
        let before = self.done;
        loop {
            let rest = self.tokens.get().get(self.done..).unwrap_or_default();
            let count = rest.len().min(BATCH);
            if count == 0 {
                break;
            }
            self.engine.put(rest, self.done);
            self.done += count;
            self.newest = count - 1;
        }
        self.statistics.prompt(self.done - before, host::clock() - started);
    }

    /// Forgets the older half of the tokens. What is left moves to the front, so it goes through the model
    /// anew. Whether there was anything to forget.
    #[inline(never)]
    fn forget(&mut self) -> bool {
        let keep = self.tokens.get().len() / 2;
        self.tokens.keep_last(keep);
        self.done = 0;
        self.catch_up();
        keep > 0
    }

    /// Answers to the tokens so far.
    #[inline(never)]
    fn answer(&mut self, options: &Options) -> Checked<()> {
        self.catch_up();
        let mut first = true;
        let mut left = options.tokens;
        while left > 0 && self.done > 0 {
            let started = host::clock();
            let scores = self.engine.logits(self.newest);
            let token = self.sampler.next(scores, self.tokens.get());
            if self.vocabulary.is_end(token) {
                break;
            }
            if options.numbers {
                text::number(Stream::Output, token.into());
                host::write(Stream::Output, b" ");
            } else {
                print(self.vocabulary, token, first && self.done == 1);
            }
            first = false;
            left -= 1;
            self.statistics.token();
            if self.done == self.engine.cache.positions && (!options.slide || !self.forget()) {
                break;
            }
            self.tokens.push(token)?;
            if left > 0 {
                self.engine.put(&[token], self.done);
                self.done += 1;
                self.newest = 0;
            }
            self.statistics.answer(host::clock() - started);
        }
        Ok(())
    }

    /// Writes the numbers of the tokens of the prompt, or else of every line of input.
    #[inline(never)]
    fn write_tokens(&mut self, prompt: &[u8]) -> Checked<()> {
        if !prompt.is_empty() {
            self.encoder.encode(prompt, &mut self.tokens)?;
            self.write_numbers();
            return Ok(());
        }
        let line = room(LINE)?;
        while let Some(length) = read_line(line) {
            self.tokens.cut(0);
            self.encoder.encode(line.get(..length).unwrap_or_default(), &mut self.tokens)?;
            self.write_numbers();
        }
        Ok(())
    }

    fn write_numbers(&self) {
        for token in self.tokens.get() {
            text::number(Stream::Output, (*token).into());
            host::write(Stream::Output, b" ");
        }
        host::write(Stream::Output, b"\n");
    }

    /// Writes the scores of every position, four bytes each, low ones first.
    #[inline(never)]
    fn write_scores(&mut self) -> Checked<()> {
        loop {
            let rest = self.tokens.get().get(self.done..).unwrap_or_default();
            let count = rest.len().min(BATCH);
            if count == 0 {
                return Ok(());
            }
            self.engine.put(rest, self.done);
            self.done += count;
            for index in 0..count {
                for score in self.engine.logits(index) {
                    host::write(Stream::Output, &score.to_le_bytes());
                }
            }
        }
    }
}

/// Reads up to the end of a line, which does not count, or of the room; none at the end of input.
fn read_line(line: &mut [u8]) -> Option<usize> {
    let mut length = 0;
    loop {
        let Some(place) = line.get_mut(length..length + 1) else { return Some(length) };
        if host::read(place) == 0 {
            return (length > 0).then_some(length);
        }
        if place.first() == Some(&b'\n') {
            return Some(length);
        }
        length += 1;
    }
}
