//! How fast the language model is, in processor time, so that what else the host does matters little.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{artefact, place};

/// Compilers to compare: a name, and what `bareflow run` is told.
pub const COMPILERS: [(&str, &[&str]); 2] =
    [("built-in", &["--compilers", "O3=cranelift"]), ("LLVM", &["--compilers", "O3=llvm"])];

/// Processor time of all children that have ended, in seconds, counted in the kernel's hundredths.
///
/// # Errors
/// The system does not say.
pub fn children() -> Result<f64, String> {
    let stat = std::fs::read_to_string("/proc/self/stat").map_err(|error| error.to_string())?;
    // Behind the name, which may have anything in it: the state is the third field, and the one wanted the 16th.
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = rest.split_whitespace().nth(13).and_then(|field| field.parse::<f64>().ok());
    ticks.map(|ticks| ticks / 100.0).ok_or_else(|| "no such field in /proc/self/stat".into())
}

/// What a program prints.
///
/// # Errors
/// It cannot be started, or fails.
pub fn output(mut command: Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned() + &errors);
    }
    Err(format!("{command:?} ended with {}: {errors}", output.status))
}

/// The model in processes of this system, with the folder that it grows in.
#[derive(Debug)]
pub struct Ours {
    /// What its compiler is called.
    pub name: &'static str,
    compilers: &'static [&'static str],
    disk: PathBuf,
    threads: String,
}

impl Ours {
    /// With nothing learnt, under `folder`, with the model there.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn new(
        (name, compilers): (&'static str, &'static [&'static str]),
        folder: &Path,
        model: &str,
        threads: &str,
    ) -> std::io::Result<Self> {
        let disk = folder.join(name);
        std::fs::create_dir_all(disk.join("boot/snapshots"))?;
        let to = disk.join("model.gguf");
        // A second name is enough where it can be had.
        if std::fs::hard_link(Path::new(model), &to).is_err() {
            std::fs::copy(model, &to)?;
        }
        Ok(Self { name, compilers, disk, threads: threads.to_owned() })
    }

    /// What it prints when it goes on with a text.
    ///
    /// # Errors
    /// It cannot be started, or fails.
    pub fn say(&self, prompt: &str, rest: &[&str]) -> Result<String, String> {
        let mut command = Command::new(place::tool("bareflow")?);
        command.env("BAREFLOW_ARTEFACTS", place::artefacts()?).arg("run").args(self.compilers);
        command.args(["--smp", &self.threads, "--disk"]).arg(&self.disk).arg(artefact("llm.bc"));
        command.args(["--", "/model.gguf", "--raw", "--prompt", prompt, "--context", "1024"]);
        command.args(rest);
        output(command)
    }

    /// Processor time of an answer of so many tokens.
    ///
    /// # Errors
    /// As [`Self::say`].
    pub fn seconds(&self, prompt: &str, tokens: u32) -> Result<f64, String> {
        let before = children()?;
        self.say(prompt, &["--tokens", &tokens.to_string()])?;
        Ok(children()? - before)
    }
}

/// The middle one.
#[must_use]
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}
