//! What holds for objects as such: the C ABI from both sides, equal bytes for equal requests,
//! counters of instrumented code.

use std::sync::atomic::Ordering;

use crate::support::image::{HOT_CALLS, Plan, request};
use crate::support::subject::{self, Subject};
use crate::support::{Image, Native, call, module, program};
use bareflow_ir::Module;
use bareflow_object::{CompileError, CpuFeatures, Entry, Options};
use bareflow_profile::Level;

/// The functions of `abi.c` that call others by a pointer, with the names of those.
fn callers(module: &Module) -> Vec<(&str, &str)> {
    let names = module.funcs.iter().map(|func| &*func.name);
    let callers: Vec<_> =
        names.filter_map(|name| Some((name, name.strip_prefix("call_")?))).collect();
    assert_eq!(callers.len(), 24);
    callers
}

fn call_each_other(module: &Module, native: &Native, subject: &Subject, level: Level) {
    let image = Image::load(module, &Plan::of(&*subject.compiler, level));
    subject.check(&image.refused, "abi.c");
    for (caller, callee) in callers(module) {
        for n in [0u64, 1, 77, 0x7f_ffff] {
            // SAFETY: all callers take a function pointer and a number.
            let run = |caller: usize, callee: usize| unsafe {
                core::mem::transmute::<usize, extern "C" fn(usize, u64) -> u64>(caller)(callee, n)
            };
            let expected = run(native.address(caller), native.address(callee));
            let (ours, theirs) = (image.address(caller), native.address(caller));
            let name = subject.compiler.name();
            let found = run(ours, native.address(callee));
            assert_eq!(found, expected, "{callee}: {name} calls native code");
            // Native callers tell variadic functions how many vector registers count.
            let found = run(theirs, image.address(callee));
            assert_eq!(found, expected, "{callee}: native code calls {name}'s");
        }
    }
}

#[test]
fn native_and_compiled_code_call_each_other() {
    let path = program("abi.c");
    let native = Native::build(&path);
    for subject in subject::all() {
        for bitcode in ["0", "2"] {
            let module = module(&path, bitcode);
            for level in subject.levels {
                call_each_other(&module, &native, &subject, *level);
            }
        }
    }
}

#[test]
fn code_of_different_compilers_calls_each_other() {
    let module = module(&program("abi.c"), "2");
    let subjects = subject::all();
    let images = subjects.iter().map(|subject| {
        let level = subject.levels.last().expect("a level");
        Image::load(&module, &Plan::of(&*subject.compiler, *level))
    });
    let images: Vec<_> = images.collect();
    for (caller, callee) in callers(&module) {
        let results = images.iter().flat_map(|from| images.iter().map(move |to| (from, to)));
        let results: Vec<u64> = results
            .map(|(from, to)| {
                // SAFETY: all callers take a function pointer and a number.
                let call = unsafe {
                    core::mem::transmute::<usize, extern "C" fn(usize, u64) -> u64>(
                        from.address(caller),
                    )
                };
                call(to.address(callee), 12_345)
            })
            .collect();
        assert!(results.iter().all(|result| *result == results[0]), "{callee}: {results:?}");
    }
}

#[test]
fn equal_requests_give_equal_bytes() {
    let module = module(&program("jumps.c"), "1");
    for (first, second) in subject::all().into_iter().zip(subject::all()) {
        for level in first.levels {
            let plan = Plan::of(&*first.compiler, *level);
            for id in module.func_ids().filter(|id| !module.func(*id).is_declaration()) {
                let request = request(&module, id, Entry::Call, &plan);
                let object = first.compiler.compile(&request).expect("an object");
                // The same compiler again, with its memory used, and a fresh one.
                assert_eq!(object, first.compiler.compile(&request).expect("an object"));
                assert_eq!(object, second.compiler.compile(&request).expect("an object"));
                assert_eq!(object.symbol, module.func(id).name);
                assert!(object.blocks.is_sorted_by(|a, b| a.0 <= b.0));
                assert!(!first.counts || !object.blocks.is_empty());
            }
        }
        assert_eq!(first.compiler.version(), second.compiler.version());
    }
}

#[test]
fn counters_run_down_and_report() {
    let path = program("loops.c");
    let module = module(&path, "1");
    let native = Native::build(&path);
    for subject in subject::all() {
        let options = Options { instrument: true, ..Options::default() };
        // Below the top, where code is to rise.
        let plan = Plan::of(&*subject.compiler, Level::O0);
        let plan = Plan { options, cpu: CpuFeatures::BASELINE, ..plan };
        let mut image = Image::load(&module, &plan);
        let refused = &image.refused;
        // Who cannot make code that counts says so; it never makes code that does not.
        assert_eq!(refused.is_empty(), subject.counts, "{}: {refused:?}", subject.compiler.name());
        for (n, (count, calls)) in [(1000, 0), (20, 1)].into_iter().enumerate() {
            HOT_CALLS.store(0, Ordering::Relaxed);
            image.set_counter("simple", count);
            assert_eq!(call(image.address("simple"), 5), call(native.address("simple"), 5));
            assert_eq!(HOT_CALLS.load(Ordering::Relaxed), calls);
            assert_eq!(image.calls_counted("simple"), n as u64 + 1);
        }
    }
}

#[test]
fn refuses_by_name() {
    let module = module(&program("odd.c"), "1");
    for subject in subject::all() {
        let plan = Plan::of(&*subject.compiler, subject.levels[0]);
        let id = module.func_ids().next().expect("a function");
        match subject.compiler.compile(&request(&module, id, Entry::Call, &plan)) {
            Err(CompileError::Unsupported { function, what }) => {
                assert_eq!(function, "twice");
                assert!(!what.is_empty());
            }
            other => panic!("{}: {other:?}", subject.compiler.name()),
        }
    }
}
