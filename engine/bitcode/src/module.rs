//! The outermost level of a file, and the MODULE block.

use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::{Const, ConstExpr, ConstId, ConstKind, Module, Symbol};

use crate::asm;
use crate::bits::Bits;
use crate::codes::{block, module};
use crate::error::Cause;
use crate::old_layout;
use crate::ops::{Ops, text};
use crate::reader::{Reader, Value};
use crate::stream::{BLOCKINFO, Block, Item, Record, Saved};
use crate::target;

const MAGIC: u32 = 0xDEC0_4342;

impl Reader {
    /// Reads a file, all but the bodies of its functions.
    pub(crate) fn file(&mut self, bytes: &[u8]) -> Result<(), Cause> {
        let mut bits = Bits::new(bytes);
        if bits.fixed(32) != Ok(u64::from(MAGIC)) {
            return Err(Cause::NotBitcode);
        }
        let mut file = Block::file(bits);
        let mut record = Record::default();
        let mut modules = Vec::new();
        // The string table comes after the module that needs it.
        while !file.at_end() {
            match self.next(&mut file, &mut record)? {
                Item::Block(inner) => match inner.id {
                    block::IDENTIFICATION => self.identification(inner)?,
                    block::MODULE => modules.push(inner),
                    block::STRTAB => self.string_table(inner)?,
                    BLOCKINFO => self.info.read(inner)?,
                    _ => {}
                },
                Item::Record | Item::End => {
                    return Err(Cause::Malformed("a record outside of all blocks"));
                }
            }
        }
        match modules.len() {
            1 => self.module_block(modules.remove(0)),
            0 => Err(Cause::Malformed("a file without a module")),
            _ => Err(Cause::Unsupported("several modules in one file".into())),
        }
    }

    fn identification(&mut self, mut block: Block<'_>) -> Result<(), Cause> {
        let mut record = Record::default();
        loop {
            match self.next(&mut block, &mut record)? {
                Item::End => return Ok(()),
                Item::Block(_) => {}
                Item::Record => match record.code {
                    1 => self.module.producer = text(&record.ops),
                    2 if record.ops.first() != Some(&0) => {
                        return Err(Cause::Unsupported("bitcode of another epoch".into()));
                    }
                    _ => {}
                },
            }
        }
    }

    fn string_table(&mut self, mut block: Block<'_>) -> Result<(), Cause> {
        let mut record = Record::default();
        loop {
            match self.next(&mut block, &mut record)? {
                Item::End => return Ok(()),
                Item::Record if record.code == 1 => {
                    self.charge(record.blob.len())?;
                    self.strtab = record.blob.to_vec();
                }
                _ => {}
            }
        }
    }

    fn module_block(&mut self, mut block: Block<'_>) -> Result<(), Cause> {
        let mut record = Record::default();
        loop {
            match self.next(&mut block, &mut record)? {
                Item::End => break,
                Item::Record => self.module_record(&record)?,
                Item::Block(inner) => match inner.id {
                    BLOCKINFO => self.info.read(inner)?,
                    block::PARAMATTR_GROUP => self.records(inner, |reader, record| {
                        reader.charge(128)?;
                        reader.attrs.group(&record.ops)
                    })?,
                    block::PARAMATTR => self.records(inner, |reader, record| {
                        reader.charge(64 + 56 * record.ops.len())?;
                        reader.attrs.list(&record.ops);
                        Ok(())
                    })?,
                    block::TYPE => {
                        self.records(inner, |reader, record| {
                            reader.charge(96 + 16 * record.ops.len())?;
                            reader.types.record(record.code, &record.ops)
                        })?;
                        self.types.finish(&mut self.module.types)?;
                    }
                    block::CONSTANTS => self.constants_block(inner, 0)?,
                    block::FUNCTION => {
                        self.charge(size_of::<Saved>())?;
                        self.bodies.push(inner.save());
                    }
                    block::METADATA => self.metadata.push(inner.save()),
                    _ => {}
                },
            }
        }
        self.finish_globals()?;
        match self.bodies.len() {
            count if count > self.defined.len() => {
                Err(Cause::Malformed("more function bodies than functions"))
            }
            count if count < self.defined.len() => {
                self.function = Some(self.defined[count]);
                Err(Cause::Malformed("a function whose body is missing"))
            }
            _ => Ok(()),
        }
    }

    /// Calls `each` with every record of a block.
    fn records<'a>(
        &mut self,
        mut block: Block<'a>,
        mut each: impl FnMut(&mut Self, &Record<'a>) -> Result<(), Cause>,
    ) -> Result<(), Cause> {
        let mut record = Record::default();
        loop {
            match self.next(&mut block, &mut record)? {
                Item::End => return Ok(()),
                Item::Record => each(self, &record)?,
                Item::Block(_) => {}
            }
        }
    }

    fn module_record(&mut self, record: &Record<'_>) -> Result<(), Cause> {
        let mut ops = Ops::new(&record.ops);
        // Attributes may name types, and come before or after them.
        self.attrs.resolve(&self.types)?;
        match record.code {
            module::VERSION => match ops.next()? {
                2 => {}
                _ => {
                    let what = "bitcode of another version than 2, as before LLVM 5";
                    return Err(Cause::Unsupported(what.into()));
                }
            },
            module::TRIPLE => target::check_triple(&text(&record.ops))?,
            module::DATALAYOUT => {
                let layout = text(&record.ops);
                target::check_layout(&layout)?;
                if old_layout::is_old(&layout) {
                    self.misplaced = old_layout::differing(&self.module.types);
                }
            }
            module::ASM => {
                let text = text(&record.ops);
                if let Some(line) = asm::module_level(&text) {
                    let what = String::from("assembly at module level: ") + line;
                    return Err(Cause::Unsupported(what));
                }
            }
            module::SECTION_NAME => {
                self.charge(24 + record.ops.len())?;
                self.sections.push(text(&record.ops));
            }
            module::SOURCE_FILENAME => {
                self.charge(record.ops.len())?;
                self.module.name = text(&record.ops);
            }
            module::COMDAT => {
                self.charge(64)?;
                let name = self.name(ops.next()?, ops.next()?)?;
                self.comdats.push(name);
            }
            module::GLOBALVAR => self.global_record(ops)?,
            module::FUNCTION => self.function_record(ops)?,
            module::ALIAS => self.alias_record(ops)?,
            module::IFUNC => self.ifunc_record(ops)?,
            module::ALIAS_OLD => {
                return Err(Cause::Unsupported("an alias as written before LLVM 4".into()));
            }
            _ => {}
        }
        Ok(())
    }

    /// Fills in what refers to constants, now that those are read.
    fn finish_globals(&mut self) -> Result<(), Cause> {
        for (id, number) in core::mem::take(&mut self.inits) {
            match self.value(number)? {
                Value::Const(init) => self.module.globals[id.index()].init = Some(init),
                Value::Bad(why) => {
                    let why = self.reasons[why as usize].clone();
                    self.refuse(Symbol::Global(id), why);
                }
                Value::Asm(_) | Value::Waiting(_) => {
                    return Err(Cause::Malformed("a variable that starts with no constant"));
                }
            }
        }
        for (id, number) in core::mem::take(&mut self.targets) {
            match self.value(number)? {
                Value::Const(target) => self.module.aliases[id.index()].target = target,
                Value::Bad(why) => {
                    return Err(Cause::Unsupported(self.reasons[why as usize].clone()));
                }
                Value::Asm(_) | Value::Waiting(_) => {
                    return Err(Cause::Malformed("an alias for no constant"));
                }
            }
        }
        self.check_aliases()?;
        self.finish_ifuncs()
    }

    pub(crate) fn value(&self, number: u64) -> Result<Value, Cause> {
        let at = usize::try_from(number).ok();
        let value = at.and_then(|at| self.values.get(at)).copied();
        value.ok_or(Cause::Malformed("a value that does not exist"))
    }

    /// Each alias leads to a function or variable, by few steps: whoever resolves them later
    /// follows them by recursion.
    fn check_aliases(&self) -> Result<(), Cause> {
        const MAX_STEPS: usize = 64;
        let Module { aliases, consts, .. } = &self.module;
        for alias in aliases {
            let mut target = alias.target;
            let mut steps = 0;
            while let ConstKind::Alias(next) = consts[base(consts, target).index()].kind {
                target = aliases[next.index()].target;
                steps += 1;
                if steps > MAX_STEPS {
                    return Err(Cause::Malformed("aliases that stand for each other"));
                }
            }
            let end = &consts[base(consts, target).index()].kind;
            if !matches!(end, ConstKind::Func(_) | ConstKind::Global(_)) {
                let what = String::from("an alias for something computed: ") + &alias.name;
                return Err(Cause::Unsupported(what));
            }
        }
        Ok(())
    }
}

/// What an address is computed from.
fn base(consts: &[Const], id: ConstId) -> ConstId {
    match consts[id.index()].kind {
        // The reader folds sums of sums.
        ConstKind::Expr(ConstExpr::PtrAdd { base, .. }) => base,
        _ => id,
    }
}
