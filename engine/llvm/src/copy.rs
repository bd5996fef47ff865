//! Takes out of a program what one compilation needs: a module of its own with the function, the
//! bodies that may be inlined into it, and declarations of all else that is named.
//!
//! Types, constants and symbols come over when something that is copied names them. Everything is
//! numbered by when it was first named, so the same function gives the same module wherever it
//! stands in its program.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use bareflow_bitcode::write::{Counts, FunctionCounts};
use bareflow_ir::layout::{alloc_size, is_empty, own_align, variable_align};
use bareflow_ir::{
    CastOp, Const, ConstExpr, ConstId, ConstKind, FuncId, Function, FunctionFlags, Global,
    GlobalId, Linkage, Module, ParamAttrs, Type, TypeId, data,
};
use hashbrown::HashMap;

/// The largest variable, in bytes, whose contents a compiler gets to see.
const MAX_FOLDED: u64 = 4096;

/// A module that is taken out of a program.
#[derive(Debug)]
pub(crate) struct Copy<'m> {
    /// The program.
    pub(crate) from: &'m Module,
    /// What is taken out.
    pub(crate) to: Module,
    types: Vec<Option<TypeId>>,
    consts: Vec<Option<ConstId>>,
    funcs: Vec<Option<FuncId>>,
    globals: Vec<Option<GlobalId>>,
    known: HashMap<Const, ConstId>,
    /// Functions of the program by name, once one was asked for so.
    names: HashMap<&'m str, FuncId>,
    /// By function of the copy.
    originals: Vec<Option<FuncId>>,
    counts: Vec<Option<FunctionCounts>>,
}

impl<'m> Copy<'m> {
    /// Nothing of `from` yet.
    pub(crate) fn new(from: &'m Module) -> Self {
        Self {
            from,
            to: Module { name: "bareflow".into(), ..Module::default() },
            types: vec![None; from.types.len()],
            consts: vec![None; from.consts.len()],
            funcs: vec![None; from.funcs.len()],
            globals: vec![None; from.globals.len()],
            known: HashMap::new(),
            names: HashMap::new(),
            originals: Vec::new(),
            counts: Vec::new(),
        }
    }

    /// What was counted of the functions that were copied.
    pub(crate) fn counts(&self) -> Counts {
        Counts { funcs: self.counts.clone() }
    }

    /// A type.
    pub(crate) fn ty(&mut self, id: TypeId) -> TypeId {
        if let Some(known) = self.types[id.index()] {
            return known;
        }
        let ty = match self.from.types.get(id).clone() {
            Type::Vector { elem, len } => Type::Vector { elem: self.ty(elem), len },
            Type::Array { elem, len } => Type::Array { elem: self.ty(elem), len },
            Type::Struct { fields, packed } => {
                let fields = fields.into_iter().map(|field| self.ty(field)).collect();
                Type::Struct { fields, packed }
            }
            Type::Func { ret, params, varargs } => {
                let ret = self.ty(ret);
                let params = params.into_iter().map(|param| self.ty(param)).collect();
                Type::Func { ret, params, varargs }
            }
            plain => plain,
        };
        let copied = self.to.types.intern(ty);
        self.types[id.index()] = Some(copied);
        copied
    }

    /// A type that the program need not have.
    pub(crate) fn own_type(&mut self, ty: Type) -> TypeId {
        self.to.types.intern(ty)
    }

    /// A constant that the program need not have.
    pub(crate) fn own_const(&mut self, ty: TypeId, kind: ConstKind) -> ConstId {
        let constant = Const { ty, kind };
        let next = ConstId::new(self.to.consts.len());
        let id = *self.known.entry(constant.clone()).or_insert(next);
        if id == next {
            self.to.consts.push(constant);
        }
        id
    }

    /// An integer that the program need not have.
    pub(crate) fn int(&mut self, bits: u32, value: u64) -> ConstId {
        let ty = self.own_type(Type::Int(bits));
        self.own_const(ty, ConstKind::Int(value))
    }

    /// A constant.
    pub(crate) fn constant(&mut self, id: ConstId) -> ConstId {
        if let Some(known) = self.consts[id.index()] {
            return known;
        }
        let Const { ty, kind } = self.from.constant(id).clone();
        let ty = self.ty(ty);
        let kind = match kind {
            ConstKind::Aggregate(members) => {
                let members: Vec<_> = members.iter().map(|member| self.constant(*member)).collect();
                ConstKind::Aggregate(Box::from(members))
            }
            ConstKind::Func(func) => ConstKind::Func(self.func(func)),
            ConstKind::Global(global) => ConstKind::Global(self.global(global)),
            // Labels are numbers at every level.
            ConstKind::BlockAddr(_, block) => {
                let value = self.int(64, data::label_value(block));
                ConstKind::Expr(ConstExpr::Cast { op: CastOp::IntToPtr, value })
            }
            ConstKind::Expr(expr) => ConstKind::Expr(self.expr(expr)),
            plain => plain,
        };
        let copied = self.own_const(ty, kind);
        self.consts[id.index()] = Some(copied);
        copied
    }

    fn expr(&mut self, expr: ConstExpr) -> ConstExpr {
        match expr {
            ConstExpr::PtrAdd { base, bytes } => {
                ConstExpr::PtrAdd { base: self.constant(base), bytes }
            }
            ConstExpr::Cast { op, value } => ConstExpr::Cast { op, value: self.constant(value) },
            ConstExpr::Binary { op, lhs, rhs } => {
                ConstExpr::Binary { op, lhs: self.constant(lhs), rhs: self.constant(rhs) }
            }
            ConstExpr::ICmp { pred, lhs, rhs } => {
                ConstExpr::ICmp { pred, lhs: self.constant(lhs), rhs: self.constant(rhs) }
            }
            ConstExpr::FCmp { pred, lhs, rhs } => {
                ConstExpr::FCmp { pred, lhs: self.constant(lhs), rhs: self.constant(rhs) }
            }
            ConstExpr::Select { cond, then, other } => ConstExpr::Select {
                cond: self.constant(cond),
                then: self.constant(then),
                other: self.constant(other),
            },
        }
    }

    /// Attributes of parameters, arguments or a result.
    pub(crate) fn attrs(&mut self, attrs: ParamAttrs) -> ParamAttrs {
        ParamAttrs {
            byval: attrs.byval.map(|ty| self.ty(ty)),
            sret: attrs.sret.map(|ty| self.ty(ty)),
            ..attrs
        }
    }

    /// A function, declared.
    pub(crate) fn func(&mut self, id: FuncId) -> FuncId {
        if let Some(known) = self.funcs[id.index()] {
            return known;
        }
        let func = self.from.func(id);
        let ty = self.ty(func.ty);
        let params = func.params.iter().map(|attrs| self.attrs(*attrs)).collect();
        let declaration = Function {
            name: func.name.clone(),
            ty,
            linkage: match func.linkage {
                Linkage::ExternWeak => Linkage::ExternWeak,
                _ => Linkage::External,
            },
            comdat: None,
            params,
            ret: self.attrs(func.ret),
            flags: flags(func),
            values: Vec::new(),
            instrs: Vec::new(),
            blocks: Vec::new(),
        };
        let copied = self.add_func(declaration);
        self.originals[copied.index()] = Some(id);
        self.funcs[id.index()] = Some(copied);
        copied
    }

    /// A function that the program need not have.
    pub(crate) fn add_func(&mut self, func: Function) -> FuncId {
        self.to.funcs.push(func);
        self.counts.push(None);
        self.originals.push(None);
        FuncId::new(self.to.funcs.len() - 1)
    }

    /// The function of the program that a copied one is.
    pub(crate) fn original(&self, id: FuncId) -> Option<FuncId> {
        self.originals[id.index()]
    }

    /// Says what was counted of a copied function.
    pub(crate) fn set_counts(&mut self, id: FuncId, counts: Option<FunctionCounts>) {
        self.counts[id.index()] = counts;
    }

    /// The function called `name`, if the program has one.
    pub(crate) fn func_named(&mut self, name: &str) -> Option<FuncId> {
        let from = self.from;
        if self.names.is_empty() {
            self.names = from.func_ids().map(|id| (from.func(id).name.as_str(), id)).collect();
        }
        let id = *self.names.get(name)?;
        Some(self.func(id))
    }

    /// A variable: declared, and with what it holds when it is small and never written.
    fn global(&mut self, id: GlobalId) -> GlobalId {
        if let Some(known) = self.globals[id.index()] {
            return known;
        }
        let global = self.from.global(id);
        let types = &self.from.types;
        let size = alloc_size(types, global.ty);
        // What holds wherever its code runs: a shrunk image has no gaps between variables that it has bytes of.
        let align = match is_empty(self.from, global) {
            true => variable_align(self.from, global),
            false => own_align(types, global),
        };
        let align = u32::try_from(align).unwrap_or(0);
        let copied = GlobalId::new(self.to.globals.len());
        // Before its contents, which may name it.
        self.globals[id.index()] = Some(copied);
        let ty = self.ty(global.ty);
        self.to.globals.push(Global {
            name: global.name.clone(),
            ty,
            init: None,
            constant: global.constant,
            align,
            linkage: match global.linkage {
                Linkage::ExternWeak => Linkage::ExternWeak,
                _ => Linkage::External,
            },
            comdat: None,
            section: None,
            // With one thread that is an ordinary variable.
            thread_local: false,
        });
        if let Some(init) = global.init.filter(|_| global.constant && size <= MAX_FOLDED) {
            let init = self.constant(init);
            let copy = &mut self.to.globals[copied.index()];
            (copy.init, copy.linkage) = (Some(init), Linkage::AvailableExternally);
        }
        copied
    }
}

/// What is said of a function, as far as it holds for code that is optimised.
pub(crate) fn flags(func: &Function) -> FunctionFlags {
    FunctionFlags { noinline: func.stays_apart(), optnone: false, ..func.flags }
}
