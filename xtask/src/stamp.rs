//! Stamps: what an artefact was made of, so that it is made again only when that changes.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use bareflow_host::heartbeat::Heartbeat;

/// What something is made of.
pub struct Stamp {
    hasher: DefaultHasher,
}

impl Stamp {
    /// What is made by this source.
    pub fn new(by: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        by.hash(&mut hasher);
        Self { hasher }
    }

    /// And by this compiler, which says what it is.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn compiler(&mut self, mut compiler: Command) -> Result<()> {
        let name = compiler.get_program().to_string_lossy().into_owned();
        let out = compiler.arg("-vV").output().with_context(|| {
            format!("cannot start {name}; `cargo xtask setup` installs what is missing")
        })?;
        [out.stdout, out.stderr].concat().hash(&mut self.hasher);
        Ok(())
    }

    /// Runs `build` unless the stamp of `name` says that `made` come from these inputs.
    ///
    /// # Errors
    /// It fails, or a file cannot be read or written.
    pub fn up_to_date(
        mut self,
        out: &Path,
        name: &str,
        inputs: &[&Path],
        made: &[&Path],
        build: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        for input in inputs {
            for file in files_below(input)? {
                file.strip_prefix(input).unwrap_or(&file).hash(&mut self.hasher);
                let bytes = std::fs::read(&file).with_context(|| format!("{}", file.display()))?;
                bytes.hash(&mut self.hasher);
            }
        }
        let print = format!("{:016x}\n", self.hasher.finish());
        let stamp = out.join(format!("{name}.stamp"));
        let fresh = std::fs::read_to_string(&stamp).is_ok_and(|old| old == print);
        if fresh && made.iter().all(|file| file.exists()) {
            return Ok(());
        }
        eprintln!("building {name}");
        std::fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
        let beat = Heartbeat::new(format!("building {name}"), true);
        build().with_context(|| format!("while building {name}"))?;
        drop(beat);
        std::fs::write(&stamp, print).with_context(|| format!("cannot write {}", stamp.display()))
    }
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let list = std::fs::read_dir(&next).with_context(|| format!("{}", next.display()))?;
        for entry in list {
            let path = entry?.path();
            if !path.is_dir() {
                files.push(path);
            } else if !path.ends_with("target") {
                folders.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
