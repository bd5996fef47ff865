//! What runs before and after a program, whether or not anything names it.

use alloc::borrow::ToOwned;
use alloc::vec::Vec;

use super::copy::Copier;
use super::{Array, LinkError, Why};
use crate::{Const, ConstKind, Global, GlobalId, Type};

/// Arrays of functions that LLVM has a name for.
const STRUCTORS: [&str; 2] = ["llvm.global_ctors", "llvm.global_dtors"];

/// The priority of functions in a section that gives none, as of constructors without one.
const LAST: u32 = 65535;

impl Copier<'_> {
    /// Takes in what runs before and after the program.
    pub(super) fn structors(&mut self) -> Result<(), LinkError> {
        for name in STRUCTORS {
            self.append(name)?;
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
        Ok(())
    }

    /// Lays the arrays called `name` of all modules end to end.
    fn append(&mut self, name: &str) -> Result<(), LinkError> {
        let mut members = Vec::new();
        let mut elem = None;
        let mut shell: Option<Global> = None;
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
                ConstKind::Aggregate(list) => {
                    let list = list.clone();
                    members.extend(list.iter().map(|member| self.constant(index, *member)));
                }
                ConstKind::Zero => {}
                _ => return Err(bad()),
            }
            shell.get_or_insert_with(|| global.clone());
        }
        let (Some(elem), Some(shell)) = (elem, shell) else { return Ok(()) };
        let ty = self.out.types.intern(Type::Array { elem, len: members.len() as u64 });
        let init = self.push(Const { ty, kind: ConstKind::Aggregate(members.into()) });
        self.out.globals.push(Global { ty, init: Some(init), comdat: None, ..shell });
        self.global_why.push(Why::Root);
        Ok(())
    }
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
