//! Attributes of functions, results, parameters and arguments.
//!
//! A *group* is what is said about one of them, a *list* the groups of one function or call;
//! each is written once and named by its number.

use alloc::vec::Vec;

use bareflow_ir::{CallInfo, Extension, Function, FunctionFlags, ParamAttrs};
use hashbrown::HashMap;

use super::bits::Bits;
use crate::codes::{attr, block};

/// Index of the attributes that belong to the function itself.
const OF_FUNCTION: u64 = 0xFFFF_FFFF;

/// Records of the blocks PARAMATTR_GROUP and PARAMATTR.
const GROUP: u32 = 3;
const LIST: u32 = 2;

/// Forms of an attribute: a key alone, a key and a number, a key and a type.
const PLAIN: u64 = 0;
const NUMBER: u64 = 1;
const TYPED: u64 = 6;

/// All attribute lists of a module.
#[derive(Debug, Default)]
pub(super) struct Attributes {
    /// What each group says, its index before it, and its number.
    groups: HashMap<Vec<u64>, u64>,
    /// The same in the order of their numbers.
    groups_in_order: Vec<Vec<u64>>,
    lists: HashMap<Vec<u64>, u64>,
    lists_in_order: Vec<Vec<u64>>,
}

impl Attributes {
    /// The number of the list of a function; 0 is the empty one.
    pub(super) fn of_function(&mut self, func: &Function) -> u64 {
        let own = self.group(OF_FUNCTION, flags(func.flags));
        let mut list: Vec<u64> = own.into_iter().collect();
        list.extend(self.group(0, param(&func.ret)));
        self.list(list, &func.params)
    }

    /// The number of the list of a call.
    pub(super) fn of_call(&mut self, call: &CallInfo) -> u64 {
        self.list(Vec::new(), &call.attrs)
    }

    fn list(&mut self, mut list: Vec<u64>, params: &[ParamAttrs]) -> u64 {
        for (at, attrs) in params.iter().enumerate() {
            list.extend(self.group(at as u64 + 1, param(attrs)));
        }
        if list.is_empty() {
            return 0;
        }
        let next = self.lists_in_order.len() as u64 + 1;
        let number = *self.lists.entry(list.clone()).or_insert(next);
        if number == next {
            self.lists_in_order.push(list);
        }
        number
    }

    /// The number of a group, unless there is nothing to say.
    fn group(&mut self, index: u64, said: Vec<u64>) -> Option<u64> {
        if said.is_empty() {
            return None;
        }
        let group: Vec<u64> = core::iter::once(index).chain(said).collect();
        let next = self.groups_in_order.len() as u64 + 1;
        let number = *self.groups.entry(group.clone()).or_insert(next);
        if number == next {
            self.groups_in_order.push(group);
        }
        Some(number)
    }

    /// Writes both blocks. What is asked for later is not in them.
    pub(super) fn write(&self, bits: &mut Bits) {
        if self.lists_in_order.is_empty() {
            return;
        }
        bits.block(block::PARAMATTR_GROUP, |bits| {
            for (at, group) in self.groups_in_order.iter().enumerate() {
                let ops: Vec<u64> =
                    core::iter::once(at as u64 + 1).chain(group.iter().copied()).collect();
                bits.record(GROUP, &ops);
            }
        });
        bits.block(block::PARAMATTR, |bits| {
            for list in &self.lists_in_order {
                bits.record(LIST, list);
            }
        });
    }
}

fn flags(flags: FunctionFlags) -> Vec<u64> {
    // Nothing that runs here unwinds.
    let mut said = alloc::vec![PLAIN, attr::NO_UNWIND];
    for (set, key) in [
        (flags.alwaysinline, attr::ALWAYS_INLINE),
        (flags.noinline, attr::NO_INLINE),
        (flags.noreturn, attr::NO_RETURN),
        (flags.cold, attr::COLD),
        (flags.optsize, attr::OPTIMIZE_FOR_SIZE),
        (flags.optnone, attr::OPTIMIZE_NONE),
    ] {
        if set {
            said.extend([PLAIN, key]);
        }
    }
    said
}

fn param(attrs: &ParamAttrs) -> Vec<u64> {
    let mut said = Vec::new();
    match attrs.ext {
        Extension::None => {}
        Extension::Zero => said.extend([PLAIN, attr::Z_EXT]),
        Extension::Sign => said.extend([PLAIN, attr::S_EXT]),
    }
    if let Some(ty) = attrs.byval {
        said.extend([TYPED, attr::BY_VAL, u64::from(ty.0)]);
    }
    if attrs.align != 0 {
        said.extend([NUMBER, attr::ALIGNMENT, u64::from(attrs.align)]);
    }
    if attrs.nest {
        said.extend([PLAIN, attr::NEST]);
    }
    if let Some(ty) = attrs.sret {
        said.extend([TYPED, attr::STRUCT_RET, u64::from(ty.0)]);
    }
    said
}
