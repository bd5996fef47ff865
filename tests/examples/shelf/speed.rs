//! How fast programs are: long runs beside native ones, in turn, in processor time.
//!
//! [`long_runs`] takes a recipe's long run, a second or two natively, so that the figure says how fast the code is,
//! and its *idle* one, which does as good as nothing: what start-up takes, warm. *Cold* is the first run on a disk; *warm*
//! the median of those on a disk on which [`WARMING`] have run. What a run prints and leaves is compared each time.
//!
//! [`first_runs`] compares the ways to decide when functions rise, each on an empty disk: by default, by counts of calls
//! alone, and adaptively. [`runs_again`] takes the first runs on one disk, by default.

use std::path::Path;

use crate::hosted::{self, Engine};
use crate::place::{Compiled, Left, at};
use crate::recipe::Recipe;

/// The default, and the top level by LLVM alone.
fn engine(llvm: bool) -> &'static Engine {
    let fits = |engine: &&Engine| engine.warm && engine.by_llvm == llvm;
    hosted::ENGINES.iter().find(fits).unwrap_or(&hosted::WAYS[0])
}

/// Runs on a disk before it counts as warm.
const WARMING: u32 = 4;

/// Seconds of a processor, medians.
struct Figures {
    native: f64,
    cold: f64,
    warm: f64,
    start: f64,
}

impl Figures {
    /// The warm run without its start, by the native one.
    fn code(&self) -> f64 {
        (self.warm - self.start).max(0.0) / self.native
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The mean of ratios.
fn geometric_mean(ratios: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) =
        ratios.fold((0.0, 0.0), |(sum, count), ratio| (sum + ratio.ln(), count + 1.0));
    (sum / count).exp()
}

/// Copies what a machine has saved on a disk.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    for entry in std::fs::read_dir(from).map_err(at(from))?.filter_map(Result::ok) {
        let (path, other) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            std::fs::create_dir_all(&other).map_err(at(&other))?;
            copy(&path, &other)?;
        } else {
            std::fs::copy(&path, &other).map_err(at(&path))?;
        }
    }
    Ok(())
}

/// A long run of ours on a disk, its files laid out anew, and compared.
fn long(
    compiled: &Compiled,
    recipe: &Recipe,
    engine: &Engine,
    disk: &Path,
    native: &Left,
) -> Result<f64, String> {
    compiled.fill(disk, &recipe.long)?;
    let (left, seconds) = hosted::ours(compiled, &recipe.long, engine, disk)?;
    same(native, &left, recipe).map(|()| seconds)
}

fn same(native: &Left, own: &Left, recipe: &Recipe) -> Result<(), String> {
    native.differs(own, recipe.times).map_or(Ok(()), Err)
}

/// The figures of a recipe, `rounds` of each kind of run.
fn figures(
    compiled: &Compiled,
    recipe: &Recipe,
    engine: &Engine,
    rounds: u32,
) -> Result<Figures, String> {
    let (left, first) = hosted::native(compiled, &recipe.long)?;
    let disk = compiled.disk(&recipe.long)?;
    let cold = long(compiled, recipe, engine, disk.path(), &left)?;
    for _ in 1..WARMING {
        long(compiled, recipe, engine, disk.path(), &left)?;
    }
    let (mut natively, mut warm, mut start) = (vec![first], Vec::new(), Vec::new());
    for _ in 0..rounds {
        natively.push(hosted::native(compiled, &recipe.long)?.1);
        let idle = compiled.disk(&recipe.idle)?;
        copy(&disk.path().join("boot"), &idle.path().join("boot"))?;
        warm.push(long(compiled, recipe, engine, disk.path(), &left)?);
        start.push(hosted::ours(compiled, &recipe.idle, engine, idle.path())?.1);
    }
    Ok(Figures { native: median(natively), cold, warm: median(warm), start: median(start) })
}

/// Seconds of a first run each, with the ways of [`hosted::WAYS`], in turn.
fn rising(compiled: &Compiled, recipe: &Recipe, rounds: u32) -> Result<Vec<f64>, String> {
    let (left, _) = hosted::native(compiled, &recipe.run)?;
    let mut seconds = vec![Vec::new(); hosted::WAYS.len()];
    for _ in 0..rounds {
        for (engine, seconds) in hosted::WAYS.iter().zip(&mut seconds) {
            let disk = compiled.disk(&recipe.run)?;
            let (own, took) = hosted::ours(compiled, &recipe.run, engine, disk.path())?;
            same(&left, &own, recipe)?;
            seconds.push(took);
        }
    }
    Ok(seconds.into_iter().map(median).collect())
}

/// Disks of [`runs_again`].
const DISKS: usize = 3;

/// Seconds of the first `runs` runs by default on a disk.
fn again(compiled: &Compiled, recipe: &Recipe, runs: u32) -> Result<Vec<f64>, String> {
    let (left, _) = hosted::native(compiled, &recipe.run)?;
    let mut seconds = vec![Vec::new(); runs as usize];
    for _ in 0..DISKS {
        let disk = compiled.disk(&recipe.run)?;
        for seconds in &mut seconds {
            compiled.fill(disk.path(), &recipe.run)?;
            let (own, took) = hosted::ours(compiled, &recipe.run, &hosted::WAYS[0], disk.path())?;
            same(&left, &own, recipe)?;
            seconds.push(took);
        }
    }
    Ok(seconds.into_iter().map(median).collect())
}

/// Prints the first runs of programs on a disk; what went wrong into `wrong`.
pub(crate) fn runs_again(recipes: &[&Recipe], folder: &Path, runs: u32, wrong: &mut Vec<String>) {
    print!("{:<10}", "seconds");
    (1..=runs).for_each(|run| print!("{run:>8}"));
    println!();
    for recipe in recipes {
        let compiled = Compiled::of(recipe, &recipe.place(folder));
        match compiled.and_then(|compiled| again(&compiled, recipe, runs)) {
            Ok(seconds) => {
                print!("{:<10}", recipe.name);
                seconds.iter().for_each(|seconds| print!("{seconds:>8.2}"));
                println!();
            }
            Err(why) => wrong.push(format!("{}: {why}", recipe.name)),
        }
    }
}

/// Prints long runs of programs; what went wrong into `wrong`.
pub(crate) fn long_runs(
    recipes: &[&Recipe],
    folder: &Path,
    rounds: u32,
    llvm: bool,
    wrong: &mut Vec<String>,
) {
    println!(
        "{:<10}{:>10}{:>10}{:>10}{:>10}{:>10}",
        "", "native s", "cold", "warm", "start s", "without"
    );
    let mut all = Vec::new();
    for recipe in recipes {
        let compiled = Compiled::of(recipe, &recipe.place(folder));
        match compiled.and_then(|compiled| figures(&compiled, recipe, engine(llvm), rounds)) {
            Ok(own) => {
                let (cold, warm) = (own.cold / own.native, own.warm / own.native);
                println!(
                    "{:<10}{:>10.2}{cold:>10.2}{warm:>10.2}{:>10.2}{:>10.2}",
                    recipe.name,
                    own.native,
                    own.start,
                    own.code()
                );
                all.push(own);
            }
            Err(why) => wrong.push(format!("{}: {why}", recipe.name)),
        }
    }
    let mean = |ratio: fn(&Figures) -> f64| geometric_mean(all.iter().map(ratio));
    println!(
        "{:<10}{:>20.2}{:>10.2}{:>20.2}",
        "mean",
        mean(|own| own.cold / own.native),
        mean(|own| own.warm / own.native),
        mean(Figures::code)
    );
}

/// Prints first runs of programs by each way to rise; what went wrong into `wrong`.
pub(crate) fn first_runs(recipes: &[&Recipe], folder: &Path, rounds: u32, wrong: &mut Vec<String>) {
    print!("{:<10}", "seconds");
    hosted::WAYS.iter().for_each(|way| print!("{:>12}", way.name));
    println!("{:>12}", "by the best");
    let mut all = Vec::new();
    for recipe in recipes {
        let compiled = Compiled::of(recipe, &recipe.place(folder));
        match compiled.and_then(|compiled| rising(&compiled, recipe, rounds)) {
            Ok(seconds) => {
                let best = seconds[1..].iter().copied().fold(f64::INFINITY, f64::min);
                print!("{:<10}", recipe.name);
                seconds.iter().for_each(|seconds| print!("{seconds:>12.2}"));
                println!("{:>12.2}", seconds[0] / best);
                all.push(seconds[0] / best);
            }
            Err(why) => wrong.push(format!("{}: {why}", recipe.name)),
        }
    }
    let worst = all.iter().copied().fold(0.0, f64::max);
    println!("{:<46}{:>12.2}, worst {worst:.2}", "mean", geometric_mean(all.into_iter()));
}
