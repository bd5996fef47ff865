//! A whole fleet, simulated: how soon a new machine is fast, and that order, repetition and portions change nothing.

mod simulated;

use bareflow_fleet::{Entry, Fleet, Newcomer};
use simulated::{ENGINE, MACHINES, MODELS, Machine, Seeded, bases, liars, life};

fn fleet(entries: impl IntoIterator<Item = Entry>) -> Fleet {
    let mut fleet = Fleet::default();
    entries.into_iter().for_each(|entry| fleet.add(entry));
    fleet
}

#[test]
fn a_new_machine_is_fast_in_a_fifth_of_the_time_and_liars_change_nothing_of_that() {
    let bases = bases();
    let honest: Vec<Entry> = (0..MACHINES).flat_map(|n| life(&bases, n, 1 + n % 5)).collect();
    let with = fleet(honest.iter().cloned().chain(liars(&bases)));
    let honest = fleet(honest);
    let mut worst: f64 = 0.0;
    for (number, (workload, base)) in bases.iter().enumerate() {
        let alone = Machine::new(workload).time_to_peak();
        for (fleet, lied) in [(&honest, false), (&with, true)] {
            let cpu = Some(MODELS[number % MODELS.len()]);
            let settled =
                fleet.settle(base, Newcomer { engine: ENGINE, features: None, cpu }).unwrap();
            assert_eq!(settled.machines, if lied { 12 } else { 10 });
            let leader = settled.code_of.clone().expect("somebody leads").machine;
            assert!(leader.starts_with("machine 0"), "{leader}");
            let pulled = Machine::pulled(workload, &settled).time_to_peak();
            worst = worst.max(pulled as f64 / alone as f64);
            assert!(pulled * 5 <= alone, "workload {number}, {lied}: {pulled} of {alone} ns");
            // The leader is of the model asked for wherever one of it has run enough, and verdicts of wonders win
            // nowhere.
            for record in &settled.snapshot.functions {
                let verdict = record.verdict.iter().flat_map(|verdict| &verdict.variants);
                assert!(verdict.clone().all(|variant| variant.name != "wonder"));
            }
        }
    }
    println!("95 % of peak, of the time that it takes alone: {worst:.3} at worst");
}

#[test]
fn order_repetition_and_portions_of_a_whole_fleet_change_nothing() {
    let bases = bases();
    let mut all: Vec<Entry> = (0..MACHINES).flat_map(|n| life(&bases, n, 1 + n % 3)).collect();
    all.extend(liars(&bases));
    let whole = fleet(all.iter().cloned());
    let newcomer = Newcomer { engine: ENGINE, features: None, cpu: Some(MODELS[0]) };
    let told = |fleet: &Fleet| {
        let settled = bases.iter().take(4).map(|(_, base)| fleet.settle(base, newcomer).unwrap());
        settled.map(|s| (snapshot_fmt::encode(&s.snapshot).unwrap(), s.refused)).collect::<Vec<_>>()
    };
    let expected = told(&whole);
    for seed in 0..5 {
        let mut seeded = Seeded::new(5, seed);
        for at in (1..all.len()).rev() {
            all.swap(at, seeded.below(at as u64 + 1) as usize);
        }
        // Portions of any size, each joined to any other, some of it twice.
        let mut joined = Fleet::default();
        let mut rest = &all[..];
        while !rest.is_empty() {
            let (portion, more) = rest.split_at(1 + seeded.below(rest.len() as u64) as usize);
            let portion = fleet(portion.iter().cloned());
            joined = if seed % 2 == 0 { joined.join(portion) } else { portion.join(joined) };
            rest = more;
        }
        joined = joined.join(fleet(all[..all.len() / 3].iter().cloned()));
        joined = Fleet::from_bytes(&joined.to_bytes().unwrap()).unwrap();
        assert!(joined == whole, "seed {seed}");
        assert!(told(&joined) == expected, "seed {seed}");
    }
}
