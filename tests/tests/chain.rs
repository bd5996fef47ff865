//! The whole chain: grow, save, restore, shrink, boot again.

use bareflow_tests::artefact;
use bareflow_tests::grown::{boot_hosted, check_results, copy_snapshot, image, modules, snapshot};
use bareflow_tests::tool::{lines, text};
use serde_json::{Value, json};
use snapshot_fmt::{FunctionRecord, Snapshot};

/// How many boots a machine grows over unless `BAREFLOW_BOOTS` says otherwise.
const BOOTS: u64 = 3;

/// Emulated everywhere, and hung only after minutes: tests run beside many others.
const PATIENT: [&str; 4] = ["--accel", "tcg", "--timeout", "900"];

/// What the module that hashes is run with in a process.
const SHA256: [&str; 4] = ["--entry", "sha256", "--arg", "20"];

#[test]
fn a_machine_grows_and_shrinks_to_the_same_answers() {
    let boots = std::env::var("BAREFLOW_BOOTS").map_or(BOOTS, |n| n.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let modules = modules();
    let image = image(folder.path(), "grown", &modules, &json!({ "calls": 20, "keep": 100 }));
    let count = boots.to_string();
    // Cycles are instructions then, and no matter of what else this host does.
    let mut grow = vec!["grow", text(&image), "--boots", &count, "--icount"];
    grow.extend(PATIENT);
    let lines_of_boots = lines("bareflow", &grow);
    assert_eq!(lines_of_boots.len() as u64, boots);
    let mut before: Option<Snapshot> = None;
    for (boot, line) in (1..).zip(&lines_of_boots) {
        assert_eq!(line["boot"], boot);
        check_results(line, &modules);
        let after = snapshot(&image, boot);
        print_boot(line, &after);
        match &before {
            None => assert_eq!(line["restored"], 0),
            Some(before) => nothing_is_forgotten(line, before, &after),
        }
        before = Some(after);
    }
    let cycles = |boot: u64| lines_of_boots[boot as usize - 1]["program_cycles"].as_f64().unwrap();
    let faster = cycles(1) / cycles(boots);
    eprintln!("boot {boots} takes {faster:.2} times fewer cycles than boot 1");
    assert!(faster > 1.0);

    // Every object was made on bare metal; made here, it has the same bytes.
    let verified = lines("bareflow", &["snapshot", "verify", text(&image), "--recompile"]);
    assert_eq!(verified.len() as u64, boots);
    for line in &verified {
        assert_eq!((&line["ok"], &line["skipped"]), (&json!(true), &json!([])), "{line}");
        assert!(line["recompiled"].as_u64().unwrap() >= 20, "{line}");
    }

    let snapshot = folder.path().join("boot.snapshot");
    copy_snapshot(&image, boots, &snapshot);
    let small = folder.path().join("small.img");
    let report = &lines("bareflow-shrink", &[text(&snapshot), "-o", text(&small)])[0];
    let bytes = std::fs::metadata(&small).unwrap().len();
    assert_eq!(report["image_bytes"], bytes);
    assert!(bytes < 64 << 10, "{bytes} bytes");
    let shrunk = &lines("bareflow", &[&["boot", text(&small)][..], &PATIENT].concat())[0];
    check_results(shrunk, &modules);
}

fn print_boot(line: &Value, after: &Snapshot) {
    let without: usize = after.bitcode.iter().map(|file| file.bytes.len()).sum();
    let bytes = line["snapshot"]["bytes"].as_u64().unwrap() as usize;
    eprintln!(
        "boot {}: {} program cycles, {} compiled, {} restored in {} us, levels {}, snapshot of {} \
         bytes, {} of them not bitcode",
        line["boot"],
        line["program_cycles"],
        line["compiles"],
        line["restored"],
        line["guest_us"]["restore"],
        line["levels"],
        bytes,
        bytes - without,
    );
}

/// What one boot had finished, the next one has from its first call on.
fn nothing_is_forgotten(line: &Value, before: &Snapshot, after: &Snapshot) {
    let compiled = |function: &&FunctionRecord| function.object.is_some();
    let known: Vec<_> = before.functions.iter().filter(compiled).collect();
    assert_eq!(line["restored"], known.len(), "{line}");
    assert_eq!(line["rejected"], json!([]), "{line}");
    for old in known {
        let module = &before.modules[old.module as usize].name;
        let name = format!("boot {}, {module}:{}", line["boot"], old.name);
        let new = after.function(old.module, &old.name).unwrap_or_else(|| panic!("{name}"));
        assert!(new.level >= old.level, "{name}");
        // Only the interpreter counts blocks: not a single call ran in it.
        assert_eq!(new.profile.blocks, old.profile.blocks, "{name}");
        let anew = new.compiles - old.compiles;
        let competes = old.level == snapshot_fmt::MAX_LEVEL && old.verdict.is_none();
        assert!(anew == 0 || new.level > old.level || competes, "{name}: compiled {anew} times");
    }
}

/// Each module alone, in cycles that count instructions, so that the figures are the same anywhere.
/// What a second boot can gain is what the first spent on interpreting and compiling, so most
/// where the program itself has little to do. The first compiles on its way only what pays within it.
#[test]
fn the_second_boot_of_a_computation_is_four_times_faster() {
    let folder = tempfile::tempdir().unwrap();
    let mut product = 1.0;
    let modules = modules();
    for module in &modules {
        let one = std::slice::from_ref(module);
        let image = image(folder.path(), &module.name, one, &json!({}));
        let grow = ["grow", text(&image), "--boots", "2", "--icount"];
        let boots = lines("bareflow", &[&grow[..], &PATIENT].concat());
        boots.iter().for_each(|boot| check_results(boot, one));
        let cycles = |boot: usize| boots[boot]["program_cycles"].as_f64().unwrap();
        let faster = cycles(0) / cycles(1);
        eprintln!("{}: {} cycles, then {}: {faster:.1} times", module.name, cycles(0), cycles(1));
        product *= faster;
        assert!(faster >= 2.5, "{}", module.name);
    }
    let mean = product.powf(1.0 / modules.len() as f64);
    eprintln!("geometric mean: {mean:.1} times");
    assert!(mean >= 4.0, "{mean:.1} times");
}

#[test]
fn code_for_another_processor_is_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let modules = modules();
    let image = image(folder.path(), "grown", &modules, &json!({ "calls": 20 }));
    let grow = ["grow", text(&image), "--boots", "1"];
    let grown = lines("bareflow", &[&grow[..], &PATIENT].concat());
    check_results(&grown[0], &modules);
    for cpu in ["max", "qemu64", "Nehalem", "SandyBridge", "Haswell", "Skylake-Client", "EPYC"] {
        let boot = ["boot", text(&image), "--discard", "--cpu", cpu, "--machine", "pc"];
        let boot = &lines("bareflow", &[&boot[..], &PATIENT].concat())[0];
        check_results(boot, &modules);
        assert_eq!(boot["outcome"], "success", "{boot}");
        let rejected = boot["rejected"].as_array().unwrap();
        for rejection in rejected {
            let reason = rejection["reason"].as_str().unwrap();
            assert!(reason.contains("processor feature"), "{cpu}: {reason}");
        }
        let first = rejected.first().map_or("", |first| first["reason"].as_str().unwrap());
        eprintln!("{cpu}: {} restored, {} rejected: {first}", boot["restored"], rejected.len());
        match cpu {
            "max" => assert!(rejected.is_empty(), "{boot}"),
            "qemu64" => assert_eq!(boot["restored"], 0, "{boot}"),
            _ => {}
        }
    }
}

#[test]
fn a_second_run_in_a_process_starts_where_the_first_ended() {
    let disk = tempfile::tempdir().unwrap();
    // A tournament that is held later makes variants then.
    let options = [&SHA256[..], &["--calls", "2000", "--tournaments", "0"]].concat();
    let once = || boot_hosted(disk.path(), &artefact("modules/sha256.bc"), &options).0;
    let runs = [once(), once(), once()];
    let sha256 = modules().into_iter().find(|module| module.name == "sha256").unwrap();
    let right = sha256.result.to_string();
    assert!(runs.iter().all(|run| run["result"] == right));
    assert_eq!(runs[0]["restored"], 0);
    assert!(runs[0]["compiles"].as_u64().unwrap() > 0);
    assert!(runs[1]["restored"].as_u64().unwrap() > 0);
    // What is settled is not made again.
    assert_eq!(runs[2]["compiles"], 0, "{}", runs[2]);
    assert_eq!(runs[2]["levels"]["O3"], runs[1]["levels"]["O3"]);
}

#[test]
fn a_changed_program_is_compiled_anew() {
    let disk = tempfile::tempdir().unwrap();
    let options = [&SHA256[..], &["--calls", "500"]].concat();
    let once = |level: &str| {
        let module = artefact(&format!("modules/{level}/sha256.bc"));
        boot_hosted(disk.path(), &module, &options).0
    };
    let (first, second) = (once("O2"), once("O1"));
    assert_eq!(first["result"], second["result"]);
    assert_eq!(second["restored"], 0);
    // What was hot is compiled before the program starts.
    assert!(second["compiles"].as_u64().unwrap() > 0);
    let rejected = second["rejected"].as_array().unwrap();
    assert!(!rejected.is_empty());
    for rejection in rejected {
        let reason = rejection["reason"].as_str().unwrap();
        assert!(reason.contains("changed") || reason.contains("no longer"), "{reason}");
    }
}

#[test]
fn a_damaged_snapshot_is_set_aside() {
    let disk = tempfile::tempdir().unwrap();
    let options = [&SHA256[..], &["--calls", "500"]].concat();
    let once = || boot_hosted(disk.path(), &artefact("modules/sha256.bc"), &options);
    let _ = (once(), once());
    let folder = disk.path().join("boot/snapshots");
    let newest = folder.join("boot_002.snapshot");
    let mut bytes = std::fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&newest, bytes).unwrap();

    let (run, said) = once();
    assert!(said.contains("boot_002.snapshot") && said.contains("set aside"), "{said}");
    // It went on from the one before.
    assert_eq!(run["boot"], 2);
    assert!(run["restored"].as_u64().unwrap() > 0);
    assert!(folder.join("boot_002.damaged").is_file());
}

#[test]
fn code_of_another_engine_is_not_run() {
    let disk = tempfile::tempdir().unwrap();
    let options = [&SHA256[..], &["--calls", "500"]].concat();
    let once = || boot_hosted(disk.path(), &artefact("modules/sha256.bc"), &options).0;
    let first = once();
    let file = disk.path().join("boot/snapshots/boot_001.snapshot");
    let mut snapshot = snapshot_fmt::decode(&std::fs::read(&file).unwrap()).unwrap();
    let compiled = snapshot.functions.iter().filter(|f| f.object.is_some()).count();
    // What a changed source of a compiler does to it: another hash.
    assert_eq!(snapshot.engine.engine, bareflow_session::engine());
    snapshot.engine.engine = snapshot.engine.engine.replace(' ', " 0");
    std::fs::write(&file, snapshot_fmt::encode(&snapshot).unwrap()).unwrap();

    let second = once();
    assert_eq!(second["result"], first["result"]);
    assert_eq!(second["restored"], 0);
    assert!(second["compiles"].as_u64().unwrap() > 0);
    let rejected = second["rejected"].as_array().unwrap();
    assert_eq!(rejected.len(), compiled);
    for rejection in rejected {
        assert!(rejection["reason"].as_str().unwrap().contains("made by engine"), "{rejection}");
    }
    let third = once();
    assert_eq!((&third["rejected"], &third["result"]), (&json!([]), &first["result"]));
    assert!(third["restored"].as_u64().unwrap() > 0);
}
