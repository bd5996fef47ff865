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

/// The winner for each name that modules share.
pub(super) type Table<'a> = HashMap<&'a str, Place>;

/// A symbol that competes for its name.
struct Candidate<'a> {
    name: &'a str,
    place: Place,
    strength: Strength,
    comdat: Option<&'a str>,
    /// Bytes, for common variables.
    size: u64,
}

/// Who wins: the greater one. Two strong ones are an error (LLVM Language Reference, "Linkage
/// Types").
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Strength {
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
            let larger_common = known.strength == Strength::Common
                && candidate.strength == Strength::Common
                && candidate.size > known.size;
            if candidate.strength > known.strength || larger_common {
                best.insert(candidate.name, candidate);
            }
        }
    }
    Ok(best.into_iter().map(|(name, candidate)| (name, candidate.place)).collect())
}

/// All symbols of a module that other modules may see.
fn candidates<'a>(index: usize, module: &'a Module) -> impl Iterator<Item = Candidate<'a>> {
    let funcs = module.funcs.iter().enumerate().map(move |(at, func)| {
        let symbol = Symbol::Func(FuncId::new(at));
        let strength = strength(func.linkage, func.is_declaration());
        (func.name.as_str(), symbol, strength, func.comdat.as_deref(), 0, func.linkage)
    });
    let globals = module.globals.iter().enumerate().map(move |(at, global)| {
        let symbol = Symbol::Global(GlobalId::new(at));
        let strength = strength(global.linkage, global.init.is_none());
        let size = layout::alloc_size(&module.types, global.ty);
        (global.name.as_str(), symbol, strength, global.comdat.as_deref(), size, global.linkage)
    });
    let aliases = module.aliases.iter().enumerate().map(move |(at, alias)| {
        let symbol = Symbol::Alias(AliasId::new(at));
        (alias.name.as_str(), symbol, strength(alias.linkage, false), None, 0, alias.linkage)
    });
    funcs.chain(globals).chain(aliases).filter(|(.., linkage)| is_shared(*linkage)).map(
        move |(name, symbol, strength, comdat, size, _)| Candidate {
            name,
            place: Place { module: index, symbol },
            strength,
            comdat,
            size,
        },
    )
}

/// Whether a symbol's name means the same in all modules. Appending arrays are laid end to end
/// instead.
pub(super) fn is_shared(linkage: Linkage) -> bool {
    !matches!(linkage, Linkage::Internal | Linkage::Appending)
}

fn strength(linkage: Linkage, declaration: bool) -> Strength {
    match linkage {
        _ if declaration => Strength::Declaration,
        Linkage::AvailableExternally => Strength::Available,
        Linkage::LinkOnce | Linkage::Weak | Linkage::ExternWeak => Strength::Weak,
        Linkage::Common => Strength::Common,
        Linkage::External | Linkage::Internal | Linkage::Appending => Strength::Strong,
    }
}
