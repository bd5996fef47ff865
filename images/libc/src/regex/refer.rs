//! Patterns that refer to what a group matched: every way is tried, one after the other, and the longest kept. No
//! way is known that needs no more time than a power of the text's length, and there may be none.

use super::Error;
use super::program::{Instr, Program};
use super::search::takes;
use super::spans::{Span, UNSET};
use super::text::Text;
use super::tree::Pattern;
use crate::list::List;

const NOWHERE: usize = usize::MAX;

/// What is still to be tried, or to be taken back.
#[derive(Clone, Copy)]
enum Left {
    Try { at: u32, place: usize },
    Restore { slot: u32, place: usize },
}

/// Where what a group matched ends when it comes again at a place.
fn again(text: &Text, (mut from, to): Span, mut place: usize) -> Option<usize> {
    while from < to {
        let (wanted, next) = text.next(from)?;
        let (c, behind) = text.next(place)?;
        if text.fold(wanted) != text.fold(c) {
            return None;
        }
        (from, place) = (next, behind);
    }
    Some(place)
}

/// The leftmost match from a place on, and of those the longest; what each group of it matched goes to `groups`.
pub fn find(
    pattern: &Pattern,
    program: &Program,
    text: &Text,
    from: usize,
    groups: &mut List<Span>,
) -> Result<Option<Span>, Error> {
    let mut slots = List::filled(NOWHERE, program.slots as usize)?;
    let mut left = List::new();
    let mut start = from;
    loop {
        let mut longest = None;
        left.push(Left::Try { at: 0, place: start })?;
        while let Some(next) = left.pop() {
            let (mut at, mut place) = match next {
                Left::Try { at, place } => (at, place),
                Left::Restore { slot, place } => {
                    slots.set(slot as usize, place);
                    continue;
                }
            };
            loop {
                match program.at(at) {
                    Instr::Jump(to) => {
                        at = to;
                        continue;
                    }
                    Instr::Split(first, second) => {
                        left.push(Left::Try { at: second, place })?;
                        at = first;
                        continue;
                    }
                    Instr::Save(slot) => {
                        left.push(Left::Restore { slot, place: slots.get(slot as usize) })?;
                        slots.set(slot as usize, place);
                    }
                    Instr::Progress(slot) if slots.get(slot as usize) == place => break,
                    Instr::Progress(_) => {}
                    Instr::Assertion(assertion) if !text.holds(assertion, place) => break,
                    Instr::Assertion(_) => {}
                    Instr::Reference(group) => {
                        let slot = |at| slots.get((2 * group + at) as usize);
                        let span = (slot(0), slot(1));
                        let end = (span.1 != NOWHERE).then(|| again(text, span, place)).flatten();
                        let Some(end) = end else { break };
                        place = end;
                    }
                    Instr::Match => {
                        if longest.is_none_or(|end| place > end) {
                            longest = Some(place);
                            for group in 0..groups.len() {
                                let span = (slots.get(2 * group), slots.get(2 * group + 1));
                                groups.set(group, if span.1 == NOWHERE { UNSET } else { span });
                            }
                        }
                        // Nothing is longer.
                        if place == text.len {
                            return Ok(Some((start, place)));
                        }
                        break;
                    }
                    instr => {
                        let Some((c, behind)) = text.next(place) else { break };
                        if !takes(pattern, instr, c, text.fold(c)) {
                            break;
                        }
                        place = behind;
                    }
                }
                at += 1;
            }
        }
        if let Some(end) = longest {
            return Ok(Some((start, end)));
        }
        let Some((_, behind)) = text.next(start) else { return Ok(None) };
        start = behind;
    }
}
