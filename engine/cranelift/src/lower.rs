//! The state of one translation from the IR to Cranelift's.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{BlockId, Operand, TypeId, Types, ValueId};
use cranelift_codegen::ir::immediates::Imm64;
use cranelift_codegen::ir::{
    self as clif, Block, InstBuilder, MemFlagsData, StackSlot, StackSlotData, StackSlotKind, Value,
    types,
};
use cranelift_frontend::{FunctionBuilder, Variable};

use crate::addr::{Addr, Base};
use crate::names::Names;
use crate::promote::Promotion;
use crate::room::Room;
use crate::shape::{self, Shape};
use crate::source::Source;
use crate::wrap;
use bareflow_object::CpuFeatures;

/// Why a function cannot be compiled, in words.
#[derive(Debug)]
pub(crate) struct Refusal(pub(crate) String);

pub(crate) type Res<T> = Result<T, Refusal>;

impl Refusal {
    /// The same with the kind of instruction that it is about.
    pub(crate) fn at(self, instr: &bareflow_ir::Instr) -> Self {
        let text = format!("{:?}", instr.op);
        let end = text.find([' ', '(']).unwrap_or(text.len());
        Self(format!("{} (in `{}`)", self.0, text[..end].to_lowercase()))
    }
}

/// Refuses with a description.
pub(crate) fn refuse<T>(what: impl Into<String>) -> Res<T> {
    Err(Refusal(what.into()))
}

/// Where the pieces of an IR value are.
#[derive(Clone, Copy, Debug)]
enum Slot {
    Empty,
    One(Value),
    Many {
        first: u32,
        len: u32,
    },
    Addr(Addr),
    /// Assigned in several places; on-stack replacement makes such.
    Vars {
        first: u32,
        len: u32,
    },
}

/// The translation of one function.
pub(crate) struct Lower<'a, 'b> {
    pub(crate) src: Source<'a>,
    pub(crate) b: FunctionBuilder<'b>,
    pub(crate) cpu: CpuFeatures,
    pub(crate) names: Names,
    /// Cranelift's block for each block that is translated.
    pub(crate) blocks: Vec<Option<Block>>,
    /// The block in translation.
    pub(crate) current: BlockId,
    pub(crate) promotion: Promotion,
    pub(crate) frame: Frame,
    /// What stands before the body.
    pub(crate) wrap: wrap::Entry,
    /// Values that came from the interpreter's frame.
    pub(crate) entry_values: Vec<ValueId>,
    /// Position of each value's definition in the function; empty at levels that do not look
    /// at definitions.
    pub(crate) defs: Vec<u32>,
    slots: Vec<Slot>,
    arena: Vec<Value>,
    vars: Vec<Variable>,
    shapes: Vec<Option<Shape>>,
    piece_types: Vec<Option<Rc<[clif::Type]>>>,
}

/// What a return needs to know.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Frame {
    /// Where a result in memory goes.
    pub(crate) hidden: Option<Value>,
    /// The `sret` argument, which is given back.
    pub(crate) sret: Option<ValueId>,
    /// Where the side stack's words are, if the function moves it.
    pub(crate) words: Option<Value>,
    /// The side stack as it was at the entry, if the function moves it.
    pub(crate) side: Option<Value>,
    /// Where calls that must not use stack leave their arguments, if there are such calls.
    pub(crate) tail: Option<Room>,
    /// The function starts in the middle: its static allocas are its caller's.
    pub(crate) osr: bool,
}

impl<'a, 'b> Lower<'a, 'b> {
    pub(crate) fn new(src: Source<'a>, b: FunctionBuilder<'b>, cpu: CpuFeatures) -> Self {
        Self {
            src,
            b,
            cpu,
            names: Names::default(),
            blocks: vec![None; src.func.blocks.len()],
            current: BlockId(0),
            promotion: Promotion::default(),
            frame: Frame::default(),
            wrap: wrap::Entry::default(),
            entry_values: Vec::new(),
            defs: Vec::new(),
            slots: vec![Slot::Empty; src.func.values.len()],
            arena: Vec::new(),
            vars: Vec::new(),
            shapes: vec![None; src.types().len()],
            piece_types: vec![None; src.types().len()],
        }
    }

    pub(crate) fn types(&self) -> &'a Types {
        self.src.types()
    }

    /// The form of a type.
    pub(crate) fn shape(&mut self, ty: TypeId) -> Res<Shape> {
        if let Some(shape) = self.shapes[ty.index()] {
            return Ok(shape);
        }
        match Shape::of(self.types(), ty) {
            Ok(shape) => {
                self.shapes[ty.index()] = Some(shape);
                Ok(shape)
            }
            Err(what) => refuse(what),
        }
    }

    /// The Cranelift types of the pieces of a type.
    pub(crate) fn piece_types(&mut self, ty: TypeId) -> Res<Rc<[clif::Type]>> {
        if let Some(list) = &self.piece_types[ty.index()] {
            return Ok(list.clone());
        }
        let mut list = Vec::new();
        if let Err(what) = shape::pieces(self.types(), ty, &mut list) {
            return refuse(what);
        }
        let list: Rc<[clif::Type]> = list.into();
        self.piece_types[ty.index()] = Some(list.clone());
        Ok(list)
    }

    // Values.

    /// Makes `pieces` the value of `id`.
    pub(crate) fn set(&mut self, id: ValueId, pieces: &[Value]) {
        if let Slot::Vars { first, len } = self.slots[id.index()] {
            let vars = &self.vars[first as usize..][..len as usize];
            for (var, piece) in vars.iter().zip(pieces) {
                self.b.def_var(*var, *piece);
            }
            return;
        }
        self.slots[id.index()] = match pieces {
            [one] => Slot::One(*one),
            _ => {
                let first = self.arena.len() as u32;
                self.arena.extend_from_slice(pieces);
                Slot::Many { first, len: pieces.len() as u32 }
            }
        };
    }

    /// Makes an address the value of `id`.
    pub(crate) fn set_addr(&mut self, id: ValueId, addr: Addr) {
        if matches!(self.slots[id.index()], Slot::Vars { .. }) {
            let value = self.addr_value(addr);
            self.set(id, &[value]);
        } else {
            self.slots[id.index()] = Slot::Addr(addr);
        }
    }

    /// Lets `id` be assigned in several places.
    pub(crate) fn make_merged(&mut self, id: ValueId) -> Res<()> {
        let first = self.vars.len() as u32;
        let list = self.piece_types(self.src.func.value_type(id))?;
        for ty in list.iter() {
            let var = self.b.declare_var(*ty);
            self.vars.push(var);
        }
        self.slots[id.index()] = Slot::Vars { first, len: list.len() as u32 };
        Ok(())
    }

    /// The pieces of an operand.
    pub(crate) fn pieces(&mut self, operand: Operand) -> Res<Vec<Value>> {
        match operand {
            Operand::Const(id) => {
                let mut out = Vec::new();
                self.constant(id, &mut out)?;
                Ok(out)
            }
            Operand::Value(id) => Ok(match self.slots[id.index()] {
                Slot::Empty => match self.piece_types(self.src.func.value_type(id))?.len() {
                    0 => Vec::new(),
                    _ => return refuse("a value used before it is made"),
                },
                Slot::One(value) => vec![value],
                Slot::Many { first, len } => {
                    self.arena[first as usize..(first + len) as usize].to_vec()
                }
                Slot::Addr(addr) => vec![self.addr_value(addr)],
                Slot::Vars { first, len } => (first..first + len)
                    .map(|index| self.b.use_var(self.vars[index as usize]))
                    .collect(),
            }),
        }
    }

    /// The only piece of an operand.
    pub(crate) fn one(&mut self, operand: Operand) -> Res<Value> {
        if let Operand::Value(id) = operand
            && let Slot::One(value) = self.slots[id.index()]
        {
            return Ok(value);
        }
        match self.pieces(operand)?[..] {
            [one] => Ok(one),
            _ => refuse("an operand of several parts where one is needed"),
        }
    }

    /// An operand as an address.
    pub(crate) fn addr(&mut self, operand: Operand) -> Res<Addr> {
        match operand {
            Operand::Value(id) => {
                if let Slot::Addr(addr) = self.slots[id.index()] {
                    return Ok(addr);
                }
            }
            Operand::Const(id) => {
                if let Some(addr) = self.constant_addr(id)? {
                    return Ok(addr);
                }
            }
        }
        Ok(Addr { base: Base::Value(self.one(operand)?), offset: 0 })
    }

    /// An address as a value.
    pub(crate) fn addr_value(&mut self, addr: Addr) -> Value {
        let addr = self.near(addr);
        match addr.base {
            // Cranelift takes no address before a slot, which a program may form and not use.
            Base::Stack(slot) if addr.offset >= 0 => {
                self.b.ins().stack_addr(types::I64, slot, addr.offset as i32)
            }
            _ => {
                let base = self.base_value(addr.base);
                self.add_const(base, addr.offset)
            }
        }
    }

    /// The same address with an offset that fits an instruction.
    pub(crate) fn near(&mut self, addr: Addr) -> Addr {
        if i32::try_from(addr.offset).is_ok() {
            return addr;
        }
        let base = self.base_value(addr.base);
        Addr { base: Base::Value(self.add_const(base, addr.offset)), offset: 0 }
    }

    pub(crate) fn base_value(&mut self, base: Base) -> Value {
        match base {
            Base::Value(value) => value,
            Base::Stack(slot) => self.b.ins().stack_addr(types::I64, slot, 0),
            Base::Symbol(symbol) => self.b.ins().symbol_value(types::I64, symbol),
        }
    }

    // Small instructions.

    /// An integer constant; bits beyond the type are dropped.
    pub(crate) fn int(&mut self, ty: clif::Type, value: u64) -> Value {
        match ty.bits() {
            128 => {
                let low = self.b.ins().iconst(types::I64, value as i64);
                self.b.ins().uextend(types::I128, low)
            }
            64 => self.b.ins().iconst(ty, value as i64),
            bits => self.b.ins().iconst(ty, Imm64::new((value & ((1 << bits) - 1)) as i64)),
        }
    }

    /// An integer constant of up to 128 bits.
    pub(crate) fn long(&mut self, ty: clif::Type, value: u128) -> Value {
        if ty != types::I128 {
            return self.int(ty, value as u64);
        }
        let low = self.int(types::I64, value as u64);
        if value >> 64 == 0 {
            return self.b.ins().uextend(types::I128, low);
        }
        let high = self.int(types::I64, (value >> 64) as u64);
        self.b.ins().iconcat(low, high)
    }

    pub(crate) fn add_const(&mut self, value: Value, distance: i64) -> Value {
        if distance == 0 {
            return value;
        }
        let ty = self.b.func.dfg.value_type(value);
        let distance = self.int(ty, distance as u64);
        self.b.ins().iadd(value, distance)
    }

    pub(crate) fn ty(&self, value: Value) -> clif::Type {
        self.b.func.dfg.value_type(value)
    }

    /// The same bits as another type of the same size.
    pub(crate) fn cast_bits(&mut self, to: clif::Type, value: Value) -> Value {
        if self.ty(value) == to {
            return value;
        }
        let flags = MemFlagsData::new().with_endianness(clif::Endianness::Little);
        self.b.ins().bitcast(to, flags, value)
    }

    /// Zero of any piece type.
    pub(crate) fn zero(&mut self, ty: clif::Type) -> Value {
        if ty.is_vector() {
            let zero = self.b.func.dfg.constants.insert(vec![0u8; 16].into());
            self.b.ins().vconst(ty, zero)
        } else if ty == types::F32 {
            self.b.ins().f32const(clif::immediates::Ieee32::with_bits(0))
        } else if ty == types::F64 {
            self.b.ins().f64const(clif::immediates::Ieee64::with_bits(0))
        } else {
            self.int(ty, 0)
        }
    }

    /// A vector constant.
    pub(crate) fn vector(&mut self, ty: clif::Type, bytes: [u8; 16]) -> Value {
        let constant = self.b.func.dfg.constants.insert(bytes.to_vec().into());
        self.b.ins().vconst(ty, constant)
    }

    /// Room on the stack; alignments above 16 are the caller's business.
    pub(crate) fn stack_slot(&mut self, size: u64, align: u64) -> Res<StackSlot> {
        let Ok(size) = u32::try_from(size) else {
            return refuse(format!("{size} bytes on the stack"));
        };
        if size > 1 << 28 {
            return refuse(format!("{size} bytes on the stack"));
        }
        let shift = align.clamp(1, 16).trailing_zeros() as u8;
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, size, shift);
        Ok(self.b.create_sized_stack_slot(data))
    }
}
