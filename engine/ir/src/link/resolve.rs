//! Which definition each name stands for.

use alloc::borrow::ToOwned;

use hashbrown::HashMap;

use super::LinkError;
use crate::{AliasId, FuncId, GlobalId, Linkage, Module, Symbol, layout};

/// A symbol of one of the modules.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Place {
    /// Index of the module.
    pub(super) module: usize,
    /// The symbol in it.
    pub(super) symbol: Symbol,
}

/// What each name that modules share stands for.
pub(super) type Table<'a> = HashMap<&'a str, Winner>;

/// The definition of a name, or a declaration when there is none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Winner {
    pub(super) place: Place,
    /// Whether it is a declaration only, and every module that has one can do without it: its
    /// address is then null.
    pub(super) null: bool,
    /// The alignment that a tentative definition has of all of its kind; 0 where that is its own.
    pub(super) align: u32,
}

/// A symbol that competes for its name.
struct Candidate<'a> {
    name: &'a str,
    place: Place,
    strength: Strength,
    comdat: Option<&'a str>,
    /// Bytes and alignment, for common variables.
    size: u64,
    align: u32,
}

/// Who wins: the greater one. Two strong ones are an error (LLVM Language Reference, "Linkage
/// Types").
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Strength {
    WeakDeclaration,
    Declaration,
    Available,
    Weak,
    Common,
    Strong,
}

pub(super) fn resolve<'a>(modules: &[&'a Module]) -> Result<Table<'a>, LinkError> {
    let mut best: HashMap<&'a str, Candidate<'a>> = HashMap::new();
    for (index, module) in modules.iter().enumerate() {
        for candidate in candidates(index, module) {
            let Some(known) = best.get(candidate.name) else {
                best.insert(candidate.name, candidate);
                continue;
            };
            let both_strong =
                known.strength == Strength::Strong && candidate.strength == Strength::Strong;
            if both_strong && (known.comdat.is_none() || known.comdat != candidate.comdat) {
                return Err(LinkError::Duplicate {
                    symbol: candidate.name.to_owned(),
                    first: modules[known.place.module].name.clone(),
                    second: module.name.clone(),
                });
            }
            let both_common =
                known.strength == Strength::Common && candidate.strength == Strength::Common;
            // Of tentative definitions, the largest one stays, at the greatest alignment.
            let align =
                if both_common { known.align.max(candidate.align) } else { candidate.align };
            let larger = both_common && candidate.size > known.size;
            if candidate.strength > known.strength || larger {
                best.insert(candidate.name, Candidate { align, ..candidate });
            } else if both_common && let Some(known) = best.get_mut(candidate.name) {
                known.align = align;
            }
        }
    }
    let winner = |candidate: &Candidate<'_>| Winner {
        place: candidate.place,
        null: candidate.strength == Strength::WeakDeclaration,
        align: if candidate.strength == Strength::Common { candidate.align } else { 0 },
    };
    Ok(best.into_iter().map(|(name, candidate)| (name, winner(&candidate))).collect())
}

/// All symbols of a module that other modules may see.
fn candidates<'a>(index: usize, module: &'a Module) -> impl Iterator<Item = Candidate<'a>> {
    let new = move |name, symbol, linkage, declaration| Candidate {
        name,
        place: Place { module: index, symbol },
        strength: strength(linkage, declaration),
        comdat: None,
        size: 0,
        align: 0,
    };
    let shared = |linkage: Linkage| move |_: &Candidate<'_>| is_shared(linkage);
    let funcs = module.funcs.iter().enumerate().filter_map(move |(at, func)| {
        let symbol = Symbol::Func(FuncId::new(at));
        let candidate = new(func.name.as_str(), symbol, func.linkage, func.is_declaration());
        Some(Candidate { comdat: func.comdat.as_deref(), ..candidate }).filter(shared(func.linkage))
    });
    let globals = module.globals.iter().enumerate().filter_map(move |(at, global)| {
        let symbol = Symbol::Global(GlobalId::new(at));
        let candidate = new(global.name.as_str(), symbol, global.linkage, global.init.is_none());
        let candidate = Candidate {
            comdat: global.comdat.as_deref(),
            size: layout::alloc_size(&module.types, global.ty),
            align: global.align,
            ..candidate
        };
        Some(candidate).filter(shared(global.linkage))
    });
    let aliases = module.aliases.iter().enumerate().filter_map(move |(at, alias)| {
        let symbol = Symbol::Alias(AliasId::new(at));
        let candidate = new(alias.name.as_str(), symbol, alias.linkage, false);
        Some(candidate).filter(shared(alias.linkage))
    });
    funcs.chain(globals).chain(aliases)
}

/// Whether a symbol's name means the same in all modules. Appending arrays are laid end to end
/// instead.
pub(super) fn is_shared(linkage: Linkage) -> bool {
    !matches!(linkage, Linkage::Internal | Linkage::Appending)
}

/// What of a library programs may replace for the library as well.
const REPLACED: [&str; 9] = [
    "malloc",
    "free",
    "calloc",
    "realloc",
    "memalign",
    "aligned_alloc",
    "posix_memalign",
    "valloc",
    "malloc_usable_size",
];

/// Whether a module's own function is meant whatever the name stands for elsewhere: what a library computes
/// does not change when a program has an `index` or a `vsnprintf` of its own. Allocation is the exception,
/// which programs may replace (glibc manual, "Replacing malloc").
pub(super) fn keeps(modules: &[&Module], place: Place, name: &str) -> bool {
    let module = modules[place.module];
    let Symbol::Func(id) = place.symbol else { return false };
    module.keeps_its_own && !module.func(id).is_declaration() && !REPLACED.contains(&name)
}

fn strength(linkage: Linkage, declaration: bool) -> Strength {
    match linkage {
        Linkage::ExternWeak if declaration => Strength::WeakDeclaration,
        _ if declaration => Strength::Declaration,
        Linkage::AvailableExternally => Strength::Available,
        Linkage::LinkOnce | Linkage::Weak | Linkage::ExternWeak => Strength::Weak,
        Linkage::Common => Strength::Common,
        Linkage::External | Linkage::Internal | Linkage::Appending => Strength::Strong,
    }
}
