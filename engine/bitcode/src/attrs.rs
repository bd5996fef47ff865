//! Attributes of functions, parameters and arguments, as far as they change how values are
//! passed or what a compiler should do.

use alloc::vec::Vec;

use bareflow_ir::{Extension, FunctionFlags, ParamAttrs};

use crate::codes::attr;
use crate::error::Cause;
use crate::ops::Ops;
use crate::types::TypeTable;

/// Index of the attributes that belong to the function itself.
const OF_FUNCTION: u64 = 0xFFFF_FFFF;

/// What one group says.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    id: u64,
    /// 0 for the result, n for parameter n - 1, [`OF_FUNCTION`].
    index: u64,
    /// Number of the copied type.
    byval: Option<u64>,
    sret: Option<u64>,
    align: u32,
    ext: Extension,
    nest: bool,
    flags: FunctionFlags,
    refused: Option<&'static str>,
}

/// A resolved list: everything said about one function or call.
#[derive(Clone, Debug, Default)]
pub(crate) struct AttrList {
    /// About the result.
    pub(crate) ret: ParamAttrs,
    /// About parameters, by position, ascending; those with nothing to say are left out.
    pub(crate) params: Vec<(usize, ParamAttrs)>,
    /// About the function.
    pub(crate) flags: FunctionFlags,
    /// Something that cannot be done.
    pub(crate) refused: Option<&'static str>,
}

impl AttrList {
    /// One entry a parameter, of the first `count`; cut off behind the last that says
    /// something if `trim` is set.
    pub(crate) fn params(&self, count: usize, trim: bool) -> Vec<ParamAttrs> {
        let said = self.params.iter().take_while(|(at, _)| *at < count);
        let len = if trim { said.clone().last().map_or(0, |(at, _)| at + 1) } else { count };
        let mut list = alloc::vec![ParamAttrs::default(); len];
        for (at, attrs) in said {
            list[*at] = *attrs;
        }
        list
    }
}

/// All attribute lists of a module.
#[derive(Debug, Default)]
pub(crate) struct AttrTable {
    groups: Vec<Group>,
    lists: Vec<Vec<u64>>,
    resolved: Vec<AttrList>,
}

impl AttrTable {
    /// Takes a record of the PARAMATTR_GROUP block.
    pub(crate) fn group(&mut self, ops: &[u64]) -> Result<(), Cause> {
        let mut ops = Ops::new(ops);
        let mut group = Group { id: ops.next()?, index: ops.next()?, ..Group::default() };
        while let Some(form) = ops.get() {
            match form {
                0 => group.plain(ops.next()?),
                1 => {
                    let (key, value) = (ops.next()?, ops.next()?);
                    let align = u32::try_from(value).unwrap_or(0);
                    match key {
                        attr::ALIGNMENT if group.align == 0 => group.align = align,
                        attr::STACK_ALIGNMENT => group.align = align,
                        _ => {}
                    }
                }
                // Strings end with a zero: a key, or a key and a value.
                3 | 4 => {
                    for _ in 3..=form {
                        while ops.next()? != 0 {}
                    }
                }
                5 => group.plain(ops.next()?),
                6 => {
                    let (key, ty) = (ops.next()?, ops.next()?);
                    match key {
                        attr::BY_VAL => group.byval = Some(ty),
                        attr::STRUCT_RET => group.sret = Some(ty),
                        attr::IN_ALLOCA => group.refused = Some("an inalloca parameter"),
                        attr::PREALLOCATED => group.refused = Some("a preallocated parameter"),
                        _ => {}
                    }
                }
                7 => {
                    ops.next()?;
                    let bits = ops.next()?;
                    skip_range(&mut ops, bits)?;
                }
                8 => {
                    ops.next()?;
                    let (count, bits) = (ops.next()?, ops.next()?);
                    for _ in 0..count {
                        skip_range(&mut ops, bits)?;
                    }
                }
                _ => return Err(Cause::Malformed("an attribute of an unknown form")),
            }
        }
        self.groups.push(group);
        Ok(())
    }

    /// Takes a record of the PARAMATTR block.
    pub(crate) fn list(&mut self, ops: &[u64]) {
        self.lists.push(ops.to_vec());
    }

    /// Makes new lists usable, once the type table is known.
    pub(crate) fn resolve(&mut self, types: &TypeTable) -> Result<(), Cause> {
        if self.lists.is_empty() {
            return Ok(());
        }
        self.groups.sort_by_key(|group| group.id);
        for ids in core::mem::take(&mut self.lists) {
            let mut list = AttrList::default();
            for id in ids {
                let at = self.groups.binary_search_by_key(&id, |group| group.id);
                let at = at.map_err(|_| Cause::Malformed("an attribute group that is missing"))?;
                list.add(&self.groups[at], types)?;
            }
            list.params.sort_by_key(|(at, _)| *at);
            list.params.dedup_by_key(|(at, _)| *at);
            self.resolved.push(list);
        }
        Ok(())
    }

    /// List number `id`, counted from 1; 0 is the empty one.
    pub(crate) fn get(&self, id: u64) -> Result<Option<&AttrList>, Cause> {
        match id.checked_sub(1) {
            None => Ok(None),
            Some(at) => {
                let list = usize::try_from(at).ok().and_then(|at| self.resolved.get(at));
                list.map(Some).ok_or(Cause::Malformed("an attribute list that does not exist"))
            }
        }
    }
}

impl Group {
    fn plain(&mut self, key: u64) {
        match key {
            attr::S_EXT => self.ext = Extension::Sign,
            attr::Z_EXT => self.ext = Extension::Zero,
            attr::NEST => self.nest = true,
            attr::ALWAYS_INLINE => self.flags.alwaysinline = true,
            attr::NO_INLINE => self.flags.noinline = true,
            attr::NO_RETURN => self.flags.noreturn = true,
            attr::COLD => self.flags.cold = true,
            attr::MIN_SIZE | attr::OPTIMIZE_FOR_SIZE => self.flags.optsize = true,
            attr::OPTIMIZE_NONE => self.flags.optnone = true,
            attr::NAKED => self.refused = Some("a naked function"),
            attr::BY_VAL => self.refused = Some("byval without a type, as before LLVM 9"),
            attr::IN_ALLOCA => self.refused = Some("an inalloca parameter"),
            _ => {}
        }
    }
}

impl AttrList {
    fn add(&mut self, group: &Group, types: &TypeTable) -> Result<(), Cause> {
        self.refused = self.refused.or(group.refused);
        if group.index == OF_FUNCTION {
            self.flags = group.flags;
            return Ok(());
        }
        let resolve = |id: Option<u64>| id.map(|id| types.get(id)).transpose();
        let attrs = match (resolve(group.byval), resolve(group.sret)) {
            (Ok(byval), Ok(sret)) => {
                let placed = byval.is_some() || sret.is_some();
                let align = if placed { group.align } else { 0 };
                ParamAttrs { byval, align, sret, ext: group.ext, nest: group.nest }
            }
            (Err(Cause::Unsupported(_)), _) | (_, Err(Cause::Unsupported(_))) => {
                self.refused = Some("a parameter of a type that is not supported");
                ParamAttrs::default()
            }
            (Err(cause), _) | (_, Err(cause)) => return Err(cause),
        };
        match usize::try_from(group.index).ok().and_then(|index| index.checked_sub(1)) {
            None => self.ret = attrs,
            Some(at) if attrs != ParamAttrs::default() => self.params.push((at, attrs)),
            Some(_) => {}
        }
        Ok(())
    }
}

/// Steps over the two bounds of a range of integers.
fn skip_range(ops: &mut Ops<'_>, bits: u64) -> Result<(), Cause> {
    if bits <= 64 {
        return ops.take(2).map(drop);
    }
    let words = ops.next()?;
    ops.take((words & 0xFFFF_FFFF) + (words >> 32)).map(drop)
}
