//! Compiling test programs, each recipe once: results stay under the target folder, named by
//! a hash of all that goes into them.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use crate::{place, process};

/// One run of a compiler.
#[derive(Clone, Debug)]
pub struct Recipe<'a> {
    /// `clang-22`, `rustc` ...
    pub compiler: &'a str,
    /// Its arguments, `{out}` standing for the file to make.
    pub args: Vec<String>,
    /// Files that the result depends on.
    pub inputs: Vec<PathBuf>,
    /// How the result's name ends.
    pub suffix: &'a str,
}

/// The file that the recipe makes.
///
/// # Errors
/// What the compiler said.
pub fn make(recipe: &Recipe<'_>) -> Result<PathBuf, String> {
    let mut hasher = DefaultHasher::new();
    version(recipe.compiler)?.hash(&mut hasher);
    recipe.args.hash(&mut hasher);
    for input in &recipe.inputs {
        let bytes = std::fs::read(input).map_err(|e| format!("{}: {e}", input.display()))?;
        bytes.hash(&mut hasher);
    }
    let folder = place::target().join("programs");
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    // rustc takes a library only by a name that begins so.
    let prefix = if recipe.suffix == "rlib" { "lib" } else { "" };
    let name = format!("{prefix}{:016x}.{}", hasher.finish(), recipe.suffix);
    let file = folder.join(&name);
    let mine = lock_of(&name)?;
    let _held = mine.lock().map_err(|_| "another test panicked")?;
    if file.exists() {
        return Ok(file);
    }
    // Compilers also leave temporary files of fixed names where they run: each run has a
    // folder of its own, and the result moves out of it when it is whole.
    let own = tempfile::tempdir_in(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let part = own.path().join(&name);
    let args = recipe.args.iter().map(|arg| arg.replace("{out}", &part.to_string_lossy()));
    let mut command = Command::new(recipe.compiler);
    command.args(args).current_dir(own.path());
    let ended = process::run(&mut command, b"", Duration::from_secs(600))?;
    if ended.status != 0 {
        let line = recipe.args.join(" ");
        let said = String::from_utf8_lossy(&ended.err);
        return Err(format!("{} {line}\n{said}", recipe.compiler));
    }
    std::fs::rename(&part, &file).map_err(|e| format!("{}: {e}", file.display()))?;
    Ok(file)
}

/// What whoever makes the file `name` holds meanwhile, so that nobody else in this process
/// makes it a second time.
fn lock_of(name: &str) -> Result<Arc<Mutex<()>>, String> {
    static LOCKS: OnceLock<Mutex<HashMap<String, Arc<Mutex<()>>>>> = OnceLock::new();
    let mut locks = LOCKS.get_or_init(Mutex::default).lock().map_err(|_| "a test panicked")?;
    Ok(Arc::clone(locks.entry(name.into()).or_default()))
}

/// What a compiler says it is; asked once.
fn version(compiler: &str) -> Result<String, String> {
    static KNOWN: OnceLock<Mutex<Vec<(String, String)>>> = OnceLock::new();
    let known = KNOWN.get_or_init(Mutex::default);
    let mut known = known.lock().map_err(|_| "another test panicked")?;
    if let Some((_, version)) = known.iter().find(|(name, _)| name == compiler) {
        return Ok(version.clone());
    }
    let out = Command::new(compiler)
        .arg("--version")
        .output()
        .map_err(|e| format!("cannot start {compiler}: {e}; `cargo xtask setup` installs it"))?;
    let version = String::from_utf8_lossy(&out.stdout).into_owned();
    known.push((compiler.into(), version.clone()));
    Ok(version)
}

/// The support crate that Rust programs stand on: on `std`, or on the machine.
///
/// # Errors
/// What the compiler said.
pub fn support(native: bool) -> Result<PathBuf, String> {
    let folder = place::workspace().join("images/support");
    let mut args: Vec<String> =
        ["--edition=2024", "--crate-type=rlib", "--crate-name=support", "-Copt-level=2"]
            .map(Into::into)
            .into();
    args.extend(["-Cpanic=abort", "-Ccodegen-units=1", "-o", "{out}"].map(String::from));
    if native {
        args.extend(["--cfg", "native"].map(String::from));
    }
    args.push(folder.join("lib.rs").to_string_lossy().into_owned());
    let inputs = ["lib.rs", "machine.rs", "parallel.rs"].map(|file| folder.join(file)).into();
    make(&Recipe { compiler: "rustc", args, inputs, suffix: "rlib" })
}

/// `path` as text; test programs have plain names.
pub fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
