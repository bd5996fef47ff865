//! Intrinsics that LLVM must not see: what they give would depend on the library that LLVM was
//! linked with, or on the machine it runs on.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::{
    BinaryOp, CallInfo, ConstKind, FastMath, Op, Operand, Type, TypeId, ValueId, WrapFlags,
};

use crate::body::{Body, Refusal};

/// Functions of one or two floats that the program's library has under the same name. LLVM computes
/// them of constants, and otherwise calls them.
const MATH: [&str; 19] = [
    "acos", "asin", "atan", "atan2", "cos", "cosh", "exp", "exp10", "exp2", "ldexp", "log",
    "log10", "log2", "pow", "powi", "sin", "sinh", "tan", "tanh",
];

/// Those that are refused.
const REFUSED: [&str; 6] = ["frexp", "modf", "sincos", "sincospi", "thread", "localescape"];

impl Body<'_, '_> {
    /// Does what an intrinsic means, if LLVM is not to do it.
    ///
    /// # Errors
    /// If it can be done in no way.
    pub(crate) fn intrinsic(
        &mut self,
        call: &CallInfo,
        result: Option<ValueId>,
    ) -> Result<bool, Refusal> {
        let Some(name) = self.callee(call).and_then(|func| func.name.strip_prefix("llvm.")) else {
            return Ok(false);
        };
        let name: String = name.into();
        let base = name.split('.').next().unwrap_or_default();
        match (base, result) {
            // One thread's variable is the variable itself.
            ("threadlocal", Some(result)) if name.starts_with("threadlocal.address") => {
                let address = self.operand(call.args[0]);
                self.replace(result, address);
                Ok(true)
            }
            // Code that takes over has the addresses of variables from those that it took over from, and
            // whether a variable is alive can be said of one's own only.
            ("lifetime", None) if self.takes_over() => Ok(true),
            ("fmuladd", Some(result)) => {
                self.multiply_add(call, result);
                Ok(true)
            }
            (base, Some(result)) if MATH.contains(&base) => {
                self.math(base, call, result)?;
                Ok(true)
            }
            (base, _) if REFUSED.contains(&base) => Err(format!("a call of llvm.{name}")),
            _ => Ok(false),
        }
    }

    /// A product and a sum, each rounded.
    fn multiply_add(&mut self, call: &CallInfo, result: ValueId) {
        let args: Vec<Operand> = call.args.iter().map(|arg| self.operand(*arg)).collect();
        let (wrap, fast) = (WrapFlags::default(), FastMath::default());
        let ret = self.result_type(call);
        let product = Op::Binary { op: BinaryOp::FMul, lhs: args[0], rhs: args[1], wrap, fast };
        let lhs = self.draft.add(ret, product);
        self.push(Some(result), Op::Binary { op: BinaryOp::FAdd, lhs, rhs: args[2], wrap, fast });
    }

    fn result_type(&mut self, call: &CallInfo) -> TypeId {
        match self.copy.from.types.signature(call.ty) {
            Some((ret, _, _)) => self.copy.ty(ret),
            None => self.void,
        }
    }

    /// Calls the function of the program's library, lane by lane.
    fn math(&mut self, base: &str, call: &CallInfo, result: ValueId) -> Result<(), Refusal> {
        let ty = self.result_type(call);
        let (elem, lanes) = match self.copy.to.types.vector(ty) {
            Some((elem, lanes)) => (elem, Some(lanes)),
            None => (ty, None),
        };
        let name = match (self.copy.to.types.get(elem), base) {
            (Type::Double, "powi") => "__powidf2".into(),
            (Type::Float, "powi") => "__powisf2".into(),
            (Type::Double, base) => String::from(base),
            (Type::Float, base) => format!("{base}f"),
            _ => return Err(format!("llvm.{base} of a type other than float and double")),
        };
        let func = self.copy.func_named(&name);
        let func = func.ok_or_else(|| format!("llvm.{base}, as {name} is not linked"))?;
        let ty = self.copy.to.funcs[func.index()].ty;
        let callee = Operand::Const(self.copy.own_const(self.ptr, ConstKind::Func(func)));
        let args: Vec<Operand> = call.args.iter().map(|arg| self.operand(*arg)).collect();
        let one = |args: Vec<Operand>| {
            let (attrs, fast) = (Vec::new(), FastMath::default());
            Op::Call(CallInfo { callee, ty, args, attrs, tail: false, must_tail: false, fast })
        };
        let Some(lanes) = lanes else {
            self.push(Some(result), one(args));
            return Ok(());
        };
        let whole = self.result_type(call);
        let poison = self.copy.own_const(whole, ConstKind::Poison);
        let mut vec = Operand::Const(poison);
        for lane in 0..lanes {
            let index = Operand::Const(self.copy.int(32, u64::from(lane)));
            let mut scalars = Vec::new();
            for (original, arg) in call.args.iter().zip(&args) {
                let of = self.original_type(*original);
                scalars.push(match self.copy.from.types.vector(of) {
                    Some((elem, _)) => {
                        let elem = self.copy.ty(elem);
                        self.draft.add(elem, Op::ExtractElement { vec: *arg, index })
                    }
                    None => *arg,
                });
            }
            let value = self.draft.add(elem, one(scalars));
            let insert = Op::InsertElement { vec, value, index };
            if lane + 1 == lanes {
                self.push(Some(result), insert);
            } else {
                vec = self.draft.add(whole, insert);
            }
        }
        Ok(())
    }
}
