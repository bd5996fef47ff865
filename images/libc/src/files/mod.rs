//! Files beyond reading and writing them: what they are, where they are, and what they are in.

pub mod change;
mod folders;
pub mod place;
mod poll;
mod status;
mod temporary;
