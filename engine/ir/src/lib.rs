//! A typed SSA view of one LLVM module.
//!
//! This is what the bitcode reader makes and what the interpreter and every compiler start
//! from. It follows the LLVM Language Reference: the same types, the same instructions, the
//! same poison and undef. Where several encodings mean one thing, there is one form here:
//! pointers are opaque, constant address arithmetic is base plus byte offset, debug records
//! and metadata are gone.
//!
//! Everything is an index into a table of its owner, so a module is plain data: it can be
//! cloned, compared and walked without a context object.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod abi;
pub mod cfg;
mod consts;
pub mod data;
mod function;
mod ids;
mod inst;
pub mod layout;
pub mod link;
mod module;
pub mod text;
mod types;
pub mod verify;

pub use consts::{Const, ConstExpr, ConstKind};
pub use function::{Block, Function, FunctionFlags, Instr, ParamAttrs};
pub use ids::{AliasId, BlockId, ConstId, FuncId, GlobalId, TypeId, ValueId};
pub use inst::{
    BinaryOp, CallInfo, CastOp, Extension, FastMath, FloatPredicate, IntPredicate, Op, Operand,
    Ordering, RmwOp, WrapFlags,
};
pub use module::{Alias, Global, Linkage, Module, Refusal, Symbol};
pub use types::{Type, Types};
