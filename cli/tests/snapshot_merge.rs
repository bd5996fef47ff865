//! Merging profiles: the order of machines makes no difference.

use bareflow::snapshot::{counts_of, merge};
use proptest::collection::vec;
use proptest::prelude::*;
use snapshot_fmt::*;

prop_compose! {
    /// Counts of one function. Few shapes and names, so that they meet.
    fn profile()(
        shape in 0..3u64,
        calls in prop_oneof![0..1000u64, Just(u64::MAX)],
        samples in 0..4u64,
        [min, more, total] in any::<[u16; 3]>(),
        blocks in vec(0..100u64, 0..5),
        edges in vec(0..100u64, 0..5),
        sites in vec((0..3u32, vec(("[abc]", 0..50u64), 0..4), 0..9u64), 0..3),
        params in vec((0..3u32, vec((0..4u64, 0..50u64), 0..4), 0..9u64), 0..3),
        events in vec(("[ab]", 0..9u64, any::<[u32; 6]>()), 0..3),
    ) -> FunctionProfile {
        let (min, max) = (u64::from(min), u64::from(min) + u64::from(more));
        FunctionProfile {
            calls, shape, blocks, edges,
            back_edges: calls / 2,
            cycles: match samples {
                0 => Cycles::default(),
                _ => Cycles { samples, total: total.into(), min, max },
            },
            sites: sites.into_iter()
                .map(|(instr, targets, other)| IndirectSite { instr, targets, other })
                .collect(),
            params: params.into_iter()
                .map(|(param, values, other)| ParamValues { param, values, other })
                .collect(),
            events: events.into_iter()
                .map(|(cpu, samples, counts)| Events {
                    cpu, counted: 63, samples, counts: counts.map(u64::from),
                })
                .collect(),
        }
    }
}

prop_compose! {
    /// What one machine learned about a fixed program.
    fn machine()(
        (boot_count, generation) in (0..20u32, 0..50u64),
        cpu in "[XYZ]",
        features in proptest::sample::subsequence(vec!["avx", "avx2", "fma", "sse42"], 0..=4),
        functions in proptest::collection::btree_map(
            (0..2u32, "[fgh]"),
            (profile(), any::<[bool; 2]>(), 0..5u32, 0..1000u64),
            0..6,
        ),
    ) -> Snapshot {
        let mut snapshot = Snapshot {
            boot_count, generation,
            engine: Fingerprints {
                engine: "engine".into(),
                cpu,
                features: features.into_iter().map(String::from).collect(),
                settings: vec![],
            },
            boots: vec![BootLine { boot: boot_count, ..BootLine::default() }],
            ..Snapshot::default()
        };
        let libc = snapshot.add_bitcode("libc.bc", [1; 32], b"libc");
        for name in ["one", "two"] {
            snapshot.modules.push(ModuleRecord {
                name: name.into(), hash: [2; 32], entry: "main".into(), arg: None, parts: vec![libc],
            });
        }
        snapshot.functions = functions.into_iter()
            .map(|((module, name), (profile, [compiled, hash], compiles, compile_ns))| FunctionRecord {
                module, name, profile, compiles, compile_ns,
                level: if compiled { 3 } else { 0 },
                body_hash: [hash.into(); 32],
                object: compiled.then(|| ObjectRecord {
                    text: vec![0xc3], text_align: 16, consts_align: 1, ..ObjectRecord::default()
                }),
                ..FunctionRecord::default()
            })
            .rev()
            .collect();
        snapshot
    }
}

fn joined(a: &Snapshot, b: &Snapshot) -> Snapshot {
    merge(a.clone(), b.clone()).unwrap()
}

proptest! {
    #[test]
    fn merging_is_commutative_and_associative(a in machine(), b in machine(), c in machine()) {
        let [a, b, c] = [a, b, c].map(counts_of);
        prop_assert_eq!(joined(&a, &b), joined(&b, &a));
        let left = joined(&joined(&a, &b), &c);
        let right = joined(&a, &joined(&b, &c));
        prop_assert_eq!(&left, &right);
        prop_assert_eq!(encode(&left), encode(&right));
    }

    #[test]
    fn no_call_is_lost_and_no_code_is_kept(a in machine(), b in machine()) {
        let calls = |snapshot: &Snapshot, module: u32, name: &str| {
            snapshot.function(module, name).map_or(0, |function| function.profile.calls)
        };
        let both = joined(&counts_of(a.clone()), &counts_of(b.clone()));
        for function in &both.functions {
            let (module, name) = (function.module, &function.name);
            let sum = calls(&a, module, name).saturating_add(calls(&b, module, name));
            prop_assert_eq!(function.profile.calls, sum);
            prop_assert!(function.object.is_none() && function.level == 0);
        }
        prop_assert!(a.functions.iter().all(|f| both.function(f.module, &f.name).is_some()));
    }
}

#[test]
fn other_programs_are_refused_by_name() {
    let module = |name: &str, hash: u8| {
        let module = ModuleRecord { name: name.into(), hash: [hash; 32], ..Default::default() };
        Snapshot { modules: vec![module], ..Snapshot::default() }
    };
    let changed = merge(module("sha256", 1), module("sha256", 2)).unwrap_err();
    assert!(changed.contains("sha256"), "{changed}");
    let more = merge(Snapshot::default(), module("fft", 1)).unwrap_err();
    assert!(more.contains("fft is not in the others"), "{more}");
}
