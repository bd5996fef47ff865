//! How long it takes to compile every function of the modules, at each level, and by LLVM where it is
//! named.
//!
//! Two figures: the least of all rounds, in which memory and tables of the compiler are in place,
//! as they are after some functions of a program; and the first round, in which nothing is.

use std::time::Duration;

use bareflow_cranelift::Cranelift;
use bareflow_hosted::processor_time;
use bareflow_ir::Module as Ir;
use bareflow_object::{Compiler, CpuFeatures, Entry, Options, Request};
use bareflow_profile::Level;
use serde::Serialize;

use super::args::Args;
use super::cold;
use super::subject::Module;
use crate::artefacts::Artefacts;
use crate::failure::{Exit, Failure, Kind};
use crate::ui::Ui;

const LEVELS: [Level; 4] = [Level::O0, Level::O1, Level::O2, Level::O3];
/// Rounds for each one that is asked for: a round takes milliseconds.
const TURNS: u32 = 5;

/// One module at one level.
#[derive(Serialize, Clone, Default, Debug)]
struct Figure {
    functions: usize,
    code_bytes: usize,
    first_ns: u64,
    least_ns: u64,
}

#[derive(Serialize, Debug)]
struct Line {
    module: String,
    /// By level, from O0 to O3.
    levels: [Figure; 4],
}

/// Compiles everything, round after round.
pub(super) fn run(
    modules: &[Module],
    args: &Args,
    artefacts: &Artefacts,
    ui: &Ui,
) -> Result<Exit, Failure> {
    let mut lines = Vec::new();
    let mut programs = Vec::new();
    for module in modules {
        let path = module.bitcode(args.bitcode, artefacts)?;
        let bytes = std::fs::read(&path).map_err(|error| Failure::input(&path, error))?;
        programs.push(bareflow_bitcode::read(&bytes).map_err(|e| Failure::input(&path, e))?);
        lines.push(Line { module: module.name.clone(), levels: Default::default() });
    }
    for (at, level) in LEVELS.into_iter().enumerate() {
        let compiler = Cranelift::new();
        for round in 0..args.rounds * TURNS {
            for (line, program) in lines.iter_mut().zip(&programs) {
                let figure = &mut line.levels[at];
                let start = processor_time();
                (figure.functions, figure.code_bytes) = compile(&compiler, program, level)?;
                let ns = processor_time() - start;
                if round == 0 {
                    figure.first_ns = ns;
                }
                figure.least_ns = if round == 0 { ns } else { figure.least_ns.min(ns) };
            }
        }
    }
    if ui.json() {
        lines.iter().for_each(|line| ui.result(line, String::new));
    }
    let all = total(&lines);
    ui.result(&all, || render(&lines, &all));
    if args.compilers.iter().any(|(_, name)| name == "llvm") {
        let cold = cold::measure(&programs, args.rounds, artefacts)?;
        ui.result(&cold, || cold::render(&cold));
    }
    Ok(Exit::Success)
}

/// Compiles every function; how many there are, and the bytes of their code.
fn compile(compiler: &Cranelift, module: &Ir, level: Level) -> Result<(usize, usize), Failure> {
    let options = Options::default();
    let (mut functions, mut bytes) = (0, 0);
    for func in module.func_ids().filter(|id| !module.func(*id).is_declaration()) {
        let cpu = CpuFeatures::detect();
        let (entry, options) = (Entry::Call, &options);
        let request = Request { module, func, level, entry, profile: &[], cpu, options };
        let object = compiler
            .compile(&request)
            .map_err(|error| Failure::new(Kind::Failed, error.to_string()))?;
        functions += 1;
        bytes += object.text.len() + object.consts.len();
    }
    Ok((functions, bytes))
}

fn total(lines: &[Line]) -> Line {
    let mut all = Line { module: "together".to_owned(), levels: Default::default() };
    for (at, figure) in lines.iter().flat_map(|line| line.levels.iter().enumerate()) {
        let sum = &mut all.levels[at];
        sum.functions += figure.functions;
        sum.code_bytes += figure.code_bytes;
        sum.first_ns += figure.first_ns;
        sum.least_ns += figure.least_ns;
    }
    all
}

fn render(lines: &[Line], all: &Line) -> String {
    let mut text =
        format!("milliseconds, least and (first)\n\n{:<14}{:>10}", "module", "functions");
    for level in LEVELS {
        text += &format!("{:>17}", level.name());
    }
    let ms = |ns| Duration::from_nanos(ns).as_secs_f64() * 1e3;
    for line in lines.iter().chain([all]) {
        text += &format!("\n{:<14}{:>10}", line.module, line.levels[0].functions);
        for figure in &line.levels {
            text += &format!("{:>8.2} ({:>6.2})", ms(figure.least_ns), ms(figure.first_ns));
        }
    }
    text += &format!("\n{:<24}", "bytes of code");
    for figure in &all.levels {
        text += &format!("{:>17}", figure.code_bytes);
    }
    text
}
