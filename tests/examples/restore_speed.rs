//! How long a warm start takes: a program of 1,000 functions of about 1 KB of code each is
//! compiled, saved, and restored in a new process, several times.
//!
//!     cargo build --release -p bareflow && cargo run --release -p bareflow-tests --example restore_speed

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

const FUNCTIONS: usize = 1000;

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let source = folder.path().join("many.c");
    std::fs::write(&source, program())?;
    let module = folder.path().join("many.bc");
    let clang = Command::new("clang-22")
        .args(["-O1", "-emit-llvm", "-c"])
        .arg(&source)
        .arg("-o")
        .arg(&module)
        .status()?;
    ensure!(clang.success(), "clang-22 failed");

    let first = run(folder.path(), &module)?;
    let code = code_bytes(&first);
    println!("cold: {} functions compiled, {code} bytes of code", first["compiles"]);
    let mut best = u64::MAX;
    for _ in 0..7 {
        let warm = run(folder.path(), &module)?;
        ensure!(warm["result"] == first["result"], "another result");
        let us = warm["restore_us"].as_u64().context("no time")?;
        println!(
            "warm: {} functions restored in {:.2} ms, snapshot of {} bytes",
            warm["restored"],
            us as f64 / 1000.0,
            warm["snapshot"]["bytes"]
        );
        best = best.min(us);
    }
    println!("least: {:.2} ms", best as f64 / 1000.0);
    Ok(())
}

fn run(folder: &Path, module: &Path) -> Result<Value> {
    let tool = std::env::current_exe()?.ancestors().nth(2).context("no target")?.join("bareflow");
    let output = Command::new(&tool)
        .args(["run", "--json", "--entry", "entry", "--arg", "40", "--disk"])
        .arg(folder)
        .arg(module)
        // Every function is compiled once and stays at O1.
        .args(["--thresholds", "10,1000000,10000000"])
        .output()
        .with_context(|| tool.display().to_string())?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn code_bytes(line: &Value) -> u64 {
    let functions = line["functions"].as_array().into_iter().flatten();
    functions.filter_map(|function| function["code_bytes"].as_u64()).sum()
}

/// The program: functions without a loop, so that each has about 1 KB of code.
fn program() -> String {
    let mut text = String::from("typedef unsigned long u;\nstatic volatile u cell;\n");
    for f in 0..FUNCTIONS {
        let _ = write!(text, "__attribute__((noinline)) static u f{f}(u a, u b) {{ u c = a ^ {f};");
        for step in 0..44 {
            let shift = 1 + (step * 7 + f) % 60;
            let _ = write!(text, "c += (a >> {shift}) ^ (b * {}); a ^= c;", 3 + 2 * step + f);
        }
        text.push_str("cell = c; return a + c; }\n");
    }
    text.push_str("u entry(u n) { u sum = 0; for (u i = 0; i < n; i++) {\n");
    for f in 0..FUNCTIONS {
        let _ = writeln!(text, "sum += f{f}(i, sum);");
    }
    text.push_str("} return sum; }\n");
    text
}
