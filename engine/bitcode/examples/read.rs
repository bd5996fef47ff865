//! Reads the files named on the command line and says what they hold; with `TEXT` set, prints
//! them; with `REPEAT=n`, reads each n times and says how long it takes; with `NEED=name,...`,
//! reads only what these functions need. The last line says how long 10 KB (10,240 bytes) of
//! bitcode take to read and verify, over all files.
//!
//!     cargo xtask images
//!     REPEAT=5 cargo run --release -p bareflow-bitcode --example read -- \
//!         target/bareflow/libc.bc target/bareflow/modules/*.bc

use std::hint::black_box;
use std::time::{Duration, Instant};

fn main() {
    let number = |name| std::env::var(name).ok().and_then(|value| value.parse::<u32>().ok());
    let repeat = number("REPEAT").unwrap_or(1).max(1);
    let (mut all_bytes, mut all_time, mut slowest) = (0, Duration::ZERO, Duration::ZERO);
    for path in std::env::args().skip(1) {
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) => {
                eprintln!("{path}: {error}");
                continue;
            }
        };
        if let Ok(names) = std::env::var("NEED") {
            let start = Instant::now();
            let mut lazy = bareflow_bitcode::Lazy::open(&bytes).expect("a module");
            let opened = start.elapsed();
            lazy.need(&bytes, |name| names.split(',').any(|wanted| wanted == name))
                .expect("bodies");
            let funcs = lazy.module().funcs.iter();
            let read = funcs.filter(|func| !func.is_declaration()).count();
            println!("{path}: {opened:?} to open, {:?} in all, {read} bodies", start.elapsed());
            continue;
        }
        let mut best = Duration::MAX;
        for _ in 1..repeat {
            let start = Instant::now();
            let _ = black_box(bareflow_bitcode::read(black_box(&bytes)));
            best = best.min(start.elapsed());
        }
        let start = Instant::now();
        let module = match bareflow_bitcode::read(&bytes) {
            Ok(module) => module,
            Err(error) => {
                println!("{path}: {error}");
                continue;
            }
        };
        let took = best.min(start.elapsed());
        if std::env::var_os("TEXT").is_some() {
            print!("{module}");
            continue;
        }
        (all_bytes, all_time) = (all_bytes + bytes.len(), all_time + took);
        slowest = slowest.max(took.mul_f64(10240.0 / bytes.len() as f64));
        let start = Instant::now();
        let right = bareflow_ir::verify::verify(&module).is_ok();
        let verified = start.elapsed();
        let instrs: usize = module.funcs.iter().map(|func| func.instrs.len()).sum();
        println!(
            "{path}: {} bytes, {} functions, {instrs} instructions, {} constants, {} refused, \
             {took:?}, of which {verified:?} to verify ({right})",
            bytes.len(),
            module.funcs.len(),
            module.consts.len(),
            module.refused.len(),
        );
        for refusal in &module.refused {
            println!("  {:?}: {}", refusal.symbol, refusal.why);
        }
    }
    if all_bytes > 0 {
        let mean = all_time.mul_f64(10240.0 / all_bytes as f64);
        println!("{mean:?} for 10 KB, {slowest:?} in the slowest file");
    }
}
