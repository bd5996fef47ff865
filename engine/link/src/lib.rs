//! Code memory, the GOT, relocation, and swapping code while it runs.
//!
//! A [`CodeSpace`] owns the memory that compiled code, its constants, the GOT and the program's
//! variables lie in. Every function of the program has a *slot*: a pointer in the GOT, and two
//! small pieces of code that never move,
//!
//! ```text
//!   stub:   jmp *slot(%rip)             the address of the function, where calls go
//!   thunk:  mov $id, %r11d; jmp enter   what the slot holds until the function is compiled
//! ```
//!
//! so that one release store into the slot swaps the function for all callers, those that hold
//! its address included. What was swapped out is [retired](CodeSpace::retire) and freed once no
//! frame of it is left on a stack ([`CodeSpace::collect`]).
//!
//! Layout of the two regions, each part at a multiple of 16 bytes:
//!
//! ```text
//!   code:   shared entries | stubs, 8 each | thunks, 16 each | probe thunks, 16 each
//!           | gates, 32 each | code pool
//!   data:   shared cells   | GOT slots, 8 each | gate cells, 16 each | data pool
//! ```
//!
//! # Invariants
//! 1. Code is written through `Region::write` only; nothing is writable where it is executed.
//! 2. A range of the code pool is reused only when no stack holds an address in it.
//! 3. Stubs and thunks of a slot never change once it is declared.
#![no_std]

extern crate alloc;

mod data;
mod error;
mod gate;
mod install;
mod pool;
mod probe;
mod retire;
mod space;
mod symbols;
mod x86_64;

pub use error::{LinkError, Pool as PoolKind};
pub use install::Installed;
pub use probe::{ProbeId, ProbeReading, TurnHandler};
pub use retire::{Stack, stack_pointer};
pub use space::{CodeSpace, Region, Settings, SlotId, Usage};
pub use symbols::{Found, Kind, SymbolTable};
pub use x86_64::{Escape, Handler, RegFrame, call, enter, leave};
