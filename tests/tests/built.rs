//! Whole projects, built by `bareflow build` and run: what comes out is the program that the project's own tools make.

use std::path::Path;
use std::process::{Command, Output};

use bareflow_tests::{artefact, place};

/// A program and a library, by way of an archive; a source that a program of the project generates; a second program.
const MAKEFILE: &str = "\
CFLAGS = -O1 -MMD
all: bin/sums tool
bin/sums: main.c table.o libparts.a
\tmkdir -p bin
\t$(CC) $(CFLAGS) main.c table.o -L . -l parts -Xlinker -lm -o $@
libparts.a: parts/mean.o parts/unused.o
\t$(AR) rcs $@ $^
table.o: table.c
\t$(CC) -DUNUSED=1 -c -o $@ $< && mv $@ other.o
\t$(CC) $(CFLAGS) -c -o $@ $<
table.c: tool
\t./tool > $@
tool: tool.c
\tgcc $(CFLAGS) -Wno-such-warning -o $@ $<
";

const SOURCES: [(&str, &str); 6] = [
    ("Makefile", MAKEFILE),
    (
        "tool.c",
        "#include <stdio.h>\nint main(void) { printf(\"#ifndef UNUSED\\ndouble table[] = {1, 2, 6};\\n#endif\\n\"); }",
    ),
    (
        "parts/mean.c",
        "#include <math.h>\ndouble mean(double *x, int n) { double s = 0; for (int i = 0; i < n; i++) s += x[i]; return sqrt(s / n); }",
    ),
    ("parts/unused.c", "void fork_at_once(void); void unused(void) { fork_at_once(); }"),
    (
        "main.c",
        "#include <stdio.h>\nextern double table[]; double mean(double *, int);\nint main(int argc, char **argv) { printf(\"%.6f %d\\n\", mean(table, 3), argc); return argc; }",
    ),
    ("empty/notes.txt", "nothing to build"),
];

const CRATE: [(&str, &str); 5] = [
    ("Cargo.toml", "[workspace]\nmembers = [\"words\", \"counting\"]\nresolver = \"3\"\n"),
    (
        "counting/Cargo.toml",
        "[package]\nname = \"counting\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    ),
    (
        "counting/src/lib.rs",
        "pub fn count(text: &str) -> std::collections::BTreeMap<&str, usize> { let mut all = std::collections::BTreeMap::new(); for word in text.split(' ') { *all.entry(word).or_default() += 1; } all }",
    ),
    (
        "words/Cargo.toml",
        "[package]\nname = \"words\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\ncounting = { path = \"../counting\" }\n",
    ),
    (
        "words/src/main.rs",
        "fn main() { let text = std::env::args().nth(1).unwrap(); println!(\"{:?}\", counting::count(&text)); }",
    ),
];

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let file = folder.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
}

fn bareflow(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(place::tool("bareflow").unwrap());
    command.env("BAREFLOW_ARTEFACTS", artefact("libc.bc").parent().unwrap());
    command.args(args).current_dir(folder).output().unwrap()
}

/// Runs it, which is to succeed; its standard output.
fn done(folder: &Path, args: &[&str]) -> String {
    let output = bareflow(folder, args);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {}\n{said}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// Runs it, which is to be refused as wrong usage; what it says.
fn refused(folder: &Path, args: &[&str]) -> String {
    let output = bareflow(folder, args);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_makefile_project() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(folder, &SOURCES);
    let said = refused(folder, &["build"]);
    assert!(said.contains("several programs; choose one by --program: bin/sums, tool"), "{said}");
    let said = refused(folder, &["build", "--program", "lists"]);
    assert!(said.contains("no program lists; the build made bin/sums, tool"), "{said}");

    // What the linker left out of the archive is not in it: nothing defines what that calls.
    let line = done(folder, &["build", "--program", "sums", "--json"]);
    assert!(line.contains("\"program\":\"sums\",\"parts\":3,"), "{line}");
    let ours = bareflow(folder, &["run", "sums.bc", "--", "a"]);
    let native = Command::new(folder.join("bin/sums")).arg("a").output().unwrap();
    assert_eq!((ours.status.code(), &ours.stdout), (Some(2), &native.stdout), "{ours:?}");
    assert_eq!(native.stdout, b"1.732051 2\n");

    // What changed is made anew, and nothing else.
    let changed = SOURCES[4].1.replace("%.6f", "%.2f");
    write(folder, &[("main.c", &changed)]);
    done(folder, &["build", "--program", "sums", "-o", "again.bc"]);
    let ours = bareflow(folder, &["run", "again.bc"]);
    assert_eq!(ours.stdout, b"1.73 1\n");
    done(
        folder,
        &["build", "--with", "c++ -O2 -x c++ -c main.c && make tool", "--program", "tool"],
    );
    assert!(done(folder, &["run", "tool.bc"]).contains("double table[]"));
}

#[test]
fn a_folder_that_is_no_project() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(folder, &SOURCES[5..]);
    let said = refused(folder, &["build", "empty"]);
    assert!(said.contains("neither Cargo.toml nor a makefile"), "{said}");
    write(folder, &[("empty/configure", "")]);
    assert!(refused(folder, &["build", "empty"]).contains("--with './configure && make'"));
    let said = refused(folder, &["build", "empty", "--with", "true"]);
    assert!(said.contains("the build made no program from C or C++"), "{said}");
    let failed = bareflow(folder, &["build", "empty", "--with", "echo no >&2; exit 3"]);
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
}

#[test]
fn a_cargo_project() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write(folder, &CRATE);
    done(folder, &["build"]);
    let ours = done(folder, &["run", "words.bc", "--", "a b a"]);
    assert_eq!(ours, "{\"a\": 2, \"b\": 1}\n");
    let said = refused(folder, &["build", "counting"]);
    assert!(said.contains("a package without a program"), "{said}");
    let said = refused(folder, &["build", "--program", "lists"]);
    assert!(said.contains("no program lists; there are words"), "{said}");
}
