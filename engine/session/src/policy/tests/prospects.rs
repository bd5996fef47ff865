//! Short programs that are run again: what is made at once, what for later boots, and what that may cost.

use super::*;

const MS: u64 = 1_000_000;

/// So many earlier boots of 90 ms, 10 of which passed before the program.
fn boots(count: usize) -> Vec<snapshot_fmt::BootLine> {
    let boot = snapshot_fmt::BootLine {
        to_program_us: 10_000,
        program_cycles: 80 * (HZ / 1_000),
        ..Default::default()
    };
    vec![boot; count]
}

/// A function that went through its hundred instructions so often, each time in a call.
fn ran(calls: u64) -> FunctionProfile {
    FunctionProfile { blocks: vec![calls], calls, ..FunctionProfile::default() }
}

fn ahead_of(scene: &Scene, ns: u64) -> Vec<(FuncKey, Level)> {
    ahead(&scene.view(), ns).iter().map(|wish| (wish.key, wish.level)).collect()
}

#[test]
fn work_for_later_boots_takes_a_share_of_those_there_were() {
    let mut scene = Scene::new(&["f"]);
    scene.ledger.at_mut(key(0)).compile_ns = 50 * MS;
    for (count, share) in [(0, 9), (1, 18), (2, 22), (4, 22)] {
        scene.ledger.past = boots(count);
        assert_eq!(scene.view().for_later_boots(90 * MS) / MS, share, "{count} boots before");
    }
    // What a fortieth boot has not used up may go to one large function.
    scene.ledger.past = boots(39);
    assert_eq!(scene.view().for_later_boots(90 * MS) / MS, 360 - 50);
    scene.ledger.at_mut(key(0)).compiled_before = (1, 290 * MS);
    assert_eq!(scene.view().for_later_boots(90 * MS) / MS, 22);
}

#[test]
fn what_saves_most_for_what_it_takes_comes_first_and_the_rest_another_time() {
    let mut scene = Scene::new(&["much", "more", "little"]);
    scene.interpreted = vec![ran(3_000), ran(4_000), ran(1)];
    scene.manifest.thresholds = Some(Thresholds::default());
    let both = ahead_of(&scene, 10 * MS);
    assert_eq!(both.iter().map(|(key, _)| key.func.0).collect::<Vec<_>>(), [1, 0]);
    let cost = scene.ledger.model.cost(both[0].1, 100);
    assert_eq!(ahead_of(&scene, cost), both[..1]);
    assert_eq!(ahead_of(&scene, cost - 1), []);
    // It has its turn when the first has code.
    scene.put(key(1), Level::O3);
    assert_eq!(ahead_of(&scene, cost), both[1..]);
}

#[test]
fn what_does_not_pay_in_one_boot_pays_over_many() {
    let mut scene = Scene::new(&["f"]);
    // Five calls take 2 us of the interpreter, of which O0 saves nearly all, and it costs 100.
    scene.interpreted[0] = ran(5);
    assert!(wishes(&Rising.called(&scene.view(), key(0), 5)).is_empty());
    for (count, made) in [(0, 0), (1, 1), (9, 1)] {
        scene.ledger.past = boots(count);
        assert_eq!(ahead_of(&scene, 10 * MS).len(), made, "{count} boots before");
    }
}

#[test]
fn what_took_much_in_each_boot_rises_at_once_and_what_took_little_waits() {
    let mut scene = Scene::new(&["much", "little"]);
    scene.ledger.past = boots(4);
    scene.interpreted = vec![FunctionProfile::default(); 2];
    for (func, calls) in [(0, 4_000_000), (1, 40_000)] {
        scene.put(key(func), Level::O0);
        let standing = scene.ledger.at_mut(key(func));
        standing.before = FunctionProfile { blocks: vec![10], calls, ..Default::default() };
        standing.calls = 1;
    }
    let orders = Rising.counter_out(&scene.view(), key(0));
    assert_eq!(wishes(&orders), [(key(0), Level::O3, Entry::Call)]);
    // Ten thousand calls in each boot: 308 us of O0, of which O1 saves a third, and it costs 200.
    let orders = Rising.counter_out(&scene.view(), key(1));
    assert!(matches!(orders[..], [Order::Arm(_, 9_999)]), "{orders:?}");
    // This boot is longer than they were.
    scene.ledger.at_mut(key(1)).calls = 22_000;
    let orders = Rising.counter_out(&scene.view(), key(1));
    assert_eq!(wishes(&orders), [(key(1), Level::O1, Entry::Call)]);
}

#[test]
fn the_call_after_one_that_continues_in_code_finds_code() {
    let mut scene = Scene::new(&["f"]);
    scene.interpreted[0].calls = 1;
    let header = BlockId(0);
    let in_loop = (key(0), Level::O2, Entry::Loop(header));
    let orders = Rising.looped(&scene.view(), key(0), header, 1_000);
    assert_eq!(wishes(&orders), [in_loop, (key(0), Level::O2, Entry::Call)]);
    // Code that counts says itself when it should rise.
    scene.put(key(0), Level::O0);
    let other = BlockId(1);
    let orders = Rising.looped(&scene.view(), key(0), other, 1_000);
    assert_eq!(wishes(&orders), [(key(0), Level::O2, Entry::Loop(other))]);
}

#[test]
fn a_function_of_a_few_instructions_rises_for_its_counting_alone() {
    let mut scene = Scene::new(&["f"]);
    scene.put(key(0), Level::O2);
    // Its hundred instructions return at the second, say: 8 ns of the interpreter each call.
    scene.interpreted[0] = FunctionProfile { blocks: vec![2], calls: 100, ..Default::default() };
    scene.ledger.at_mut(key(0)).calls = 500_000;
    assert!(wishes(&Rising.counter_out(&scene.view(), key(0))).is_empty());
    scene.ledger.at_mut(key(0)).calls = 650_000;
    let orders = Rising.counter_out(&scene.view(), key(0));
    assert_eq!(wishes(&orders), [(key(0), Level::O3, Entry::Call)]);
}
