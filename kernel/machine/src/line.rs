//! What bytes of a line mean that someone types on: letters, or the end of input.
//!
//! The line of a terminal without a terminal's driver: Control-D ends the input, Control-V takes
//! what follows as it is, and the Enter key sends a carriage return.

/// Ends the input.
const END: u8 = 4;
/// What follows stands for itself.
const QUOTE: u8 = 0x16;
/// What the Enter key sends.
const ENTER: u8 = b'\r';

/// What a byte came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Typed {
    /// A byte for whoever reads.
    Byte(u8),
    /// Nothing yet.
    Quote,
    /// The input is over.
    End,
}

/// A line, which remembers what was typed before.
#[derive(Debug, Default)]
pub struct Line {
    quoted: bool,
    ended: bool,
}

impl Line {
    /// A line on which nothing was typed.
    #[must_use]
    pub const fn new() -> Self {
        Self { quoted: false, ended: false }
    }

    /// Whether the input is over, for good: a file does not begin again behind its end, and
    /// whoever sent one over the line sends its end once.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        self.ended
    }

    /// Takes the next byte.
    pub fn take(&mut self, byte: u8) -> Typed {
        if core::mem::take(&mut self.quoted) {
            return Typed::Byte(byte);
        }
        match byte {
            END => {
                self.ended = true;
                Typed::End
            }
            QUOTE => {
                self.quoted = true;
                Typed::Quote
            }
            ENTER => Typed::Byte(b'\n'),
            _ => Typed::Byte(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_stands_for_itself() {
        let mut line = Line::new();
        let typed: alloc::vec::Vec<Typed> =
            b"a\r\x16\r\x16\x04\x16\x16".iter().map(|byte| line.take(*byte)).collect();
        let (byte, quote) = (Typed::Byte, Typed::Quote);
        let wanted =
            [byte(b'a'), byte(b'\n'), quote, byte(b'\r'), quote, byte(4), quote, byte(0x16)];
        assert_eq!(typed, wanted);
        assert!(!line.has_ended());
        assert_eq!(line.take(4), Typed::End);
        assert!(line.has_ended());
    }
}
