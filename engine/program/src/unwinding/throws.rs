//! Which functions may throw.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{ConstExpr, ConstKind, Function, Module, Op, Operand};

/// What throws by itself: all else throws because it calls something that does.
pub(super) const RAISE: &str = "_Unwind_RaiseException";

/// Host calls that call what they are given.
const CALL_BACK: [&str; 2] = ["bf_call", crate::make::CATCH];

/// What may throw in a program of which everything is known.
pub(super) struct Throws {
    /// By function.
    funcs: Vec<bool>,
    /// Whether a function may whose address something takes.
    taken: bool,
}

impl Throws {
    /// Finds out. Where nothing throws by itself, nothing does.
    pub(super) fn of(module: &Module) -> Self {
        let is_source = |func: &Function| func.name == RAISE && !func.is_declaration();
        let mut throws = Self { funcs: module.funcs.iter().map(is_source).collect(), taken: false };
        if !throws.funcs.contains(&true) {
            return throws;
        }
        let taken = taken(module);
        let bodies: Vec<Outline> =
            module.funcs.iter().map(|func| Outline::of(module, func)).collect();
        loop {
            let may = |at: usize| throws.funcs[at] || bodies[at].throws(&throws);
            let next: Vec<bool> = (0..bodies.len()).map(may).collect();
            let any = next.iter().zip(&taken).any(|(throws, taken)| *throws && *taken);
            if next == throws.funcs && any == throws.taken {
                return throws;
            }
            throws = Self { funcs: next, taken: any };
        }
    }

    /// Whether a call of this may throw.
    pub(super) fn callee(&self, module: &Module, callee: Operand) -> bool {
        match module.direct_callee(callee) {
            Some(id) if CALL_BACK.contains(&module.func(id).name.as_str()) => self.taken,
            Some(id) => self.funcs[id.index()],
            None => self.taken,
        }
    }
}

/// The calls of a function from which something can leave it.
struct Outline {
    /// By number, without duplicates.
    direct: Vec<usize>,
    indirect: bool,
}

impl Outline {
    fn of(module: &Module, func: &Function) -> Self {
        let (mut direct, mut indirect) = (Vec::new(), false);
        for instr in &func.instrs {
            let call = match &instr.op {
                Op::Call(call) => call,
                Op::Invoke { call, unwind, .. } if !takes_all(module, func, *unwind) => call,
                _ => continue,
            };
            match module.direct_callee(call.callee) {
                Some(id) if CALL_BACK.contains(&module.func(id).name.as_str()) => indirect = true,
                Some(id) => direct.push(id.index()),
                None => indirect = true,
            }
        }
        direct.sort_unstable();
        direct.dedup();
        Self { direct, indirect }
    }

    fn throws(&self, throws: &Throws) -> bool {
        self.indirect && throws.taken || self.direct.iter().any(|at| throws.funcs[*at])
    }
}

/// Whether nothing gets past a landing pad. What it throws itself it does by calls.
fn takes_all(module: &Module, func: &Function, pad: bareflow_ir::BlockId) -> bool {
    let null = |operand: Operand| match operand {
        Operand::Const(id) => matches!(module.constant(id).kind, ConstKind::Zero),
        Operand::Value(_) => false,
    };
    func.block(pad).iter().any(|instr| match &instr.op {
        Op::LandingPad { clauses, .. } => {
            clauses.iter().any(|clause| !clause.filter && null(clause.ty))
        }
        _ => false,
    })
}

/// By function: whether something else than a call refers to it.
fn taken(module: &Module) -> Vec<bool> {
    let mut taken = vec![false; module.funcs.len()];
    let mut take = |id: bareflow_ir::ConstId| {
        if let ConstKind::Func(func) = module.constant(id).kind {
            taken[func.index()] = true;
        }
    };
    for constant in &module.consts {
        match &constant.kind {
            ConstKind::Aggregate(members) => members.iter().copied().for_each(&mut take),
            ConstKind::Expr(expr) => ConstExpr::operands(expr, &mut take),
            _ => {}
        }
    }
    module.globals.iter().filter_map(|global| global.init).for_each(&mut take);
    for instr in module.funcs.iter().flat_map(|func| &func.instrs) {
        let mut callee = instr.op.call().map(|call| call.callee);
        instr.op.operands(|operand| {
            // A callee is the first operand of its call.
            let is_callee = callee.take() == Some(operand);
            if let (Operand::Const(id), false) = (operand, is_callee) {
                take(id);
            }
        });
    }
    taken
}
