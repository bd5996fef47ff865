//! Finds values that need not be computed by an instruction of their own, because the
//! instruction that uses them does it on the way.
//!
//! Users are decided before what they use: whether something can be part of its user depends
//! on what the user is part of.

use bareflow_ir::{BinaryOp, CastOp, Function, Instr, Module, Op, Operand, Type, ValueId};

use super::fits::{has_lanes, is_access, is_mode, number, shape, simple_access, takes_load};
use super::plan::Plan;
use super::{Kind, kind_of, regular};

/// Farthest distance, in instructions, that a load is moved down to its user.
const MAX_DISTANCE: u32 = 48;

impl Plan {
    /// Decides what is folded.
    pub(super) fn fold(&mut self, module: &Module, func: &Function) {
        for at in (0..func.instrs.len() as u32).rev() {
            let instr = &func.instrs[at as usize];
            let Some(value) = instr.result else { continue };
            // Nothing is known of what cannot be reached.
            if self.made_by[value.index()] != at
                || self.users(value).is_empty()
                || !self.used_at_home(value)
            {
                continue;
            }
            let of = |operand| kind_of(&module.types, func.operand_type(module, operand));
            let single = match self.users(value) {
                [user] => Some(&func.instrs[*user as usize]),
                _ => None,
            };
            self.folded[value.index()] = match &instr.op {
                Op::ICmp { lhs, .. } => {
                    matches!(of(*lhs), Kind::Int(bits) if regular(bits))
                        && single.is_some_and(|user| matches!(user.op, Op::CondBr { .. }))
                }
                Op::FCmp { lhs, .. } => {
                    matches!(of(*lhs), Kind::F32 | Kind::F64)
                        && single.is_some_and(|user| matches!(user.op, Op::CondBr { .. }))
                }
                Op::Gep { ty, base, indices, .. } => {
                    is_mode(module, func, *ty, *base, indices)
                        && self.all_users(func, value, |user| {
                            (is_access(&user.op, value) && simple_access(module, func, user))
                                || self.is_folded_step(module, func, user, value)
                        })
                }
                Op::Cast { op: CastOp::SExt, value: from, .. } => {
                    *module.types.get(instr.ty) == Type::Int(64)
                        && *module.types.get(func.operand_type(module, *from)) == Type::Int(32)
                        && matches!(from, Operand::Value(_))
                        && self.all_users(func, value, |user| is_index(&user.op, value))
                }
                Op::Binary { op: BinaryOp::Shl, rhs: Operand::Const(by), .. } => {
                    let by = number(module, *by, 64).unwrap_or(64);
                    (1..=3).contains(&by)
                        && *module.types.get(instr.ty) == Type::Int(64)
                        && self.all_users(func, value, |user| {
                            is_scaled(module, func, user, value, 1 << by)
                        })
                }
                Op::Binary { op: BinaryOp::FMul, .. } => {
                    matches!(of(Operand::Value(value)), Kind::F32 | Kind::F64 | Kind::Vector(..))
                        && has_lanes(of(Operand::Value(value)))
                        && single.is_some_and(|user| {
                            let free = |l: Operand, r: Operand| {
                                l != r && !self.is_folded(l) && !self.is_folded(r)
                            };
                            matches!(
                                user.op,
                                Op::Binary { op: BinaryOp::FAdd | BinaryOp::FSub, lhs, rhs, .. }
                                    if free(lhs, rhs)
                            )
                        })
                }
                Op::Load { volatile: false, atomic: None, .. } => {
                    self.extend(module, func, value);
                    single.is_some_and(|user| self.load_folds(module, func, value, at, user))
                }
                Op::Call(_) => {
                    self.splits[value.index()] = self.is_split(module, func, value);
                    false
                }
                _ => false,
            };
        }
        for value in 0..self.extends.len() {
            if let Some(extension) = self.extends[value] {
                self.folded[extension.index()] = true;
                self.by_load[extension.index()] = true;
            }
        }
    }

    fn all_users(&self, func: &Function, value: ValueId, holds: impl Fn(&Instr) -> bool) -> bool {
        self.users(value).iter().all(|user| holds(&func.instrs[*user as usize]))
    }

    fn is_folded(&self, operand: Operand) -> bool {
        matches!(operand, Operand::Value(value) if self.folded[value.index()])
    }

    /// Whether a user is address arithmetic by a constant that is folded itself.
    fn is_folded_step(
        &self,
        module: &Module,
        func: &Function,
        user: &Instr,
        value: ValueId,
    ) -> bool {
        let (Op::Gep { ty, base, indices, .. }, Some(result)) = (&user.op, user.result) else {
            return false;
        };
        *base == Operand::Value(value)
            && self.folded[result.index()]
            && shape(module, func, *ty, indices).is_some_and(|shape| shape.steps.is_empty())
    }

    /// The factors of an operand that is a folded product.
    pub(super) fn product(&self, func: &Function, operand: Operand) -> Option<(Operand, Operand)> {
        let Operand::Value(value) = operand else { return None };
        if !self.folded[value.index()] {
            return None;
        }
        match func.instrs.get(self.made_by[value.index()] as usize)?.op {
            Op::Binary { op: BinaryOp::FMul, lhs, rhs, .. } => Some((lhs, rhs)),
            _ => None,
        }
    }

    /// The address of an operand that is a folded load.
    pub(super) fn loaded(&self, func: &Function, operand: Operand) -> Option<Operand> {
        let Operand::Value(value) = operand else { return None };
        if !self.folded[value.index()] {
            return None;
        }
        match func.instrs.get(self.made_by[value.index()] as usize)?.op {
            Op::Load { ptr, .. } => Some(ptr),
            _ => None,
        }
    }

    /// Notes that a load extends the sign of what it loads, if that is all its use.
    fn extend(&mut self, module: &Module, func: &Function, value: ValueId) {
        let [user] = *self.users(value) else { return };
        let user = &func.instrs[user as usize];
        let (Op::Cast { op: CastOp::SExt, .. }, Some(extension)) = (&user.op, user.result) else {
            return;
        };
        let bits = |value| match kind_of(&module.types, func.value_type(value)) {
            Kind::Int(bits) => regular(bits),
            _ => false,
        };
        if bits(value) && bits(extension) {
            self.extends[value.index()] = Some(extension);
        }
    }

    /// Whether a load can be done by the arithmetic that uses it.
    fn load_folds(
        &self,
        module: &Module,
        func: &Function,
        value: ValueId,
        at: u32,
        user: &Instr,
    ) -> bool {
        let Op::Binary { op, lhs, rhs, .. } = &user.op else { return false };
        let this = Operand::Value(value);
        let kind = kind_of(&module.types, func.value_type(value));
        if lhs == rhs || !takes_load(*op, kind, *rhs == this) {
            return false;
        }
        let other = if *lhs == this { *rhs } else { *lhs };
        if self.is_folded(other) || user.result.is_none() {
            return false;
        }
        // Where it is really done: a product may be part of a sum.
        let mut end = self.users(value)[0];
        if let Some(result) = user.result
            && self.folded[result.index()]
        {
            let [sum] = *self.users(result) else { return false };
            if *op != BinaryOp::FMul {
                return false;
            }
            end = sum;
        }
        end - at <= MAX_DISTANCE
            && (at + 1..end).all(|between| !may_write(module, &func.instrs[between as usize].op))
    }

    /// Whether a value is checked arithmetic whose members are only used apart.
    fn is_split(&self, module: &Module, func: &Function, value: ValueId) -> bool {
        let at = self.made_by[value.index()];
        let Op::Call(call) = &func.instrs[at as usize].op else { return false };
        let checked = module.direct_callee(call.callee).is_some_and(|callee| {
            let name = module.func(callee).name.as_str();
            name.starts_with("llvm.") && name.contains(".with.overflow.i")
        });
        let Some(first) = call.args.first() else { return false };
        let kind = kind_of(&module.types, func.operand_type(module, *first));
        checked
            && matches!(kind, Kind::Int(bits) if regular(bits))
            && self.all_users(
                func,
                value,
                |user| matches!(&user.op, Op::ExtractValue { path, .. } if path.len() == 1),
            )
    }
}

/// Whether an instruction uses a value only as index in address arithmetic on one pointer.
fn is_index(op: &Op, value: ValueId) -> bool {
    match op {
        Op::Gep { base, .. } => *base != Operand::Value(value),
        _ => false,
    }
}

/// Whether an instruction is address arithmetic with one step, the value, that remains an
/// address mode when the value is scaled by `more`.
fn is_scaled(module: &Module, func: &Function, user: &Instr, value: ValueId, more: i64) -> bool {
    let Op::Gep { ty, base, indices, .. } = &user.op else { return false };
    is_mode(module, func, *ty, *base, indices)
        && shape(module, func, *ty, indices).is_some_and(|shape| {
            matches!(*shape.steps, [(step, scale)]
                if step == Operand::Value(value) && matches!(scale * more, 1 | 2 | 4 | 8))
        })
}

/// Whether an instruction may write memory, or depends on the order of such.
fn may_write(module: &Module, op: &Op) -> bool {
    match op {
        Op::Store { .. }
        | Op::AtomicRmw { .. }
        | Op::CmpXchg { .. }
        | Op::Fence { .. }
        | Op::VaArg { .. }
        | Op::Invoke { .. } => true,
        Op::Load { volatile, atomic, .. } => *volatile || atomic.is_some(),
        Op::Call(call) => {
            const PURE: [&str; 9] = [
                "f",
                "s",
                "u",
                "c",
                "bswap",
                "bitreverse",
                "abs",
                "experimental.noalias",
                "assume",
            ];
            let name = module.direct_callee(call.callee).map(|id| module.func(id).name.as_str());
            let intrinsic = name.and_then(|name| name.strip_prefix("llvm."));
            // Names that begin so, but for those of the stack.
            !intrinsic.is_some_and(|name| {
                PURE.iter().any(|pure| name.starts_with(pure)) && !name.starts_with("stack")
            })
        }
        _ => false,
    }
}
