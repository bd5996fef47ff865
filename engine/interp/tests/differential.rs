//! The same C function compiled natively and interpreted from bitcode of every level.

#[expect(dead_code, reason = "each test uses a part of it")]
mod common;

use bareflow_interp::Config;
use common::{Program, sources};

fn agree(level: &str) {
    let mut wrong: Vec<String> = Vec::new();
    for source in sources() {
        let program = Program::compile(&source, level, Config::default());
        let tests = program.tests();
        assert!(!tests.is_empty(), "{} has no test", source.display());
        for name in tests {
            if std::env::var_os("TRACE").is_some() {
                eprintln!("{} {name}", source.display());
            }
            for arg in [0, 1, 2, 3, 7, 10, 33, 100, u64::MAX, 0x8000_0000_0000_0000] {
                let expected = program.native(&name)(arg);
                let found = program.interpreted(&name, arg);
                if found != Ok(expected) {
                    let file = source.file_name();
                    wrong.push(format!("{file:?} {name}({arg}): {found:?}, not {expected}"));
                    break;
                }
            }
        }
    }
    assert!(wrong.is_empty(), "at {level}:\n{}", wrong.join("\n"));
}

#[test]
fn agrees_with_native_at_o0() {
    agree("-O0");
}

#[test]
fn agrees_with_native_at_o1() {
    agree("-O1");
}

#[test]
fn agrees_with_native_at_o2() {
    agree("-O2");
}

#[test]
fn agrees_with_native_at_o3() {
    agree("-O3");
}
