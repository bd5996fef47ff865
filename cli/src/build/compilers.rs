//! Compilers that stand in for the system's while a project is built.
//!
//! A folder of scripts, first in the search path, one for each usual name; each starts this tool again with what it
//! was given ([`stand_in`]). It runs clang natively as it was asked to, and for each source that is compiled once more
//! for bitcode.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::{env, fs};

use sha2::{Digest, Sha256};

use super::line::{Line, Step};
use super::{note, tool};
use crate::artefacts::Artefacts;
use crate::failure::{Exit, Failure};
use crate::output_file::write_bytes;
use crate::search_path;

/// The command of this tool that a script is.
const COMMAND: &str = "stand-in";

/// The folder of bitcode, said to compilers by the build.
const FOLDER: &str = "BAREFLOW_BUILD";

/// Usual names, and whether it is of C++.
const NAMES: [(&str, bool); 8] = [
    ("cc", false),
    ("gcc", false),
    ("clang", false),
    ("clang-22", false),
    ("c++", true),
    ("g++", true),
    ("clang++", true),
    ("clang++-22", true),
];

/// The folder of scripts, beside that of bitcode.
pub(super) struct Compilers {
    folder: PathBuf,
}

impl Compilers {
    /// Makes both folders, where they are not there.
    ///
    /// # Errors
    /// They cannot be made, or clang is missing.
    pub(super) fn new(folder: &Path) -> Result<Self, Failure> {
        if folder.to_str().is_none_or(|name| name.contains(':')) {
            let message = "compilers cannot be found in a folder with a colon in its path, or one that is no \
                           UTF-8: build the project in another";
            return Err(Failure::input(folder, message));
        }
        let broken = |error| Failure::output(folder, error);
        tool::there(note::TOOL)?;
        let scripts = folder.join("bin");
        fs::create_dir_all(&scripts).map_err(broken)?;
        let tool = env::current_exe().map_err(broken)?;
        let clang = clang()?;
        for (name, cxx) in NAMES {
            let quoted =
                |path: &Path| format!("'{}'", path.to_string_lossy().replace('\'', "'\\''"));
            let kind = if cxx { "cxx" } else { "c" };
            let script = format!(
                "#!/bin/sh\nexec {} {COMMAND} {kind} {} \"$@\"\n",
                quoted(&tool),
                quoted(&clang)
            );
            let path = scripts.join(name);
            write_bytes(&path, script.as_bytes())?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).map_err(broken)?;
        }
        Ok(Self { folder: folder.to_owned() })
    }

    /// The command, which finds these compilers first.
    pub(super) fn first<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        let mut path = vec![self.folder.join("bin")];
        path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        // All others come from such a list, and this one has no colon.
        let path = env::join_paths(path).unwrap_or_default();
        command.env("PATH", path).env(FOLDER, &self.folder).env_remove("CC").env_remove("CXX")
    }
}

/// The compiler itself, by its path: scripts of this folder must not find each other.
fn clang() -> Result<PathBuf, Failure> {
    let names = env::var("CLANG")
        .map_or_else(|_| vec!["clang-22".into(), "clang".into()], |name| vec![name]);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    search_path::find(&names).ok_or_else(|| tool::missing(names[0], "clang-22"))
}

/// Stands in for a compiler, where that is what the tool's command line says: how that ended.
pub(crate) fn stand_in(command_line: &[OsString]) -> Option<Result<Exit, Failure>> {
    match command_line {
        [_, command, kind, clang, args @ ..] if command == COMMAND => {
            let stand_in = StandIn { is_cxx: kind == "cxx", clang: clang.into() };
            Some(stand_in.run(args))
        }
        _ => None,
    }
}

struct StandIn {
    is_cxx: bool,
    clang: PathBuf,
}

impl StandIn {
    /// Compiles or links.
    fn run(&self, args: &[OsString]) -> Result<Exit, Failure> {
        let folder = env::var_os(FOLDER).map(PathBuf::from);
        let line = Line::parse(args);
        let (Some(folder), Some(steps)) = (folder, line.steps()) else {
            return self.clang(args);
        };
        let mut objects = Vec::new();
        for step in &steps {
            let key = step.object.clone().unwrap_or_else(|| line.output().join(&step.source));
            let bitcode = folder.join(format!("{}.bc", own_name(&key, &step.source, args)));
            // Not `.o`: some projects link whatever is called so below their folder.
            let object = step.object.clone().unwrap_or_else(|| bitcode.with_extension("linked"));
            let ended = self.compile(&line, step, &object, &bitcode)?;
            if ended != Exit::Success {
                return Ok(ended);
            }
            objects.push(object);
        }
        if line.links() { self.clang(&line.linked(objects)) } else { Ok(Exit::Success) }
    }

    /// One source, natively with a note and as bitcode.
    fn compile(
        &self,
        line: &Line,
        step: &Step,
        object: &Path,
        bitcode: &Path,
    ) -> Result<Exit, Failure> {
        let mut native = line.options();
        native.extend(["-c".into(), (&step.source).into(), "-o".into(), object.into()]);
        let ended = self.clang(&native)?;
        if ended != Exit::Success {
            return Ok(ended);
        }
        note::write(object, bitcode, &bitcode.with_extension("note"))?;
        let mut args = line.plain_options();
        // Code that was not asked to be fast is to be optimised later all the same.
        args.extend(
            ["-Xclang", "-disable-O0-optnone", "-w", "-emit-llvm", "-c"].map(OsString::from),
        );
        if self.is_cxx || step.is_cxx() {
            args.push(cxx_library());
        }
        args.extend([(&step.source).into(), "-o".into(), bitcode.into()]);
        self.clang(&args)
    }

    fn clang(&self, args: &[OsString]) -> Result<Exit, Failure> {
        let mut command = Command::new(&self.clang);
        if self.is_cxx {
            command.arg("--driver-mode=g++");
        }
        // Warnings of gcc's that clang does not know, and options of no use here, are none of the project's errors.
        command.args(["-Qunused-arguments", "-Wno-unknown-warning-option"]);
        let status = command.args(args).env_remove(FOLDER).status();
        let status = status.map_err(|error| Failure::input(&self.clang, error))?;
        Ok(Exit::of(code(status)))
    }
}

fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or(Exit::Failed.code().into())
}

/// How bitcode is told where the headers of LLVM's C++ library are.
fn cxx_library() -> OsString {
    let flags = Artefacts::locate().path("cxx/flags");
    flags.map_or_else(|_| "-stdlib=libc++".into(), |path| format!("@{}", path.display()).into())
}

/// A name of its own for what comes of a source as this object by these arguments, the same whenever it is compiled so again:
/// objects may be renamed, and others made in their place.
fn own_name(object: &Path, source: &Path, args: &[OsString]) -> String {
    let here = env::current_dir().unwrap_or_default();
    let mut hash = Sha256::new();
    let paths = [here.join(object), here.join(source)].map(OsString::from);
    for word in paths.iter().chain(args) {
        hash.update(word.as_bytes());
        hash.update([0]);
    }
    let digest = hash.finalize();
    let digits: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{digits}", source.file_stem().unwrap_or_default().to_string_lossy())
}
