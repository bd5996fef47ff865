//! What of a function lasts from one call of its body to the next, and where.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::layout::{align_of, alloc_size};
use bareflow_ir::{BlockId, ConstKind, Function, Instr, Module, Op, Operand, TypeId, ValueId};

use super::words::callee;
use crate::make::Maker;

/// Places in the memory that an outer function gives its body, in bytes from its start.
pub(super) struct Frame {
    end: u64,
    align: u64,
    /// By the number of a value.
    places: Vec<Option<u64>>,
    /// Of local variables, by the values that are their addresses.
    pub(super) rooms: Vec<(ValueId, u64)>,
    /// Of what the function returns.
    pub(super) result: Option<u64>,
    /// Of the list of further arguments, at its beginning.
    pub(super) list: Option<u64>,
    /// Of the innermost attempt, in programs that make some.
    pub(super) attempts: Option<u64>,
}

impl Frame {
    /// Bytes of a `va_list`.
    pub(super) const LIST_BYTES: u64 = 24;
    /// Bytes at the start that have a fixed meaning.
    const HEAD: u64 = 16;

    /// For a function that returns `ret` and the values of it that `keep` says.
    ///
    /// # Errors
    /// A variable that has no fixed place.
    pub(super) fn lay_out(
        make: &Maker<'_>,
        func: &Function,
        ret: TypeId,
        keep: &[bool],
        list: bool,
        attempts: bool,
    ) -> Result<Self, &'static str> {
        let module = &*make.module;
        let mut frame = Self {
            end: Self::HEAD,
            align: 16,
            places: vec![None; keep.len()],
            rooms: Vec::new(),
            result: None,
            list: None,
            attempts: None,
        };
        if ret != make.kinds.void {
            frame.result = Some(frame.take_one(module, ret));
        }
        frame.list = list.then(|| frame.take(Self::LIST_BYTES, 8));
        frame.attempts = attempts.then(|| frame.take_one(module, make.kinds.ptr));
        for (at, instr) in func.instrs.iter().enumerate() {
            let (Op::Alloca { ty, count, align }, Some(result)) = (&instr.op, instr.result) else {
                continue;
            };
            let count = match count {
                Operand::Const(id) => match module.constant(*id).kind {
                    ConstKind::Int(count) => Some(count),
                    ConstKind::Zero => Some(0),
                    _ => None,
                },
                Operand::Value(_) => None,
            };
            let first = at < func.blocks[BlockId::new(0).index()].instrs.end as usize;
            let Some(count) = count.filter(|_| first) else {
                return Err(
                    "memory of a computed size on the stack of a function that calls setjmp",
                );
            };
            let bytes = alloc_size(&module.types, *ty).saturating_mul(count);
            let align = align_of(&module.types, *ty).max(u64::from(*align));
            let at = frame.take(bytes, align);
            frame.rooms.push((result, at));
        }
        for (id, _) in keep.iter().enumerate().filter(|(_, keep)| **keep) {
            if frame.rooms.iter().all(|(room, _)| room.index() != id) {
                frame.places[id] = Some(frame.take_one(module, make.values[id]));
            }
        }
        // What an `invoke` gives would have to be stored behind it, where there are other ways to.
        let terminators = func.instrs.iter().filter(|instr| instr.op.is_terminator());
        if terminators.filter_map(|instr| instr.result).any(|id| keep[id.index()]) {
            return Err("setjmp among functions that may throw");
        }
        Ok(frame)
    }

    fn take(&mut self, bytes: u64, align: u64) -> u64 {
        let at = self.end.next_multiple_of(align.max(1));
        self.end = at.saturating_add(bytes);
        self.align = self.align.max(align);
        at
    }

    fn take_one(&mut self, module: &Module, ty: TypeId) -> u64 {
        self.take(alloc_size(&module.types, ty), align_of(&module.types, ty))
    }

    /// Where a value is kept, if it is.
    pub(super) fn place(&self, id: ValueId) -> Option<u64> {
        self.places.get(id.index()).copied().flatten()
    }

    /// Bytes of all.
    pub(super) fn size(&self) -> u64 {
        self.end
    }

    /// What its address is a multiple of.
    pub(super) fn align(&self) -> u32 {
        self.align as u32
    }
}

/// Whether an instruction is a call of `va_start`.
pub(super) fn is_va_start(module: &Module, instr: &Instr) -> bool {
    is_intrinsic(module, instr, "llvm.va_start")
}

/// Whether it says when an alloca begins or ends to be used, which means nothing of a place in a frame.
pub(super) fn is_lifetime(module: &Module, instr: &Instr) -> bool {
    is_intrinsic(module, instr, "llvm.lifetime.")
}

fn is_intrinsic(module: &Module, instr: &Instr, prefix: &str) -> bool {
    callee(module, instr).is_some_and(|id| module.func(id).name.starts_with(prefix))
}
