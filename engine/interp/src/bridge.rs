//! Values between frames and the calling convention.

use alloc::vec::Vec;

use bareflow_ir::abi::{Part, Pass, Place, Return, Unpassable, lower, parts};
use bareflow_ir::layout::{alloc_size, field_offset};
use bareflow_ir::{Extension, ParamAttrs, Type, TypeId, Types};

use crate::RegFrame;
use crate::machine::Fp;

/// How the values of a call lie in a frame and in registers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Bridge {
    args: Vec<Move>,
    ret: Vec<Move>,
    /// The result goes to memory that the caller provides.
    in_memory: bool,
    /// Bytes of the result.
    pub ret_bytes: u32,
    /// Bytes of all stack arguments, a multiple of their alignment.
    pub stack_bytes: u32,
    /// What the address of the first stack argument is a multiple of: 16 or more.
    pub stack_align: u32,
    /// Bytes of the stack arguments that have a name, for `va_start`.
    pub named_stack: u32,
    /// Bytes of the parameters in a frame.
    pub param_bytes: u32,
    /// Further arguments may follow.
    pub varargs: bool,
}

/// A part of a value on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Move {
    /// Offset in bytes in the frame, or in the result.
    at: u32,
    how: How,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum How {
    Int {
        place: Place,
        bits: u8,
        ext: Extension,
    },
    /// 2 to 16 bytes.
    Float {
        place: Place,
        bytes: u8,
    },
    /// The frame has an address, the stack a copy of so many bytes.
    Copy {
        offset: u32,
        size: u32,
    },
}

impl Bridge {
    /// The bridge of what cannot be passed.
    pub const fn none() -> Self {
        Self {
            args: Vec::new(),
            ret: Vec::new(),
            in_memory: false,
            ret_bytes: 0,
            stack_bytes: 0,
            stack_align: 16,
            named_stack: 0,
            param_bytes: 0,
            varargs: true,
        }
    }

    /// The bridge of a call: `args` are types and places of the arguments in the frame.
    pub fn new(
        types: &Types,
        ret: TypeId,
        args: &[(TypeId, u32)],
        attrs: &[ParamAttrs],
        ret_attrs: ParamAttrs,
        varargs: bool,
    ) -> Result<Self, Unpassable> {
        let list: Vec<TypeId> = args.iter().map(|(ty, _)| *ty).collect();
        let signature = lower(types, ret, &list, attrs, varargs)?;
        let mut moves = Vec::new();
        for (index, (pass, (list_ty, base))) in signature.args.iter().zip(args).enumerate() {
            let ext = attrs.get(index).copied().unwrap_or_default().ext;
            match pass {
                Pass::Copy { offset, size } => {
                    moves.push(Move { at: *base, how: How::Copy { offset: *offset, size: *size } });
                }
                Pass::Parts(list) => {
                    for (at, place) in list {
                        let bytes = vector_bytes(types, *list_ty, u64::from(at.offset));
                        moves.push(part(base + at.offset, at.part, *place, ext, bytes));
                    }
                }
            }
        }
        let (mut ints, mut floats) = (0, 0);
        let mut back = Vec::new();
        let in_memory = signature.ret == Return::Memory;
        if !in_memory {
            for at in parts(types, ret)? {
                let place = if let Part::Int(_) = at.part {
                    ints += 1;
                    Place::Int(ints - 1)
                } else {
                    floats += 1;
                    Place::Float(floats - 1)
                };
                let bytes = vector_bytes(types, ret, u64::from(at.offset));
                back.push(part(at.offset, at.part, place, ret_attrs.ext, bytes));
            }
        }
        let end = args
            .iter()
            .map(|(ty, at)| u64::from(*at) + alloc_size(types, *ty).next_multiple_of(8))
            .max()
            .unwrap_or(0);
        Ok(Self {
            args: moves,
            ret: back,
            in_memory,
            ret_bytes: alloc_size(types, ret) as u32,
            stack_bytes: signature.stack,
            stack_align: signature.stack_align,
            named_stack: signature.end,
            param_bytes: end as u32,
            varargs,
        })
    }

    /// Whether results come back in the same way.
    pub fn same_result(&self, other: &Self) -> bool {
        self.in_memory == other.in_memory
            && self.ret_bytes == other.ret_bytes
            && self.ret.len() == other.ret.len()
            && self.ret.iter().zip(&other.ret).all(|(a, b)| a.same(b))
    }

    /// Whether arguments and results travel in the same way, wherever they lie in the frame.
    pub fn same(&self, other: &Self) -> bool {
        self.same_result(other)
            && self.args.len() == other.args.len()
            && (self.stack_bytes, self.stack_align) == (other.stack_bytes, other.stack_align)
            && self.args.iter().zip(&other.args).all(|(a, b)| match (a.how, b.how) {
                (How::Copy { .. }, How::Copy { .. }) => a.how == b.how,
                _ => a.same_part(b),
            })
    }

    /// Reads arguments from `frame` into registers and the stack image at `stack`.
    ///
    /// # Safety
    /// The frame holds the arguments, `stack` has room for `stack_bytes`, `dst` for the result.
    pub unsafe fn gather(&self, frame: Fp, dst: *mut u8, regs: &mut RegFrame, stack: *mut u8) {
        if self.in_memory {
            regs.ints[0] = dst as u64;
        }
        regs.stack_align = u64::from(self.stack_align);
        for step in &self.args {
            // SAFETY: the caller's.
            unsafe { step.out(frame, regs, stack) }
        }
    }

    /// Writes arguments from registers and stack into `frame`.
    ///
    /// # Safety
    /// The frame has room for the parameters; the rest is what a caller passed.
    pub unsafe fn scatter(&self, frame: Fp, regs: &RegFrame, stack: *const u8) {
        // SAFETY: the frame has that room.
        unsafe { frame.write_bytes(0, self.param_bytes as usize) };
        for step in &self.args {
            // SAFETY: the caller's.
            unsafe { step.back(frame, regs, stack) }
        }
    }

    /// Whether the callee looks at the image of registers and stack while it runs.
    pub fn looks_at_image(&self) -> bool {
        self.varargs || self.args.iter().any(|step| matches!(step.how, How::Copy { .. }))
    }

    /// Whether the caller passes an address for the result.
    pub fn in_memory(&self) -> bool {
        self.in_memory
    }

    /// Copies the arguments that have a name from one image to another, and nothing else.
    ///
    /// # Safety
    /// Both are images of a call like this one.
    pub unsafe fn restate(
        &self,
        from: &RegFrame,
        from_stack: *const u8,
        to: &mut RegFrame,
        to_stack: *mut u8,
    ) {
        for step in &self.args {
            let (place, bytes) = match step.how {
                How::Int { place, .. } => (place, 8),
                How::Float { place, bytes } => (place, u32::from(bytes).max(8)),
                How::Copy { offset, size } => (Place::Stack(offset), size),
            };
            match (place, step.how) {
                (Place::Stack(offset), _) => {
                    let at = offset as usize;
                    // SAFETY: the caller's.
                    unsafe {
                        core::ptr::copy(from_stack.add(at), to_stack.add(at), bytes as usize);
                    }
                }
                (Place::Nest, _) => to.nest = from.nest,
                (Place::Int(at) | Place::Float(at), How::Int { .. }) => {
                    to.ints[at as usize] = from.ints[at as usize];
                }
                (Place::Int(at) | Place::Float(at), _) => {
                    to.floats[at as usize] = from.floats[at as usize];
                }
            }
        }
    }

    /// Writes a result from registers to `dst`.
    ///
    /// # Safety
    /// There is room for `ret_bytes`, rounded up to whole words.
    pub unsafe fn put_result(&self, dst: *mut u8, regs: &RegFrame) {
        if !self.ret.is_empty() {
            // Integers fill their last word with zeros.
            // SAFETY: the caller's.
            unsafe { dst.write_bytes(0, self.ret_bytes.next_multiple_of(8) as usize) };
        }
        for step in &self.ret {
            // SAFETY: the caller's; results take no stack.
            unsafe { step.back(dst, regs, core::ptr::null()) }
        }
    }

    /// Reads a result from `src` into registers. One that goes to memory is copied to
    /// `hidden`.
    ///
    /// # Safety
    /// The result is there, and `hidden` has room for it if it goes there.
    pub unsafe fn get_result(&self, src: *mut u8, hidden: u64, regs: &mut RegFrame) {
        if self.in_memory {
            // SAFETY: the caller's.
            unsafe { core::ptr::copy(src, hidden as *mut u8, self.ret_bytes as usize) };
            regs.ints[0] = hidden;
            return;
        }
        for step in &self.ret {
            // SAFETY: the caller's; results take no stack.
            unsafe { step.out(src, regs, core::ptr::null_mut()) }
        }
    }
}

/// Bytes of a vector that lie in one register: those from `offset` on, 16 at most. 16 for what
/// is no vector.
fn vector_bytes(types: &Types, ty: TypeId, offset: u64) -> u8 {
    match types.get(ty) {
        Type::Vector { .. } => alloc_size(types, ty).saturating_sub(offset).min(16) as u8,
        Type::Array { elem, .. } => {
            vector_bytes(types, *elem, offset % alloc_size(types, *elem).max(1))
        }
        Type::Struct { fields, .. } => {
            let start = |index: &usize| field_offset(types, ty, *index);
            match (0..fields.len()).rev().find(|index| start(index) <= offset) {
                Some(index) => vector_bytes(types, fields[index], offset - start(&index)),
                None => 16,
            }
        }
        _ => 16,
    }
}

fn part(at: u32, part: Part, place: Place, ext: Extension, vector: u8) -> Move {
    let how = match part {
        Part::Int(bits) => How::Int { place, bits, ext },
        Part::F16 => How::Float { place, bytes: 2 },
        Part::F32 => How::Float { place, bytes: 4 },
        Part::F64 => How::Float { place, bytes: 8 },
        Part::V128 => How::Float { place, bytes: vector },
    };
    Move { at, how }
}

impl Move {
    fn same(&self, other: &Self) -> bool {
        self.at == other.at && self.same_part(other)
    }

    fn same_part(&self, other: &Self) -> bool {
        match (self.how, other.how) {
            (How::Int { place, bits, .. }, How::Int { place: to, bits: other, .. }) => {
                place == to && bits == other
            }
            (a, b) => a == b,
        }
    }

    unsafe fn out(&self, frame: Fp, regs: &mut RegFrame, stack: *mut u8) {
        // SAFETY: the caller's.
        unsafe {
            let from = frame.add(self.at as usize);
            match self.how {
                How::Int { place, bits, ext } => {
                    let mut word = read_part(from, bits);
                    if ext == Extension::Sign {
                        let shift = 64 - u32::from(bits);
                        word = ((word << shift) as i64 >> shift) as u64;
                    }
                    match place {
                        Place::Stack(offset) => {
                            stack.add(offset as usize).cast::<u64>().write_unaligned(word);
                        }
                        Place::Nest => regs.nest = word,
                        Place::Int(at) | Place::Float(at) => regs.ints[at as usize] = word,
                    }
                }
                How::Float { place, bytes } => {
                    let mut value = [0u64; 2];
                    core::ptr::copy(from, value.as_mut_ptr().cast(), bytes as usize);
                    match place {
                        Place::Stack(offset) => {
                            let to = stack.add(offset as usize);
                            core::ptr::copy(value.as_ptr().cast(), to, bytes.max(8) as usize);
                        }
                        Place::Int(at) | Place::Float(at) => regs.floats[at as usize] = value,
                        Place::Nest => regs.nest = value[0],
                    }
                }
                How::Copy { offset, size } => {
                    let from = from.cast::<*const u8>().read_unaligned();
                    core::ptr::copy(from, stack.add(offset as usize), size as usize);
                }
            }
        }
    }

    unsafe fn back(&self, frame: Fp, regs: &RegFrame, stack: *const u8) {
        // SAFETY: the caller's.
        unsafe {
            let to = frame.add(self.at as usize);
            match self.how {
                How::Int { place, bits, .. } => {
                    let word = match place {
                        Place::Stack(at) => stack.add(at as usize).cast::<u64>().read_unaligned(),
                        Place::Nest => regs.nest,
                        Place::Int(at) | Place::Float(at) => regs.ints[at as usize],
                    };
                    write_part(to, bits, word);
                }
                How::Float { place, bytes } => {
                    let value = match place {
                        Place::Stack(at) if bytes > 8 => {
                            stack.add(at as usize).cast::<[u64; 2]>().read_unaligned()
                        }
                        Place::Stack(at) => {
                            [stack.add(at as usize).cast::<u64>().read_unaligned(), 0]
                        }
                        Place::Int(at) | Place::Float(at) => regs.floats[at as usize],
                        Place::Nest => [regs.nest, 0],
                    };
                    core::ptr::copy(value.as_ptr().cast(), to, bytes as usize);
                }
                How::Copy { offset, .. } => {
                    to.cast::<u64>().write_unaligned(stack as u64 + u64::from(offset));
                }
            }
        }
    }
}

/// Reads an integer part. In a struct it may be followed by other fields, so no byte more is
/// read than it has.
unsafe fn read_part(from: *const u8, bits: u8) -> u64 {
    // SAFETY: the caller's.
    let word = unsafe {
        match bits.div_ceil(8) {
            1 => u64::from(from.read()),
            2 => u64::from(from.cast::<u16>().read_unaligned()),
            4 => u64::from(from.cast::<u32>().read_unaligned()),
            8 => from.cast::<u64>().read_unaligned(),
            bytes => {
                let mut word = 0u64;
                core::ptr::copy(from, (&raw mut word).cast(), bytes as usize);
                word
            }
        }
    };
    let shift = 64 - u32::from(bits);
    word << shift >> shift
}

unsafe fn write_part(to: *mut u8, bits: u8, word: u64) {
    let shift = 64 - u32::from(bits);
    let word = word << shift >> shift;
    // SAFETY: the caller's.
    unsafe { core::ptr::copy((&raw const word).cast(), to, bits.div_ceil(8) as usize) }
}
