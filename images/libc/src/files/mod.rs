//! Files beyond reading and writing them: what they are, where they are, and what they are in.

pub mod change;
pub mod folders;
pub mod place;
mod poll;
pub mod status;
mod temporary;
