//! Trees as programs: what to compare, and where to go on.

use super::Error;
use super::tree::{Assertion, FOR_EVER, Id, Node, Pattern};
use crate::list::List;

/// Most instructions of a program, which repetitions within repetitions could make of any size.
const MOST: usize = 1 << 18;

#[derive(Clone, Copy)]
pub enum Instr {
    Character(u32),
    Any,
    Set(u32),
    Assertion(Assertion),
    Reference(u32),
    /// Both; what comes first is tried first.
    Split(u32, u32),
    Jump(u32),
    /// The place is kept in a slot.
    Save(u32),
    /// Goes on only behind the place that is kept in a slot.
    Progress(u32),
    Match,
}

/// Which program is made of a tree.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Forward,
    /// From the end to the start.
    Backward,
    /// Forward, with the places of groups kept, and no round of a loop that takes nothing.
    Keeping,
}

/// What a program is made of.
#[derive(Clone, Copy)]
pub enum Part {
    Node(Id),
    Repeat { what: Id, least: u32, most: u32 },
}

pub struct Program {
    pub instrs: List<Instr>,
    /// Slots that it keeps places in.
    pub slots: u32,
}

struct Maker<'a> {
    pattern: &'a Pattern,
    way: Way,
    made: List<Instr>,
    slots: u32,
    /// Nodes, and jumps without a target, that are still to be done.
    chain: List<Id>,
    jumps: List<u32>,
}

impl Program {
    pub fn make(pattern: &Pattern, part: Part, way: Way) -> Result<Self, Error> {
        let slots = if way == Way::Keeping { 2 * (pattern.groups + 1) } else { 0 };
        let (made, chain, jumps) = (List::new(), List::new(), List::new());
        let mut maker = Maker { pattern, way, made, slots, chain, jumps };
        match part {
            Part::Node(id) => maker.node(id)?,
            Part::Repeat { what, least, most } => maker.repeat(what, least, most)?,
        }
        maker.add(Instr::Match)?;
        Ok(Self { instrs: maker.made, slots: maker.slots })
    }

    pub fn at(&self, place: u32) -> Instr {
        self.instrs.get(place as usize)
    }
}

impl Maker<'_> {
    fn here(&self) -> u32 {
        self.made.len() as u32
    }

    fn add(&mut self, instr: Instr) -> Result<u32, Error> {
        if self.made.len() >= MOST {
            return Err(Error::Space);
        }
        Ok(self.made.push(instr)? as u32)
    }

    /// One that is written over when its targets are known.
    fn reserve(&mut self) -> Result<u32, Error> {
        self.add(Instr::Match)
    }

    fn node(&mut self, id: Id) -> Result<(), Error> {
        let simple = match self.pattern.nodes.get(id as usize) {
            Node::Empty => return Ok(()),
            Node::Character(c) => Instr::Character(c),
            Node::Any => Instr::Any,
            Node::Set(set) => Instr::Set(set),
            Node::Assertion(assertion) => Instr::Assertion(assertion),
            Node::Reference(group) => Instr::Reference(group),
            Node::Group(number, inside) => return self.group(number, inside),
            Node::Sequence(..) => return self.sequence(id),
            Node::Either(..) => return self.either(id),
            Node::Repeat { what, least, most } => return self.repeat(what, least, most),
        };
        self.add(simple).map(|_| ())
    }

    fn group(&mut self, number: u32, inside: Id) -> Result<(), Error> {
        if self.way != Way::Keeping {
            return self.node(inside);
        }
        self.add(Instr::Save(2 * number))?;
        self.node(inside)?;
        self.add(Instr::Save(2 * number + 1)).map(|_| ())
    }

    fn sequence(&mut self, mut id: Id) -> Result<(), Error> {
        let base = self.chain.len();
        while let Node::Sequence(left, right) = self.pattern.nodes.get(id as usize) {
            self.chain.push(left)?;
            id = right;
        }
        self.chain.push(id)?;
        let count = self.chain.len() - base;
        for index in 0..count {
            let index = if self.way == Way::Backward { count - 1 - index } else { index };
            self.node(self.chain.get(base + index))?;
        }
        self.chain.truncate(base);
        Ok(())
    }

    fn either(&mut self, mut id: Id) -> Result<(), Error> {
        let base = self.jumps.len();
        while let Node::Either(left, right) = self.pattern.nodes.get(id as usize) {
            let split = self.reserve()?;
            self.node(left)?;
            let jump = self.reserve()?;
            self.jumps.push(jump)?;
            self.made.set(split as usize, Instr::Split(split + 1, self.here()));
            id = right;
        }
        self.node(id)?;
        let end = self.here();
        while self.jumps.len() > base {
            if let Some(jump) = self.jumps.pop() {
                self.made.set(jump as usize, Instr::Jump(end));
            }
        }
        Ok(())
    }

    fn repeat(&mut self, what: Id, least: u32, most: u32) -> Result<(), Error> {
        for _ in 0..least {
            self.node(what)?;
        }
        if most == FOR_EVER {
            let split = self.reserve()?;
            let slot = self.slots;
            if self.way == Way::Keeping {
                self.slots += 1;
                self.add(Instr::Save(slot))?;
            }
            self.node(what)?;
            if self.way == Way::Keeping {
                self.add(Instr::Progress(slot))?;
            }
            self.add(Instr::Jump(split))?;
            self.made.set(split as usize, Instr::Split(split + 1, self.here()));
            return Ok(());
        }
        let base = self.jumps.len();
        for _ in least..most {
            let split = self.reserve()?;
            self.jumps.push(split)?;
            self.node(what)?;
        }
        let end = self.here();
        while self.jumps.len() > base {
            if let Some(split) = self.jumps.pop() {
                self.made.set(split as usize, Instr::Split(split + 1, end));
            }
        }
        Ok(())
    }
}
