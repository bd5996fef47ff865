//! What a pattern says, as a tree.

use crate::list::List;

/// The place of a node in its list.
pub type Id = u32;

/// As often as there is text for.
pub const FOR_EVER: u32 = u32::MAX;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Assertion {
    /// The start of the text, or of a line where lines count.
    Start,
    End,
    /// Of the text, whatever the flags are.
    TextStart,
    TextEnd,
    WordStart,
    WordEnd,
    WordEdge,
    NoWordEdge,
}

/// A node. Sequences and alternatives have what comes first on the left, and the rest on the right.
#[derive(Clone, Copy)]
pub enum Node {
    Empty,
    Character(u32),
    Any,
    Set(u32),
    Assertion(Assertion),
    /// What the group of a number matched.
    Reference(u32),
    Group(u32, Id),
    Sequence(Id, Id),
    Either(Id, Id),
    Repeat {
        what: Id,
        least: u32,
        most: u32,
    },
}

/// Characters from one to another, or a class by its number (`wctype`).
#[derive(Clone, Copy)]
pub enum Item {
    Range(u32, u32),
    Class(usize),
}

/// A set of characters.
#[derive(Clone, Copy)]
pub struct Set {
    /// Whether each ASCII character is in it, all flags considered.
    pub ascii: u128,
    /// Its items: from, and behind the last.
    pub items: (u32, u32),
    pub inverted: bool,
}

/// A pattern that was read.
pub struct Pattern {
    pub nodes: List<Node>,
    /// Whether there is a group in each node.
    pub has_group: List<bool>,
    pub sets: List<Set>,
    pub items: List<Item>,
    pub root: Id,
    pub groups: u32,
    /// The groups that are referred to.
    pub refers: bool,
    /// `REG_ICASE`.
    pub any_case: bool,
    /// `REG_NEWLINE`.
    pub lines: bool,
    /// Characters are those of UTF-8.
    pub utf8: bool,
}
