//! Functions of which it is plain that they can be interpreted.
//!
//! Before a program runs, each of its functions is decoded to see what is refused, and most of a large program never
//! runs. Nearly all of that is loads, stores, comparisons, jumps and calls with numbers and addresses in a word
//! each, which nothing refuses; so whoever checks a program looks for these first. What is said to be plain here is
//! decoded without a refusal: a test decodes whatever is.

use alloc::vec::Vec;

use bareflow_ir::layout::alloc_size;
use bareflow_ir::{
    BinaryOp, CallInfo, ConstExpr, ConstId, ConstKind, FuncId, Function, Instr, Module, Op,
    Operand, Symbol, Type, TypeId,
};

/// Distances that an address may go by its constants, all of a function's together: far from what fits an
/// instruction.
const FAR: u64 = 1 << 30;
/// Values of a function, far from those that its frame has room for.
const MANY: usize = 1 << 20;

/// Intrinsics that each have a handler for any numbers of a word.
const KNOWN: [&str; 24] = [
    "abs.i",
    "assume",
    "bswap.i",
    "ctlz.i",
    "ctpop.i",
    "cttz.i",
    "fabs.f",
    "fshl.i",
    "fshr.i",
    "lifetime.",
    "memcpy.p0",
    "memmove.p0",
    "memset.p0",
    "sadd.with.overflow.i",
    "smax.i",
    "smin.i",
    "smul.with.overflow.i",
    "ssub.with.overflow.i",
    "threadlocal.address.p0",
    "uadd.with.overflow.i",
    "umax.i",
    "umin.i",
    "va_end.p0",
    "va_start.p0",
];

/// What is known of a module's types and functions.
#[derive(Debug)]
pub(crate) struct Plain {
    /// By type: a value of it is one word, and all handlers take it.
    words: Vec<bool>,
    /// By type: that, or a structure of such, which is moved, passed and taken apart.
    groups: Vec<bool>,
    /// By type: bytes of one.
    sizes: Vec<u64>,
    /// No type is large.
    are_small: bool,
    /// By function: something of it is refused already.
    refused: Vec<bool>,
}

impl Plain {
    pub(crate) fn of(module: &Module) -> Self {
        let types = &module.types;
        let is_word = |ty: &Type| {
            matches!(ty, Type::Int(1 | 8 | 16 | 32 | 64) | Type::Ptr | Type::Float | Type::Double)
        };
        let sizes: Vec<u64> = types.iter().map(|(id, _)| alloc_size(types, id)).collect();
        let are_small = sizes.iter().all(|size| *size < FAR);
        let mut refused = alloc::vec![false; module.funcs.len()];
        for one in &module.refused {
            if let Symbol::Func(id) = one.symbol {
                refused[id.index()] = true;
            }
        }
        let words: Vec<bool> = types.iter().map(|(_, ty)| is_word(ty)).collect();
        let of_words = |ty: &Type| match ty {
            Type::Struct { fields, .. } => fields.iter().all(|field| words[field.index()]),
            _ => false,
        };
        let groups = types.iter().map(|(id, ty)| words[id.index()] || of_words(ty)).collect();
        Self { words, groups, sizes, are_small, refused }
    }

    /// Whether nothing of a definition is refused; `false` when that is not plain.
    pub(crate) fn is(&self, module: &Module, id: FuncId) -> bool {
        let func = module.func(id);
        let mut reach = 0;
        !self.refused[id.index()]
            && self.are_small
            && func.values.len() < MANY
            && func.values.iter().all(|ty| self.is_group(*ty))
            && func.instrs.iter().all(|instr| self.instruction(module, func, instr, &mut reach))
    }

    fn is_word(&self, ty: TypeId) -> bool {
        self.words.get(ty.index()) == Some(&true)
    }

    fn is_group(&self, ty: TypeId) -> bool {
        self.groups.get(ty.index()) == Some(&true)
    }

    /// Whether a constant is a number, an address or nothing in particular.
    fn constant(&self, module: &Module, id: ConstId) -> bool {
        let constant = module.constant(id);
        match &constant.kind {
            ConstKind::Int(_)
            | ConstKind::Float(_)
            | ConstKind::Func(_)
            | ConstKind::Global(_)
            | ConstKind::Zero
            | ConstKind::Undef
            | ConstKind::Poison => self.is_group(constant.ty),
            ConstKind::Aggregate(members) => {
                let is_number =
                    |id: &ConstId| matches!(module.constant(*id).kind, ConstKind::Int(_));
                self.is_group(constant.ty) && members.iter().all(is_number)
            }
            ConstKind::Expr(ConstExpr::PtrAdd { base, .. }) => {
                matches!(module.constant(*base).kind, ConstKind::Func(_) | ConstKind::Global(_))
            }
            _ => false,
        }
    }

    fn instruction(
        &self,
        module: &Module,
        func: &Function,
        instr: &Instr,
        reach: &mut u64,
    ) -> bool {
        let is_int =
            |operand| matches!(module.types.get(func.operand_type(module, operand)), Type::Int(_));
        let is_word = |operand| self.is_word(func.operand_type(module, operand));
        let fits = match &instr.op {
            Op::Binary { op, .. } => *op != BinaryOp::FRem,
            Op::Cast { value, .. } => is_word(*value),
            Op::Select { then, .. } => is_word(*then),
            Op::ICmp { .. }
            | Op::FCmp { .. }
            | Op::FNeg { .. }
            | Op::Freeze { .. }
            | Op::ExtractValue { .. }
            | Op::InsertValue { .. }
            | Op::Phi { .. }
            | Op::Ret { .. }
            | Op::Br { .. }
            | Op::CondBr { .. }
            | Op::Unreachable => true,
            Op::Alloca { count, .. } => is_int(*count),
            Op::Load { atomic, .. } | Op::Store { atomic, .. } => atomic.is_none(),
            Op::Gep { ty, indices, .. } => {
                let size = self.sizes[ty.index()].max(8);
                for index in indices {
                    let by = distance(module, *index).map_or(0, i64::unsigned_abs);
                    *reach = reach.saturating_add(by.saturating_mul(size));
                }
                *reach < FAR && indices.iter().all(|index| is_int(*index))
            }
            Op::Switch { value, cases, .. } => {
                let is_number = |case| {
                    matches!(module.constant(case).kind, ConstKind::Int(_) | ConstKind::Zero)
                };
                is_int(*value) && cases.iter().all(|(case, _)| is_number(*case))
            }
            Op::Call(info) => self.call(module, info),
            _ => false,
        };
        let mut all = fits;
        instr.op.operands(|operand| {
            if let Operand::Const(id) = operand {
                all = all && self.constant(module, id);
            }
        });
        all
    }

    fn call(&self, module: &Module, info: &CallInfo) -> bool {
        let Some((ret, params, _)) = module.types.signature(info.ty) else { return false };
        let is_plain_type = |ty: &TypeId| self.is_group(*ty);
        let known = match module.direct_callee(info.callee) {
            Some(func) => {
                let callee = module.func(func);
                let copies = callee.params.iter().any(|attrs| attrs.byval.is_some());
                let name = callee.name.as_str();
                let is_known = |name: &str| KNOWN.iter().any(|known| name.starts_with(known));
                !copies && name.strip_prefix("llvm.").is_none_or(is_known)
            }
            None => matches!(info.callee, Operand::Value(_)),
        };
        let returns = is_plain_type(&ret) || *module.types.get(ret) == Type::Void;
        known
            && !info.must_tail
            && returns
            && params.iter().all(is_plain_type)
            && info.attrs.iter().all(|attrs| attrs.byval.is_none())
    }
}

/// A constant index.
fn distance(module: &Module, operand: Operand) -> Option<i64> {
    let Operand::Const(id) = operand else { return None };
    let constant = module.constant(id);
    let ConstKind::Int(word) = constant.kind else { return None };
    let bits = module.types.int_bits(constant.ty)?;
    let shift = 64_u32.checked_sub(bits)?;
    Some((word << shift).cast_signed() >> shift)
}
