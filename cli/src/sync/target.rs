//! What is synchronised: the volume of a disk image, or a folder that lies there as one does.

use std::path::{Path, PathBuf};

use bareflow_hosted::{Hosted, Output};
use bareflow_program::{Library, load};
use bareflow_session::{Job, Manifest};
use bareflow_shrink::source::all;
use bareflow_storage::Error;
use sha2::{Digest, Sha256};
use snapshot_fmt::{Fingerprints, ModuleRecord, Snapshot, decode, file_name};

use crate::disk::{self, Access};
use crate::failure::Failure;

/// Where snapshots lie.
const FOLDER: &str = "boot/snapshots";

/// An image, or a folder.
#[derive(Debug)]
pub(crate) struct Target(pub PathBuf);

impl Target {
    /// The newest usable snapshot; where there is none, one with the program and nothing else.
    pub fn base(&self) -> Result<Snapshot, Failure> {
        let there = all(&self.0).unwrap_or_default();
        if let Some(snapshot) = there.iter().find_map(|source| decode(&source.bytes).ok()) {
            return Ok(snapshot);
        }
        let unpacked;
        let folder = if self.0.is_dir() {
            &self.0
        } else {
            unpacked = self.unpack()?;
            &unpacked.path().to_owned()
        };
        let failed = |error: &dyn std::fmt::Display| Failure::input(&self.0, error.to_string());
        let machine = Hosted::new(Output::Capture, Some(folder.clone()), false);
        let machine = machine.map_err(|error| failed(&error))?;
        let job = Job::from_disk(&machine).map_err(|error| failed(&error))?;
        let Some(job) = job else { return Err(failed(&"it has no program")) };
        without_code(&job).map_err(|why| failed(&why))
    }

    /// Copies what names and makes up the programs.
    fn unpack(&self) -> Result<tempfile::TempDir, Failure> {
        let failed = |error: Error| Failure::input(&self.0, error);
        let broken =
            |error: std::io::Error| Failure::output(Path::new("a temporary folder"), error);
        let mut volume = disk::mount(&self.0, Access::Look)?;
        let folder = tempfile::tempdir().map_err(broken)?;
        for inside in ["boot", "boot/lib", "modules"] {
            std::fs::create_dir_all(folder.path().join(inside)).map_err(broken)?;
            let found = volume.find(inside).map_err(failed)?;
            if !found.is_some_and(|entry| entry.is_folder) {
                continue;
            }
            for entry in volume.list(inside).map_err(failed)? {
                let name = entry.name.to_ascii_lowercase();
                if !entry.is_folder && (name.ends_with(".bc") || name.ends_with(".json")) {
                    let path = format!("{inside}/{}", entry.name);
                    let bytes = volume.read(&path).map_err(failed)?;
                    std::fs::write(folder.path().join(&path), bytes).map_err(broken)?;
                }
            }
        }
        Ok(folder)
    }

    /// Writes the snapshot of boot `number`, whole or not at all; its name there.
    pub fn write(&self, number: u32, bytes: &[u8]) -> Result<String, Failure> {
        let name = format!("{FOLDER}/{}", file_name(number));
        if self.0.is_dir() {
            let broken = |error: std::io::Error| Failure::output(&self.0.join(&name), error);
            let folder = self.0.join(FOLDER);
            std::fs::create_dir_all(&folder).map_err(broken)?;
            let mut file = tempfile::NamedTempFile::new_in(&folder).map_err(broken)?;
            std::io::Write::write_all(&mut file, bytes).map_err(broken)?;
            file.persist_noclobber(self.0.join(&name)).map_err(|error| broken(error.error))?;
        } else {
            let failed = |error: Error| Failure::output(&self.0, format!("{name}: {error}"));
            let mut volume = disk::mount(&self.0, Access::Change)?;
            volume.create_folder(FOLDER).map_err(failed)?;
            volume.write_new(&name, bytes).map_err(failed)?;
            volume.sync().map_err(failed)?;
        }
        Ok(name)
    }
}

/// What a machine would save before its first boot.
fn without_code(job: &Job) -> Result<Snapshot, String> {
    let library = Library::read(job.library.clone()).map_err(|error| error.to_string())?;
    let mut snapshot = Snapshot {
        engine: Fingerprints { engine: bareflow_session::engine(), ..Fingerprints::default() },
        settings: settings(&job.manifest),
        ..Snapshot::default()
    };
    for source in &job.sources {
        let program = load(source, &library).map_err(|error| error.to_string())?;
        let parts = source.parts.iter().chain(&library.parts).map(|part| {
            snapshot.add_bitcode(&part.file, Sha256::digest(&part.bytes).into(), &part.bytes)
        });
        let parts = parts.collect();
        snapshot.modules.push(ModuleRecord {
            name: program.name.clone(),
            hash: program.hash,
            entry: program.module.func(program.entry).name.clone(),
            arg: program.arg,
            parts,
        });
    }
    Ok(snapshot)
}

fn settings(manifest: &Manifest) -> Vec<(String, String)> {
    let thresholds = manifest.thresholds.unwrap_or_default();
    let text = |name: &str, value: String| (name.to_owned(), value);
    vec![
        text("calls", manifest.calls.to_string()),
        text("level", manifest.level.map_or("auto", |level| level.name()).to_owned()),
        text("thresholds", format!("{},{},{}", thresholds.0, thresholds.1, thresholds.2)),
    ]
}
