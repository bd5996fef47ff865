//! Input that ends, over a line that never does.
//!
//! A serial line has no end of its own, so one is written: Control-D, as on a terminal. What is
//! read as something else on a terminal is quoted by Control-V, as there, so that any bytes come
//! through as they are. (`kernel/machine/src/line.rs` and `shrinker/machine/text/read.s` read it.)

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// Ends the input.
const END: u8 = 4;
/// What follows stands for itself.
const QUOTE: u8 = 0x16;
/// What the Enter key sends: a newline to whoever reads it.
const ENTER: u8 = 13;

/// Input for machines one after the other: each gets all of it, from the beginning. It is read as
/// it is wanted, so whoever types or writes it need not be done before a machine starts.
#[derive(Clone)]
pub struct Tape(Arc<Mutex<Source>>);

struct Source {
    read: Vec<u8>,
    /// Where more comes from; `None` at its end.
    rest: Option<Box<dyn Read + Send>>,
}

impl std::fmt::Debug for Tape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tape")
    }
}

impl PartialEq for Tape {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Tape {}

impl Tape {
    /// All that can be read from `source`. One that fails has ended.
    #[must_use]
    pub fn new(source: impl Read + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Source { read: Vec::new(), rest: Some(Box::new(source)) })))
    }

    /// These bytes.
    #[must_use]
    pub fn of(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new(Source { read: bytes, rest: None })))
    }

    /// What comes behind the first `from` bytes, some of it; empty at the end. Waits for it.
    fn piece(&self, from: usize) -> Vec<u8> {
        let mut source = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while source.read.len() <= from {
            let Some(rest) = &mut source.rest else { return Vec::new() };
            let mut buffer = [0; 64 << 10];
            match rest.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => source.rest = None,
                Ok(count) => source.read.extend_from_slice(&buffer[..count]),
            }
        }
        source.read[from..].to_vec()
    }

    /// Writes all of it to a line, and its end.
    ///
    /// # Errors
    /// Nobody listens any more.
    pub(crate) fn play(&self, line: &mut impl Write) -> io::Result<()> {
        let mut done = 0;
        loop {
            let piece = self.piece(done);
            if piece.is_empty() {
                return line.write_all(&[END]);
            }
            line.write_all(&quoted(&piece))?;
            done += piece.len();
        }
    }
}

fn quoted(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for &byte in bytes {
        if matches!(byte, END | QUOTE | ENTER) {
            out.push(QUOTE);
        }
        out.push(byte);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_can_be_played_again_and_ends_each_time() {
        let tape = Tape::new(&b"one\rtwo\x04\x16\n"[..]);
        for _ in 0..2 {
            let mut line = Vec::new();
            tape.play(&mut line).unwrap();
            assert_eq!(line, b"one\x16\rtwo\x16\x04\x16\x16\n\x04");
        }
        let mut line = Vec::new();
        Tape::of(Vec::new()).play(&mut line).unwrap();
        assert_eq!(line, [4]);
    }
}
