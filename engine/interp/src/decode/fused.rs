//! Arithmetic together with a load or a product.

use bareflow_ir::{BinaryOp, Operand};

use super::fits::{BYTES, SHORTS, SINGLES, WORDS};
use super::{Decoder, Kind};
use crate::machine::Handler;
use crate::op::fused::{self, ByPlainMode, MulAdd, MulFrom, MulSub, Plain, PlainMode};
use crate::op::memory::{Address, BasePlace, Compute, pick_mode};
use crate::op::shape::{Last, Place, Reg};
use crate::op::{float, int};

/// An operation whose right operand is loaded.
struct WithLoad {
    op: BinaryOp,
    kind: Kind,
    left: Place,
}

impl ByPlainMode for WithLoad {
    fn with<M: PlainMode>(&self) -> Handler {
        let last = matches!(self.left, Place::Last(_));
        macro_rules! scalar {
            ($op:ty) => {
                if last {
                    fused::with_load::<$op, Last, M>
                } else {
                    fused::with_load::<$op, Reg, M>
                }
            };
        }
        macro_rules! ints {
            ($op:ident) => {
                match self.kind {
                    Kind::Int(32) => scalar!(int::$op<u32>),
                    Kind::Int(_) => scalar!(int::$op<u64>),
                    BYTES => fused::lanes_with_load::<int::$op<u8>, M, 16>,
                    SHORTS => fused::lanes_with_load::<int::$op<u16>, M, 8>,
                    WORDS => fused::lanes_with_load::<int::$op<u32>, M, 4>,
                    _ => fused::lanes_with_load::<int::$op<u64>, M, 2>,
                }
            };
        }
        macro_rules! floats {
            ($op:ident) => {
                match self.kind {
                    Kind::F32 => scalar!(float::$op<f32>),
                    Kind::F64 => scalar!(float::$op<f64>),
                    SINGLES => fused::lanes_with_load::<float::$op<f32>, M, 4>,
                    _ => fused::lanes_with_load::<float::$op<f64>, M, 2>,
                }
            };
        }
        match self.op {
            BinaryOp::Add => ints!(Add),
            BinaryOp::Sub => ints!(Sub),
            BinaryOp::And => ints!(And),
            BinaryOp::Or => ints!(Or),
            BinaryOp::Xor => ints!(Xor),
            BinaryOp::Mul => match self.kind {
                Kind::Int(32) => scalar!(int::Mul<u32>),
                _ => scalar!(int::Mul<u64>),
            },
            BinaryOp::FSub => floats!(Sub),
            BinaryOp::FMul => floats!(Mul),
            _ => floats!(Add),
        }
    }
}

/// How a product and a third operand are combined.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sum {
    Add,
    From,
    Sub,
}

/// A sum with a product one of whose factors is loaded.
struct SumWithLoad {
    sum: Sum,
    kind: Kind,
}

impl ByPlainMode for SumWithLoad {
    fn with<M: PlainMode>(&self) -> Handler {
        macro_rules! kinds {
            ($op:ident) => {
                match self.kind {
                    Kind::F32 => fused::three_load::<$op<f32>, M>,
                    Kind::F64 => fused::three_load::<$op<f64>, M>,
                    SINGLES => fused::lanes_three_load::<$op<f32>, M, 4>,
                    _ => fused::lanes_three_load::<$op<f64>, M, 2>,
                }
            };
        }
        match self.sum {
            Sum::Add => kinds!(MulAdd),
            Sum::From => kinds!(MulFrom),
            Sum::Sub => kinds!(MulSub),
        }
    }
}

fn pick_sum(sum: Sum, kind: Kind, a: Place, c: Place) -> Handler {
    macro_rules! scalar {
        ($op:ty) => {
            match (a, c) {
                (Place::Last(_), _) => fused::three::<$op, Last, Reg>,
                (_, Place::Last(_)) => fused::three::<$op, Reg, Last>,
                _ => fused::three::<$op, Reg, Reg>,
            }
        };
    }
    macro_rules! kinds {
        ($op:ident) => {
            match kind {
                Kind::F32 => scalar!($op<f32>),
                Kind::F64 => scalar!($op<f64>),
                SINGLES => fused::lanes_three::<$op<f32>, 4>,
                _ => fused::lanes_three::<$op<f64>, 2>,
            }
        };
    }
    match sum {
        Sum::Add => kinds!(MulAdd),
        Sum::From => kinds!(MulFrom),
        Sum::Sub => kinds!(MulSub),
    }
}

impl Decoder<'_> {
    /// Emits arithmetic that has a load or a product folded into it. Whether it has.
    pub(super) fn emit_fused(
        &mut self,
        op: BinaryOp,
        kind: Kind,
        lhs: Operand,
        rhs: Operand,
        to: u32,
    ) -> bool {
        let func = self.func;
        for (product, other, left) in [(rhs, lhs, false), (lhs, rhs, true)] {
            if let Some((a, b)) = self.plan.product(func, product) {
                let sum = match (op, left) {
                    (BinaryOp::FAdd, _) => Sum::Add,
                    (_, false) => Sum::From,
                    (_, true) => Sum::Sub,
                };
                self.emit_sum(sum, kind, [a, b, other], to);
                return true;
            }
        }
        for (load, other) in [(rhs, lhs), (lhs, rhs)] {
            if let Some(ptr) = self.plan.loaded(func, load) {
                let (mode, operands) = self.plain_address(ptr);
                let left = self.operand_of(kind, other);
                let handler = fused::pick(mode, &WithLoad { op, kind, left });
                let [b, c, d] = operands;
                self.push(handler, to, b, c, d);
                self.push_operands(&[left.field()]);
                self.wrote_kind(kind, to);
                return true;
            }
        }
        false
    }

    /// `a * b` and `c` combined.
    fn emit_sum(&mut self, sum: Sum, kind: Kind, [a, b, c]: [Operand; 3], to: u32) {
        let func = self.func;
        for (load, other) in [(b, a), (a, b)] {
            if let Some(ptr) = self.plan.loaded(func, load) {
                let (mode, [x, y, z]) = self.plain_address(ptr);
                let handler = fused::pick(mode, &SumWithLoad { sum, kind });
                let places = [self.place(other), self.place(c)];
                self.push(handler, to, x, y, z);
                self.push_operands(&places);
                self.wrote_kind(kind, to);
                return;
            }
        }
        let (x, z) = (self.operand_of(kind, a), self.operand_of(kind, c));
        let y = self.place(b);
        self.push(pick_sum(sum, kind, x, z), to, x.field(), y, z.field());
        self.wrote_kind(kind, to);
    }

    fn operand_of(&mut self, kind: Kind, operand: Operand) -> Place {
        match kind {
            Kind::F32 => self.source_float(operand, false),
            Kind::F64 => self.source_float(operand, true),
            Kind::Int(_) => self.source(operand),
            _ => Place::Reg(self.place(operand)),
        }
    }

    /// Notes what an instruction with a result of this kind has left behind.
    fn wrote_kind(&mut self, kind: Kind, to: u32) {
        match kind {
            Kind::F32 | Kind::F64 | Kind::Int(_) => self.note_result(kind, to),
            _ => self.wrote(to, 16),
        }
    }

    /// An address in one of the few modes; computed first if it is in none.
    fn plain_address(&mut self, ptr: Operand) -> (Plain, [u32; 3]) {
        let address = self.address(ptr);
        match address {
            Address { base: BasePlace::Local(at), .. } => {
                (Plain::Local, [at.wrapping_add(address.disp as u32), 0, 0])
            }
            Address { base: BasePlace::At(base), index: None, disp } => {
                (Plain::Base, [base.field(), 0, disp as u32])
            }
            Address {
                base: BasePlace::At(base),
                index: Some((index, false, scale @ (1 | 4 | 8))),
                disp,
            } => {
                let mode = match scale {
                    1 => Plain::By1,
                    4 => Plain::By4,
                    _ => Plain::By8,
                };
                (mode, [base.field(), index.field(), disp as u32])
            }
            _ => {
                let to = self.scratch(8);
                let (handler, [b, c, d]) = pick_mode(&address, &Compute);
                self.int_result(handler, to, b, c, d);
                (Plain::Base, [to, 0, 0])
            }
        }
    }
}
