//! What runs before and after a program, whether or not anything names it.

use alloc::borrow::ToOwned;
use alloc::vec;
use alloc::vec::Vec;

use hashbrown::HashSet;

use super::copy::Copier;
use super::{Array, LinkError, Why};
use crate::{Const, ConstId, ConstKind, Global, GlobalId, Linkage, Module, Operand, Type, TypeId};

/// Arrays of functions that LLVM has a name for.
const STRUCTORS: [&str; 2] = ["llvm.global_ctors", "llvm.global_dtors"];

/// The priority of functions in a section that gives none, as of constructors without one.
const LAST: u32 = 65535;

/// The arrays of [`STRUCTORS`] on their way.
#[derive(Debug, Default)]
pub(super) struct Structors {
    lists: [List; 2],
    /// Those of libraries, which are in the program if they construct something of it.
    waiting: Vec<Waiting>,
}

#[derive(Debug, Default)]
struct List {
    /// Of the linked module.
    members: Vec<ConstId>,
    elem: Option<TypeId>,
    shell: Option<Global>,
}

#[derive(Debug)]
struct Waiting {
    list: usize,
    module: usize,
    member: ConstId,
    /// What it refers to and may change.
    variables: Vec<GlobalId>,
}

impl Copier<'_> {
    /// Takes in what runs before and after the program.
    pub(super) fn structors(&mut self) -> Result<Structors, LinkError> {
        let mut structors = Structors::default();
        for list in 0..STRUCTORS.len() {
            self.append(list, &mut structors)?;
        }
        for (index, module) in self.modules.iter().enumerate() {
            for (at, global) in module.globals.iter().enumerate() {
                let section = global.section.as_deref().filter(|_| global.init.is_some());
                let Some(array) = section.and_then(array) else { continue };
                let id = self.global(index, GlobalId::new(at));
                self.arrays.push((array, id));
            }
        }
        self.arrays.sort_by_key(|(array, _)| *array);
        Ok(structors)
    }

    /// Lays the arrays of a name of all modules end to end.
    fn append(&mut self, list: usize, structors: &mut Structors) -> Result<(), LinkError> {
        let name = STRUCTORS[list];
        let List { members, elem, shell } = &mut structors.lists[list];
        for (index, module) in self.modules.iter().enumerate() {
            let Some(global) = module.globals.iter().find(|g| g.name == name) else { continue };
            let bad =
                || LinkError::BadAppending { symbol: name.to_owned(), module: module.name.clone() };
            let Some(init) = global.init else { continue };
            let Type::Array { elem: own, .. } = *module.types.get(global.ty) else {
                return Err(bad());
            };
            let own = self.types[index][own.index()];
            if *elem.get_or_insert(own) != own {
                return Err(bad());
            }
            match &module.constant(init).kind {
                ConstKind::Aggregate(own) if module.is_library => {
                    structors.waiting.extend(own.iter().map(|member| Waiting {
                        list,
                        module: index,
                        member: *member,
                        variables: variables(module, *member),
                    }));
                }
                ConstKind::Aggregate(own) => {
                    members.extend(own.iter().map(|member| self.constant(index, *member)));
                }
                ConstKind::Zero => {}
                _ => return Err(bad()),
            }
            shell.get_or_insert_with(|| global.clone());
        }
        Ok(())
    }

    /// Takes in those of libraries that have something to do now; whether there were any.
    pub(super) fn construct(&mut self, structors: &mut Structors) -> bool {
        let (now, later): (Vec<_>, Vec<_>) = core::mem::take(&mut structors.waiting)
            .into_iter()
            .partition(|one| one.variables.iter().any(|id| self.has_global(one.module, *id)));
        structors.waiting = later;
        for one in &now {
            self.user = Why::Root;
            let member = self.constant(one.module, one.member);
            structors.lists[one.list].members.push(member);
        }
        !now.is_empty()
    }

    /// Makes the arrays of the linked module.
    pub(super) fn write_structors(&mut self, structors: Structors) {
        for List { members, elem, shell } in structors.lists {
            let (Some(elem), Some(shell)) = (elem, shell) else { continue };
            // A library's may have had nothing to do, and LLVM has no aggregates of nothing.
            if members.is_empty() {
                continue;
            }
            let ty = self.out.types.intern(Type::Array { elem, len: members.len() as u64 });
            let init = self.push(Const { ty, kind: ConstKind::Aggregate(members.into()) });
            self.out.globals.push(Global { ty, init: Some(init), comdat: None, ..shell });
            self.global_why.push(Why::Root);
        }
    }
}

/// The variables that a constructor may construct: those that it refers to itself, or by functions of its own
/// file, or in the constructors that it calls. What those call belongs to others.
fn variables(module: &Module, member: ConstId) -> Vec<GlobalId> {
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    // Each with whether it is in a function of others.
    let mut waiting = vec![(member, false)];
    while let Some((id, others)) = waiting.pop() {
        if !seen.insert((id, others)) {
            continue;
        }
        match &module.constant(id).kind {
            ConstKind::Func(func) => {
                let func = module.func(*func);
                if others {
                    continue;
                }
                let inside = func.linkage != Linkage::Internal;
                for instr in &func.instrs {
                    instr.op.operands(|operand| match operand {
                        Operand::Const(id) => waiting.push((id, inside)),
                        Operand::Value(_) => {}
                    });
                }
            }
            ConstKind::Global(id) => {
                let global = module.global(*id);
                if global.init.is_some() && !global.constant {
                    found.push(*id);
                }
            }
            ConstKind::Alias(alias) => {
                waiting.push((module.aliases[alias.index()].target, others));
            }
            ConstKind::Aggregate(members) => {
                waiting.extend(members.iter().map(|member| (*member, others)));
            }
            ConstKind::Expr(expr) => expr.operands(|operand| waiting.push((operand, others))),
            _ => {}
        }
    }
    found
}

/// The array that a section of this name is a part of.
fn array(section: &str) -> Option<Array> {
    let of = |prefix: &str| {
        let rest = section.strip_prefix(prefix)?;
        let number = rest.strip_prefix('.').and_then(|number| number.parse().ok());
        (rest.is_empty() || number.is_some()).then(|| number.unwrap_or(LAST))
    };
    if section == ".preinit_array" {
        return Some(Array::Before);
    }
    // The older form counts down.
    let old = |prefix| of(prefix).map(|number| if number == LAST { LAST } else { LAST - number });
    (of(".init_array").or_else(|| old(".ctors")).map(Array::Constructors))
        .or_else(|| of(".fini_array").or_else(|| old(".dtors")).map(Array::Destructors))
}
