//! Interprets `main` of a bitcode file; what it only declares comes from the C library of this
//! process.
//!
//! usage: run FILE.bc

#[expect(dead_code, reason = "shared with the tests")]
#[path = "../tests/common/mod.rs"]
mod common;

use std::sync::Arc;

use bareflow_interp::{Config, Interp};
use bareflow_ir::Symbol;
use common::TestWorld;

fn main() {
    let Some(file) = std::env::args().nth(1) else {
        eprintln!("usage: run FILE.bc");
        std::process::exit(2);
    };
    let bytes = std::fs::read(&file).unwrap_or_else(|why| panic!("{file}: {why}"));
    let module = bareflow_bitcode::read(&bytes).unwrap_or_else(|why| panic!("{file}: {why}"));
    let module = Arc::new(module);
    let world = TestWorld::new(&module);
    let interp = Interp::new(module.clone(), Config::default());
    let Some(Symbol::Func(main)) = module.symbol("main") else { panic!("{file}: no main") };
    let status = match interp.call(&world, main, &[1, 0]) {
        Ok(words) => words.first().copied().unwrap_or(0) as i32,
        Err(trap) => {
            eprintln!("{file}: {trap}");
            101
        }
    };
    // SAFETY: what the program printed is in the C library's buffers.
    unsafe { libc::exit(status) }
}
