//! Order, repetition and portions change nothing; nobody drowns the others.

use super::*;
use crate::{Newcomer, Origin, Settled};
use proptest::prelude::*;
use snapshot_fmt::{FunctionRecord, ModuleRecord, Variant, Verdict};

const ENGINE: &str = "engine";
const NEWCOMER: Newcomer<'_> = Newcomer { engine: ENGINE, features: None, cpu: None };

/// A program of one bitcode file, as snapshots hold it.
fn base() -> Snapshot {
    use sha2::{Digest, Sha256};
    let text = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fleet.bc")).unwrap();
    let hash: [u8; 32] = Sha256::digest(&text).into();
    let mut base = Snapshot::default();
    let part = base.add_bitcode("fleet.bc", hash, &text);
    let source = bareflow_program::Source {
        name: "fleet".into(),
        parts: vec![bareflow_program::Part { file: "fleet.bc".into(), bytes: text }],
        entry: Some("entry".into()),
        arg: Some(1),
        ..bareflow_program::Source::default()
    };
    let loaded = bareflow_program::load(&source, &bareflow_program::Library::default()).unwrap();
    base.engine.engine = ENGINE.into();
    base.modules.push(ModuleRecord {
        name: "fleet".into(),
        hash: loaded.hash,
        entry: "entry".into(),
        arg: Some(1),
        parts: vec![part],
    });
    base
}

fn entry(base: &Snapshot, machine: u8, boot: u32, calls: [u64; 2], generation: u64) -> Entry {
    let function = |name: &str, calls: u64| FunctionRecord {
        name: name.into(),
        profile: snapshot_fmt::FunctionProfile { calls, ..Default::default() },
        ..FunctionRecord::default()
    };
    let functions = vec![function("entry", calls[0]), function("helper", calls[1])];
    let snapshot = Snapshot { boot_count: boot, generation, functions, ..base.clone() };
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&(calls[0] ^ calls[1].rotate_left(7)).to_le_bytes());
    hash[8] = machine;
    Entry { origin: Origin { machine: format!("machine {machine}"), boot }, hash, snapshot }
}

fn fleet(entries: &[Entry]) -> Fleet {
    let mut fleet = Fleet::default();
    entries.iter().cloned().for_each(|entry| fleet.add(entry));
    fleet
}

fn calls(settled: &Settled, name: &str) -> u64 {
    settled.snapshot.function(0, name).unwrap().profile.calls
}

#[test]
fn one_that_lies_or_has_run_for_ever_weighs_as_much_as_the_middle_one() {
    let base = base();
    let honest: Vec<Entry> =
        (0..9).map(|machine| entry(&base, machine, 1, [1_000, 9_000], 1)).collect();
    let alone = fleet(&honest).settle(&base, NEWCOMER).unwrap();
    assert_eq!((calls(&alone, "entry"), calls(&alone, "helper")), (9_000, 81_000));
    let liar = entry(&base, 100, 1, [u64::MAX, 5], u64::MAX);
    let with = fleet(&[honest, vec![liar]].concat()).settle(&base, NEWCOMER).unwrap();
    assert_eq!(with.machines, 10);
    assert!(calls(&with, "entry") <= 9_000 + 10_000, "{}", calls(&with, "entry"));
    assert_eq!(calls(&with, "helper"), 81_001, "what ran at all stays at least 1");
    // Nor does it lead by what it says of itself.
    assert_ne!(with.code_of.unwrap().machine, "");
}

#[test]
fn of_each_machine_the_newest_boot_counts_and_each_refusal_has_its_reason() {
    let base = base();
    let mut other = entry(&base, 3, 1, [5, 5], 1);
    other.snapshot.modules[0].name = "something else".into();
    let mut stale = entry(&base, 4, 1, [700, 700], 1);
    stale.snapshot.modules[0].hash = [9; 32];
    let entries = [
        entry(&base, 1, 1, [400, 400], 1),
        entry(&base, 1, 2, [800, 800], 2),
        entry(&base, 2, 1, [750, 750], 1),
        other,
        stale,
    ];
    let settled = fleet(&entries).settle(&base, NEWCOMER).unwrap();
    assert_eq!(settled.machines, 3);
    let why = |machine: u8, boot: u32| {
        let origin = Origin { machine: format!("machine {machine}"), boot };
        settled.refused.iter().find(|refused| refused.origin == origin).map(|r| r.why.as_str())
    };
    assert_eq!(why(1, 1), Some("its machine has gone on to boot 2"));
    assert_eq!(why(3, 1), Some("it runs other programs"));
    assert_eq!(why(4, 1), Some("its programs are another version: counts only"));
    let leads = |machine: u8, boot| why(machine, boot).is_none();
    assert!(leads(1, 2) != leads(2, 1), "one of them leads: {:?}", settled.refused);
}

#[test]
fn code_is_taken_only_where_the_processor_has_what_it_needs() {
    let base = base();
    let mut one = entry(&base, 1, 1, [400, 400], 1);
    for (function, needs) in one.snapshot.functions.iter_mut().zip(["avx2", "popcnt"]) {
        function.level = 4;
        function.features = vec![needs.to_owned()];
        function.object = Some(snapshot_fmt::ObjectRecord::default());
    }
    let settled = fleet(&[one])
        .settle(&base, Newcomer { features: Some(&["popcnt".to_owned()]), ..NEWCOMER })
        .unwrap();
    let has = |name: &str| settled.snapshot.function(0, name).unwrap().object.is_some();
    assert_eq!((has("entry"), has("helper")), (false, true));
}

/// A machine of this model that has counted so much, and how its tournaments of `entry` and `helper` ended.
fn judged(base: &Snapshot, machine: u8, cpu: &str, calls: u64, ended: [Option<u32>; 2]) -> Entry {
    let mut entry = entry(base, machine, 1, [calls, calls], 1);
    entry.snapshot.engine.cpu = cpu.into();
    let variant = |name: &str, median_cycles| Variant { name: name.into(), median_cycles };
    for (function, winner) in entry.snapshot.functions.iter_mut().zip(ended) {
        function.verdict = winner.map(|winner| Verdict {
            variants: vec![variant("", 90), variant("unroll=4", 100)],
            winner,
        });
        function.level = 4;
        function.object = Some(snapshot_fmt::ObjectRecord::default());
    }
    entry
}

#[test]
fn verdicts_are_weighed_by_model() {
    let base = base();
    let one = |machine, cpu, winner| judged(&base, machine, cpu, 1_000, [Some(winner), None]);
    let mut all: Vec<Entry> = (0..5).map(|machine| one(machine, "old", 0)).collect();
    all.extend((5..7).map(|machine| one(machine, "new", 1)));
    let settle = |all: &[Entry], cpu| {
        let settled = fleet(all).settle(&base, Newcomer { cpu, ..NEWCOMER }).unwrap();
        let verdict = settled.snapshot.function(0, "entry").unwrap().verdict.as_ref();
        (verdict.map(|verdict| verdict.winner), settled.code_of.unwrap().machine)
    };
    // Two of the model that is asked for weigh more than five of another.
    let (winner, leader) = settle(&all, Some("new"));
    assert_eq!((winner, &leader[..] >= "machine 5"), (Some(1), true));
    let (winner, leader) = settle(&all, Some("old"));
    assert_eq!((winner, &leader[..] < "machine 5"), (Some(0), true));
    // Of no known model: most.
    assert_eq!(settle(&all, None).0, Some(0));
    // One that claims to have won by magic has one voice, and its code does not lead.
    let mut liar = one(9, "old", 1);
    let verdict = liar.snapshot.functions[0].verdict.as_mut().unwrap();
    verdict.variants[1].median_cycles = 1;
    liar.snapshot.functions[0].profile.calls = u64::MAX;
    all.push(liar);
    let (winner, leader) = settle(&all, Some("old"));
    assert_eq!((winner, &leader[..] < "machine 5"), (Some(0), true));
}

#[test]
fn a_verdict_that_stands_alone_is_decided_anew() {
    let base = base();
    let one = |machine, calls, ended| judged(&base, machine, "", calls, ended);
    // Each of the two that have counted enough to lead differs from most in one function.
    let all = [
        one(1, 1_000, [Some(0), Some(1)]),
        one(2, 1_000, [Some(1), Some(0)]),
        one(3, 900, [Some(0), None]),
        one(4, 900, [None, Some(0)]),
        entry(&base, 5, 1, [2_000, 0], 1),
    ];
    let settled = fleet(&all[..4]).settle(&base, NEWCOMER).unwrap();
    assert_eq!(settled.reopened, 0, "capped, all weigh the same, and one agrees with all");
    let mut all = all;
    all[4].snapshot.engine.engine = "another".into();
    let settled = fleet(&all).settle(&base, NEWCOMER).unwrap();
    let winners = ["entry", "helper"].map(|name| {
        let record = settled.snapshot.function(0, name).unwrap();
        assert!(record.object.is_some(), "code is right whoever is fastest");
        record.verdict.as_ref().map(|verdict| verdict.winner)
    });
    assert_eq!(settled.reopened, 1);
    assert!(winners == [Some(0), None] || winners == [None, Some(0)], "{winners:?}");
}

/// Entries of a few machines and boots, so that some are the same boot of the same machine.
fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let base = base();
    let one = (0..5_u8, 1..4_u32, any::<[u64; 2]>(), 0..4_u64);
    let small = (0..5_u8, 1..4_u32, [0..50_u64, 0..50_u64], 0..4_u64);
    let any_one = prop_oneof![one, small];
    prop::collection::vec(any_one, 0..12).prop_map(move |all| {
        let made = all.into_iter();
        made.map(|(machine, boot, calls, generation)| {
            entry(&base, machine, boot, calls, generation)
        })
        .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn joining_is_commutative_associative_and_idempotent(
        a in entries(), b in entries(), c in entries(),
    ) {
        let (a, b, c) = (fleet(&a), fleet(&b), fleet(&c));
        let join = |a: &Fleet, b: &Fleet| a.clone().join(b.clone());
        prop_assert_eq!(join(&a, &b), join(&b, &a));
        prop_assert_eq!(join(&join(&a, &b), &c), join(&a, &join(&b, &c)));
        prop_assert_eq!(&join(&a, &a), &a);
        prop_assert_eq!(join(&join(&a, &b), &b), join(&a, &b));
    }

    #[test]
    fn order_repetition_and_portions_change_nothing(
        mut all in entries(), at in any::<prop::sample::Index>(),
    ) {
        let base = base();
        let whole = fleet(&all).settle(&base, NEWCOMER).unwrap();
        let cut = at.index(all.len() + 1);
        let portions = fleet(&all[cut..]).join(fleet(&all[..cut])).join(fleet(&all));
        prop_assert_eq!(&Fleet::from_bytes(&portions.to_bytes().unwrap()).unwrap(), &portions);
        prop_assert_eq!(&portions.settle(&base, NEWCOMER).unwrap(), &whole);
        all.reverse();
        prop_assert_eq!(&fleet(&all).settle(&base, NEWCOMER).unwrap(), &whole);
    }

    #[test]
    fn no_machine_counts_for_more_than_the_middle_one(all in entries()) {
        let report = fleet(&all).report();
        let mut weights: Vec<u64> = report.iter().map(|one| one.counted).collect();
        weights.sort_unstable();
        let cap = weights.get(weights.len().saturating_sub(1) / 2).copied().unwrap_or(0);
        prop_assert!(report.iter().all(|one| one.counts <= cap));
    }
}
