//! How values travel between functions: the System V x86-64 calling convention on the level
//! of LLVM types (psABI 1.0, section 3.2.3; front ends have already split C structures), as
//! LLVM 22 lowers it for a processor without AVX.
//!
//! Interpreter, compilers and machine all lower signatures here, so that any of them can
//! call any other. A value is flattened into *parts*, each of which fits one register; parts
//! take registers in order, and the stack when there is none left. What is not that simple:
//!
//! * An argument of type `i128` is in two registers or in memory as a whole, 16-aligned, and then
//!   leaves the register that it could not use to later arguments. Only that type itself: wider
//!   and odd integers, and an `i128` in a struct, may lie partly in the last register.
//! * Floats of 16 bits travel in the low bits of a vector register, as those of 32 and 64 do.
//! * Vectors of a power of two of lanes, or that 128 bits hold when their lanes are filled up to
//!   one, travel in chunks of 128 bits; others, and those of one lane, lane by lane. Vectors whose
//!   lanes are no bytes are ours alone: chunks of 128 bits as they lie in memory.
//! * A variadic function has vectors of more than 128 bits in memory, whole and with their own
//!   alignment, fixed arguments included: that is where `va_arg` looks for them.
//! * The argument marked `nest` is in r10 and takes no place among the others.
//! * Stack arguments may ask for more than 16 bytes of alignment, a `byval` copy or a vector. The
//!   first stack argument then lies at such an address ([`Signature::stack_align`]).
//!
//! Results differ from LLVM's where no front end goes: three integers (LLVM has rcx for the third)
//! and more than two vectors come back in memory.

use alloc::vec::Vec;

use crate::layout::{align_of, align_up, alloc_size, bit_size, store_size};
use crate::{ParamAttrs, Type, TypeId, Types};

/// Number of integer registers for arguments: rdi, rsi, rdx, rcx, r8, r9.
pub const INT_ARGS: usize = 6;
/// Number of vector registers for arguments: xmm0 to xmm7.
pub const FLOAT_ARGS: usize = 8;
/// Bytes of a register save area, as `va_start` wants it: the six integer registers, then
/// the eight vector registers at 16 bytes each.
pub const SAVE_AREA: usize = INT_ARGS * 8 + FLOAT_ARGS * 16;

/// The registers a call passes arguments and results in.
///
/// It begins as the register save area of a variadic function, so that its address serves as
/// one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C, align(16))]
pub struct RegFrame {
    /// rdi, rsi, rdx, rcx, r8, r9. On return the first two are rax and rdx.
    pub ints: [u64; INT_ARGS],
    /// xmm0 to xmm7, low half first. On return the first two are xmm0 and xmm1.
    pub floats: [[u64; 2]; FLOAT_ARGS],
    /// r10, the static chain.
    pub nest: u64,
    /// What the address of the first stack argument has to be a multiple of, a power of two; 0
    /// stands for 16.
    pub stack_align: u64,
}

const _: () = assert!(core::mem::offset_of!(RegFrame, nest) == SAVE_AREA);

/// Where code that was entered in the middle of a function leaves a call that must not use stack,
/// for whoever entered it to make: at the address that it gets as its third argument. The stack
/// arguments follow, at an address that is aligned as they ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C, align(16))]
pub struct Handover {
    /// The address to call; 0 when there is no such call.
    pub target: u64,
    _unused: u64,
    /// The argument registers and the static chain.
    pub regs: RegFrame,
}

/// Offset of the registers in a [`Handover`].
pub const HANDOVER_REGS: usize = core::mem::offset_of!(Handover, regs);
/// Offset of the static chain in a [`RegFrame`].
pub const CHAIN: usize = core::mem::offset_of!(RegFrame, nest);

/// A piece of a value that fits one register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// The low `bits` (1 to 64) of an integer register; pointers are 64.
    Int(u8),
    /// A float of 16 bits, of either kind, in the lowest bits of a vector register.
    F16,
    /// A float in the low half of a vector register's low half.
    F32,
    /// A double in the low half of a vector register.
    F64,
    /// A whole vector register: 16 bytes of a vector's memory representation, the last one
    /// filled up.
    V128,
}

impl Part {
    /// Bytes that it takes on the stack.
    pub const fn stack_bytes(self) -> u32 {
        if matches!(self, Self::V128) { 16 } else { 8 }
    }
}

/// A part and where its bytes lie in the value's memory representation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PartAt {
    /// What it is.
    pub part: Part,
    /// Offset in bytes in the value.
    pub offset: u32,
}

/// Where a part is passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// Integer register by argument number: 0 is rdi.
    Int(u8),
    /// Vector register by number.
    Float(u8),
    /// r10, the static chain.
    Nest,
    /// Offset in bytes from the first stack argument.
    Stack(u32),
}

/// How one parameter or argument is passed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pass {
    /// In parts, each in its place.
    Parts(Vec<(PartAt, Place)>),
    /// `byval`: `size` bytes are copied to the stack at this offset; the callee sees their
    /// address.
    Copy {
        /// Offset in bytes from the first stack argument.
        offset: u32,
        /// Bytes copied.
        size: u32,
    },
}

/// How the result comes back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Return {
    /// In registers: integer parts in rax then rdx, the others in xmm0 then xmm1.
    Parts(Vec<PartAt>),
    /// Too large: the caller passes the address of room for it as a hidden first integer
    /// argument, and gets that address back in rax.
    Memory,
}

/// A lowered signature.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    /// One entry an argument, in order.
    pub args: Vec<Pass>,
    /// The result.
    pub ret: Return,
    /// Integer registers used, the hidden one included.
    pub ints: u8,
    /// Vector registers used.
    pub floats: u8,
    /// Bytes of stack arguments up to the end of the last: where further ones begin.
    pub end: u32,
    /// Bytes of stack arguments, a multiple of their alignment.
    pub stack: u32,
    /// What the address of the first stack argument is a multiple of: 16 or a higher power of two.
    pub stack_align: u32,
    /// The callee takes further arguments.
    pub varargs: bool,
}

/// A type that cannot be passed: a metadata operand, an 80-bit float, an unsized type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unpassable(pub TypeId);

/// Flattens `ty` into parts.
///
/// # Errors
/// The type that no register can hold.
pub fn parts(types: &Types, ty: TypeId) -> Result<Vec<PartAt>, Unpassable> {
    let mut flat = Flat { types, parts: Vec::new(), steps: 0, whole: ty };
    flat.add(ty, 0)?;
    Ok(flat.parts)
}

/// An aggregate with more members than this, counted at all depths, is never passed by a real
/// front end.
const MAX_MEMBERS: u32 = 4096;

/// Bytes of stack arguments, at most; far beyond any stack.
const MAX_STACK: u64 = 1 << 30;

struct Flat<'t> {
    types: &'t Types,
    parts: Vec<PartAt>,
    steps: u32,
    whole: TypeId,
}

impl Flat<'_> {
    fn push(&mut self, part: Part, offset: u64) {
        self.parts.push(PartAt { part, offset: offset as u32 });
    }

    fn add(&mut self, ty: TypeId, at: u64) -> Result<(), Unpassable> {
        self.steps += 1;
        if self.steps > MAX_MEMBERS {
            return Err(Unpassable(self.whole));
        }
        let types = self.types;
        match types.get(ty) {
            Type::Void => {}
            Type::Int(bits) if *bits > 64 * MAX_MEMBERS => return Err(Unpassable(ty)),
            Type::Int(bits) => {
                for word in 0..bits.div_ceil(64) {
                    let here = (bits - word * 64).min(64);
                    self.push(Part::Int(here as u8), at.wrapping_add(u64::from(word) * 8));
                }
            }
            Type::Ptr => self.push(Part::Int(64), at),
            Type::Half | Type::BFloat => self.push(Part::F16, at),
            Type::Float => self.push(Part::F32, at),
            Type::Double => self.push(Part::F64, at),
            Type::Vector { elem, len } if !in_chunks(types, *elem, *len) => {
                let step = store_size(types, *elem);
                for index in 0..u64::from(*len) {
                    self.add(*elem, at.wrapping_add(index.wrapping_mul(step)))?;
                }
            }
            Type::Vector { .. } => {
                for chunk in 0..bit_size(types, ty).div_ceil(128) {
                    self.push(Part::V128, at.wrapping_add(chunk * 16));
                }
            }
            Type::Array { elem, len } => {
                let step = alloc_size(types, *elem);
                for index in 0..*len {
                    self.add(*elem, at.wrapping_add(index.wrapping_mul(step)))?;
                }
            }
            Type::Struct { fields, .. } => {
                for (index, field) in fields.iter().enumerate() {
                    let offset = crate::layout::field_offset(types, ty, index);
                    self.add(*field, at.wrapping_add(offset))?;
                }
            }
            _ => return Err(Unpassable(ty)),
        }
        Ok(())
    }
}

/// Whether a vector travels in chunks of 128 bits and not lane by lane.
fn in_chunks(types: &Types, elem: TypeId, len: u32) -> bool {
    let lane = bit_size(types, elem);
    if !matches!(lane, 8 | 16 | 32 | 64) {
        // Lanes of 128 bits are registers of their own.
        return lane != 128;
    }
    len > 1 && (len.is_power_of_two() || u64::from(len.next_power_of_two()) * lane == 128)
}

/// The stack arguments so far.
struct Area {
    end: u64,
    align: u64,
}

impl Area {
    /// Room for one more; its offset.
    fn take(&mut self, size: u64, align: u64) -> u64 {
        let offset = align_up(self.end, align);
        self.end = offset + size;
        self.align = self.align.max(align);
        offset
    }
}

/// Lowers a call or a function: `args` are the types of all arguments, further ones
/// included; `attrs` may be shorter than `args`.
///
/// # Errors
/// The type that cannot be passed.
pub fn lower(
    types: &Types,
    ret: TypeId,
    args: &[TypeId],
    attrs: &[ParamAttrs],
    varargs: bool,
) -> Result<Signature, Unpassable> {
    let ret_parts = parts(types, ret)?;
    let ret_ints = ret_parts.iter().filter(|p| matches!(p.part, Part::Int(_))).count();
    let in_memory = ret_ints > 2 || ret_parts.len() - ret_ints > 2;

    let mut ints = usize::from(in_memory);
    let mut floats = 0usize;
    let mut stack = Area { end: 0, align: 16 };
    let mut lowered = Vec::with_capacity(args.len());
    for (index, ty) in args.iter().enumerate() {
        let attr = attrs.get(index).copied().unwrap_or_default();
        if let Some(pointee) = attr.byval {
            let size = alloc_size(types, pointee);
            let own = if attr.align == 0 { align_of(types, pointee) } else { attr.align.into() };
            if stack.end.max(size).max(own) > MAX_STACK || !own.is_power_of_two() {
                return Err(Unpassable(pointee));
            }
            let offset = stack.take(align_up(size, 8).max(8), own.max(8));
            lowered.push(Pass::Copy { offset: offset as u32, size: size as u32 });
            continue;
        }
        let list = parts(types, *ty)?;
        if attr.nest && list.len() == 1 {
            lowered.push(Pass::Parts(alloc::vec![(list[0], Place::Nest)]));
            continue;
        }
        let whole = match types.get(*ty) {
            Type::Int(128) if ints + 2 > INT_ARGS => Some(16),
            Type::Vector { .. } if varargs && list.len() > 1 && list[0].part == Part::V128 => {
                Some(align_of(types, *ty))
            }
            _ => None,
        };
        if let Some(align) = whole {
            let size = list.iter().map(|at| u64::from(at.part.stack_bytes())).sum();
            if stack.end.max(size) > MAX_STACK {
                return Err(Unpassable(*ty));
            }
            let offset = stack.take(align_up(size, align), align);
            let place = |at: PartAt| (at, Place::Stack(offset as u32 + at.offset));
            lowered.push(Pass::Parts(list.into_iter().map(place).collect()));
            continue;
        }
        let mut places = Vec::with_capacity(list.len());
        for at in list {
            let place = match at.part {
                Part::Int(_) if ints < INT_ARGS => {
                    ints += 1;
                    Place::Int(ints as u8 - 1)
                }
                Part::F16 | Part::F32 | Part::F64 | Part::V128 if floats < FLOAT_ARGS => {
                    floats += 1;
                    Place::Float(floats as u8 - 1)
                }
                part => {
                    let size = u64::from(part.stack_bytes());
                    Place::Stack(stack.take(size, size) as u32)
                }
            };
            places.push((at, place));
        }
        lowered.push(Pass::Parts(places));
    }
    Ok(Signature {
        args: lowered,
        ret: if in_memory { Return::Memory } else { Return::Parts(ret_parts) },
        ints: ints as u8,
        floats: floats as u8,
        end: stack.end as u32,
        stack: align_up(stack.end, stack.align) as u32,
        stack_align: stack.align as u32,
        varargs,
    })
}
