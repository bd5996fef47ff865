//! Copies what the roots reach into a new module.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use hashbrown::{HashMap, HashSet};

use super::remap::{self, Remap};
use super::resolve::{Place, Table, is_shared, keeps};
use super::sections::Sections;
use super::{Array, LinkError, Linked, Why, defined_name};
use crate::{
    Alias, AliasId, Const, ConstExpr, ConstId, ConstKind, FuncId, Function, Global, GlobalId,
    Linkage, Location, LocationId, Module, Symbol, Type, TypeId, data,
};

/// Work in progress.
pub(super) struct Copier<'a> {
    pub(super) modules: &'a [&'a Module],
    table: &'a Table<'a>,
    pub(super) sections: Sections<'a>,
    pub(super) out: Module,
    pub(super) types: Vec<Vec<TypeId>>,
    funcs: Vec<Vec<Option<FuncId>>>,
    globals: Vec<Vec<Option<GlobalId>>>,
    consts: Vec<Vec<Option<ConstId>>>,
    locations: HashMap<(usize, LocationId), LocationId>,
    names: HashSet<String>,
    /// Definitions whose insides are not copied yet.
    pub(super) pending: Vec<Pending>,
    func_why: Vec<Why>,
    func_from: Vec<usize>,
    pub(super) global_why: Vec<Why>,
    pub(super) arrays: Vec<(Array, GlobalId)>,
    /// Whose insides are being copied.
    pub(super) user: Why,
    error: Option<LinkError>,
}

/// A definition in the linked module whose insides are not copied yet.
pub(super) enum Pending {
    Body { module: usize, from: FuncId, to: FuncId },
    Init { module: usize, from: GlobalId, to: GlobalId },
    Section { section: usize, to: GlobalId },
}

/// What a reference leads to.
enum Target {
    /// A function or variable of a module that is no member of a section, and a distance.
    Symbol(Place, i64),
    /// A section, and a distance.
    Section(usize, i64),
    Null,
}

/// Aliases of aliases, at most.
const ALIAS_DEPTH: usize = 64;

impl<'a> Copier<'a> {
    pub(super) fn new(modules: &'a [&'a Module], table: &'a Table<'a>) -> Self {
        let mut out = Module::default();
        if let Some(first) = modules.first() {
            out.name.clone_from(&first.name);
            out.producer.clone_from(&first.producer);
        }
        let types = modules.iter().map(|module| copy_types(module, &mut out)).collect();
        Self {
            modules,
            table,
            sections: Sections::of(modules, table),
            out,
            types,
            funcs: modules.iter().map(|m| vec![None; m.funcs.len()]).collect(),
            globals: modules.iter().map(|m| vec![None; m.globals.len()]).collect(),
            consts: modules.iter().map(|m| vec![None; m.consts.len()]).collect(),
            locations: HashMap::new(),
            names: HashSet::new(),
            pending: Vec::new(),
            func_why: Vec::new(),
            func_from: Vec::new(),
            global_why: Vec::new(),
            arrays: Vec::new(),
            user: Why::Root,
            error: None,
        }
    }

    pub(super) fn run(mut self, roots: &[&str]) -> Result<Linked, LinkError> {
        for root in roots {
            let Some(winner) = self.table.get(root).copied() else { continue };
            self.root(winner.place, root)?;
        }
        let mut structors = self.structors()?;
        loop {
            self.copy_pending()?;
            if !self.construct(&mut structors) {
                break;
            }
        }
        self.write_structors(structors);
        Ok(Linked {
            module: self.out,
            func_why: self.func_why,
            func_from: self.func_from,
            global_why: self.global_why,
            arrays: self.arrays,
        })
    }

    fn copy_pending(&mut self) -> Result<(), LinkError> {
        while let Some(pending) = self.pending.pop() {
            match pending {
                Pending::Body { module, from, to } => {
                    self.user = Why::UsedBy(Symbol::Func(to));
                    self.body(module, from, to);
                }
                Pending::Init { module, from, to } => {
                    self.user = Why::UsedBy(Symbol::Global(to));
                    self.init(module, from, to);
                }
                Pending::Section { section, to } => {
                    self.user = Why::UsedBy(Symbol::Global(to));
                    self.fill_section(section, to);
                }
            }
            if let Some(error) = self.error.take() {
                return Err(error);
            }
        }
        Ok(())
    }

    /// Whether a variable of a module, or what stands for it, is in the program.
    pub(super) fn has_global(&self, module: usize, global: GlobalId) -> bool {
        let place = self.winner(Place { module, symbol: Symbol::Global(global) });
        match place.symbol {
            Symbol::Global(id) => self.globals[place.module][id.index()].is_some(),
            _ => false,
        }
    }

    /// Takes a root in. An alias keeps its name, so that it can be found by it.
    fn root(&mut self, place: Place, name: &str) -> Result<(), LinkError> {
        match place.symbol {
            Symbol::Func(func) => {
                self.func(place.module, func);
            }
            Symbol::Global(global) => {
                self.global(place.module, global);
            }
            Symbol::Alias(alias) => {
                let (base, bytes) = self.follow(place.module, alias)?;
                let target = self.landing(base, bytes);
                let target = self.address(target);
                let ty = self.out.types.intern(Type::Ptr);
                self.out.aliases.push(Alias {
                    name: name.to_owned(),
                    ty,
                    target,
                    linkage: Linkage::External,
                });
            }
        }
        Ok(())
    }

    /// A new constant: an address.
    fn address(&mut self, target: Target) -> ConstId {
        let ty = self.out.types.intern(Type::Ptr);
        let (kind, bytes) = match target {
            Target::Symbol(place, bytes) => match place.symbol {
                Symbol::Func(func) => (ConstKind::Func(self.func(place.module, func)), bytes),
                Symbol::Global(id) => (ConstKind::Global(self.global(place.module, id)), bytes),
                Symbol::Alias(_) => unreachable!("`follow` ends at functions and variables"),
            },
            Target::Section(section, bytes) => (ConstKind::Global(self.section(section)), bytes),
            Target::Null => (ConstKind::Zero, 0),
        };
        let base = self.push(Const { ty, kind });
        if bytes == 0 {
            return base;
        }
        self.push(Const { ty, kind: ConstKind::Expr(ConstExpr::PtrAdd { base, bytes }) })
    }

    pub(super) fn push(&mut self, constant: Const) -> ConstId {
        self.out.consts.push(constant);
        ConstId::new(self.out.consts.len() - 1)
    }

    /// What a symbol of a module stands for, aliases followed.
    fn winner(&self, place: Place) -> Place {
        let module = self.modules[place.module];
        let (name, linkage) = match place.symbol {
            Symbol::Func(id) => (&module.func(id).name, module.func(id).linkage),
            Symbol::Global(id) => (&module.global(id).name, module.global(id).linkage),
            Symbol::Alias(id) => {
                let alias = &module.aliases[id.index()];
                (&alias.name, alias.linkage)
            }
        };
        if !is_shared(linkage) || keeps(self.modules, place, name) {
            return place;
        }
        let found = self.table.get(defined_name(name)).or_else(|| self.table.get(name.as_str()));
        found.map_or(place, |winner| winner.place)
    }

    /// The function or variable behind an alias, and the distance into it.
    fn follow(&self, module: usize, alias: AliasId) -> Result<(Place, i64), LinkError> {
        let mut place = Place { module, symbol: Symbol::Alias(alias) };
        let mut bytes = 0i64;
        let name = || self.modules[module].aliases[alias.index()].name.clone();
        for _ in 0..ALIAS_DEPTH {
            place = self.winner(place);
            let Symbol::Alias(id) = place.symbol else { return Ok((place, bytes)) };
            let owner = self.modules[place.module];
            let target = owner.aliases[id.index()].target;
            let (symbol, offset) = match owner.constant(target).kind {
                ConstKind::Alias(next) => (Symbol::Alias(next), 0),
                _ => match data::evaluate(owner, target) {
                    Ok(data::Scalar { plus: Some(symbol), minus: None, value }) => (symbol, value),
                    _ => return Err(LinkError::BadAlias { symbol: name() }),
                },
            };
            place.symbol = symbol;
            bytes = bytes.wrapping_add(offset);
        }
        Err(LinkError::AliasCycle { symbol: name() })
    }

    /// What a reference leads to; `None` when there is an error.
    fn target(&mut self, module: usize, symbol: Symbol) -> Option<Target> {
        let place = self.winner(Place { module, symbol });
        match place.symbol {
            Symbol::Alias(alias) => match self.follow(place.module, alias) {
                Ok((place, bytes)) => Some(self.landing(place, bytes)),
                Err(error) => {
                    self.error.get_or_insert(error);
                    None
                }
            },
            _ => Some(self.landing(place, 0)),
        }
    }

    /// Where a place behind a function or variable is in the linked module.
    fn landing(&self, place: Place, bytes: i64) -> Target {
        let module = self.modules[place.module];
        let name = match place.symbol {
            Symbol::Func(id) => &module.func(id).name,
            Symbol::Global(id) => &module.global(id).name,
            Symbol::Alias(id) => &module.aliases[id.index()].name,
        };
        match self.sections.find(place, name) {
            Some((section, start)) => Target::Section(section, bytes.wrapping_add(start as i64)),
            None if self.table.get(name.as_str()).is_some_and(|w| w.null && w.place == place) => {
                Target::Null
            }
            None => Target::Symbol(place, bytes),
        }
    }

    /// The function `func` of a module, which is a winner or private, in the linked module.
    fn func(&mut self, module: usize, func: FuncId) -> FuncId {
        if let Some(known) = self.funcs[module][func.index()] {
            return known;
        }
        let source = self.modules[module].func(func);
        let id = FuncId::new(self.out.funcs.len());
        self.funcs[module][func.index()] = Some(id);
        // A library's own function whose name stands for a program's.
        let place = Place { module, symbol: Symbol::Func(func) };
        let hidden = keeps(self.modules, place, &source.name)
            && self.table.get(source.name.as_str()).is_some_and(|winner| winner.place != place);
        let linkage = if hidden { Linkage::Internal } else { source.linkage };
        let shell = Function {
            name: self.name(&source.name, linkage, module),
            ty: self.types[module][source.ty.index()],
            linkage,
            comdat: None,
            params: source.params.clone(),
            ret: source.ret,
            flags: source.flags,
            values: Vec::new(),
            instrs: Vec::new(),
            blocks: Vec::new(),
        };
        self.out.funcs.push(shell);
        self.func_why.push(self.user);
        self.func_from.push(module);
        self.pending.push(Pending::Body { module, from: func, to: id });
        self.refuse(Place { module, symbol: Symbol::Func(func) }, Symbol::Func(id));
        id
    }

    /// The variable `global` of a module, likewise.
    pub(super) fn global(&mut self, module: usize, global: GlobalId) -> GlobalId {
        if let Some(known) = self.globals[module][global.index()] {
            return known;
        }
        let source = self.modules[module].global(global);
        let id = GlobalId::new(self.out.globals.len());
        self.globals[module][global.index()] = Some(id);
        let shell = Global {
            name: self.name(&source.name, source.linkage, module),
            ty: self.types[module][source.ty.index()],
            init: None,
            comdat: None,
            align: self.align(source),
            ..source.clone()
        };
        self.out.globals.push(shell);
        self.global_why.push(self.user);
        self.pending.push(Pending::Init { module, from: global, to: id });
        self.refuse(Place { module, symbol: Symbol::Global(global) }, Symbol::Global(id));
        let choosers = &self.modules[module].choosers;
        if let Some((_, chooser)) = choosers.iter().find(|(variable, _)| *variable == global) {
            let chooser = self.func(module, *chooser);
            self.out.choosers.push((id, chooser));
        }
        id
    }

    /// The alignment that a variable asks for, or others of its name together.
    fn align(&self, global: &Global) -> u32 {
        let winner = self.table.get(global.name.as_str());
        winner
            .filter(|_| global.linkage == Linkage::Common)
            .map_or(0, |w| w.align)
            .max(global.align)
    }

    pub(super) fn refuse(&mut self, place: Place, symbol: Symbol) {
        let refused = self.modules[place.module].refused.iter();
        let own = refused.filter(|refusal| refusal.symbol == place.symbol);
        let moved = own.map(|refusal| crate::Refusal { symbol, why: refusal.why.clone() });
        self.out.refused.extend(moved);
    }

    /// A name that nothing else in the linked module has.
    pub(super) fn name(&mut self, name: &str, linkage: Linkage, module: usize) -> String {
        let mut own = name.to_owned();
        if !is_shared(linkage) && (self.table.contains_key(name) || self.names.contains(name)) {
            own = format!("{name}.{module}");
            let mut next = 0;
            while self.table.contains_key(own.as_str()) || self.names.contains(&own) {
                next += 1;
                own = format!("{name}.{module}.{next}");
            }
        }
        self.names.insert(own.clone());
        own
    }

    fn body(&mut self, module: usize, from: FuncId, to: FuncId) {
        let source = self.modules[module].func(from);
        let mut body = source.clone();
        let mut inner = Inner { copier: self, module };
        for instr in &mut body.instrs {
            remap::op(&mut instr.op, &mut inner);
            instr.ty = inner.ty(instr.ty);
            instr.location = instr.location.and_then(|id| inner.copier.location(module, id));
        }
        body.values.iter_mut().for_each(|ty| *ty = inner.ty(*ty));
        body.params.iter_mut().for_each(|attrs| remap::attrs(attrs, &mut inner));
        remap::attrs(&mut body.ret, &mut inner);
        let shell = &mut self.out.funcs[to.index()];
        shell.values = body.values;
        shell.instrs = body.instrs;
        shell.blocks = body.blocks;
        shell.params = body.params;
        shell.ret = body.ret;
    }

    /// A location in the linked module. The calls it was inlined through go first.
    fn location(&mut self, module: usize, id: LocationId) -> Option<LocationId> {
        if let Some(known) = self.locations.get(&(module, id)) {
            return Some(*known);
        }
        let from = &self.modules[module].locations;
        let chain: Vec<Location> = from.chain(id).copied().collect();
        let mut outer = None;
        for location in chain.iter().rev() {
            let file = self.out.locations.file(from.path(location));
            outer = self.out.locations.add(Location { file, inlined_at: outer, ..*location });
        }
        self.locations.extend(outer.map(|made| ((module, id), made)));
        outer
    }

    fn init(&mut self, module: usize, from: GlobalId, to: GlobalId) {
        let init = self.modules[module].global(from).init.map(|init| self.constant(module, init));
        self.out.globals[to.index()].init = init;
    }

    /// A constant of a module in the linked one, with all that it refers to.
    pub(super) fn constant(&mut self, module: usize, id: ConstId) -> ConstId {
        // Operands come before their users in a module's table, so a stack of what is still to
        // do suffices; nesting may be deep.
        let mut stack = vec![id];
        while let Some(at) = stack.last().copied() {
            if self.consts[module][at.index()].is_some() {
                stack.pop();
                continue;
            }
            let source = self.modules[module].constant(at);
            let before = stack.len();
            remap::for_each_operand(&source.kind, |operand| {
                if self.consts[module][operand.index()].is_none() {
                    stack.push(operand);
                }
            });
            if stack.len() == before {
                let copied = self.copy_constant(module, source);
                self.consts[module][at.index()] = Some(copied);
                stack.pop();
            }
        }
        self.consts[module][id.index()].unwrap_or(id)
    }

    fn copy_constant(&mut self, module: usize, source: &Const) -> ConstId {
        let ty = self.types[module][source.ty.index()];
        let symbol = match source.kind {
            ConstKind::Func(id) => Some(Symbol::Func(id)),
            ConstKind::Global(id) => Some(Symbol::Global(id)),
            ConstKind::Alias(id) => Some(Symbol::Alias(id)),
            _ => None,
        };
        if let Some(symbol) = symbol {
            return match self.target(module, symbol) {
                Some(target) => self.address(target),
                None => self.push(Const { ty, kind: ConstKind::Poison }),
            };
        }
        let mut kind = source.kind.clone();
        if let ConstKind::BlockAddr(func, _) = &mut kind {
            *func = self.func(module, *func);
        }
        remap::map_operands(&mut kind, |operand| {
            self.consts[module][operand.index()].unwrap_or(operand)
        });
        let copied = self.push(Const { ty, kind });
        self.fold(copied)
    }

    /// An integer instead of an expression of numbers: where a symbol was, there may be null now. What it
    /// is made of was folded before, so that nothing deep is left to look into.
    fn fold(&mut self, id: ConstId) -> ConstId {
        let Const { ty, kind } = self.out.constant(id);
        let (ty, mut numbers) = (*ty, matches!(kind, ConstKind::Expr(_)));
        remap::for_each_operand(kind, |operand| {
            let kind = &self.out.constant(operand).kind;
            numbers &= matches!(kind, ConstKind::Int(_) | ConstKind::Zero);
        });
        let value = if numbers { data::number(&self.out, id) } else { None };
        value.map_or(id, |value| self.push(Const { ty, kind: ConstKind::Int(value) }))
    }
}

/// Ids as seen from one module.
struct Inner<'c, 'a> {
    copier: &'c mut Copier<'a>,
    module: usize,
}

impl Remap for Inner<'_, '_> {
    fn ty(&mut self, id: TypeId) -> TypeId {
        self.copier.types[self.module][id.index()]
    }

    fn constant(&mut self, id: ConstId) -> ConstId {
        self.copier.constant(self.module, id)
    }
}

fn copy_types(module: &Module, out: &mut Module) -> Vec<TypeId> {
    let mut map: Vec<TypeId> = Vec::with_capacity(module.types.len());
    for (_, ty) in module.types.iter() {
        // A type refers only to types before it, so the map knows them all.
        let moved = match ty {
            Type::Vector { elem, len } => Type::Vector { elem: map[elem.index()], len: *len },
            Type::Array { elem, len } => Type::Array { elem: map[elem.index()], len: *len },
            Type::Struct { fields, packed } => Type::Struct {
                fields: fields.iter().map(|field| map[field.index()]).collect(),
                packed: *packed,
            },
            Type::Func { ret, params, varargs } => Type::Func {
                ret: map[ret.index()],
                params: params.iter().map(|param| map[param.index()]).collect(),
                varargs: *varargs,
            },
            other => other.clone(),
        };
        map.push(out.types.intern(moved));
    }
    map
}
