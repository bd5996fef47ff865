//! What the command line of a C compiler asks for.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Options whose value is a word of its own.
const WITH_VALUE: [&str; 30] = [
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

/// Names of sources in C and C++ end so.
const SOURCES: [&str; 8] = ["c", "i", "cc", "cpp", "cxx", "c++", "C", "ii"];

/// A command line, taken apart.
pub(super) struct Line {
    /// Options with their values, in order.
    options: Vec<Vec<OsString>>,
    /// Files, and what linkers take among them by order.
    inputs: Vec<OsString>,
    output: Option<PathBuf>,
    /// `-c`: objects, no program.
    compiles: bool,
    /// Something else than objects or a program.
    otherwise: bool,
    /// `-x`: files are of that language, whatever their names.
    language: Option<OsString>,
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
            options: Vec::new(),
            inputs: Vec::new(),
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
                // Linkers search libraries where they stand among objects.
                [b'-', b'l', _, ..] => line.inputs.push(arg.clone()),
                _ if bytes.starts_with(b"-Wl,") => line.inputs.push(arg.clone()),
                [b'-', ..] => {
                    let mut option = vec![arg.clone()];
                    if is(&WITH_VALUE) {
                        option.extend(args.next().cloned());
                    }
                    line.language = language(&option).or(line.language.take());
                    line.options.push(option);
                }
                _ => line.inputs.push(arg.clone()),
            }
        }
        line
    }

    /// The sources that are compiled; `None`: the line is to be taken as it is.
    pub(super) fn steps(&self) -> Option<Vec<Step>> {
        let nothing = self.output.as_deref() == Some(Path::new("/dev/null"));
        let is_c = self.language.as_ref().map(|language| language == "c" || language == "c++");
        let is_source = |path: &PathBuf| is_c.unwrap_or_else(|| is_source(path));
        let sources: Vec<PathBuf> =
            self.inputs.iter().map(PathBuf::from).filter(is_source).collect();
        let others = self.compiles && sources.len() < self.inputs.len();
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

    /// Whether a program or library is linked.
    pub(super) const fn links(&self) -> bool {
        !self.compiles
    }

    /// What is made, `a.out` where no name is given.
    pub(super) fn output(&self) -> PathBuf {
        self.output.clone().unwrap_or_else(|| "a.out".into())
    }

    /// What a linker takes, but for what is compiled.
    pub(super) fn rest(&self) -> Vec<OsString> {
        let mut rest: Vec<OsString> = self.options().into_iter().collect();
        rest.extend(["-o".into(), self.output().into()]);
        rest.extend(self.inputs.iter().filter(|input| !is_source(Path::new(input))).cloned());
        rest
    }

    /// The options, for native code of each object by itself.
    pub(super) fn options(&self) -> Vec<OsString> {
        let own = |option: &&Vec<OsString>| !option[0].as_bytes().starts_with(b"-flto");
        self.options.iter().filter(own).flatten().cloned().collect()
    }

    /// The options, for bitcode alone: nothing is written beside it.
    pub(super) fn plain_options(&self) -> Vec<OsString> {
        let beside = |option: &&Vec<OsString>| {
            let name = option[0].as_bytes();
            RULES.iter().any(|rule| option[0] == *rule)
                || ["-MF", "-MT", "-MQ"].iter().any(|rule| name.starts_with(rule.as_bytes()))
                || name.starts_with(b"-Wp,-M")
                || name.starts_with(b"-flto")
                || name.starts_with(b"-save-temps")
                || name.starts_with(b"--coverage")
                || name.starts_with(b"-gsplit-dwarf")
        };
        self.options.iter().filter(|option| !beside(option)).flatten().cloned().collect()
    }
}

/// What an option `-x` names.
fn language(option: &[OsString]) -> Option<OsString> {
    match (option[0].as_bytes(), option.get(1)) {
        (b"-x", name) => name.cloned(),
        (joined, None) => joined.strip_prefix(b"-x").map(|name| OsStr::from_bytes(name).into()),
        _ => None,
    }
}

fn is_source(path: &Path) -> bool {
    path.extension().and_then(OsStr::to_str).is_some_and(|end| SOURCES.contains(&end))
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
        let text = "-O2 x.c -flto y.o -L . -lm -o prog -Wl,-s";
        assert_eq!(steps(text), Some(vec![("x.c".to_owned(), None)]));
        let rest: Vec<_> = line(text).rest();
        assert_eq!(rest, ["-O2", "-L", ".", "-o", "prog", "y.o", "-lm", "-Wl,-s"]);
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
