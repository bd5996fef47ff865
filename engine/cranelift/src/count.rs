//! Counting calls and loop iterations in instrumented code.

use bareflow_object::{COUNTER_PREFIX, HOT};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, types};

use crate::addr::{Addr, Base};
use crate::lower::Lower;
use crate::memory::plain;

impl Lower<'_, '_> {
    fn counter(&mut self) -> Addr {
        let name = alloc::format!("{COUNTER_PREFIX}{}", self.src.func.name);
        Addr { base: Base::Symbol(self.symbol(&name)), offset: 0 }
    }

    /// Counts one call.
    pub(crate) fn count_call(&mut self) {
        let calls = Addr { offset: 8, ..self.counter() };
        let flags = plain().with_aligned();
        let old = self.load_raw(types::I64, calls, flags);
        let new = self.add_const(old, 1);
        self.store_raw(new, calls, flags);
        self.count();
    }

    /// Counts one call or iteration down. While the counter is negative, every count calls
    /// `void __bf_hot(int64_t *counter)`, which sets it anew.
    pub(crate) fn count(&mut self) {
        let counter = self.counter();
        let flags = plain().with_aligned();
        let old = self.load_raw(types::I64, counter, flags);
        let new = self.add_const(old, -1);
        self.store_raw(new, counter, flags);
        let zero = self.int(types::I64, 0);
        let used_up = self.b.ins().icmp(IntCC::SignedLessThan, new, zero);
        let (hot, on) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(hot);
        self.b.ins().brif(used_up, hot, &[], on, &[]);
        self.b.seal_block(hot);
        self.b.switch_to_block(hot);
        let argument = self.addr_value(counter);
        self.library(HOT, &[argument], &[]);
        self.b.ins().jump(on, &[]);
        self.b.seal_block(on);
        self.b.switch_to_block(on);
    }
}
