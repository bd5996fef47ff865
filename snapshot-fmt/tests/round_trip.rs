//! What is encoded comes back, and always in the same bytes.

mod common;

use proptest::collection::vec;
use proptest::prelude::*;
use snapshot_fmt::*;

#[test]
fn the_sample_comes_back() {
    let snapshot = common::sample();
    let file = encode(&snapshot).unwrap();
    assert_eq!(decode(&file).unwrap(), snapshot);
    assert_eq!(encode(&snapshot.clone()).unwrap(), file);
    assert_eq!(decode(&encode(&Snapshot::default()).unwrap()).unwrap(), Snapshot::default());
}

#[test]
fn broken_invariants_are_not_written() {
    let fails = |change: fn(&mut Snapshot)| {
        let mut snapshot = common::sample();
        change(&mut snapshot);
        encode(&snapshot).unwrap_err().to_string()
    };
    assert!(fails(|s| s.modules[0].parts.push(99)).contains("bitcode that is not there"));
    assert!(
        fails(|s| s.functions[1].module = 2).contains("fibonacci_main: it belongs to a module")
    );
    assert!(fails(|s| s.functions[0].level = 5).contains("no such level"));
    let reloc = fails(|s| s.functions[0].object.as_mut().unwrap().relocs[0].offset = 97);
    assert!(reloc.contains("outside its section"), "{reloc}");
}

prop_compose! {
    fn reloc(text: u32, consts: u32)(
        in_text in any::<bool>(),
        kind in prop::sample::select(vec![
            RelocKind::Call32, RelocKind::Pc32, RelocKind::GotPc32, RelocKind::Abs64,
        ]),
        target in prop_oneof![
            Just(Target::Text), Just(Target::Consts), any::<String>().prop_map(Target::Symbol),
        ],
        at in any::<prop::sample::Index>(),
        addend in any::<i64>(),
    ) -> RelocRecord {
        let (section, len) =
            if in_text { (Section::Text, text) } else { (Section::Consts, consts) };
        let offset = at.index((len - 7) as usize) as u32;
        RelocRecord { section, offset, kind, target, addend }
    }
}

prop_compose! {
    fn object()(text in vec(any::<u8>(), 8..100), consts in vec(any::<u8>(), 8..40))(
        relocs in vec(reloc(text.len() as u32, consts.len() as u32), 0..4),
        blocks in vec((0..text.len() as u32, any::<u32>()), 0..5),
        symbol in any::<String>(),
        align in 0u32..=12,
        text in Just(text),
        consts in Just(consts),
    ) -> ObjectRecord {
        let mut blocks = blocks;
        blocks.sort();
        ObjectRecord {
            symbol, text, text_align: 1 << align, consts, consts_align: 8, relocs, blocks,
        }
    }
}

prop_compose! {
    fn profile()(
        (calls, back_edges, shape) in any::<(u64, u64, u64)>(),
        cycles in any::<[u64; 4]>(),
        blocks in vec(any::<u64>(), 0..5),
        edges in vec(any::<u64>(), 0..5),
        sites in vec((any::<u32>(), vec(any::<(String, u64)>(), 0..3), any::<u64>()), 0..3),
        params in vec((any::<u32>(), vec(any::<(u64, u64)>(), 0..3), any::<u64>()), 0..3),
        events in vec((any::<String>(), any::<(u8, u64)>(), any::<[u64; 6]>()), 0..3),
    ) -> FunctionProfile {
        let [samples, total, min, max] = cycles;
        FunctionProfile {
            calls, back_edges, shape, blocks, edges,
            cycles: Cycles { samples, total, min, max },
            sites: sites.into_iter()
                .map(|(instr, targets, other)| IndirectSite { instr, targets, other })
                .collect(),
            params: params.into_iter()
                .map(|(param, values, other)| ParamValues { param, values, other })
                .collect(),
            events: events.into_iter()
                .map(|(cpu, (counted, samples), counts)| Events { cpu, counted, samples, counts })
                .collect(),
        }
    }
}

prop_compose! {
    fn evidence()(
        shape in any::<u64>(),
        [blocks, edges] in [vec(any::<u8>(), 0..5), vec(any::<u8>(), 0..5)],
        profile in profile(),
    ) -> Evidence {
        Evidence { shape, blocks, edges, sites: profile.sites }
    }
}

prop_compose! {
    fn function(modules: u32)(
        (module, level) in (0..modules, 0..=4u8),
        [name, compiler, options] in any::<[String; 3]>(),
        features in vec(any::<String>(), 0..3),
        body_hash in any::<[u8; 32]>(),
        object in prop::option::of(object()),
        osr in vec((any::<u32>(), 0..=4u8, any::<[String; 2]>(), any::<Option<u32>>(), object()), 0..3),
        evidence in vec(evidence(), 0..3),
        epoch in any::<Option<u32>>(),
        profile in profile(),
        history in vec((any::<u32>(), 0..=4u8), 0..4),
        (compiles, compile_ns) in any::<(u32, u64)>(),
        variants in vec(any::<(String, u64)>(), 0..3),
    ) -> FunctionRecord {
        let variants: Vec<_> = variants.into_iter()
            .map(|(name, median_cycles)| Variant { name, median_cycles })
            .collect();
        let winner = variants.len().checked_sub(1);
        FunctionRecord {
            module, name, level, compiler, options, features, body_hash, object,
            epoch,
            osr: osr.into_iter()
                .map(|(block, level, [compiler, options], epoch, object)| OsrRecord {
                    block, level, compiler, options, features: Vec::new(), epoch, object,
                })
                .collect(),
            evidence: (3..).zip(evidence).collect(),
            profile, history, compiles, compile_ns,
            verdict: winner.map(|winner| Verdict { variants, winner: winner as u32 }),
        }
    }
}

prop_compose! {
    fn snapshot()(
        (boot_count, generation) in any::<(u32, u64)>(),
        [engine, cpu] in any::<[String; 2]>(),
        features in vec(any::<String>(), 0..3),
        settings in vec(any::<(String, String)>(), 0..3),
        boots in vec(any::<(u32, u64, u64, [u32; 5], u32)>(), 0..3),
        bitcode in vec((any::<String>(), any::<[u8; 32]>(), vec(any::<u8>(), 0..200)), 1..4),
        modules in vec(any::<([String; 2], [u8; 32], Option<u64>)>(), 1..4),
        functions in vec(function(1), 0..5),
    ) -> Snapshot {
        Snapshot {
            boot_count, generation, settings: settings.clone(), functions,
            engine: Fingerprints { engine, cpu, features, settings },
            boots: boots.into_iter()
                .map(|(boot, to_program_us, program_cycles, levels, compiles)| BootLine {
                    boot, to_program_us, program_cycles, levels, compiles,
                })
                .collect(),
            modules: modules.into_iter()
                .map(|([name, entry], hash, arg)| ModuleRecord {
                    name, hash, entry, arg, parts: (0..bitcode.len() as u32).rev().collect(),
                })
                .collect(),
            bitcode: bitcode.into_iter()
                .map(|(name, hash, bytes)| BitcodeRecord { name, hash, bytes })
                .collect(),
        }
    }
}

proptest! {
    #[test]
    fn any_snapshot_comes_back(snapshot in snapshot()) {
        let file = encode(&snapshot).unwrap();
        let back = decode(&file).unwrap();
        prop_assert_eq!(encode(&back).unwrap(), file);
        prop_assert_eq!(back, snapshot);
    }

    #[test]
    fn any_bytes_do_no_harm(bytes in vec(any::<u8>(), 0..300)) {
        prop_assert!(decode(&bytes).is_err());
    }
}
