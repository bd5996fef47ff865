//! Code that takes over in the middle of a loop continues where the walker stopped.

use crate::support::image::{Plan, request};
use crate::support::subject::{self, Subject};
use crate::support::walker::Walker;
use crate::support::{Image, module, program};
use bareflow_ir::cfg::Cfg;
use bareflow_ir::{FuncId, Module, abi};
use bareflow_object::Entry;
use bareflow_profile::Level;

#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Pair(u64, u64, i64);

fn result(address: usize, frame: Option<&[u64]>, arg: u64, in_memory: bool) -> Pair {
    type Over = extern "C" fn(*const u64, *mut Pair) -> u64;
    let mut room = Pair::default();
    // SAFETY: the addresses are of code compiled for these signatures.
    unsafe {
        match (frame, in_memory) {
            (Some(frame), _) => {
                let value = core::mem::transmute::<usize, Over>(address)(frame.as_ptr(), &mut room);
                if in_memory {
                    assert_eq!(value, &raw mut room as u64);
                    room
                } else {
                    Pair(value, 0, 0)
                }
            }
            (None, true) => core::mem::transmute::<usize, extern "C" fn(u64) -> Pair>(address)(arg),
            (None, false) => {
                let value = core::mem::transmute::<usize, extern "C" fn(u64) -> u64>(address)(arg);
                Pair(value, 0, 0)
            }
        }
    }
}

fn check(module: &Module, id: FuncId, subject: &Subject, level: Level) -> usize {
    let func = module.func(id);
    let plan = Plan::of(&*subject.compiler, level);
    let mut image = Image::load(module, &plan);
    let (ret, params, _) = module.types.signature(func.ty).expect("a signature");
    let lowered = abi::lower(&module.types, ret, params, &func.params, false).expect("a signature");
    // A structure comes back in memory either way: as LLVM's own result, or by `sret`.
    let in_memory =
        lowered.ret == abi::Return::Memory || func.params.iter().any(|p| p.sret.is_some());
    let narrow = module.types.int_bits(ret) == Some(32);
    let mut entered = 0;
    for header in Cfg::of(func).loop_headers() {
        let request = request(module, id, Entry::Loop(header), &plan);
        let object = match subject.compiler.compile(&request) {
            Ok(object) => object,
            Err(why) => {
                subject.check(&[why], "loops.c");
                entered += 1;
                continue;
            }
        };
        let over = image.add(&object);
        for seed in [0u64, 1, 7, 0x1234_5678_9abc] {
            let expected = result(image.address(&func.name), None, seed, in_memory);
            for times in [1, 2, 5, 9] {
                let mut room = Pair::default();
                let args = if func.params.len() == 2 {
                    vec![&raw mut room as u64, seed]
                } else {
                    vec![seed]
                };
                let mut walker = Walker::new(module, func, &args);
                if !walker.reach(header, times) {
                    continue;
                }
                entered += 1;
                let sret = func.params.len() == 2;
                let mut found = result(over, Some(&walker.frame), seed, in_memory && !sret);
                if sret {
                    assert_eq!(found.0, &raw mut room as u64);
                    found = room;
                }
                let cut = |p: Pair| if narrow { Pair(u64::from(p.0 as u32), 0, 0) } else { p };
                assert_eq!(
                    cut(found),
                    cut(expected),
                    "{} at block {}, {} at {level}",
                    func.name,
                    header.0,
                    subject.compiler.name()
                );
            }
        }
    }
    entered
}

#[test]
fn takes_over_at_every_loop() {
    for subject in subject::all() {
        for bitcode in ["0", "1"] {
            let module = module(&program("loops.c"), bitcode);
            for id in module.func_ids().filter(|id| !module.func(*id).is_declaration()) {
                for level in subject.levels {
                    let entered = check(&module, id, &subject, *level);
                    let name = &module.func(id).name;
                    assert!(entered > 0 || bitcode == "1", "{name} was never entered");
                }
            }
        }
    }
}
