//! Programs off the shelf, as they are: natively, in a process and on an emulated machine, grown and shrunk.
//!
//! `cargo run --release --no-default-features -p bareflow-tests --example shelf -- FOLDER` takes a folder with a
//! folder for each program that [`recipes`] names (those that are not there are left out), compiles each
//! by clang -O2, natively and to bitcode, runs it natively and as a process of ours at each level, and compares
//! what it prints, how it ends and the files it leaves. Printed are processor times by the native one: in each
//! of them all of the process is, reading and compiling included. *Warm* is the second run on the same disk.
//!
//! * `--only NAME` for some of them (may be repeated);
//! * `--llvm` for LLVM at the top level, too;
//! * `--machine` for each to be booted twice in QEMU, shrunk and booted again, with its files, and compared
//!   with the native one, in the place of these ([`machine`]);
//! * `--speed N` for long runs in the place of these: the medians of N warm ones by as many native ones ([`speed`]),
//!   with `--llvm` by code of LLVM alone;
//! * `--rise N` for first runs, N by the default way to rise, by thresholds and adaptively, in turn;
//! * `--again N` for the first N runs on one disk, medians of three such disks;
//! * `--cut N` for SQLite alone, ended N times in the middle of transactions as a process, and with `--machine` by
//!   taking the power of one as well ([`cut`]).
//!
//! The status is 1 where anything differs.

mod cut;
mod hosted;
mod machine;
mod place;
mod recipe;
mod recipes;
mod speed;

use std::path::{Path, PathBuf};

use hosted::Engine;
use place::Compiled;
use recipe::Recipe;

/// What the command line says.
#[derive(Default)]
struct Orders {
    folder: Option<PathBuf>,
    only: Vec<String>,
    llvm: bool,
    machine: bool,
    speed: Option<u32>,
    rise: Option<u32>,
    again: Option<u32>,
    cut: Option<u32>,
}

fn orders() -> Result<Orders, String> {
    let mut orders = Orders::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--only" => orders.only.push(arguments.next().ok_or("--only takes a name")?),
            "--llvm" => orders.llvm = true,
            "--machine" => orders.machine = true,
            "--speed" | "--rise" | "--again" | "--cut" => {
                let rounds = arguments.next().and_then(|rounds| rounds.parse().ok());
                let rounds = Some(rounds.ok_or(format!("{argument} takes a number of rounds"))?);
                match argument.as_str() {
                    "--speed" => orders.speed = rounds,
                    "--rise" => orders.rise = rounds,
                    "--again" => orders.again = rounds,
                    _ => orders.cut = rounds,
                }
            }
            folder => orders.folder = Some(folder.into()),
        }
    }
    Ok(orders)
}

fn main() -> Result<(), String> {
    let orders = orders()?;
    let folder =
        orders.folder.as_ref().ok_or("which folder? One with a folder for each program")?;
    let folder = folder.canonicalize().map_err(|error| format!("{}: {error}", folder.display()))?;
    if let Some(rounds) = orders.cut {
        return cut(&folder.join("sqlite"), rounds, orders.machine);
    }
    let wanted = |recipe: &&'static Recipe| {
        let chosen = orders.only.is_empty() || orders.only.iter().any(|name| name == recipe.name);
        chosen && recipe.place(&folder).is_dir()
    };
    let chosen: Vec<&Recipe> = recipes::all().filter(wanted).collect();
    let mut wrong = Vec::new();
    if let Some(rounds) = orders.speed {
        speed::long_runs(&chosen, &folder, rounds, orders.llvm, &mut wrong);
    } else if let Some(rounds) = orders.rise {
        speed::first_runs(&chosen, &folder, rounds, &mut wrong);
    } else if let Some(runs) = orders.again {
        speed::runs_again(&chosen, &folder, runs, &mut wrong);
    } else if orders.machine {
        machine::tours(&chosen, &folder, &mut wrong);
    } else {
        levels(&chosen, &folder, &orders, &mut wrong);
    }
    wrong.iter().for_each(|what| eprintln!("{what}"));
    if wrong.is_empty() { Ok(()) } else { Err(format!("{} went wrong", wrong.len())) }
}

/// The table of all levels.
fn levels(recipes: &[&Recipe], folder: &Path, orders: &Orders, wrong: &mut Vec<String>) {
    let engines: Vec<&Engine> =
        hosted::ENGINES.iter().filter(|engine| orders.llvm || !engine.by_llvm).collect();
    print!("{:<10}{:>10}", "", "native s");
    engines.iter().for_each(|engine| print!("{:>10}", engine.name));
    println!();
    for recipe in recipes {
        let place = recipe.place(folder);
        if let Err(why) = one(recipe, &place, &engines, wrong) {
            println!();
            wrong.push(format!("{}: {why}", recipe.name));
        }
    }
}

/// SQLite ended in the middle of transactions, as a process, and with `machine` on one as well.
fn cut(folder: &Path, rounds: u32, machine: bool) -> Result<(), String> {
    let recipe = recipes::all().find(|recipe| recipe.name == "sqlite").ok_or("no recipe")?;
    let compiled = Compiled::of(recipe, folder)?;
    let mut wrong = cut::processes(&compiled, rounds)?;
    if machine {
        wrong.extend(cut::machines(&compiled, rounds)?);
    }
    wrong.iter().for_each(|what| eprintln!("{what}"));
    if wrong.is_empty() { Ok(()) } else { Err(format!("{} went wrong", wrong.len())) }
}

/// One program: a line of the table, and what differs into `wrong`.
fn one(
    recipe: &Recipe,
    folder: &Path,
    engines: &[&Engine],
    wrong: &mut Vec<String>,
) -> Result<(), String> {
    let compiled = Compiled::of(recipe, folder)?;
    let (native, seconds) = hosted::native(&compiled, &recipe.run)?;
    print!("{:<10}{seconds:>10.2}", recipe.name);
    let mut disk = None;
    for engine in engines {
        if !engine.warm {
            disk = Some(compiled.disk(&recipe.run)?);
        }
        let Some(disk) = &disk else { continue };
        compiled.fill(disk.path(), &recipe.run)?;
        match hosted::ours(&compiled, &recipe.run, engine, disk.path()) {
            Ok((left, own)) => {
                print!("{:>10.2}", own / seconds);
                if let Some(how) = native.differs(&left, recipe.times) {
                    wrong.push(format!("{}: {}: {how}", recipe.name, engine.name));
                }
            }
            Err(why) => {
                print!("{:>10}", "-");
                wrong.push(format!("{}: {}: {why}", recipe.name, engine.name));
            }
        }
    }
    println!();
    Ok(())
}
