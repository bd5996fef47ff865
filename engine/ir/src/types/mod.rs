//! The types of a module, each stored once.

mod layout;
mod ty;

use alloc::vec::Vec;
use core::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::TypeId;
use layout::Layout;
pub use layout::align_up;
pub use ty::Type;

/// The type table of a module.
///
/// # Invariants
/// 1. Structurally equal types have equal ids ([`Types::intern`] sees to it), so type
///    equality is id equality.
/// 2. A type refers only to types with smaller ids. (Recursive types do not exist, since
///    pointers are opaque.)
#[derive(Clone, Default, Debug)]
pub struct Types {
    table: Vec<Type>,
    /// Finds a type by its hash.
    index: HashTable<TypeId>,
    /// Sizes and offsets, by type.
    layouts: Vec<Layout>,
    hasher: DefaultHashBuilder,
}

impl Types {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// The id of `ty`, which is added when it is new.
    pub fn intern(&mut self, ty: Type) -> TypeId {
        let Self { table, index, layouts, hasher } = self;
        let hash = hasher.hash_one(&ty);
        if let Some(known) = index.find(hash, |id| table[id.index()] == ty) {
            return *known;
        }
        let id = TypeId::new(table.len());
        index.insert_unique(hash, id, |id| hasher.hash_one(&table[id.index()]));
        let layout = Layout::of(layouts, &ty);
        layouts.push(layout);
        table.push(ty);
        id
    }

    /// The id of `ty` if it is in the table.
    pub fn find(&self, ty: &Type) -> Option<TypeId> {
        let hash = self.hasher.hash_one(ty);
        self.index.find(hash, |id| self.table[id.index()] == *ty).copied()
    }

    /// The type behind `id`.
    ///
    /// # Panics
    /// If `id` is of another table.
    #[inline]
    pub fn get(&self, id: TypeId) -> &Type {
        &self.table[id.index()]
    }

    #[inline]
    pub(crate) fn layout(&self, id: TypeId) -> &Layout {
        &self.layouts[id.index()]
    }

    /// Number of types.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is no type.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// All types with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (TypeId, &Type)> {
        self.table.iter().enumerate().map(|(at, ty)| (TypeId::new(at), ty))
    }

    /// Width in bits of an integer type.
    pub fn int_bits(&self, id: TypeId) -> Option<u32> {
        match self.get(id) {
            Type::Int(bits) => Some(*bits),
            _ => None,
        }
    }

    /// Lane type and number of lanes of a vector type.
    pub fn vector(&self, id: TypeId) -> Option<(TypeId, u32)> {
        match self.get(id) {
            Type::Vector { elem, len } => Some((*elem, *len)),
            _ => None,
        }
    }

    /// The lane type of a vector, or the type itself.
    pub fn scalar(&self, id: TypeId) -> TypeId {
        self.vector(id).map_or(id, |(elem, _)| elem)
    }

    /// The type of member `index` of a struct, array or vector.
    pub fn member(&self, id: TypeId, index: u64) -> Option<TypeId> {
        match self.get(id) {
            Type::Struct { fields, .. } => fields.get(usize::try_from(index).ok()?).copied(),
            Type::Array { elem, len } => (index < *len).then_some(*elem),
            Type::Vector { elem, len } => (index < u64::from(*len)).then_some(*elem),
            _ => None,
        }
    }

    /// Result type, parameter types and whether further arguments may follow.
    pub fn signature(&self, id: TypeId) -> Option<(TypeId, &[TypeId], bool)> {
        match self.get(id) {
            Type::Func { ret, params, varargs } => Some((*ret, params, *varargs)),
            _ => None,
        }
    }
}
