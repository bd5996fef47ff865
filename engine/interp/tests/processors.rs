//! Several processors in one interpreter: they decode the same functions at once, call through the
//! same call sites and count in the same counts.

#[expect(dead_code, reason = "each test uses a part of it")]
mod common;

use std::path::Path;
use std::sync::Barrier;

use bareflow_interp::Config;
use common::Program;

const PROCESSORS: u64 = 4;

fn program(config: Config) -> Program {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/single/processors.c");
    Program::compile(&source, "-O1", config)
}

/// Runs `turns` on all processors at once, with a seed each; the hot calls that each reported.
fn run(program: &Program, first_seed: u64) -> Vec<(bareflow_ir::FuncId, u64)> {
    let (module, interp) = (&program.module, &program.interp);
    let start = Barrier::new(PROCESSORS as usize);
    let turns = program.func("turns");
    let native = program.native("turns");
    std::thread::scope(|scope| {
        let processors: Vec<_> = (0..PROCESSORS)
            .map(|number| {
                let (start, world) = (&start, program.world.beside());
                scope.spawn(move || {
                    assert!(module.func(turns).name == "turns");
                    let seed = first_seed + number;
                    start.wait();
                    let found = interp.call(&world, turns, &[seed]);
                    assert_eq!(found.unwrap()[0], native(seed), "seed {seed}");
                    world.hot_calls.take()
                })
            })
            .collect();
        processors.into_iter().flat_map(|one| one.join().unwrap()).collect()
    })
}

#[test]
fn calls_by_address_reach_what_is_at_the_address() {
    for round in 0..20 {
        // A new interpreter each time: all of them decode everything at once.
        let program = program(Config::default());
        run(&program, round * PROCESSORS);
    }
}

#[test]
fn counts_are_lost_at_most() {
    let program = program(Config::default());
    run(&program, 1);
    let profile = program.interp.profile(program.func("turns"));
    let all = PROCESSORS * 100_000;
    let [site] = profile.sites.as_slice() else { panic!("{:?}", profile.sites) };
    let counted: u64 = site.targets.iter().map(|target| target.1).sum::<u64>() + site.other;
    assert!(counted > 0 && counted <= all, "{counted}");
    assert!(profile.back_edges > 0 && profile.back_edges <= all, "{}", profile.back_edges);
    assert_eq!(site.targets.len(), 4);
}

#[test]
fn of_all_processors_one_reports() {
    let program = program(Config { hot_calls: 1000, hot_loops: u64::MAX });
    let mut reports = run(&program, 7);
    // The marks are 1,000, 10,000 and so on; each is reported once for each function.
    reports.sort();
    let mut digits: Vec<_> = reports.iter().map(|(func, calls)| (func, calls.ilog10())).collect();
    let all = digits.len();
    digits.dedup();
    assert_eq!(digits.len(), all, "{reports:?}");
    assert!(all >= 6, "{reports:?}");
}
