//! The command line.

use std::path::PathBuf;
use std::time::Duration;

/// What to try.
pub(crate) struct Options {
    pub(crate) folders: Vec<PathBuf>,
    /// Optimisation of the bitcode: `O0` and the like.
    pub(crate) opts: Vec<String>,
    /// Levels of the engine.
    pub(crate) levels: Vec<String>,
    pub(crate) only: String,
    pub(crate) every: usize,
    /// More for clang.
    pub(crate) flags: Vec<String>,
    pub(crate) jobs: usize,
    /// For one run of ours.
    pub(crate) limit: Duration,
    pub(crate) cxx: bool,
    /// What tells the compiler of bitcode where the C++ library is.
    pub(crate) library: Option<String>,
}

impl Options {
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn of(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let list = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        let mut options = Self {
            folders: Vec::new(),
            opts: list("O0,O2"),
            levels: list("interp,O1,O3,auto"),
            only: String::new(),
            every: 1,
            flags: Vec::new(),
            jobs: 2,
            limit: Duration::from_secs(60),
            cxx: false,
            library: None,
        };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} takes a value"));
            let number = |text: String| {
                let number = text.parse().ok().filter(|number| *number > 0);
                number.ok_or(format!("{text:?} is not a number above 0"))
            };
            match argument.as_str() {
                "--opt" => options.opts = list(&value()?),
                "--levels" => options.levels = list(&value()?),
                "--only" => options.only = value()?,
                "--every" => options.every = number(value()?)?,
                "--flags" => {
                    options.flags = value()?.split_whitespace().map(Into::into).collect();
                }
                "--jobs" => options.jobs = number(value()?)?,
                "--limit" => options.limit = Duration::from_secs(number(value()?)? as u64),
                "--cxx" => options.cxx = true,
                word if word.starts_with('-') => return Err(format!("no option {word}")),
                folder => options.folders.push(folder.into()),
            }
        }
        if options.cxx {
            let library = bareflow_tests::program::cxx_library().ok_or("no C++ library")?;
            options.library = Some(format!("@{}", library.with_file_name("cxx/flags").display()));
        }
        match options.folders.is_empty() {
            true => {
                Err("which folders? With gcc's torture programs, c-testsuite, SingleSource ..."
                    .into())
            }
            false => Ok(options),
        }
    }
}
