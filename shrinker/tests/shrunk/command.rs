//! The command line: what it takes, what it says of bad input, and that it writes nothing then.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bareflow_session::{Manifest, ModuleEntry, Thresholds};
use serde_json::Value;
use snapshot_fmt::Snapshot;

use crate::support::*;

fn shrink(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bareflow-shrink"));
    command.args(arguments).output().unwrap()
}

/// Module `fibonacci`, grown.
fn grow() -> Grown {
    let manifest = Manifest {
        thresholds: Some(Thresholds(2, 8, 32)),
        calls: 50,
        modules: vec![ModuleEntry {
            name: "fibonacci".into(),
            files: vec!["fibonacci.bc".into()],
            entry: Some("fibonacci".into()),
            arg: Some(30),
            ..ModuleEntry::default()
        }],
        ..Manifest::default()
    };
    let files = [("modules/fibonacci.bc".to_owned(), artefact("modules/fibonacci.bc"))];
    Growth { boots: 1, ..Growth::of(&manifest, &files) }.run()
}

/// Shrinks `input`, which must fail as `kind` with words `why`, and write nothing.
fn refused(folder: &Path, input: &Path, kind: &str, why: &str) {
    let outputs = ["out.img", "out.elf", "out.html"].map(|name| folder.join(name));
    let text = |path: &PathBuf| path.to_str().unwrap().to_owned();
    let [image, elf, page] = outputs.each_ref().map(text);
    let input = input.to_str().unwrap();
    let done = shrink(&[input, "-o", &image, "--elf", &elf, "--report", &page, "--json"]);
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(done.stdout.is_empty());
    let error: Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}"));
    let error = &error["error"];
    assert_eq!(error["kind"], kind, "{error}");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(why), "{message}");
    assert!(error["file"].as_str().unwrap().contains(input), "{error}");
    for output in outputs {
        assert!(!output.exists(), "{}", output.display());
    }
    let left: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    assert!(
        left.iter().all(|path| path.extension().is_some_and(|e| e == "snapshot" || e == "dir"))
    );
}

#[test]
fn bad_input_is_named_and_nothing_is_written() {
    let grown = grow();
    let whole = std::fs::read(grown.snapshot()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |bytes: &[u8]| {
        let path = folder.path().join("bad.snapshot");
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let changed = |change: &dyn Fn(&mut Snapshot)| {
        let mut snapshot = snapshot_fmt::decode(&whole).unwrap();
        change(&mut snapshot);
        file(&snapshot_fmt::encode(&snapshot).unwrap())
    };
    let refused = |path: &Path, kind, why| refused(folder.path(), path, kind, why);

    refused(&folder.path().join("none.snapshot"), "file", "No such file");
    refused(&file(b""), "snapshot", "");
    refused(&file(b"hello, world, this is no snapshot at all"), "snapshot", "");
    // Half of it, and all of it with one wrong bit.
    refused(&file(&whole[..whole.len() / 2]), "snapshot", "");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 4;
    refused(&file(&flipped), "snapshot", "");
    // Of another engine, and with code of other bitcode.
    let other = changed(&|snapshot| snapshot.engine.engine = "bareflow 0.0.0".into());
    refused(&other, "snapshot", "stale");
    let other = changed(&|snapshot| {
        let record = snapshot.functions.iter_mut().find(|f| f.object.is_some()).unwrap();
        record.body_hash[0] ^= 1;
    });
    refused(&other, "snapshot", "stale");
    let other = changed(&|snapshot| snapshot.modules[0].hash[0] ^= 1);
    refused(&other, "snapshot", "stale");
    // No module, no entry, a name that nothing defines.
    let empty = changed(&|snapshot| {
        snapshot.modules.clear();
        snapshot.functions.clear();
    });
    refused(&empty, "snapshot", "no entry");
    let entry = changed(&|snapshot| snapshot.modules[0].entry = "nobody".into());
    refused(&entry, "program", "nobody");
}

#[test]
fn an_unresolved_name_and_too_large_an_image_are_named() {
    use bareflow_shrink::image::{self, ImageError};
    use bareflow_shrink::link::{Base, Fix, FixKind, Kind, Unit, Units};
    let link = |unit: Unit, name: &str| {
        let mut units = Units::default();
        bareflow_shrink::machine::add(&mut units).unwrap();
        units.define("driver", unit).unwrap();
        let target = units.symbol(name);
        let id = units.find("driver").and_then(|id| units.place(id)).unwrap();
        let bareflow_shrink::link::Place::In(id, _) = id else { unreachable!() };
        let unit = units.unit_mut(id);
        unit.on_demand = false;
        unit.fixes.push(Fix { at: 0, kind: FixKind::Call, target, addend: -4 });
        let error = image::link(&units, Base::Flat, true).unwrap_err();
        error.downcast::<ImageError>().unwrap()
    };
    let start = |size: usize| Unit::new(".start.90.driver", Kind::Start, 1, vec![0x90; size]);
    let missing = link(start(16), "nobody");
    assert!(matches!(&missing, ImageError::Unresolved(list) if list[0].0 == "nobody"));
    assert!(missing.to_string().contains("`nobody`, which `.start.90.driver` refers to"));
    let mut large = Unit::new(".start.90.driver", Kind::Start, 1, vec![0x90; 16]);
    large.size = 3 << 30;
    let large = link(large, "machine_exit");
    assert!(matches!(large, ImageError::TooLarge { bytes, limit } if bytes > limit));
    assert!(large.to_string().contains("bytes of memory"));
}

#[test]
fn a_disk_image_gives_its_newest_snapshot() {
    let grown = grow();
    let snapshot = grown.snapshot();
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad");
    std::fs::write(&bad, b"SNAP").unwrap();
    let disk = fat_disk(
        folder.path(),
        &[
            ("boot/snapshots/boot_001.snapshot", &bad),
            ("boot/snapshots/boot_002.snapshot", &snapshot),
        ],
    );
    let disk = disk.to_str().unwrap();
    let image = folder.path().join("app.img");
    let done = shrink(&[disk, "-o", image.to_str().unwrap(), "--json"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert!(report["input"].as_str().unwrap().ends_with(":boot_002.snapshot"), "{report}");
    let bytes = |path: &Path| std::fs::metadata(path).unwrap().len();
    assert_eq!(report["input_bytes"], bytes(&snapshot));
    assert_eq!(report["image_bytes"], bytes(&image));
    assert_eq!(report["grown_image_bytes"], bytes(Path::new(disk)));
    assert!(report["ratio"].as_f64().unwrap() > 1000.0);
    for field in ["text_bytes", "rodata_bytes", "kept", "dropped"] {
        assert!(report[field].is_u64(), "{field}: {report}");
    }
    assert!(report["elf_bytes"].is_null());
    let functions = report["functions"].as_array().unwrap();
    let function = functions.iter().find(|f| f["name"] == "fibonacci:fibonacci").unwrap();
    assert!(function["kept"].as_bool().unwrap() && function["bytes"].as_u64().unwrap() > 0);
    assert!(function["level"].is_string() && function["why"].is_string());

    // The older one on request, which is bad; a boot that it does not know.
    let of_boot = |boot: u32| {
        let done = shrink(&[&format!("{disk}:{boot}"), "--json"]);
        assert_eq!(done.status.code(), Some(2));
        String::from_utf8(done.stderr).unwrap()
    };
    assert!(of_boot(1).contains("boot_001.snapshot"));
    assert!(of_boot(7).contains("no snapshot of boot 7"));
}

#[test]
fn the_page_needs_nothing_else() {
    let grown = grow();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (image, page) = (path("app.img"), path("app.html"));
    let snapshot = grown.snapshot();
    let done = shrink(&[snapshot.to_str().unwrap(), "-o", &image, "--report", &page]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let page = std::fs::read_to_string(page).unwrap();
    for other in ["http:", "https:", "src=", "href=", "@import", "url("] {
        assert!(!page.contains(other), "{other}");
    }
    assert!(page.contains("fibonacci:fibonacci") && page.contains("<svg"));
}
