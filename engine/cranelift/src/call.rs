//! Calls: of the program's functions, and of library functions by name.

use alloc::vec::Vec;

use bareflow_ir::abi::{INT_ARGS, Pass, Place};
use bareflow_ir::layout::{align_of, alloc_size};
use bareflow_ir::{CallInfo, Extension, TypeId};
use cranelift_codegen::ir::{self as clif, AbiParam, Inst, InstBuilder, Signature, Value, types};
use cranelift_codegen::isa::CallConv;

use crate::addr::{Addr, Base};
use crate::lower::{Lower, Res, refuse};
use crate::memory::plain;
use crate::names::Callee;
use crate::signature::{Lowered, Param};
use crate::wrap;

impl Lower<'_, '_> {
    /// A call of a function of the program, by name or address.
    pub(crate) fn call(&mut self, call: &CallInfo) -> Res<Vec<Value>> {
        let (lowered, args, ret) = self.call_signature(call)?;
        let callee = self.src.direct_callee(call.callee);
        let varargs = lowered.abi.varargs;
        let values = self.call_args(call, &args, &lowered)?;
        let mut room = None;
        if lowered.in_memory {
            let (size, align) = (alloc_size(self.types(), ret), align_of(self.types(), ret));
            room = Some(Addr { base: Base::Stack(self.stack_slot(size, align)?), offset: 0 });
        }
        if lowered.special {
            let inst = self.call_with_image(call, &lowered, &values, room)?;
            return self.results(ret, room, inst);
        }
        let values = self.params(call, &lowered, &values, room)?;
        let inst = match callee {
            Some(func) => {
                let known = self.names.callees.iter().find(|known| {
                    known.func == func && known.ty == call.ty && known.attrs == call.attrs
                });
                let reference = match known {
                    Some(known) if !varargs => known.reference,
                    _ => {
                        let signature = self.b.import_signature(lowered.signature);
                        let name = &self.src.module.func(func).name;
                        let reference = self.import(name, signature);
                        if !varargs {
                            let attrs = call.attrs.clone();
                            self.names.callees.push(Callee { func, ty: call.ty, attrs, reference });
                        }
                        reference
                    }
                };
                self.b.ins().call(reference, &values)
            }
            None => {
                let signature = self.b.import_signature(lowered.signature);
                let target = self.one(call.callee)?;
                self.b.ins().call_indirect(signature, target, &values)
            }
        };
        self.results(ret, room, inst)
    }

    /// The signature of a call, the types of its arguments, and that of its result.
    pub(crate) fn call_signature(
        &mut self,
        call: &CallInfo,
    ) -> Res<(Lowered, Vec<TypeId>, TypeId)> {
        let Some((ret, params, varargs)) = self.types().signature(call.ty) else {
            return refuse("a call without function type");
        };
        let mut args: Vec<TypeId> = params.to_vec();
        for arg in call.args.iter().skip(params.len()) {
            args.push(self.src.type_of(*arg));
        }
        if call.args.len() < args.len() {
            return refuse("a call with too few arguments");
        }
        let callee = self.src.direct_callee(call.callee);
        let ret_attrs = callee.map(|id| self.src.module.func(id).ret).unwrap_or_default();
        let lowered = self.lower_signature(ret, ret_attrs, &args, &call.attrs, varargs)?;
        Ok((lowered, args, ret))
    }

    /// The result of a call.
    fn results(&mut self, ret: TypeId, room: Option<Addr>, inst: Inst) -> Res<Vec<Value>> {
        let mut out = Vec::new();
        if let Some(room) = room {
            self.load_pieces(ret, room, plain(), &mut out)?;
        } else {
            let results = self.b.inst_results(inst).to_vec();
            self.from_parts(ret, &mut results.into_iter(), &mut out)?;
        }
        Ok(out)
    }

    /// The parts of all arguments. What is copied is its address.
    pub(crate) fn call_args(
        &mut self,
        call: &CallInfo,
        args: &[TypeId],
        lowered: &Lowered,
    ) -> Res<Vec<Vec<Value>>> {
        let mut all = Vec::with_capacity(args.len());
        for (index, pass) in lowered.abi.args.iter().enumerate() {
            if let Pass::Copy { .. } = pass {
                all.push(alloc::vec![self.one(call.args[index])?]);
                continue;
            }
            let mut pieces = self.pieces(call.args[index])?;
            let attrs = call.attrs.get(index).copied().unwrap_or_default();
            if attrs.ext == Extension::Sign
                && let Some(bits) = self.types().int_bits(args[index])
                && bits < 64
            {
                pieces[0] = self.sign_in(pieces[0], bits);
            }
            all.push(self.to_parts(args[index], &pieces)?);
        }
        Ok(all)
    }

    /// Cranelift's arguments.
    fn params(
        &mut self,
        call: &CallInfo,
        lowered: &Lowered,
        values: &[Vec<Value>],
        room: Option<Addr>,
    ) -> Res<Vec<Value>> {
        let mut list = Vec::with_capacity(lowered.params.len() + 1);
        list.extend(room.map(|room| self.addr_value(room)));
        for param in &lowered.params {
            list.push(match *param {
                Param::Part { arg, part } => values[arg][part],
                Param::Filler(ty) => self.zero(ty),
                Param::Pad(bytes) => {
                    // Alignment costs a copy of any bytes that can be read.
                    let slot = self.stack_slot(u64::from(bytes), 8)?;
                    self.b.ins().stack_addr(types::I64, slot, 0)
                }
                Param::Copy { arg } => self.padded(call, arg, values[arg][0])?,
            });
        }
        Ok(list)
    }

    /// The address of what is passed as a copy, of whole words.
    fn padded(&mut self, call: &CallInfo, arg: usize, source: Value) -> Res<Value> {
        let Some(ty) = call.attrs.get(arg).and_then(|attrs| attrs.byval) else {
            return refuse("a copy of nothing");
        };
        if alloc_size(self.types(), ty) > 0 {
            return Ok(source);
        }
        let slot = self.stack_slot(8, 8)?;
        Ok(self.b.ins().stack_addr(types::I64, slot, 0))
    }

    /// A part as a register or a stack place has it: a whole word, if it is an integer.
    pub(crate) fn extend(&mut self, value: Value, ext: Extension) -> Value {
        match self.ty(value) {
            ty if !ty.is_int() || ty.bits() >= 64 => value,
            _ if ext == Extension::Sign => self.b.ins().sextend(types::I64, value),
            _ => self.b.ins().uextend(types::I64, value),
        }
    }

    /// A call that says on the stack what its parameters cannot ([`wrap::call_with_image`]).
    fn call_with_image(
        &mut self,
        call: &CallInfo,
        lowered: &Lowered,
        values: &[Vec<Value>],
        room: Option<Addr>,
    ) -> Res<Inst> {
        let target = self.one(call.callee)?;
        let slot = self.stack_slot(u64::from(lowered.abi.stack.max(8)), 16)?;
        let image = Addr { base: Base::Stack(slot), offset: 0 };
        let mut chain = self.int(types::I64, 0);
        for (arg, pass) in lowered.abi.args.iter().enumerate() {
            match pass {
                Pass::Copy { offset, size } => {
                    let to = image.plus(u64::from(*offset));
                    self.copy_block(to, values[arg][0], *size);
                }
                Pass::Parts(places) => {
                    let ext = call.attrs.get(arg).copied().unwrap_or_default().ext;
                    for ((_, place), value) in places.iter().zip(&values[arg]) {
                        match place {
                            Place::Stack(offset) => {
                                let to = image.plus(u64::from(*offset));
                                let value = self.extend(*value, ext);
                                self.store_raw(value, to, plain());
                            }
                            Place::Nest => chain = *value,
                            Place::Int(_) | Place::Float(_) => {}
                        }
                    }
                }
            }
        }
        let words = wrap::Image {
            target,
            from: self.addr_value(image),
            words: self.int(types::I64, u64::from(lowered.abi.stack / 8)),
            mask: self.int(types::I64, u64::from(lowered.abi.stack_align).wrapping_neg()),
            chain,
        };
        let mut signature = lowered.signature.clone();
        signature.params.truncate(usize::from(lowered.in_memory) + lowered.in_registers);
        let mut list: Vec<Value> = room.map(|room| self.addr_value(room)).into_iter().collect();
        for param in &lowered.params[..lowered.in_registers] {
            let Param::Part { arg, part } = *param else { return refuse("a filler in between") };
            list.push(values[arg][part]);
        }
        let zero = self.int(types::I64, 0);
        list.extend(core::iter::repeat_n(zero, INT_ARGS - usize::from(lowered.abi.ints)));
        list.extend(words.in_order());
        signature.params.resize(list.len(), AbiParam::new(types::I64));
        let signature = self.b.import_signature(signature);
        let reference = self.import(wrap::CALL_WITH_IMAGE, signature);
        Ok(self.b.ins().call(reference, &list))
    }

    /// Calls a function by name with Cranelift values; `results` are the types of its results.
    pub(crate) fn library(
        &mut self,
        name: &str,
        args: &[Value],
        results: &[clif::Type],
    ) -> Vec<Value> {
        let number = self.names.number(name);
        let reference = match self.names.library.get(&number) {
            Some(reference) => *reference,
            None => {
                let mut signature = Signature::new(CallConv::SystemV);
                signature.params.extend(args.iter().map(|arg| AbiParam::new(self.ty(*arg))));
                signature.returns.extend(results.iter().map(|ty| AbiParam::new(*ty)));
                let signature = self.b.import_signature(signature);
                let reference = self.import(name, signature);
                self.names.library.insert(number, reference);
                reference
            }
        };
        let inst = self.b.ins().call(reference, args);
        self.b.inst_results(inst).to_vec()
    }
}
