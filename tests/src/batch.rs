//! Several programs on one machine, one after the other: a boot takes longer than most of them.

use std::time::Duration;

use bareflow_emulator::{Accel, Event, Input, Outcome, Settings, run};
use serde_json::{Value, json};

use crate::disk::Disk;
use crate::process::Ended;
use crate::program::{self, Program};
use crate::{artefact, place};

/// Ample for twenty programs at the slowest level on a busy host.
const PATIENCE: Duration = Duration::from_secs(600);

/// More ends of input than programs look for.
const ENDS: [u8; 64] = [4; 64];

/// How a boot of several programs went.
#[derive(Clone, Debug)]
pub struct Booted {
    /// How each program ended, and what it wrote.
    pub ended: Vec<Ended>,
    /// The machine's report on the boot.
    pub report: Value,
}

/// Boots a machine of so many processors that runs these programs, made from bitcode of -O`bitcode` by the newest
/// clang; `settings` are those of the manifest beside the modules. At most one of them may read
/// its standard input, which is the serial line.
///
/// # Errors
/// A compiler or the disk failed, or the machine did not come to its end.
pub fn boot(
    programs: &[&Program],
    bitcode: u8,
    processors: u32,
    settings: &Value,
) -> Result<Booted, String> {
    place::artefacts()?;
    let disk = disk(programs, bitcode, settings)?;
    let settings = Settings {
        image: Some(disk.path()),
        accel: Accel::Tcg,
        processors,
        // Each processor compiles, too.
        memory_mib: if processors > 4 { 1024 } else { 512 },
        timeout: PATIENCE,
        input: Input::Bytes([&program::input()[..], &ENDS].concat()),
        ..Settings::kernel(&artefact("kernel.elf"))
    };
    let mut booted = Booted { ended: Vec::new(), report: Value::Null };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let ran = run(&settings, &mut |event| match event {
        Event::Output(bytes) => out.extend_from_slice(bytes),
        Event::Record(text) => {
            let record: Value = serde_json::from_str(text).unwrap_or_default();
            match record["record"].as_str() {
                Some("result") => booted.ended.push(Ended {
                    status: record["exit"].as_i64().unwrap_or(-1) as i32,
                    out: std::mem::take(&mut out),
                    err: std::mem::take(&mut err),
                }),
                Some("report") => booted.report = record,
                _ => err.extend(format!("{}\n", record["text"].as_str().unwrap_or(text)).bytes()),
            }
        }
    });
    let ran = ran.map_err(|error| error.to_string())?;
    let ended = matches!(ran.outcome, Outcome::Success | Outcome::Failure);
    if !ended || booted.report.is_null() || booted.ended.len() != programs.len() {
        let next = programs.get(booted.ended.len()).map_or("the end", |program| &program.name);
        let said = String::from_utf8_lossy(&err).into_owned();
        let tail: String = String::from_utf8_lossy(&out).chars().rev().take(200).collect();
        let tail: String = tail.chars().rev().collect();
        return Err(format!(
            "{} at {next} after {:?}; {said}; {}; it printed last: {tail}",
            ran.outcome, ran.elapsed, ran.complaints
        ));
    }
    Ok(booted)
}

fn disk(programs: &[&Program], bitcode: u8, settings: &Value) -> Result<Disk, String> {
    let disk = Disk::new().map_err(|error| error.to_string())?;
    let add = |path: &str, content: &[u8]| {
        disk.add(path, content).map_err(|error| format!("{path}: {error}"))
    };
    let read = |path: &std::path::Path| {
        std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let mut manifest = settings.clone();
    manifest["modules"] = json!([]);
    for program in programs {
        let name = program.name.replace('/', "-");
        let mut files = Vec::new();
        for (index, file) in program.bitcode(bitcode, 22)?.iter().enumerate() {
            let own = format!("{name}.{index}.bc");
            add(&format!("modules/{own}"), &read(file)?)?;
            files.push(own);
        }
        for (path, file) in program.disk_files() {
            add(&path, &read(&file)?)?;
        }
        let modules = manifest["modules"].as_array_mut().expect("it was made just now");
        modules.push(json!({ "name": name, "files": files }));
    }
    add("boot/lib/libc.bc", &read(&artefact("libc.bc"))?)?;
    if programs.iter().any(|program| program.is_cxx()) {
        add("boot/lib/libcxx.bc", &read(&artefact("libcxx.bc"))?)?;
    }
    if settings["compilers"].to_string().contains("llvm") {
        add("boot/compilers/llvm", &read(&artefact("compilers/llvm"))?)?;
    }
    add("boot/manifest.json", manifest.to_string().as_bytes())?;
    Ok(disk)
}
