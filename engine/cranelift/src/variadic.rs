//! What variadic functions do with what their entry saved ([`crate::wrap`]): `va_start`, `va_arg`.

use alloc::vec::Vec;

use bareflow_ir::abi::{self, SAVE_AREA};
use bareflow_ir::layout::{align_of, alloc_size};
use bareflow_ir::{Operand, TypeId};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

use crate::addr::{Addr, Base};
use crate::lower::{Lower, Res, refuse};
use crate::memory::plain;
use crate::wrap::{SAVED, STACK_ARGS};

impl Lower<'_, '_> {
    /// Fills a `va_list` (psABI, figure 3.34).
    pub(crate) fn va_start(&mut self, list: Operand) -> Res<()> {
        if !self.wrap.spills {
            return refuse("va_start outside the entry of a variadic function");
        }
        let func = self.src.func;
        let Some((ret, params, varargs)) = self.types().signature(func.ty) else {
            return refuse("a function without function type");
        };
        let Ok(lowered) = abi::lower(self.types(), ret, params, &func.params, varargs) else {
            return refuse("an argument that cannot be passed");
        };
        let list = self.addr(list)?;
        let ints = self.int(types::I32, u64::from(lowered.ints) * 8);
        self.store_raw(ints, list, plain());
        let floats = self.int(types::I32, 48 + u64::from(lowered.floats) * 16);
        self.store_raw(floats, list.plus(4), plain());
        let frame = self.b.ins().get_frame_pointer(types::I64);
        let overflow = self.add_const(frame, STACK_ARGS + i64::from(lowered.end));
        self.store_raw(overflow, list.plus(8), plain());
        let saved = self.add_const(frame, SAVED);
        self.store_raw(saved, list.plus(16), plain());
        Ok(())
    }

    /// `llvm.va_copy`.
    pub(crate) fn va_copy(&mut self, to: Operand, from: Operand) -> Res<()> {
        let (to, from) = (self.addr(to)?, self.addr(from)?);
        for offset in [0, 8, 16] {
            let word = self.load_raw(types::I64, from.plus(offset), plain());
            self.store_raw(word, to.plus(offset), plain());
        }
        Ok(())
    }

    /// The next argument of a type that one register or stack place holds.
    pub(crate) fn va_arg(&mut self, list: Operand, ty: TypeId) -> Res<Vec<Value>> {
        let parts = match abi::parts(self.types(), ty) {
            Ok(parts) => parts,
            Err(_) => return refuse("va_arg of a type that cannot be passed"),
        };
        let [part] = parts[..] else { return refuse("va_arg of a type of several parts") };
        let (field, limit, step) = match part.part {
            abi::Part::Int(_) => (0, 48, 8),
            _ => (4, SAVE_AREA as u64, 16),
        };
        let addr = self.addr(list)?;
        let list = Addr { base: Base::Value(self.addr_value(addr)), offset: 0 };
        let size = alloc_size(self.types(), ty).next_multiple_of(8);
        let align = align_of(self.types(), ty).max(8);

        let offset = self.load_raw(types::I32, list.plus(field), plain());
        let limit = self.int(types::I32, limit);
        let in_register = self.b.ins().icmp(IntCC::UnsignedLessThan, offset, limit);
        let (register, memory, done) =
            (self.b.create_block(), self.b.create_block(), self.b.create_block());
        self.b.append_block_param(done, types::I64);
        self.b.ins().brif(in_register, register, &[], memory, &[]);

        self.b.seal_block(register);
        self.b.switch_to_block(register);
        let saved = self.load_raw(types::I64, list.plus(16), plain());
        let wide = self.b.ins().uextend(types::I64, offset);
        let place = self.b.ins().iadd(saved, wide);
        let next = self.add_const(offset, step);
        self.store_raw(next, list.plus(field), plain());
        self.b.ins().jump(done, &[place.into()]);

        self.b.seal_block(memory);
        self.b.switch_to_block(memory);
        let area = self.load_raw(types::I64, list.plus(8), plain());
        let area = if align > 8 {
            let up = self.add_const(area, align as i64 - 1);
            let mask = self.int(types::I64, !(align - 1));
            self.b.ins().band(up, mask)
        } else {
            area
        };
        let next = self.add_const(area, size as i64);
        self.store_raw(next, list.plus(8), plain());
        self.b.ins().jump(done, &[area.into()]);

        self.b.seal_block(done);
        self.b.switch_to_block(done);
        let place = self.b.block_params(done)[0];
        let mut out = Vec::new();
        self.load_pieces(ty, Addr { base: Base::Value(place), offset: 0 }, plain(), &mut out)?;
        Ok(out)
    }
}
