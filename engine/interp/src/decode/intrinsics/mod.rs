//! Calls of `llvm.*` functions.

mod floats;
mod ints;
mod vectors;

use bareflow_ir::{CallInfo, Instr, IntPredicate, Operand};

use crate::decode::casts::scalar_lane;
use crate::decode::{Decoder, Kind};
use crate::op::int::{self};
use crate::op::shape::pick_binary;
use crate::op::{bulk, stack, varargs};
use crate::value::Fault;
use crate::value::Lane;

/// Intrinsics that change nothing a program can see.
const NOTHING: &[&str] = &[
    "lifetime.",
    "assume",
    "donothing",
    "dbg.",
    "experimental.noalias.scope.decl",
    "sideeffect",
    "prefetch",
    "invariant.end",
    "var.annotation",
    "codeview.annotation",
    "pseudoprobe",
    "fake.use",
    "va_end",
    "clear_cache",
    "x86.sse2.pause",
];

/// Intrinsics that give their first operand back.
const SAME: &[&str] = &[
    "expect",
    "launder.invariant.group",
    "strip.invariant.group",
    "ptr.annotation",
    "annotation",
    "ssa.copy",
    "arithmetic.fence",
    "threadlocal.address",
    "preserve.array.access.index",
];

/// Whether an intrinsic is called `what`, its type suffixes aside.
fn is(name: &str, what: &str) -> bool {
    name.strip_prefix(what).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn choice(name: &str) -> Option<IntPredicate> {
    Some(match name.split('.').next()? {
        "smin" => IntPredicate::Sle,
        "smax" => IntPredicate::Sge,
        "umin" => IntPredicate::Ule,
        "umax" => IntPredicate::Uge,
        _ => return None,
    })
}

/// Lane and number of lanes of what an operation works on.
fn lanes_of(kind: Kind) -> Option<(Lane, u32)> {
    match kind {
        Kind::Vector(lane, lanes) => Some((lane, lanes)),
        _ => scalar_lane(kind).map(|lane| (lane, 1)),
    }
}

impl Decoder<'_> {
    pub(super) fn emit_intrinsic(&mut self, instr: &Instr, name: &str, info: &CallInfo, to: u32) {
        if NOTHING.iter().any(|known| name == *known || name.starts_with(known)) {
            return;
        }
        let args = info.args.as_slice();
        if SAME.iter().any(|known| is(name, known) || name.starts_with("expect."))
            && let [first, ..] = args
        {
            self.alias(instr, *first, to);
            return;
        }
        let done = self.emit_memory_intrinsic(name, args, to)
            || self.emit_machine_intrinsic(instr, name, args, to)
            || self.emit_vector_intrinsic(instr, name, args, to)
            || self.emit_int_intrinsic(instr, name, args, to)
            || self.emit_float_intrinsic(instr, name, args, to);
        if !done {
            self.refuse(alloc::format!("the intrinsic llvm.{name}"));
        }
    }

    fn emit_memory_intrinsic(&mut self, name: &str, args: &[Operand], to: u32) -> bool {
        let [a, b, c, ..] = *args else { return false };
        if name.contains(".element.") {
            return false;
        }
        let handler = if is(name, "memcpy") || is(name, "memmove") {
            bulk::copy_memory
        } else if is(name, "memset") {
            bulk::fill_memory
        } else {
            return false;
        };
        let _ = to;
        let (a, b, c) = (self.place(a), self.place(b), self.place(c));
        self.push(handler, a, b, c, 0);
        true
    }

    fn emit_machine_intrinsic(
        &mut self,
        instr: &Instr,
        name: &str,
        args: &[Operand],
        to: u32,
    ) -> bool {
        match (name.split('.').next().unwrap_or(name), args) {
            ("trap" | "debugtrap" | "ubsantrap", _) => self.fault(Fault::Trapped),
            ("stacksave", _) => self.int_result(stack::save, to, 0, 0, 0),
            ("stackrestore", [from]) => {
                let from = self.place(*from);
                self.push(stack::restore, 0, from, 0, 0);
            }
            ("frameaddress", _) => self.int_result(stack::frame, to, 0, 0, 0),
            ("returnaddress", _) => self.constant_result(to, 0),
            ("va_start", [list]) => {
                let list = self.place(*list);
                let (ints, floats) = self.named_registers();
                self.function(varargs::start, to, &[list, ints, floats]);
            }
            ("va_copy", [into, from]) => {
                let operands = [self.place(*into), self.place(*from)];
                self.function(varargs::copy, to, &operands);
            }
            ("objectsize", [_, least, ..]) => {
                let least = self.number_of(*least, 1).unwrap_or(0) != 0;
                let bits = self.bits_of(instr.ty);
                self.constant_result(to, if least { 0 } else { u64::MAX >> (64 - bits.min(64)) });
            }
            ("is", [_]) if name.starts_with("is.constant") => self.constant_result(to, 0),
            ("invariant", _) if name.starts_with("invariant.start") => self.constant_result(to, 0),
            ("allow", _) if matches!(name, "allow.runtime.check" | "allow.ubsan.check") => {
                self.constant_result(to, 1);
            }
            ("get" | "flt", []) if matches!(name, "get.rounding" | "flt.rounds") => {
                self.constant_result(to, 1);
            }
            ("ptrmask", [ptr, mask]) if matches!(self.kind(*ptr), Kind::Vector(..)) => {
                let Kind::Vector(lane, lanes) = self.kind(*ptr) else { return false };
                let and = bareflow_ir::BinaryOp::And;
                self.emit_vector_binary(and, lane, lanes, *ptr, *mask, to);
            }
            ("ptrmask", [ptr, mask]) if self.kind(*ptr) == Kind::Int(64) => {
                let (l, r) = (self.source(*ptr), self.source(*mask));
                let handler = pick_binary::<int::And<u64>>(l, r);
                self.int_result(handler, to, l.field(), r.field(), 0);
            }
            ("load", [base, offset]) if name.starts_with("load.relative") => {
                let operands =
                    [self.place(*base), self.place(*offset), self.bits_of(self.type_of(*offset))];
                self.function(bulk::load_relative, to, &operands);
            }
            ("x86", [vector]) => match name {
                "x86.sse2.pmovmskb.128" | "x86.sse.movmsk.ps" | "x86.sse2.movmsk.pd" => {
                    let Kind::Vector(lane, lanes) = self.kind(*vector) else { return false };
                    let operands = [self.place(*vector), lane.bits() / 8, lanes];
                    self.function(bulk::high_bits, to, &operands);
                }
                _ => return false,
            },
            ("x86", []) => match name {
                "x86.sse2.lfence" | "x86.sse2.mfence" | "x86.sse.sfence" => {
                    self.function(crate::op::atomic::fence, to, &[]);
                }
                _ => return false,
            },
            ("eh", _) if name.starts_with("eh.typeid.for") => self.constant_result(to, 0),
            _ => return false,
        }
        true
    }

    /// A result that is known.
    fn constant_result(&mut self, to: u32, value: u64) {
        let op = crate::op::moves::number;
        self.int_result(op, to, 0, value as u32, (value >> 32) as u32);
    }

    /// Registers that the named parameters take.
    fn named_registers(&self) -> (u32, u32) {
        let types = self.types();
        let Some((ret, params, _)) = types.signature(self.func.ty) else { return (0, 0) };
        match bareflow_ir::abi::lower(types, ret, params, &self.func.params, true) {
            Ok(signature) => (u32::from(signature.ints), u32::from(signature.floats)),
            Err(_) => (0, 0),
        }
    }
}
