//! Prints how long it takes to encode and to decode a snapshot of 1,000 functions of 1 KB each.

use std::time::Instant;

use snapshot_fmt::{
    FunctionProfile, FunctionRecord, ModuleRecord, ObjectRecord, RelocKind, RelocRecord, Section,
    Snapshot, Target, decode, encode,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut snapshot = Snapshot::default();
    let part = snapshot.add_bitcode("program.bc", [1; 32], &vec![7; 300_000]);
    snapshot.modules.push(ModuleRecord { parts: vec![part], ..ModuleRecord::default() });
    snapshot.functions = (0..1000).map(function).collect();

    let (mut writing, mut reading) = (f64::MAX, f64::MAX);
    let mut len = 0;
    for _ in 0..20 {
        let start = Instant::now();
        let bytes = encode(&snapshot)?;
        writing = writing.min(start.elapsed().as_secs_f64());
        let start = Instant::now();
        let back = decode(&bytes)?;
        reading = reading.min(start.elapsed().as_secs_f64());
        assert!(back == snapshot);
        len = bytes.len();
    }
    println!(
        "1,000 functions of 1 KB, {len} bytes: encode {:.2} ms, decode {:.2} ms",
        writing * 1e3,
        reading * 1e3
    );
    Ok(())
}

fn function(i: u32) -> FunctionRecord {
    let reloc = |offset| RelocRecord {
        section: Section::Text,
        offset,
        kind: RelocKind::Call32,
        target: Target::Symbol(format!("function_{}", (i + offset) % 1000)),
        addend: -4,
    };
    FunctionRecord {
        name: format!("function_{i}"),
        level: 4,
        object: Some(ObjectRecord {
            symbol: format!("function_{i}"),
            text: (0..1024).map(|b: u32| (b ^ i) as u8).collect(),
            text_align: 16,
            consts: vec![1; 64],
            consts_align: 16,
            relocs: (0..20).map(|r| reloc(r * 50)).collect(),
            blocks: (0..30).map(|b| (b * 30, b)).collect(),
        }),
        profile: FunctionProfile {
            calls: 1 << 20,
            blocks: vec![1 << 20; 30],
            edges: vec![1 << 20; 40],
            ..FunctionProfile::default()
        },
        ..FunctionRecord::default()
    }
}
