//! Variadic functions: the prologue that spills argument registers, `va_start`, `va_arg`.
//!
//! The prologue calls the body like a function without further arguments. Both keep frame
//! pointers, so the body finds what was spilled, and the stack arguments above it, at fixed
//! distances from its own:
//!
//! ```text
//! body's rbp +   0  prologue's rbp
//!            +   8  return address into the prologue
//!            +  16  save area (ir::abi::SAVE_AREA bytes)
//!            + 192  caller's rbp
//!            + 200  return address into the caller
//!            + 208  stack arguments
//! ```

use alloc::vec::Vec;

use bareflow_ir::abi::{self, Pass, Place, SAVE_AREA};
use bareflow_ir::layout::{align_of, alloc_size};
use bareflow_ir::{Operand, TypeId};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

use crate::lower::{Addr, Base, Lower, Res, refuse};
use crate::memory::plain;

/// Distance of the save area from the body's frame pointer.
const SAVED: i64 = 16;
/// Distance of the stack arguments from the body's frame pointer.
pub(crate) const STACK_ARGS: i64 = SAVED + SAVE_AREA as i64 + 16;

/// The prologue, and zeros up to a multiple of `align`, where the body begins.
pub(crate) fn prologue(align: u32) -> Vec<u8> {
    #[rustfmt::skip]
    let mut code = alloc::vec![
        0x55,                                           // push rbp
        0x48, 0x89, 0xe5,                               // mov rbp, rsp
        0x48, 0x81, 0xec, SAVE_AREA as u8, 0, 0, 0,     // sub rsp, SAVE_AREA
        0x48, 0x89, 0x3c, 0x24,                         // mov [rsp], rdi
        0x48, 0x89, 0x74, 0x24, 0x08,                   // mov [rsp + 8], rsi
        0x48, 0x89, 0x54, 0x24, 0x10,                   // mov [rsp + 16], rdx
        0x48, 0x89, 0x4c, 0x24, 0x18,                   // mov [rsp + 24], rcx
        0x4c, 0x89, 0x44, 0x24, 0x20,                   // mov [rsp + 32], r8
        0x4c, 0x89, 0x4c, 0x24, 0x28,                   // mov [rsp + 40], r9
        0x0f, 0x29, 0x44, 0x24, 0x30,                   // movaps [rsp + 48], xmm0
        0x0f, 0x29, 0x4c, 0x24, 0x40,                   // movaps [rsp + 64], xmm1
        0x0f, 0x29, 0x54, 0x24, 0x50,                   // movaps [rsp + 80], xmm2
        0x0f, 0x29, 0x5c, 0x24, 0x60,                   // movaps [rsp + 96], xmm3
        0x0f, 0x29, 0x64, 0x24, 0x70,                   // movaps [rsp + 112], xmm4
        0x0f, 0x29, 0xac, 0x24, 0x80, 0, 0, 0,          // movaps [rsp + 128], xmm5
        0x0f, 0x29, 0xb4, 0x24, 0x90, 0, 0, 0,          // movaps [rsp + 144], xmm6
        0x0f, 0x29, 0xbc, 0x24, 0xa0, 0, 0, 0,          // movaps [rsp + 160], xmm7
        0xe8, 0, 0, 0, 0,                               // call body
    ];
    let after_call = code.len();
    code.extend_from_slice(&[0xc9, 0xc3]); // leave; ret
    let body = code.len().next_multiple_of(align.max(16) as usize);
    code[after_call - 4..after_call].copy_from_slice(&((body - after_call) as u32).to_le_bytes());
    code.resize(body, 0xcc);
    code
}

impl Lower<'_, '_> {
    /// Fills a `va_list` (psABI, figure 3.34).
    pub(crate) fn va_start(&mut self, list: Operand) -> Res<()> {
        if !self.frame.variadic {
            return refuse("va_start outside the entry of a variadic function");
        }
        let func = self.src.func;
        let Some((ret, params, varargs)) = self.types().signature(func.ty) else {
            return refuse("a function without function type");
        };
        let Ok(lowered) = abi::lower(self.types(), ret, params, &func.params, varargs) else {
            return refuse("an argument that cannot be passed");
        };
        let mut end = 0;
        for pass in &lowered.args {
            match pass {
                Pass::Copy { offset, size } => end = end.max(offset + size.next_multiple_of(8)),
                Pass::Parts(places) => {
                    for (at, place) in places {
                        if let Place::Stack(offset) = place {
                            let size = if at.part == abi::Part::V128 { 16 } else { 8 };
                            end = end.max(offset + size);
                        }
                    }
                }
            }
        }
        let list = self.addr(list)?;
        let ints = self.int(types::I32, u64::from(lowered.ints) * 8);
        self.store_raw(ints, list, plain());
        let floats = self.int(types::I32, 48 + u64::from(lowered.floats) * 16);
        self.store_raw(floats, list.plus(4), plain());
        let frame = self.b.ins().get_frame_pointer(types::I64);
        let overflow = self.add_const(frame, STACK_ARGS + i64::from(end));
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
