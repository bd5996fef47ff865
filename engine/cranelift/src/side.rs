//! The side stack: room for allocas whose size or number is not known before.
//!
//! Cranelift's frames have a fixed size. What does not fit there lives on a second stack, one for
//! each thread. The machine says where its two words are, the lowest address in use and the lowest
//! that may be used, when a function asks by [`THREAD`]. A call stays on its processor, so a function
//! that moves the side stack asks once, when it begins. It puts it back when it returns.

use bareflow_ir::Operand;
use bareflow_object::THREAD;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, TrapCode, Value, types};

use crate::addr::{Addr, Base};
use crate::lower::{Lower, Res, refuse};
use crate::memory::plain;

/// The trap of a full side stack.
pub(crate) const OVERFLOW: TrapCode = TrapCode::unwrap_user(3);

impl Lower<'_, '_> {
    /// For every entry of a function that moves the side stack: asks where its words are.
    pub(crate) fn enter_side_stack(&mut self) {
        let words = self.library(THREAD, &[], &[types::I64])[0];
        self.frame.words = Some(words);
        self.frame.side = Some(self.side_top());
    }

    fn side_stack(&mut self, offset: i64) -> Addr {
        let words = match self.frame.words {
            Some(words) => words,
            // It is only looked at, which few functions do.
            None => self.library(THREAD, &[], &[types::I64])[0],
        };
        Addr { base: Base::Value(words), offset }
    }

    /// Where the side stack is now.
    pub(crate) fn side_top(&mut self) -> Value {
        let addr = self.side_stack(0);
        self.load_raw(types::I64, addr, plain().with_aligned())
    }

    /// Puts the side stack back to where it was.
    pub(crate) fn set_side_top(&mut self, top: Value) {
        let addr = self.side_stack(0);
        self.store_raw(top, addr, plain().with_aligned());
    }

    /// Takes `bytes` from the side stack.
    pub(crate) fn dynamic_alloca(&mut self, bytes: Value, align: u64) -> Res<Value> {
        let top = self.side_top();
        let limit = self.side_stack(8);
        let limit = self.load_raw(types::I64, limit, plain().with_aligned());
        let room = self.b.ins().isub(top, limit);
        let too_much = self.b.ins().icmp(IntCC::UnsignedGreaterThan, bytes, room);
        self.b.ins().trapnz(too_much, OVERFLOW);
        let lower = self.b.ins().isub(top, bytes);
        let mask = self.int(types::I64, !(align.max(16) - 1));
        let lower = self.b.ins().band(lower, mask);
        self.set_side_top(lower);
        Ok(lower)
    }

    /// `llvm.stackrestore`.
    pub(crate) fn stack_restore(&mut self, saved: Operand) -> Res<()> {
        if self.frame.osr
            && let Operand::Value(id) = saved
            && self.entry_values.contains(&id)
        {
            return refuse("a stack saved before on-stack replacement");
        }
        let top = self.one(saved)?;
        self.set_side_top(top);
        Ok(())
    }
}
