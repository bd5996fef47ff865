//! Prints how many bytes of a snapshot are what.
//!
//!     cargo run --release -p snapshot-fmt --example sizes boot_010.snapshot

use snapshot_fmt::{Snapshot, decode, encode};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in std::env::args().skip(1) {
        let file = std::fs::read(&path)?;
        let whole = decode(&file)?;
        let len = |snapshot: &Snapshot| encode(snapshot).map(|bytes| bytes.len());
        let all = len(&whole)?;
        println!("{path}: {} bytes; written today {all}", file.len());

        let mut left = whole.clone();
        let mut before = all;
        let mut part = |what: &str, left: &Snapshot| -> Result<(), snapshot_fmt::Error> {
            let now = len(left)?;
            println!("{:>9} {what}", before - now);
            before = now;
            Ok(())
        };
        for function in &mut left.functions {
            function.evidence.clear();
        }
        part("evidence", &left)?;
        for function in &mut left.functions {
            function.profile = Default::default();
        }
        part("profiles", &left)?;
        for function in &mut left.functions {
            function.object = None;
            function.osr.clear();
        }
        part("code with its relocations", &left)?;
        left.functions.clear();
        part("the rest of functions: names, hashes, histories, verdicts", &left)?;
        left.bitcode.clear();
        left.modules.clear();
        part("bitcode", &left)?;
        println!("{before:>9} boots, fingerprints, header");
    }
    Ok(())
}
