//! Laws that joining, ageing and fitting profiles keep.

use bareflow_ir::{Block, BlockId, Function, FunctionFlags, Instr, Linkage, Op, TypeId};
use bareflow_profile::{
    Cycles, Event, Events, Fit, FunctionProfile, IndirectSite, ParamValues, ProgramProfile,
    shape_of,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn count() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), 1..1000u64, Just(u64::MAX - 1), any::<u64>()]
}

fn cycles() -> impl Strategy<Value = Cycles> {
    vec(0..1_000_000u64, 0..5).prop_map(|samples| {
        let mut cycles = Cycles::default();
        samples.into_iter().for_each(|sample| cycles.record(sample));
        cycles
    })
}

fn events() -> impl Strategy<Value = Events> {
    ("[ab]", prop_oneof![Just(0b11_1111), Just(0b1111)], count(), any::<[u64; 6]>())
        .prop_map(|(cpu, counted, samples, counts)| Events { cpu, counted, samples, counts })
}

fn profile() -> impl Strategy<Value = FunctionProfile> {
    let target = ("[a-c]", count());
    let site = (0..4u32, vec(target, 0..4), count())
        .prop_map(|(instr, targets, other)| IndirectSite { instr, targets, other });
    let param = (0..3u32, vec((0..4u64, count()), 0..4), count())
        .prop_map(|(param, values, other)| ParamValues { param, values, other });
    let details = (0..3u64, vec(count(), 0..4), vec(count(), 0..4), vec(site, 0..3));
    (count(), count(), cycles(), details, vec(param, 0..3), vec(events(), 0..4)).prop_map(
        |(calls, back_edges, cycles, (shape, blocks, edges, sites), params, events)| {
            let mut profile = FunctionProfile {
                calls,
                back_edges,
                cycles,
                shape,
                blocks,
                edges,
                sites,
                params,
                events,
            };
            profile.normalise();
            profile
        },
    )
}

fn joined(a: &FunctionProfile, b: &FunctionProfile) -> FunctionProfile {
    let mut sum = a.clone();
    sum.merge(b);
    sum
}

proptest! {
    #[test]
    fn merging_commutes(a in profile(), b in profile()) {
        prop_assert_eq!(joined(&a, &b), joined(&b, &a));
    }

    #[test]
    fn merging_associates(a in profile(), b in profile(), c in profile()) {
        prop_assert_eq!(joined(&joined(&a, &b), &c), joined(&a, &joined(&b, &c)));
    }

    #[test]
    fn nothing_is_neutral(a in profile()) {
        prop_assert_eq!(&joined(&a, &FunctionProfile::default()), &a);
        prop_assert_eq!(&joined(&FunctionProfile::default(), &a), &a);
    }

    #[test]
    fn ageing_keeps_what_ran(a in profile(), halvings in 0..80u32) {
        let mut aged = a.clone();
        aged.decay(halvings);
        prop_assert_eq!(aged.calls == 0, a.calls == 0);
        prop_assert!(aged.calls <= a.calls);
        for (new, old) in aged.blocks.iter().zip(&a.blocks) {
            prop_assert_eq!(*new == 0, *old == 0);
        }
        prop_assert_eq!((aged.cycles.min, aged.cycles.max), (a.cycles.min, a.cycles.max));
        prop_assert!(aged.cycles.average().abs_diff(a.cycles.average()) <= 1);
    }

    #[test]
    fn trimming_loses_no_call(a in profile(), most in 0..3usize) {
        let sum = |site: &IndirectSite| {
            site.targets.iter().fold(u128::from(site.other), |sum, (_, n)| sum + u128::from(*n))
        };
        let mut trimmed = a.clone();
        trimmed.trim(most);
        for (new, old) in trimmed.sites.iter().zip(&a.sites) {
            prop_assert!(new.targets.len() <= most);
            prop_assert_eq!(sum(new).min(u64::MAX.into()), sum(old).min(u64::MAX.into()));
        }
    }
}

#[test]
fn events_are_joined_within_a_model_of_processor() {
    let on = |cpu: &str, mispredictions| {
        let mut events = Events { cpu: cpu.into(), counted: 0b1111, ..Events::default() };
        events.record(4, &[4_000, 2_000, 400, mispredictions, 0, 0]);
        FunctionProfile { calls: 4, events: vec![events], ..FunctionProfile::default() }
    };
    let both = joined(&joined(&on("one", 8), &on("other", 100)), &on("one", 4));
    let told = |at: usize, event| both.events[at].tenths_a_call(event);
    assert_eq!((both.events.len(), both.events[0].samples), (2, 8));
    assert_eq!(
        (told(0, Event::Mispredictions), told(1, Event::Mispredictions)),
        (Some(15), Some(250))
    );
    assert_eq!(told(0, Event::CacheMisses), None, "not counted is not none");
    // Older counts weigh less and say the same.
    let mut aged = both.clone();
    aged.decay(2);
    assert_eq!((aged.events[0].samples, aged.events[1].samples), (2, 1));
    assert_eq!(aged.events[0].tenths_a_call(Event::Mispredictions), Some(15));
    assert_eq!(aged.events[1].tenths_a_call(Event::Instructions), Some(10_000));
}

#[test]
fn programs_merge_by_name() {
    let one = FunctionProfile { calls: 3, ..Default::default() };
    let mut a = ProgramProfile::default();
    a.functions.insert("f".into(), one.clone());
    let mut b = a.clone();
    b.functions.insert("g".into(), one);
    a.merge(&b);
    assert_eq!((a.functions["f"].calls, a.functions["g"].calls), (6, 3));
    a.decay(1);
    assert_eq!((a.functions["f"].calls, a.functions["g"].calls), (3, 1));
}

/// A function of blocks that each go on to the next, and return.
fn chain(blocks: u32) -> Function {
    let ty = TypeId(0);
    let op = |at| match at + 1 < blocks {
        true => Op::Br { target: BlockId(at + 1) },
        false => Op::Ret { value: None },
    };
    Function {
        name: "f".into(),
        ty,
        linkage: Linkage::External,
        comdat: None,
        params: vec![],
        ret: Default::default(),
        flags: FunctionFlags::default(),
        values: vec![],
        instrs: (0..blocks).map(|at| Instr::new(op(at), ty, None)).collect(),
        blocks: (0..blocks).map(|at| Block { instrs: at..at + 1 }).collect(),
    }
}

#[test]
fn a_stale_profile_keeps_its_totals() {
    let func = chain(3);
    let counted = FunctionProfile {
        calls: 7,
        shape: shape_of(&func),
        blocks: vec![7, 7, 7],
        edges: vec![7, 7],
        sites: vec![IndirectSite { instr: 99, ..Default::default() }],
        ..Default::default()
    };
    let mut profile = counted.clone();
    assert_eq!(profile.fit(&func), Fit::Whole);
    assert_eq!((profile.blocks.len(), profile.sites.len()), (3, 0));

    let mut profile = counted.clone();
    assert_eq!(profile.fit(&chain(4)), Fit::Totals);
    assert_eq!((profile.calls, profile.blocks.len(), profile.edges.len()), (7, 0, 0));

    let mut damaged = counted;
    damaged.edges.push(1);
    assert_eq!(damaged.fit(&func), Fit::Totals);
}

#[test]
fn json_says_what_was_counted() {
    let mut profile = FunctionProfile { calls: 2, blocks: vec![2, 0], ..Default::default() };
    profile.cycles.record(10);
    profile.cycles.record(30);
    let mut program = ProgramProfile::default();
    program.functions.insert("f\"".into(), profile);
    let text = program.to_json_lines();
    let value: serde_json::Value = serde_json::from_str(text.trim_end()).unwrap();
    assert_eq!(value["function"], "f\"");
    assert_eq!(value["cycles"]["average"], 20);
    assert_eq!((&value["cycles"]["min"], &value["cycles"]["max"]), (&10.into(), &30.into()));
    assert_eq!(value["blocks_reached"], 1);
}
