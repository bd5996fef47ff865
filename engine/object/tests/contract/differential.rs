//! Test programs give the same results compiled by each compiler, at every level and from
//! bitcode of every optimisation, as compiled natively.

use crate::support::image::Plan;
use crate::support::subject::{self, Subject};
use crate::support::{Image, Native, call, module, program};
use bareflow_object::CpuFeatures;

const SEEDS: [u64; 4] = [0, 1, 0x1234_5678_9abc_def0, u64::MAX];

fn check(source: &str) {
    let path = program(source);
    let native = Native::build(&path).address("run");
    // Programs may keep state: each runs the same sequence of calls.
    let expected: Vec<u64> = SEEDS.iter().map(|seed| call(native, *seed)).collect();
    for subject in subject::all() {
        for bitcode in ["0", "1", "2", "3"] {
            check_bitcode(source, bitcode, &subject, &expected);
        }
    }
}

fn check_bitcode(source: &str, bitcode: &str, subject: &Subject, expected: &[u64]) {
    let module = module(&program(source), bitcode);
    for level in subject.levels {
        for cpu in [CpuFeatures::detect(), CpuFeatures::BASELINE] {
            // The baseline has its own instructions, not its own bitcode.
            if cpu == CpuFeatures::BASELINE && (bitcode != "2" || level.name() == "O1") {
                continue;
            }
            let plan = Plan { cpu, ..Plan::of(&*subject.compiler, *level) };
            let image = Image::load(&module, &plan);
            subject.check(&image.refused, source);
            let run = image.address("run");
            let results: Vec<u64> = SEEDS.iter().map(|seed| call(run, *seed)).collect();
            let name = subject.compiler.name();
            assert_eq!(results, expected, "{source}: -O{bitcode}, {name} at {level}, cpu [{cpu}]");
        }
    }
}

macro_rules! programs {
    ($($name:ident $file:literal;)*) => {$(
        #[test]
        fn $name() {
            check($file);
        }
    )*};
}

programs! {
    scalars "scalars.c";
    abi "abi.c";
    varargs "varargs.c";
    bitint "bitint.c";
    bitint_wide "bitint_wide.c";
    vectors "vectors.c";
    floats "floats.c";
    halves "halves.c";
    memory "memory.c";
    jumps "jumps.c";
    atomics "atomics.c";
    intrinsics "intrinsics.c";
    neighbours "neighbours.c";
    parts "parts.c";
    rust_core "core.rs";
}
