//! Code memory, the GOT, relocation, and swapping code while it runs.
//!
//! Three types share the work, by who may touch what:
//!
//! | type | what it is | who |
//! |---|---|---|
//! | [`CodeMap`] | where things lie and where slots lead: constants and atomics | every core reads it |
//! | [`Linker`] | pools, names, what is installed, what waits to be freed | one writer |
//! | [`CoreBlock`] | where a core's program leaves to, its measured calls, how far it is | its core |
//!
//! Code memory holds compiled code, its constants, the GOT and the program's variables. Every
//! function of the program has a *slot*: a pointer in the GOT, and two small pieces of code that
//! never move,
//!
//! ```text
//!   stub:   jmp *slot(%rip)             the address of the function, where calls go
//!   thunk:  mov $id, %r11d; jmp enter   what the slot holds until the function is compiled
//! ```
//!
//! so that one release store into the slot swaps the function for all callers on all cores, those
//! that hold its address included. What was swapped out is [retired](Linker::retire) and freed
//! once no core can be in it any more ([`Linker::collect`]).
//!
//! Layout of the two regions, each part at a multiple of 16 bytes:
//!
//! ```text
//!   code:   shared entries | stubs, 8 each | thunks, 16 each | probe thunks, 16 each
//!           | gates, 32 each | code pool
//!   data:   shared cells   | GOT slots, 8 each | gate cells, 16 each | data pool
//! ```
//!
//! A core that runs the program has the address of its block in the word at `gs:[0]`; the machine
//! puts it there. The shared entries of probes load it from there, so measuring knows which core it
//! measures on, and calls that nobody measures do not touch it.
//!
//! # Invariants
//! 1. Code is written through `Region::write` only; nothing is writable where it is executed.
//! 2. A range of the code pool that held code is written again only after a grace period: every
//!    core has passed a quiescent point since it was retired, with a serialising instruction, and
//!    no stack and no frame of a measured call has an address in it.
//! 3. Stubs and thunks of a slot are written before it is declared, and never change after.
//! 4. Words of the data region outside of variables are read and written whole.
//! 5. What belongs to a slot's word (code, a probe's target, a gate's cells) is reached through
//!    the word only, written before it by one release store, and changed again after a grace
//!    period only.
//! 6. Code of the program runs inside of [`enter`] only, on the stack that was given there and with
//!    the block of its core behind `gs`.
//! 7. A core passes quiescent points only where the program has called the engine, and holds no
//!    address there that it has read from a slot and not followed yet.
//! 8. A core's stack is looked at by the core itself, or while it rests and is held from waking.
//! 9. What is in a sweep changes only while the sweep is closed; it closes when all cores have
//!    passed.
#![no_std]

extern crate alloc;

mod block;
mod data;
mod error;
mod gate;
mod grace;
mod install;
mod layout;
mod linker;
mod map;
mod measure;
mod pool;
mod probe;
mod record;
mod retire;
mod retired;
mod settings;
mod sweep;
mod symbols;
mod sync;
mod x86_64;

pub use block::CoreBlock;
pub use error::{LinkError, Pool as PoolKind};
pub use install::Installed;
pub use layout::Region;
pub use linker::Linker;
pub use map::{CodeMap, SlotId};
pub use probe::{ProbeId, ProbeReading, TurnHandler};
pub use settings::{Settings, Usage};
pub use symbols::{Found, Kind, SymbolTable};
pub use x86_64::{Handler, call, catch, enter, leave, stack_pointer, thread_words, throw};
