//! What is linked: pieces of code and data, and the names they know each other by.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use hashbrown::HashMap;

use anyhow::{Result, bail};

/// An index into [`Units::units`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct UnitId(pub u32);

/// A name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SymbolId(pub u32);

/// Where a unit goes. In this order in memory.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// The first sector of a flat image.
    Sector,
    /// 16-bit code of a flat image, in order of names.
    Real,
    /// What leads from low memory to an image above it that is not packed.
    Go,
    /// The decoder of a packed image.
    Unpack,
    /// 32-bit entry of an ELF image.
    Pvh,
    /// The way to the program, in order of names.
    Start,
    /// Functions.
    Text,
    /// Constants.
    Rodata,
    /// Variables that are not zero at first.
    Data,
    /// Variables that are.
    Bss,
}

/// A piece of the image: one function, one variable, one piece of machine.
#[derive(Clone, Debug)]
pub struct Unit {
    /// What people call it. Units of one kind that are laid out by name use it too.
    pub name: String,
    /// The program module it belongs to; `None` for the machine.
    pub module: Option<u32>,
    /// Where it goes.
    pub kind: Kind,
    /// Alignment in bytes, a power of two.
    pub align: u64,
    /// Contents; empty for [`Kind::Bss`].
    pub bytes: Vec<u8>,
    /// Size in bytes in memory.
    pub size: u64,
    /// What is filled in when addresses are known.
    pub fixes: Vec<Fix>,
    /// How hot it is; what is hotter comes first.
    pub heat: u64,
    /// Whether it may share its bytes with an identical unit although its address is taken.
    pub foldable: bool,
    /// Taken when reached only, though its kind is laid out as a chain.
    pub on_demand: bool,
}

impl FixKind {
    /// The second name it refers to.
    pub const fn other(self) -> Option<SymbolId> {
        match self {
            FixKind::Distance(other) | FixKind::Distance64(other) => Some(other),
            _ => None,
        }
    }
}

impl Unit {
    /// A unit of `kind` with these contents and nothing to fill in.
    pub fn new(name: impl Into<String>, kind: Kind, align: u64, bytes: Vec<u8>) -> Self {
        let size = bytes.len() as u64;
        Self {
            name: name.into(),
            module: None,
            kind,
            align: align.max(1),
            bytes,
            size,
            fixes: Vec::new(),
            heat: 0,
            foldable: false,
            on_demand: true,
        }
    }
}

/// A place in a unit where an address goes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Fix {
    /// Offset in bytes.
    pub at: u32,
    /// How it is written.
    pub kind: FixKind,
    /// Whose address.
    pub target: SymbolId,
    /// Added to it.
    pub addend: i64,
}

/// How an address S with addend A is written at place P.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FixKind {
    /// S + A - P, 4 bytes, the operand of a call or jump: the address is not taken.
    Call,
    /// S + A - P, 4 bytes.
    Rel32,
    /// S + A - P, 2 bytes.
    Rel16,
    /// S + A, 8 bytes.
    Abs64,
    /// S + A, 4 bytes, zero-extended.
    Abs32,
    /// S + A, 4 bytes, sign-extended.
    Abs32Signed,
    /// S + A, 2 bytes.
    Abs16,
    /// The address of a word that holds S, relative to P, 4 bytes; made direct where the
    /// instruction allows.
    Got,
    /// S - T + A, 4 bytes: the distance from `T`.
    Distance(SymbolId),
    /// S - T + A, 8 bytes.
    Distance64(SymbolId),
    /// Nothing: the target is needed, that is all.
    Need,
}

/// What a name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// A place in a unit.
    In(UnitId, u64),
    /// A number.
    Absolute(u64),
}

/// All units and names of a link.
#[derive(Clone, Debug, Default)]
pub struct Units {
    units: Vec<Unit>,
    names: Vec<String>,
    places: Vec<Option<Place>>,
    by_name: HashMap<String, SymbolId>,
}

impl Units {
    /// Adds a unit that no name leads to yet.
    pub fn add(&mut self, unit: Unit) -> UnitId {
        self.units.push(unit);
        UnitId(self.units.len() as u32 - 1)
    }

    /// Adds a unit and defines `symbol` as its start.
    ///
    /// # Errors
    /// When the name is defined already.
    pub fn define(&mut self, symbol: &str, unit: Unit) -> Result<UnitId> {
        let id = self.add(unit);
        self.define_at(symbol, Place::In(id, 0))?;
        Ok(id)
    }

    /// Defines a name.
    ///
    /// # Errors
    /// When it is defined already.
    pub fn define_at(&mut self, symbol: &str, place: Place) -> Result<SymbolId> {
        let id = self.symbol(symbol);
        let slot = &mut self.places[id.0 as usize];
        if slot.is_some() {
            bail!("`{symbol}` is defined twice");
        }
        *slot = Some(place);
        Ok(id)
    }

    /// Defines a name, whether or not it was.
    pub fn redefine(&mut self, symbol: &str, place: Place) {
        let id = self.symbol(symbol);
        self.places[id.0 as usize] = Some(place);
    }

    /// Sets a number that a name stands for, whether or not it had one.
    pub fn set(&mut self, symbol: &str, value: u64) {
        self.redefine(symbol, Place::Absolute(value));
    }

    /// The id of a name.
    pub fn symbol(&mut self, name: &str) -> SymbolId {
        if let Some(id) = self.by_name.get(name) {
            return *id;
        }
        let id = SymbolId(self.names.len() as u32);
        self.names.push(name.to_owned());
        self.places.push(None);
        self.by_name.insert(name.to_owned(), id);
        id
    }

    /// The id of a name that is known.
    pub fn find(&self, name: &str) -> Option<SymbolId> {
        self.by_name.get(name).copied()
    }

    /// The name of an id.
    pub fn name(&self, id: SymbolId) -> &str {
        &self.names[id.0 as usize]
    }

    /// What a name stands for.
    pub fn place(&self, id: SymbolId) -> Option<Place> {
        self.places[id.0 as usize]
    }

    /// All names that stand for places in units.
    pub fn symbols(&self) -> impl Iterator<Item = (&str, UnitId, u64)> {
        self.names.iter().zip(&self.places).filter_map(|(name, place)| match place {
            Some(Place::In(unit, offset)) => Some((name.as_str(), *unit, *offset)),
            _ => None,
        })
    }

    /// A unit.
    pub fn unit(&self, id: UnitId) -> &Unit {
        &self.units[id.0 as usize]
    }

    /// A unit, to be changed.
    pub fn unit_mut(&mut self, id: UnitId) -> &mut Unit {
        &mut self.units[id.0 as usize]
    }

    /// All units with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (UnitId, &Unit)> {
        self.units.iter().enumerate().map(|(at, unit)| (UnitId(at as u32), unit))
    }

    /// Number of units.
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }
}
