//! Prints the decoded code of a function after calling it.
//!
//! usage: dump FILE.bc FUNCTION ARG [LIBRARY.bc]

#[expect(dead_code, reason = "shared with the tests")]
#[path = "../tests/common/mod.rs"]
mod common;

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;

use bareflow_interp::{Config, Interp};
use bareflow_ir::{Module, Symbol};
use common::TestWorld;

/// Names of this program's symbols by address, as `nm` tells them.
fn symbols() -> BTreeMap<u64, String> {
    let exe = std::env::current_exe().unwrap();
    let list = Command::new("nm").arg("-C").arg(&exe).output().unwrap();
    let list = String::from_utf8_lossy(&list.stdout).into_owned();
    let parse = |line: &str| {
        let mut words = line.splitn(3, ' ');
        let address = u64::from_str_radix(words.next()?, 16).ok()?;
        Some((address, words.nth(1)?.to_string()))
    };
    let named: BTreeMap<u64, String> = list.lines().filter_map(parse).collect();
    let main_name = "dump::main";
    let at = named.iter().find(|(_, name)| *name == main_name).map_or(0, |(at, _)| *at);
    let base = (main as *const () as u64).wrapping_sub(at);
    named.into_iter().map(|(at, name)| (at.wrapping_add(base), name)).collect()
}

fn read(path: &str) -> Module {
    let bytes = std::fs::read(path).unwrap_or_else(|why| panic!("{path}: {why}"));
    bareflow_bitcode::read(&bytes).unwrap_or_else(|why| panic!("{path}: {why}"))
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [file, name, arg, rest @ ..] = args.as_slice() else {
        eprintln!("usage: dump FILE.bc FUNCTION ARG [LIBRARY.bc]");
        std::process::exit(2);
    };
    let mut module = read(file);
    if let [library] = rest {
        module = bareflow_ir::link::link(&[&module, &read(library)], &[name]).unwrap().module;
    }
    let module = Arc::new(module);
    let world = TestWorld::new(&module);
    let interp = Interp::new(module.clone(), Config::default());
    let Some(Symbol::Func(func)) = module.symbol(name) else { panic!("no {name}") };
    println!("{:?}", interp.call(&world, func, &[arg.parse().unwrap()]));
    println!("{:?}", interp.profile(func));
    let symbols = symbols();
    for id in module.func_ids() {
        let words = interp.code_words(id);
        if words.is_empty() {
            continue;
        }
        println!("{}:", module.func(id).name);
        for (at, [op, first, second]) in words.iter().enumerate() {
            let halves = |word: u64| (word as u32 as i32, (word >> 32) as u32 as i32);
            let ((a, b), (c, d)) = (halves(*first), halves(*second));
            match symbols.get(op) {
                Some(handler) => {
                    let short = handler.replace("bareflow_interp::op::", "");
                    println!("{at:5} {a:7} {b:7} {c:7} {d:7}  {short}");
                }
                None => {
                    let (x, y) = halves(*op);
                    println!("{at:5}   .. {x} {y} {a} {b} {c} {d}");
                }
            }
        }
    }
}
