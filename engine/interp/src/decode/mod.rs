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
mod fold;
mod fused;
mod intrinsics;
mod members;
mod memory;
mod moves;
mod plan;
mod share;
mod vectors;

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::layout::{ValueFrame, alloc_size};
use bareflow_ir::{BlockId, ConstId, FuncId, Function, Instr, Module, Op, Operand, Type, TypeId};
use bareflow_ir::{Types, ValueId};
use hashbrown::HashMap;

use crate::code::{Code, Counts, Entry, Handler, Inst, Insts, Kept, OsrMove, Switch};
use crate::op::call::Site;
use crate::op::shape::Place;
use crate::op::slow::Function as SlowFunction;
use crate::op::{lanes, limbs, moves as move_ops, slow};
use crate::value::{Format, Lane};
use crate::{Interp, World};

use plan::Plan;

/// What decoding looks up.
#[derive(Clone, Copy)]
pub(crate) struct Env<'a> {
    pub module: &'a Module,
    /// `None` when code is only checked, not run.
    pub interp: Option<&'a Interp>,
    pub world: Option<&'a dyn World>,
}

/// What a value is to the register code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// An integer or pointer of 1 to 64 bits.
    Int(u32),
    /// An integer of 65 to 128 bits.
    Big(u32),
    /// An integer of more bits.
    Huge(u32),
    F32,
    F64,
    /// Half or bfloat.
    Short(Format),
    /// A vector of lanes.
    Vector(Lane, u32),
    /// A struct or array.
    Aggregate,
    Void,
    /// Nothing that can be computed with.
    Other,
}

/// What the scalar or lane type `ty` is.
fn lane_of(types: &Types, ty: TypeId) -> Option<Lane> {
    Some(match types.get(ty) {
        Type::Int(bits @ 1..=128) => Lane::Int(*bits),
        Type::Ptr => Lane::Int(64),
        Type::Half => Lane::Float(Format::Half),
        Type::BFloat => Lane::Float(Format::BFloat),
        Type::Float => Lane::Float(Format::F32),
        Type::Double => Lane::Float(Format::F64),
        _ => return None,
    })
}

fn kind_of(types: &Types, ty: TypeId) -> Kind {
    match types.get(ty) {
        Type::Int(bits @ 1..=64) => Kind::Int(*bits),
        Type::Int(bits @ 65..=128) => Kind::Big(*bits),
        Type::Int(bits) => Kind::Huge(*bits),
        Type::Ptr => Kind::Int(64),
        Type::Half => Kind::Short(Format::Half),
        Type::BFloat => Kind::Short(Format::BFloat),
        Type::Float => Kind::F32,
        Type::Double => Kind::F64,
        Type::Vector { elem, len } => match lane_of(types, *elem) {
            Some(lane) => Kind::Vector(lane, *len),
            None => Kind::Other,
        },
        Type::Array { .. } | Type::Struct { .. } => Kind::Aggregate,
        Type::Void => Kind::Void,
        _ => Kind::Other,
    }
}

/// Whether a register has this width.
const fn regular(bits: u32) -> bool {
    matches!(bits, 8 | 16 | 32 | 64)
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
    let Some(frame) = ValueFrame::of(&env.module.types, func) else {
        return Err(vec!["a frame of more than 2^24 words".into()]);
    };
    let plan = Plan::new(env.module, func, &frame);
    let mut decoder = Decoder::new(*env, func, &frame, plan);
    decoder.emit_all();
    decoder.finish()
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
    fn new(env: Env<'a>, func: &'a Function, frame: &ValueFrame, plan: Plan) -> Self {
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

    // Instructions.

    fn push(&mut self, op: Handler, a: u32, b: u32, c: u32, d: u32) -> usize {
        self.insts.push(Inst { op: Entry { handler: op }, a, b, c, d });
        self.insts.len() - 1
    }

    /// Puts numbers behind an instruction, six in the place of one.
    fn push_operands(&mut self, operands: &[u32]) {
        for chunk in operands.chunks(6) {
            let word = |at: usize| chunk.get(at).copied().unwrap_or(0);
            let first = u64::from(word(0)) | u64::from(word(1)) << 32;
            self.push_raw(first, [word(2), word(3), word(4), word(5)]);
        }
    }

    fn push_raw(&mut self, first: u64, rest: [u32; 4]) {
        let [a, b, c, d] = rest;
        self.insts.push(Inst { op: Entry { word: first }, a, b, c, d });
    }

    /// An instruction with an integer result.
    fn int_result(&mut self, op: Handler, to: u32, b: u32, c: u32, d: u32) {
        self.push(op, to, b, c, d);
        self.wrote(to, 8);
        self.last_int = Some(to);
    }

    /// An instruction with a result of this kind in one word.
    fn result(&mut self, kind: Kind, op: Handler, to: u32, b: u32, c: u32, d: u32) {
        self.push(op, to, b, c, d);
        self.note_result(kind, to);
    }

    /// A result of this kind is at `to` and in its register.
    fn note_result(&mut self, kind: Kind, to: u32) {
        self.wrote(to, 8);
        match kind {
            Kind::F32 => self.last_f32 = Some(to),
            Kind::F64 => self.last_f64 = Some(to),
            _ => self.last_int = Some(to),
        }
    }

    /// An instruction that writes the frame and leaves the result registers alone.
    fn other_result(&mut self, op: Handler, to: u32, b: u32, c: u32, d: u32, bytes: u32) {
        self.push(op, to, b, c, d);
        self.wrote(to, bytes);
    }

    /// What the result registers hold of these bytes is out of date.
    fn wrote(&mut self, at: u32, bytes: u32) {
        let stale = |last: &mut Option<u32>| {
            if last.is_some_and(|place| place < at + bytes.max(8) && at < place + 8) {
                *last = None;
            }
        };
        stale(&mut self.last_int);
        stale(&mut self.last_f64);
        stale(&mut self.last_f32);
    }

    /// The place of an operand that was found before further instructions were emitted.
    fn settled(&self, place: Place) -> Place {
        match place {
            Place::Last(at) if self.last_int != Some(at) => Place::Reg(at),
            _ => place,
        }
    }

    fn forget_last(&mut self) {
        self.last_int = None;
        self.last_f64 = None;
        self.last_f32 = None;
    }

    /// An operation that is an ordinary function.
    fn function(&mut self, function: SlowFunction, to: u32, operands: &[u32]) {
        let count = operands.len().div_ceil(6) as u32;
        let address = function as usize as u64;
        self.push(slow::function, to, count, address as u32, (address >> 32) as u32);
        self.push_operands(operands);
        self.forget_last();
    }

    /// An operation on lanes.
    fn lanes(&mut self, desc: lanes::LaneDesc, to: u32, places: &[u32]) {
        let desc = Kept::new(desc);
        let address = desc.address();
        self.lane_descs.push(desc);
        let mut operands = vec![address as u32, (address >> 32) as u32];
        operands.extend_from_slice(places);
        self.function(lanes::run, to, &operands);
    }

    /// An operation on limbs.
    fn limbs(&mut self, desc: limbs::LimbDesc, to: u32, places: &[u32]) {
        let desc = Kept::new(desc);
        let address = desc.address();
        self.limb_descs.push(desc);
        let mut operands = vec![address as u32, (address >> 32) as u32];
        operands.extend_from_slice(places);
        self.function(limbs::run, to, &operands);
    }

    fn fault(&mut self, fault: slow::Fault) {
        self.push(slow::fault, fault as u32, 0, 0, 0);
    }

    // Places.

    /// `bytes` of scratch space for the instruction being emitted.
    fn scratch(&mut self, bytes: u32) -> u32 {
        let at = self.temp;
        let end = at.saturating_add(bytes.next_multiple_of(8));
        if end > self.temp_end {
            self.refuse("an instruction that needs too much room for temporary values");
            return self.temp_base;
        }
        self.temp = end;
        at
    }

    /// Where a constant lies in the frame.
    fn constant(&mut self, id: ConstId) -> u32 {
        if let Some(at) = self.pool_ids.get(&id) {
            return *at;
        }
        let words = match consts::words(&self.env, id) {
            Ok(words) => words,
            Err(consts::Bad::Unsupported(what)) => {
                self.refuse(what);
                return self.pool_base;
            }
            Err(consts::Bad::Unresolved(symbol)) => {
                let (kind, at) = match symbol {
                    bareflow_ir::Symbol::Func(id) => (0, id.0),
                    bareflow_ir::Symbol::Global(id) => (1, id.0),
                    bareflow_ir::Symbol::Alias(id) => (2, id.0),
                };
                self.push(slow::unresolved, kind, at, 0, 0);
                return self.number(0);
            }
        };
        let at = match *words {
            [word] => self.number(word),
            _ => {
                let at = self.pool_base + self.pool.len() as u32 * 8;
                self.pool.extend_from_slice(&words);
                at
            }
        };
        self.pool_ids.insert(id, at);
        at
    }

    /// Where a number lies in the frame.
    fn number(&mut self, word: u64) -> u32 {
        if let Some(at) = self.pool_words.get(&word) {
            return *at;
        }
        let at = self.pool_base + self.pool.len() as u32 * 8;
        self.pool.push(word);
        self.pool_words.insert(word, at);
        at
    }

    /// Where an operand lies in the frame.
    fn place(&mut self, operand: Operand) -> u32 {
        match operand {
            Operand::Value(id) => self.value(id),
            Operand::Const(id) => self.constant(id),
        }
    }

    fn value(&mut self, id: ValueId) -> u32 {
        self.places[id.index()]
    }

    /// An operand of an instruction that takes integers from a result register.
    fn source(&mut self, operand: Operand) -> Place {
        let at = self.place(operand);
        if self.last_int == Some(at) { Place::Last(at) } else { Place::Reg(at) }
    }

    fn source_float(&mut self, operand: Operand, double: bool) -> Place {
        let at = self.place(operand);
        let last = if double { self.last_f64 } else { self.last_f32 };
        if last == Some(at) { Place::Last(at) } else { Place::Reg(at) }
    }

    /// An integer operand of `bits` that may stand in the instruction.
    fn source_or_number(&mut self, operand: Operand, bits: u32) -> Place {
        match self.number_of(operand, bits) {
            Some(number) => match i32::try_from(number) {
                Ok(number) => Place::Imm(number),
                Err(_) => self.source(operand),
            },
            None => self.source(operand),
        }
    }

    /// The value of a constant integer operand that has no address in it, sign-extended.
    fn number_of(&self, operand: Operand, bits: u32) -> Option<i64> {
        let Operand::Const(id) = operand else { return None };
        plan::number(self.env.module, id, bits)
    }

    // The whole.

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
        for at in range {
            let instr = &func.instrs[at as usize];
            self.at = at;
            self.temp = self.temp_base;
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
            Op::LandingPad => self.fault(slow::Fault::Unwind),
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
