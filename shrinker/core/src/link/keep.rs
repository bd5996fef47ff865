//! What is reachable, and why.

use alloc::vec;
use alloc::vec::Vec;
use hashbrown::HashSet;

use super::{FixKind, Kind, Place, SymbolId, UnitId, Units};

/// The units that an image needs.
#[derive(Clone, Debug)]
pub struct Kept {
    /// For each unit: whether it is kept.
    pub units: Vec<bool>,
    /// For each kept unit but the roots: the unit that first led to it.
    pub because: Vec<Option<UnitId>>,
    /// For each unit: whether its address is used other than to call it.
    pub address_taken: Vec<bool>,
    /// Names that kept units refer to and nothing defines, with a unit that does.
    pub unresolved: Vec<(SymbolId, UnitId)>,
}

/// Names that begin so stand for the rest of the name where that is kept anyway, else for 0.
pub const WEAK: &str = "weak_";
/// Names that begin so are set by the linker.
pub const LINKER: &str = "image_";
/// The piece that brings variables to where they are used.
const VARIABLES: &str = "need_data";

impl Kept {
    /// Follows references from the chains of the kinds in `chains`, and from `roots`.
    pub fn of(units: &Units, chains: &[Kind], roots: &[SymbolId]) -> Self {
        let mut kept = Self {
            units: vec![false; units.len()],
            because: vec![None; units.len()],
            address_taken: vec![false; units.len()],
            unresolved: Vec::new(),
        };
        let chained = units.iter().filter(|(_, u)| chains.contains(&u.kind) && !u.on_demand);
        let mut work: Vec<UnitId> = chained.map(|(id, _)| id).collect();
        for root in roots {
            if let Some(Place::In(unit, _)) = units.place(*root) {
                work.push(unit);
            }
        }
        for root in &work {
            kept.units[root.0 as usize] = true;
        }
        let mut missing = HashSet::new();
        while let Some(id) = work.pop() {
            let unit = units.unit(id);
            if unit.kind == Kind::Data
                && let Some(Place::In(piece, _)) =
                    units.find(VARIABLES).and_then(|symbol| units.place(symbol))
                && !core::mem::replace(&mut kept.units[piece.0 as usize], true)
            {
                kept.because[piece.0 as usize] = Some(id);
                work.push(piece);
            }
            for fix in &unit.fixes {
                for target in [Some(fix.target), fix.kind.other()].into_iter().flatten() {
                    match units.place(target) {
                        Some(Place::In(unit, _)) => {
                            let at = unit.0 as usize;
                            kept.address_taken[at] |=
                                !matches!(fix.kind, FixKind::Call | FixKind::Need);
                            if !core::mem::replace(&mut kept.units[at], true) {
                                kept.because[at] = Some(id);
                                work.push(unit);
                            }
                        }
                        Some(Place::Absolute(_)) => {}
                        None => {
                            let name = units.name(target);
                            let set_later = name.starts_with(WEAK) || name.starts_with(LINKER);
                            if !set_later && missing.insert(target) {
                                kept.unresolved.push((target, id));
                            }
                        }
                    }
                }
            }
        }
        kept
    }

    /// Whether a unit is kept.
    pub fn has(&self, id: UnitId) -> bool {
        self.units[id.0 as usize]
    }

    /// Whether the unit that defines a name is kept.
    pub fn has_symbol(&self, units: &Units, name: &str) -> bool {
        match units.find(name).and_then(|id| units.place(id)) {
            Some(Place::In(unit, _)) => self.has(unit),
            _ => false,
        }
    }

    /// Ids of the kept units.
    pub fn iter(&self) -> impl Iterator<Item = UnitId> {
        self.units.iter().enumerate().filter(|(_, kept)| **kept).map(|(at, _)| UnitId(at as u32))
    }
}
