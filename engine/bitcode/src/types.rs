//! The type table.
//!
//! Its records are kept first and resolved afterwards, since typed pointers let a structure
//! come before what it is made of.

use alloc::vec::Vec;

use bareflow_ir::{Type, TypeId, Types};

use crate::codes::ty;
use crate::error::Cause;
use crate::ops::{Ops, to_id};

/// Types nested deeper than this do not come from a compiler.
const MAX_DEPTH: usize = 200;
/// Lanes of the longest vector.
const MAX_LANES: u64 = 1 << 16;
/// The widest integer LLVM knows.
const MAX_BITS: u64 = 1 << 23;

/// The types of a file by their numbers in it.
#[derive(Debug, Default)]
pub(crate) struct TypeTable {
    raw: Vec<Raw>,
    /// Operands of all raw types.
    members: Vec<u32>,
    resolved: Vec<State>,
}

#[derive(Debug)]
struct Raw {
    code: u32,
    /// A width, a length, a flag: whatever the code has besides other types.
    number: u64,
    members: core::ops::Range<u32>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Waiting,
    Busy,
    Done(TypeId),
    /// Not supported, and why.
    Bad(&'static str),
}

impl TypeTable {
    /// Takes one record of the TYPE block.
    pub(crate) fn record(&mut self, code: u32, ops: &[u64]) -> Result<(), Cause> {
        let mut ops = Ops::new(ops);
        let (number, members) = match code {
            ty::NUMENTRY | ty::STRUCT_NAME => return Ok(()),
            ty::INTEGER => (ops.next()?, &[][..]),
            ty::ARRAY => (ops.next()?, ops.take(1)?),
            ty::VECTOR => {
                let (len, elem) = (ops.next()?, ops.take(1)?);
                if ops.flag() {
                    return self.bad("a vector of unknown length");
                }
                (len, elem)
            }
            ty::STRUCT_ANON | ty::STRUCT_NAMED | ty::FUNCTION => (ops.next()?, ops.rest()),
            // The pointee is of no use: every access says its type itself.
            ty::POINTER => {
                ops.next()?;
                (ops.get().unwrap_or(0), &[][..])
            }
            ty::OPAQUE_POINTER => (ops.next()?, &[][..]),
            ty::PPC_FP128 => return self.bad("the type ppc_fp128"),
            ty::X86_MMX => return self.bad("the type x86_mmx"),
            ty::X86_AMX => return self.bad("the type x86_amx"),
            ty::TARGET => return self.bad("a type of a foreign target"),
            ty::BYTE => return self.bad("the type byte"),
            ty::VOID..=ty::OPAQUE
            | ty::HALF
            | ty::X86_FP80
            | ty::FP128
            | ty::METADATA
            | ty::TOKEN
            | ty::BFLOAT => (0, &[][..]),
            _ => return self.bad("a type this reader does not know"),
        };
        let start = self.members.len() as u32;
        for member in members {
            self.members.push(to_id(*member)?);
        }
        self.raw.push(Raw { code, number, members: start..self.members.len() as u32 });
        self.resolved.push(State::Waiting);
        Ok(())
    }

    fn bad(&mut self, why: &'static str) -> Result<(), Cause> {
        self.raw.push(Raw { code: 0, number: 0, members: 0..0 });
        self.resolved.push(State::Bad(why));
        Ok(())
    }

    /// Turns all records into types.
    pub(crate) fn finish(&mut self, types: &mut Types) -> Result<(), Cause> {
        for id in 0..self.raw.len() {
            self.resolve(id as u32, types, 0)?;
        }
        self.raw = Vec::new();
        self.members = Vec::new();
        Ok(())
    }

    fn resolve(&mut self, id: u32, types: &mut Types, depth: usize) -> Result<State, Cause> {
        let at = id as usize;
        match self.resolved.get(at) {
            None => return Err(Cause::Malformed("a type that does not exist")),
            Some(State::Busy) => return Err(Cause::Malformed("a type that contains itself")),
            Some(State::Waiting) if depth > MAX_DEPTH => {
                return Err(Cause::Malformed("types nested too deep"));
            }
            Some(State::Waiting) => {}
            Some(done) => return Ok(*done),
        }
        self.resolved[at] = State::Busy;
        let range = self.raw[at].members.clone();
        let mut members = Vec::with_capacity(range.len());
        for member in range {
            match self.resolve(self.members[member as usize], types, depth + 1)? {
                State::Done(ty) => members.push(ty),
                bad => {
                    self.resolved[at] = bad;
                    return Ok(bad);
                }
            }
        }
        let state = match build(self.raw[at].code, self.raw[at].number, members, types)? {
            Ok(ty) => State::Done(types.intern(ty)),
            Err(why) => State::Bad(why),
        };
        self.resolved[at] = state;
        Ok(state)
    }

    /// The type with number `id`.
    #[inline]
    pub(crate) fn get(&self, id: u64) -> Result<TypeId, Cause> {
        match usize::try_from(id).ok().and_then(|id| self.resolved.get(id)) {
            Some(State::Done(ty)) => Ok(*ty),
            Some(State::Bad(why)) => Err(Cause::Unsupported((*why).into())),
            _ => Err(Cause::Malformed("a type that does not exist")),
        }
    }
}

/// The type of a record, or why it is not supported.
fn build(
    code: u32,
    number: u64,
    members: Vec<TypeId>,
    types: &Types,
) -> Result<Result<Type, &'static str>, Cause> {
    let first = members.first().copied();
    let none = || Cause::Malformed("a type without its parts");
    Ok(Ok(match code {
        ty::VOID => Type::Void,
        ty::FLOAT => Type::Float,
        ty::DOUBLE => Type::Double,
        ty::LABEL => Type::Label,
        ty::OPAQUE => Type::Opaque,
        ty::INTEGER if (1..=MAX_BITS).contains(&number) => Type::Int(number as u32),
        ty::INTEGER => return Err(Cause::Malformed("an integer of an impossible width")),
        ty::POINTER | ty::OPAQUE_POINTER if number != 0 => {
            return Ok(Err("a pointer into another address space"));
        }
        ty::POINTER | ty::OPAQUE_POINTER => Type::Ptr,
        ty::HALF => Type::Half,
        ty::BFLOAT => Type::BFloat,
        ty::X86_FP80 => Type::X86Fp80,
        ty::FP128 => Type::Fp128,
        ty::METADATA => Type::Metadata,
        ty::TOKEN => Type::Token,
        ty::ARRAY => {
            let elem = first.ok_or_else(none)?;
            sized(types, elem)?;
            Type::Array { elem, len: number }
        }
        ty::VECTOR => {
            let elem = first.ok_or_else(none)?;
            if !matches!(
                types.get(elem),
                Type::Int(_)
                    | Type::Ptr
                    | Type::Half
                    | Type::BFloat
                    | Type::Float
                    | Type::Double
                    | Type::X86Fp80
                    | Type::Fp128
            ) {
                return Err(Cause::Malformed("a vector of something that is no scalar"));
            }
            match number {
                0 => return Err(Cause::Malformed("a vector without lanes")),
                1..=MAX_LANES => Type::Vector { elem, len: number as u32 },
                _ => return Ok(Err("a vector of more than 65536 lanes")),
            }
        }
        ty::STRUCT_ANON | ty::STRUCT_NAMED => {
            members.iter().try_for_each(|member| sized(types, *member))?;
            Type::Struct { fields: members, packed: number != 0 }
        }
        ty::FUNCTION => {
            let ret = first.ok_or_else(none)?;
            let params = members[1..].to_vec();
            let right = |ty: &TypeId| !matches!(types.get(*ty), Type::Void | Type::Func { .. });
            if !params.iter().all(right) || matches!(types.get(ret), Type::Func { .. }) {
                return Err(Cause::Malformed("a function type over void or functions"));
            }
            Type::Func { ret, params, varargs: number != 0 }
        }
        _ => return Err(Cause::Malformed("an unknown type record")),
    }))
}

fn sized(types: &Types, id: TypeId) -> Result<(), Cause> {
    match types.get(id) {
        Type::Void | Type::Func { .. } | Type::Label | Type::Metadata | Type::Token => {
            Err(Cause::Malformed("a type made of something that has no size"))
        }
        _ => Ok(()),
    }
}
