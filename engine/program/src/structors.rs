//! What runs before and after a program.

use alloc::vec::Vec;

use bareflow_ir::link::{Array, Linked};
use bareflow_ir::{ConstId, ConstKind, FuncId, GlobalId, Module};

/// Functions that run before the entry, in this order: those that choose indirect functions, then
/// constructors by rising priority.
pub(crate) fn before(linked: &Linked) -> Vec<FuncId> {
    let module = &linked.module;
    let mut found: Vec<(Option<u32>, FuncId)> = Vec::new();
    for (array, id) in &linked.arrays {
        let priority = match array {
            Array::Before => None,
            Array::Constructors(priority) => Some(*priority),
            Array::Destructors(_) => continue,
        };
        found.extend(functions(module, *id).into_iter().map(|func| (priority, func)));
    }
    found.extend(structors(module, "llvm.global_ctors").map(|(at, func)| (Some(at), func)));
    found.sort_by_key(|(priority, _)| *priority);
    let choosers = module.choosers.iter().map(|(_, chooser)| *chooser);
    choosers.chain(found.into_iter().map(|(_, func)| func)).collect()
}

/// Functions that run after it, in this order: destructors by falling priority.
pub(crate) fn after(linked: &Linked) -> Vec<FuncId> {
    let module = &linked.module;
    let mut found: Vec<(u32, FuncId)> = Vec::new();
    for (array, id) in &linked.arrays {
        if let Array::Destructors(priority) = array {
            found.extend(functions(module, *id).into_iter().map(|func| (*priority, func)));
        }
    }
    found.extend(structors(module, "llvm.global_dtors"));
    found.sort_by_key(|(priority, _)| *priority);
    found.into_iter().rev().map(|(_, func)| func).collect()
}

/// The functions that a variable points to: one, or an array of them.
fn functions(module: &Module, id: GlobalId) -> Vec<FuncId> {
    let Some(init) = module.global(id).init else { return Vec::new() };
    let own = [init];
    let list = match &module.constant(init).kind {
        ConstKind::Aggregate(members) => members,
        _ => &own[..],
    };
    list.iter().filter_map(|id| function(module, *id)).collect()
}

fn function(module: &Module, id: ConstId) -> Option<FuncId> {
    match module.constant(id).kind {
        ConstKind::Func(func) => Some(func),
        _ => None,
    }
}

/// Functions of an array of `{ i32 priority, ptr function, ptr data }`, with their priorities (LLVM
/// Language Reference, "The 'llvm.global_ctors' Global Variable").
fn structors<'a>(module: &'a Module, name: &str) -> impl Iterator<Item = (u32, FuncId)> + 'a {
    let members = |id: ConstId| match &module.constant(id).kind {
        ConstKind::Aggregate(members) => &members[..],
        _ => &[],
    };
    let global = module.globals.iter().find(|global| global.name == name);
    let entries = global.and_then(|global| global.init).map(members).unwrap_or_default();
    entries.iter().filter_map(move |entry| {
        let [priority, func, ..] = members(*entry) else { return None };
        let priority = match module.constant(*priority).kind {
            ConstKind::Int(priority) => priority as u32,
            _ => 0,
        };
        Some((priority, function(module, *func)?))
    })
}
