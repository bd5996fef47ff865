//! Searching without going back: all places of a program that the text so far leads to, at once. Time is the
//! text's length times the program's, and memory the program's alone.

use super::Error;
use super::program::{Instr, Program};
use super::text::{Text, is_character};
use super::tree::Pattern;
use crate::list::List;

const LINE: u32 = b'\n' as u32;

/// Places of a program that the text so far leads to, each with the place of the text where that began.
struct Threads {
    now: List<(u32, usize)>,
    next: List<(u32, usize)>,
    /// For each place of the program the step in which it was reached last.
    reached: List<u32>,
    step: u32,
    open: List<u32>,
}

impl Threads {
    fn of(program: &Program) -> Result<Self, Error> {
        let reached = List::filled(0, program.instrs.len())?;
        Ok(Self { now: List::new(), next: List::new(), reached, step: 1, open: List::new() })
    }

    /// Follows all ways from a place of the program that take no character. Whether one leads to its end.
    fn reach(
        &mut self,
        program: &Program,
        text: &Text,
        from: (u32, usize),
        place: usize,
    ) -> Result<bool, Error> {
        let mut matches = false;
        self.open.push(from.0)?;
        while let Some(at) = self.open.pop() {
            if self.reached.get(at as usize) == self.step {
                continue;
            }
            self.reached.set(at as usize, self.step);
            match program.at(at) {
                Instr::Jump(to) => _ = self.open.push(to)?,
                Instr::Split(first, second) => {
                    self.open.push(second)?;
                    self.open.push(first)?;
                }
                Instr::Assertion(assertion) => {
                    if text.holds(assertion, place) {
                        self.open.push(at + 1)?;
                    }
                }
                Instr::Save(_) | Instr::Progress(_) => _ = self.open.push(at + 1)?,
                Instr::Match => matches = true,
                Instr::Character(_) | Instr::Any | Instr::Set(_) => {
                    _ = self.next.push((at, from.1))?
                }
                // Patterns with references are searched otherwise.
                Instr::Reference(_) => {}
            }
        }
        Ok(matches)
    }

    /// Begins the places behind the next character.
    fn turn(&mut self) {
        core::mem::swap(&mut self.now, &mut self.next);
        self.next.truncate(0);
        self.step += 1;
    }
}

/// Whether a character is what an instruction takes. `folded` is what it is where case does not count.
pub fn takes(pattern: &Pattern, instr: Instr, c: u32, folded: u32) -> bool {
    match instr {
        Instr::Character(wanted) => wanted == folded,
        Instr::Any => is_character(c) && c != 0 && !(pattern.lines && c == LINE),
        Instr::Set(set) => pattern.contains(set, c),
        _ => false,
    }
}

/// The ASCII characters that a match can begin with; `None`: it can begin with anything, or be empty.
pub fn beginnings(pattern: &Pattern, program: &Program) -> Result<Option<u128>, Error> {
    let mut seen = List::filled(false, program.instrs.len())?;
    let mut open = List::new();
    let mut all = 0;
    open.push(0)?;
    while let Some(at) = open.pop() {
        if seen.get(at as usize) {
            continue;
        }
        seen.set(at as usize, true);
        match program.at(at) {
            Instr::Jump(to) => _ = open.push(to)?,
            Instr::Split(first, second) => {
                open.push(first)?;
                open.push(second)?;
            }
            Instr::Assertion(_) | Instr::Save(_) | Instr::Progress(_) => _ = open.push(at + 1)?,
            Instr::Match | Instr::Reference(_) => return Ok(None),
            instr => {
                for c in 0..0x80u8 {
                    let folded = if pattern.any_case { crate::character::lower(c) } else { c };
                    let begins = takes(pattern, instr, u32::from(c), u32::from(folded));
                    all |= u128::from(begins) << c;
                }
            }
        }
    }
    Ok(Some(all))
}

/// The leftmost match from a place on, and of those the longest.
pub fn find(
    pattern: &Pattern,
    program: &Program,
    begins: Option<u128>,
    text: &Text,
    from: usize,
) -> Result<Option<(usize, usize)>, Error> {
    let mut threads = Threads::of(program)?;
    let mut found: Option<(usize, usize)> = None;
    let mut place = from;
    loop {
        if threads.next.is_empty()
            && found.is_none()
            && let Some(begins) = begins
        {
            let other = |byte: u8| byte < 0x80 && begins >> byte & 1 == 0;
            // SAFETY: before the end of the text.
            while place < text.len && other(unsafe { *text.start.wrapping_add(place) }) {
                place += 1;
            }
            if place >= text.len {
                return Ok(None);
            }
        }
        // Those of this place: what came here, in the order of where it began, then what begins here.
        let next = text.next(place);
        if found.is_none() && threads.reach(program, text, (0, place), place)? {
            found = Some((place, place));
        }
        threads.turn();
        let Some((c, behind)) = next else { return Ok(found) };
        let folded = text.fold(c);
        for index in 0..threads.now.len() {
            let (at, start) = threads.now.get(index);
            if found.is_some_and(|(first, _)| start > first)
                || !takes(pattern, program.at(at), c, folded)
            {
                continue;
            }
            if threads.reach(program, text, (at + 1, start), behind)? {
                // Later ones begin no earlier than this, so it is the first that ends here.
                if found
                    .is_none_or(|(first, end)| start < first || (start == first && behind > end))
                {
                    found = Some((start, behind));
                }
            }
        }
        if found.is_some() && threads.next.is_empty() {
            return Ok(found);
        }
        place = behind;
    }
}

/// All places where a program that begins at one can end, up to (or, backwards, down to) another.
pub fn ends(
    pattern: &Pattern,
    program: &Program,
    text: &Text,
    (from, to): (usize, usize),
    mut told: impl FnMut(usize),
) -> Result<(), Error> {
    let mut threads = Threads::of(program)?;
    if threads.reach(program, text, (0, from), from)? {
        told(from);
    }
    let backward = to < from;
    let mut place = from;
    loop {
        threads.turn();
        if threads.now.is_empty() || place == to {
            return Ok(());
        }
        let next = if backward { text.previous(place) } else { text.next(place) };
        let Some((c, behind)) = next else { return Ok(()) };
        let folded = text.fold(c);
        let mut matches = false;
        for index in 0..threads.now.len() {
            let (at, start) = threads.now.get(index);
            if takes(pattern, program.at(at), c, folded) {
                matches |= threads.reach(program, text, (at + 1, start), behind)?;
            }
        }
        if matches {
            told(behind);
        }
        place = behind;
    }
}
