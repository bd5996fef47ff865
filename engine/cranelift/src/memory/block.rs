//! Copying and filling memory: small blocks inline, others by the C library.

use alloc::vec::Vec;

use bareflow_ir::Operand;
use cranelift_codegen::ir::{self as clif, InstBuilder, Value, types};

use crate::addr::{Addr, Base};
use crate::lower::{Lower, Res};
use crate::memory::plain;

/// Up to this many bytes are copied or filled by single moves.
const INLINE: u64 = 128;

/// The moves that cover `size` bytes: type and offset. The last one may overlap its
/// predecessor.
fn moves(size: u64) -> Vec<(clif::Type, u64)> {
    let mut list = Vec::new();
    let mut done = 0;
    while done < size {
        let left = size - done;
        let (ty, width) = match left {
            16.. => (types::I8X16, 16),
            8.. => (types::I64, 8),
            4.. => (types::I32, 4),
            2.. => (types::I16, 2),
            _ => (types::I8, 1),
        };
        // A tail that is no power of two ends with a move that reaches back.
        let next = left.next_power_of_two();
        if left < 16 && !left.is_power_of_two() && size >= next {
            let ty = match next {
                16 => types::I8X16,
                8 => types::I64,
                _ => types::I32,
            };
            list.push((ty, size - next));
            break;
        }
        list.push((ty, done));
        done += width;
    }
    list
}

impl Lower<'_, '_> {
    /// `llvm.memcpy` and `llvm.memmove`: `name` is the library's function.
    pub(crate) fn mem_copy(
        &mut self,
        to: Operand,
        from: Operand,
        size: Operand,
        name: &str,
    ) -> Res<()> {
        if self.promoted_copy(to, from, size)? {
            return Ok(());
        }
        if let Some(size) = self.src.const_int(size)
            && size <= INLINE
        {
            let (to, from) = (self.addr(to)?, self.addr(from)?);
            self.copy_inline(to, from, size);
            return Ok(());
        }
        let size = self.size_value(size)?;
        let (to, from) = (self.one(to)?, self.one(from)?);
        self.library(name, &[to, from, size], &[types::I64]);
        Ok(())
    }

    fn copy_inline(&mut self, to: Addr, from: Addr, size: u64) {
        // All is read before anything is written: the blocks may overlap.
        let mut values = Vec::new();
        for (ty, offset) in moves(size) {
            values.push((self.load_raw(ty, from.plus(offset), plain()), offset));
        }
        for (value, offset) in values {
            self.store_raw(value, to.plus(offset), plain());
        }
    }

    /// Copies a block of known size.
    pub(crate) fn copy_block(&mut self, to: Addr, from: Value, size: u32) {
        if u64::from(size) <= INLINE {
            self.copy_inline(to, Addr { base: Base::Value(from), offset: 0 }, size.into());
            return;
        }
        let (to, size) = (self.addr_value(to), self.int(types::I64, size.into()));
        self.library("memcpy", &[to, from, size], &[types::I64]);
    }

    fn size_value(&mut self, size: Operand) -> Res<Value> {
        let value = self.one(size)?;
        Ok(self.resize(value, types::I64))
    }

    /// `llvm.memset`.
    pub(crate) fn mem_set(&mut self, to: Operand, byte: Operand, size: Operand) -> Res<()> {
        if self.promoted_fill(to, byte, size)? {
            return Ok(());
        }
        if let Some(size) = self.src.const_int(size)
            && size <= INLINE
        {
            let addr = self.addr(to)?;
            let value = self.src.const_int(byte);
            let byte = self.one(byte)?;
            self.fill(addr, byte, value, size);
            return Ok(());
        }
        let (to, byte) = (self.one(to)?, self.one(byte)?);
        let byte = self.b.ins().uextend(types::I32, byte);
        let size = self.size_value(size)?;
        self.library("memset", &[to, byte, size], &[types::I64]);
        Ok(())
    }

    fn fill(&mut self, addr: Addr, byte: Value, constant: Option<u64>, size: u64) {
        let list = moves(size);
        let vector = list.iter().any(|(ty, _)| *ty == types::I8X16).then(|| match constant {
            Some(byte) => self.vector(types::I8X16, [byte as u8; 16]),
            None => self.b.ins().splat(types::I8X16, byte),
        });
        let word = match constant {
            Some(byte) => self.int(types::I64, (byte & 0xff) * 0x0101_0101_0101_0101),
            None => {
                let wide = self.b.ins().uextend(types::I64, byte);
                let ones = self.int(types::I64, 0x0101_0101_0101_0101);
                self.b.ins().imul(wide, ones)
            }
        };
        for (ty, offset) in list {
            let value = match vector {
                Some(vector) if ty == types::I8X16 => vector,
                _ => match constant {
                    Some(byte) => self.int(ty, (byte & 0xff) * 0x0101_0101_0101_0101),
                    None => self.resize(word, ty),
                },
            };
            self.store_raw(value, addr.plus(offset), plain());
        }
    }
}
