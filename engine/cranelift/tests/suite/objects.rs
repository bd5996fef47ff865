//! What holds for objects as such: the C ABI from both sides, equal bytes for equal requests,
//! counters of instrumented code.

use std::sync::atomic::Ordering;

use crate::support::image::{HOT_CALLS, Plan, request};
use crate::support::{Image, Native, call, module, program};
use bareflow_cranelift::Cranelift;
use bareflow_object::{CompileError, Compiler, CpuFeatures, Entry, Options};
use bareflow_profile::Level;

#[test]
fn native_and_compiled_code_call_each_other() {
    let path = program("abi.c");
    let native = Native::build(&path);
    for bitcode in ["0", "2"] {
        let module = module(&path, bitcode);
        for level in [Level::O0, Level::O1, Level::O3] {
            let image = Image::load(&module, &Plan::at(level));
            assert!(image.refused.is_empty(), "{:?}", image.refused);
            let mut callers = 0;
            for func in &module.funcs {
                let Some(callee) = func.name.strip_prefix("call_") else { continue };
                callers += 1;
                for n in [0u64, 1, 77, 0x7f_ffff] {
                    // SAFETY: all callers take a function pointer and a number.
                    let run = |caller: usize, callee: usize| unsafe {
                        core::mem::transmute::<usize, extern "C" fn(usize, u64) -> u64>(caller)(
                            callee, n,
                        )
                    };
                    let expected = run(native.address(&func.name), native.address(callee));
                    let (ours, theirs) = (image.address(&func.name), native.address(&func.name));
                    assert_eq!(
                        run(ours, native.address(callee)),
                        expected,
                        "{callee}: we call them"
                    );
                    // Native callers tell variadic functions how many vector registers count.
                    assert_eq!(
                        run(theirs, image.address(callee)),
                        expected,
                        "{callee}: they call us"
                    );
                }
            }
            assert_eq!(callers, 24);
        }
    }
}

#[test]
fn equal_requests_give_equal_bytes() {
    let module = module(&program("jumps.c"), "1");
    for level in [Level::O0, Level::O1, Level::O2, Level::O3] {
        let plan = Plan::at(level);
        let (first, second) = (Cranelift::new(), Cranelift::new());
        for id in module.func_ids().filter(|id| !module.func(*id).is_declaration()) {
            let request = request(&module, id, Entry::Call, &plan);
            let object = first.compile(&request).expect("an object");
            // The same compiler again, with its memory used, and a fresh one.
            assert_eq!(object, first.compile(&request).expect("an object"));
            assert_eq!(object, second.compile(&request).expect("an object"));
            assert!(!object.blocks.is_empty());
            assert!(object.blocks.is_sorted_by(|a, b| a.0 <= b.0));
        }
    }
}

#[test]
fn counters_run_down_and_report() {
    let path = program("loops.c");
    let module = module(&path, "1");
    let options = Options { instrument: true, ..Options::default() };
    let plan = Plan { options, cpu: CpuFeatures::BASELINE, ..Plan::at(Level::O0) };
    let mut image = Image::load(&module, &plan);
    let native = Native::build(&path);
    for (n, (count, calls)) in [(1000, 0), (20, 1)].into_iter().enumerate() {
        HOT_CALLS.store(0, Ordering::Relaxed);
        image.set_counter("simple", count);
        assert_eq!(call(image.address("simple"), 5), call(native.address("simple"), 5));
        assert_eq!(HOT_CALLS.load(Ordering::Relaxed), calls);
        assert_eq!(image.calls_counted("simple"), n as u64 + 1);
    }
}

#[test]
fn refuses_by_name() {
    let module = module(&program("odd.c"), "1");
    let plan = Plan::at(Level::O1);
    let id = module.func_ids().next().expect("a function");
    let error = Cranelift::new().compile(&request(&module, id, Entry::Call, &plan));
    match error {
        Err(CompileError::Unsupported { function, what }) => {
            assert_eq!(function, "twice");
            assert!(what.contains("X86Fp80"), "{what}");
        }
        other => panic!("{other:?}"),
    }
}
