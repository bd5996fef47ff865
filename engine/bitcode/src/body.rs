//! Function bodies: values by number, blocks, and the loop over the records.
//!
//! An instruction's operands are numbers relative to the number its own result would have.
//! Constants of the module come first, then parameters, constants of the function, results.
//! A result's number is known before its instruction is read, so that forward references need
//! no placeholders; their types are checked at the end.

use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::{
    Block, BlockId, Clause, ConstKind, FuncId, Instr, LocationId, Op, Operand, Symbol, Type,
    TypeId, ValueId,
};

use crate::codes::{block, func};
use crate::debug::Debug;
use crate::error::Cause;
use crate::ops::{Ops, to_id};
use crate::reader::{Reader, Value};
use crate::stream::{self, Item, Record};

/// A function that is being read.
pub(crate) struct Body<'r> {
    pub(crate) reader: &'r mut Reader,
    pub(crate) debug: Debug<'r>,
    /// Number of values of the module.
    globals: u32,
    params: u32,
    /// Types of the values so far.
    values: Vec<TypeId>,
    instrs: Vec<Instr>,
    blocks: Vec<Block>,
    /// How many instructions there were before the last record of one.
    located: usize,
    /// How many blocks there shall be.
    declared: Option<u32>,
    /// What was said about values that come later.
    forwards: Vec<(ValueId, TypeId)>,
    /// Result type of the function.
    pub(crate) ret: TypeId,
    pub(crate) void: TypeId,
    pub(crate) ptr: TypeId,
    pub(crate) bit: TypeId,
}

impl Reader {
    /// Reads the body of the function that is defined at position `at`; gives its id.
    pub(crate) fn function_body(&mut self, at: usize, bytes: &[u8]) -> Result<FuncId, Cause> {
        let block = self.bodies[at].restore(bytes)?;
        let id = self.defined[at];
        self.function = Some(id);
        let globals = self.values.len();
        let why = match self.refused(id) {
            Some(why) => Some(why),
            None => match self.body(id, block, bytes) {
                Ok(()) => None,
                Err(Cause::Unsupported(why)) => {
                    self.charge(64 + why.len())?;
                    self.refuse(Symbol::Func(id), &why);
                    Some(why)
                }
                Err(cause) => return Err(cause),
            },
        };
        self.values.truncate(globals);
        if why.is_some() {
            self.unreachable_body(id)?;
        }
        self.function = None;
        Ok(id)
    }

    fn refused(&self, id: FuncId) -> Option<String> {
        let refused = &self.module.refused;
        refused.iter().find(|r| r.symbol == Symbol::Func(id)).map(|r| r.why.clone())
    }

    /// Gives a function that is not supported a body that says so.
    fn unreachable_body(&mut self, id: FuncId) -> Result<(), Cause> {
        let void = self.module.types.intern(Type::Void);
        let ty = self.module.func(id).ty;
        let params = match self.module.types.signature(ty) {
            Some((_, params, _)) => params.to_vec(),
            None => Vec::new(),
        };
        self.charge(256 + 4 * params.len())?;
        let function = &mut self.module.funcs[id.index()];
        function.values = params;
        function.instrs = alloc::vec![Instr::new(Op::Unreachable, void, None)];
        function.blocks = alloc::vec![Block { instrs: 0..1 }];
        Ok(())
    }

    fn body(&mut self, id: FuncId, block: stream::Block<'_>, file: &[u8]) -> Result<(), Cause> {
        let types = &mut self.module.types;
        let (void, ptr) = (types.intern(Type::Void), types.intern(Type::Ptr));
        let bit = types.intern(Type::Int(1));
        let signature = types.signature(self.module.funcs[id.index()].ty);
        let (ret, params, _) = signature.ok_or(Cause::Malformed("a function without a type"))?;
        let (values, globals) = (params.to_vec(), to_id(self.values.len() as u64)?);
        let params = values.len() as u32;
        self.charge(4 * values.len())?;
        let mut body = Body {
            reader: self,
            debug: Debug::new(file),
            globals,
            params,
            values,
            instrs: Vec::new(),
            blocks: Vec::new(),
            located: 0,
            declared: None,
            forwards: Vec::new(),
            ret,
            void,
            ptr,
            bit,
        };
        let read = body.read(block).and_then(|()| body.check());
        body.debug.leave(body.reader);
        read?;
        let Body { mut values, mut instrs, mut blocks, .. } = body;
        values.shrink_to_fit();
        instrs.shrink_to_fit();
        blocks.shrink_to_fit();
        let function = &mut self.module.funcs[id.index()];
        (function.values, function.instrs, function.blocks) = (values, instrs, blocks);
        Ok(())
    }
}

impl Body<'_> {
    fn read(&mut self, mut block: stream::Block<'_>) -> Result<(), Cause> {
        let mut record = Record::default();
        loop {
            match self.reader.next(&mut block, &mut record)? {
                Item::End => return Ok(()),
                Item::Block(inner) => {
                    if inner.id == block::CONSTANTS {
                        if self.reader.values.len() != self.globals as usize
                            || !self.instrs.is_empty()
                        {
                            return Err(Cause::Malformed("constants in the middle of a function"));
                        }
                        self.reader.constants_block(inner, self.params)?;
                    } else if inner.id == block::METADATA {
                        self.debug.block(&inner);
                    }
                }
                Item::Record if record.code == func::DEBUG_LOC => {
                    let location = self.debug.location(self.reader, &record.ops)?;
                    self.locate(location);
                }
                Item::Record => self.record(record.code, Ops::new(&record.ops))?,
            }
        }
    }

    fn record(&mut self, code: u32, mut ops: Ops<'_>) -> Result<(), Cause> {
        match code {
            func::DECLAREBLOCKS => {
                self.declared = Some(ops.id()?);
                Ok(())
            }
            func::DEBUG_LOC_AGAIN => {
                self.locate(self.debug.again());
                Ok(())
            }
            func::OPERAND_BUNDLE
            | func::BLOCKADDR_USERS
            | func::DEBUG_RECORD_FIRST..=func::DEBUG_RECORD_LAST => Ok(()),
            _ if self.declared.is_none_or(|count| self.blocks.len() >= count as usize) => {
                Err(Cause::Malformed("an instruction after the last block"))
            }
            _ => {
                self.located = self.instrs.len();
                self.instruction(code, ops)
            }
        }
    }

    /// Says where the instructions of the last record come from.
    fn locate(&mut self, location: Option<LocationId>) {
        for instr in self.instrs.iter_mut().skip(self.located) {
            instr.location = location;
        }
    }

    /// What must hold once all records are read.
    fn check(&self) -> Result<(), Cause> {
        if self.blocks.is_empty() || self.declared != Some(self.blocks.len() as u32) {
            return Err(Cause::Malformed("another number of blocks than declared"));
        }
        if self.blocks.last().is_some_and(|last| last.instrs.end as usize != self.instrs.len()) {
            return Err(Cause::Malformed("a block without a terminator"));
        }
        for (value, ty) in &self.forwards {
            match self.values.get(value.index()) {
                Some(found) if found == ty => {}
                Some(_) => {
                    return Err(Cause::Malformed("a value used before it with another type"));
                }
                None => return Err(Cause::Malformed("a value that does not exist")),
            }
        }
        Ok(())
    }

    /// Appends an instruction.
    pub(crate) fn push(&mut self, op: Op, ty: TypeId) -> Result<(), Cause> {
        let payload = match &op {
            Op::Call(call) | Op::Invoke { call, .. } => {
                call.args.len() * size_of::<Operand>()
                    + call.attrs.len() * size_of::<bareflow_ir::ParamAttrs>()
            }
            Op::Gep { indices, .. } => indices.len() * size_of::<Operand>(),
            Op::Phi { incoming } => incoming.len() * size_of::<(Operand, BlockId)>(),
            Op::Switch { cases, .. } => cases.len() * 8,
            Op::ShuffleVector { mask, .. } => mask.len() * 8,
            Op::IndirectBr { targets, .. } => targets.len() * 4,
            Op::LandingPad { clauses, .. } => clauses.len() * size_of::<Clause>(),
            Op::ExtractValue { path, .. } | Op::InsertValue { path, .. } => path.len() * 4,
            _ => 0,
        };
        self.reader.charge(size_of::<Instr>() + payload)?;
        let result = (ty != self.void).then(|| ValueId::new(self.values.len()));
        if result.is_some() {
            self.reader.charge(size_of::<TypeId>())?;
            self.values.push(ty);
        }
        let ends = op.is_terminator();
        // Growing by a half bounds what is unused while a large function is read.
        if self.instrs.len() == self.instrs.capacity() {
            self.instrs.reserve_exact(self.instrs.len() / 2 + 16);
        }
        self.instrs.push(Instr::new(op, ty, result));
        if ends {
            self.reader.charge(size_of::<Block>())?;
            let start = self.blocks.last().map_or(0, |before| before.instrs.end);
            self.blocks.push(Block { instrs: start..to_id(self.instrs.len() as u64)? });
        }
        Ok(())
    }

    /// A block by its number.
    pub(crate) fn target(&self, number: u64) -> Result<BlockId, Cause> {
        match to_id(number)? {
            number if Some(number) < self.declared => Ok(BlockId(number)),
            _ => Err(Cause::Malformed("a block that does not exist")),
        }
    }

    /// The number that the next result gets.
    fn next_number(&self) -> u32 {
        (self.reader.values.len() + self.values.len()) as u32
    }

    /// A value by its number, with its type if that is known yet.
    fn find(&self, number: u32) -> Result<(Found, Option<TypeId>), Cause> {
        let (params, constants) = (self.params, self.reader.values.len() as u32);
        let table = if number < self.globals {
            number
        } else if number < self.globals + params {
            let id = ValueId(number - self.globals);
            return Ok((Found::Operand(Operand::Value(id)), Some(self.values[id.index()])));
        } else if number < constants + params {
            number - params
        } else {
            let id = ValueId(number - constants);
            return Ok((Found::Operand(Operand::Value(id)), self.values.get(id.index()).copied()));
        };
        match self.reader.values[table as usize] {
            Value::Const(id) => {
                let ty = self.reader.module.constant(id).ty;
                Ok((Found::Operand(Operand::Const(id)), Some(ty)))
            }
            Value::Asm(asm) => Ok((Found::Asm(asm), Some(self.ptr))),
            Value::Bad(why) => Err(Cause::Unsupported(self.reader.reasons[why as usize].clone())),
            Value::Waiting(_) => Err(Cause::Malformed("a constant that was never built")),
        }
    }

    pub(crate) fn relative(&self, distance: u64) -> u32 {
        // Distances to later values are negative and written as 32 bits.
        self.next_number().wrapping_sub(distance as u32)
    }

    /// A callee: like [`Body::pair`], but assembly is allowed.
    pub(crate) fn callee(&mut self, ops: &mut Ops<'_>) -> Result<Found, Cause> {
        let number = self.relative(ops.next()?);
        let (found, ty) = self.find(number)?;
        if ty.is_none() {
            let ty = self.reader.types.get(ops.next()?)?;
            self.expect(&found, ty)?;
        }
        Ok(found)
    }

    /// An operand whose type is written only if it comes later.
    pub(crate) fn pair(&mut self, ops: &mut Ops<'_>) -> Result<(Operand, TypeId), Cause> {
        let number = self.relative(ops.next()?);
        let (found, ty) = self.find(number)?;
        let ty = match ty {
            Some(ty) => ty,
            None => {
                let ty = self.reader.types.get(ops.next()?)?;
                self.expect(&found, ty)?;
                ty
            }
        };
        self.usable(found, ty)
    }

    /// An operand of type `ty`.
    pub(crate) fn value(&mut self, ops: &mut Ops<'_>, ty: TypeId) -> Result<Operand, Cause> {
        let number = self.relative(ops.next()?);
        self.numbered(number, ty)
    }

    /// An operand of type `ty` by a signed distance, as phis have them.
    pub(crate) fn signed_value(&mut self, distance: u64, ty: TypeId) -> Result<Operand, Cause> {
        let distance = crate::bits::signed(distance);
        self.numbered(self.next_number().wrapping_sub(distance as u32), ty)
    }

    /// An operand of type `ty` by its number itself.
    pub(crate) fn numbered(&mut self, number: u32, ty: TypeId) -> Result<Operand, Cause> {
        let (found, known) = self.find(number)?;
        match known {
            Some(known) if known != ty => {
                return Err(Cause::Malformed("an operand of another type than its record says"));
            }
            Some(_) => {}
            None => self.expect(&found, ty)?,
        }
        Ok(self.usable(found, ty)?.0)
    }

    fn expect(&mut self, found: &Found, ty: TypeId) -> Result<(), Cause> {
        if let Found::Operand(Operand::Value(id)) = found {
            self.reader.charge(size_of::<(ValueId, TypeId)>())?;
            self.forwards.push((*id, ty));
        }
        Ok(())
    }

    fn usable(&mut self, found: Found, ty: TypeId) -> Result<(Operand, TypeId), Cause> {
        match found {
            Found::Operand(operand) => Ok((operand, ty)),
            Found::Asm(_) => Err(Cause::Malformed("inline assembly that is not called")),
        }
    }

    /// The type of an operand, if that is known yet.
    pub(crate) fn operand_type(&self, operand: Operand) -> Option<TypeId> {
        match operand {
            Operand::Const(id) => Some(self.reader.module.constant(id).ty),
            Operand::Value(id) => self.values.get(id.index()).copied(),
        }
    }

    /// The constant behind an operand.
    pub(crate) fn const_kind(&self, operand: Operand) -> Option<&ConstKind> {
        match operand {
            Operand::Const(id) => Some(&self.reader.module.constant(id).kind),
            Operand::Value(_) => None,
        }
    }
}

/// What a number in a function stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found {
    Operand(Operand),
    /// Inline assembly: position in [`Reader::asms`].
    Asm(u32),
}
