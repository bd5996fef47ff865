//! A typed SSA view of one LLVM module.
//!
//! This is what the bitcode reader makes and what the interpreter and every compiler start
//! from. It follows the LLVM Language Reference: the same types, the same instructions, the
//! same poison and undef. Where several encodings mean one thing, there is one form here:
//! pointers are opaque, constant address arithmetic is base plus byte offset, metadata is gone but
//! for the lines of the source.
//!
//! Everything is an index into a table of its owner, so a module is plain data: it can be
//! cloned, compared and walked without a context object.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod abi;
mod attributes;
pub mod cfg;
mod consts;
pub mod data;
mod function;
mod ids;
mod inst;
pub mod layout;
mod lines;
pub mod link;
mod location;
mod module;
mod operators;
mod symbol;
pub mod text;
mod types;
mod uses;
pub mod verify;

pub use attributes::{Extension, FunctionFlags, ParamAttrs};
pub use consts::{Const, ConstExpr, ConstKind};
pub use function::{Block, Function, Instr};
pub use ids::{AliasId, BlockId, ConstId, FuncId, GlobalId, TypeId, ValueId};
pub use inst::{CallInfo, Clause, Op, Operand};
pub use lines::Lines;
pub use location::{Location, LocationId, Locations};
pub use module::{Alias, Global, Module, Refusal};
pub use operators::{
    BinaryOp, CastOp, FastMath, FloatPredicate, IntPredicate, Ordering, RmwOp, WrapFlags,
};
pub use symbol::{Linkage, Symbol};
pub use types::{Type, Types};
pub use uses::Uses;
