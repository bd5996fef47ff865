//! How fast it went.

use crate::host::{self, Stream};
use crate::memory;
use crate::model::forward::Engine;
use crate::text::{number, tenths};

pub struct Statistics {
    started: u64,
    /// Bytes of the model's file, and nanoseconds until it was read.
    read: (usize, u64),
    /// Nanoseconds from the start to the first token.
    first: u64,
    prompt_tokens: u64,
    prompt_ns: u64,
    answer_tokens: u64,
    answer_ns: u64,
}

impl Statistics {
    pub const fn new(started: u64, read: (usize, u64)) -> Self {
        let (prompt_tokens, prompt_ns, answer_tokens, answer_ns) = (0, 0, 0, 0);
        Self { started, read, first: 0, prompt_tokens, prompt_ns, answer_tokens, answer_ns }
    }

    /// So many tokens of a prompt have taken so long.
    pub const fn prompt(&mut self, tokens: usize, ns: u64) {
        self.prompt_tokens += tokens as u64;
        self.prompt_ns += ns;
    }

    /// A token of an answer is there.
    pub fn token(&mut self) {
        self.answer_tokens += 1;
        if self.first == 0 {
            self.first = host::clock() - self.started;
        }
    }

    /// It took so long.
    pub const fn answer(&mut self, ns: u64) {
        self.answer_ns += ns;
    }

    /// Writes one line.
    #[inline(never)]
    pub fn print(&self, engine: &Engine) {
        let out = Stream::Error;
        let rate = |tokens: u64, ns: u64| (tokens * 10_000_000_000).checked_div(ns).unwrap_or(0);
        let (file, read_ns) = self.read;
        let mebibytes = |bytes: usize| number(out, bytes.next_multiple_of(1 << 20) as u64 >> 20);
        host::write(out, b"statistics: read ");
        mebibytes(file);
        host::write(out, b" MiB in ");
        number(out, read_ns / 1_000_000);
        host::write(out, b" ms; prompt ");
        number(out, self.prompt_tokens);
        host::write(out, b" tokens, ");
        tenths(out, rate(self.prompt_tokens, self.prompt_ns));
        host::write(out, b" a second; answer ");
        number(out, self.answer_tokens);
        host::write(out, b" tokens, ");
        tenths(out, rate(self.answer_tokens, self.answer_ns));
        host::write(out, b" a second; first after ");
        number(out, self.first / 1_000_000);
        host::write(out, b" ms; cache ");
        number(out, engine.cache.bytes() as u64 >> 10);
        host::write(out, b" KiB; memory ");
        mebibytes(file + memory::taken());
        host::write(out, b" MiB; processors ");
        number(out, engine.team.count().into());
        host::write(out, b"\n");
    }
}
