//! Policies on events that are made up: no machine, no compiler, no code memory.

mod compilers;
mod links;
mod prospects;

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{
    Block, BlockId, FuncId, Function, FunctionFlags, Instr, Linkage, Module, Op, ParamAttrs, TypeId,
};
use bareflow_link::{Installed, ProbeReading};
use bareflow_object::{Entry, Object, Options};
use bareflow_profile::{FunctionProfile, Level};

use super::*;
use crate::events::{Order, Orders, Purpose, Wish};
use crate::ledger::{Chapter, Code, Refusal, Verdict};
use crate::{Manifest, Thresholds};

/// One program of functions of a hundred instructions, of which the interpreter has counted what
/// the test says.
struct Scene {
    manifest: Manifest,
    module: Module,
    interpreted: Vec<FunctionProfile>,
    ledger: Ledger,
    now: Now,
    /// Whether LLVM is here, and nobody has named a compiler.
    challenger: bool,
    /// Whether there is a second processor.
    beside: bool,
}

const HZ: u64 = 1_000_000_000;

impl Facts for Scene {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn module(&self, _: u32) -> &Module {
        &self.module
    }

    fn find(&self, _: u32, name: &str) -> Option<FuncId> {
        self.module.func_ids().find(|func| self.module.func(*func).name == name)
    }

    fn program(&self, _: u32) -> &str {
        "scene"
    }

    fn interpreted_calls(&self, key: FuncKey) -> u64 {
        self.interpreted[key.func.index()].calls
    }

    fn interpreted(&self, key: FuncKey) -> FunctionProfile {
        self.interpreted[key.func.index()].clone()
    }

    fn interpreted_blocks(&self, key: FuncKey) -> FunctionProfile {
        self.interpreted(key)
    }

    fn tsc_hz(&self) -> u64 {
        HZ
    }

    fn challenger(&self) -> Option<u64> {
        self.challenger.then_some(400_000_000)
    }

    fn compiles_beside(&self) -> bool {
        self.beside
    }
}

impl Scene {
    fn new(names: &[&str]) -> Self {
        let module = Module {
            funcs: names.iter().map(|name| function(name)).collect(),
            ..Module::default()
        };
        let ledger = Ledger {
            chapters: vec![Chapter::new(names.len())],
            boot: 1,
            began: Some(0),
            ..Ledger::default()
        };
        // All have taken long.
        let long = FunctionProfile { blocks: vec![1_000_000], ..FunctionProfile::default() };
        let interpreted = vec![long; names.len()];
        let now = Now { ns: 1_000_000_000, cycles: HZ };
        let manifest = Manifest::default();
        Self { manifest, module, interpreted, ledger, now, challenger: false, beside: false }
    }

    fn view(&self) -> View<'_> {
        View { facts: self, ledger: &self.ledger, now: self.now }
    }

    /// The function has code of this level now.
    fn put(&mut self, key: FuncKey, level: Level) {
        self.ledger.at_mut(key).code = Some(Code {
            object: Arc::new(Object::default()),
            installed: Installed { addr: 0, len: 0, entry: 1 },
            level,
            compiler: "none",
            cpu: bareflow_object::CpuFeatures::BASELINE,
            options: Options::default(),
            epoch: None,
        });
    }
}

fn function(name: &str) -> Function {
    let instr = || Instr::new(Op::Unreachable, TypeId(0), None);
    Function {
        name: name.to_string(),
        ty: TypeId(0),
        linkage: Linkage::External,
        comdat: None,
        params: Vec::new(),
        ret: ParamAttrs::default(),
        flags: FunctionFlags::default(),
        values: Vec::new(),
        instrs: (0..100).map(|_| instr()).collect(),
        blocks: vec![Block { instrs: 0..100 }],
    }
}

fn key(func: u32) -> FuncKey {
    FuncKey { image: 0, func: FuncId(func) }
}

/// The wishes among orders: function, level, entry.
fn wishes(orders: &Orders) -> Vec<(FuncKey, Level, Entry)> {
    let wish = |order: &Order| match order {
        Order::Compile(wish) => Some((wish.key, wish.level, wish.entry)),
        _ => None,
    };
    orders.iter().filter_map(wish).collect()
}

fn report_at(orders: &Orders) -> Option<u64> {
    orders.iter().find_map(|order| match order {
        Order::ReportAt(_, calls) => Some(*calls),
        _ => None,
    })
}

#[test]
fn a_function_rises_at_each_threshold_and_is_not_reported_in_between() {
    let mut scene = Scene::new(&["f"]);
    let orders = Rising.called(&scene.view(), key(0), 10);
    assert_eq!(wishes(&orders), [(key(0), Level::O0, Entry::Call)]);
    assert_eq!(report_at(&orders), Some(100));

    // While it is being compiled it is not wished for again.
    scene.ledger.at_mut(key(0)).awaited = Some(Level::O0);
    assert!(wishes(&Rising.called(&scene.view(), key(0), 11)).is_empty());
    assert_eq!(wishes(&Rising.called(&scene.view(), key(0), 1_000)).len(), 1);

    // Its code counts; when the counter runs out it comes to the level above, at least.
    scene.put(key(0), Level::O1);
    let orders = Rising.counter_out(&scene.view(), key(0));
    assert_eq!(wishes(&orders), [(key(0), Level::O2, Entry::Call)]);
    let armed = Rising.arm(&scene.view(), key(0), Level::O2, 1_000);
    assert!(matches!(armed, Some(Order::Arm(_, 9_000))), "{armed:?}");
    assert!(Rising.arm(&scene.view(), key(0), Level::O3, 10_000).is_none());
}

#[test]
fn what_compiles_beside_the_program_makes_good_code_early() {
    let mut scene = Scene::new(&["f"]);
    scene.beside = true;
    assert_eq!(first_reports(&scene.manifest, true), (10, 1_000));
    let orders = Rising.called(&scene.view(), key(0), 10);
    assert_eq!(wishes(&orders), [(key(0), Level::O0, Entry::Call)]);
    let orders = Rising.called(&scene.view(), key(0), 100);
    assert_eq!(wishes(&orders), [(key(0), Level::O3, Entry::Call)]);
    let orders = Rising.looped(&scene.view(), key(0), BlockId(0), 1_000);
    let top = (key(0), Level::O3, Entry::Call);
    assert_eq!(wishes(&orders), [(key(0), Level::O2, Entry::Loop(BlockId(0))), top]);
    // Who asks for thresholds gets them.
    scene.manifest.thresholds = Some(Thresholds::default());
    let orders = Rising.called(&scene.view(), key(0), 100);
    assert_eq!(wishes(&orders), [(key(0), Level::O1, Entry::Call)]);
}

#[test]
fn what_has_taken_little_for_its_size_waits() {
    let mut scene = Scene::new(&["f"]);
    let mut ran = |times: u64, calls: u64| {
        scene.interpreted[0].blocks = vec![times];
        let orders = Rising.called(&scene.view(), key(0), calls);
        (wishes(&orders).first().map(|wish| wish.1), report_at(&orders))
    };
    // Of the interpreter's 4 ns an instruction O0 saves twelve in thirteen, and costs 1,000: it pays after 271 times.
    assert_eq!(ran(270, 100), (None, Some(150)));
    assert_eq!(ran(271, 150), (Some(Level::O0), Some(225)));
    assert_eq!(ran(1_049, 2_000), (Some(Level::O2), Some(10_000)));
    scene.interpreted[0].blocks = vec![1_048];
    let orders = Rising.looped(&scene.view(), key(0), BlockId(0), 1_000);
    assert!(matches!(orders[..], [Order::ReportLoopAt(_, BlockId(0), 1_500)]));
    // Who asks for thresholds gets them, and so does whoever pays nothing.
    scene.manifest.thresholds = Some(Thresholds::default());
    assert_eq!(wishes(&Rising.called(&scene.view(), key(0), 10)).len(), 1);
    scene.manifest.thresholds = None;
    scene.beside = true;
    assert_eq!(wishes(&Rising.called(&scene.view(), key(0), 10)).len(), 1);
    scene.beside = false;
    // O1 saves a third of what O0 takes, and costs 200 us. The interpreter has taken 40, and a call of native
    // code takes 31 ns.
    scene.put(key(0), Level::O0);
    scene.interpreted[0] =
        FunctionProfile { blocks: vec![100], calls: 100, ..FunctionProfile::default() };
    scene.ledger.at_mut(key(0)).calls = 100;
    let orders = Rising.counter_out(&scene.view(), key(0));
    assert!(matches!(orders[..], [Order::Arm(_, 100)]), "{orders:?}");
    scene.ledger.at_mut(key(0)).calls = 18_500;
    assert_eq!(wishes(&Rising.counter_out(&scene.view(), key(0))).len(), 1);
}

#[test]
fn what_was_hot_in_earlier_boots_rises_at_once() {
    let mut scene = Scene::new(&["f"]);
    scene.ledger.at_mut(key(0)).before =
        FunctionProfile { calls: 2_000, ..FunctionProfile::default() };
    let orders = Rising.called(&scene.view(), key(0), 1);
    assert_eq!(wishes(&orders), [(key(0), Level::O2, Entry::Call)]);
    assert_eq!(report_at(&orders), Some(8_000));
}

#[test]
fn what_was_refused_is_never_asked_for_again() {
    let mut scene = Scene::new(&["f"]);
    scene.ledger.at_mut(key(0)).refused = Some(Refusal::Unsupported("no".into()));
    let view = scene.view();
    assert_eq!(report_at(&Rising.called(&view, key(0), 10_000)), Some(u64::MAX));
    assert!(wishes(&Rising.counter_out(&view, key(0))).is_empty());
    let orders = Rising.looped(&view, key(0), BlockId(0), 1_000);
    assert!(matches!(orders[..], [Order::ReportLoopAt(_, BlockId(0), u64::MAX)]));
}

#[test]
fn a_loop_continues_in_code_and_its_function_rises() {
    let mut scene = Scene::new(&["f"]);
    let header = BlockId(0);
    let orders = Rising.looped(&scene.view(), key(0), header, 1_000);
    let entries = [(key(0), Level::O2, Entry::Loop(header)), (key(0), Level::O2, Entry::Call)];
    assert_eq!(wishes(&orders), entries);
    let standing = scene.ledger.at_mut(key(0));
    standing.awaited = Some(Level::O2);
    standing.awaited_loops.push(header);
    assert!(Rising.looped(&scene.view(), key(0), header, 2_000).is_empty());

    // Another of its loops waits until the first is there.
    assert!(Rising.looped(&scene.view(), key(0), BlockId(1), 1_000).is_empty());
    scene.ledger.at_mut(key(0)).awaited_loops.clear();
    let other = [(key(0), Level::O2, Entry::Loop(BlockId(1)))];
    assert_eq!(wishes(&Rising.looped(&scene.view(), key(0), BlockId(1), 1_100)), other);
}

#[test]
fn one_level_for_all_is_one_level_for_all() {
    let mut scene = Scene::new(&["f", "g"]);
    scene.manifest.level = Some(Level::O1);
    assert_eq!(first_reports(&scene.manifest, false), (u64::MAX, u64::MAX));
    let all = Rising.fixed(&scene.view(), Level::O1);
    assert!(all.iter().all(|wish| wish.level == Level::O1 && !wish.options.instrument));
    assert_eq!(all.len(), 2);
    assert_eq!(report_at(&Rising.called(&scene.view(), key(0), 1 << 40)), Some(u64::MAX));
}

#[test]
fn the_adaptive_mode_compiles_what_has_taken_more_than_compiling_costs() {
    let mut scene = Scene::new(&["f"]);
    scene.manifest.adaptive = true;
    let ran = |times| FunctionProfile { calls: times, blocks: vec![times], ..Default::default() };
    scene.interpreted[0] = ran(2);
    let orders = Rising.called(&scene.view(), key(0), 2);
    assert!(wishes(&orders).is_empty(), "{orders:?}");
    assert_eq!(report_at(&orders), Some(4));
    scene.interpreted[0] = ran(1 << 20);
    let orders = Rising.called(&scene.view(), key(0), 1 << 20);
    assert!(wishes(&orders)[0].1 >= Level::O2, "{orders:?}");
}

#[test]
fn saving_is_due_when_there_is_something_and_the_last_time_is_long_ago() {
    let mut scene = Scene::new(&["f"]);
    scene.ledger.totals.saved_ns = 5;
    assert_eq!(due_ns(&scene.manifest, &scene.ledger.totals), None);
    scene.ledger.totals.unsaved = true;
    assert_eq!(due_ns(&scene.manifest, &scene.ledger.totals), Some(10_000_000_005));
    let never = u64::MAX;
    assert_eq!(alarm_at(&scene.manifest, 0, 7, false), Some(7));
    assert_eq!(alarm_at(&scene.manifest, 0, never, false), None);
    assert_eq!(alarm_at(&scene.manifest, 1, never, true), Some(10_000_000_001));
    scene.manifest.save_seconds = 0;
    assert_eq!(due_ns(&scene.manifest, &scene.ledger.totals), None);
    assert_eq!(alarm_at(&scene.manifest, 1, never, true), None);
    scene.manifest.stress = 1;
    assert!(alarm_at(&scene.manifest, 1, never, false).is_some());
}

#[test]
fn swapping_for_its_own_sake_repeats_by_its_seed() {
    let scene = Scene::new(&["f"]);
    let run = |seed| -> Vec<String> {
        let mut stress = Stress::new(seed);
        let one = |calls| alloc::format!("{:?}", stress.change(&scene.view(), key(0), Some(calls)));
        (0..50).map(one).collect()
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}

/// A function at the top level that takes a tenth of the program's time.
fn hot(scene: &mut Scene) {
    scene.put(key(0), Level::O3);
    let standing = scene.ledger.at_mut(key(0));
    standing.calls = 100_000;
    standing.usual_cycles = 10_000;
    standing.compiles = 1;
    standing.compile_ns = 100_000;
    scene.now.cycles = 10_000_000_000;
}

fn order<T>(orders: &Orders, pick: impl Fn(&Order) -> Option<T>) -> T {
    orders.iter().find_map(pick).unwrap_or_else(|| panic!("not among {orders:?}"))
}

#[test]
fn a_tournament_keeps_the_faster_variant() {
    let mut scene = Scene::new(&["f"]);
    hot(&mut scene);
    let mut tournaments = Tournaments::new(1);
    let orders = tournaments.enter(&scene.view(), key(0));
    let variant = |order: &Order| match order {
        Order::Compile(wish) => match **wish {
            Wish { purpose: Purpose::Variant { of, .. }, level: Level::O3, .. } => Some(of),
            _ => None,
        },
        _ => None,
    };
    let made = orders.iter().filter_map(variant).count();
    assert!(made >= 2, "{orders:?}");
    for _ in 1..made {
        assert!(tournaments.made(key(0), 1_000).is_none());
    }
    assert!(matches!(tournaments.made(key(0), 1_000), Some(Order::Field(_))));
    let names = ["", "inline=0", "inline=400"].map(String::from).to_vec();
    let mut orders = tournaments.fielded(&scene.view(), Fielded::Names(names));
    for _ in 0..10_000 {
        if let Some(end) = orders.iter().find_map(|order| match order {
            Order::Settle(end) => Some(end),
            _ => None,
        }) {
            assert_eq!((end.key, end.winner), (key(0), 2));
            let verdict = end.verdict.as_ref().expect("decided");
            assert_eq!(verdict.variants[2].0, "inline=400");
            assert_eq!(tournaments.totals().0, 1);
            assert_eq!(tournaments.expects(), None);
            return;
        }
        let (entrant, calls) = order(&orders, |order| match order {
            Order::Turn { entrant, calls, .. } | Order::Rest { entrant, calls, .. } => {
                Some((*entrant, *calls))
            }
            _ => None,
        });
        assert_eq!(tournaments.expects(), Some(entrant));
        let cycles = [10_000, 12_000, 8_000][entrant];
        scene.now.cycles += cycles * calls;
        scene.now.ns += cycles * calls;
        let samples = vec![cycles; calls.min(64) as usize];
        let reading = ProbeReading { calls, samples, ..ProbeReading::default() };
        orders = tournaments.turn_over(&scene.view(), entrant, &reading);
    }
    panic!("it never ended");
}

#[test]
fn no_tournament_before_it_is_worth_it_or_when_it_may_cost_nothing() {
    let mut scene = Scene::new(&["f"]);
    hot(&mut scene);
    scene.ledger.at_mut(key(0)).calls = 1;
    assert!(Tournaments::new(1).enter(&scene.view(), key(0)).is_empty());
    scene.ledger.at_mut(key(0)).calls = 100_000;
    scene.manifest.tournament_share = 0;
    assert!(Tournaments::new(1).enter(&scene.view(), key(0)).is_empty());
    scene.manifest.tournament_share = 20;
    scene.ledger.began = None;
    assert!(Tournaments::new(1).enter(&scene.view(), key(0)).is_empty());
}

#[test]
fn variants_that_are_all_alike_are_a_verdict() {
    let mut scene = Scene::new(&["f"]);
    hot(&mut scene);
    let mut tournaments = Tournaments::new(1);
    let made = wishes(&tournaments.enter(&scene.view(), key(0))).len();
    (0..made).for_each(|_| drop(tournaments.made(key(0), 1_000)));
    let orders = tournaments.fielded(&scene.view(), Fielded::Alike);
    let verdict = order(&orders, |order| match order {
        Order::Settle(end) => Some(end.verdict.is_some()),
        _ => None,
    });
    assert!(verdict);
}

#[test]
fn the_next_boot_finds_what_it_would_have_compiled() {
    let mut scene = Scene::new(&["cold", "warm", "hot"]);
    scene.manifest.thresholds = Some(Thresholds(100, 1_000, 10_000));
    for (func, calls) in [(0, 1), (1, 60), (2, 6_000)] {
        scene.interpreted[func] = FunctionProfile { calls, ..FunctionProfile::default() };
        scene.ledger.at_mut(key(func as u32)).usual_cycles = 100;
    }
    let due: Vec<_> =
        ahead(&scene.view(), 10_000_000).iter().map(|wish| (wish.key, wish.level)).collect();
    assert_eq!(due, [(key(2), Level::O3), (key(1), Level::O1)]);
    let cold = [(5, key(0), Level::O1), (9, key(1), Level::O3)];
    let due: Vec<_> =
        warm_up(&scene.view(), &cold).iter().map(|wish| (wish.key, wish.level)).collect();
    assert_eq!(due, [(key(1), Level::O2), (key(0), Level::O1)]);
}
