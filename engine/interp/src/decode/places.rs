//! Where operands lie: in the frame, among its constants, or in an instruction.

use bareflow_ir::ValueId;
use bareflow_ir::{ConstId, Operand};

use crate::op::shape::Place;
use crate::op::slow;

use super::{Decoder, consts, fits};

impl Decoder<'_> {
    /// `bytes` of scratch space for the instruction being emitted.
    pub(super) fn scratch(&mut self, bytes: u32) -> u32 {
        let at = self.temp;
        let end = at.saturating_add(bytes.next_multiple_of(8));
        if end > self.temp_end {
            self.refuse("an instruction that needs too much room for temporary values");
            return self.temp_base;
        }
        self.temp = end;
        at
    }

    /// Where a constant lies in the frame.
    fn constant(&mut self, id: ConstId) -> u32 {
        if let Some(at) = self.pool_ids.get(&id) {
            return *at;
        }
        let words = match consts::words(&self.env, id) {
            Ok(words) => words,
            Err(consts::Bad::Unsupported(what)) => {
                self.refuse(what);
                return self.pool_base;
            }
            Err(consts::Bad::Unresolved(symbol)) => {
                let (kind, at) = match symbol {
                    bareflow_ir::Symbol::Func(id) => (0, id.0),
                    bareflow_ir::Symbol::Global(id) => (1, id.0),
                    bareflow_ir::Symbol::Alias(id) => (2, id.0),
                };
                self.push(slow::unresolved, kind, at, 0, 0);
                return self.number(0);
            }
        };
        let at = match *words {
            [word] => self.number(word),
            _ => {
                let at = self.pool_base + self.pool.len() as u32 * 8;
                self.pool.extend_from_slice(&words);
                at
            }
        };
        self.pool_ids.insert(id, at);
        at
    }

    /// Where a number lies in the frame.
    pub(super) fn number(&mut self, word: u64) -> u32 {
        if let Some(at) = self.pool_words.get(&word) {
            return *at;
        }
        let at = self.pool_base + self.pool.len() as u32 * 8;
        self.pool.push(word);
        self.pool_words.insert(word, at);
        at
    }

    /// Where an operand lies in the frame.
    pub(super) fn place(&mut self, operand: Operand) -> u32 {
        match operand {
            Operand::Value(id) => self.value(id),
            Operand::Const(id) => self.constant(id),
        }
    }

    pub(super) fn value(&mut self, id: ValueId) -> u32 {
        self.places[id.index()]
    }

    /// An operand of an instruction that takes integers from a result register.
    pub(super) fn source(&mut self, operand: Operand) -> Place {
        let at = self.place(operand);
        if self.last_int == Some(at) { Place::Last(at) } else { Place::Reg(at) }
    }

    pub(super) fn source_float(&mut self, operand: Operand, double: bool) -> Place {
        let at = self.place(operand);
        let last = if double { self.last_f64 } else { self.last_f32 };
        if last == Some(at) { Place::Last(at) } else { Place::Reg(at) }
    }

    /// An integer operand of `bits` that may stand in the instruction.
    pub(super) fn source_or_number(&mut self, operand: Operand, bits: u32) -> Place {
        match self.number_of(operand, bits) {
            Some(number) => match i32::try_from(number) {
                Ok(number) => Place::Imm(number),
                Err(_) => self.source(operand),
            },
            None => self.source(operand),
        }
    }

    /// The value of a constant integer operand that has no address in it, sign-extended.
    pub(super) fn number_of(&self, operand: Operand, bits: u32) -> Option<i64> {
        let Operand::Const(id) = operand else { return None };
        fits::number(self.env.module, id, bits)
    }
}
