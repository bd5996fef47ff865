//! What is measured: the twelve modules, and the larger programs.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::artefacts::Artefacts;
use crate::failure::Failure;

/// How far the compiler optimised the bitcode that the engine gets.
#[derive(clap::ValueEnum, Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[value(rename_all = "verbatim")]
pub(super) enum Bitcode {
    O0,
    O1,
    O2,
    O3,
}

/// Which of them: the twelve modules, the larger programs, or both.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Of {
    Modules,
    Programs,
    All,
}

/// A module or a program as `modules.json` and `programs.json` describe it.
#[derive(Deserialize, Debug, Clone)]
pub(super) struct Module {
    pub(super) name: String,
    /// Of a program: its source, in the folder of programs. A module has a twin in C instead.
    source: Option<String>,
    pub(super) arg: u64,
    pub(super) result: u64,
    pub(super) small: Small,
}

/// A smaller argument, and its right answer.
#[derive(Deserialize, Debug, Clone, Copy)]
pub(super) struct Small {
    pub(super) arg: u64,
    pub(super) result: u64,
}

#[derive(Deserialize, Debug)]
struct List {
    #[serde(alias = "modules", alias = "programs")]
    list: Vec<Module>,
}

impl Module {
    /// Whether it is one of the larger programs.
    pub(super) fn is_program(&self) -> bool {
        self.source.is_some()
    }

    /// Where the native form comes from: the source of a program, the twin of a module.
    pub(super) fn source(&self) -> PathBuf {
        match &self.source {
            Some(source) => images().join("programs").join(source),
            None => images().join("reference").join(format!("{}.c", self.name)),
        }
    }

    /// Whether the native form is in Rust.
    pub(super) fn is_rust(&self) -> bool {
        self.source().extension().is_some_and(|extension| extension == "rs")
    }

    /// Its bitcode.
    pub(super) fn bitcode(
        &self,
        level: Bitcode,
        artefacts: &Artefacts,
    ) -> Result<PathBuf, Failure> {
        let (folder, name) = (if self.is_program() { "programs" } else { "modules" }, &self.name);
        artefacts.path(&match level {
            Bitcode::O2 => format!("{folder}/{name}.bc"),
            other => format!("{folder}/{other:?}/{name}.bc"),
        })
    }
}

/// The folder `images` of the checkout.
pub(super) fn images() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../images")
}

/// Those with `only` in their name.
pub(super) fn subjects(of: Of, only: &str, artefacts: &Artefacts) -> Result<Vec<Module>, Failure> {
    let lists = [(Of::Modules, "modules/modules.json"), (Of::Programs, "programs/programs.json")];
    let mut found = Vec::new();
    for (_, file) in lists.into_iter().filter(|(kind, _)| of == Of::All || of == *kind) {
        let path = artefacts.path(file)?;
        let text = std::fs::read(&path).map_err(|error| Failure::input(&path, error))?;
        let List { list } = serde_json::from_slice(&text).map_err(|e| Failure::input(&path, e))?;
        found.extend(list);
    }
    found.retain(|module| module.name.contains(only));
    if found.is_empty() {
        return Err(Failure::usage(format!("no module has `{only}` in its name")));
    }
    Ok(found)
}
