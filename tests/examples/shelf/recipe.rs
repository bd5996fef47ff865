//! What is done with a program off the shelf: how it is compiled, and what it is given. Of the programs
//! themselves nothing is here.

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

/// A program: `{}` in flags and commands stands for its folder.
pub(crate) struct Recipe {
    /// That of its folder, too, unless [`Recipe::folder`] has another.
    pub(crate) name: &'static str,
    pub(crate) folder: &'static str,
    /// By their paths in the folder; `*` stands for any part of a file's name, what begins with `!` is taken
    /// out again, and what begins with `@` was made beforehand.
    pub(crate) sources: &'static [&'static str],
    pub(crate) flags: &'static [&'static str],
    /// Commands that make further sources or files, where the program is compiled.
    pub(crate) before: &'static [&'static [&'static str]],
    /// What it is run with as a process.
    pub(crate) run: Start,
    /// And on an emulated machine, which takes ten times as long and more.
    pub(crate) boot: Start,
    /// For a second or two natively, to see how fast its code is.
    pub(crate) long: Start,
    /// With as good as nothing to do.
    pub(crate) idle: Start,
    /// Lines with one of these words say how fast this host is, and are not compared.
    pub(crate) times: &'static [&'static str],
}

impl Recipe {
    /// Where its sources are, below the folder with all programs.
    pub(crate) fn place(&self) -> &'static str {
        if self.folder.is_empty() { self.name } else { self.folder }
    }
}

/// Nothing at all.
pub(crate) const NONE: Start = Start { args: &[], input: "", files: &[] };

/// What a recipe has that says nothing else.
pub(crate) const PLAIN: Recipe = Recipe {
    name: "",
    folder: "",
    sources: &[],
    flags: &[],
    before: &[],
    run: NONE,
    boot: NONE,
    long: NONE,
    idle: NONE,
    times: &[],
};
