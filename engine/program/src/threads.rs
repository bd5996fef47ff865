//! Programs with threads, and programs without.
//!
//! Whether a program has threads is known when it is linked: only what it reaches is in it, and threads
//! begin with the host call [`START`]. Both kinds are settled here, once, so that interpreter, compilers
//! and shrunk images know nothing of it.
//!
//! In a program *without*, a thread-local variable is an ordinary one, the C library's calls of
//! [`LOCKS`] are taken out, as there is nobody to keep out, and functions that have a simpler form for
//! such programs ([`ALONE`]) have that. So it costs what it would if threads did not exist.
//!
//! In a program *with* threads the thread-local variables become one block, and every use of one the
//! address of the calling thread's block (the third word of `bf_thread()`) plus an offset:
//!
//! ```text
//!   %words = call ptr @bf_thread()        once, where the function begins
//!   %own   = load ptr, %words + 16
//!   ...
//!   %x     = getelementptr i8, %own, offset of @x
//! ```
//!
//! The block of the first thread is the variable [`FIRST_THREAD`], which whoever runs the program writes
//! into that word; those of the others are made by the C library from `__bf_tls_template`, of
//! `__bf_tls_size` bytes at a multiple of `__bf_tls_align`. A thread stays on its processor, and one
//! that is run on top of another puts the word back, so that it may be read once for a whole call.

use alloc::borrow::ToOwned;
use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{
    CallInfo, CastOp, Const, ConstExpr, ConstId, ConstKind, FastMath, FuncId, Function,
    FunctionFlags, Global, Instr, Linkage, Module, Op, Operand, ParamAttrs, Type, TypeId, ValueId,
    WrapFlags, layout,
};

/// The host call that every thread but the first begins with.
const START: &str = "bf_start";

/// The variable that is the thread-local variables of a program's first thread; programs without
/// threads, or without such variables, have none.
pub const FIRST_THREAD: &str = "__bf_tls_first";

/// Functions of the C library whose calls mean something only where there are threads.
const LOCKS: [&str; 4] = ["__bf_lock", "__bf_lock_at_end", "__bf_unlock", "__bf_unlock_at_end"];

/// What begins the name of the form that a function of the C library has in a program without threads.
const ALONE: &str = "__bf_alone_";

/// Offset of the thread pointer from what `bf_thread` gives.
const POINTER: u64 = 16;

/// The stack's alignment, which blocks have at least.
const LEAST_ALIGN: u64 = 16;

/// Settles a linked program.
pub(crate) fn settle(module: &mut Module) {
    if module.funcs.iter().any(|func| func.name == START) {
        localise(module);
    } else {
        drop_locks(module);
        be_alone(module);
    }
}

/// Puts the simpler forms of functions in their places. A function that does not use its simpler form is
/// not the C library's: the program has one of its own by that name.
fn be_alone(module: &mut Module) {
    let named = |name: &str| module.func_ids().find(|id| module.func(*id).name == name);
    let pair = |id: FuncId| {
        let usual = named(module.func(id).name.strip_prefix(ALONE)?)?;
        uses(module, usual, id).then_some((usual, id))
    };
    let pairs: Vec<_> = module.func_ids().filter_map(pair).collect();
    for (usual, simple) in pairs {
        for constant in &mut module.consts {
            if matches!(constant.kind, ConstKind::Func(func) if func == usual) {
                constant.kind = ConstKind::Func(simple);
            }
        }
        let name = core::mem::take(&mut module.funcs[usual.index()].name);
        let name = core::mem::replace(&mut module.funcs[simple.index()].name, name);
        module.funcs[usual.index()].name = name;
    }
}

/// Whether a function calls another.
fn uses(module: &Module, caller: FuncId, callee: FuncId) -> bool {
    let calls = |instr: &Instr| {
        let Op::Call(call) = &instr.op else { return false };
        let Operand::Const(target) = call.callee else { return false };
        matches!(module.constant(target).kind, ConstKind::Func(func) if func == callee)
    };
    module.func(caller).instrs.iter().any(calls)
}

/// Takes the calls of locks out.
fn drop_locks(module: &mut Module) {
    let locks: Vec<FuncId> =
        module.func_ids().filter(|id| LOCKS.contains(&module.func(*id).name.as_str())).collect();
    if locks.is_empty() {
        return;
    }
    let consts = &module.consts;
    let is_lock = |instr: &Instr| {
        let Op::Call(call) = &instr.op else { return false };
        let Operand::Const(callee) = call.callee else { return false };
        matches!(consts[callee.index()].kind, ConstKind::Func(func) if locks.contains(&func))
    };
    for func in &mut module.funcs {
        if !func.instrs.iter().any(is_lock) {
            continue;
        }
        let old = core::mem::take(&mut func.instrs);
        let mut old = old.into_iter();
        for block in &mut func.blocks {
            let start = func.instrs.len() as u32;
            let own = old.by_ref().take(block.instrs.len());
            func.instrs.extend(own.filter(|instr| !is_lock(instr)));
            block.instrs = start..func.instrs.len() as u32;
        }
    }
}

/// Where a constant lies, if that is in a thread-local variable: the offset from the thread pointer.
type Places = Vec<Option<i64>>;

/// The types that the new instructions have.
struct Kinds {
    ptr: TypeId,
    byte: TypeId,
    word: TypeId,
    ask: TypeId,
}

fn localise(module: &mut Module) {
    let (offsets, size, align) = lay_out(module);
    let kinds = Kinds {
        ptr: module.types.intern(Type::Ptr),
        byte: module.types.intern(Type::Int(8)),
        word: module.types.intern(Type::Int(64)),
        ask: TypeId::new(0),
    };
    let ask = Type::Func { ret: kinds.ptr, params: Vec::new(), varargs: false };
    let kinds = Kinds { ask: module.types.intern(ask), ..kinds };
    define_blocks(module, &kinds, &offsets, size, align);
    if offsets.iter().all(Option::is_none) {
        return;
    }
    let places = places(module, &offsets);
    let ask = ask_function(module, &kinds);
    let ask = constant(module, kinds.ptr, ConstKind::Func(ask));
    let pointer = constant(module, kinds.word, ConstKind::Int(POINTER));
    for id in module.func_ids() {
        rewrite(module, id, &places, &kinds, (ask, pointer));
    }
}

/// The offset of each thread-local variable in the block, and the block's size and alignment.
fn lay_out(module: &Module) -> (Vec<Option<u64>>, u64, u64) {
    let (mut end, mut align) = (0u64, LEAST_ALIGN);
    let mut offsets = Vec::with_capacity(module.globals.len());
    for global in &module.globals {
        if !global.thread_local || global.init.is_none() {
            offsets.push(None);
            continue;
        }
        let own = layout::variable_align(module, global).max(1);
        let offset = end.next_multiple_of(own);
        end = offset + layout::alloc_size(&module.types, global.ty);
        align = align.max(own);
        offsets.push(Some(offset));
    }
    (offsets, end.next_multiple_of(align), align)
}

fn constant(module: &mut Module, ty: TypeId, kind: ConstKind) -> ConstId {
    module.consts.push(Const { ty, kind });
    ConstId::new(module.consts.len() - 1)
}

/// Makes the first thread's block, and what the library needs for others.
fn define_blocks(
    module: &mut Module,
    kinds: &Kinds,
    offsets: &[Option<u64>],
    size: u64,
    align: u64,
) {
    let (mut fields, mut members, mut at) = (Vec::new(), Vec::new(), 0u64);
    let gap = |module: &mut Module, fields: &mut Vec<TypeId>, bytes: u64| {
        let ty = module.types.intern(Type::Array { elem: kinds.byte, len: bytes });
        fields.push(ty);
        constant(module, ty, ConstKind::Zero)
    };
    for (index, offset) in offsets.iter().enumerate() {
        let (Some(offset), Some(init)) = (*offset, module.globals[index].init) else { continue };
        if offset > at {
            members.push(gap(module, &mut fields, offset - at));
        }
        let ty = module.globals[index].ty;
        fields.push(ty);
        members.push(init);
        at = offset + layout::alloc_size(&module.types, ty);
    }
    if size > at {
        members.push(gap(module, &mut fields, size - at));
    }
    let ty = module.types.intern(Type::Struct { fields, packed: true });
    let init = constant(module, ty, ConstKind::Aggregate(members.into_boxed_slice()));
    if size > 0 {
        module.globals.push(Global {
            name: FIRST_THREAD.to_owned(),
            ty,
            init: Some(init),
            constant: false,
            align: align as u32,
            linkage: Linkage::Internal,
            comdat: None,
            thread_local: false,
            section: None,
        });
    }
    let number = |module: &mut Module, value| constant(module, kinds.word, ConstKind::Int(value));
    let (size, bytes) = (number(module, size), align);
    let align = number(module, align);
    for global in module.globals.iter_mut().filter(|global| global.init.is_none()) {
        let (ty, init) = match global.name.as_str() {
            "__bf_tls_template" => (ty, init),
            "__bf_tls_size" => (kinds.word, size),
            "__bf_tls_align" => (kinds.word, align),
            _ => continue,
        };
        (global.ty, global.init, global.constant) = (ty, Some(init), true);
        global.align = bytes as u32;
    }
}

/// Which constants are addresses in thread-local variables. Compilers write no others that compute
/// with one.
fn places(module: &Module, offsets: &[Option<u64>]) -> Places {
    let mut places: Places = Vec::with_capacity(module.consts.len());
    for constant in &module.consts {
        let at = |id: &ConstId| places.get(id.index()).copied().flatten();
        places.push(match &constant.kind {
            ConstKind::Global(global) => {
                offsets.get(global.index()).copied().flatten().map(|offset| offset as i64)
            }
            ConstKind::Expr(ConstExpr::PtrAdd { base, bytes }) => {
                at(base).map(|base| base.wrapping_add(*bytes))
            }
            ConstKind::Expr(ConstExpr::Cast {
                op: CastOp::PtrToInt | CastOp::IntToPtr | CastOp::Bitcast,
                value,
            }) => at(value),
            _ => None,
        });
    }
    places
}

/// The declaration of `bf_thread`.
fn ask_function(module: &mut Module, kinds: &Kinds) -> FuncId {
    const NAME: &str = "bf_thread";
    if let Some(at) = module.funcs.iter().position(|func| func.name == NAME) {
        return FuncId::new(at);
    }
    module.funcs.push(Function {
        name: NAME.to_owned(),
        ty: kinds.ask,
        linkage: Linkage::External,
        comdat: None,
        params: Vec::new(),
        ret: ParamAttrs::default(),
        flags: FunctionFlags::default(),
        values: Vec::new(),
        instrs: Vec::new(),
        blocks: Vec::new(),
    });
    FuncId::new(module.funcs.len() - 1)
}

/// An instruction of the beginning of a function.
fn made(op: Op, ty: TypeId, result: usize) -> Instr {
    Instr::new(op, ty, Some(ValueId::new(result)))
}

/// Makes one function use the block of the thread that runs it.
fn rewrite(
    module: &mut Module,
    id: FuncId,
    places: &Places,
    kinds: &Kinds,
    (ask, pointer): (ConstId, ConstId),
) {
    let place = |operand: Operand| match operand {
        Operand::Const(id) => places.get(id.index()).copied().flatten(),
        Operand::Value(_) => None,
    };
    let mut used = Vec::new();
    for instr in &module.func(id).instrs {
        instr.op.operands(|operand| {
            if let (Some(_), Operand::Const(id)) = (place(operand), operand)
                && !used.contains(&id)
            {
                used.push(id);
            }
        });
    }
    if used.is_empty() {
        return;
    }
    // The block's address, then each address that is used, in front of everything else.
    let first = module.func(id).params.len();
    let info = CallInfo {
        callee: Operand::Const(ask),
        ty: kinds.ask,
        args: Vec::new(),
        attrs: Vec::new(),
        tail: false,
        must_tail: false,
        fast: FastMath::default(),
    };
    let add = |base: Operand, index: ConstId| Op::Gep {
        ty: kinds.byte,
        base,
        indices: vec![Operand::Const(index)],
        inbounds: false,
    };
    let value = |at: usize| Operand::Value(ValueId::new(at));
    let mut front = vec![
        made(Op::Call(info), kinds.ptr, first),
        made(add(value(first), pointer), kinds.ptr, first + 1),
        made(
            Op::Load { ptr: value(first + 1), align: 8, volatile: false, atomic: None },
            kinds.ptr,
            first + 2,
        ),
    ];
    let own = value(first + 2);
    let mut replaced: Vec<(ConstId, Operand)> = Vec::new();
    for constant_id in used {
        let offset = places[constant_id.index()].unwrap_or(0);
        let offset = constant(module, kinds.word, ConstKind::Int(offset as u64));
        front.push(made(add(own, offset), kinds.ptr, first + front.len()));
        let ty = module.constant(constant_id).ty;
        if ty != kinds.ptr {
            let op = Op::Cast {
                op: CastOp::PtrToInt,
                value: value(first + front.len() - 1),
                wrap: WrapFlags::default(),
            };
            front.push(made(op, ty, first + front.len()));
        }
        replaced.push((constant_id, value(first + front.len() - 1)));
    }
    let count = front.len();
    let func = &mut module.funcs[id.index()];
    for instr in &mut func.instrs {
        if let Some(result) = &mut instr.result {
            *result = ValueId::new(result.index() + count);
        }
        instr.op.operands_mut(|operand| match operand {
            Operand::Value(id) if id.index() >= first => *id = ValueId::new(id.index() + count),
            Operand::Value(_) => {}
            Operand::Const(id) => {
                if let Some((_, new)) = replaced.iter().find(|(old, _)| old == id) {
                    *operand = *new;
                }
            }
        });
    }
    func.values.splice(first..first, front.iter().map(|instr| instr.ty));
    func.instrs.splice(0..0, front);
    for (at, block) in func.blocks.iter_mut().enumerate() {
        let start = if at == 0 { 0 } else { block.instrs.start + count as u32 };
        block.instrs = start..block.instrs.end + count as u32;
    }
}
