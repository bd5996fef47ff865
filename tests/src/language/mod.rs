//! Language models for tests: files of random weights in every format, and a plain program that they are
//! compared with.

pub mod blocks;
pub mod damage;
pub mod file;
pub mod large;
pub mod llama2c;
pub mod native;
pub mod plain;
pub mod random;
pub mod speed;
pub mod tokenizer;
