//! The figures of shrunk images: `cargo xtask shrunk` runs this and shows what it prints.
//!
//! Of the twelve modules and of one alone, grown on a disk in an emulator: sizes, the time from the
//! BIOS to the program, and the least memory. Of each module by itself: its speed against that of
//! the grown one. Under `-icount` the emulator counts instructions instead of time, so these figures
//! are the same on every machine and at every load; cycles are medians of boots in turn.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bareflow_cranelift::Cranelift;
use bareflow_emulator::{Outcome, Run, Settings, run};
use bareflow_shrink::Options;
use bareflow_shrink::disk::Disk;
use bareflow_shrink::report::grouped;
use bareflow_shrink::shrink::{Shrunk, shrink};
use bareflow_shrink::source;
use bareflow_tests::artefact;
use bareflow_tests::tool::{lines, text};
use serde_json::{Value, json};

use crate::support::results;

/// Bytes of the images made by hand of the same twelve programs, with `clang -Oz` and `-O3`.
const BY_HAND: [usize; 2] = [5_072, 10_224];
const BOOTS: &str = "6";
/// Calls of each entry in a boot, so that functions reach their best levels and variants compete.
const CALLS: u64 = 60;
/// Calls at most.
const MANY_CALLS: u64 = 1_000_000;
/// Instructions of a program whose speed is measured, so that it takes much longer than a call.
const INSTRUCTIONS: u64 = 60_000_000;
/// Boots of which the median counts.
const TRIES: usize = 7;
/// Seconds for a machine that may have too little memory for its BIOS, which says nothing then.
const PATIENCE: Duration = Duration::from_secs(8);

/// The names of the twelve modules.
fn names() -> Vec<String> {
    let list = std::fs::read_to_string(artefact("modules/modules.json")).unwrap();
    let list: Value = serde_json::from_str(&list).unwrap();
    let modules = list["modules"].as_array().unwrap().iter();
    modules.map(|module| module["name"].as_str().unwrap().to_owned()).collect()
}

/// A disk of these modules at their small arguments, grown.
fn grow(folder: &Path, only: Option<&str>, calls: u64, boots: &str) -> PathBuf {
    let list = std::fs::read_to_string(artefact("modules/modules.json")).unwrap();
    let list: Value = serde_json::from_str(&list).unwrap();
    let chosen = |module: &&Value| only.is_none_or(|only| module["name"] == only);
    let modules: Vec<&Value> = list["modules"].as_array().unwrap().iter().filter(chosen).collect();
    let name = |module: &Value| module["name"].as_str().unwrap().to_owned();
    let entry = |module: &&Value| {
        let name = name(module);
        let arg = &module["small"]["arg"];
        json!({ "name": name, "files": [format!("{name}.bc")], "entry": name, "arg": arg })
    };
    let entries: Vec<Value> = modules.iter().map(entry).collect();
    let manifest = folder.join("manifest.json");
    let settings = json!({ "modules": entries, "calls": calls });
    std::fs::write(&manifest, settings.to_string()).unwrap();
    let image = folder.join("grown.img");
    let files: Vec<_> =
        modules.iter().map(|m| artefact(&format!("modules/{}.bc", name(m)))).collect();
    let mut arguments = vec!["image", "-o", text(&image), "--manifest", text(&manifest)];
    arguments.extend(files.iter().map(|file| text(file)));
    assert_eq!(lines("bareflow", &arguments).len(), 1);
    let grown = lines("bareflow", &["grow", text(&image), "--boots", boots, "--timeout", "600"]);
    assert_eq!(grown.last().unwrap()["exit"], 0);
    image
}

fn shrink_disk(disk: &Path, plain: bool, timing: bool) -> Shrunk {
    let source = source::one(disk).unwrap();
    let options = Options { flat: true, elf: true, plain, timing, ..Options::default() };
    let mut shrunk = shrink(&source.bytes, &Cranelift::new(), &options).unwrap();
    shrunk.report.compare_with(Disk::of(disk).unwrap());
    shrunk
}

/// A flat image that measures itself.
fn measuring(folder: &Path, disk: &Path, plain: bool) -> PathBuf {
    let image = folder.join(if plain { "unpacked.img" } else { "packed.img" });
    std::fs::write(&image, &shrink_disk(disk, plain, true).image.unwrap().file).unwrap();
    image
}

fn settings(image: &Path, arguments: &[&str]) -> Settings {
    let arguments = arguments.iter().map(Into::into).collect();
    Settings { keep_writes: false, arguments, ..Settings::new(image) }
}

fn boot(image: &Path, arguments: &[&str]) -> Run {
    run(&settings(image, arguments), &mut |_| ()).unwrap()
}

/// A number in the last record of a kind.
fn number(run: &Run, record: &str, field: &str) -> u64 {
    let mut records = run.records.iter().map(|text| serde_json::from_str::<Value>(text).unwrap());
    let found = records.rfind(|found| found["record"] == record);
    found.and_then(|found| found[field].as_u64()).unwrap_or_else(|| panic!("{:?}", run.records))
}

const COUNTED: [&str; 2] = ["-icount", "shift=0,sleep=off"];

fn median(mut numbers: Vec<u64>) -> u64 {
    numbers.sort_unstable();
    numbers[numbers.len() / 2]
}

fn least(numbers: &[u64]) -> u64 {
    numbers.iter().copied().min().expect("there was a boot")
}

/// Cycles of this machine's time-stamp counter in a microsecond.
fn cycles_in_us() -> f64 {
    // SAFETY: every x86-64 processor has the instruction.
    let now = || unsafe { core::arch::x86_64::_rdtsc() };
    let (start, cycles) = (std::time::Instant::now(), now());
    std::thread::sleep(std::time::Duration::from_millis(200));
    (now() - cycles) as f64 / start.elapsed().as_micros() as f64
}

#[test]
#[ignore = "takes minutes: run by `cargo xtask shrunk`"]
fn figures() {
    let folder = tempfile::tempdir().unwrap();
    for only in [Some("fibonacci"), None] {
        let disk = grow(folder.path(), only, CALLS, BOOTS);
        let name = only.unwrap_or("the twelve modules");
        sizes(name, &disk);
        times(name, folder.path(), &disk);
        least_memory(name, folder.path(), &disk);
    }
}

#[test]
#[ignore = "takes many minutes: run by `cargo xtask shrunk --speed`"]
fn speed() {
    let folder = tempfile::tempdir().unwrap();
    let only = std::env::var("BAREFLOW_ONLY").ok();
    let names: Vec<_> =
        names().into_iter().filter(|name| only.as_ref().is_none_or(|only| only == name)).collect();
    let ratios: Vec<[f64; 2]> = names.iter().map(|name| speed_of(name, folder.path())).collect();
    for (at, form) in FORMS.iter().enumerate() {
        let sum: f64 = ratios.iter().map(|ratios| ratios[at].ln()).sum();
        println!(
            "{form}: {:.3} times the grown cycles on average",
            (sum / names.len() as f64).exp()
        );
    }
}

/// What is measured beside the grown image.
const FORMS: [&str; 2] = ["packed", "unpacked"];

/// Cycles of a module, packed and unpacked, by those of the grown one.
fn speed_of(name: &str, folder: &Path) -> [f64; 2] {
    // One call first: its instructions say how many calls make a figure.
    let disk = grow(folder, Some(name), CALLS, "1");
    let few = measuring(folder, &disk, false);
    let call = number(&boot(&few, &COUNTED), "timing", "program") / CALLS;
    let calls = (INSTRUCTIONS / call.max(1)).clamp(CALLS, MANY_CALLS);
    let disk = grow(folder, Some(name), calls, BOOTS);
    let images = [disk.clone(), measuring(folder, &disk, false), measuring(folder, &disk, true)];
    let program = |at: usize, arguments: &[&str]| {
        let run = boot(&images[at], arguments);
        assert_eq!(run.outcome, Outcome::Success);
        match at {
            0 => number(&run, "report", "program_cycles"),
            _ => number(&run, "timing", "program"),
        }
    };
    let [grown, packed, _] = [0, 1, 2].map(|at| program(at, &COUNTED));
    let mut cycles = [const { Vec::new() }; 3];
    for _ in 0..TRIES {
        for (at, cycles) in cycles.iter_mut().enumerate() {
            cycles.push(program(at, &[]));
        }
    }
    // On a busy host the least of each is what nothing came between.
    let fewest = cycles.each_ref().map(|cycles| least(cycles));
    let medians = cycles.map(median);
    let ratios = [1, 2].map(|at| medians[at] as f64 / medians[0] as f64);
    println!(
        "{name}: {} calls take {} instructions, grown {}: {:.3} times; cycles grown {}, packed {}, \
         unpacked {}: {:.3} and {:.3} times (by the fewest: {:.3} and {:.3})",
        grouped(calls),
        grouped(packed),
        grouped(grown),
        packed as f64 / grown as f64,
        grouped(medians[0]),
        grouped(medians[1]),
        grouped(medians[2]),
        ratios[0],
        ratios[1],
        fewest[1] as f64 / fewest[0] as f64,
        fewest[2] as f64 / fewest[0] as f64,
    );
    assert!(packed <= grown + grown / 100, "{name}: more instructions than grown");
    ratios
}

fn sizes(name: &str, disk: &Path) {
    let [packed, plain] = [false, true].map(|plain| shrink_disk(disk, plain, false));
    let length = |shrunk: &Shrunk| shrunk.image.as_ref().unwrap().file.len();
    let report = &plain.report;
    println!(
        "{name}: image {} bytes packed, {} unpacked; code {}, constants {}; by hand {} (-Oz) and {} \
         (-O3) for the twelve",
        grouped(length(&packed) as u64),
        grouped(length(&plain) as u64),
        grouped(report.text_bytes),
        grouped(report.rodata_bytes),
        grouped(BY_HAND[0] as u64),
        grouped(BY_HAND[1] as u64),
    );
    let report = &packed.report;
    println!(
        "{name}: grown image {} bytes, {} of them in use: {:.0} and {:.0} times the shrunk one",
        grouped(report.grown_image_bytes.unwrap()),
        grouped(report.grown_used_bytes.unwrap()),
        report.ratio.unwrap(),
        report.used_ratio.unwrap(),
    );
    let limit = if name == "fibonacci" { 2 << 10 } else { 16 << 10 };
    assert!(length(&packed) <= limit);
}

fn times(name: &str, folder: &Path, disk: &Path) {
    let rate = cycles_in_us();
    for (plain, form) in [false, true].into_iter().zip(FORMS) {
        let image = measuring(folder, disk, plain);
        let (whole, small) = (boot(disk, &[]), boot(&image, &[]));
        assert_eq!(results(&whole), results(&small));
        assert_eq!((whole.output, whole.outcome), (small.output, small.outcome));
        let instructions = number(&boot(&image, &COUNTED), "timing", "to_program");
        let tries = (0..TRIES).map(|_| number(&boot(&image, &[]), "timing", "to_program"));
        println!(
            "{name}, {form}: {} instructions and {:.0} us from the BIOS to the program",
            grouped(instructions),
            median(tries.collect()) as f64 / rate,
        );
    }
}

/// KiB of memory that are tried: small steps up to 8 MiB.
fn memories() -> impl Iterator<Item = u64> {
    [640, 704, 768, 896].into_iter().chain((4..=32).map(|quarters| quarters * 256))
}

fn least_memory(name: &str, folder: &Path, disk: &Path) {
    let shrunk = shrink_disk(disk, false, false);
    let image = folder.join("least.img");
    std::fs::write(&image, &shrunk.image.unwrap().file).unwrap();
    let works = |kib: &u64| {
        let mut settings = settings(&image, &["-m", &format!("{kib}k")]);
        settings.timeout = PATIENCE;
        run(&settings, &mut |_| ()).unwrap().outcome == Outcome::Success
    };
    let least = memories().find(works);
    let variables = shrunk.report.data_bytes + shrunk.report.bss_bytes;
    println!(
        "{name}: works from {} KiB of memory on, with {} bytes of variables",
        least.expect("8 MiB are enough"),
        grouped(variables),
    );
}
