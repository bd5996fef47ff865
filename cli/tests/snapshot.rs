//! `bareflow snapshot` on files and disk images, as a user runs it.

use std::io::{Cursor, Write};
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use snapshot_fmt::*;

/// Runs it; exit code, standard output, standard error.
fn bareflow(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bareflow"));
    let out = command.current_dir(folder).arg("snapshot").args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (out.status.code().unwrap(), text(out.stdout), text(out.stderr))
}

#[track_caller]
fn succeeds(folder: &Path, args: &[&str]) -> String {
    let (code, out, err) = bareflow(folder, args);
    assert_eq!(code, 0, "{args:?}: {out}{err}");
    out
}

#[track_caller]
fn json(folder: &Path, args: &[&str]) -> Vec<Value> {
    let out = succeeds(folder, &[args, &["--json"]].concat());
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// `sum_to(n)`: n + ... + 1, plus a constant of 100, plus 1 for each of two calls of `helper`.
fn sum_to() -> ObjectRecord {
    let text = [
        &[0x50][..],                     // push rax              block 0
        &[0x31, 0xc0],                   // xor eax, eax
        &[0x01, 0xf8],                   // add eax, edi          block 1
        &[0x83, 0xef, 0x01],             // sub edi, 1
        &[0x75, 0xf9],                   // jne block 1
        &[0x03, 0x05, 0, 0, 0, 0],       // add eax, [consts + 4] block 3
        &[0xe8, 0, 0, 0, 0],             // call helper
        &[0x48, 0x8b, 0x0d, 0, 0, 0, 0], // mov rcx, [helper@GOT]
        &[0xff, 0xd1],                   // call rcx
        &[0x59],                         // pop rcx
        &[0xc3],                         // ret
    ];
    let reloc = |offset, kind, target, addend| RelocRecord {
        section: Section::Text,
        offset,
        kind,
        target,
        addend,
    };
    let helper = || Target::Symbol("helper".into());
    ObjectRecord {
        symbol: "sum_to".into(),
        text: text.concat(),
        text_align: 16,
        consts: vec![0, 0, 0, 0, 100, 0, 0, 0],
        consts_align: 4,
        relocs: vec![
            reloc(12, RelocKind::Pc32, Target::Consts, 0),
            reloc(17, RelocKind::Call32, helper(), -4),
            reloc(24, RelocKind::GotPc32, helper(), -4),
        ],
        blocks: vec![(0, 0), (3, 1), (10, 3)],
    }
}

fn snapshot(boot: u32) -> Snapshot {
    let mut snapshot = Snapshot {
        boot_count: boot,
        generation: boot.into(),
        engine: Fingerprints { engine: "test".into(), cpu: "some".into(), ..Default::default() },
        boots: vec![BootLine {
            boot,
            program_cycles: 1_000_000 / u64::from(boot),
            ..Default::default()
        }],
        ..Snapshot::default()
    };
    let hash = <sha2::Sha256 as sha2::Digest>::digest(b"bitcode").into();
    let part = snapshot.add_bitcode("sums.bc", hash, b"bitcode");
    snapshot.modules.push(ModuleRecord {
        name: "sums".into(),
        entry: "sum_to".into(),
        parts: vec![part],
        ..Default::default()
    });
    let function = |name: &str, object: Option<ObjectRecord>| FunctionRecord {
        name: name.into(),
        level: if object.is_some() { 4 } else { 0 },
        compiler: if object.is_some() { "cranelift".into() } else { String::new() },
        object,
        profile: FunctionProfile {
            calls: 1000 * u64::from(boot),
            cycles: Cycles { samples: 10, total: 4000, min: 300, max: 900 },
            blocks: vec![1000, 10_000, 0, 1000],
            ..Default::default()
        },
        history: vec![(1, 0), (boot, 4)],
        ..Default::default()
    };
    snapshot.functions.push(function("sum_to", (boot > 1).then(sum_to)));
    if boot > 2 {
        let helper = ObjectRecord {
            symbol: "helper".into(),
            text: vec![0x8d, 0x40, 0x01, 0xc3],
            text_align: 16,
            consts_align: 1,
            ..Default::default()
        };
        snapshot.functions.push(function("helper", Some(helper)));
    }
    snapshot
}

/// A folder with a partitioned disk image that holds three snapshots and something else.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut volume = Cursor::new(vec![0; 4 << 20]);
    let options = fatfs::FormatVolumeOptions::new().fat_type(fatfs::FatType::Fat16);
    fatfs::format_volume(&mut volume, options.bytes_per_cluster(512)).unwrap();
    {
        let files = fatfs::FileSystem::new(&mut volume, fatfs::FsOptions::new()).unwrap();
        let root = files.root_dir();
        root.create_dir("boot").unwrap();
        let snapshots = root.create_dir("boot/snapshots").unwrap();
        for boot in 1..=3 {
            let mut file = snapshots.create_file(&file_name(boot)).unwrap();
            file.write_all(&encode(&snapshot(boot)).unwrap()).unwrap();
        }
        snapshots.create_file("boot_009.damaged").unwrap().write_all(b"junk").unwrap();
    }
    let volume = volume.into_inner();
    let mut disk = vec![0; 64 * 512];
    disk[446 + 4] = 0x06;
    disk[446 + 8..446 + 12].copy_from_slice(&64u32.to_le_bytes());
    disk[446 + 12..446 + 16].copy_from_slice(&((volume.len() / 512) as u32).to_le_bytes());
    disk[510] = 0x55;
    disk[511] = 0xaa;
    disk.extend(volume);
    std::fs::write(folder.path().join("disk.img"), disk).unwrap();
    folder
}

#[test]
fn lists_and_chooses_snapshots() {
    let folder = folder();
    let folder = folder.path();
    let lines = json(folder, &["ls", "disk.img"]);
    let names: Vec<_> = lines.iter().map(|line| line["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["disk.img:boot_003.snapshot", "disk.img:boot_002.snapshot", "disk.img:boot_001.snapshot"]
    );
    assert_eq!(lines[0]["compiled"], 2);
    assert_eq!(lines[2]["boot_count"], 1);
    assert!(succeeds(folder, &["ls", "disk.img"]).contains("disk.img:boot_002.snapshot"));

    succeeds(folder, &["extract", "disk.img:2", "--whole", "-o", "boot_002.snapshot"]);
    assert_eq!(
        std::fs::read(folder.join("boot_002.snapshot")).unwrap(),
        encode(&snapshot(2)).unwrap()
    );
    assert_eq!(json(folder, &["ls", "boot_002.snapshot"])[0]["boot_count"], 2);
    assert_eq!(json(folder, &["ls", "."]).len(), 1);
    succeeds(folder, &["extract", "disk.img", "--bitcode", "sums.bc", "-o", "out.bc"]);
    assert_eq!(std::fs::read(folder.join("out.bc")).unwrap(), b"bitcode");
}

#[test]
fn shows_functions_with_heat() {
    let folder = folder();
    let folder = folder.path();
    let overview = &json(folder, &["show", "disk.img"])[0];
    assert_eq!(overview["functions"][0]["name"], "sum_to");
    assert_eq!(overview["boots"][0]["program_cycles"], 333_333);

    let detail = &json(folder, &["show", "disk.img", "sums:sum_to"])[0];
    let blocks = detail["blocks"].as_array().unwrap();
    let ids: Vec<_> = blocks.iter().map(|block| block["block"].as_u64().unwrap()).collect();
    assert_eq!(ids, [0, 1, 3]);
    // 2 * 1000, 3 * 10000 and 6 * 1000 instructions of 38000.
    let heat: Vec<_> = blocks.iter().map(|block| block["heat"].as_f64().unwrap()).collect();
    assert_eq!(heat, [5.26, 78.95, 15.79]);

    let text = succeeds(folder, &["show", "disk.img", "sum_to"]);
    for part in ["jne block1", "[consts+0x4]", "call helper", "helper@GOT", "78.95 %"] {
        assert!(text.replace("short ", "").contains(part), "{part}:\n{text}");
    }
    let (code, _, err) = bareflow(folder, &["show", "disk.img", "sum"]);
    assert_eq!(code, 2);
    assert!(err.contains("no function sum; did you mean sums:sum_to?"), "{err}");
}

#[test]
fn verifies_every_sum() {
    let folder = folder();
    let folder = folder.path();
    assert!(json(folder, &["verify", "disk.img"]).iter().all(|line| line["ok"] == true));

    let mut bytes = encode(&snapshot(3)).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 4;
    std::fs::write(folder.join("broken.snapshot"), bytes).unwrap();
    let mut wrong = snapshot(3);
    wrong.bitcode[0].bytes.push(0);
    std::fs::write(folder.join("boot_007.snapshot"), encode(&wrong).unwrap()).unwrap();

    let (code, out, _) =
        bareflow(folder, &["verify", "disk.img:1", "broken.snapshot", "boot_007.snapshot"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("boot_001.snapshot: whole (1 functions)"), "{out}");
    assert!(out.contains("broken.snapshot: damaged: the checksum of section EVNT"), "{out}");
    assert!(out.contains("bitcode sums.bc: its SHA-256 is another"), "{out}");
    assert!(out.contains("it is of boot 3"), "{out}");
}

#[test]
fn tells_boots_apart() {
    let folder = folder();
    let folder = folder.path();
    let difference = &json(folder, &["diff", "disk.img:1", "disk.img"])[0];
    let rows = difference["functions"].as_array().unwrap();
    assert_eq!(rows[0]["name"], "sum_to");
    assert_eq!(rows[0]["kind"], "changed");
    assert_eq!(rows[0]["code_bytes"]["delta"], sum_to().text.len());
    assert_eq!(rows[1]["name"], "helper");
    assert_eq!(rows[1]["kind"], "added");
    assert_eq!(difference["program_cycles"]["delta"], -666_667);
    let text = succeeds(folder, &["diff", "disk.img:1", "disk.img"]);
    assert!(text.contains("interp -> O3"), "{text}");
    assert_eq!(json(folder, &["diff", "disk.img", "disk.img"])[0]["unchanged"], 2);
}

#[test]
fn merges_profiles() {
    let folder = folder();
    let folder = folder.path();
    succeeds(folder, &["merge", "disk.img:1", "disk.img:2", "disk.img:3", "-o", "a.snapshot"]);
    succeeds(folder, &["merge", "disk.img:3", "disk.img:1", "disk.img:2", "-o", "b.snapshot"]);
    let a = std::fs::read(folder.join("a.snapshot")).unwrap();
    assert_eq!(a, std::fs::read(folder.join("b.snapshot")).unwrap());
    let merged = decode(&a).unwrap();
    assert_eq!(merged.function(0, "sum_to").unwrap().profile.calls, 6000);
    assert!(merged.functions.iter().all(|function| function.object.is_none()));
}

#[test]
fn other_tools_read_what_is_extracted() {
    let folder = folder();
    let folder = folder.path();
    succeeds(folder, &["extract", "disk.img", "--elf", "-o", "code.o"]);
    let main =
        "#include <stdio.h>\nint sum_to(int);\nint main() { printf(\"%d\\n\", sum_to(10)); }";
    std::fs::write(folder.join("main.c"), main).unwrap();
    let run = |name: &str, args: &[&str]| {
        let out = Command::new(name).current_dir(folder).args(args).output().unwrap();
        assert!(out.status.success(), "{name}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    };
    run("cc", &["-o", "program", "main.c", "code.o"]);
    assert_eq!(run("./program", &[]), "157\n", "55 + 100 + 2");

    succeeds(folder, &["extract", "disk.img", "sum_to", "--elf", "-o", "one.o"]);
    let listing = run("objdump", &["-dr", "one.o"]);
    for part in ["<sum_to>:", "<sum_to.block1>:", "R_X86_64_PLT32\thelper-0x4", "R_X86_64_GOTPCREL"]
    {
        assert!(listing.contains(part), "{part}:\n{listing}");
    }
    succeeds(folder, &["extract", "disk.img", "sum_to", "-o", "raw.bin"]);
    assert_eq!(std::fs::read(folder.join("raw.bin")).unwrap(), sum_to().text);
}

#[test]
fn bad_input_ends_with_2_and_says_why() {
    let folder = folder();
    let folder = folder.path();
    std::fs::write(folder.join("other"), b"something else").unwrap();
    std::fs::create_dir(folder.join("empty")).unwrap();
    for (args, part) in [
        (&["ls", "none.img"][..], "none.img: No such file"),
        (&["ls", "other"], "other: neither a snapshot nor a disk image"),
        (&["ls", "empty"], "empty: no snapshot in it"),
        (&["show", "disk.img:12"], "disk.img: no snapshot of boot 12"),
        (&["extract", "disk.img:1", "sum_to", "-o", "x"], "sum_to was never compiled"),
        (&["extract", "disk.img", "-o", "x"], "name a function"),
        (&["extract", "disk.img", "--bitcode", "x.bc", "-o", "x"], "there are sums.bc"),
        (&["extract", "disk.img", "--elf", "--module", "x", "-o", "x"], "no module x"),
    ] {
        let (code, out, err) = bareflow(folder, args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}");
        assert!(err.contains(part), "{args:?}: {err}");
    }
    let (_, _, err) = bareflow(folder, &["show", "disk.img:12", "--json"]);
    let error: Value = serde_json::from_str(&err).unwrap();
    assert_eq!(error["error"]["kind"], "input");
    assert!(!folder.join("x").exists());
}
