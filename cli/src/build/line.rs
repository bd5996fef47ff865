//! What the command line of a C compiler asks for.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Options whose value is a word of its own.
const WITH_VALUE: [&str; 31] = [
    "-MJ",
    "-D",
    "-U",
    "-I",
    "-L",
    "-l",
    "-u",
    "-T",
    "-z",
    "-e",
    "-x",
    "-B",
    "-A",
    "-MF",
    "-MT",
    "-MQ",
    "-include",
    "-imacros",
    "-isystem",
    "-iquote",
    "-idirafter",
    "-isysroot",
    "--sysroot",
    "-Xlinker",
    "-Xassembler",
    "-Xpreprocessor",
    "-Xclang",
    "-target",
    "--param",
    "-mllvm",
    "-arch",
];

/// What asks for something else than objects or a program: its text, its names, its rules, or nothing.
const OTHERWISE: [&str; 7] = ["-E", "-S", "-M", "-MM", "-fsyntax-only", "-emit-llvm", "-###"];

/// What says which rules for make are written beside an object.
const RULES: [&str; 6] = ["-MD", "-MMD", "-MP", "-MG", "-MV", "-MJ"];

/// How options begin that have other files written.
const BESIDE: [&str; 7] =
    ["-MF", "-MT", "-MQ", "-Wp,-M", "-save-temps", "--coverage", "-gsplit-dwarf"];

/// Names of sources in C and C++ end so.
const SOURCES: [&str; 8] = ["c", "i", "cc", "cpp", "cxx", "c++", "C", "ii"];

/// A command line, taken apart.
pub(super) struct Line {
    words: Vec<Word>,
    output: Option<PathBuf>,
    /// `-c`: objects, no program.
    compiles: bool,
    /// Something else than objects or a program.
    otherwise: bool,
    /// `-x`: files are of that language, whatever their names.
    language: Option<OsString>,
}

/// A part of it, in the order in which linkers go by it.
enum Word {
    /// An option with its value.
    Option(Vec<OsString>),
    /// A file.
    Input(OsString),
}

/// A source that is compiled.
pub(super) struct Step {
    pub(super) source: PathBuf,
    /// Where its object is to lie; `None`: it is linked at once.
    pub(super) object: Option<PathBuf>,
}

impl Step {
    pub(super) fn is_cxx(&self) -> bool {
        let end = self.source.extension().and_then(OsStr::to_str);
        end.is_some_and(|end| !["c", "i"].contains(&end))
    }
}

impl Line {
    pub(super) fn parse(args: &[OsString]) -> Self {
        let mut line = Line {
            words: Vec::new(),
            output: None,
            compiles: false,
            otherwise: false,
            language: None,
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let bytes = arg.as_bytes();
            let is = |names: &[&str]| names.iter().any(|name| arg == name);
            line.otherwise |= is(&OTHERWISE) || bytes == b"-" || bytes.starts_with(b"@");
            match bytes {
                b"-c" => line.compiles = true,
                b"-o" => line.output = args.next().map(PathBuf::from),
                [b'-', b'o', name @ ..] if !name.is_empty() => {
                    line.output = Some(OsStr::from_bytes(name).into());
                }
                [b'-', ..] => {
                    let mut option = vec![arg.clone()];
                    if is(&WITH_VALUE) {
                        option.extend(args.next().cloned());
                    }
                    line.language = language(&option).or(line.language.take());
                    line.words.push(Word::Option(option));
                }
                _ => line.words.push(Word::Input(arg.clone())),
            }
        }
        line
    }

    /// The sources that are compiled; `None`: the line is to be taken as it is.
    pub(super) fn steps(&self) -> Option<Vec<Step>> {
        let nothing = self.output.as_deref() == Some(Path::new("/dev/null"));
        let inputs: Vec<PathBuf> = self.inputs().map(PathBuf::from).collect();
        let count = inputs.len();
        let sources: Vec<PathBuf> =
            inputs.into_iter().filter(|input| self.is_source(input)).collect();
        let others = self.compiles && sources.len() < count;
        // Objects would be taken for files of that language, too.
        let unclear = self.language.is_some() && !self.compiles;
        if self.otherwise || nothing || others || unclear || sources.is_empty() {
            return None;
        }
        let named = self.output.clone().filter(|_| self.compiles);
        let object = |source: &Path| {
            let usual =
                || PathBuf::from(source.file_name().unwrap_or_default()).with_extension("o");
            self.compiles.then(|| named.clone().unwrap_or_else(usual))
        };
        Some(sources.into_iter().map(|source| Step { object: object(&source), source }).collect())
    }

    fn inputs(&self) -> impl Iterator<Item = &OsString> {
        self.words.iter().filter_map(|word| match word {
            Word::Input(input) => Some(input),
            Word::Option(_) => None,
        })
    }

    fn all_options(&self) -> impl Iterator<Item = &Vec<OsString>> {
        self.words.iter().filter_map(|word| match word {
            Word::Option(option) => Some(option),
            Word::Input(_) => None,
        })
    }

    fn is_source(&self, input: &Path) -> bool {
        let by_option = self.language.as_ref().map(|language| language == "c" || language == "c++");
        let by_name = || input.extension().and_then(OsStr::to_str);
        by_option.unwrap_or_else(|| by_name().is_some_and(|end| SOURCES.contains(&end)))
    }

    /// Whether a program or library is linked.
    pub(super) const fn links(&self) -> bool {
        !self.compiles
    }

    /// What is made, `a.out` where no name is given.
    pub(super) fn output(&self) -> PathBuf {
        self.output.clone().unwrap_or_else(|| "a.out".into())
    }

    /// The line of a linker: as it was, with these objects in the place of the sources, in their order.
    pub(super) fn linked(&self, objects: Vec<PathBuf>) -> Vec<OsString> {
        let mut objects = objects.into_iter();
        let mut all = vec!["-o".into(), self.output().into()];
        for word in &self.words {
            match word {
                Word::Option(option) if !is_of_lto(option) => all.extend(option.iter().cloned()),
                Word::Option(_) => {}
                Word::Input(input) if self.is_source(Path::new(input)) => {
                    all.extend(objects.next().map(OsString::from));
                }
                Word::Input(input) => all.push(input.clone()),
            }
        }
        all
    }

    /// The options, for native code of each object by itself.
    pub(super) fn options(&self) -> Vec<OsString> {
        self.all_options().filter(|option| !is_of_lto(option)).flatten().cloned().collect()
    }

    /// The options, for bitcode alone: nothing is written beside it.
    pub(super) fn plain_options(&self) -> Vec<OsString> {
        let beside = |option: &&Vec<OsString>| {
            let name = option[0].as_bytes();
            let begins = |start: &&str| name.starts_with(start.as_bytes());
            RULES.iter().any(|rule| option[0] == *rule) || BESIDE.iter().any(begins)
        };
        let plain = self.all_options().filter(|option| !is_of_lto(option) && !beside(option));
        plain.flatten().cloned().collect()
    }
}

fn is_of_lto(option: &[OsString]) -> bool {
    option[0].as_bytes().starts_with(b"-flto")
}

/// What an option `-x` names.
fn language(option: &[OsString]) -> Option<OsString> {
    match (option[0].as_bytes(), option.get(1)) {
        (b"-x", name) => name.cloned(),
        (joined, None) => joined.strip_prefix(b"-x").map(|name| OsStr::from_bytes(name).into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        let words: Vec<OsString> = text.split(' ').map(OsString::from).collect();
        Line::parse(&words)
    }

    fn steps(text: &str) -> Option<Vec<(String, Option<String>)>> {
        let text_of = |path: &Path| path.to_string_lossy().into_owned();
        let steps = line(text).steps()?;
        Some(
            steps
                .iter()
                .map(|step| (text_of(&step.source), step.object.as_deref().map(text_of)))
                .collect(),
        )
    }

    #[test]
    fn objects_are_named_or_lie_here() {
        let step =
            |source: &str, object: &str| Some(vec![(source.to_owned(), Some(object.to_owned()))]);
        assert_eq!(steps("-O2 -c -o b/x.o a/x.c"), step("a/x.c", "b/x.o"));
        assert_eq!(steps("-c a/x.cpp -I inc.c -MD -MF x.d"), step("a/x.cpp", "x.o"));
        assert_eq!(steps("-ox.o -c x.c"), step("x.c", "x.o"));
        assert_eq!(steps("-c x.c y.c").map(|steps| steps.len()), Some(2));
    }

    #[test]
    fn a_program_is_compiled_and_linked() {
        let text = "-O2 x.c -flto y.o -L . -l m -o prog -Xlinker -s";
        assert_eq!(steps(text), Some(vec![("x.c".to_owned(), None)]));
        let linked = line(text).linked(vec!["x.linked".into()]);
        let wanted = "-o prog -O2 x.linked y.o -L . -l m -Xlinker -s";
        assert_eq!(linked, wanted.split(' ').map(OsString::from).collect::<Vec<_>>());
    }

    #[test]
    fn what_makes_no_object_is_taken_as_it_is() {
        for text in [
            "-E x.c",
            "-S x.c",
            "-MM x.c",
            "x.o -o x",
            "-c x.S",
            "-xc -",
            "-c x.c -o /dev/null",
            "--version",
        ] {
            assert_eq!(steps(text), None, "{text}");
        }
        assert_eq!(steps("-x c x y.o"), None);
        assert_eq!(steps("-xassembler-with-cpp -c x.c"), None);
        assert_eq!(steps("-x c -c x.in"), Some(vec![("x.in".to_owned(), Some("x.o".to_owned()))]));
    }

    #[test]
    fn bitcode_writes_nothing_beside_it() {
        let line = line("-O2 -MD -MF x.d -MTx -Wp,-MD,x -flto=thin -g -c x.c");
        assert_eq!(line.plain_options(), ["-O2", "-g"]);
        assert_eq!(line.options(), ["-O2", "-MD", "-MF", "x.d", "-MTx", "-Wp,-MD,x", "-g"]);
    }
}
