//! Where the loader, the kernel, the C library and the modules are.
//!
//! A tool that was built in a checkout and lies there takes them from `target/bareflow`, where it has
//! them built when they are missing. A tool that was installed has them in itself, and unpacks one
//! where somebody wants a file. `BAREFLOW_ARTEFACTS` names another folder.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::failure::{Failure, Kind};
use crate::output_file::write_bytes;

/// Files that a program has in itself: names below the folder of artefacts, and bytes.
pub type Files = &'static [(&'static str, &'static [u8])];

static INSIDE: OnceLock<Files> = OnceLock::new();

/// What this program has in itself. Said once, at its start.
pub(crate) fn inside(files: Files) {
    INSIDE.get_or_init(|| files);
}

/// The place that artefacts come from.
#[derive(Clone, Debug)]
pub struct Artefacts {
    place: Place,
}

#[derive(Clone, Debug)]
enum Place {
    /// A folder that somebody names.
    Named(PathBuf),
    /// `target/bareflow` of the checkout that this tool was built in.
    Checkout(PathBuf),
    /// This program.
    Inside(Files),
}

/// What is built at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Task {
    /// What an artefact of this name comes from.
    For(&'static str),
    /// What a purpose needs, tools of the system included.
    Purpose(&'static str),
}

/// Artefacts by the beginning of their names, and what builds them.
const BUILT_BY: [(&str, &str); 10] = [
    ("stage", "boot"),
    ("kernel", "kernel"),
    ("testkernel", "testkernel"),
    ("bare", "bare"),
    ("compilers", "compilers"),
    ("modules/O", "images"),
    ("programs", "images"),
    ("modules", "modules"),
    ("libc", "modules"),
    ("llm", "modules"),
];

impl Artefacts {
    /// Where they are for this process.
    #[must_use]
    pub fn locate() -> Self {
        if let Some(folder) = std::env::var_os("BAREFLOW_ARTEFACTS") {
            return Self { place: Place::Named(folder.into()) };
        }
        let own = std::env::current_exe().and_then(std::fs::canonicalize).ok();
        let here = own.is_some_and(|own| own.starts_with(checkout().join("target")));
        let place = match INSIDE.get() {
            Some(files) if !files.is_empty() && !here => Place::Inside(files),
            _ => Place::Checkout(checkout().join("target/bareflow")),
        };
        Self { place }
    }

    /// In words, for people.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.place {
            Place::Named(folder) | Place::Checkout(folder) => folder.display().to_string(),
            Place::Inside(_) => "inside this program".to_owned(),
        }
    }

    /// Whether something of this name is there; nothing is built.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        match &self.place {
            Place::Named(folder) | Place::Checkout(folder) => folder.join(name).is_file(),
            Place::Inside(files) => {
                files.iter().any(|(known, _)| *known == name) || beside(name).is_some()
            }
        }
    }

    /// Brings what a demo needs up to date, QEMU included, in a checkout; elsewhere what there is has
    /// to do.
    ///
    /// # Errors
    /// Something does not build.
    pub fn refresh(&self) -> Result<(), Failure> {
        self.task(Task::Purpose("demo"))
    }

    /// Brings the C library and the modules up to date, which is all that a process needs.
    ///
    /// # Errors
    /// Something does not build.
    pub fn refresh_images(&self) -> Result<(), Failure> {
        self.task(Task::Purpose("run"))
    }

    fn task(&self, task: Task) -> Result<(), Failure> {
        if matches!(self.place, Place::Checkout(_)) { build(task) } else { Ok(()) }
    }

    /// Where the artefact `name` is. In a checkout it is built when it is missing; an installed
    /// program unpacks it.
    ///
    /// # Errors
    /// It is missing and cannot be built, or cannot be unpacked.
    pub fn path(&self, name: &str) -> Result<PathBuf, Failure> {
        let folder = match &self.place {
            Place::Named(folder) | Place::Checkout(folder) => folder,
            Place::Inside(files) => return unpack(files, name),
        };
        let path = folder.join(name);
        let by = BUILT_BY.iter().find(|(start, _)| name.starts_with(start));
        if let (false, Some((_, part))) = (path.is_file(), by) {
            self.task(Task::For(part))?;
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
        if let Place::Inside(files) = &self.place
            && let Some((_, bytes)) = files.iter().find(|(known, _)| *known == name)
        {
            return Ok(bytes.to_vec());
        }
        let path = self.path(name)?;
        std::fs::read(&path).map_err(|error| Failure::input(&path, error))
    }
}

/// What is installed beside an installed program, for its size: `../lib/bareflow/NAME`.
fn beside(name: &str) -> Option<PathBuf> {
    let own = std::env::current_exe().and_then(std::fs::canonicalize).ok()?;
    let path = own.parent()?.parent()?.join("lib/bareflow").join(name);
    path.is_file().then_some(path)
}

/// A file of this program as a file of the system, in the user's cache, or, for a user without one,
/// in the folder for temporary files. It is compared before it is used: others may have written there.
fn unpack(files: Files, name: &str) -> Result<PathBuf, Failure> {
    if let Some(path) = beside(name) {
        return Ok(path);
    }
    let Some((_, bytes)) = files.iter().find(|(known, _)| *known == name) else {
        let message = format!(
            "{name} is not in this program: a checkout of the sources builds it; `bareflow doctor` \
             says more"
        );
        return Err(Failure::new(Kind::MissingTool, message));
    };
    let version = env!("CARGO_PKG_VERSION");
    let path = bareflow_hosted::cache().join(version).join(name);
    if std::fs::read(&path).is_ok_and(|there| there == *bytes) {
        return Ok(path);
    }
    let folder = path.parent().unwrap_or(&path);
    std::fs::create_dir_all(folder).map_err(|error| Failure::output(folder, error))?;
    write_bytes(&path, bytes)?;
    Ok(path)
}

/// The workspace this tool was built from; it may be gone.
pub(crate) fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("/"))
}

/// `cargo xtask build`, with what it prints on standard error.
fn build(task: Task) -> Result<(), Failure> {
    if !checkout().join("xtask/Cargo.toml").is_file() {
        return Ok(()); // not a checkout: the caller names what is missing
    }
    let arguments: &[&str] = match task {
        Task::For(part) => &["build", part],
        Task::Purpose(purpose) => &["build", "--for", purpose],
    };
    let ended = Command::new("cargo")
        .arg("xtask")
        .args(arguments)
        .current_dir(checkout())
        .stdout(std::process::Stdio::from(std::io::stderr()))
        .status();
    let line = arguments.join(" ");
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::new(Kind::Failed, format!("cargo xtask {line}: {status}"))),
        Err(error) => Err(Failure::new(
            Kind::MissingTool,
            format!("cargo cannot be started ({error}): install Rust from https://rustup.rs"),
        )),
    }
}
