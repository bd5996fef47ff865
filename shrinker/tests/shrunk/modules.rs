//! The twelve modules, grown in this process and shrunk.

use std::collections::BTreeSet;
use std::path::Path;

use bareflow_cranelift::Cranelift;
use bareflow_emulator::{Machine, Media, Outcome, Settings};
use bareflow_session::{Manifest, ModuleEntry, Thresholds};
use bareflow_shrink::link::Units;
use bareflow_shrink::shrink::{Shrunk, shrink};
use bareflow_shrink::{Options, Policy, machine};
use object::{Object as _, ObjectSymbol as _};

use crate::support::*;

const NAMES: [&str; 12] = [
    "fibonacci",
    "sum",
    "compute",
    "primes",
    "fft_1d",
    "sha256",
    "matrix_mul",
    "quicksort",
    "strops",
    "regex_dfa",
    "gemm_tile",
    "physics_step",
];

type NamedFile = (String, Vec<u8>);

/// The modules with the small arguments of their list, so that emulation takes seconds.
fn small(names: &[&str]) -> (Manifest, Vec<NamedFile>, Vec<u64>) {
    let list: serde_json::Value =
        serde_json::from_slice(&artefact("modules/modules.json")).unwrap();
    let mut manifest = Manifest { thresholds: Some(Thresholds(2, 8, 32)), ..Manifest::default() };
    let (mut files, mut results) = (Vec::new(), Vec::new());
    for name in names {
        let found = list["modules"].as_array().unwrap().iter().find(|m| m["name"] == *name);
        let small = &found.unwrap()["small"];
        manifest.modules.push(ModuleEntry {
            name: (*name).into(),
            files: vec![format!("{name}.bc")],
            entry: Some((*name).into()),
            arg: small["arg"].as_u64(),
            ..ModuleEntry::default()
        });
        files.push((format!("modules/{name}.bc"), artefact(&format!("modules/{name}.bc"))));
        results.push(small["result"].as_u64().unwrap());
    }
    (manifest, files, results)
}

fn grow_small(names: &[&str]) -> (Grown, Vec<u64>) {
    let (manifest, files, results) = small(names);
    (Growth { boots: 3, ..Growth::of(&manifest, &files) }.run(), results)
}

fn shrink_both(grown: &Grown, plain: bool) -> Shrunk {
    let bytes = std::fs::read(grown.snapshot()).unwrap();
    let policy = Policy::Reachable;
    let options = Options { policy, flat: true, elf: true, plain, ..Options::default() };
    shrink(&bytes, &Cranelift::new(), &options).unwrap()
}

#[test]
fn twelve_modules_fit_sixteen_kilobytes_and_give_their_answers() {
    let (grown, wanted) = grow_small(&NAMES);
    let plain = shrink_both(&grown, true).image.unwrap().file;
    let shrunk = shrink_both(&grown, false);
    let image = shrunk.image.unwrap().file;
    println!("{}unpacked: {} bytes", shrunk.report.to_text(), plain.len());
    if let Some(path) = std::env::var_os("BAREFLOW_KEEP") {
        std::fs::write(&path, &image).unwrap();
        std::fs::copy(grown.snapshot(), std::path::Path::new(&path).with_extension("snapshot"))
            .unwrap();
    }
    assert!(image.len() <= 16 << 10, "{} bytes", image.len());
    assert!(image.len() < plain.len());

    let elf = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(elf.path(), shrunk.elf.unwrap().file).unwrap();
    let flat = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(flat.path(), &image).unwrap();
    let unpacked = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(unpacked.path(), &plain).unwrap();
    // Without a lock on the file, as several machines run at a time.
    let from = |image: &Path| Settings { keep_writes: false, ..Settings::new(image) };
    let on = |machine, media| Settings { machine, media, ..from(flat.path()) };
    let directly = |machine| Settings { machine, ..Settings::kernel(elf.path()) };
    let machines = [
        on(Machine::Pc, Media::Ide),
        on(Machine::Pc, Media::Floppy),
        on(Machine::Pc, Media::Virtio),
        on(Machine::Q35, Media::Ide),
        directly(Machine::Pc),
        directly(Machine::Microvm),
        from(unpacked.path()),
    ];
    in_parallel(&machines, |settings| {
        let run = bareflow_emulator::run(settings, &mut |_| ()).unwrap();
        let found = results(&run);
        let place = (settings.machine, settings.media);
        assert_eq!(found, grown.results, "{place:?}");
        let numbers: Vec<_> = found.iter().map(|(_, _, result)| result.unwrap()).collect();
        assert_eq!(numbers, wanted, "{place:?}");
        assert_eq!(run.output, grown.output, "{place:?}");
        assert_eq!(run.outcome, Outcome::Success, "{place:?}");
    });
    no_engine_in(&std::fs::read(elf.path()).unwrap());
}

#[test]
fn fibonacci_fits_two_kilobytes() {
    let (grown, wanted) = grow_small(&["fibonacci"]);
    for plain in [true, false] {
        let image = shrink_both(&grown, plain).image.unwrap().file;
        println!("fibonacci: {} bytes", image.len());
        assert!(image.len() <= 2048, "{} bytes", image.len());
        let run = boot_image(&image, |settings| settings.memory_mib = 1);
        assert_eq!(results(&run), [("fibonacci".to_owned(), 0, Some(wanted[0]))]);
    }
}

/// Every name in the image is the program's, the driver's or a piece of machine; nothing is left of
/// interpreter, compilers, bitcode reader, profiler.
fn no_engine_in(elf: &[u8]) {
    let file = object::File::parse(elf).unwrap();
    let mut units = Units::default();
    machine::add(&mut units).unwrap();
    let pieces: BTreeSet<_> = units.symbols().map(|(name, ..)| name.to_owned()).collect();
    let names: Vec<_> = file.symbols().map(|symbol| symbol.name().unwrap().to_owned()).collect();
    assert!(names.iter().any(|name| name == "fibonacci:fibonacci"), "{names:?}");
    for name in names {
        let module = name.split_once(':').map(|(module, _)| module);
        let own = module.is_some_and(|module| NAMES.contains(&module));
        let drivers = name == "features" || name.split('.').next() == Some("driver");
        assert!(own || drivers || pieces.contains(&name), "{name} is nobody's");
        for part in ["interp", "cranelift", "bitcode", "profile", "session", "__bf_hot"] {
            assert!(!name.to_lowercase().contains(part), "{name}");
        }
    }
}
