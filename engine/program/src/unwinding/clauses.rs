//! What landing pads take, as tables, and the numbers of types.

use alloc::format;
use alloc::vec::Vec;

use bareflow_ir::data::{Scalar, evaluate};
use bareflow_ir::{
    Clause, Const, ConstId, ConstKind, Global, GlobalId, Linkage, Module, Operand, Type, TypeId,
};
use hashbrown::HashMap;

use crate::make::Kinds;

/// What a clause does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Kind {
    End,
    EndWithCleanup,
    Catch,
    Filter,
}

/// The tables of a program, and its types by number.
pub(super) struct Tables {
    /// `{ ptr type, i32 number, i32 kind }`.
    row: TypeId,
    types: HashMap<Described, u32>,
    filters: HashMap<Vec<Described>, (u32, GlobalId)>,
    tables: HashMap<Vec<(Kind, u32)>, GlobalId>,
}

/// A type by the address that describes it, or by its constant where that is no address.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Described {
    Symbol(bareflow_ir::Symbol, i64),
    Number(i64),
    Other(ConstId),
}

impl Described {
    fn of(module: &Module, id: ConstId) -> Self {
        match evaluate(module, id) {
            Ok(Scalar { plus: Some(symbol), minus: None, value }) => Self::Symbol(symbol, value),
            Ok(Scalar { plus: None, minus: None, value }) => Self::Number(value),
            _ => Self::Other(id),
        }
    }
}

impl Tables {
    pub(super) fn new(module: &mut Module, kinds: &Kinds) -> Self {
        let fields = [kinds.ptr, kinds.int, kinds.int].into();
        let row = module.types.intern(Type::Struct { fields, packed: false });
        let (types, filters, tables) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { row, types, filters, tables }
    }

    /// The number of a type, from 1 on.
    pub(super) fn number(&mut self, module: &Module, ty: Operand) -> u32 {
        let Operand::Const(id) = ty else { return 0 };
        let next = self.types.len() as u32 + 1;
        *self.types.entry(Described::of(module, id)).or_insert(next)
    }

    /// The table of a landing pad.
    pub(super) fn table(
        &mut self,
        module: &mut Module,
        kinds: &Kinds,
        cleanup: bool,
        clauses: &[Clause],
    ) -> Operand {
        let (mut key, mut rows) = (Vec::new(), Vec::new());
        for clause in clauses {
            let Operand::Const(ty) = clause.ty else { continue };
            let (kind, number, ty) = if clause.filter {
                let (number, list) = self.filter(module, kinds, ty);
                (Kind::Filter, number.wrapping_neg(), address(module, kinds, list))
            } else {
                (Kind::Catch, self.number(module, clause.ty), ty)
            };
            key.push((kind, number));
            rows.push(self.row(module, kinds, ty, number, kind));
        }
        let end = if cleanup { Kind::EndWithCleanup } else { Kind::End };
        key.push((end, 0));
        if let Some(known) = self.tables.get(&key) {
            return Operand::Const(address(module, kinds, *known));
        }
        let null = push(module, kinds.ptr, ConstKind::Zero);
        rows.push(self.row(module, kinds, null, 0, end));
        let name = format!("__bf_clauses.{}", self.tables.len());
        let table = array(module, name, self.row, rows);
        self.tables.insert(key, table);
        Operand::Const(address(module, kinds, table))
    }

    fn row(
        &self,
        module: &mut Module,
        kinds: &Kinds,
        ty: ConstId,
        number: u32,
        kind: Kind,
    ) -> ConstId {
        let number = push(module, kinds.int, ConstKind::Int(number.into()));
        let kind = push(module, kinds.int, ConstKind::Int(kind as u64));
        push(module, self.row, ConstKind::Aggregate([ty, number, kind].into()))
    }

    /// The number of a filter, from 1 on, and the list of its types.
    fn filter(&mut self, module: &mut Module, kinds: &Kinds, list: ConstId) -> (u32, GlobalId) {
        let mut members = match &module.constant(list).kind {
            ConstKind::Aggregate(members) => members.to_vec(),
            _ => Vec::new(),
        };
        let key: Vec<_> = members.iter().map(|id| Described::of(module, *id)).collect();
        if let Some(known) = self.filters.get(&key) {
            return *known;
        }
        members.push(push(module, kinds.ptr, ConstKind::Zero));
        let number = self.filters.len() as u32 + 1;
        let list = array(module, format!("__bf_filter.{number}"), kinds.ptr, members);
        self.filters.insert(key, (number, list));
        (number, list)
    }
}

fn push(module: &mut Module, ty: TypeId, kind: ConstKind) -> ConstId {
    module.consts.push(Const { ty, kind });
    ConstId::new(module.consts.len() - 1)
}

fn address(module: &mut Module, kinds: &Kinds, global: GlobalId) -> ConstId {
    push(module, kinds.ptr, ConstKind::Global(global))
}

/// A constant variable: these one after the other.
fn array(
    module: &mut Module,
    name: alloc::string::String,
    elem: TypeId,
    members: Vec<ConstId>,
) -> GlobalId {
    let ty = module.types.intern(Type::Array { elem, len: members.len() as u64 });
    let init = push(module, ty, ConstKind::Aggregate(members.into()));
    module.globals.push(Global {
        name,
        ty,
        init: Some(init),
        constant: true,
        align: 8,
        linkage: Linkage::Internal,
        comdat: None,
        section: None,
        thread_local: false,
    });
    GlobalId::new(module.globals.len() - 1)
}
