//! Reads the files named on the command line and says what they hold.

use std::time::Instant;

fn main() {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).expect("a readable file");
        let start = Instant::now();
        match bareflow_bitcode::read(&bytes) {
            Ok(module) => {
                let instrs: usize = module.funcs.iter().map(|f| f.instrs.len()).sum();
                let took = start.elapsed();
                println!(
                    "{path}: {} bytes, {} functions, {instrs} instructions, {} refused, {took:?}",
                    bytes.len(),
                    module.funcs.len(),
                    module.refused.len()
                );
                if std::env::var_os("TEXT").is_some() {
                    println!("{module}");
                }
                for refusal in &module.refused {
                    println!("  {:?}: {}", refusal.symbol, refusal.why);
                }
            }
            Err(error) => println!("{path}: {error}"),
        }
    }
}
