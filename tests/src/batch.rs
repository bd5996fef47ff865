//! Several programs on one machine, one after the other: a boot takes longer than most of them.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use bareflow_emulator::{Accel, Event, Input, Outcome, Settings, run};
use serde_json::{Value, json};

use crate::disk::Disk;
use crate::process::Ended;
use crate::program::{self, Program};
use crate::tool::{self, text};
use crate::{artefact, place};

/// Ample for what is put together, at the slowest level on a busy host.
const PATIENCE: Duration = Duration::from_secs(1800);

/// Mebibytes of the disk: bitcode of many programs, LLVM, and snapshots with code of them all.
const DISK: u64 = 255;

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

/// Boots a machine once with programs, as for [`Batch::new`].
///
/// # Errors
/// A compiler or the disk failed, or the machine did not come to its end.
pub fn boot(
    programs: &[&Program],
    bitcode: u8,
    processors: u32,
    settings: &Value,
) -> Result<Booted, String> {
    Batch::new(programs, bitcode, processors, settings)?.boot()
}

/// Programs on a disk, which one machine runs one after the other.
#[derive(Debug)]
pub struct Batch<'p> {
    programs: &'p [&'p Program],
    disk: Disk,
    /// What the disk's manifest says.
    manifest: Value,
    processors: u32,
}

impl<'p> Batch<'p> {
    /// These programs, made from bitcode of -O`bitcode` by the newest clang, for a machine of so many processors;
    /// `settings` are those of the manifest beside the modules. At most one of them may read its standard
    /// input, which is the serial line.
    ///
    /// # Errors
    /// A compiler or the disk failed.
    pub fn new(
        programs: &'p [&'p Program],
        bitcode: u8,
        processors: u32,
        settings: &Value,
    ) -> Result<Self, String> {
        place::artefacts()?;
        let (disk, manifest) = disk(programs, bitcode, settings)?;
        Ok(Self { programs, disk, manifest, processors })
    }

    /// Changes one of the settings for boots to come; `null` makes it what is usual.
    ///
    /// # Errors
    /// The disk failed.
    pub fn set(&mut self, setting: &str, value: Value) -> Result<(), String> {
        self.manifest[setting] = value;
        if let Some(manifest) = self.manifest.as_object_mut().filter(|m| m[setting].is_null()) {
            manifest.remove(setting);
        }
        let manifest = self.manifest.to_string();
        self.disk.add("boot/manifest.json", manifest.as_bytes()).map_err(|e| e.to_string())
    }

    /// Boots the machine. What it saves stays on the disk.
    ///
    /// # Errors
    /// It did not come to its end.
    pub fn boot(&self) -> Result<Booted, String> {
        let settings = Settings {
            image: Some(self.disk.path()),
            // Each processor compiles, too.
            memory_mib: if self.processors > 4 { 1024 } else { 512 },
            processors: self.processors,
            keep_writes: true,
            ..Settings::kernel(&artefact("kernel.elf"))
        };
        self.follow(&settings, true)
    }

    /// Makes all code of its last boot again on this host: how much of it has the same bytes.
    ///
    /// # Errors
    /// What has not.
    pub fn made_again(&self) -> Result<u64, String> {
        let image = self.disk.path();
        let found = tool::run("bareflow", &["snapshot", "verify", text(&image), "--recompile"]);
        let line = String::from_utf8_lossy(&found.stdout);
        let last = line.lines().last().and_then(|line| serde_json::from_str::<Value>(line).ok());
        let last = last.unwrap_or_default();
        match (&last["ok"], &last["skipped"], last["recompiled"].as_u64()) {
            (Value::Bool(true), Value::Array(skipped), Some(same)) if skipped.is_empty() => {
                Ok(same)
            }
            _ => Err(format!("{last}{}", String::from_utf8_lossy(&found.stderr))),
        }
    }

    /// Shrinks its last boot and boots that, with the disk beside it for files.
    ///
    /// # Errors
    /// The shrinker has refused it, or it did not come to its end.
    pub fn shrunk(&self) -> Result<Booted, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let small = folder.path().join("small.img");
        let image = self.disk.path();
        let made = tool::run("bareflow-shrink", &[text(&image), "-o", text(&small)]);
        if !made.status.success() {
            return Err(String::from_utf8_lossy(&made.stderr).into_owned());
        }
        let files = format!("file={},format=raw,if=ide,index=1", image.display());
        let arguments = ["-drive".into(), files.into()].into();
        let settings = Settings { keep_writes: false, arguments, ..Settings::new(&small) };
        self.follow(&settings, false)
    }

    /// Boots a machine, which ends with a report unless it is a shrunk one.
    fn follow(&self, settings: &Settings, reports: bool) -> Result<Booted, String> {
        let input = Input::Bytes([&program::input()[..], &ENDS].concat());
        let settings = Settings { accel: Accel::Tcg, timeout: PATIENCE, input, ..settings.clone() };
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
                    _ => {
                        err.extend(format!("{}\n", record["text"].as_str().unwrap_or(text)).bytes())
                    }
                }
            }
        });
        let ran = ran.map_err(|error| error.to_string())?;
        let ended = matches!(ran.outcome, Outcome::Success | Outcome::Failure)
            && booted.report.is_null() != reports;
        if !ended || booted.ended.len() != self.programs.len() {
            let next = self.programs.get(booted.ended.len());
            let next = next.map_or("the end", |program| &program.name);
            let said = String::from_utf8_lossy(&err).into_owned();
            return Err(format!(
                "{} at {next} after {:?}; {said}; {}; what came last is in {}",
                ran.outcome,
                ran.elapsed,
                ran.complaints,
                kept(&out)?.display()
            ));
        }
        Ok(booted)
    }
}

/// A file with what a machine wrote, for whoever looks into why it failed.
fn kept(out: &[u8]) -> Result<PathBuf, String> {
    let folder = place::target().join("failed");
    let kept = std::fs::create_dir_all(&folder)
        .and_then(|()| tempfile::Builder::new().prefix("machine-").tempfile_in(&folder))
        .and_then(|mut file| file.write_all(out).map(|()| file));
    let kept = kept.map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(kept.keep().map_err(|error| error.to_string())?.1)
}

fn disk(programs: &[&Program], bitcode: u8, settings: &Value) -> Result<(Disk, Value), String> {
    let disk = Disk::of(DISK).map_err(|error| error.to_string())?;
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
    Ok((disk, manifest))
}
