//! Calls: of the program's functions, and of library functions by name.

use alloc::vec::Vec;

use bareflow_ir::layout::{align_of, alloc_size};
use bareflow_ir::{CallInfo, Extension, TypeId};
use cranelift_codegen::ir::{self as clif, AbiParam, InstBuilder, Signature, Value, types};
use cranelift_codegen::isa::CallConv;

use crate::lower::{Addr, Base, Lower, Res, refuse};
use crate::memory::plain;
use crate::names::Callee;
use crate::signature::{Arg, Lowered};

impl Lower<'_, '_> {
    /// A call of a function of the program, by name or address.
    pub(crate) fn call(&mut self, call: &CallInfo) -> Res<Vec<Value>> {
        if call.must_tail {
            return refuse("a call that must be a tail call");
        }
        let types = self.types();
        let Some((ret, params, varargs)) = types.signature(call.ty) else {
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
        let (values, room) = self.call_args(call, &args, ret, &lowered)?;
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
        let mut out = Vec::new();
        if let Some(room) = room {
            self.load_pieces(ret, room, plain(), &mut out)?;
        } else {
            let results = self.b.inst_results(inst).to_vec();
            self.from_parts(ret, &mut results.into_iter(), &mut out)?;
        }
        Ok(out)
    }

    /// The Cranelift arguments, and where the result will be if it goes to memory.
    fn call_args(
        &mut self,
        call: &CallInfo,
        args: &[TypeId],
        ret: TypeId,
        lowered: &Lowered,
    ) -> Res<(Vec<Value>, Option<Addr>)> {
        let mut values = Vec::new();
        let mut room = None;
        if lowered.in_memory {
            let (size, align) = (alloc_size(self.types(), ret), align_of(self.types(), ret));
            let addr = Addr { base: Base::Stack(self.stack_slot(size, align)?), offset: 0 };
            values.push(self.addr_value(addr));
            room = Some(addr);
        }
        for (index, kind) in lowered.args.iter().enumerate() {
            match *kind {
                Arg::Copy { size, pad } => {
                    let source = self.one(call.args[index])?;
                    if pad > 0 {
                        // Alignment costs a copy of any bytes that can be read.
                        let slot = self.stack_slot(u64::from(pad), 8)?;
                        values.push(self.b.ins().stack_addr(types::I64, slot, 0));
                    }
                    if size > 0 {
                        values.push(source);
                    }
                }
                Arg::Parts => {
                    let mut pieces = self.pieces(call.args[index])?;
                    let attrs = call.attrs.get(index).copied().unwrap_or_default();
                    if attrs.ext == Extension::Sign
                        && let Some(bits) = self.types().int_bits(args[index])
                        && bits < 64
                    {
                        pieces[0] = self.sign_in(pieces[0], bits);
                    }
                    values.extend(self.to_parts(args[index], &pieces)?);
                }
            }
        }
        Ok((values, room))
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
