//! Model files: bytes to a model and its vocabulary.

pub mod checkpoint;
pub mod gguf;
pub mod metadata;
pub mod reader;
pub mod tokenizer;
