//! Units with identical contents share their bytes.
//!
//! Functions whose address is taken stay apart, since C promises that addresses of different
//! functions differ; so do constants, unless they are marked as literals. Functions are
//! identical when their bytes are and what they refer to is: all are assumed equal at first and
//! told apart until nothing changes, so that recursive ones fold too.

use alloc::vec::Vec;
use hashbrown::HashMap;

use super::{FixKind, Kept, Kind, Place, UnitId, Units};

/// Which unit stands for each.
#[derive(Clone, Debug)]
pub struct Folds {
    stands_in: Vec<UnitId>,
}

impl Folds {
    /// Nothing is folded.
    pub fn none(units: &Units) -> Self {
        Self { stands_in: (0..units.len() as u32).map(UnitId).collect() }
    }

    /// Finds the identical ones among the kept units.
    pub fn of(units: &Units, kept: &Kept) -> Self {
        let mut folds = Self::none(units);
        let may = |id: UnitId| {
            let unit = units.unit(id);
            match unit.kind {
                Kind::Text => !kept.address_taken[id.0 as usize] || unit.foldable,
                Kind::Rodata => unit.foldable,
                _ => false,
            }
        };
        let candidates: Vec<UnitId> = kept.iter().filter(|id| may(*id)).collect();
        // A class for every unit: candidates of equal bytes share one, the others are alone.
        let mut class: Vec<u32> = (0..units.len() as u32).collect();
        let mut first: HashMap<Shape<'_>, u32> = HashMap::new();
        for id in &candidates {
            let shape = Shape::of(units, *id);
            class[id.0 as usize] = *first.entry(shape).or_insert(id.0);
        }
        loop {
            let mut groups: HashMap<(u32, Vec<Reference>), u32> = HashMap::new();
            let mut next = class.clone();
            for id in &candidates {
                let key = (class[id.0 as usize], references(units, *id, &class));
                next[id.0 as usize] = *groups.entry(key).or_insert(id.0);
            }
            // Classes are named after their first member, so equal partitions have equal names.
            if next == class {
                break;
            }
            class = next;
        }
        // The hottest member stands for its class: it keeps its place in the layout.
        let mut best: HashMap<u32, UnitId> = HashMap::new();
        for id in &candidates {
            let entry = best.entry(class[id.0 as usize]).or_insert(*id);
            if units.unit(*id).heat > units.unit(*entry).heat {
                *entry = *id;
            }
        }
        for id in &candidates {
            folds.stands_in[id.0 as usize] = best[&class[id.0 as usize]];
        }
        folds
    }

    /// The unit whose bytes stand for those of `id`.
    pub fn of_unit(&self, id: UnitId) -> UnitId {
        self.stands_in[id.0 as usize]
    }

    /// Whether another unit stands for it.
    pub fn is_folded(&self, id: UnitId) -> bool {
        self.of_unit(id) != id
    }
}

/// All of a unit but what it refers to.
#[derive(PartialEq, Eq, Hash)]
struct Shape<'a> {
    kind: Kind,
    align: u64,
    bytes: &'a [u8],
    fixes: Vec<(u32, core::mem::Discriminant<FixKind>, i64)>,
}

impl<'a> Shape<'a> {
    fn of(units: &'a Units, id: UnitId) -> Self {
        let unit = units.unit(id);
        let fix = |fix: &super::Fix| (fix.at, core::mem::discriminant(&fix.kind), fix.addend);
        // Constants are compared by their bytes alone: the strictest alignment wins, see `place`.
        let align = if unit.kind == Kind::Text { unit.align } else { 0 };
        let fixes = unit.fixes.iter().map(fix).collect();
        Self { kind: unit.kind, align, bytes: &unit.bytes, fixes }
    }
}

/// What one fix refers to.
#[derive(PartialEq, Eq, Hash)]
enum Reference {
    Class(u32, u64),
    Number(u64),
    Unknown(u32),
}

fn references(units: &Units, id: UnitId, class: &[u32]) -> Vec<Reference> {
    let reference = |target: super::SymbolId| match units.place(target) {
        Some(Place::In(unit, offset)) => Reference::Class(class[unit.0 as usize], offset),
        Some(Place::Absolute(value)) => Reference::Number(value),
        None => Reference::Unknown(target.0),
    };
    let mut list = Vec::new();
    for fix in &units.unit(id).fixes {
        list.push(reference(fix.target));
        list.extend(fix.kind.other().map(reference));
    }
    list
}
