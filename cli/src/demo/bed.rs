//! What the demo grows in: a disk image in QEMU, or a folder and processes of this system.

use std::path::{Path, PathBuf};

use bareflow_report::Record;
use bareflow_session::Manifest;

use super::args::Args;
use super::story::Lanes;
use crate::artefacts::Artefacts;
use crate::boot::{Line, boot_folder, boot_folder_on, boot_once};
use crate::failure::{Failure, Kind};
use crate::image::{Contents, Disk, Geometry, write_disk};
use crate::machine::MachineOptions;
use crate::output_file::write_whole;
use crate::ui::Ui;

/// A place to boot the twelve modules in, again and again.
#[derive(Debug)]
pub(super) struct Bed {
    /// The disk image, or the folder.
    pub(super) path: PathBuf,
    pub(super) hosted: bool,
    /// Whether the machine's clock advances with the instructions it executes.
    pub(super) counted: bool,
    /// Bytes of what was put into it.
    pub(super) bytes: u64,
}

impl Bed {
    /// Makes a fresh one.
    pub(super) fn new(args: &Args, ui: &Ui) -> Result<Self, Failure> {
        let artefacts = Artefacts::locate();
        let hosted = if args.hosted {
            artefacts.refresh_images()?;
            true
        } else {
            // May install QEMU.
            artefacts.refresh()?;
            no_qemu(ui)
        };
        let contents = contents(args, &artefacts)?;
        let on_disk: u64 = contents.files.iter().map(|file| file.bytes).sum();
        if hosted {
            let path = args.out.join("grown");
            folder(&path, &contents)?;
            return Ok(Self { path, hosted, counted: false, bytes: on_disk });
        }
        let path = args.out.join("grown.img");
        let kernel = artefacts.read("kernel.bin")?;
        let (stage1, stage2) = (artefacts.read("stage1.bin")?, artefacts.read("stage2.bin")?);
        let disk = Disk {
            stage1: &stage1,
            stage2: &stage2,
            kernel: &kernel,
            command_line: b"",
            geometry: Geometry::Hard(None),
        };
        write_whole(&path, |file| write_disk(file, &path, &disk, &contents))?;
        let bytes = on_disk + (stage1.len() + stage2.len() + kernel.len()) as u64;
        // An emulated processor is as fast as the host leaves it: only what it executes is the same
        // on every run. A virtualised one has the host's own clock.
        let counted = bareflow_emulator::kvm().is_err();
        Ok(Self { path, hosted, counted, bytes })
    }

    /// Boots it once.
    pub(super) fn boot(&self, ui: &Ui) -> Result<Line, Failure> {
        let line = if self.hosted {
            boot_folder(&self.path)?
        } else {
            let booted = boot_once(&self.machine().settings(&self.path), ui, false)?;
            booted.exit_or_failure(&self.path)?;
            booted.line
        };
        if line.exit != 0 || line.boot.is_none() {
            let said = line.log.join("\n");
            return Err(Failure::new(Kind::Failed, format!("a boot failed:\n{said}")));
        }
        Ok(line)
    }

    /// The same programs once, on two processors, of which one compiles beside the program. A place of
    /// its own, where nothing was learnt, which is gone afterwards.
    pub(super) fn lanes(args: &Args) -> Result<Lanes, Failure> {
        let mut contents = contents(args, &Artefacts::locate())?;
        contents.manifest.lanes = true;
        contents.manifest.save = false;
        let path = args.out.join("lanes");
        folder(&path, &contents)?;
        let (line, records) = boot_folder_on(2, &path)?;
        std::fs::remove_dir_all(&path).map_err(|error| Failure::output(&path, error))?;
        let busy = records.into_iter().filter_map(|record| match record {
            Record::Busy(busy) => Some(busy),
            _ => None,
        });
        let program = line.guest_us.map_or((0, 0), |times| (times.to_program, times.program));
        Ok(Lanes { program, busy: busy.collect() })
    }

    /// The machine that it boots in.
    pub(super) fn machine(&self) -> MachineOptions {
        MachineOptions { icount: self.counted, ..MachineOptions::plain() }
    }

    /// Where its snapshots are, as `bareflow snapshot` takes it.
    pub(super) fn snapshots(&self) -> String {
        let place = match self.hosted {
            true => self.path.join("boot/snapshots"),
            false => self.path.clone(),
        };
        place.to_string_lossy().into_owned()
    }

    /// The newest snapshot in it.
    pub(super) fn snapshot(&self) -> Result<Vec<u8>, Failure> {
        Ok(crate::snapshot::one(&self.snapshots())?.bytes)
    }
}

/// Whether there is no QEMU, which is said.
fn no_qemu(ui: &Ui) -> bool {
    let Err(error) = bareflow_emulator::qemu() else { return false };
    ui.note(&format!(
        "{error}.\nThis demo goes on without it: each boot is a process of this system, with the \
         same engine."
    ));
    true
}

/// The manifest and the files of the twelve modules.
fn contents(args: &Args, artefacts: &Artefacts) -> Result<Contents, Failure> {
    let path = artefacts.path("modules/manifest.json")?;
    let text = std::fs::read(&path).map_err(|error| Failure::input(&path, error))?;
    let mut manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| Failure::input(&path, error))?;
    manifest.calls = args.calls;
    manifest.compilers.clone_from(&args.compilers);
    if args.small {
        small(&mut manifest, artefacts)?;
    }
    let mut contents = Contents { manifest, files: Vec::new() };
    let files: Vec<String> =
        contents.manifest.modules.iter().flat_map(|module| module.files.clone()).collect();
    for file in files {
        contents.add(&artefacts.path(&format!("modules/{file}"))?, format!("/modules/{file}"))?;
    }
    contents.add_library(artefacts)?;
    contents.add_compiler(artefacts)?;
    Ok(contents)
}

/// Puts the small arguments into the manifest.
fn small(manifest: &mut Manifest, artefacts: &Artefacts) -> Result<(), Failure> {
    let path = artefacts.path("modules/modules.json")?;
    let text = std::fs::read(&path).map_err(|error| Failure::input(&path, error))?;
    let list: serde_json::Value =
        serde_json::from_slice(&text).map_err(|error| Failure::input(&path, error))?;
    for module in &mut manifest.modules {
        let known = list["modules"].as_array().into_iter().flatten();
        let entry = known.clone().find(|entry| entry["name"] == module.name.as_str());
        module.arg = entry.and_then(|entry| entry["small"]["arg"].as_u64()).or(module.arg);
    }
    Ok(())
}

/// Lays out `contents` under `path` as they would lie on a disk.
fn folder(path: &Path, contents: &Contents) -> Result<(), Failure> {
    if path.exists() {
        std::fs::remove_dir_all(path).map_err(|error| Failure::output(path, error))?;
    }
    let write = |name: &str, bytes: &[u8]| {
        let to = path.join(name.trim_start_matches('/'));
        let folder = to.parent().unwrap_or(path);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&to, bytes))
            .map_err(|error| Failure::output(&to, error))
    };
    let manifest =
        serde_json::to_vec(&contents.manifest).map_err(|error| Failure::output(path, error))?;
    write("/boot/manifest.json", &manifest)?;
    for file in &contents.files {
        let bytes =
            std::fs::read(&file.source).map_err(|error| Failure::input(&file.source, error))?;
        write(&file.path, &bytes)?;
    }
    Ok(())
}
