//! What is done with a program off the shelf: how it is compiled, and what it is given. Of the programs
//! themselves nothing is here.

use std::path::{Path, PathBuf};

use bareflow_tests::place;

/// Something that lies in the folder the program runs in.
pub(crate) enum Content {
    /// A file of the program's own, by its path in its folder.
    Theirs(&'static str),
    /// One of `tests/shelf`.
    Ours(&'static str),
    /// So many bytes of words, the same each time.
    Words(usize),
    /// What [`Recipe::before`] has made.
    Made(&'static str),
}

/// One run.
pub(crate) struct Start {
    pub(crate) args: &'static [&'static str],
    pub(crate) input: &'static str,
    pub(crate) files: &'static [(&'static str, Content)],
}

/// A program: in flags and commands `{}` stands for its folder, `{ours}` for `tests/shelf`.
pub(crate) struct Recipe {
    /// That of its folder, too, unless [`Recipe::folder`] has another.
    pub(crate) name: &'static str,
    pub(crate) folder: &'static str,
    /// Its folder by its path in this workspace, where it is none of those with all programs.
    pub(crate) here: &'static str,
    /// By their paths in the folder; `*` stands for any part of a file's name, what begins with `!` is taken
    /// out again, and what begins with `@` was made beforehand.
    pub(crate) sources: &'static [&'static str],
    pub(crate) flags: &'static [&'static str],
    /// Commands that make further sources or files, where the program is compiled.
    pub(crate) before: &'static [&'static [&'static str]],
    /// One of these files, if another compiler than clang makes it, and beside it `native`.
    pub(crate) bitcode: &'static str,
    /// All of its environment, `NAME=value` each.
    pub(crate) env: &'static [&'static str],
    /// What it is run with as a process.
    pub(crate) run: Start,
    /// And on an emulated machine, which takes ten times as long and more.
    pub(crate) boot: Start,
    /// For a second or two natively, to see how fast its code is.
    pub(crate) long: Start,
    /// With as good as nothing to do.
    pub(crate) idle: Start,
    /// Lines with one of these words say how fast this host is or what it has where, and are not compared.
    pub(crate) times: &'static [&'static str],
}

impl Recipe {
    /// Where its sources are; `all` is the folder with all programs.
    pub(crate) fn place(&self, all: &Path) -> PathBuf {
        match (self.here, self.folder) {
            ("", "") => all.join(self.name),
            ("", folder) => all.join(folder),
            (here, _) => place::workspace().join(here),
        }
    }
}

/// Nothing at all.
pub(crate) const NONE: Start = Start { args: &[], input: "", files: &[] };

/// What a recipe has that says nothing else.
pub(crate) const PLAIN: Recipe = Recipe {
    name: "",
    folder: "",
    here: "",
    sources: &[],
    flags: &[],
    before: &[],
    bitcode: "",
    env: &[],
    run: NONE,
    boot: NONE,
    long: NONE,
    idle: NONE,
    times: &[],
};
