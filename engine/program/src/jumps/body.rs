//! Divides a function that calls `setjmp` into an outer one and its body.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{
    BlockId, ConstKind, FuncId, Function, FunctionFlags, GlobalId, Instr, Linkage, Module, Op,
    Operand, Type, TypeId, ValueId,
};

use super::frame::{Frame, is_lifetime, is_va_start};
use super::live;
use super::words::{KEEP_MASK, KEEPS, NUMBER, VALUE, callee, value};
use crate::build::{blocks, constant, fill, function_named, plain_call, shell};
use crate::make::{CATCH, INNERMOST, Kinds, Maker, host_call};

/// Divides the function `id`, which calls functions of `twice`.
///
/// # Errors
/// Why it cannot be divided. It is as it was then.
pub(super) fn divide(
    module: &mut Module,
    id: FuncId,
    twice: &[FuncId],
    kinds: &Kinds,
) -> Result<(), &'static str> {
    let func = module.func(id).clone();
    let (ret, _, varargs) = module.types.signature(func.ty).ok_or("a function of no type")?;
    let starts_list = varargs.then(|| func.instrs.iter().find(|i| is_va_start(module, i)).cloned());
    let mut make = Maker { module, kinds: *kinds, values: func.values.clone(), out: Vec::new() };
    make.values.extend([kinds.ptr, kinds.word]);
    let (given, number) = (func.values.len(), func.values.len() + 1);
    let split = split(&mut make, &func, twice, value(given))?;
    let mut keep = live::alive(&split.blocks, make.values.len(), &split.points);
    (keep[given], keep[number]) = (false, false);
    keep[..func.params.len()].fill(true);
    let list = starts_list.flatten();
    let attempts = attempts(make.module, kinds);
    let frame = Frame::lay_out(&make, &func, ret, &keep, list.is_some(), attempts.is_some())?;
    let code = Rewriting { make, frame: &frame, given: value(given), attempts, rooms: Vec::new() };
    let (values, parts) = code.run(split.blocks, &split.points, value(number), &func);

    let mut body = shell(name(module, &func), kinds.body, Linkage::Internal, 2);
    body.flags = FunctionFlags { alwaysinline: false, ..func.flags };
    fill(&mut body, &values, &[ValueId::new(given), ValueId::new(number)], parts);
    let body_id = FuncId::new(module.funcs.len());
    module.funcs.push(body);
    for constant in &mut module.consts {
        if let ConstKind::BlockAddr(of, block) = &mut constant.kind
            && *of == id
        {
            (*of, *block) = (body_id, BlockId::new(split.first[block.index()]));
        }
    }
    outer(module, id, body_id, &frame, kinds, list, attempts);
    Ok(())
}

/// The C library's list of attempts to call what may throw, in programs that have one.
fn attempts(module: &mut Module, kinds: &Kinds) -> Option<Operand> {
    let list = module.globals.iter().position(|global| global.name == INNERMOST)?;
    Some(constant(module, kinds.ptr, ConstKind::Global(GlobalId::new(list))))
}

/// What reports call the body.
fn name(module: &Module, func: &Function) -> alloc::string::String {
    let mut name = format!("{}.body", func.name);
    while module.funcs.iter().any(|other| other.name == name) {
        name.push('_');
    }
    name
}

/// The blocks of a body, numbered as they will be: the first is empty yet.
struct Split {
    blocks: Vec<Vec<Instr>>,
    /// Where `setjmp` returns to, by number from 1 on.
    points: Vec<usize>,
    /// By the number that a block has had: the first one of what it has become.
    first: Vec<usize>,
}

/// The C library's function that keeps which signals are held back, and its type.
fn keep_mask(module: &mut Module, kinds: &Kinds) -> Option<(Operand, TypeId)> {
    let func = function_named(module, KEEP_MASK)?;
    let ty = module.func(func).ty;
    Some((constant(module, kinds.ptr, ConstKind::Func(func)), ty))
}

/// Divides blocks behind calls of `setjmp`.
fn split(
    make: &mut Maker<'_>,
    func: &Function,
    twice: &[FuncId],
    frame: Operand,
) -> Result<Split, &'static str> {
    let comes_back = |module: &Module, instr: &Instr| {
        callee(module, instr).is_some_and(|callee| twice.contains(&callee))
    };
    let keep = keep_mask(make.module, &make.kinds);
    let old = blocks(func);
    // The first and the last new block of each old one.
    let (mut first, mut last, mut next) = (Vec::new(), Vec::new(), 1);
    for block in &old {
        first.push(next);
        next += block.iter().filter(|instr| comes_back(make.module, instr)).count();
        last.push(next);
        next += 1;
    }
    let (mut blocks, mut points) = (vec![Vec::new()], Vec::new());
    for mut instr in old.into_iter().flatten() {
        let ends = instr.op.is_terminator();
        let comes_back = comes_back(make.module, &instr);
        match &mut instr.op {
            Op::Phi { incoming } => {
                incoming.iter_mut().for_each(|(_, from)| *from = BlockId::new(last[from.index()]));
            }
            op => op.blocks_mut(|to| *to = BlockId::new(first[to.index()])),
        }
        if !comes_back {
            make.out.push(instr);
            if ends {
                blocks.push(core::mem::take(&mut make.out));
            }
            continue;
        }
        let keeps = keep.filter(|_| {
            let callee = callee(make.module, &instr);
            callee.is_some_and(|to| KEEPS.contains(&make.module.func(to).name.as_str()))
        });
        let Op::Call(info) = &instr.op else { return Err("setjmp called by `invoke`") };
        let buffer = *info.args.first().ok_or("setjmp without a buffer")?;
        let back = blocks.len() + 1;
        points.push(back);
        let (kinds, word) = (make.kinds, make.kinds.word);
        if let (Some((keep, ty)), Some(call)) = (keeps, info.args.get(1)) {
            make.effect(plain_call(keep, ty, vec![buffer, *call]));
        }
        make.store(buffer, 0, frame, kinds.ptr);
        let number = make.number(word, points.len() as u64);
        make.store(buffer, NUMBER, number, word);
        let zero = make.number(kinds.int, 0);
        make.store(frame, VALUE, zero, kinds.int);
        make.effect(Op::Br { target: BlockId::new(back) });
        blocks.push(core::mem::take(&mut make.out));
        if let Some(result) = instr.result {
            let ptr = make.at(frame, VALUE);
            let op = Op::Load { ptr, align: 4, volatile: false, atomic: None };
            make.out.push(Instr::new(op, instr.ty, Some(result)));
        }
    }
    Ok(Split { blocks, points, first })
}

/// A body on its way.
struct Rewriting<'m, 'f> {
    make: Maker<'m>,
    frame: &'f Frame,
    /// The frame's address.
    given: Operand,
    /// The list of attempts, if the program makes some.
    attempts: Option<Operand>,
    /// The addresses of local variables.
    rooms: Vec<(ValueId, Operand)>,
}

impl Rewriting<'_, '_> {
    /// The types of all values, and the finished blocks.
    fn run(
        mut self,
        mut blocks: Vec<Vec<Instr>>,
        points: &[usize],
        number: Operand,
        func: &Function,
    ) -> (Vec<TypeId>, Vec<Vec<Instr>>) {
        for (room, offset) in self.frame.rooms.clone() {
            let at = self.make.at(self.given, offset);
            self.rooms.push((room, at));
        }
        if let (Some(list), Some(offset)) = (self.attempts, self.frame.attempts) {
            let ptr = self.make.kinds.ptr;
            let innermost = self.make.load(self.given, offset, ptr);
            self.make.store(list, 0, innermost, ptr);
        }
        let lost = BlockId::new(blocks.len());
        let mut cases = vec![(0, 1)];
        cases.extend(points.iter().enumerate().map(|(at, point)| (at as u64 + 1, *point)));
        let word = self.make.kinds.word;
        let mut case = |(number, to)| match self.make.number(word, number) {
            Operand::Const(id) => Some((id, BlockId::new(to))),
            Operand::Value(_) => None,
        };
        let cases = cases.into_iter().filter_map(&mut case).collect();
        self.make.effect(Op::Switch { value: number, cases, default: lost });
        blocks[0] = core::mem::take(&mut self.make.out);

        let ends = self.phi_operands(&mut blocks);
        for (block, end) in blocks.iter_mut().zip(ends).skip(1) {
            *block = self.block(core::mem::take(block), end, func);
        }
        self.make.effect(Op::Unreachable);
        blocks.push(core::mem::take(&mut self.make.out));
        (self.make.values, blocks)
    }

    /// What stands for an operand, loaded here if need be.
    fn operand(&mut self, operand: Operand) -> Operand {
        let Operand::Value(id) = operand else { return operand };
        if let Some((_, room)) = self.rooms.iter().find(|(room, _)| *room == id) {
            return *room;
        }
        match self.frame.place(id) {
            Some(offset) => {
                let ty = self.make.values[id.index()];
                self.make.load(self.given, offset, ty)
            }
            None => operand,
        }
    }

    /// Makes phis take what was kept from loads; these are the ends of the blocks they come from.
    fn phi_operands(&mut self, blocks: &mut [Vec<Instr>]) -> Vec<Vec<Instr>> {
        let mut ends = vec![Vec::new(); blocks.len()];
        // A block that leads somewhere by two edges gives the same value by both.
        let mut loaded: Vec<((usize, Operand), Operand)> = Vec::new();
        for instr in blocks.iter_mut().flatten() {
            let Op::Phi { incoming } = &mut instr.op else { continue };
            for (operand, from) in incoming {
                let key = (from.index(), *operand);
                if let Some((_, known)) = loaded.iter().find(|(known, _)| *known == key) {
                    *operand = *known;
                    continue;
                }
                let new = self.operand(*operand);
                ends[from.index()].append(&mut self.make.out);
                if new != *operand {
                    loaded.push((key, new));
                    *operand = new;
                }
            }
        }
        ends
    }

    fn block(&mut self, block: Vec<Instr>, end: Vec<Instr>, func: &Function) -> Vec<Instr> {
        let phis = block.iter().take_while(|instr| matches!(instr.op, Op::Phi { .. })).count();
        let mut block = block.into_iter();
        let heads: Vec<Instr> = block.by_ref().take(phis).collect();
        let results: Vec<_> = heads.iter().filter_map(|instr| instr.result).collect();
        self.make.out.extend(heads);
        results.into_iter().for_each(|result| self.keep(result));
        let mut end = Some(end);
        for mut instr in block {
            if instr.op.is_terminator() {
                self.make.out.extend(end.take().into_iter().flatten());
            }
            let is_room = |id| self.rooms.iter().any(|(room, _)| *room == id);
            if instr.result.is_some_and(is_room) || is_lifetime(self.make.module, &instr) {
                continue;
            }
            let mut operands = Vec::new();
            instr.op.operands_mut(|operand| operands.push(*operand));
            let operands: Vec<_> = operands.into_iter().map(|old| self.operand(old)).collect();
            let mut new = operands.into_iter();
            instr.op.operands_mut(|operand| *operand = new.next().unwrap_or(*operand));
            self.instr(instr, func);
        }
        core::mem::take(&mut self.make.out)
    }

    fn instr(&mut self, mut instr: Instr, func: &Function) {
        let starts_list = is_va_start(self.make.module, &instr);
        match (&mut instr.op, self.frame.list) {
            (Op::Call(info), Some(list)) if starts_list => {
                let (to, word) = (info.args[0], self.make.kinds.word);
                for at in (0..Frame::LIST_BYTES).step_by(8) {
                    let part = self.make.load(self.given, list + at, word);
                    self.make.store(to, at, part, word);
                }
                return;
            }
            (Op::Call(info), _) => info.must_tail = false,
            (Op::Ret { value }, _) => {
                if let (Some(result), Some(offset)) = (value.take(), self.frame.result) {
                    let ty = match result {
                        Operand::Value(id) => self.make.values[id.index()],
                        Operand::Const(_) => func.operand_type(self.make.module, result),
                    };
                    self.make.store(self.given, offset, result, ty);
                }
            }
            _ => {}
        }
        let result = instr.result;
        self.make.out.push(instr);
        result.into_iter().for_each(|id| self.keep(id));
    }

    /// Keeps a value that has just been computed, if it has to last.
    fn keep(&mut self, id: ValueId) {
        if let Some(offset) = self.frame.place(id) {
            let ty = self.make.values[id.index()];
            self.make.store(self.given, offset, Operand::Value(id), ty);
        }
    }
}

/// Makes a function the outer one of its body.
fn outer(
    module: &mut Module,
    id: FuncId,
    body: FuncId,
    frame: &Frame,
    kinds: &Kinds,
    list: Option<Instr>,
    attempts: Option<Operand>,
) {
    let catch = host_call(module, CATCH, kinds.catch, kinds);
    let body = constant(module, kinds.ptr, ConstKind::Func(body));
    let func = module.func(id);
    let params: Vec<ValueId> = func.param_values().collect();
    let values: Vec<TypeId> = params.iter().map(|id| func.value_type(*id)).collect();
    let ret = module.types.signature(func.ty).map_or(kinds.void, |(ret, _, _)| ret);
    let room = module.types.intern(Type::Array { elem: kinds.byte, len: frame.size() });
    let mut make = Maker { module, kinds: *kinds, values, out: Vec::new() };
    let count = make.number(kinds.int, 1);
    let own = make.push(Op::Alloca { ty: room, count, align: frame.align() }, kinds.ptr);
    for param in &params {
        if let Some(offset) = frame.place(*param) {
            let ty = make.values[param.index()];
            make.store(own, offset, Operand::Value(*param), ty);
        }
    }
    if let (Some(mut start), Some(offset)) = (list, frame.list) {
        let to = make.at(own, offset);
        if let Op::Call(info) = &mut start.op {
            info.args = vec![to];
        }
        make.out.push(start);
    }
    if let (Some(list), Some(offset)) = (attempts, frame.attempts) {
        let innermost = make.load(list, 0, kinds.ptr);
        make.store(own, offset, innermost, kinds.ptr);
    }
    make.effect(plain_call(catch, kinds.catch, vec![body, own]));
    let result = frame.result.map(|offset| make.load(own, offset, ret));
    make.effect(Op::Ret { value: result });
    let Maker { values, out, .. } = make;
    fill(&mut module.funcs[id.index()], &values, &params, vec![out]);
}
