//! Copies within the frame: the moves along an edge happen at once.

use alloc::vec::Vec;

use bareflow_ir::layout::alloc_size;
use bareflow_ir::{BlockId, Op, Operand};

use super::Decoder;
use crate::op::moves;

/// A copy of `bytes`, a multiple of 8.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Move {
    pub to: u32,
    pub from: u32,
    pub bytes: u32,
}

impl Move {
    fn reads(&self, at: u32, bytes: u32) -> bool {
        self.from < at + bytes && at < self.from + self.bytes
    }
}

impl Decoder<'_> {
    /// Copies one word.
    pub(super) fn copy_word(&mut self, to: u32, from: u32) {
        if to != from {
            self.int_result(moves::word, to, from, 0, 0);
        }
    }

    /// Copies whole words.
    pub(super) fn copy(&mut self, to: u32, from: u32, bytes: u32) {
        match bytes {
            0 => {}
            _ if to == from => {}
            8 => self.copy_word(to, from),
            16 => self.other_result(moves::pair, to, from, 0, 0, bytes),
            _ => self.other_result(moves::bytes, to, from, 0, bytes, bytes),
        }
    }

    /// What an edge writes to the phis of its target, in an order in which one copy after the
    /// other does it.
    pub(super) fn edge_moves(&mut self, from: BlockId, to: BlockId) -> Vec<Move> {
        let func = self.func;
        let mut pending = Vec::new();
        for instr in func.block(to) {
            let (Op::Phi { incoming }, Some(result)) = (&instr.op, instr.result) else { break };
            let Some((value, _)) = incoming.iter().find(|(_, block)| *block == from) else {
                continue;
            };
            if self.plan.users(result).is_empty() || self.is_undef(*value) {
                continue;
            }
            let bytes = alloc_size(self.types(), instr.ty).next_multiple_of(8) as u32;
            let place = self.place(*value);
            pending.push(Move { to: self.value(result), from: place, bytes });
        }
        pending.retain(|step| step.to != step.from && step.bytes > 0);
        self.temp = self.temp_base;
        let mut ordered = Vec::with_capacity(pending.len());
        while !pending.is_empty() {
            let free = (0..pending.len()).find(|at| {
                let Move { to, bytes, .. } = pending[*at];
                !pending
                    .iter()
                    .enumerate()
                    .any(|(other, step)| other != *at && step.reads(to, bytes))
            });
            match free {
                Some(at) => ordered.push(pending.remove(at)),
                None => {
                    // A cycle: one of its values steps aside.
                    let Move { from, bytes, .. } = pending[0];
                    let aside = self.scratch(bytes);
                    ordered.push(Move { to: aside, from, bytes });
                    pending[0].from = aside;
                }
            }
        }
        ordered
    }

    /// Whether an operand is any value.
    pub(super) fn is_undef(&self, value: Operand) -> bool {
        let Operand::Const(id) = value else { return false };
        matches!(
            self.env.module.constant(id).kind,
            bareflow_ir::ConstKind::Undef | bareflow_ir::ConstKind::Poison
        )
    }

    /// Emits moves, two words at a time.
    pub(super) fn emit_moves(&mut self, list: &[Move]) {
        let mut at = 0;
        while let Some(step) = list.get(at) {
            at += 1;
            match list.get(at) {
                Some(next) if step.bytes == 8 && next.bytes == 8 => {
                    at += 1;
                    self.push(moves::two_words, step.to, step.from, next.to, next.from);
                    self.wrote(step.to, 8);
                    self.wrote(next.to, 8);
                }
                _ => self.copy(step.to, step.from, step.bytes),
            }
        }
    }
}
