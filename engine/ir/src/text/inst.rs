//! Instructions as text.

use core::fmt;

use super::consts::ConstText;
use super::words::{
    Label, Value, attrs, binary_word, cast_word, float_word, int_word, ordering_word, rmw_word,
};
use crate::{
    BinaryOp, CallInfo, CastOp, FastMath, Function, Instr, Module, Op, Operand, Ordering, WrapFlags,
};

/// An instruction with its result.
pub(super) struct InstrText<'a> {
    pub(super) module: &'a Module,
    pub(super) func: &'a Function,
    pub(super) instr: &'a Instr,
}

/// An operand, with its type if `typed`.
struct OperandText<'a> {
    module: &'a Module,
    func: &'a Function,
    operand: Operand,
    typed: bool,
}

impl fmt::Display for OperandText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { module, func, operand, typed } = *self;
        match operand {
            Operand::Const(id) => write!(f, "{}", ConstText { module, id, typed }),
            Operand::Value(id) => {
                if typed && let Some(ty) = func.values.get(id.index()) {
                    write!(f, "{} ", module.show_type(*ty))?;
                }
                write!(f, "{}", Value(id))
            }
        }
    }
}

impl fmt::Display for InstrText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(result) = self.instr.result {
            write!(f, "{} = ", Value(result))?;
        }
        let Self { module, func, instr } = *self;
        let typed =
            |operand: &Operand| OperandText { module, func, operand: *operand, typed: true };
        let bare =
            |operand: &Operand| OperandText { module, func, operand: *operand, typed: false };
        let ty = module.show_type(instr.ty);
        match &instr.op {
            Op::Binary { op, lhs, rhs, wrap, fast } => {
                let (flags, fast) = (Wrap(*op == BinaryOp::Or, *wrap), Fast(*fast));
                write!(f, "{}{flags}{fast} {}, {}", binary_word(*op), typed(lhs), bare(rhs))
            }
            Op::FNeg { value, fast } => write!(f, "fneg{} {}", Fast(*fast), typed(value)),
            Op::Freeze { value } => write!(f, "freeze {}", typed(value)),
            Op::Cast { op, value, wrap } => {
                let nneg = matches!(op, CastOp::ZExt | CastOp::UiToFp) && wrap.exact;
                let flags = Wrap(false, WrapFlags { exact: false, ..*wrap });
                let nneg = if nneg { " nneg" } else { "" };
                write!(f, "{}{flags}{nneg} {} to {ty}", cast_word(*op), typed(value))
            }
            Op::ICmp { pred, lhs, rhs } => {
                write!(f, "icmp {} {}, {}", int_word(*pred), typed(lhs), bare(rhs))
            }
            Op::FCmp { pred, lhs, rhs, fast } => {
                let word = float_word(*pred);
                write!(f, "fcmp{} {word} {}, {}", Fast(*fast), typed(lhs), bare(rhs))
            }
            Op::Select { cond, then, other } => {
                write!(f, "select {}, {}, {}", typed(cond), typed(then), typed(other))
            }
            Op::Alloca { ty, count, align } => {
                write!(f, "alloca {}, {}, align {align}", module.show_type(*ty), typed(count))
            }
            Op::Load { ptr, align, volatile, atomic } => {
                write!(f, "load{} {ty}, {}", Access(*volatile, *atomic), typed(ptr))?;
                write!(f, "{}, align {align}", After(*atomic))
            }
            Op::Store { ptr, value, align, volatile, atomic } => {
                let access = Access(*volatile, *atomic);
                write!(f, "store{access} {}, {}", typed(value), typed(ptr))?;
                write!(f, "{}, align {align}", After(*atomic))
            }
            Op::Gep { ty, base, indices, inbounds } => {
                let word = if *inbounds { " inbounds" } else { "" };
                write!(f, "getelementptr{word} {}, {}", module.show_type(*ty), typed(base))?;
                indices.iter().try_for_each(|index| write!(f, ", {}", typed(index)))
            }
            Op::ExtractValue { agg, path } => {
                write!(f, "extractvalue {}", typed(agg))?;
                path.iter().try_for_each(|step| write!(f, ", {step}"))
            }
            Op::InsertValue { agg, value, path } => {
                write!(f, "insertvalue {}, {}", typed(agg), typed(value))?;
                path.iter().try_for_each(|step| write!(f, ", {step}"))
            }
            Op::ExtractElement { vec, index } => {
                write!(f, "extractelement {}, {}", typed(vec), typed(index))
            }
            Op::InsertElement { vec, value, index } => {
                write!(f, "insertelement {}, {}, {}", typed(vec), typed(value), typed(index))
            }
            Op::ShuffleVector { a, b, mask } => {
                write!(f, "shufflevector {}, {}", typed(a), typed(b))?;
                write!(f, ", <{} x i32> <", mask.len())?;
                for (at, lane) in mask.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { ", " })?;
                    match lane {
                        Some(lane) => write!(f, "i32 {lane}")?,
                        None => f.write_str("i32 poison")?,
                    }
                }
                f.write_str(">")
            }
            Op::AtomicRmw { op, ptr, value, ordering, volatile } => {
                let volatile = if *volatile { " volatile" } else { "" };
                write!(f, "atomicrmw{volatile} {} {}", rmw_word(*op), typed(ptr))?;
                write!(f, ", {} {}", typed(value), ordering_word(*ordering))
            }
            Op::CmpXchg { ptr, expected, new, success, failure, weak, volatile } => {
                let weak = if *weak { " weak" } else { "" };
                let volatile = if *volatile { " volatile" } else { "" };
                write!(f, "cmpxchg{weak}{volatile} {}, {}", typed(ptr), typed(expected))?;
                let (success, failure) = (ordering_word(*success), ordering_word(*failure));
                write!(f, ", {} {success} {failure}", typed(new))
            }
            Op::Fence { ordering } => write!(f, "fence {}", ordering_word(*ordering)),
            Op::VaArg { list } => write!(f, "va_arg {}, {ty}", typed(list)),
            Op::Phi { incoming } => {
                write!(f, "phi {ty}")?;
                for (at, (value, block)) in incoming.iter().enumerate() {
                    let comma = if at == 0 { "" } else { "," };
                    write!(f, "{comma} [ {}, {} ]", bare(value), Label(*block))?;
                }
                Ok(())
            }
            Op::Call(info) => {
                f.write_str(match (info.must_tail, info.tail) {
                    (true, _) => "musttail ",
                    (false, true) => "tail ",
                    (false, false) => "",
                })?;
                write!(f, "call{} ", Fast(info.fast))?;
                self.call(f, info)
            }
            Op::LandingPad { cleanup, clauses } => {
                write!(f, "landingpad {ty}{}", if *cleanup { " cleanup" } else { "" })?;
                clauses.iter().try_for_each(|clause| {
                    let word = if clause.filter { "filter" } else { "catch" };
                    write!(f, " {word} {}", typed(&clause.ty))
                })
            }
            Op::Ret { value: None } => f.write_str("ret void"),
            Op::Ret { value: Some(value) } => write!(f, "ret {}", typed(value)),
            Op::Br { target } => write!(f, "br label {}", Label(*target)),
            Op::CondBr { cond, then, other } => {
                let (then, other) = (Label(*then), Label(*other));
                write!(f, "br {}, label {then}, label {other}", typed(cond))
            }
            Op::Switch { value, cases, default } => {
                write!(f, "switch {}, label {} [", typed(value), Label(*default))?;
                for (case, target) in cases {
                    write!(f, " {}, label {}", typed(&Operand::Const(*case)), Label(*target))?;
                }
                f.write_str(" ]")
            }
            Op::IndirectBr { address, targets } => {
                write!(f, "indirectbr {}, [", typed(address))?;
                for (at, target) in targets.iter().enumerate() {
                    let comma = if at == 0 { "" } else { "," };
                    write!(f, "{comma} label {}", Label(*target))?;
                }
                f.write_str(" ]")
            }
            Op::Invoke { call, normal, unwind } => {
                f.write_str("invoke ")?;
                self.call(f, call)?;
                write!(f, " to label {} unwind label {}", Label(*normal), Label(*unwind))
            }
            Op::Resume { value } => write!(f, "resume {}", typed(value)),
            Op::Unreachable => f.write_str("unreachable"),
        }
    }
}

impl InstrText<'_> {
    fn call(&self, f: &mut fmt::Formatter<'_>, info: &CallInfo) -> fmt::Result {
        let Self { module, func, instr } = *self;
        let callee = OperandText { module, func, operand: info.callee, typed: false };
        match module.types.signature(info.ty) {
            // What varies is written out, since the arguments do not show it.
            Some((_, _, true)) => write!(f, "{} {callee}(", module.show_type(info.ty))?,
            _ => write!(f, "{} {callee}(", module.show_type(instr.ty))?,
        }
        for (at, operand) in info.args.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { ", " })?;
            // Attributes stand between type and operand.
            let ty = func.operand_type(module, *operand);
            write!(f, "{}", module.show_type(ty))?;
            if let Some(own) = info.attrs.get(at) {
                attrs(f, module, own)?;
            }
            write!(f, " {}", OperandText { module, func, operand: *operand, typed: false })?;
        }
        f.write_str(")")
    }
}

/// Promises, each after a space. The first field says whether `exact` reads `disjoint`.
struct Wrap(bool, WrapFlags);

impl fmt::Display for Wrap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WrapFlags { nuw, nsw, exact } = self.1;
        let word = if self.0 { " disjoint" } else { " exact" };
        for (set, word) in [(nuw, " nuw"), (nsw, " nsw"), (exact, word)] {
            f.write_str(if set { word } else { "" })?;
        }
        Ok(())
    }
}

/// Fast-math flags, each after a space.
struct Fast(FastMath);

impl fmt::Display for Fast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FastMath { reassoc, nnan, ninf, nsz, arcp, contract, afn } = self.0;
        for (set, word) in [
            (reassoc, " reassoc"),
            (nnan, " nnan"),
            (ninf, " ninf"),
            (nsz, " nsz"),
            (arcp, " arcp"),
            (contract, " contract"),
            (afn, " afn"),
        ] {
            f.write_str(if set { word } else { "" })?;
        }
        Ok(())
    }
}

/// What stands between `load` or `store` and the type.
struct Access(bool, Option<Ordering>);

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.1.is_some() { " atomic" } else { "" })?;
        f.write_str(if self.0 { " volatile" } else { "" })
    }
}

/// The ordering behind an address.
struct After(Option<Ordering>);

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |ordering| write!(f, " {}", ordering_word(ordering)))
    }
}
