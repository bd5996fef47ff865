//! A snapshot as a real boot would save it, some kilobytes large.

use snapshot_fmt::*;

/// Two modules that share a C library; compiled, interpreted and replaced functions.
pub fn sample() -> Snapshot {
    let mut snapshot = Snapshot {
        boot_count: 3,
        generation: 17,
        engine: Fingerprints {
            engine: "bareflow 0.1.0".into(),
            cpu: "A processor of some kind".into(),
            features: ["avx", "avx2", "bmi1", "fma", "sse4.2"].map(String::from).into(),
            settings: vec![("thresholds".into(), "100,1000,10000".into())],
        },
        settings: vec![("keep".into(), "8".into()), ("timer".into(), "on".into())],
        boots: (1..=3)
            .map(|boot| BootLine {
                boot,
                to_program_us: 400_000 / u64::from(boot),
                program_cycles: 9_876_543_210 >> (3 * boot),
                levels: [9 - boot, 0, boot, 1, 3],
                compiles: 12 >> boot,
            })
            .collect(),
        ..Snapshot::default()
    };
    let libc = snapshot.add_bitcode("libc.bc", [0x11; 32], &noise(1, 700));
    for (i, name) in ["fibonacci", "sha256"].into_iter().enumerate() {
        let part =
            snapshot.add_bitcode(&format!("{name}.bc"), [i as u8; 32], &noise(2 + i as u32, 400));
        snapshot.modules.push(ModuleRecord {
            name: name.into(),
            hash: [0x80 | i as u8; 32],
            entry: format!("{name}_main"),
            arg: (i == 0).then_some(35),
            parts: vec![part, libc],
        });
    }
    for (i, name) in
        ["fib", "fibonacci_main", "compress", "sha256_main", "memcpy"].into_iter().enumerate()
    {
        snapshot.functions.push(function(i as u32, name));
    }
    snapshot
}

/// A function; the third one has everything a function can have, the last one next to nothing.
fn function(i: u32, name: &str) -> FunctionRecord {
    let bare = FunctionRecord { module: i / 2 % 2, name: name.into(), ..Default::default() };
    if i == 4 {
        return bare;
    }
    FunctionRecord {
        level: (i + 1) as u8,
        compiler: "cranelift".into(),
        options: "opt_level=speed".into(),
        features: vec!["avx2".into(), "bmi1".into()],
        body_hash: [i as u8; 32],
        object: Some(object(name, 100 + 60 * i)),
        epoch: Some(7 - i),
        osr: (0..i / 2)
            .map(|o| OsrRecord {
                block: o + 3,
                level: 2,
                compiler: "cranelift".into(),
                options: "inline=0".into(),
                features: vec!["bmi1".into()],
                epoch: Some(2),
                object: object(name, 80),
            })
            .collect(),
        profile: FunctionProfile {
            calls: 10_000 + u64::from(i),
            back_edges: 1 << 33,
            cycles: Cycles { samples: 10, total: 12_345, min: 1_000, max: 2_222 },
            shape: 0x0123_4567_89ab_cdef,
            blocks: vec![1, 500, 499, 1],
            edges: vec![1, 499, 1, 499],
            sites: vec![IndirectSite { instr: 12, targets: vec![("memcpy".into(), 77)], other: 3 }],
            params: vec![ParamValues { param: 1, values: vec![(64, 1000), (0, 3)], other: 9 }],
            events: ["A processor of some kind", "Another"][..i as usize % 3]
                .iter()
                .map(|cpu| Events {
                    cpu: (*cpu).into(),
                    counted: 0b11_0111,
                    samples: 4 + u64::from(i),
                    counts: [1 << 40, 12_345, 999, 0, 77, 7],
                })
                .collect(),
        },
        history: vec![(1, 0), (1, 2), (3, (i + 1) as u8)],
        compiles: 2,
        compile_ns: 700_000,
        verdict: (i == 2).then(|| Verdict {
            variants: vec![
                Variant { name: "plain".into(), median_cycles: 900 },
                Variant { name: "unrolled".into(), median_cycles: 850 },
            ],
            winner: 1,
        }),
        evidence: (1..=i)
            .map(|n| {
                let evidence = Evidence {
                    shape: 0x0123_4567_89ab_cdef,
                    blocks: vec![65, 65 + n as u8, 0, 65],
                    edges: vec![1, 0, 255],
                    sites: vec![IndirectSite {
                        instr: 12,
                        targets: vec![("memcpy".into(), 80)],
                        other: 4,
                    }],
                };
                (2 * n, evidence)
            })
            .collect(),
        ..bare
    }
}

fn object(symbol: &str, len: u32) -> ObjectRecord {
    let reloc =
        |section, offset, kind, target| RelocRecord { section, offset, kind, target, addend: -4 };
    ObjectRecord {
        symbol: symbol.into(),
        text: noise(len, len as usize),
        text_align: 16,
        consts: noise(9, 32),
        consts_align: 8,
        relocs: vec![
            reloc(Section::Text, 1, RelocKind::Call32, Target::Symbol("memcpy".into())),
            reloc(Section::Text, 8, RelocKind::Pc32, Target::Consts),
            reloc(Section::Text, 20, RelocKind::GotPc32, Target::Symbol("fib".into())),
            reloc(Section::Consts, 24, RelocKind::Abs64, Target::Text),
        ],
        blocks: vec![(0, 0), (24, 2), (60, 1)],
    }
}

/// Bytes that do not repeat (xorshift).
pub fn noise(seed: u32, len: usize) -> Vec<u8> {
    let mut x = seed.wrapping_mul(0x9e37_79b9) | 1;
    let mut next = || {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        (x >> 24) as u8
    };
    (0..len).map(|_| next()).collect()
}
