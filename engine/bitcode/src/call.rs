//! Calls.

use alloc::format;
use alloc::vec::Vec;

use bareflow_ir::{CallInfo, ConstKind, FastMath, Op, Operand, ParamAttrs, Type, TypeId};

use crate::asm::Meaning;
use crate::body::{Body, Found};
use crate::error::Cause;
use crate::numbers;
use crate::ops::Ops;

/// Flags of a call, by bit.
const TAIL: u64 = 1 << 0;
const MUST_TAIL: u64 = 1 << 14;
/// Where the calling convention begins.
const CONVENTION: u32 = 1;
/// Calling conventions in which a `tail` call in tail position uses no stack: `tailcc`,
/// `swifttailcc`.
const GUARANTEED: [u64; 2] = [18, 20];
const EXPLICIT_TYPE: u64 = 1 << 15;
const FAST_MATH: u64 = 1 << 17;
/// The same of an invoke.
const INVOKE_EXPLICIT_TYPE: u64 = 1 << 13;

impl Body<'_> {
    /// `[attributes, flags, fast-math flags, function type, callee, argument...]`
    pub(crate) fn call(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let attrs = ops.next()?;
        let flags = ops.next()?;
        let fast = if flags & FAST_MATH != 0 {
            numbers::fast_math(ops.next()?)
        } else {
            FastMath::default()
        };
        if flags & EXPLICIT_TYPE == 0 {
            return Err(Cause::Unsupported("a call as written before LLVM 4".into()));
        }
        let ty = self.reader.types.get(ops.next()?)?;
        let callee = self.callee(ops)?;
        let ret = self.result(ty)?;
        if self.drops_call(&callee) {
            return Ok(());
        }
        if let Some((id, name)) = self.strict_name(&callee, ty) {
            return self.strict(id, &name, ty, ops);
        }
        let args = self.arguments(ty, &callee, ops)?;
        match callee {
            Found::Asm(asm) => self.assembly(asm, ty, ret, args),
            Found::Operand(callee) => {
                let attrs = self.argument_attrs(attrs, args.len())?;
                let guaranteed = GUARANTEED.contains(&((flags >> CONVENTION) & 0x3ff));
                let must_tail = flags & MUST_TAIL != 0 || flags & TAIL != 0 && guaranteed;
                let tail = must_tail || flags & TAIL != 0;
                self.push(
                    Op::Call(CallInfo { callee, ty, args, attrs, tail, must_tail, fast }),
                    ret,
                )
            }
        }
    }

    /// `[attributes, flags, normal, unwind, function type, callee, argument...]`
    pub(crate) fn invoke(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let attrs = ops.next()?;
        let flags = ops.next()?;
        let normal = self.target(ops.next()?)?;
        let unwind = self.target(ops.next()?)?;
        if flags & INVOKE_EXPLICIT_TYPE == 0 {
            return Err(Cause::Unsupported("an invoke as written before LLVM 4".into()));
        }
        let ty = self.reader.types.get(ops.next()?)?;
        let callee = self.callee(ops)?;
        let ret = self.result(ty)?;
        let args = self.arguments(ty, &callee, ops)?;
        let Found::Operand(callee) = callee else {
            return Err(Cause::Unsupported("inline assembly that may unwind".into()));
        };
        let attrs = self.argument_attrs(attrs, args.len())?;
        let (tail, must_tail, fast) = (false, false, FastMath::default());
        let call = CallInfo { callee, ty, args, attrs, tail, must_tail, fast };
        self.push(Op::Invoke { call, normal, unwind }, ret)
    }

    fn result(&self, ty: TypeId) -> Result<TypeId, Cause> {
        let signature = self.reader.module.types.signature(ty);
        let (ret, _, _) = signature.ok_or(Cause::Malformed("a call without a function type"))?;
        Ok(ret)
    }

    fn callee_name(&self, callee: &Found) -> Option<&str> {
        let Found::Operand(operand) = callee else { return None };
        match self.const_kind(*operand)? {
            ConstKind::Func(id) => Some(&self.reader.module.func(*id).name),
            _ => None,
        }
    }

    /// Calls that only carry metadata.
    fn drops_call(&self, callee: &Found) -> bool {
        self.callee_name(callee).is_some_and(|name| {
            name.starts_with("llvm.dbg.") || name == "llvm.experimental.noalias.scope.decl"
        })
    }

    fn arguments(
        &mut self,
        ty: TypeId,
        callee: &Found,
        ops: &mut Ops<'_>,
    ) -> Result<Vec<Operand>, Cause> {
        let count = match self.type_of(ty) {
            Type::Func { params, .. } => params.len(),
            _ => 0,
        };
        let mut args = Vec::with_capacity(count.min(ops.len()));
        for at in 0..count {
            let Type::Func { params, .. } = self.type_of(ty) else { break };
            let param = params[at];
            match self.type_of(param) {
                Type::Metadata | Type::Label => {
                    let name = self.callee_name(callee).unwrap_or("a computed address");
                    return Err(Cause::Unsupported(format!("a call of {name}")));
                }
                _ => args.push(self.value(ops, param)?),
            }
        }
        let varargs = matches!(self.type_of(ty), Type::Func { varargs: true, .. });
        if !varargs && !ops.is_empty() {
            return Err(Cause::Malformed("more arguments than parameters"));
        }
        while !ops.is_empty() {
            args.push(self.pair(ops)?.0);
        }
        Ok(args)
    }

    fn argument_attrs(&mut self, id: u64, count: usize) -> Result<Vec<ParamAttrs>, Cause> {
        let Some(list) = self.reader.attrs.get(id)? else { return Ok(Vec::new()) };
        if let Some(why) = list.refused {
            return Err(Cause::Unsupported(why.into()));
        }
        let attrs = list.params(count, true);
        Ok(attrs)
    }

    /// A call of assembly.
    fn assembly(
        &mut self,
        asm: u32,
        ty: TypeId,
        ret: TypeId,
        args: Vec<Operand>,
    ) -> Result<(), Cause> {
        match self.reader.understand(asm, ty, &args)? {
            Meaning::Nothing(_) if ret == self.void => Ok(()),
            Meaning::Nothing(tie) => {
                let value = match tie.and_then(|at| args.get(at)) {
                    Some(arg) if self.operand_type(*arg) == Some(ret) => *arg,
                    Some(_) => {
                        return Err(Cause::Unsupported(
                            "inline assembly whose input and output differ in type".into(),
                        ));
                    }
                    None => self.undef(ret)?,
                };
                self.same(value, ret)
            }
            Meaning::Call(func) => {
                let callee = self.reader.constant(self.ptr, ConstKind::Func(func))?;
                let callee = Operand::Const(callee);
                let (attrs, fast) = (Vec::new(), FastMath::default());
                let call =
                    CallInfo { callee, ty, args, attrs, tail: false, must_tail: false, fast };
                self.push(Op::Call(call), ret)
            }
        }
    }
}
