//! Text to words, before they become tokens: what tokenizers of bytes do with a regular expression. The ones
//! that are known differ in little, so they are one function with a few settings.
//!
//! ```text
//!   gpt-2    '(s|t|re|ve|m|ll|d) |  ?L+ |  ?N+ |  ?[^\s L N]+ | \s+(?!\S) | \s+
//!   smollm   each N by itself first, then as gpt-2 between them
//!   llama 3  '(s|t|...), capitals too | [^\r\n L N]?L+ | N{1,3} |  ?[^\s L N]+[\r\n]* | \s*[\r\n]+ | \s+(?!\S) | \s+
//!   qwen 2   as llama 3, but N
//! ```

use super::classes::{Class, Classes, character};
use crate::fault::Checked;

/// How words are told apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Numbers that may stand together.
    pub numbers: usize,
    /// Whether a word ends before a number as if the text ended there.
    pub numbers_first: bool,
    /// Whether lines matter, and any sign may stand before a word.
    pub lines: bool,
}

pub const GPT2: Rules = Rules { numbers: usize::MAX, numbers_first: false, lines: false };
pub const SMOLLM: Rules = Rules { numbers: 1, numbers_first: true, lines: false };
pub const LLAMA3: Rules = Rules { numbers: 3, numbers_first: false, lines: true };
pub const QWEN2: Rules = Rules { numbers: 1, numbers_first: false, lines: true };

/// Where a word that begins at `start` may end: the text, and what classes there are.
struct Scan<'a> {
    text: &'a [u8],
    classes: &'a mut Classes,
    end_at_number: bool,
}

impl Scan<'_> {
    /// Class and length of the character at `at`; none at the end.
    fn at(&mut self, at: usize) -> Checked<Option<(Class, usize)>> {
        let rest = self.text.get(at..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(None);
        }
        let (code, bytes) = character(rest);
        let class = self.classes.of(code)?;
        if self.end_at_number && class == Class::Number && at > 0 {
            return Ok(None);
        }
        Ok(Some((class, bytes)))
    }

    /// The end of a run of at most `most` characters of a class.
    fn run(&mut self, mut at: usize, class: Class, most: usize) -> Checked<usize> {
        let mut count = 0;
        while count < most {
            match self.at(at)? {
                Some((found, bytes)) if found == class => at += bytes,
                _ => break,
            }
            count += 1;
        }
        Ok(at)
    }

    /// The end of line ends.
    fn line_ends(&self, mut at: usize) -> usize {
        while matches!(self.text.get(at), Some(b'\r' | b'\n')) {
            at += 1;
        }
        at
    }
}

/// Bytes of the first word of a text that is not empty.
///
/// # Errors
/// There is no memory for the tables of characters.
pub fn word(rules: Rules, text: &[u8], classes: &mut Classes) -> Checked<usize> {
    let scan = &mut Scan { text, classes, end_at_number: rules.numbers_first };
    if let Some(length) = ending(text, rules.lines) {
        return Ok(length);
    }
    let Some((class, bytes)) = scan.at(0)? else { return Ok(0) };
    let next = scan.at(bytes)?.map(|(class, _)| class);
    let space = text.first() == Some(&b' ');
    // A letter, or letters behind one other sign.
    if class == Class::Letter {
        return scan.run(bytes, Class::Letter, usize::MAX);
    }
    let ends_line = matches!(text.first(), Some(b'\r' | b'\n'));
    let leads = if rules.lines { class != Class::Number && !ends_line } else { space };
    if leads && next == Some(Class::Letter) {
        return scan.run(bytes, Class::Letter, usize::MAX);
    }
    if class == Class::Number {
        return scan.run(0, Class::Number, rules.numbers);
    }
    if space && next == Some(Class::Number) && !rules.lines {
        return scan.run(bytes, Class::Number, rules.numbers);
    }
    if class == Class::Other || (space && next == Some(Class::Other)) {
        let end = scan.run(bytes, Class::Other, usize::MAX)?;
        return Ok(if rules.lines { scan.line_ends(end) } else { end });
    }
    // White space: up to the last line end in it, else all but the last, which goes with what follows.
    let (mut end, mut before, mut line) = (0, 0, 0);
    while let Some((Class::Space, bytes)) = scan.at(end)? {
        before = end;
        end += bytes;
        if matches!(text.get(before), Some(b'\r' | b'\n')) {
            line = end;
        }
    }
    if rules.lines && line > 0 {
        return Ok(line);
    }
    let at_end = scan.at(end)?.is_none();
    Ok(if at_end || before == 0 { end } else { before })
}

/// Bytes of an ending such as `'ll`, if the text begins with one.
fn ending(text: &[u8], capitals: bool) -> Option<usize> {
    if text.first() != Some(&b'\'') {
        return None;
    }
    let letter = |at: usize| {
        let byte = *text.get(at).unwrap_or(&0);
        if capitals { byte.to_ascii_lowercase() } else { byte }
    };
    match (letter(1), letter(2)) {
        (b's' | b't' | b'm' | b'd', _) => Some(2),
        (b'r' | b'v', b'e') | (b'l', b'l') => Some(3),
        _ => None,
    }
}
