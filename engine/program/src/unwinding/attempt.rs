//! Calls that may throw, as attempts.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::layout::{align_of, alloc_size};
use bareflow_ir::{
    BlockId, CallInfo, Clause, ConstKind, FuncId, Function, Instr, IntPredicate, Linkage, Module,
    Op, Operand, ParamAttrs, Type, TypeId, ValueId,
};
use hashbrown::HashMap;

use super::clauses::Tables;
use super::throws::Throws;
use crate::build::{blocks, constant, fill, function_named, plain_call, shell};
use crate::make::{Kinds, Maker};

/// Functions of the C library that settled code calls.
pub(super) const ATTEMPT: &str = "__bf_attempt";
pub(super) const RESUME: &str = "_Unwind_Resume";

/// Where things lie in an attempt (the module's documentation says all).
const CLAUSES: u64 = 16;
const EXCEPTION: u64 = 24;
const HEAD: u64 = 40;

/// What is made for a program, and what is found once.
pub(super) struct Work {
    pub(super) tables: Tables,
    pub(super) kinds: Kinds,
    attempt: Callee,
    resume: Callee,
    /// What makes attempts, by what they call; attributes tell apart what is otherwise the same.
    made: HashMap<Called, Vec<(Vec<ParamAttrs>, FuncId)>>,
    names: BTreeSet<String>,
}

impl Work {
    pub(super) fn new(module: &mut Module) -> Self {
        let kinds = Kinds::of(module);
        let mut function = |ret, params: &[TypeId]| {
            module.types.intern(Type::Func { ret, params: params.to_vec(), varargs: false })
        };
        let attempt = Callee::new(ATTEMPT, function(kinds.int, &[kinds.ptr, kinds.ptr]));
        let resume = Callee::new(RESUME, function(kinds.void, &[kinds.ptr]));
        let tables = Tables::new(module, &kinds);
        let names = module.funcs.iter().map(|func| func.name.clone()).collect();
        Self { tables, kinds, attempt, resume, made: HashMap::new(), names }
    }
}

/// What an attempt calls, unless it is computed; the type it is called by, and those of the arguments.
type Called = (Option<FuncId>, TypeId, Vec<TypeId>);

/// A function of the C library, found when it is first called.
struct Callee {
    name: &'static str,
    ty: TypeId,
    found: Option<Operand>,
}

impl Callee {
    const fn new(name: &'static str, ty: TypeId) -> Self {
        Self { name, ty, found: None }
    }

    /// Where it is not there, it is missed by name.
    fn call(&mut self, make: &mut Maker<'_>, args: Vec<Operand>) -> Op {
        let found = *self.found.get_or_insert_with(|| {
            let func = function_named(make.module, self.name).unwrap_or_else(|| {
                let shell = shell(self.name.to_owned(), self.ty, Linkage::External, args.len());
                make.module.funcs.push(shell);
                FuncId::new(make.module.funcs.len() - 1)
            });
            constant(make.module, make.kinds.ptr, ConstKind::Func(func))
        });
        plain_call(found, self.ty, args)
    }
}

/// Where callee, result and arguments of a call lie in an attempt.
struct Places {
    callee: Option<u64>,
    result: Option<u64>,
    args: Vec<u64>,
    end: u64,
    align: u64,
}

impl Places {
    fn of(module: &Module, kinds: &Kinds, computed: bool, ret: TypeId, args: &[TypeId]) -> Self {
        let (mut end, mut align) = (HEAD, 16);
        let mut take = |ty: TypeId| {
            let own = align_of(&module.types, ty).max(1);
            let at = end.next_multiple_of(own);
            end = at.saturating_add(alloc_size(&module.types, ty));
            align = align.max(own);
            at
        };
        let callee = computed.then(|| take(kinds.ptr));
        let result = (ret != kinds.void).then(|| take(ret));
        let args = args.iter().map(|ty| take(*ty)).collect();
        Self { callee, result, args, end, align }
    }
}

/// Makes calls of a function's invokes of what does not throw.
pub(super) fn call(module: &mut Module, id: FuncId, throws: &Throws, void: TypeId) {
    let func = module.func(id);
    let mut all = blocks(func);
    for block in &mut all {
        let Some(last) = block.last_mut() else { continue };
        let Op::Invoke { call, normal, .. } = &last.op else { continue };
        if throws.callee(module, call.callee) {
            continue;
        }
        let target = *normal;
        last.op = Op::Call(call.clone());
        block.push(Instr::new(Op::Br { target }, void, None));
    }
    let (values, params) = (func.values.clone(), func.param_values().collect::<Vec<_>>());
    fill(&mut module.funcs[id.index()], &values, &params, all);
}

/// Makes attempts of a function's invokes, and loads of its landing pads.
pub(super) fn settle(module: &mut Module, id: FuncId, work: &mut Work) {
    let func = module.func(id).clone();
    let params: Vec<ValueId> = func.param_values().collect();
    let kinds = work.kinds;
    let mut old = blocks(&func);
    let pads: Vec<Option<(bool, Vec<Clause>)>> = old.iter().map(|block| clauses(block)).collect();
    // The attempt's address, which is made last: its size is known then.
    let mut make = Maker { module, kinds, values: func.values.clone(), out: Vec::new() };
    let own = ValueId::new(make.values.len());
    make.values.push(kinds.ptr);
    let (mut size, mut align) = (0, 16);
    for block in &mut old {
        for mut instr in core::mem::take(block) {
            match &instr.op {
                Op::Invoke { call, normal, unwind } => {
                    let nothing = (false, Vec::new());
                    let pad = pads[unwind.index()].as_ref().unwrap_or(&nothing);
                    let ways = [*normal, *unwind];
                    let invoke = Invoke { call, ways, pad, result: instr.result };
                    let places = invoke.attempt(&mut make, &func, work, own);
                    (size, align) = (places.end.max(size), places.align.max(align));
                }
                Op::LandingPad { .. } => {
                    if let Some(result) = instr.result {
                        make.load_as(Operand::Value(own), EXCEPTION, instr.ty, result);
                    }
                }
                Op::Resume { value } => resume(&mut make, &func, work, *value),
                Op::Call(call) if is_type_number(make.module, call) => {
                    let number = work.tables.number(make.module, call.args[0]);
                    let value = make.number(instr.ty, number.into());
                    instr.op = Op::Freeze { value };
                    make.out.push(instr);
                }
                _ => make.out.push(instr),
            }
        }
        *block = core::mem::take(&mut make.out);
    }
    let ty = make.module.types.intern(Type::Array { elem: kinds.byte, len: size.max(HEAD) });
    let count = make.number(kinds.int, 1);
    let room = Op::Alloca { ty, count, align: align as u32 };
    if let Some(first) = old.first_mut() {
        first.insert(0, Instr::new(room, kinds.ptr, Some(own)));
    }
    let values = make.values;
    fill(&mut module.funcs[id.index()], &values, &params, old);
}

/// What the landing pad takes that a block begins with.
fn clauses(block: &[Instr]) -> Option<(bool, Vec<Clause>)> {
    block.iter().find_map(|instr| match &instr.op {
        Op::LandingPad { cleanup, clauses } => Some((*cleanup, clauses.clone())),
        _ => None,
    })
}

fn is_type_number(module: &Module, call: &CallInfo) -> bool {
    let callee = module.direct_callee(call.callee);
    callee.is_some_and(|id| module.func(id).name.starts_with("llvm.eh.typeid.for"))
}

/// An `invoke`, whose callee may throw.
struct Invoke<'a> {
    call: &'a CallInfo,
    /// Where it goes on, and where what is thrown does.
    ways: [BlockId; 2],
    pad: &'a (bool, Vec<Clause>),
    result: Option<ValueId>,
}

impl Invoke<'_> {
    fn attempt(
        &self,
        make: &mut Maker<'_>,
        func: &Function,
        work: &mut Work,
        own: ValueId,
    ) -> Places {
        let (own, kinds) = (Operand::Value(own), make.kinds);
        let types: Vec<TypeId> =
            (self.call.args.iter()).map(|arg| operand_type(make, func, *arg)).collect();
        let ret = make.module.types.signature(self.call.ty).map_or(kinds.void, |(ret, ..)| ret);
        let callee = make.module.direct_callee(self.call.callee);
        let places = Places::of(make.module, &kinds, callee.is_none(), ret, &types);
        let table = work.tables.table(make.module, &kinds, self.pad.0, &self.pad.1);
        make.store(own, CLAUSES, table, kinds.ptr);
        if let Some(at) = places.callee {
            make.store(own, at, self.call.callee, kinds.ptr);
        }
        for ((arg, ty), at) in self.call.args.iter().zip(&types).zip(&places.args) {
            make.store(own, *at, *arg, *ty);
        }
        let body = self.body(make.module, work, callee, types, &places, ret);
        let body = constant(make.module, kinds.ptr, ConstKind::Func(body));
        let call = work.attempt.call(make, vec![own, body]);
        let thrown = make.push(call, kinds.int);
        if let (Some(result), Some(at)) = (self.result, places.result) {
            make.load_as(own, at, ret, result);
        }
        let zero = make.number(kinds.int, 0);
        let bit = make.module.types.intern(Type::Int(1));
        let cond = make.push(Op::ICmp { pred: IntPredicate::Ne, lhs: thrown, rhs: zero }, bit);
        let [normal, unwind] = self.ways;
        make.effect(Op::CondBr { cond, then: unwind, other: normal });
        places
    }

    /// The function that makes the call: of an attempt, and whether it is over.
    fn body(
        &self,
        module: &mut Module,
        work: &mut Work,
        callee: Option<FuncId>,
        types: Vec<TypeId>,
        places: &Places,
        ret: TypeId,
    ) -> FuncId {
        let key = (callee, self.call.ty, types);
        let made = work.made.get(&key).into_iter().flatten();
        if let Some((_, known)) = made.into_iter().find(|(attrs, _)| *attrs == self.call.attrs) {
            return *known;
        }
        let kinds = work.kinds;
        let base = callee.map_or("computed", |id| &module.func(id).name);
        let mut name = format!("{base}.attempt");
        let mut next = 0;
        while !work.names.insert(name.clone()) {
            next += 1;
            name = format!("{base}.attempt.{next}");
        }
        let values = vec![kinds.ptr, kinds.word];
        let params = [0, 1].map(ValueId::new);
        let [own, over] = params.map(Operand::Value);
        let bit = module.types.intern(Type::Int(1));
        let mut make = Maker { module, kinds, values, out: Vec::new() };
        let zero = make.number(kinds.word, 0);
        let cond = make.push(Op::ICmp { pred: IntPredicate::Eq, lhs: over, rhs: zero }, bit);
        make.effect(Op::CondBr { cond, then: BlockId::new(1), other: BlockId::new(2) });
        let first = core::mem::take(&mut make.out);
        let callee = match places.callee {
            Some(at) => make.load(own, at, kinds.ptr),
            None => self.call.callee,
        };
        let args =
            key.2.iter().zip(&places.args).map(|(ty, at)| make.load(own, *at, *ty)).collect();
        let call = CallInfo { callee, args, ..self.call.clone() };
        let result = make.push(Op::Call(call), ret);
        if let Some(at) = places.result {
            make.store(own, at, result, ret);
        }
        make.effect(Op::Br { target: BlockId::new(2) });
        let second = core::mem::take(&mut make.out);
        make.effect(Op::Ret { value: None });
        let Maker { values, out, .. } = make;
        let mut body = shell(name, kinds.body, Linkage::Internal, 2);
        fill(&mut body, &values, &params, vec![first, second, out]);
        module.funcs.push(body);
        let id = FuncId::new(module.funcs.len() - 1);
        work.made.entry(key).or_default().push((self.call.attrs.clone(), id));
        id
    }
}

fn operand_type(make: &Maker<'_>, func: &Function, operand: Operand) -> TypeId {
    match operand {
        Operand::Value(id) => make.values[id.index()],
        Operand::Const(_) => func.operand_type(make.module, operand),
    }
}

/// Goes on with what was caught for a cleanup only: the first member of what a landing pad gave.
fn resume(make: &mut Maker<'_>, func: &Function, work: &mut Work, value: Operand) {
    let ty = operand_type(make, func, value);
    let exception = match make.module.types.get(ty) {
        Type::Struct { .. } => {
            make.push(Op::ExtractValue { agg: value, path: [0].into() }, make.kinds.ptr)
        }
        _ => value,
    };
    let call = work.resume.call(make, vec![exception]);
    make.effect(call);
    make.effect(Op::Unreachable);
}
