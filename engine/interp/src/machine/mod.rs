//! What decoded code runs on: instructions, frames, counts, and a run with all it needs.
//!
//! Handlers ([`crate::op`]) stand on this, decoding and the interpreter on the handlers. What a
//! handler asks of those above it goes through [`Owner`].

mod count;
mod frame;
mod function;
mod functions;
mod inst;
mod osr;
mod run;

pub(crate) use count::{Tally, bump, claim, take_back, tally};
pub(crate) use frame::{HEADER, Header, SLACK, depth, header, read, write};
pub(crate) use function::{Callee, NOBODY, slow};
pub(crate) use functions::Functions;
pub(crate) use inst::{Context, Cx, Entry, Fp, Handler, Inst, Ip};
pub(crate) use osr::OsrMove;
pub(crate) use run::{Entered, Loop, Owner, Run};
