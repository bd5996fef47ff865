//! Sets of characters: `[...]`, and what `\w` and its like stand for.

use super::Error;
use super::parse::Parser;
use super::text::{decode, is_character};
use super::tree::{Item, Node, Pattern, Set};
use crate::character;
use crate::wide_classes::{iswctype, towlower, towupper, wctype};

const LINE: u32 = b'\n' as u32;

/// What stands in a set.
enum Element {
    Character(u32),
    /// `-` as it stands between the ends of a range.
    Hyphen,
    Class(usize),
    /// `[=c=]`, which is no end of a range.
    Equivalents(u32),
}

impl Pattern {
    fn has(&self, set: Set, c: u32) -> bool {
        let (from, end) = set.items;
        (from..end).any(|at| match self.items.get(at as usize) {
            Item::Range(low, high) => (low..=high).contains(&c),
            Item::Class(class) => {
                (c < 0x80 || self.utf8) && is_character(c) && iswctype(c, class) != 0
            }
        })
    }

    /// Whether a character is in a set, by its items.
    fn is_listed(&self, set: Set, c: u32) -> bool {
        let mut has = self.has(set, c);
        if self.any_case && is_character(c) {
            let (lower, upper) = if c < 0x80 {
                (u32::from(character::lower(c as u8)), u32::from((c as u8).to_ascii_uppercase()))
            } else if self.utf8 {
                (towlower(c), towupper(c))
            } else {
                (c, c)
            };
            has |= self.has(set, lower) || self.has(set, upper);
        }
        has != set.inverted && !(set.inverted && self.lines && c == LINE)
    }

    pub fn contains(&self, set: u32, c: u32) -> bool {
        let set = self.sets.get(set as usize);
        if c < 0x80 { set.ascii >> c & 1 == 1 } else { is_character(c) && self.is_listed(set, c) }
    }

    /// The set of all items from one on.
    pub fn make_set(&mut self, from: usize, inverted: bool) -> Result<Node, Error> {
        let items = (from as u32, self.items.len() as u32);
        let mut set = Set { ascii: 0, items, inverted };
        for c in 0..0x80 {
            set.ascii |= u128::from(self.is_listed(set, c)) << c;
        }
        Ok(Node::Set(self.sets.push(set)? as u32))
    }

    /// `\w`, `\s`, and what is in neither.
    pub fn named_set(&mut self, name: u8) -> Result<Node, Error> {
        let from = self.items.len();
        let word = name | 0x20 == b'w';
        let class = if word { c"alnum" } else { c"space" };
        // SAFETY: a string.
        self.items.push(Item::Class(unsafe { wctype(class.as_ptr().cast()) }))?;
        if word {
            self.items.push(Item::Range(u32::from(b'_'), u32::from(b'_')))?;
        }
        // What is in neither has the ends of lines.
        let lines = core::mem::replace(&mut self.lines, false);
        let set = self.make_set(from, name.is_ascii_uppercase());
        self.lines = lines;
        set
    }
}

impl Parser {
    /// What is in `[...]`, from behind the `[`.
    pub fn bracket(&mut self) -> Result<Node, Error> {
        let from = self.pattern.items.len();
        let inverted = self.peek() == Some(b'^');
        self.at += usize::from(inverted);
        if self.peek().is_none() {
            return Err(Error::Pattern);
        }
        let mut first = true;
        loop {
            if self.peek().is_none() {
                return Err(Error::Bracket);
            }
            if self.peek() == Some(b']') && !first {
                self.at += 1;
                break;
            }
            let start = self.element(first)?;
            first = false;
            let is_range = self.peek() == Some(b'-') && self.peek_at(1) != Some(b']');
            if !is_range {
                self.item(start)?;
                continue;
            }
            self.at += 1;
            if self.peek().is_none() {
                return Err(Error::Bracket);
            }
            let end = self.element(true)?;
            let character = |element| match element {
                Element::Character(c) => Ok(c),
                Element::Hyphen => Ok(u32::from(b'-')),
                Element::Class(_) | Element::Equivalents(_) => Err(Error::Range),
            };
            let (low, high) = (character(start)?, character(end)?);
            if low > high {
                return Err(Error::Range);
            }
            self.pattern.items.push(Item::Range(low, high))?;
        }
        self.pattern.make_set(from, inverted)
    }

    fn item(&mut self, element: Element) -> Result<(), Error> {
        let item = match element {
            Element::Character(c) | Element::Equivalents(c) => Item::Range(c, c),
            Element::Hyphen => Item::Range(u32::from(b'-'), u32::from(b'-')),
            Element::Class(class) => Item::Class(class),
        };
        self.pattern.items.push(item)?;
        Ok(())
    }

    /// One element; a hyphen is none, but where it may stand for itself.
    fn element(&mut self, hyphen: bool) -> Result<Element, Error> {
        if self.peek() == Some(b'[')
            && let Some(kind @ (b':' | b'=' | b'.')) = self.peek_at(1)
        {
            return self.named(kind);
        }
        if self.peek() == Some(b'-') {
            self.at += 1;
            return match self.peek() {
                _ if hyphen => Ok(Element::Hyphen),
                Some(b']') => Ok(Element::Hyphen),
                None => Err(Error::Bracket),
                Some(_) => Err(Error::Range),
            };
        }
        Ok(Element::Character(self.character()))
    }

    /// `[:class:]`, `[=c=]` or `[.c.]`.
    fn named(&mut self, kind: u8) -> Result<Element, Error> {
        const LONGEST: usize = 31;
        self.at += 2;
        let start = self.at;
        while !(self.peek() == Some(kind) && self.peek_at(1) == Some(b']')) {
            if self.peek().is_none() {
                return Err(Error::Bracket);
            }
            self.at += 1;
        }
        let len = self.at - start;
        self.at += 2;
        if kind == b':' {
            let mut name = [0; LONGEST + 1];
            if len > LONGEST {
                return Err(Error::Class);
            }
            for (index, byte) in name.iter_mut().take(len).enumerate() {
                *byte = self.byte(start + index);
            }
            // Where case does not count, neither of the two classes is.
            let case = self.pattern.any_case
                && (name.starts_with(b"upper\0") || name.starts_with(b"lower\0"));
            let name = if case { c"alpha".as_ptr().cast() } else { name.as_ptr() };
            // SAFETY: a string: the last byte is a NUL.
            return match unsafe { wctype(name) } {
                0 => Err(Error::Class),
                class => Ok(Element::Class(class)),
            };
        }
        let at = self.address(start);
        let (c, taken) = decode(at, at.wrapping_add(len), self.pattern.utf8);
        if len == 0 || taken != len {
            return Err(Error::Collating);
        }
        Ok(if kind == b'=' { Element::Equivalents(c) } else { Element::Character(c) })
    }
}
