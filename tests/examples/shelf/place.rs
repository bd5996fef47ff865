//! Where a program is compiled and run, and what a run leaves there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use bareflow_tests::place;
use bareflow_tests::process::{self, Ended};

use crate::recipe::{Content, Recipe, Start};

const PATIENCE: Duration = Duration::from_secs(1200);

/// A program, compiled.
pub(crate) struct Compiled {
    folder: PathBuf,
    made: tempfile::TempDir,
    pub(crate) native: PathBuf,
    pub(crate) bitcode: Vec<PathBuf>,
    pub(crate) env: &'static [&'static str],
}

/// What a run has left: what it printed, its status, and the files that lie there.
pub(crate) struct Left {
    pub(crate) ended: Ended,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

/// What has gone wrong, with the file it has to do with.
pub(crate) fn at(path: &Path) -> impl Fn(std::io::Error) -> String + '_ {
    move |error| format!("{}: {error}", path.display())
}

/// What of ours programs are given.
fn ours() -> PathBuf {
    place::workspace().join("tests/shelf")
}

/// Runs a command that is to succeed.
pub(crate) fn done(command: &mut Command, input: &[u8]) -> Result<Ended, String> {
    let ended = process::run(command, input, PATIENCE)?;
    match ended.status {
        0 => Ok(ended),
        status => {
            let said = String::from_utf8_lossy(&ended.err);
            let said: Vec<&str> = said.lines().take(12).collect();
            Err(format!("{command:?} ended with {status}: {}", said.join("\n")))
        }
    }
}

/// The files in `folder` that a pattern with at most one `*` names.
fn matching(folder: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
    let Some((before, after)) = pattern.split_once('*') else {
        return Ok(vec![folder.join(pattern)]);
    };
    let (inside, start) = before.rsplit_once('/').unwrap_or((".", before));
    let inside = folder.join(inside);
    let list = std::fs::read_dir(&inside).map_err(at(&inside))?;
    let names = list.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let fits = |name: &String| name.starts_with(start) && name.ends_with(after);
    let mut found: Vec<PathBuf> = names.filter(fits).map(|name| inside.join(name)).collect();
    found.sort();
    Ok(found)
}

fn sources(recipe: &Recipe, folder: &Path, made: &Path) -> Result<Vec<PathBuf>, String> {
    let mut sources = Vec::new();
    for pattern in recipe.sources {
        if let Some(out) = pattern.strip_prefix('!') {
            let out = matching(folder, out)?;
            sources.retain(|source| !out.contains(source));
        } else if let Some(name) = pattern.strip_prefix('@') {
            sources.push(made.join(name));
        } else {
            sources.extend(matching(folder, pattern)?);
        }
    }
    Ok(sources)
}

impl Compiled {
    /// Compiles it, natively and to bitcode.
    pub(crate) fn of(recipe: &Recipe, folder: &Path) -> Result<Self, String> {
        let made = tempfile::tempdir().map_err(|error| error.to_string())?;
        let named = |text: &&str| {
            text.replace("{}", &folder.display().to_string())
                .replace("{ours}", &ours().display().to_string())
        };
        for line in recipe.before {
            let mut words = line.iter().map(named);
            let mut command = Command::new(words.next().unwrap_or_default());
            done(command.args(words).current_dir(made.path()), b"")?;
        }
        let native = made.path().join("native");
        if !recipe.bitcode.is_empty() {
            let bitcode = vec![made.path().join(recipe.bitcode)];
            let folder = folder.to_owned();
            return Ok(Self { folder, made, native, bitcode, env: recipe.env });
        }
        let sources = sources(recipe, folder, made.path())?;
        let clang = |options: &[&str]| {
            let mut command = Command::new("clang-22");
            command.args(["-O2", "-w"]).args(recipe.flags.iter().map(named)).args(options);
            command.current_dir(made.path());
            command
        };
        done(clang(&[]).args(&sources).args(["-lm", "-ldl", "-lpthread", "-o"]).arg(&native), b"")?;
        let mut bitcode = Vec::new();
        for (number, source) in sources.iter().enumerate() {
            let name = source.file_stem().unwrap_or_default().to_string_lossy();
            let file = made.path().join(format!("{}-{number}-{name}.bc", recipe.name));
            done(clang(&["-emit-llvm", "-c"]).arg(source).arg("-o").arg(&file), b"")?;
            bitcode.push(file);
        }
        Ok(Self { folder: folder.to_owned(), made, native, bitcode, env: recipe.env })
    }

    fn content(&self, content: &Content) -> Result<Vec<u8>, String> {
        let path = match content {
            Content::Words(bytes) => return Ok(words(*bytes)),
            Content::Theirs(path) => self.folder.join(path),
            Content::Ours(path) => ours().join(path),
            Content::Made(path) => self.made.path().join(path),
        };
        std::fs::read(&path).map_err(at(&path))
    }

    /// A folder with the files that a run begins with.
    pub(crate) fn disk(&self, start: &Start) -> Result<tempfile::TempDir, String> {
        let disk = tempfile::tempdir().map_err(|error| error.to_string())?;
        self.fill(disk.path(), start)?;
        Ok(disk)
    }

    /// Makes the files of a folder those that a run begins with, whatever an earlier one has left.
    pub(crate) fn fill(&self, disk: &Path, start: &Start) -> Result<(), String> {
        for left in files_of(disk)?.keys() {
            let path = disk.join(left);
            std::fs::remove_file(&path).map_err(at(&path))?;
        }
        self.lay(disk, start)
    }

    /// Lays the files out that a run begins with, beside what earlier ones have left.
    pub(crate) fn lay(&self, disk: &Path, start: &Start) -> Result<(), String> {
        for (name, content) in start.files {
            let path = disk.join(name);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(at(folder))?;
            }
            std::fs::write(&path, self.content(content)?).map_err(at(&path))?;
        }
        Ok(())
    }
}

/// Words that are the same each time, of which some come often.
fn words(bytes: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes + 32);
    let mut seed = 1_u64;
    while text.len() < bytes {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let number = (seed >> 33) % 3000;
        let word = format!(
            "{:x}{}",
            number * number * 77 % 65_521,
            ["", "ing", "ed", "s"][number as usize % 4]
        );
        text.extend(word.bytes());
        text.push(if number.is_multiple_of(11) { b'\n' } else { b' ' });
    }
    text.truncate(bytes);
    text
}

/// All files under a folder but the machine's own.
pub(crate) fn files_of(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).map_err(at(&next))?.filter_map(Result::ok) {
            let path = entry.path();
            let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
            match path.is_dir() {
                true if name == "boot" => {}
                true => folders.push(path),
                false => {
                    files.insert(name, std::fs::read(&path).map_err(at(&path))?);
                }
            }
        }
    }
    Ok(files)
}

impl Left {
    /// With its lines sorted: what goes to two streams natively comes later or sooner than on one.
    pub(crate) fn in_any_order(mut self) -> Self {
        let text = String::from_utf8_lossy(&self.ended.out).into_owned();
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        self.ended.out = lines.join("\n").into();
        self
    }

    /// The first difference to another run, but for lines with one of these words.
    pub(crate) fn differs(&self, other: &Self, times: &[&str]) -> Option<String> {
        let said = |left: &Self| {
            let text = String::from_utf8_lossy(&left.ended.out).into_owned();
            let kept = text.lines().filter(|line| !times.iter().any(|word| line.contains(word)));
            kept.map(str::to_owned).collect::<Vec<_>>()
        };
        let (wanted, got) = (said(self), said(other));
        if self.ended.status != other.ended.status {
            let why = String::from_utf8_lossy(&other.ended.err);
            let last = got.last().map_or("", String::as_str);
            return Some(format!(
                "status {} instead of {}; it said last: {last}; {}",
                other.ended.status,
                self.ended.status,
                why.lines().next().unwrap_or_default()
            ));
        }
        if let Some(at) =
            (0..wanted.len().max(got.len())).find(|at| wanted.get(*at) != got.get(*at))
        {
            return Some(format!(
                "line {}: {:?} instead of {:?}",
                at + 1,
                got.get(at),
                wanted.get(at)
            ));
        }
        for (name, content) in &self.files {
            match other.files.get(name) {
                None => return Some(format!("it leaves no file {name}")),
                Some(own) if own != content => {
                    let same = own.iter().zip(content).take_while(|(a, b)| a == b).count();
                    return Some(format!(
                        "file {name} differs from byte {same} on ({} bytes, natively {})",
                        own.len(),
                        content.len()
                    ));
                }
                Some(_) => {}
            }
        }
        None
    }
}
