//! What each group matched, once it is known what the whole did.
//!
//! POSIX says it of the result, not of how it is found: of all ways to match the whole, the one in which each part
//! of a sequence, from left to right, takes as much as it can ("Base Definitions", 9.1). So a sequence is
//! cut at the last place where its left part can end and the rest can begin; the first comes from a search
//! forward, the second from one of the rest, backward. Then both parts are looked into, as far as
//! there are groups in them. No part is matched in a way that has to be taken back.

use super::Error;
use super::program::{Part, Program, Way};
use super::search::{ends, takes};
use super::text::Text;
use super::tree::{FOR_EVER, Id, Node, Pattern};
use crate::list::List;

/// Where a group matched; `UNSET` where it did not.
pub type Span = (usize, usize);
pub const UNSET: Span = (usize::MAX, usize::MAX);

/// Places of the text from one on.
struct Places {
    from: usize,
    words: List<u64>,
}

impl Places {
    fn new(from: usize, to: usize) -> Result<Self, Error> {
        Ok(Self { from, words: List::filled(0, (to - from) / 64 + 1)? })
    }

    fn add(&mut self, place: usize) {
        let at = place - self.from;
        self.words.set(at / 64, self.words.get(at / 64) | 1 << (at % 64));
    }

    fn has(&self, place: usize) -> bool {
        let at = place - self.from;
        self.words.get(at / 64) >> (at % 64) & 1 == 1
    }
}

pub struct Spans<'a> {
    pub pattern: &'a Pattern,
    pub text: &'a Text,
    /// By number; that of the whole is not looked at.
    pub groups: List<Span>,
}

impl Spans<'_> {
    fn node(&self, id: Id) -> Node {
        self.pattern.nodes.get(id as usize)
    }

    fn has_group(&self, id: Id) -> bool {
        self.pattern.has_group.get(id as usize)
    }

    /// Where a part that begins at a place can end, up to another.
    fn ends_of(&self, id: Id, (from, to): Span) -> Result<Places, Error> {
        let mut places = Places::new(from, to)?;
        let single = match self.node(id) {
            Node::Character(c) => Some(super::program::Instr::Character(c)),
            Node::Any => Some(super::program::Instr::Any),
            Node::Set(set) => Some(super::program::Instr::Set(set)),
            _ => None,
        };
        if let Some(instr) = single {
            if let Some((c, behind)) = self.text.next(from).filter(|(_, behind)| *behind <= to)
                && takes(self.pattern, instr, c, self.text.fold(c))
            {
                places.add(behind);
            }
            return Ok(places);
        }
        let program = Program::make(self.pattern, Part::Node(id), Way::Forward)?;
        ends(self.pattern, &program, self.text, (from, to), |place| places.add(place))?;
        Ok(places)
    }

    /// Where a part that ends at a place can begin, from another on.
    fn starts_of(&self, part: Part, (from, to): Span) -> Result<Places, Error> {
        let mut places = Places::new(from, to)?;
        let program = Program::make(self.pattern, part, Way::Backward)?;
        ends(self.pattern, &program, self.text, (to, from), |place| places.add(place))?;
        Ok(places)
    }

    fn matches(&self, id: Id, span: Span) -> Result<bool, Error> {
        Ok(self.ends_of(id, span)?.has(span.1))
    }

    /// Sets the groups of a node that matches a span.
    pub fn fill(&mut self, mut id: Id, mut span: Span) -> Result<(), Error> {
        loop {
            if !self.has_group(id) {
                return Ok(());
            }
            match self.node(id) {
                Node::Group(number, inside) => {
                    self.groups.set(number as usize, span);
                    id = inside;
                }
                Node::Sequence(left, right) => {
                    let ends = self.ends_of(left, span)?;
                    let starts = self.starts_of(Part::Node(right), span)?;
                    let cut = last_common(&ends, &starts, span).unwrap_or(span.1);
                    self.fill(left, (span.0, cut))?;
                    (id, span) = (right, (cut, span.1));
                }
                Node::Either(left, right) => {
                    id = if self.matches(left, span)? { left } else { right };
                }
                Node::Repeat { what, least, most } => {
                    return self.rounds(what, (least, most), span);
                }
                _ => return Ok(()),
            }
        }
    }

    /// Sets the groups of what is repeated, round by round: what the last one leaves.
    fn rounds(
        &mut self,
        what: Id,
        (least, most): (u32, u32),
        (mut at, end): Span,
    ) -> Result<(), Error> {
        let mut done = 0;
        let mut rest_starts: Option<Places> = None;
        loop {
            let must = done < least;
            if at == end && !must {
                // Nothing at all is matched by a round of nothing where that is possible.
                if done == 0 && self.matches(what, (at, end))? {
                    return self.fill(what, (at, end));
                }
                return Ok(());
            }
            let left = if most == FOR_EVER { FOR_EVER } else { most.saturating_sub(done + 1) };
            let starts = match rest_starts.take() {
                // As many rounds may follow as before.
                Some(starts) if !must && most == FOR_EVER => starts,
                _ => {
                    let least = least.saturating_sub(done + 1);
                    self.starts_of(Part::Repeat { what, least, most: left }, (at, end))?
                }
            };
            let ends = self.ends_of(what, (at, end))?;
            let Some(cut) = last_common(&ends, &starts, (at, end)).filter(|cut| must || *cut > at)
            else {
                return Ok(());
            };
            self.fill(what, (at, cut))?;
            (at, done) = (cut, done + 1);
            rest_starts = Some(starts);
        }
    }
}

/// The last place in both.
fn last_common(ends: &Places, starts: &Places, (from, to): Span) -> Option<usize> {
    (from..=to).rev().find(|place| ends.has(*place) && starts.has(*place))
}
