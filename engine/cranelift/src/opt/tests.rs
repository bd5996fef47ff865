//! Every pass leaves a function that the verifier accepts.

extern crate std;

use std::path::Path;
use std::process::Command;
use std::string::ToString;
use std::vec::Vec;
use std::{format, println};

use bareflow_ir::{FuncId, Function, Instr, Module, Op, Operand, ValueId};
use bareflow_profile::{FunctionProfile, IndirectSite, Level, shape_of};

use super::{Body, optimise};
use bareflow_object::{CpuFeatures, Entry, Options, Request};

fn module(name: &str, level: &str) -> Module {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../object/tests/programs");
    let source = folder.join(name);
    let out =
        std::env::temp_dir().join(format!("bareflow-opt-{}-{name}-{level}.bc", std::process::id()));
    let status = Command::new("clang-22")
        .args(["-c", "-emit-llvm", "-w", level, "-o"])
        .arg(&out)
        .arg(&source)
        .status()
        .expect("clang-22");
    assert!(status.success());
    let bytes = std::fs::read(&out).expect("bitcode");
    std::fs::remove_file(&out).expect("a file");
    bareflow_bitcode::read(&bytes).expect("a module")
}

/// The same function with values in program order, as the verifier wants them.
fn renumbered(mut func: Function) -> Function {
    let mut new = std::vec![None; func.values.len()];
    let mut types: Vec<_> = func.values[..func.params.len()].to_vec();
    for param in func.param_values() {
        new[param.index()] = Some(param);
    }
    for Instr { ty, result, .. } in &mut func.instrs {
        if let Some(result) = result {
            new[result.index()] = Some(ValueId::new(types.len()));
            *result = ValueId::new(types.len());
            types.push(*ty);
        }
    }
    for instr in &mut func.instrs {
        instr.op.operands_mut(|operand| {
            if let Operand::Value(id) = operand {
                *id = new[id.index()].unwrap_or_else(|| panic!("v{} has no definition", id.0));
            }
        });
    }
    func.values = types;
    func
}

/// Checks what passes made of a function.
pub(super) fn verify(module: &Module, id: FuncId, body: &Body, func: Function, what: &str) {
    let mut copy = module.clone();
    copy.types = body.types.clone();
    copy.consts.extend(body.extra.iter().cloned());
    copy.funcs[id.index()] = renumbered(func);
    if let Err(error) = bareflow_ir::verify::verify_func(&copy, id) {
        panic!("{what}: {error}");
    }
}

fn profile(module: &Module) -> Vec<FunctionProfile> {
    let profile = |func: &Function| FunctionProfile {
        calls: 100,
        shape: shape_of(func),
        blocks: func.block_ids().map(|id| 100 * u64::from(id.0 % 5)).collect(),
        sites: func
            .instrs
            .iter()
            .enumerate()
            .filter(|(_, instr)| match &instr.op {
                Op::Call(call) => module.direct_callee(call.callee).is_none(),
                _ => false,
            })
            .map(|(at, _)| IndirectSite {
                instr: at as u32,
                targets: std::vec![("inc".to_string(), 99)],
                other: 1,
            })
            .collect(),
        ..FunctionProfile::default()
    };
    module.funcs.iter().map(profile).collect()
}

#[test]
fn passes_leave_valid_functions() {
    let choices = [
        Options::default(),
        Options { inline_budget: Some(5000), ..Options::default() },
        Options { unroll: Some(4), inline_budget: Some(0), ..Options::default() },
        Options { specialise: Some((0, 7)), ..Options::default() },
        Options { specialise: Some((1, 0)), unroll: Some(3), ..Options::default() },
    ];
    let (mut changed, mut checked) = (0, 0);
    for name in
        ["scalars.c", "abi.c", "jumps.c", "memory.c", "loops.c", "varargs.c", "neighbours.c"]
    {
        for bitcode in ["-O0", "-O2"] {
            let module = module(name, bitcode);
            for profile in [Vec::new(), profile(&module)] {
                for id in module.func_ids().filter(|id| !module.func(*id).is_declaration()) {
                    for options in &choices {
                        let request = Request {
                            module: &module,
                            func: id,
                            level: Level::O3,
                            entry: Entry::Call,
                            profile: &profile,
                            cpu: CpuFeatures::BASELINE,
                            options,
                        };
                        let mut body = optimise(&request).expect("a body");
                        let func = body.finish(module.func(id));
                        changed += usize::from(func.instrs.len() != module.func(id).instrs.len());
                        checked += 1;
                        let what = format!("{name} {bitcode} {options:?}");
                        verify(&module, id, &body, func, &what);
                    }
                }
            }
        }
    }
    println!("{changed} of {checked} functions changed");
    assert!(changed > checked / 4);
}
