//! The figures of shrunk images: `cargo xtask shrunk` runs this and shows what it prints.
//!
//! Sizes, times and speeds of the twelve modules, grown on a disk in an emulator, and the least
//! memory. Under `-icount` the emulator counts instructions instead of time, so these figures are
//! the same on every machine and at every load.

use std::path::{Path, PathBuf};

use bareflow_compile::Cranelift;
use bareflow_emulator::{Outcome, Run, Settings, run};
use bareflow_shrink::Options;
use bareflow_shrink::report::grouped;
use bareflow_shrink::shrink::{Shrunk, shrink};
use bareflow_shrink::source::Source;
use bareflow_tests::artefact;
use bareflow_tests::tool::{lines, text};
use serde_json::{Value, json};

use crate::support::results;

/// Bytes of the images made by hand of the same twelve programs, with `clang -Oz` and `-O3`.
const BY_HAND: [usize; 2] = [5_072, 10_224];
const BOOTS: &str = "6";
/// Calls of each entry in a boot, so that functions reach their best levels and variants compete.
const CALLS: u64 = 400;
/// Boots of which the fastest counts.
const TRIES: usize = 5;

/// A disk of these modules at their small arguments, grown.
fn grow(folder: &Path, only: Option<&str>) -> PathBuf {
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
    let settings = json!({ "modules": entries, "calls": CALLS });
    std::fs::write(&manifest, settings.to_string()).unwrap();
    let image = folder.join("grown.img");
    let files: Vec<_> =
        modules.iter().map(|m| artefact(&format!("modules/{}.bc", name(m)))).collect();
    let mut arguments = vec!["image", "-o", text(&image), "--manifest", text(&manifest)];
    arguments.extend(files.iter().map(|file| text(file)));
    assert_eq!(lines("bareflow", &arguments).len(), 1);
    let grown = lines("bareflow", &["grow", text(&image), "--boots", BOOTS, "--timeout", "600"]);
    assert_eq!(grown.last().unwrap()["exit"], 0);
    image
}

fn shrink_disk(disk: &Path, plain: bool) -> Shrunk {
    let source = Source::open(disk).unwrap();
    let options = Options { flat: true, elf: true, plain, timing: true, ..Options::default() };
    let mut shrunk = shrink(&source.bytes, &Cranelift::new(), &options).unwrap();
    shrunk.report.compare_with(source.disk.unwrap());
    shrunk
}

/// The same without what measures.
fn bytes_of(disk: &Path, plain: bool) -> Shrunk {
    let source = Source::open(disk).unwrap();
    let options = Options { flat: true, elf: true, plain, ..Options::default() };
    let mut shrunk = shrink(&source.bytes, &Cranelift::new(), &options).unwrap();
    shrunk.report.compare_with(source.disk.unwrap());
    shrunk
}

fn boot(image: &Path, arguments: &[&str]) -> Run {
    let mut settings = Settings::new(image);
    settings.keep_writes = false;
    settings.arguments = arguments.iter().map(Into::into).collect();
    run(&settings, &mut |_| ()).unwrap()
}

/// A number in the last record of a kind.
fn number(run: &Run, record: &str, field: &str) -> u64 {
    let mut records = run.records.iter().map(|text| serde_json::from_str::<Value>(text).unwrap());
    let found = records.rfind(|found| found["record"] == record);
    found.and_then(|found| found[field].as_u64()).unwrap_or_else(|| panic!("{:?}", run.records))
}

const COUNTED: [&str; 2] = ["-icount", "shift=0,sleep=off"];

/// Instructions, and the fewest cycles of several boots.
fn measure(image: &Path, record: &str, field: &str) -> (u64, u64) {
    let counted = number(&boot(image, &COUNTED), record, field);
    let cycles = (0..TRIES).map(|_| number(&boot(image, &[]), record, field)).min();
    (counted, cycles.unwrap())
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
        let disk = grow(folder.path(), only);
        let name = only.unwrap_or("the twelve modules");
        sizes(name, &disk);
        times(name, folder.path(), &disk);
        least_memory(name, folder.path(), &disk);
    }
}

fn sizes(name: &str, disk: &Path) {
    let (packed, plain) = (bytes_of(disk, false), bytes_of(disk, true));
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
    let grown = measure(disk, "report", "program_cycles");
    for plain in [false, true] {
        let image = folder.join("measured.img");
        std::fs::write(&image, &shrink_disk(disk, plain).image.unwrap().file).unwrap();
        let (whole, small) = (boot(disk, &[]), boot(&image, &[]));
        assert_eq!(results(&whole), results(&small));
        assert_eq!((whole.output, whole.outcome), (small.output, small.outcome));
        let form = if plain { "unpacked" } else { "packed" };
        let (instructions, cycles) = measure(&image, "timing", "to_program");
        println!(
            "{name}, {form}: {} instructions and {:.0} us from the BIOS to the program",
            grouped(instructions),
            cycles as f64 / rate,
        );
        let shrunk = measure(&image, "timing", "program");
        println!(
            "{name}, {form}: the program takes {} instructions, grown {}: {:.3} times; {} cycles, \
             grown {}: {:.3} times",
            grouped(shrunk.0),
            grouped(grown.0),
            shrunk.0 as f64 / grown.0 as f64,
            grouped(shrunk.1),
            grouped(grown.1),
            shrunk.1 as f64 / grown.1 as f64,
        );
        assert!(shrunk.0 <= grown.0, "slower than grown");
    }
}

/// KiB of memory that are tried: small steps up to 8 MiB.
fn memories() -> impl Iterator<Item = u64> {
    [640, 704, 768, 896].into_iter().chain((4..=32).map(|quarters| quarters * 256))
}

fn least_memory(name: &str, folder: &Path, disk: &Path) {
    let shrunk = bytes_of(disk, false);
    let image = folder.join("least.img");
    std::fs::write(&image, &shrunk.image.unwrap().file).unwrap();
    let works = |kib: &u64| {
        let run = boot(&image, &["-m", &format!("{kib}k")]);
        run.outcome == Outcome::Success
    };
    let least = memories().find(works);
    let variables = shrunk.report.data_bytes + shrunk.report.bss_bytes;
    println!(
        "{name}: works from {} KiB of memory on, with {} bytes of variables",
        least.expect("8 MiB are enough"),
        grouped(variables),
    );
}
