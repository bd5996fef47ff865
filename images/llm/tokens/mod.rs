//! Tokens: the pieces of text that a model reads and writes.

pub mod chat;
pub mod classes;
pub mod encode;
pub mod split;
pub mod vocabulary;
