//! Functions whose calls end in others' (`musttail`): whose code they are, though no clock tells.

use bareflow_ir::{CallInfo, FastMath, Operand, ValueId};
use bareflow_object::Maker;

use super::*;

/// Three functions at the top level, of which the first two end by calling others, in a run of so many milliseconds.
/// Of their calls each takes as long as the run.
fn scene(ms: u64) -> Scene {
    let mut scene = Scene::new(&["add", "call", "whole"]);
    scene.challenger = true;
    scene.now.cycles = ms * (HZ / 1_000);
    for func in 0..3 {
        scene.put(key(func), Level::O3);
        let standing = scene.ledger.at_mut(key(func));
        standing.usual_cycles = scene.now.cycles;
        standing.calls = scene.now.cycles / 1_000;
    }
    for link in 0..2 {
        let call = CallInfo {
            callee: Operand::Value(ValueId(0)),
            ty: TypeId(0),
            args: Vec::new(),
            attrs: Vec::new(),
            tail: true,
            must_tail: true,
            fast: FastMath::default(),
        };
        let instrs = &mut scene.module.funcs[link].instrs;
        instrs[98].op = Op::Call(call);
        instrs[99].op = Op::Ret { value: None };
    }
    scene
}

fn asks(orders: &Orders) -> Option<FuncKey> {
    orders.iter().find_map(|order| match order {
        Order::Compile(wish) if wish.options.maker == Some(Maker::Llvm) => Some(wish.key),
        _ => None,
    })
}

#[test]
fn a_link_takes_the_other_compilers_code_unmeasured_and_has_no_variants() {
    let mut scene = scene(50_000);
    let mut tournaments = Tournaments::new(1);
    assert_eq!(asks(&tournaments.enter(&scene.view(), key(0))), Some(key(0)));
    assert!(matches!(tournaments.made(key(0), 1_000), Some(Order::Field(_))));
    let names = ["", "llvm"].map(String::from).to_vec();
    let orders = tournaments.fielded(&scene.view(), Fielded::Names(names));
    let end = order(&orders, |order| match order {
        Order::Settle(end) => Some((end.winner, end.verdict.clone(), end.compilers)),
        _ => None,
    });
    assert_eq!(end, (1, None, None));
    scene.ledger.at_mut(key(0)).code.as_mut().expect("code").compiler = "llvm";
    scene.now.cycles *= 100;
    assert!(wishes(&tournaments.consider(&scene.view())).is_empty());
    assert!(wishes(&Tournaments::new(1).enter(&scene.view(), key(0))).is_empty());
}

#[test]
fn what_a_link_has_taken_is_its_part_of_the_chain() {
    // All of its calls are a thousandth of the run's cycles in number, and of a hundred instructions.
    let ask = |ms| asks(&Tournaments::new(1).enter(&scene(ms).view(), key(0)));
    assert_eq!(ask(1_000), None);
    assert_eq!(ask(50_000), Some(key(0)));
    // One that is called a thousandth as often as the other has hardly taken anything.
    let mut rare = scene(50_000);
    rare.ledger.at_mut(key(1)).calls /= 1_000;
    let mut tournaments = Tournaments::new(1);
    tournaments.enter(&rare.view(), key(0));
    assert!(matches!(tournaments.made(key(0), 1_000), Some(Order::Field(_))));
    tournaments.fielded(&rare.view(), Fielded::Alike);
    rare.now.cycles += HZ;
    assert_eq!(asks(&tournaments.enter(&rare.view(), key(1))), None);
}

#[test]
fn while_one_waits_a_few_are_watched_however_often_they_are_called() {
    let mut scene = scene(1_000);
    let mut tournaments = Tournaments::new(1);
    assert!(!tournaments.keeps(&scene.view(), key(0)), "nothing waits");
    tournaments.enter(&scene.view(), key(0));
    let kept = |tournaments: &mut Tournaments, scene: &Scene, funcs: [u32; 4]| {
        funcs.map(|func| tournaments.keeps(&scene.view(), key(func)))
    };
    assert_eq!(kept(&mut tournaments, &scene, [0, 1, 2, 3]), [true, true, true, false]);
    assert_eq!(kept(&mut tournaments, &scene, [3, 2, 0, 1]), [false, true, true, true]);
    // Of the others nothing was heard any more.
    scene.now.cycles += 1 << 29;
    assert_eq!(kept(&mut tournaments, &scene, [3, 2, 3, 1]), [true, true, true, true]);
    scene.manifest.tournament_share = 0;
    assert!(!tournaments.keeps(&scene.view(), key(1)));
}
