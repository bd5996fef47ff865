//! Constraints: which operands there are, and where they are (LLVM Language Reference, "Inline Asm
//! Constraint String").

use alloc::string::String;
use alloc::vec::Vec;

/// Where an operand is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// In the general register of this number, as instructions count them.
    Register(u8),
    /// In a register of its own, by the number of the operand.
    Own(usize),
    /// In memory, at the address that is this argument.
    Memory(usize),
    /// In a flag, for outputs only.
    Flag(Flag),
}

/// What a flag operand asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Flag {
    Carry(bool),
    Zero(bool),
}

/// One operand, as templates count them.
#[derive(Clone, Debug)]
pub(super) struct Operand {
    pub(super) place: Place,
    /// Its position among the results, if it is one.
    pub(super) result: Option<usize>,
    /// The argument with its first value.
    pub(super) argument: Option<usize>,
}

/// All operands of a piece of assembly.
#[derive(Debug)]
pub(super) struct Operands {
    pub(super) list: Vec<Operand>,
    inputs: usize,
    results: usize,
}

impl Operands {
    /// `None` for what is not known.
    pub(super) fn parse(constraints: &str) -> Option<Self> {
        let mut operands = Self { list: Vec::new(), inputs: 0, results: 0 };
        for constraint in split(constraints) {
            match constraint.as_bytes().first() {
                None | Some(b'~') => {}
                Some(b'!') => return None,
                Some(b'=') => operands.output(constraint[1..].trim_start_matches(['&', '+']))?,
                Some(_) => operands.input(constraint.trim_start_matches('%'))?,
            }
        }
        Some(operands)
    }

    fn output(&mut self, constraint: &str) -> Option<()> {
        let number = self.list.len();
        if constraint.starts_with('*') {
            let argument = self.next_input();
            let place = Place::Memory(argument);
            self.list.push(Operand { place, result: None, argument: None });
            return Some(());
        }
        let place = place(constraint, number)?;
        let result = Some(self.results);
        self.results += 1;
        self.list.push(Operand { place, result, argument: None });
        Some(())
    }

    fn input(&mut self, constraint: &str) -> Option<()> {
        let argument = self.next_input();
        if constraint.starts_with('*') {
            let place = Place::Memory(argument);
            self.list.push(Operand { place, result: None, argument: None });
            return Some(());
        }
        let place = match constraint.parse::<usize>() {
            Ok(tied) => {
                let output = self.list.get_mut(tied)?;
                output.argument = Some(argument);
                output.place
            }
            Err(_) => place(constraint, self.list.len())?,
        };
        if let Place::Flag(_) = place {
            return None;
        }
        self.list.push(Operand { place, result: None, argument: Some(argument) });
        Some(())
    }

    fn next_input(&mut self) -> usize {
        self.inputs += 1;
        self.inputs - 1
    }

    /// How many arguments there are.
    pub(super) fn inputs(&self) -> usize {
        self.inputs
    }

    /// How many results there are.
    pub(super) fn results(&self) -> usize {
        self.results
    }

    /// The argument that the first result starts as.
    pub(super) fn tied_result(&self) -> Option<usize> {
        let first = self.list.iter().find(|operand| operand.result == Some(0));
        first.and_then(|operand| operand.argument)
    }
}

/// Splits at commas that are not in braces.
fn split(constraints: &str) -> Vec<&str> {
    let mut depth = 0;
    let at = |c: char| {
        depth += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        c == ',' && depth == 0
    };
    constraints.split(at).collect()
}

/// Where an operand of this constraint is; several letters are a choice.
fn place(constraint: &str, number: usize) -> Option<Place> {
    if let Some(rest) = constraint.strip_prefix('{') {
        let (name, _) = rest.split_once('}')?;
        if let Some(flag) = name.strip_prefix("@cc") {
            return Some(Place::Flag(match flag {
                "c" | "b" | "nae" => Flag::Carry(true),
                "nc" | "nb" | "ae" => Flag::Carry(false),
                "z" | "e" => Flag::Zero(true),
                "nz" | "ne" => Flag::Zero(false),
                _ => return None,
            }));
        }
        if let Some(xmm) = name.strip_prefix("xmm") {
            // Its own place, as nothing else can name it but by its operand.
            return xmm.parse::<u8>().ok().map(|_| Place::Own(number));
        }
        return register(name).map(|(register, _)| Place::Register(register));
    }
    let known = |c: char| "rqQRlaxvmingXI^YkKJLMNOeZ,".contains(c);
    match constraint {
        "a" => Some(Place::Register(0)),
        _ if !constraint.is_empty() && constraint.chars().all(known) => Some(Place::Own(number)),
        _ => None,
    }
}

/// A part of a general register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Part {
    pub(super) bits: u32,
    /// The second lowest byte.
    pub(super) high: bool,
}

/// A general register by its name, as instructions count them, and which part of it is meant.
pub(super) fn register(name: &str) -> Option<(u8, Part)> {
    const NAMES: [&str; 8] = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"];
    let part = |bits| Part { bits, high: false };
    let find = |wanted: &str| NAMES.iter().position(|known| *known == wanted).map(|at| at as u8);
    if let Some(number) = name.strip_prefix('r').map(|rest| rest.trim_end_matches(['d', 'w', 'b']))
        && let Ok(number @ 8..=15) = number.parse::<u8>()
    {
        let bits = match name.as_bytes().last() {
            Some(b'd') => 32,
            Some(b'w') => 16,
            Some(b'b') => 8,
            _ => 64,
        };
        return Some((number, part(bits)));
    }
    if let Some(rest) = name.strip_prefix('r') {
        return find(rest).map(|at| (at, part(64)));
    }
    if let Some(rest) = name.strip_prefix('e') {
        return find(rest).map(|at| (at, part(32)));
    }
    if let Some(at) = find(name) {
        return Some((at, part(16)));
    }
    let (letter, last) = name.split_at_checked(name.len().checked_sub(1)?)?;
    match last {
        // Only the first four have a second byte with a name.
        "h" if letter.len() == 1 => {
            let whole = String::from(letter) + "x";
            find(&whole).map(|at| (at, Part { bits: 8, high: true }))
        }
        "l" if letter.len() == 1 => {
            let whole = String::from(letter) + "x";
            find(&whole).map(|at| (at, part(8)))
        }
        "l" => find(letter).map(|at| (at, part(8))),
        _ => None,
    }
}
