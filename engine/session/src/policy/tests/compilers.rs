//! Another compiler at the top: when it is asked, and what becomes of its code.

use bareflow_object::Maker;

use super::*;
use crate::events::Settlement;

/// A function at the top level that has taken `ms` milliseconds of as many, LLVM being here.
fn scene(ms: u64) -> Scene {
    let mut scene = Scene::new(&["f", "g"]);
    scene.challenger = true;
    took(&mut scene, key(0), ms);
    scene.now.cycles = ms * (HZ / 1_000);
    scene
}

/// A function of calls of ten microseconds has taken so many milliseconds.
fn took(scene: &mut Scene, key: FuncKey, ms: u64) {
    scene.put(key, Level::O3);
    let standing = scene.ledger.at_mut(key);
    standing.usual_cycles = 10_000;
    standing.calls = ms * (HZ / 1_000) / 10_000;
    standing.compiles = 1;
    standing.compile_ns = 1_000_000_000;
}

/// Whether LLVM is asked for the code of a function.
fn asks(orders: &Orders, of: FuncKey) -> bool {
    orders.iter().any(|order| match order {
        Order::Compile(wish) => {
            wish.options == Options { maker: Some(Maker::Llvm), ..Options::default() }
                && matches!(wish.purpose, Purpose::Variant { of: key, .. } if key == of)
        }
        _ => false,
    })
}

/// Lets the two codes run, of so many cycles a call, until it is settled.
fn settled(scene: &mut Scene, tournaments: &mut Tournaments, cycles: [u64; 2]) -> Box<Settlement> {
    assert!(matches!(tournaments.made(key(0), 1_000), Some(Order::Field(_))));
    let names = ["", "llvm"].map(String::from).to_vec();
    let mut orders = tournaments.fielded(&scene.view(), Fielded::Names(names));
    for _ in 0..1_000 {
        if let Some(Order::Settle(_)) =
            orders.iter().find(|order| matches!(order, Order::Settle(_)))
        {
            let settle = |order| match order {
                Order::Settle(settlement) => Some(settlement),
                _ => None,
            };
            return orders.into_iter().find_map(settle).expect("it is there");
        }
        let (entrant, calls) = order(&orders, |order| match order {
            Order::Turn { entrant, calls, .. } | Order::Rest { entrant, calls, .. } => {
                Some((*entrant, *calls))
            }
            _ => None,
        });
        scene.now.cycles += cycles[entrant] * calls;
        scene.now.ns += cycles[entrant] * calls;
        let samples = vec![cycles[entrant]; calls.min(64) as usize];
        let reading = ProbeReading { calls, samples, ..ProbeReading::default() };
        orders = tournaments.turn_over(&scene.view(), entrant, &reading);
    }
    panic!("it never ended");
}

#[test]
fn a_short_program_never_asks() {
    for ms in [1, 50, 500, 2_000] {
        let orders = Tournaments::new(1).enter(&scene(ms).view(), key(0));
        assert!(!asks(&orders, key(0)), "{ms} ms: {orders:?}");
    }
    assert!(asks(&Tournaments::new(1).enter(&scene(10_000).view(), key(0)), key(0)));
}

/// So many earlier boots of so many milliseconds.
fn boots(count: usize, ms: u64) -> Vec<snapshot_fmt::BootLine> {
    let boot = snapshot_fmt::BootLine { program_cycles: ms * (HZ / 1_000), ..Default::default() };
    vec![boot; count]
}

#[test]
fn a_short_program_that_was_run_again_and_again_is_a_long_one() {
    for (count, ms, right) in [(30, 500, true), (30, 10, false), (1, 100_000, false)] {
        let mut scene = scene(500);
        scene.ledger.past = boots(count, ms);
        let orders = Tournaments::new(1).enter(&scene.view(), key(0));
        assert_eq!(asks(&orders, key(0)), right, "{count} boots of {ms} ms: {orders:?}");
    }
}

#[test]
fn variants_wait_until_it_is_known_whose_code_it_is() {
    let mut scene = scene(3_000);
    scene.ledger.at_mut(key(0)).compile_ns = 1_000;
    assert!(Tournaments::new(1).enter(&scene.view(), key(0)).is_empty());
    scene.challenger = false;
    assert!(!wishes(&Tournaments::new(1).enter(&scene.view(), key(0))).is_empty());
}

#[test]
fn where_there_is_none_or_tournaments_cost_nothing_nobody_is_asked() {
    let mut there = scene(100_000);
    there.challenger = false;
    assert!(!asks(&Tournaments::new(1).enter(&there.view(), key(0)), key(0)));
    there.challenger = true;
    there.manifest.tournament_share = 0;
    assert!(Tournaments::new(1).enter(&there.view(), key(0)).is_empty());
    there.manifest.tournament_share = 20;
    there.ledger.at_mut(key(0)).code.as_mut().expect("code").compiler = "llvm";
    assert!(!asks(&Tournaments::new(1).enter(&there.view(), key(0)), key(0)));
}

#[test]
fn on_a_slow_machine_it_is_asked_later_and_beside_the_program_sooner() {
    let mut scene = scene(10_000);
    for _ in 0..40 {
        scene.ledger.model.compiled(Level::O3, 1, 100_000);
    }
    assert!(!asks(&Tournaments::new(1).enter(&scene.view(), key(0)), key(0)));
    scene.beside = true;
    assert!(asks(&Tournaments::new(1).enter(&scene.view(), key(0)), key(0)));
}

#[test]
fn code_that_is_faster_stays_and_has_its_own_variants_afterwards() {
    let mut scene = scene(10_000);
    let mut tournaments = Tournaments::new(1);
    assert!(asks(&tournaments.enter(&scene.view(), key(0)), key(0)));
    let end = settled(&mut scene, &mut tournaments, [10_000, 8_000]);
    assert_eq!((end.key, end.winner, end.compilers), (key(0), 1, Some((10_000, 8_000))));
    let verdict = end.verdict.expect("decided");
    assert!(verdict.is_of_compilers());
    let standing = scene.ledger.at_mut(key(0));
    standing.verdict = Some(verdict);
    standing.code.as_mut().expect("code").compiler = "llvm";
    scene.now.cycles = 1_000_000_000_000;
    scene.ledger.at_mut(key(0)).calls = 50_000_000;
    let orders = tournaments.consider(&scene.view());
    let options: Vec<_> = orders
        .iter()
        .filter_map(|order| match order {
            Order::Compile(wish) => Some(wish.options.maker),
            _ => None,
        })
        .collect();
    assert!(options.len() >= 2 && options.iter().all(|maker| *maker == Some(Maker::Llvm)));
}

#[test]
fn code_that_is_slower_goes_and_is_not_asked_for_again() {
    let mut scene = scene(10_000);
    let mut tournaments = Tournaments::new(1);
    let variants = ["", "inline=0", "inline=400"].map(|name| (String::from(name), 10_000));
    scene.ledger.at_mut(key(0)).verdict =
        Some(Verdict { variants: variants.to_vec(), ..Verdict::default() });
    assert!(asks(&tournaments.enter(&scene.view(), key(0)), key(0)));
    let end = settled(&mut scene, &mut tournaments, [10_000, 12_000]);
    assert_eq!(end.winner, 0);
    let verdict = end.verdict.expect("what was known before");
    assert_eq!(verdict.variants.len(), 4);
    assert!(verdict.knows_llvm() && !verdict.is_of_compilers());
    scene.ledger.at_mut(key(0)).verdict = Some(verdict);
    scene.now.cycles *= 10;
    assert!(!asks(&Tournaments::new(1).enter(&scene.view(), key(0)), key(0)));
}

#[test]
fn what_it_cannot_do_it_is_asked_once_a_boot() {
    let scene = scene(10_000);
    let mut tournaments = Tournaments::new(1);
    assert!(asks(&tournaments.enter(&scene.view(), key(0)), key(0)));
    assert!(matches!(tournaments.made(key(0), 1_000), Some(Order::Field(_))));
    let orders = tournaments.fielded(&scene.view(), Fielded::Alike);
    let verdict = order(&orders, |order| match order {
        Order::Settle(end) => Some(end.verdict.clone()),
        _ => None,
    });
    assert_eq!(verdict, None);
    assert!(!asks(&tournaments.enter(&scene.view(), key(0)), key(0)));
}

#[test]
fn the_first_question_is_the_dearest() {
    let mut scene = scene(10_000);
    took(&mut scene, key(1), 1_000);
    let mut tournaments = Tournaments::new(1);
    tournaments.enter(&scene.view(), key(1));
    assert!(asks(&tournaments.enter(&scene.view(), key(0)), key(0)));
    settled(&mut scene, &mut tournaments, [10_000, 8_000]);
    scene.now.cycles += HZ;
    assert!(!asks(&tournaments.consider(&scene.view()), key(1)));
    scene.ledger.challenger.made(100, 1_000_000_000);
    scene.now.cycles += HZ;
    assert!(asks(&tournaments.consider(&scene.view()), key(1)));
}
