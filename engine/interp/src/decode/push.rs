//! Appending instructions, and what is known of the last one.

use alloc::vec;

use crate::code::Kept;
use crate::machine::{Entry, Handler, Inst};
use crate::op::shape::Place;
use crate::op::slow::Function as SlowFunction;
use crate::op::{lanes, limbs, slow};
use crate::value::Fault;

use super::{Decoder, Kind};

impl Decoder<'_> {
    pub(super) fn push(&mut self, op: Handler, a: u32, b: u32, c: u32, d: u32) -> usize {
        self.insts.push(Inst { op: Entry { handler: op }, a, b, c, d });
        self.insts.len() - 1
    }

    /// Puts numbers behind an instruction, six in the place of one.
    pub(super) fn push_operands(&mut self, operands: &[u32]) {
        for chunk in operands.chunks(6) {
            let word = |at: usize| chunk.get(at).copied().unwrap_or(0);
            let first = u64::from(word(0)) | u64::from(word(1)) << 32;
            self.push_raw(first, [word(2), word(3), word(4), word(5)]);
        }
    }

    fn push_raw(&mut self, first: u64, rest: [u32; 4]) {
        let [a, b, c, d] = rest;
        self.insts.push(Inst { op: Entry { word: first }, a, b, c, d });
    }

    /// An instruction with an integer result.
    pub(super) fn int_result(&mut self, op: Handler, to: u32, b: u32, c: u32, d: u32) {
        self.push(op, to, b, c, d);
        self.wrote(to, 8);
        self.last_int = Some(to);
    }

    /// An instruction with a result of this kind in one word.
    pub(super) fn result(&mut self, kind: Kind, op: Handler, to: u32, b: u32, c: u32, d: u32) {
        self.push(op, to, b, c, d);
        self.note_result(kind, to);
    }

    /// A result of this kind is at `to` and in its register.
    pub(super) fn note_result(&mut self, kind: Kind, to: u32) {
        self.wrote(to, 8);
        match kind {
            Kind::F32 => self.last_f32 = Some(to),
            Kind::F64 => self.last_f64 = Some(to),
            _ => self.last_int = Some(to),
        }
    }

    /// An instruction that writes the frame and leaves the result registers alone.
    pub(super) fn other_result(
        &mut self,
        op: Handler,
        to: u32,
        b: u32,
        c: u32,
        d: u32,
        bytes: u32,
    ) {
        self.push(op, to, b, c, d);
        self.wrote(to, bytes);
    }

    /// What the result registers hold of these bytes is out of date.
    pub(super) fn wrote(&mut self, at: u32, bytes: u32) {
        let stale = |last: &mut Option<u32>| {
            if last.is_some_and(|place| place < at + bytes.max(8) && at < place + 8) {
                *last = None;
            }
        };
        stale(&mut self.last_int);
        stale(&mut self.last_f64);
        stale(&mut self.last_f32);
    }

    /// The place of an operand that was found before further instructions were emitted.
    pub(super) fn settled(&self, place: Place) -> Place {
        match place {
            Place::Last(at) if self.last_int != Some(at) => Place::Reg(at),
            _ => place,
        }
    }

    pub(super) fn forget_last(&mut self) {
        self.last_int = None;
        self.last_f64 = None;
        self.last_f32 = None;
    }

    /// An operation that is an ordinary function.
    pub(super) fn function(&mut self, function: SlowFunction, to: u32, operands: &[u32]) {
        let count = operands.len().div_ceil(6) as u32;
        let address = function as usize as u64;
        self.push(slow::function, to, count, address as u32, (address >> 32) as u32);
        self.push_operands(operands);
        self.forget_last();
    }

    /// An operation on lanes.
    pub(super) fn lanes(&mut self, desc: lanes::LaneDesc, to: u32, places: &[u32]) {
        let desc = Kept::new(desc);
        let address = desc.address();
        self.lane_descs.push(desc);
        let mut operands = vec![address as u32, (address >> 32) as u32];
        operands.extend_from_slice(places);
        self.function(lanes::run, to, &operands);
    }

    /// An operation on limbs.
    pub(super) fn limbs(&mut self, desc: limbs::LimbDesc, to: u32, places: &[u32]) {
        let desc = Kept::new(desc);
        let address = desc.address();
        self.limb_descs.push(desc);
        let mut operands = vec![address as u32, (address >> 32) as u32];
        operands.extend_from_slice(places);
        self.function(limbs::run, to, &operands);
    }

    pub(super) fn fault(&mut self, fault: Fault) {
        self.push(slow::fault, fault as u32, 0, 0, 0);
    }
}
