//! `bareflow snapshot` on what the engine really saved.

use std::path::Path;
use std::process::Command;

use bareflow_tests::artefact;
use bareflow_tests::grown::boot_hosted;
use bareflow_tests::tool::{lines, run, text};

/// Runs a module some times with `disk` as the machine's disk, each time from the last snapshot.
fn grow(disk: &Path, module: &str, runs: usize) {
    let file = artefact(&format!("modules/{module}.bc"));
    for _ in 0..runs {
        let options = ["--entry", module, "--arg", "20", "--calls", "2000"];
        let _ = boot_hosted(disk, &file, &options);
    }
}

#[test]
fn code_is_made_anew_with_the_same_bytes() {
    let disk = tempfile::tempdir().unwrap();
    grow(disk.path(), "sha256", 2);
    // The folder that was the run's disk, and the one of snapshots in it, are the same to it.
    let verified = lines("bareflow", &["snapshot", "verify", text(disk.path()), "--recompile"]);
    let folder = disk.path().join("boot/snapshots");
    assert_eq!(verified.len(), 2);
    for line in &verified {
        assert_eq!(line["ok"], true, "{line}");
        assert!(line["recompiled"].as_u64().unwrap() > 0, "{line}");
        assert_eq!(line["skipped"].as_array().unwrap().len(), 0, "{line}");
    }

    // Code that somebody changed, with all sums right, is found.
    let newest = folder.join("boot_002.snapshot");
    let mut snapshot = snapshot_fmt::decode(&std::fs::read(&newest).unwrap()).unwrap();
    let changed = snapshot.functions.iter_mut().find(|f| f.object.is_some()).unwrap();
    let name = changed.name.clone();
    *changed.object.as_mut().unwrap().text.last_mut().unwrap() ^= 1;
    std::fs::write(&newest, snapshot_fmt::encode(&snapshot).unwrap()).unwrap();
    let without = run("bareflow", &["snapshot", "verify", text(&newest)]);
    assert!(without.status.success());
    let with = run("bareflow", &["snapshot", "verify", text(&newest), "--recompile"]);
    assert_eq!(with.status.code(), Some(1));
    let said = String::from_utf8_lossy(&with.stdout);
    assert!(said.contains(&format!("sha256:{name}")) && said.contains("other code from byte"));
}

#[test]
fn what_was_saved_can_be_shown_compared_and_extracted() {
    let disk = tempfile::tempdir().unwrap();
    grow(disk.path(), "sha256", 2);
    let folder = disk.path().join("boot/snapshots");
    let (old, new) = (format!("{}:1", text(&folder)), format!("{}:2", text(&folder)));

    let overview = &lines("bareflow", &["snapshot", "show", &new])[0];
    let functions = overview["functions"].as_array().unwrap();
    let compiled =
        || functions.iter().filter(|function| function["code_bytes"].as_u64().unwrap() > 0);
    assert!(compiled().count() > 0, "{overview}");
    for function in compiled() {
        let name = format!("sha256:{}", function["name"].as_str().unwrap());
        let detail = &lines("bareflow", &["snapshot", "show", &new, &name])[0];
        let blocks = detail["blocks"].as_array().unwrap();
        let shown: u64 = blocks.iter().map(|block| block["bytes"].as_u64().unwrap()).sum();
        assert!(shown > 0 && shown <= function["code_bytes"].as_u64().unwrap(), "{name}");
    }
    let difference = &lines("bareflow", &["snapshot", "diff", &old, &new])[0];
    assert!(difference["code_bytes"]["old"].as_u64().unwrap() > 0, "{difference}");

    let object = disk.path().join("code.o");
    let extract = ["snapshot", "extract", &new, "--elf", "-o", text(&object)];
    assert_eq!(lines("bareflow", &extract)[0]["functions"], compiled().count());
    let objdump = ["llvm-objdump", "llvm-objdump-22", "objdump"]
        .into_iter()
        .find_map(|tool| Command::new(tool).args(["-d", "-r"]).arg(&object).output().ok());
    let listing = objdump.expect("an objdump is there");
    assert!(listing.status.success());
    let listing = String::from_utf8_lossy(&listing.stdout);
    for function in compiled() {
        assert!(listing.contains(&format!("<{}>:", function["name"].as_str().unwrap())));
    }
}

#[test]
fn variants_that_lost_are_made_again_to_be_looked_at() {
    let disk = tempfile::tempdir().unwrap();
    let bytes = real_snapshot(disk.path(), "sha256", 2);
    let newest = disk.path().join("boot/snapshots/boot_002.snapshot");
    let shown = |winner: u32| {
        let mut snapshot = snapshot_fmt::decode(&bytes).unwrap();
        let hot = |f: &&mut snapshot_fmt::FunctionRecord| f.level == 4 && f.object.is_some();
        let function = snapshot.functions.iter_mut().filter(hot);
        let function = function.max_by_key(|f| f.object.as_ref().unwrap().text.len()).unwrap();
        let own = function.object.as_ref().unwrap().text.len();
        let name = format!("sha256:{}", function.name);
        let names = ["", "unroll=4", "inline=400", "wings=2"];
        let variants =
            names.map(|name| snapshot_fmt::Variant { name: name.to_owned(), median_cycles: 100 });
        function.verdict = Some(snapshot_fmt::Verdict { variants: variants.into(), winner });
        std::fs::write(&newest, snapshot_fmt::encode(&snapshot).unwrap()).unwrap();
        (own, lines("bareflow", &["snapshot", "show", text(&newest), &name]).remove(0))
    };
    let (own, kept) = shown(0);
    let variants = kept["variants"].as_array().unwrap();
    assert_eq!(variants[0]["code_bytes"], own, "{kept}");
    assert_eq!(variants[0]["frame"], kept["frame"], "{kept}");
    assert_eq!(variants[0]["frame_in_loops"], kept["frame_in_loops"], "{kept}");
    for variant in &variants[1..3] {
        assert!(variant["code_bytes"].is_u64() && variant["frame"].is_object(), "{variant}");
        assert_eq!(variant["why"], serde_json::Value::Null);
    }
    assert_ne!(variants[1]["code_bytes"], variants[0]["code_bytes"], "unrolled: {kept}");
    assert!(variants[3]["code_bytes"].is_null() && variants[3]["why"].is_string(), "{kept}");
    // Another one is said to have won: the default is made again, as it was.
    let (_, again) = shown(1);
    assert_eq!(again["variants"][0], variants[0], "{again}");
    let page = disk.path().join("page.html");
    let explored = ["explore", text(&newest), "-o", text(&page)];
    assert_eq!(lines("bareflow", &explored).len(), 1);
    assert!(std::fs::read_to_string(&page).unwrap().contains(" bytes, frame "));
}

/// The file of the newest snapshot after `runs` runs of a module.
fn real_snapshot(disk: &Path, module: &str, runs: usize) -> Vec<u8> {
    grow(disk, module, runs);
    std::fs::read(disk.join(format!("boot/snapshots/boot_{runs:03}.snapshot"))).unwrap()
}

/// `BAREFLOW_EVERY_BYTE=1` changes every byte and cuts at every length; otherwise a sample of them.
#[test]
fn every_changed_byte_and_every_cut_of_a_real_snapshot_is_found() {
    let disk = tempfile::tempdir().unwrap();
    let file = real_snapshot(disk.path(), "sha256", 2);
    let every = std::env::var_os("BAREFLOW_EVERY_BYTE").is_some();
    let step = if every { 1 } else { 199 };
    // Header, tables and the code at the end whole; the bitcode between them is most of a file.
    let edge = 2048.min(file.len() / 2);
    let places = || {
        (0..edge)
            .chain((edge..file.len() - edge).step_by(step))
            .chain(file.len() - edge..file.len())
    };
    let mut damaged = file.clone();
    let mut tried = [0, 0];
    for at in places() {
        damaged[at] ^= 1 << (at % 8);
        assert!(snapshot_fmt::decode(&damaged).is_err(), "byte {at} was changed");
        damaged[at] = file[at];
        assert!(snapshot_fmt::decode(&file[..at]).is_err(), "cut to {at} bytes");
        tried[0] += 1;
    }
    assert!(snapshot_fmt::decode(&file).is_ok());

    // And none of its code runs: the engine falls back on the boot before, or on none.
    let path = disk.path().join("boot/snapshots/boot_002.snapshot");
    std::fs::remove_file(disk.path().join("boot/snapshots/boot_001.snapshot")).unwrap();
    for at in [0, 4, 44, 60, 300, file.len() / 2, file.len() - 1] {
        let mut damaged = file.clone();
        damaged[at] ^= 0x40;
        for bytes in [&damaged[..], &file[..at]] {
            drop(std::fs::remove_file(disk.path().join("boot/snapshots/boot_001.snapshot")));
            drop(std::fs::remove_file(disk.path().join("boot/snapshots/boot_002.damaged")));
            std::fs::write(&path, bytes).unwrap();
            let module = artefact("modules/sha256.bc");
            let options = ["--entry", "sha256", "--arg", "20"];
            let (line, _) = boot_hosted(disk.path(), &module, &options);
            assert_eq!((&line["boot"], &line["restored"]), (&1.into(), &0.into()), "byte {at}");
            tried[1] += 1;
        }
    }
    eprintln!(
        "{} of {} bytes changed and cut; {} runs after damage",
        tried[0],
        file.len(),
        tried[1]
    );
}

/// A program of which two functions change: one its numbers, one its way.
const CHANGING: &str = "
__attribute__((noinline)) static unsigned long number(unsigned long n) {
    for (unsigned long i = 0; i < 20; i++) if (n & 1) n = n * NUMBER + i; else n = n / 2 + i;
    return n;
}
__attribute__((noinline)) static unsigned long way(unsigned long n) {
    for (unsigned long i = 0; i < 20; i++) { n += i; WAY }
    return n;
}
unsigned long entry(unsigned long n) {
    unsigned long sum = 0;
    for (unsigned long i = 0; i < n; i++) sum += number(i) + way(i);
    return sum;
}";

#[test]
fn a_profile_outlives_a_changed_body_of_the_same_shape() {
    let disk = tempfile::tempdir().unwrap();
    let run_with = |number: u32, way: &str, arg: &str| {
        let source = disk.path().join("changing.c");
        let code = CHANGING.replace("NUMBER", &number.to_string()).replace("WAY", way);
        std::fs::write(&source, code).unwrap();
        let module = disk.path().join("changing.bc");
        let clang = Command::new("clang-22")
            .args(["-O1", "-fno-unroll-loops"])
            .args(["-emit-llvm", "-c"])
            .arg(&source)
            .arg("-o")
            .arg(&module)
            .status()
            .unwrap();
        assert!(clang.success());
        boot_hosted(disk.path(), &module, &["--entry", "entry", "--arg", arg]).0
    };
    let decode = |boot: u32| {
        let file = disk.path().join(format!("boot/snapshots/boot_{boot:03}.snapshot"));
        snapshot_fmt::decode(&std::fs::read(file).unwrap()).unwrap()
    };
    let first = run_with(3, "", "2000");
    assert!(first["compiles"].as_u64().unwrap() > 0);
    let second = run_with(5, "if (n % 3) n++;", "20");
    assert_eq!(second["restored"], 0);
    for rejection in second["rejected"].as_array().unwrap() {
        assert_eq!(rejection["reason"], "the module has changed");
    }
    let (old, new) = (decode(1), decode(2));
    let both = |name| (old.function(0, name).unwrap(), new.function(0, name).unwrap());

    let (before, after) = both("number");
    assert_ne!(before.body_hash, after.body_hash);
    assert_eq!(before.profile.shape, after.profile.shape);
    // What was counted of other code weighs half.
    assert!(after.profile.calls >= before.profile.calls / 2 + 20, "{:?}", after.profile);
    assert!(before.profile.blocks.iter().any(|count| *count > 0));
    for (old, new) in before.profile.blocks.iter().zip(&after.profile.blocks) {
        assert!(*new >= old / 2, "{:?} became {:?}", before.profile.blocks, after.profile.blocks);
    }

    // Counts of blocks say nothing of a function that goes other ways; calls still do.
    let (before, after) = both("way");
    assert_ne!(before.profile.shape, after.profile.shape);
    assert!(after.profile.calls >= before.profile.calls / 2 + 20, "{:?}", after.profile);
    assert!(
        after.profile.blocks.iter().all(|count| *count <= 20 * 21),
        "{:?}",
        after.profile.blocks
    );
}
