//! Calls that must not use stack: the arguments go where the function's own came from, and whoever
//! entered the function makes the call once it has returned. That is the entry before a body
//! ([`crate::wrap`]), or, when code takes over in the middle of a function, the interpreter
//! ([`bareflow_ir::abi::Handover`]).

use alloc::vec::Vec;

use bareflow_ir::abi::{CHAIN, FLOAT_ARGS, INT_ARGS, Pass, Place, SAVE_AREA};
use bareflow_ir::{CallInfo, Extension};
use cranelift_codegen::ir::{InstBuilder, Value};

use crate::addr::{Addr, Base};
use crate::lower::{Lower, Res, refuse};
use crate::memory::plain;
use crate::order::Order;
use crate::room::Room;
use crate::signature::Lowered;
use crate::wrap::{self, Jump};

impl Lower<'_, '_> {
    /// The registers of all calls that must not use stack, if there are any that fit in the room of
    /// the function's own arguments.
    pub(crate) fn tail_calls(&mut self, order: &Order, own: &Lowered) -> Res<Option<Jump>> {
        let mut all: Option<Jump> = None;
        for id in &order.blocks {
            let Some((_, call)) = self.src.func.tail_call(*id) else { continue };
            let call = call.clone();
            if let Some(jump) = self.tail_call_of(&call, own)? {
                all = Some(all.unwrap_or_default().or(jump));
            }
        }
        Ok(all)
    }

    /// The registers of such a call. Nothing when it is none, or when its arguments do not fit in
    /// the room of the function's own: then it is a call like any other.
    fn tail_call_of(&mut self, call: &CallInfo, own: &Lowered) -> Res<Option<Jump>> {
        if let Some(func) = self.src.direct_callee(call.callee)
            && self.src.module.func(func).name.starts_with("llvm.")
        {
            return Ok(None);
        }
        let (lowered, args, _) = self.call_signature(call)?;
        let (ours, theirs) = (&own.abi, &lowered.abi);
        let mut chain = false;
        for pass in &theirs.args {
            if let Pass::Parts(places) = pass {
                chain |= places.iter().any(|(_, place)| *place == Place::Nest);
            }
        }
        let named = self.types().signature(call.ty).is_some_and(|(_, p, _)| p.len() == args.len());
        let jump = match (ours.varargs, theirs.varargs) {
            // What has no name is passed on where it is.
            (true, true) if named && theirs.end == ours.end => {
                Jump { ints: INT_ARGS as u8, floats: FLOAT_ARGS as u8, chain }
            }
            (_, true) => return Ok(None),
            _ => Jump { ints: theirs.ints, floats: theirs.floats, chain },
        };
        let fits = theirs.stack <= ours.stack
            && theirs.stack_align <= ours.stack_align
            && lowered.in_memory == own.in_memory;
        Ok(fits.then_some(jump))
    }

    /// Ends the function with a call. `false` when it is an ordinary one.
    pub(crate) fn tail_call(&mut self, call: &CallInfo, own: &Lowered) -> Res<bool> {
        let Some(room) = self.frame.tail else { return Ok(false) };
        if self.tail_call_of(call, own)?.is_none() {
            return Ok(false);
        }
        let (lowered, args, _) = self.call_signature(call)?;
        if lowered.abi.varargs && !self.wrap.spills {
            return refuse("further arguments that are passed on from the middle of a function");
        }
        let target = self.one(call.callee)?;
        let values = self.call_args(call, &args, &lowered)?;
        // What is copied may lie among our own arguments, which the copies overwrite.
        let mut copies = Vec::new();
        for (arg, pass) in lowered.abi.args.iter().enumerate() {
            if let Pass::Copy { size, .. } = pass {
                let slot = self.stack_slot(u64::from((*size).max(8)), 16)?;
                let copy = Addr { base: Base::Stack(slot), offset: 0 };
                self.copy_block(copy, values[arg][0], *size);
                copies.push(copy);
            }
        }
        let mut copies = copies.into_iter();
        for (arg, pass) in lowered.abi.args.iter().enumerate() {
            match pass {
                Pass::Copy { offset, size } => {
                    let Some(copy) = copies.next() else { return refuse("a missing copy") };
                    let copy = self.addr_value(copy);
                    self.copy_block(room.stack.plus(u64::from(*offset)), copy, *size);
                }
                Pass::Parts(places) => {
                    let ext = call.attrs.get(arg).copied().unwrap_or_default().ext;
                    for ((_, place), value) in places.iter().zip(&values[arg]) {
                        self.leave_part(room, *place, *value, ext);
                    }
                }
            }
        }
        if let (true, Some(hidden)) = (lowered.in_memory, self.frame.hidden) {
            self.leave_part(room, Place::Int(0), hidden, Extension::None);
        }
        self.store_raw(target, room.target, plain());
        if let Some(side) = self.frame.side {
            self.set_side_top(side);
        }
        let results: Vec<_> =
            self.b.func.signature.returns.iter().map(|param| param.value_type).collect();
        let results: Vec<Value> = results.into_iter().map(|ty| self.zero(ty)).collect();
        self.b.ins().return_(&results);
        Ok(true)
    }

    fn leave_part(&mut self, room: Room, place: Place, value: Value, ext: Extension) {
        let to = match place {
            Place::Int(number) => room.regs.plus(u64::from(number) * 8),
            Place::Float(number) => room.regs.plus(INT_ARGS as u64 * 8 + u64::from(number) * 16),
            Place::Nest => room.regs.plus(CHAIN as u64),
            Place::Stack(offset) => room.stack.plus(u64::from(offset)),
        };
        let value = self.extend(value, ext);
        self.store_raw(value, to, plain());
    }
}

const _: () = assert!(wrap::CHAIN - wrap::SAVED == CHAIN as i64 && CHAIN == SAVE_AREA);
