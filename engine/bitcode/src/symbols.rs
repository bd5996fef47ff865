//! Functions, variables and aliases, as the MODULE block declares them.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::{
    Alias, AliasId, ConstId, ConstKind, FuncId, Function, FunctionFlags, Global, GlobalId, Linkage,
    ParamAttrs, Symbol, Type, TypeId,
};

use crate::error::Cause;
use crate::ops::Ops;
use crate::reader::{Reader, Value};

impl Reader {
    pub(crate) fn symbol_name(&mut self, ops: &mut Ops<'_>) -> Result<String, Cause> {
        let (offset, size) = (ops.next()?, ops.next()?);
        if size == 0 {
            // A dot cannot start a name in C or Rust; the position makes it unique.
            return Ok(format!(".unnamed.{}", self.values.len()));
        }
        self.name(offset, size)
    }

    fn comdat(&mut self, number: Option<u64>) -> Result<Option<String>, Cause> {
        let Some(at) = number.and_then(|number| number.checked_sub(1)) else { return Ok(None) };
        let name = usize::try_from(at).ok().and_then(|at| self.comdats.get(at)).cloned();
        let name = name.ok_or(Cause::Malformed("a comdat that does not exist"))?;
        self.charge(name.len())?;
        Ok(Some(name))
    }

    /// The name of a section, if it means something.
    fn section(&mut self, number: Option<u64>) -> Result<Option<String>, Cause> {
        let Some(at) = number.and_then(|number| number.checked_sub(1)) else { return Ok(None) };
        let name = usize::try_from(at).ok().and_then(|at| self.sections.get(at));
        let name = name.ok_or(Cause::Malformed("a section that does not exist"))?;
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let array = [".preinit_array", ".init_array", ".fini_array", ".ctors", ".dtors"];
        if !name.chars().all(word) && !array.iter().any(|array| name.starts_with(array)) {
            return Ok(None);
        }
        let name = name.clone();
        self.charge(name.len())?;
        Ok(Some(name))
    }

    pub(crate) fn push_symbol(&mut self, kind: ConstKind) -> Result<(), Cause> {
        let ptr = self.module.types.intern(Type::Ptr);
        let id = self.constant(ptr, kind)?;
        self.charge(size_of::<Value>())?;
        self.values.push(Value::Const(id));
        Ok(())
    }

    /// `[name, size, type, flags, init, linkage, alignment, section, visibility, tls, ...]`
    pub(crate) fn global_record(&mut self, mut ops: Ops<'_>) -> Result<(), Cause> {
        let name = self.symbol_name(&mut ops)?;
        let (ty, flags, init) = (ops.next()?, ops.next()?, ops.next()?);
        let (linkage, align) = (linkage(ops.next()?), alignment(ops.next()?)?);
        let section = self.section(ops.get())?;
        let _visibility = ops.get();
        let thread_local = ops.flag();
        let (_unnamed, _external_init, _storage) = (ops.get(), ops.get(), ops.get());
        let comdat = self.comdat(ops.get())?;
        self.charge(size_of::<Global>())?;
        let id = GlobalId::new(self.module.globals.len());
        if flags & 2 == 0 {
            return Err(Cause::Unsupported("a variable as written before LLVM 4".into()));
        }
        let mut refused = (flags >> 2 != 0).then_some("a variable in another address space".into());
        let ty = self.type_or_refuse(ty, &mut refused)?;
        let global = Global {
            name,
            ty,
            init: None,
            constant: flags & 1 != 0,
            align,
            linkage,
            comdat,
            section,
            thread_local,
        };
        self.module.globals.push(global);
        self.push_symbol(ConstKind::Global(id))?;
        match (refused, init.checked_sub(1)) {
            (Some(why), _) => self.refuse(Symbol::Global(id), why),
            (None, Some(value)) => {
                self.charge(size_of::<(GlobalId, u64)>())?;
                self.inits.push((id, value));
            }
            (None, None) => {}
        }
        Ok(())
    }

    /// `[name, size, type, calling convention, declaration, linkage, attributes, alignment,
    /// section, visibility, gc, unnamed, prologue, storage, comdat, ...]`
    pub(crate) fn function_record(&mut self, mut ops: Ops<'_>) -> Result<(), Cause> {
        let name = self.symbol_name(&mut ops)?;
        let ty = ops.next()?;
        let convention = ops.next()?;
        let declaration = ops.next()? != 0;
        let linkage = linkage(ops.next()?);
        let attrs = ops.next()?;
        for _skipped in ["alignment", "section", "visibility", "gc", "unnamed"] {
            ops.get();
        }
        let prologue = ops.flag();
        let _storage = ops.get();
        let comdat = self.comdat(ops.get())?;

        let mut refused = refused_convention(convention);
        if prologue {
            refused = Some("a function with prologue data".into());
        }
        let mut ty = self.type_or_refuse(ty, &mut refused)?;
        if self.module.types.signature(ty).is_none() {
            if refused.is_none() {
                return Err(Cause::Malformed("a function without a function type"));
            }
            ty = self.void_function();
        }
        let count = self.module.types.signature(ty).map_or(0, |(_, params, _)| params.len());
        self.charge(size_of::<Function>() + count * size_of::<ParamAttrs>())?;
        let list = self.attrs.get(attrs)?;
        let params = list.map_or_else(
            || alloc::vec![ParamAttrs::default(); count],
            |list| list.params(count, false),
        );
        let ret = list.map_or_else(ParamAttrs::default, |list| list.ret);
        let flags = list.map_or_else(FunctionFlags::default, |list| list.flags);
        refused = refused.or(list.and_then(|list| list.refused).map(Into::into));

        let id = FuncId::new(self.module.funcs.len());
        self.module.funcs.push(Function {
            name,
            ty,
            linkage,
            comdat,
            params,
            ret,
            flags,
            values: Vec::new(),
            instrs: Vec::new(),
            blocks: Vec::new(),
        });
        self.push_symbol(ConstKind::Func(id))?;
        if let Some(why) = refused {
            self.refuse(Symbol::Func(id), why);
        }
        if !declaration {
            self.charge(size_of::<FuncId>())?;
            self.defined.push(id);
        }
        Ok(())
    }

    /// `[name, size, type, address space, value, linkage, ...]`
    pub(crate) fn alias_record(&mut self, mut ops: Ops<'_>) -> Result<(), Cause> {
        let name = self.symbol_name(&mut ops)?;
        let (ty, space, target) = (ops.next()?, ops.next()?, ops.next()?);
        let linkage = linkage(ops.next()?);
        if space != 0 {
            return Err(Cause::Unsupported("an alias in another address space".into()));
        }
        let ty = self.types.get(ty)?;
        self.charge(size_of::<Alias>() + size_of::<(AliasId, u64)>())?;
        let id = AliasId::new(self.module.aliases.len());
        // The target is filled in when all constants are read.
        self.module.aliases.push(Alias { name, ty, target: ConstId(0), linkage });
        self.targets.push((id, target));
        self.push_symbol(ConstKind::Alias(id))
    }

    /// A type, or `i8` when it is one that is not supported.
    pub(crate) fn type_or_refuse(
        &mut self,
        id: u64,
        refused: &mut Option<String>,
    ) -> Result<TypeId, Cause> {
        match self.types.get(id).and_then(|ty| self.placed(ty)) {
            Ok(ty) => Ok(ty),
            Err(Cause::Unsupported(why)) => {
                refused.get_or_insert(why);
                Ok(self.module.types.intern(Type::Int(8)))
            }
            Err(cause) => Err(cause),
        }
    }

    pub(crate) fn void_function(&mut self) -> TypeId {
        let ret = self.module.types.intern(Type::Void);
        self.module.types.intern(Type::Func { ret, params: Vec::new(), varargs: false })
    }
}

/// Conventions whose registers or frames are not those of C. Fast, cold, tail and preserving
/// ones may use any, since both sides are compiled here.
fn refused_convention(convention: u64) -> Option<String> {
    let name = match convention {
        0 | 8 | 9 | 14..=18 | 20 | 21 | 78 => return None,
        10 => "GHC",
        11 => "HiPE",
        64 | 65 | 70 | 80 => "32-bit x86",
        79 => "Windows",
        83 => "interrupt handler",
        92 => "register call",
        _ => return Some(format!("calling convention {convention}")),
    };
    Some(format!("the {name} calling convention"))
}

/// See [`Linkage`]; numbers that are no longer written stand for what replaced them.
pub(crate) fn linkage(number: u64) -> Linkage {
    match number {
        2 => Linkage::Appending,
        3 | 9 | 13 | 14 => Linkage::Internal,
        7 => Linkage::ExternWeak,
        8 => Linkage::Common,
        12 => Linkage::AvailableExternally,
        1 | 10 | 16 | 17 => Linkage::Weak,
        4 | 11 | 18 | 19 => Linkage::LinkOnce,
        _ => Linkage::External,
    }
}

/// Alignment in bytes from its logarithm plus one; 0 when not given. LLVM's greatest, 4 GiB, is that
/// of accesses to null, for which 2 GiB says as much; nothing can be placed at a multiple of either.
pub(crate) fn alignment(encoded: u64) -> Result<u32, Cause> {
    match encoded {
        0 => Ok(0),
        1..=33 => Ok(1 << (encoded - 1).min(31)),
        _ => Err(Cause::Malformed("an alignment of more than 4 GiB")),
    }
}
