//! What a demo grows in: a disk image in QEMU, or a folder and processes of this system.

use std::path::{Path, PathBuf};

use bareflow_emulator::{Input, Settings, Tape};
use bareflow_host::heartbeat::Heartbeat;

use super::args::Args;
use crate::artefacts::Artefacts;
use crate::boot::{Line, boot_folder, boot_once};
use crate::failure::{Failure, Kind};
use crate::image::{Contents, Disk, Geometry, write_disk};
use crate::machine::MachineOptions;
use crate::output_file::write_whole;
use crate::ui::Ui;

/// A place to boot the same programs in, again and again.
#[derive(Debug)]
pub(super) struct Bed {
    /// The disk image, or the folder.
    pub(super) path: PathBuf,
    pub(super) hosted: bool,
    /// Whether the machine's clock advances with the instructions it executes.
    pub(super) counted: bool,
    /// Bytes of what was put into it.
    pub(super) bytes: u64,
    machine: MachineOptions,
    /// What is typed at every boot; `None`: there is nobody to type.
    input: Option<Vec<u8>>,
}

/// Where to boot: brings what is needed for it up to date.
pub(super) fn is_hosted(args: &Args, artefacts: &Artefacts, ui: &Ui) -> Result<bool, Failure> {
    if args.hosted {
        artefacts.refresh_images()?;
        return Ok(true);
    }
    // May install QEMU.
    artefacts.refresh()?;
    Ok(no_qemu(ui))
}

impl Bed {
    /// Makes a fresh one under `out`.
    pub(super) fn new(
        out: &Path,
        hosted: bool,
        contents: &Contents,
        machine: MachineOptions,
        input: Option<Vec<u8>>,
    ) -> Result<Self, Failure> {
        let on_disk: u64 = contents.files.iter().map(|file| file.bytes).sum();
        if hosted {
            let path = out.join("grown");
            folder(&path, contents)?;
            return Ok(Self { path, hosted, counted: false, bytes: on_disk, machine, input });
        }
        let artefacts = Artefacts::locate();
        let path = out.join("grown.img");
        let kernel = artefacts.read("kernel.bin")?;
        let (stage1, stage2) = (artefacts.read("stage1.bin")?, artefacts.read("stage2.bin")?);
        let disk = Disk {
            stage1: &stage1,
            stage2: &stage2,
            kernel: &kernel,
            command_line: b"",
            geometry: Geometry::Hard(None),
        };
        write_whole(&path, |file| write_disk(file, &path, &disk, contents))?;
        let bytes = on_disk + (stage1.len() + stage2.len() + kernel.len()) as u64;
        // An emulated processor is as fast as the host leaves it: only what it executes is the same
        // on every run. A virtualised one has the host's own clock.
        let counted = bareflow_emulator::kvm().is_err();
        Ok(Self { path, hosted, counted, bytes, machine, input })
    }

    /// Boots it `boots` times, and says how it went.
    pub(super) fn grow(&self, boots: u32, ui: &Ui) -> Result<Vec<Line>, Failure> {
        let mut lines = Vec::new();
        for boot in 1..=boots {
            let beat = Heartbeat::new(format!("boot {boot} of {boots}"), !ui.json());
            let line = self.boot(ui)?;
            drop(beat);
            if !ui.json() {
                ui.note(&line.summary());
            }
            lines.push(line);
        }
        Ok(lines)
    }

    /// Boots it once.
    fn boot(&self, ui: &Ui) -> Result<Line, Failure> {
        let line = if self.hosted {
            boot_folder(&self.path, self.input.as_deref().unwrap_or_default())?
        } else {
            self.boot_image(&self.path, ui)?
        };
        if line.exit != 0 || line.boot.is_none() {
            let said = line.log.join("\n");
            let message = format!("a boot failed:\n{said}\n{}", line.output);
            return Err(Failure::new(Kind::Failed, message.trim_end().to_owned()));
        }
        Ok(line)
    }

    /// Boots an image in the machine that the bed's own boots in, to the same input.
    pub(super) fn boot_image(&self, image: &Path, ui: &Ui) -> Result<Line, Failure> {
        let booted = boot_once(&self.settings(image), ui, false)?;
        booted.exit_or_failure(image)?;
        Ok(booted.line)
    }

    fn settings(&self, image: &Path) -> Settings {
        let machine = MachineOptions { icount: self.counted, ..self.machine.clone() };
        let mut settings = machine.settings(image);
        if let Some(input) = &self.input {
            settings.input = Input::Tape(Tape::of(input.clone()));
        }
        settings
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

/// Lays out `contents` under `path` as they would lie on a disk.
pub(super) fn folder(path: &Path, contents: &Contents) -> Result<(), Failure> {
    if path.exists() {
        std::fs::remove_dir_all(path).map_err(|error| Failure::output(path, error))?;
    }
    let place = |name: &str| {
        let to = path.join(name.trim_start_matches('/'));
        let folder = to.parent().unwrap_or(path);
        std::fs::create_dir_all(folder).map_err(|error| Failure::output(folder, error))?;
        Ok::<_, Failure>(to)
    };
    let manifest =
        serde_json::to_vec(&contents.manifest).map_err(|error| Failure::output(path, error))?;
    let to = place("/boot/manifest.json")?;
    std::fs::write(&to, &manifest).map_err(|error| Failure::output(&to, error))?;
    for file in &contents.files {
        let to = place(&file.path)?;
        std::fs::copy(&file.source, &to).map_err(|error| Failure::input(&file.source, error))?;
    }
    Ok(())
}
