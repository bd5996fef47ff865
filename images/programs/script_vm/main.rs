//! A small scripting language: a scanner, a parser that makes a tree, a compiler that makes code
//! for a stack machine, and that machine, with numbers, texts, lists, tables and functions.
#![no_std]
#![no_main]

extern crate alloc;

mod compiler;
mod machine;
mod parser;
mod scanner;
mod value;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use compiler::{BUILT_IN, Compiler, Scope};
use machine::Machine;
use parser::Parser;
use scanner::{Token, scan};
use support as _;
use value::Value;

type Result<T> = core::result::Result<T, String>;

/// Functions are numbered behind those that are built in.
fn run(source: &str) -> Result<Value> {
    let mut parser = Parser { tokens: scan(source)?, at: 0 };
    let mut list = Vec::new();
    while parser.tokens[parser.at] != Token::End {
        list.push(parser.statement()?);
    }
    let mut compiled = Compiler::default();
    BUILT_IN.iter().for_each(|name| compiled.globals.push(name.to_string()));
    let mut scope = Scope { names: None, most: 0, code: Vec::new() };
    list.iter().try_for_each(|tree| compiled.statement(&mut scope, tree))?;
    let outermost = compiled.finish(scope, 0);
    for constant in &mut compiled.constants {
        if let Value::Function(function) = constant {
            *function += BUILT_IN.len();
        }
    }
    let mut globals: Vec<Value> = (0..BUILT_IN.len()).map(Value::Function).collect();
    globals.resize(compiled.globals.len(), Value::Nothing);
    Machine { compiled, globals, stack: Vec::new() }.run(outermost)
}

const SCRIPT: &str = include_str!("script.txt");

/// The answer of a script that works on `n` words.
#[unsafe(no_mangle)]
pub extern "C" fn script_vm(n: u64) -> u64 {
    let answer = match run(&format!("let n = {n};\n{SCRIPT}")) {
        Ok(value) => value.to_string(),
        Err(message) => panic!("{message}"),
    };
    answer.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)
    })
}
