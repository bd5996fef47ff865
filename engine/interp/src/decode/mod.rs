//! From the IR of one function to register code.
//!
//! [`plan`] decides first what becomes part of what (addresses of loads, comparisons of
//! branches, values that share a place); then the blocks are emitted in reverse post-order, so
//! that a value is placed before it is used.

mod address;
mod arith;
mod atomic;
mod calls;
mod casts;
mod consts;
mod control;
mod fits;
mod fold;
mod fused;
mod intrinsics;
mod kind;
mod members;
mod memory;
mod moves;
mod places;
mod plain;
mod plan;
mod push;
mod share;
mod vectors;

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::Types;
use bareflow_ir::layout::{ValueFrame, alloc_size};
use bareflow_ir::{BlockId, ConstId, FuncId, Function, Instr, Module, Op, Operand, Type, TypeId};
use hashbrown::HashMap;

use crate::World;
use crate::code::{Code, Counts, Insts, Kept};
use crate::machine::Functions;
use crate::machine::{Inst, OsrMove};
use crate::op::site::Site;
use crate::op::switch::Switch;
use crate::op::{lanes, limbs, moves as move_ops};
use crate::value::Fault;

use kind::{Kind, kind_of, lane_of, regular};
pub(crate) use plain::Plain;
use plan::Plan;

/// What decoding looks up.
#[derive(Clone, Copy)]
pub(crate) struct Env<'a> {
    pub module: &'a Module,
    /// What the code is going to run with; `None` when it is only checked.
    pub running: Option<(&'a Functions, &'a dyn World)>,
    /// Count of one back edge at which a loop is first reported.
    pub hot_loops: u64,
}

/// Decodes a definition.
///
/// # Errors
/// Everything in it that cannot be interpreted, in words.
pub(crate) fn function(env: &Env<'_>, id: FuncId) -> Result<Code, Vec<String>> {
    let func = env.module.func(id);
    let refused = env.module.refused.iter();
    let own = refused.filter(|one| one.symbol == bareflow_ir::Symbol::Func(id));
    let why: Vec<String> = own.map(|one| one.why.clone()).collect();
    if !why.is_empty() {
        return Err(why);
    }
    if let Some(why) = long_float(env.module, func) {
        return Err(vec![why]);
    }
    let Some(frame) = ValueFrame::of(&env.module.types, func) else {
        return Err(vec!["a frame of more than 2^24 words".into()]);
    };
    let plan = Plan::new(env.module, func, &frame);
    let mut decoder = Decoder::new(*env, id, &frame, plan);
    decoder.emit_all();
    decoder.finish()
}

/// Why a function with floats of 80 or 128 bits is not run: whoever links a program has made others of those that it
/// can (`bareflow_program`).
fn long_float(module: &Module, func: &Function) -> Option<String> {
    let of = |ty: Type, why: &str| {
        let long = module.types.find(&ty)?;
        let is = |ty: TypeId| module.types.scalar(ty) == long;
        let of_constant =
            |operand| matches!(operand, Operand::Const(id) if is(module.constant(id).ty));
        let mut found = func.values.iter().any(|ty| is(*ty));
        for instr in &func.instrs {
            instr.op.operands(|operand| found |= of_constant(operand));
        }
        found.then(|| why.into())
    };
    of(Type::X86Fp80, "floats of 80 bits (long double)")
        .or_else(|| of(Type::Fp128, "floats of 128 bits (__float128)"))
}

/// Where a jump goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Label {
    Block(BlockId),
    /// Moves and a jump behind the code, by number.
    Stub(u32),
}

/// An edge whose moves stand behind the code.
#[derive(Clone, Copy, Debug)]
struct Stub {
    from: BlockId,
    to: BlockId,
}

struct Decoder<'a> {
    env: Env<'a>,
    id: FuncId,
    func: &'a Function,
    plan: Plan,
    /// Where each value is kept.
    places: Vec<u32>,
    insts: Vec<Inst>,
    errors: Vec<String>,
    /// Words of constants, and where they lie in the frame.
    pool: Vec<u64>,
    pool_base: u32,
    pool_words: HashMap<u64, u32>,
    pool_ids: HashMap<ConstId, u32>,
    /// Scratch space of one instruction.
    temp_base: u32,
    temp_end: u32,
    temp: u32,
    /// Places of what the three result registers hold.
    last_int: Option<u32>,
    last_f64: Option<u32>,
    last_f32: Option<u32>,
    /// Jumps to be patched: instruction, target.
    jumps: Vec<(usize, Label)>,
    block_starts: Vec<Option<u32>>,
    stub_starts: Vec<u32>,
    stubs: Vec<Stub>,
    /// Calls, whose operand `b` gets the end of the frame.
    frame_ends: Vec<usize>,
    blocks: Vec<(u32, BlockId)>,
    back_edges: Vec<(u32, BlockId)>,
    osr_moves: Vec<OsrMove>,
    counts: Vec<Counts>,
    switches: Vec<(Switch, u32, Vec<Label>)>,
    sites: Vec<Kept<Site>>,
    lane_descs: Vec<Kept<lanes::LaneDesc>>,
    limb_descs: Vec<Kept<limbs::LimbDesc>>,
    constants_at: usize,
    /// Instruction being emitted, by position in the function.
    at: u32,
}

impl<'a> Decoder<'a> {
    fn new(env: Env<'a>, id: FuncId, frame: &ValueFrame, plan: Plan) -> Self {
        let func = env.module.func(id);
        let blocks = func.blocks.len();
        let mut places: Vec<u32> = frame.word.iter().map(|word| word * 8).collect();
        let mut osr_moves = Vec::new();
        for (value, shared) in plan.shares.iter().enumerate() {
            if let Some(with) = shared {
                let (to, from) = (places[value], frame.word[with.index()] * 8);
                let bytes = alloc_size(&env.module.types, func.values[value]).next_multiple_of(8);
                osr_moves.push(OsrMove::Copy { to, from, bytes: bytes as u32 });
                places[value] = from;
            }
        }
        Self {
            env,
            id,
            func,
            places,
            insts: Vec::new(),
            errors: Vec::new(),
            pool: Vec::new(),
            pool_base: plan.frame_end,
            pool_words: HashMap::new(),
            pool_ids: HashMap::new(),
            temp_base: plan.temp_base,
            temp_end: plan.temp_end,
            temp: plan.temp_base,
            last_int: None,
            last_f64: None,
            last_f32: None,
            jumps: Vec::new(),
            block_starts: vec![None; blocks],
            stub_starts: Vec::new(),
            stubs: Vec::new(),
            frame_ends: Vec::new(),
            blocks: Vec::new(),
            back_edges: Vec::new(),
            osr_moves,
            counts: vec![Counts::None; blocks],
            switches: Vec::new(),
            sites: Vec::new(),
            lane_descs: Vec::new(),
            limb_descs: Vec::new(),
            constants_at: 0,
            at: 0,
            plan,
        }
    }

    fn types(&self) -> &'a Types {
        &self.env.module.types
    }

    fn type_of(&self, operand: Operand) -> TypeId {
        self.func.operand_type(self.env.module, operand)
    }

    fn kind(&self, operand: Operand) -> Kind {
        kind_of(self.types(), self.type_of(operand))
    }

    /// Notes that something cannot be interpreted. The code made meanwhile never runs.
    fn refuse(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.errors.contains(&what) {
            self.errors.push(what);
        }
    }

    fn emit_all(&mut self) {
        self.constants_at = self.push(move_ops::constants, 0, 0, 0, 0);
        if self.plan.saves_high {
            self.push(crate::op::call::save_high, 0, 0, 0, 0);
        }
        let order = core::mem::take(&mut self.plan.cfg.order);
        for (index, block) in order.iter().enumerate() {
            self.emit_block(*block, order.get(index + 1).copied());
        }
        self.plan.cfg.order = order;
        self.emit_stubs();
    }

    fn emit_block(&mut self, block: BlockId, next: Option<BlockId>) {
        let start = self.insts.len() as u32;
        self.block_starts[block.index()] = Some(start);
        self.blocks.push((start, block));
        self.forget_last();
        let func = self.func;
        let range = func.blocks[block.index()].instrs.clone();
        let range_start = range.start;
        for at in range {
            let instr = &func.instrs[at as usize];
            self.at = at;
            self.temp = self.temp_base;
            if func.tail_call(block).is_some_and(|(place, _)| range_start + place as u32 == at)
                && self.emit_tail_call(instr)
            {
                return;
            }
            if instr.op.is_terminator() {
                self.emit_terminator(block, instr, next);
            } else if instr.result.is_none_or(|value| !self.plan.folded[value.index()]) {
                self.emit(instr);
            }
        }
    }

    fn emit(&mut self, instr: &'a Instr) {
        let to = match instr.result {
            Some(value) => self.value(value),
            None => self.temp_base,
        };
        match &instr.op {
            Op::Binary { op, lhs, rhs, .. } => self.emit_binary(*op, *lhs, *rhs, instr.ty, to),
            Op::FNeg { value, .. } => self.emit_negate(*value, instr.ty, to),
            Op::Freeze { value } => self.emit_same(instr, *value, to),
            Op::Cast { op, value, .. } => self.emit_cast(instr, *op, *value, to),
            Op::ICmp { pred, lhs, rhs } => self.emit_icmp(*pred, *lhs, *rhs, to),
            Op::FCmp { pred, lhs, rhs, .. } => self.emit_fcmp(*pred, *lhs, *rhs, to),
            Op::Select { cond, then, other } => {
                self.emit_select(*cond, *then, *other, instr.ty, to);
            }
            Op::Alloca { ty, count, align } => self.emit_alloca(instr, *ty, *count, *align, to),
            Op::Load { ptr, atomic: Some(_), .. } if self.emit_wide_load(instr, *ptr, to) => {}
            Op::Load { ptr, .. } => self.emit_load(instr, *ptr, to),
            Op::Store { ptr, value, atomic, .. } => self.emit_store(*ptr, *value, *atomic),
            Op::Gep { ty, base, indices, .. } => self.emit_gep(instr, *ty, *base, indices, to),
            Op::ExtractValue { agg, path } => self.emit_extract_value(*agg, path, to),
            Op::InsertValue { agg, value, path } => {
                self.emit_insert_value(instr, *agg, *value, path, to);
            }
            Op::ExtractElement { vec, index } => self.emit_extract(instr, *vec, *index, to),
            Op::InsertElement { vec, value, index } => {
                self.emit_insert(instr, *vec, *value, *index, to);
            }
            Op::ShuffleVector { a, b, mask } => self.emit_shuffle(instr, *a, *b, mask, to),
            Op::AtomicRmw { op, ptr, value, .. } => self.emit_rmw(*op, *ptr, *value, to),
            Op::CmpXchg { ptr, expected, new, .. } => {
                self.emit_exchange(instr, *ptr, *expected, *new, to);
            }
            Op::Fence { .. } => {
                self.function(crate::op::atomic::fence, to, &[]);
            }
            Op::VaArg { list } => self.emit_va_arg(instr, *list, to),
            // Written along the edges.
            Op::Phi { .. } => {}
            Op::Call(call) => self.emit_call(instr, call, to),
            Op::LandingPad { .. } => self.fault(Fault::Unwind),
            _ => {}
        }
    }

    fn finish(mut self) -> Result<Code, Vec<String>> {
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        let frame_bytes = (self.pool_base + self.pool.len() as u32 * 8).next_multiple_of(16);
        self.patch(frame_bytes);
        let switches = self.patch_switches();
        let consts = self.pool;
        let from = consts.as_ptr() as u64;
        let first = &mut self.insts[self.constants_at];
        first.a = self.pool_base;
        first.b = consts.len() as u32;
        (first.c, first.d) = (from as u32, (from >> 32) as u32);
        Ok(Code {
            insts: Insts::new(self.insts),
            consts,
            frame_bytes,
            saves_high: self.plan.saves_high,
            blocks: self.blocks,
            back_edges: self.back_edges,
            osr_moves: self.osr_moves,
            counts: self.counts,
            switches,
            sites: self.sites,
            lane_descs: self.lane_descs,
            limb_descs: self.limb_descs,
        })
    }
}
