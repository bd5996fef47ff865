//! Sections whose ends a program asks for.
//!
//! Programs collect tables over all their files by putting variables into a section of one name, and
//! walk it from `__start_NAME` to `__stop_NAME`, which linkers define (ELF gABI leaves it to them; GNU
//! ld, "Input Section Example"). Here a section that is asked for becomes one variable of its
//! members in order of definition, so that they lie side by side wherever it is put, and each of its
//! members is a place in it. As with linkers, who asks for an end keeps all members.

use alloc::vec::Vec;

use hashbrown::HashMap;

use super::resolve::{Place, Table, is_shared};
use crate::layout::{align_of, align_up, alloc_size};
use crate::{GlobalId, Linkage, Module, Symbol};

/// One section.
pub(super) struct Section<'a> {
    pub(super) name: &'a str,
    /// Each with its distance in bytes from the start.
    pub(super) members: Vec<(Place, u64)>,
    pub(super) bytes: u64,
    pub(super) align: u64,
    /// Whether no member is ever written.
    pub(super) constant: bool,
    /// What it is in the linked module.
    pub(super) made: Option<GlobalId>,
}

/// All sections that are asked for.
#[derive(Default)]
pub(super) struct Sections<'a> {
    pub(super) list: Vec<Section<'a>>,
    /// Section and distance of members.
    places: HashMap<Place, (usize, u64)>,
    /// The same of the names of their ends.
    ends: HashMap<&'a str, (usize, u64)>,
}

impl<'a> Sections<'a> {
    pub(super) fn of(modules: &[&'a Module], table: &Table<'a>) -> Self {
        let mut sections = Self::default();
        for module in modules {
            for global in module.globals.iter().filter(|global| global.init.is_none()) {
                let name = global.name.as_str();
                let start = name.strip_prefix("__start_");
                let Some(section) = start.or_else(|| name.strip_prefix("__stop_")) else {
                    continue;
                };
                if sections.ends.contains_key(name) || is_defined(modules, table, name) {
                    continue;
                }
                let known = sections.list.iter().position(|known| known.name == section);
                let at = known.or_else(|| sections.collect(modules, table, section));
                if let Some(at) = at {
                    let distance = if start.is_some() { 0 } else { sections.list[at].bytes };
                    sections.ends.insert(name, (at, distance));
                }
            }
        }
        sections
    }

    /// Where a variable lies in a section, or the end of one that a name stands for.
    pub(super) fn find(&self, place: Place, name: &str) -> Option<(usize, u64)> {
        if self.list.is_empty() {
            return None;
        }
        self.places.get(&place).or_else(|| self.ends.get(name)).copied()
    }

    /// Lays out the members of a section; `None` when it has none, and its ends are then names that
    /// nothing defines.
    fn collect(
        &mut self,
        modules: &[&'a Module],
        table: &Table<'a>,
        name: &'a str,
    ) -> Option<usize> {
        let (mut bytes, mut align, mut constant) = (0, 1, true);
        let mut members = Vec::new();
        for (index, module) in modules.iter().enumerate() {
            for (at, global) in module.globals.iter().enumerate() {
                let place = Place { module: index, symbol: Symbol::Global(GlobalId::new(at)) };
                let winner = || table.get(global.name.as_str()).map(|winner| winner.place);
                if global.section.as_deref() != Some(name)
                    || global.thread_local
                    || global.linkage == Linkage::AvailableExternally
                    || is_shared(global.linkage) && winner() != Some(place)
                {
                    continue;
                }
                // Exactly what it asks for: more would be a gap between members.
                let own = match global.align {
                    0 => align_of(&module.types, global.ty),
                    asked => u64::from(asked),
                };
                let start = align_up(bytes, own);
                members.push((place, start));
                bytes = start.saturating_add(alloc_size(&module.types, global.ty));
                align = align.max(own);
                constant &= global.constant;
            }
        }
        if members.is_empty() {
            return None;
        }
        let at = self.list.len();
        self.places.extend(members.iter().map(|(place, start)| (*place, (at, *start))));
        self.list.push(Section { name, members, bytes, align, constant, made: None });
        Some(at)
    }
}

/// Whether a name has a definition of its own.
fn is_defined(modules: &[&Module], table: &Table<'_>, name: &str) -> bool {
    let Some(winner) = table.get(name) else { return false };
    match winner.place.symbol {
        Symbol::Global(id) => modules[winner.place.module].global(id).init.is_some(),
        Symbol::Func(_) | Symbol::Alias(_) => true,
    }
}
