//! What the interpreter counts and reports, and how it meets native code.

#[expect(dead_code, reason = "each test uses a part of it")]
mod common;

use std::path::Path;

use bareflow_interp::{Config, RegFrame};
use bareflow_ir::layout::ValueFrame;
use bareflow_ir::{BlockId, Op};
use common::Program;

fn program(level: &str, config: Config) -> Program {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/single/counts.c");
    Program::compile(&source, level, config)
}

/// Executes the function again by following the counts: what goes into a block comes out.
fn check_flow(program: &Program, name: &str, calls: u64) {
    let id = program.func(name);
    let func = program.module.func(id);
    let profile = program.interp.profile(id);
    assert_eq!(profile.calls, calls, "{name}");
    assert_eq!(profile.shape, bareflow_profile::shape_of(func));
    let mut entered = vec![0; func.blocks.len()];
    entered[0] = calls;
    let mut edge = 0;
    for block in func.block_ids() {
        let op = &func.terminator(block).op;
        let mut left = 0;
        op.successors(|to| {
            entered[to.index()] += profile.edges[edge];
            left += profile.edges[edge];
            edge += 1;
        });
        if !matches!(op, Op::Ret { .. } | Op::Unreachable) {
            assert_eq!(left, profile.blocks[block.index()], "{name}, out of block {}", block.0);
        }
    }
    assert_eq!(edge, profile.edges.len());
    assert_eq!(entered, profile.blocks, "{name}");
}

#[test]
fn counts_are_a_flow() {
    for level in ["-O0", "-O1", "-O2"] {
        let program = program(level, Config::default());
        for n in [0, 1, 10, 1000] {
            assert_eq!(program.interpreted("loops", n), Ok(program.native("loops")(n)));
        }
        check_flow(&program, "loops", 4);
        let leaf = program.interp.profile(program.func("leaf"));
        assert_eq!(leaf.calls, 1 + 4 + 334, "at {level}");
        assert!(program.interp.profile(program.func("loops")).back_edges >= 1008);
        assert!(program.interp.profile(program.func("mixed")).blocks.is_empty());
    }
}

#[test]
fn targets_and_values_are_recorded() {
    let program = program("-O0", Config::default());
    assert_eq!(program.interpreted("indirect", 100), Ok(program.native("indirect")(100)));
    let profile = program.interp.profile(program.func("indirect"));
    let [site] = profile.sites.as_slice() else { panic!("{:?}", profile.sites) };
    assert_eq!(site.targets, [("leaf".into(), 75), ("other".into(), 25)]);
    assert_eq!(site.other, 0);
    let func = program.module.func(program.func("indirect"));
    assert!(func.instrs[site.instr as usize].op.call().is_some());
    let [param] = profile.params.as_slice() else { panic!("{:?}", profile.params) };
    assert_eq!((param.param, param.values.as_slice(), param.other), (0, [(100, 1)].as_slice(), 0));
    let leaf = program.interp.profile(program.func("leaf"));
    let seen: u64 = leaf.params[0].values.iter().map(|value| value.1).sum();
    assert_eq!(seen + leaf.params[0].other, 64);
}

#[test]
fn heat_is_reported() {
    let config = Config { hot_calls: 10, hot_loops: 50 };
    let program = program("-O0", config);
    assert_eq!(program.interpreted("loops", 1000), Ok(program.native("loops")(1000)));
    let (leaf, loops) = (program.func("leaf"), program.func("loops"));
    assert_eq!(*program.world.hot_calls.borrow(), [(leaf, 10), (leaf, 100)]);
    let reported = program.world.hot_loops.borrow();
    assert!(reported.iter().all(|(func, _, count)| *func == loops && *count % 50 == 0));
    assert!(reported.len() >= 4, "{reported:?}");
}

#[test]
fn native_code_takes_over() {
    let program = program("-O0", Config::default());
    let leaf = program.func("leaf");
    let native = program.native("leaf");
    program.interp.set_native(leaf, native as *const () as u64);
    assert_eq!(program.interpreted("loops", 100), Ok(program.native("loops")(100)));
    assert_eq!(program.interpreted("indirect", 100), Ok(program.native("indirect")(100)));
    assert!(program.interp.profile(leaf).blocks.is_empty(), "it was not interpreted");
    program.interp.set_native(leaf, 0);
    assert_eq!(program.interpreted("loops", 100), Ok(program.native("loops")(100)));
    assert!(!program.interp.profile(leaf).blocks.is_empty());
}

#[test]
fn entered_by_the_calling_convention() {
    let program = program("-O1", Config::default());
    let enter = |name: &str, regs: &mut RegFrame, stack: &[u64]| {
        let id = program.func(name);
        // SAFETY: the registers are those of a call of that function.
        let stack = stack.as_ptr().cast_mut().cast();
        // SAFETY: the caller's.
        assert_eq!(unsafe { program.interp.enter(&program.world, id, regs, stack) }, 0);
    };
    let word = |value: f64| [value.to_bits(), 0];
    // The upper halves of narrow arguments are anything.
    let ints = [!0 << 32 | 5, 7, !0 << 32 | 3, !0 << 16 | 2, 11, 13];
    let mut regs = RegFrame { ints, ..RegFrame::default() };
    regs.floats[0] = word(1.5);
    regs.floats[1] = [u64::from(2.5f32.to_bits()), 0];
    regs.floats[2] = word(-4.0);
    enter("mixed", &mut regs, &[]);
    let expected = 5.0 + 3.0 + 21.0 + 10.0 + 15.0 + 12.0 + 77.0 + 104.0 - 36.0;
    assert_eq!(f64::from_bits(regs.floats[0][0]), expected);

    // A result in memory: its address comes first, and back.
    let mut room = [0u64; 4];
    let mut regs = RegFrame::default();
    regs.ints[0] = room.as_mut_ptr() as u64;
    regs.ints[1] = 40;
    regs.floats[0] = word(9.75);
    enter("quad", &mut regs, &[]);
    assert_eq!((room, regs.ints[0]), ([40, 9, 41, 4], room.as_ptr() as u64));

    let mut regs = RegFrame::default();
    regs.ints[..2].copy_from_slice(&[100, 0xffff_fffe]);
    regs.floats[0] = word(0.5);
    enter("two", &mut regs, &[]);
    assert_eq!((f64::from_bits(regs.floats[0][0]), regs.ints[0]), (-1.5, 102));

    // A narrow result fills its register as its attributes say.
    let mut regs = RegFrame::default();
    regs.ints[0] = 50;
    enter("narrow", &mut regs, &[]);
    assert_eq!(regs.ints[0] as i32, -50);
}

#[test]
fn native_and_interpreted_frames_alternate() {
    // around (interpreted) calls up (native), which calls back through the pointer it is
    // given: the address of the native twin, since the test's stubs cannot be jumped to.
    let program = program("-O0", Config::default());
    let up = program.native("up") as *const () as u64;
    program.interp.set_native(program.func("up"), up);
    program.interp.set_native(program.func("back"), 0);
    assert_eq!(program.interpreted("back", 4), Ok(40));
    program.world.redirect(program.func("back"), program.native("back") as *const () as u64);
    assert_eq!(program.interpreted("around", 4), Ok(43));
}

/// What on-stack replacement found: the words of the value frame.
static FOUND: std::sync::Mutex<Vec<u64>> = std::sync::Mutex::new(Vec::new());

extern "C" fn taken_over(frame: *const u64, _hidden: *mut u8) -> u64 {
    // SAFETY: the frame of `once` has more words than that.
    let words = (0..8).map(|at| unsafe { frame.add(at).read() });
    FOUND.lock().unwrap().extend(words);
    4711
}

#[test]
fn a_loop_continues_in_native_code_with_its_values() {
    let program = program("-O1", Config { hot_calls: 100, hot_loops: 777 });
    program.world.osr.set(Some(taken_over as *const () as u64));
    assert_eq!(program.interpreted("once", 5), Ok(4711));
    let id = program.func("once");
    let func = program.module.func(id);
    assert_eq!(*program.world.hot_loops.borrow(), [(id, BlockId(header(func)), 777)]);
    let frame = ValueFrame::of(&program.module.types, func).unwrap();
    let found = FOUND.lock().unwrap();
    // The phis hold what 777 iterations made of them.
    let mut expected = (5u64, 0u64);
    for _ in 0..777 {
        expected = (expected.0.wrapping_mul(3).wrapping_add(expected.1), expected.1 + 1);
    }
    let mut phis: Vec<u64> = (func.instrs.iter())
        .filter(|instr| matches!(instr.op, Op::Phi { .. }))
        .filter_map(|instr| Some(found[frame.word[instr.result?.index()] as usize]))
        .collect();
    phis.retain(|value| *value == expected.0 || *value == expected.1);
    assert_eq!(phis.len(), 2, "{found:?} should hold {expected:?}");
}

fn header(func: &bareflow_ir::Function) -> u32 {
    let phi = func.instrs.iter().position(|instr| matches!(instr.op, Op::Phi { .. })).unwrap();
    let block = func.blocks.iter().position(|block| block.instrs.contains(&(phi as u32)));
    block.unwrap() as u32
}
