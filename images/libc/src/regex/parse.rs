//! Reading a pattern: both syntaxes of POSIX ("Base Definitions", 9.3 and 9.5), with what glibc has besides:
//! `\+`, `\?` and `\|` in basic ones, references in extended ones, `\w`, `\b` and their like in both.

use super::Error;
use super::text::{decode, fold};
use super::tree::{Assertion, FOR_EVER, Id, Node, Pattern};
use crate::list::List;

/// Groups within groups.
const DEEPEST: u32 = 400;
/// The character that stands there, not read yet.
const LITERAL: u32 = u32::MAX;
/// Most repetitions that can be asked for.
const MOST: u32 = 0x7FFF;

/// What comes next in a pattern.
#[derive(Clone, Copy)]
enum Token {
    End,
    /// One that has no other meaning; [`LITERAL`]: that which stands there.
    Character(u32),
    Any,
    Set,
    Named(u8),
    Assertion(Assertion),
    Reference(u32),
    Open,
    Close,
    Either,
    Repeat {
        least: u32,
        most: u32,
        sign: u8,
    },
    /// The `{` of a number of repetitions, and its `}`.
    Times,
    TimesEnd,
    /// A `\` at the end.
    Nothing,
}

pub struct Parser {
    text: *const u8,
    len: usize,
    pub at: usize,
    extended: bool,
    /// A `^` here is one that asserts, in basic patterns.
    asserts: bool,
    pub pattern: Pattern,
    /// Parts of sequences that are not put together yet.
    parts: List<Id>,
    /// Groups that have ended.
    ended: List<bool>,
}

impl Parser {
    pub fn new(text: *const u8, len: usize, extended: bool, pattern: Pattern) -> Self {
        let (parts, ended) = (List::new(), List::new());
        Self { text, len, at: 0, extended, asserts: true, pattern, parts, ended }
    }

    pub fn address(&self, at: usize) -> *const u8 {
        self.text.wrapping_add(at)
    }

    pub fn byte(&self, at: usize) -> u8 {
        // SAFETY: below the length.
        if at < self.len { unsafe { *self.address(at) } } else { 0 }
    }

    pub fn peek(&self) -> Option<u8> {
        self.peek_at(0)
    }

    pub fn peek_at(&self, further: usize) -> Option<u8> {
        let at = self.at + further;
        (at < self.len).then(|| self.byte(at))
    }

    /// Takes a character.
    pub fn character(&mut self) -> u32 {
        let (c, len) = decode(self.address(self.at), self.address(self.len), self.pattern.utf8);
        self.at += len;
        c
    }

    fn node(&mut self, node: Node) -> Result<Id, Error> {
        let grouped = |id: Id| self.pattern.has_group.get(id as usize);
        let has_group = match node {
            Node::Group(..) => true,
            Node::Sequence(a, b) | Node::Either(a, b) => grouped(a) || grouped(b),
            Node::Repeat { what, .. } => grouped(what),
            _ => false,
        };
        self.pattern.has_group.push(has_group)?;
        Ok(self.pattern.nodes.push(node)? as Id)
    }

    /// Reads the whole pattern.
    pub fn whole(mut self) -> Result<Pattern, Error> {
        let root = self.alternatives(0)?;
        self.pattern.root = root;
        Ok(self.pattern)
    }

    /// The next token and its bytes. Characters that begin a token are one byte long.
    fn token(&self) -> (Token, usize) {
        let Some(byte) = self.peek() else { return (Token::End, 0) };
        let plain = Token::Character(u32::from(byte));
        let repeat = |least, most| Token::Repeat { least, most, sign: byte };
        if byte == b'\\' {
            return match self.peek_at(1) {
                None => (Token::Nothing, 1),
                Some(0x80..) => (Token::Character(LITERAL), 1),
                Some(byte) => (self.escaped(byte), 2),
            };
        }
        let extended = |token| if self.extended { token } else { plain };
        let token = match byte {
            b'.' => Token::Any,
            b'[' => Token::Set,
            b'*' => repeat(0, FOR_EVER),
            b'+' => extended(repeat(1, FOR_EVER)),
            b'?' => extended(repeat(0, 1)),
            b'|' => extended(Token::Either),
            b'(' => extended(Token::Open),
            b')' => extended(Token::Close),
            b'{' => extended(Token::Times),
            b'}' => extended(Token::TimesEnd),
            b'^' if self.extended || self.asserts || self.at == 0 => {
                Token::Assertion(Assertion::Start)
            }
            b'$' if self.extended || self.ends_part(self.at + 1) => {
                Token::Assertion(Assertion::End)
            }
            _ => return (Token::Character(LITERAL), 0),
        };
        (token, 1)
    }

    fn escaped(&self, byte: u8) -> Token {
        let basic = |token| if self.extended { Token::Character(u32::from(byte)) } else { token };
        match byte {
            b'1'..=b'9' => Token::Reference(u32::from(byte - b'0')),
            b'w' | b'W' | b's' | b'S' => Token::Named(byte),
            b'b' => Token::Assertion(Assertion::WordEdge),
            b'B' => Token::Assertion(Assertion::NoWordEdge),
            b'<' => Token::Assertion(Assertion::WordStart),
            b'>' => Token::Assertion(Assertion::WordEnd),
            b'`' => Token::Assertion(Assertion::TextStart),
            b'\'' => Token::Assertion(Assertion::TextEnd),
            b'+' => basic(Token::Repeat { least: 1, most: FOR_EVER, sign: byte }),
            b'?' => basic(Token::Repeat { least: 0, most: 1, sign: byte }),
            b'|' => basic(Token::Either),
            b'(' => basic(Token::Open),
            b')' => basic(Token::Close),
            b'{' => basic(Token::Times),
            b'}' => basic(Token::TimesEnd),
            byte => Token::Character(u32::from(byte)),
        }
    }

    /// Whether a basic pattern, or an alternative or a group of it, ends here.
    fn ends_part(&self, at: usize) -> bool {
        at >= self.len || (self.byte(at) == b'\\' && matches!(self.byte(at + 1), b')' | b'|'))
    }

    fn alternatives(&mut self, depth: u32) -> Result<Id, Error> {
        if depth > DEEPEST {
            return Err(Error::Space);
        }
        let base = self.parts.len();
        loop {
            self.asserts = true;
            let part = self.sequence(depth)?;
            self.parts.push(part)?;
            let (Token::Either, len) = self.token() else { break };
            self.at += len;
        }
        self.join(base, Node::Either)
    }

    /// Puts parts together, the last ones first.
    fn join(&mut self, base: usize, both: fn(Id, Id) -> Node) -> Result<Id, Error> {
        let Some(mut whole) = self.parts.pop() else { return self.node(Node::Empty) };
        while self.parts.len() > base {
            if let Some(left) = self.parts.pop() {
                whole = self.node(both(left, whole))?;
            }
        }
        Ok(whole)
    }

    fn sequence(&mut self, depth: u32) -> Result<Id, Error> {
        let base = self.parts.len();
        loop {
            match self.token().0 {
                Token::End | Token::Either => break,
                Token::Close if depth > 0 => break,
                _ => {}
            }
            let part = self.piece(depth)?;
            self.parts.push(part)?;
        }
        if self.parts.len() == base {
            return self.node(Node::Empty);
        }
        self.join(base, Node::Sequence)
    }

    /// An atom and how often it comes.
    fn piece(&mut self, depth: u32) -> Result<Id, Error> {
        let (token, len) = self.token();
        self.at += len;
        self.asserts = false;
        let mut piece = match token {
            Token::Nothing => return Err(Error::Escape),
            Token::Character(LITERAL) => {
                let c = self.character();
                self.literal(c)?
            }
            Token::Character(c) => self.literal(c)?,
            Token::Any => self.node(Node::Any)?,
            Token::Set => {
                let set = self.bracket()?;
                self.node(set)?
            }
            Token::Named(name) => {
                let set = self.pattern.named_set(name)?;
                self.node(set)?
            }
            // Nothing repeats an assertion.
            Token::Assertion(assertion) => {
                self.asserts = true;
                return self.node(Node::Assertion(assertion));
            }
            Token::Reference(number) => {
                let known = number <= self.pattern.groups && self.ended.get(number as usize - 1);
                if !known {
                    return Err(Error::Reference);
                }
                self.pattern.refers = true;
                self.node(Node::Reference(number))?
            }
            Token::Open => self.group(depth)?,
            Token::Close if !self.extended => return Err(Error::Open),
            Token::Times => return Err(Error::Repeat),
            Token::Repeat { .. } if self.extended => return Err(Error::Repeat),
            // Where it means nothing it stands for itself.
            Token::Close | Token::Repeat { .. } | Token::TimesEnd => {
                let c = u32::from(self.byte(self.at - 1));
                self.literal(c)?
            }
            Token::End | Token::Either => return self.node(Node::Empty),
        };
        loop {
            let (token, len) = self.token();
            let (least, most) = match token {
                Token::Repeat { least, most, .. } => {
                    self.at += len;
                    (least, most)
                }
                Token::Times => {
                    self.at += len;
                    self.times()?
                }
                _ => return Ok(piece),
            };
            piece = self.node(match (least, most) {
                (0, 0) => Node::Empty,
                (1, 1) => self.pattern.nodes.get(piece as usize),
                _ => Node::Repeat { what: piece, least, most },
            })?;
            let again = self.token().0;
            if !self.extended && matches!(again, Token::Times | Token::Repeat { sign: b'*', .. }) {
                return Err(Error::Repeat);
            }
        }
    }

    fn literal(&mut self, c: u32) -> Result<Id, Error> {
        let c = if self.pattern.any_case { fold(c, self.pattern.utf8) } else { c };
        self.node(Node::Character(c))
    }

    /// A group, from behind its `(`.
    fn group(&mut self, depth: u32) -> Result<Id, Error> {
        self.pattern.groups += 1;
        let number = self.pattern.groups;
        self.ended.push(false)?;
        let inside = self.alternatives(depth + 1)?;
        let (Token::Close, len) = self.token() else { return Err(Error::Open) };
        self.at += len;
        self.ended.set(number as usize - 1, true);
        self.asserts = false;
        self.node(Node::Group(number, inside))
    }

    /// `m}`, `m,}`, `m,n}` or `,n}`.
    fn times(&mut self) -> Result<(u32, u32), Error> {
        let (least, comma) = self.times_part()?;
        let most = if comma {
            let (most, another) = self.times_part()?;
            if another {
                return Err(Error::Times);
            }
            most.unwrap_or(FOR_EVER)
        } else {
            least.ok_or(Error::Times)?
        };
        let least = least.unwrap_or(0);
        if most != FOR_EVER && least > most {
            return Err(Error::Times);
        }
        if (if most == FOR_EVER { least } else { most }) > MOST {
            return Err(Error::Size);
        }
        Ok((least, most))
    }

    /// A number up to `,` or `}`, and whether it was the comma.
    fn times_part(&mut self) -> Result<(Option<u32>, bool), Error> {
        let (mut value, mut wrong) = (None, false);
        loop {
            let (token, len) = self.token();
            let byte = self.peek().unwrap_or(0);
            self.at += len.max(1);
            match token {
                Token::End => return Err(Error::Brace),
                Token::TimesEnd => break,
                _ if byte == b',' => break,
                _ if byte.is_ascii_digit() => {
                    let digit = u32::from(byte - b'0');
                    value = Some((value.unwrap_or(0) * 10 + digit).min(MOST + 1));
                }
                _ => wrong = true,
            }
        }
        if wrong {
            return Err(Error::Times);
        }
        Ok((value, self.byte(self.at - 1) == b','))
    }
}
