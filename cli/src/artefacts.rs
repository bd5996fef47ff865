//! Where the loader, the kernel, the C library and the modules are.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Kind};

/// The folder of artefacts.
#[derive(Clone, Debug)]
pub struct Artefacts {
    folder: PathBuf,
}

impl Artefacts {
    /// The folder that `BAREFLOW_ARTEFACTS` names; else `target/bareflow` of the checkout this
    /// tool was built from.
    #[must_use]
    pub fn locate() -> Self {
        let folder = std::env::var_os("BAREFLOW_ARTEFACTS")
            .map_or_else(|| checkout().join("target/bareflow"), PathBuf::from);
        Self { folder }
    }

    /// The folder itself.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Brings everything up to date, in a checkout; elsewhere what there is has to do.
    ///
    /// # Errors
    /// Something does not build.
    pub fn refresh(&self) -> Result<(), Failure> {
        self.task("build")
    }

    /// Brings the C library and the modules up to date, which is all that a process needs.
    ///
    /// # Errors
    /// Something does not build.
    pub fn refresh_images(&self) -> Result<(), Failure> {
        self.task("images")
    }

    fn task(&self, task: &str) -> Result<(), Failure> {
        if std::env::var_os("BAREFLOW_ARTEFACTS").is_some() { Ok(()) } else { build(task) }
    }

    /// Where the artefact `name` is. In a checkout it is built when it is missing.
    ///
    /// # Errors
    /// It is missing and cannot be built.
    pub fn path(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.folder.join(name);
        if !path.is_file() && std::env::var_os("BAREFLOW_ARTEFACTS").is_none() {
            build("build")?;
        }
        if path.is_file() {
            return Ok(path);
        }
        let message = "missing: run `cargo xtask build`, or name a folder that has it in \
                       BAREFLOW_ARTEFACTS";
        Err(Failure::input(&path, message))
    }

    /// The bytes of the artefact `name`.
    ///
    /// # Errors
    /// It is missing, cannot be built, or cannot be read.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, Failure> {
        let path = self.path(name)?;
        std::fs::read(&path).map_err(|error| Failure::input(&path, error))
    }
}

/// The workspace this tool was built from; it may be gone.
fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("/"))
}

/// `cargo xtask TASK`, with what it prints on standard error.
fn build(task: &str) -> Result<(), Failure> {
    if !checkout().join("xtask/Cargo.toml").is_file() {
        return Ok(()); // not a checkout: the caller names what is missing
    }
    let what = if task == "images" { "" } else { "the kernel, the loader, " };
    eprintln!("building {what}the C library and the modules where they are not up to date");
    let ended = Command::new("cargo")
        .args(["xtask", task])
        .current_dir(checkout())
        .stdout(std::process::Stdio::from(std::io::stderr()))
        .status();
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::new(Kind::Failed, format!("cargo xtask {task}: {status}"))),
        Err(error) => Err(Failure::new(
            Kind::MissingTool,
            format!("cargo cannot be started ({error}): install Rust from https://rustup.rs"),
        )),
    }
}
