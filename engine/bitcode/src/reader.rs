//! What the parts of the reader share: tables, the place for error messages, and the bound on
//! memory.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::hash::BuildHasher;

use bareflow_ir::{
    AliasId, Const, ConstId, ConstKind, FuncId, GlobalId, Module, Refusal, Symbol, TypeId,
};
use hashbrown::{DefaultHashBuilder, HashTable};

use crate::asm::Asm;
use crate::attrs::AttrTable;
use crate::error::{Cause, Error};
use crate::nodes::Nodes;
use crate::stream::{Block, BlockInfo, Item, Record, Saved};
use crate::types::TypeTable;

/// Bytes of memory for each byte of a file. Compilers' output takes a tenth of it.
const BYTES_PER_BYTE: u64 = 48;
/// Bytes of memory that every file may take.
const BYTES_AT_LEAST: u64 = 64 << 10;

/// Expressions in a constant, at most.
const MAX_STEPS: u16 = 128;

/// What a number in the file's value table stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value {
    /// A constant, function or variable.
    Const(ConstId),
    /// Inline assembly: position in [`Reader::asms`].
    Asm(u32),
    /// Something that is not supported: position in [`Reader::reasons`].
    Bad(u32),
    /// A constant that waits for others: position among those pending.
    Waiting(u32),
}

/// What computing a constant takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weight {
    /// Number of expressions, those inside counted at each use.
    pub(crate) steps: u16,
    /// Whether an alias is in it, which stands for nothing before all constants are read.
    pub(crate) alias: bool,
}

/// The state of reading one file.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) info: BlockInfo,
    pub(crate) strtab: Vec<u8>,
    /// Bytes of memory the result may still take.
    budget: u64,
    block: Option<u32>,
    record: Option<u32>,
    offset: u64,
    /// The function that is being read.
    pub(crate) function: Option<FuncId>,
    pub(crate) types: TypeTable,
    pub(crate) attrs: AttrTable,
    /// The result.
    pub(crate) module: Module,
    /// Functions, variables, constants by their number in the file. While a function is read,
    /// its constants follow those of the module.
    pub(crate) values: Vec<Value>,
    constants: HashTable<ConstId>,
    /// By constant: how many expressions it takes to compute it.
    weights: Vec<Weight>,
    hasher: DefaultHashBuilder,
    pub(crate) asms: Vec<Asm>,
    /// Functions that stand for assembly, by its position and the function type of its calls.
    pub(crate) asm_made: Vec<(u32, TypeId, FuncId)>,
    /// Functions made of constrained operations: the intrinsic, the comparison that it is, and the function.
    pub(crate) strict_made: Vec<(FuncId, String, FuncId)>,
    pub(crate) reasons: Vec<String>,
    pub(crate) comdats: Vec<String>,
    pub(crate) sections: Vec<String>,
    /// Functions that have a body further down, in order.
    pub(crate) defined: Vec<FuncId>,
    /// Where those bodies are.
    pub(crate) bodies: Vec<Saved>,
    /// Where the metadata of the module is.
    pub(crate) metadata: Vec<Saved>,
    /// What was read of it.
    pub(crate) nodes: Nodes,
    /// Numbers of the values that variables start with.
    pub(crate) inits: Vec<(GlobalId, u64)>,
    /// Numbers of the values that aliases stand for.
    pub(crate) targets: Vec<(AliasId, u64)>,
    /// Numbers of the resolvers of indirect functions.
    pub(crate) ifuncs: Vec<(FuncId, u64)>,
    /// By type: whether its members lie elsewhere than [`bareflow_ir::layout`] says.
    pub(crate) misplaced: Vec<bool>,
}

impl Reader {
    /// A reader for a file of `len` bytes.
    pub(crate) fn new(len: usize) -> Self {
        Self {
            info: BlockInfo::default(),
            strtab: Vec::new(),
            budget: (len as u64).saturating_mul(BYTES_PER_BYTE).saturating_add(BYTES_AT_LEAST),
            block: None,
            record: None,
            offset: 0,
            function: None,
            types: TypeTable::default(),
            attrs: AttrTable::default(),
            module: Module::default(),
            values: Vec::new(),
            constants: HashTable::new(),
            weights: Vec::new(),
            hasher: DefaultHashBuilder::default(),
            asms: Vec::new(),
            asm_made: Vec::new(),
            strict_made: Vec::new(),
            reasons: Vec::new(),
            comdats: Vec::new(),
            sections: Vec::new(),
            defined: Vec::new(),
            bodies: Vec::new(),
            metadata: Vec::new(),
            nodes: Nodes::default(),
            inits: Vec::new(),
            targets: Vec::new(),
            ifuncs: Vec::new(),
            misplaced: Vec::new(),
        }
    }

    /// The next entry of a block. Notes where it is, for error messages.
    #[inline]
    pub(crate) fn next<'a>(
        &mut self,
        block: &mut Block<'a>,
        record: &mut Record<'a>,
    ) -> Result<Item<'a>, Cause> {
        self.block = (block.id != u32::MAX).then_some(block.id);
        self.record = None;
        self.offset = block.offset();
        let item = block.next(&self.info, record)?;
        if let Item::Record = item {
            self.record = Some(record.code);
        }
        Ok(item)
    }

    /// The module, without room to spare.
    pub(crate) fn finish(self) -> Module {
        let mut module = self.module;
        module.consts.shrink_to_fit();
        module.funcs.shrink_to_fit();
        module.globals.shrink_to_fit();
        module
    }

    /// Says where `cause` was met.
    pub(crate) fn error(&self, cause: Cause) -> Error {
        Error {
            block: self.block,
            record: self.record,
            offset: Some(self.offset),
            producer: self.module.producer.clone(),
            function: self.function.map(|id| self.module.func(id).name.clone()),
            cause,
        }
    }

    /// Counts memory that the result takes.
    ///
    /// # Errors
    /// If it takes too much.
    #[inline]
    pub(crate) fn charge(&mut self, bytes: usize) -> Result<(), Cause> {
        match self.budget.checked_sub(bytes as u64) {
            Some(left) => {
                self.budget = left;
                Ok(())
            }
            None => Err(Cause::TooLarge("the module")),
        }
    }

    /// A name in the string table.
    pub(crate) fn name(&mut self, offset: u64, size: u64) -> Result<String, Cause> {
        let end = offset.checked_add(size);
        let range = end.and_then(|end| Some(usize::try_from(offset).ok()?..end.try_into().ok()?));
        let bytes = range.and_then(|range| self.strtab.get(range));
        let bytes = bytes.ok_or(Cause::Malformed("a name outside the string table"))?;
        let name = String::from_utf8_lossy(bytes).into_owned();
        self.charge(name.len())?;
        Ok(name)
    }

    /// The id of a constant, which is added when it is new.
    pub(crate) fn constant(&mut self, ty: TypeId, kind: ConstKind) -> Result<ConstId, Cause> {
        let constant = Const { ty, kind };
        let hash = self.hasher.hash_one(&constant);
        let table = &self.module.consts;
        if let Some(known) = self.constants.find(hash, |id| table[id.index()] == constant) {
            return Ok(*known);
        }
        let payload = match &constant.kind {
            ConstKind::Data(bytes) => bytes.len(),
            ConstKind::Aggregate(members) => 4 * members.len(),
            ConstKind::Wide(limbs) => 8 * limbs.len(),
            _ => 0,
        };
        self.charge(payload + size_of::<Const>() + 12)?;
        let weight = self.weigh(&constant.kind)?;
        let id = ConstId::new(self.module.consts.len());
        self.weights.push(weight);
        let (table, hasher) = (&self.module.consts, &self.hasher);
        self.constants.insert_unique(hash, id, |id| hasher.hash_one(&table[id.index()]));
        self.module.consts.push(constant);
        Ok(id)
    }

    /// Those who evaluate constants do so by recursion, and once for each use.
    fn weigh(&self, kind: &ConstKind) -> Result<Weight, Cause> {
        let mut weight = Weight { steps: 0, alias: matches!(kind, ConstKind::Alias(_)) };
        let ConstKind::Expr(expr) = kind else { return Ok(weight) };
        weight.steps = 1;
        expr.operands(|id| {
            let inner = self.weights[id.index()];
            weight.steps = weight.steps.saturating_add(inner.steps);
            weight.alias |= inner.alias;
        });
        if weight.steps > MAX_STEPS {
            return Err(Cause::Unsupported("a constant expression of many steps".into()));
        }
        Ok(weight)
    }

    /// Whether the value of a constant can be told while constants are read.
    pub(crate) fn is_settled(&self, id: ConstId) -> bool {
        !self.weights[id.index()].alias
    }

    /// A value that is not supported.
    pub(crate) fn bad(&mut self, why: String) -> Value {
        self.reasons.push(why);
        Value::Bad(self.reasons.len() as u32 - 1)
    }

    /// Notes that `symbol` cannot be run.
    pub(crate) fn refuse(&mut self, symbol: Symbol, why: impl ToString) {
        self.module.refused.push(Refusal { symbol, why: why.to_string() });
    }
}
