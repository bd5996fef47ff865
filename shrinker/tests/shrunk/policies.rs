//! What is left out, and what happens when it is wanted: inputs that were not used while growing.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bareflow_cranelift::Cranelift;
use bareflow_emulator::{Input, Outcome};
use bareflow_session::{Manifest, ModuleEntry, Thresholds};
use bareflow_shrink::shrink::{Shrunk, shrink};
use bareflow_shrink::{Options, Policy};
use object::{Object as _, ObjectSymbol as _};

use crate::support::*;

/// The end that a trap gives a machine.
const NEVER_RAN: Outcome = Outcome::Other(0x13);

/// What it grows on.
const KNOWN: &str = "gcd 12 18\nsort 3 1 2\ngcd 1071 462\nsort 9 8 7 6\nroot 2\n";

/// What it was never asked: other values, other commands, other ends of lines.
const UNKNOWN: [&str; 10] = [
    KNOWN,
    "gcd 1000000007 998244353\nsort 5 4 3 2 1 0 -1 -2\nroot 3\n",
    "",
    "spell 1234567890\n",
    "digits 10 9 8 100 11\n",
    "root -4\n",
    "root 0\n",
    "hex 48879\n",
    "copy Hello, World\n",
    "nonsense\n\ngcd\nsort\n",
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shrunk/commands.c")
}

fn grow() -> (Grown, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (native, bitcode, source) = (file("native"), file("commands.bc"), source());
    let source = source.to_str().unwrap();
    clang(&["-O1", "-o", &native, source]);
    clang(&["-O1", "-c", "-emit-llvm", "-o", &bitcode, source]);
    let module = ModuleEntry {
        name: "commands".into(),
        files: vec!["commands.bc".into()],
        ..ModuleEntry::default()
    };
    let manifest = Manifest {
        thresholds: Some(Thresholds(20, 200, 2000)),
        modules: vec![module],
        ..Manifest::default()
    };
    let files = [("modules/commands.bc".to_owned(), std::fs::read(bitcode).unwrap())];
    let growth = Growth { input: KNOWN.as_bytes(), ..Growth::of(&manifest, &files) };
    (growth.run(), folder)
}

fn natively(folder: &Path, input: &str) -> String {
    let mut child = Command::new(folder.join("native"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

fn shrink_by(grown: &Grown, policy: Policy) -> Shrunk {
    let bytes = std::fs::read(grown.snapshot()).unwrap();
    let options = Options { policy, flat: true, elf: true, ..Options::default() };
    shrink(&bytes, &Cranelift::new(), &options).unwrap()
}

#[test]
fn inputs_that_it_never_saw_give_the_same_or_a_named_trap() {
    let (grown, folder) = grow();
    let reachable = shrink_by(&grown, Policy::Reachable);
    let executed = shrink_by(&grown, Policy::Executed);
    let sizes = [&reachable, &executed].map(|s| s.image.as_ref().unwrap().file.len());
    println!("reachable: {} bytes, executed: {} bytes", sizes[0], sizes[1]);
    assert!(sizes[1] < sizes[0] * 2 / 3, "{sizes:?}");
    let traps = std::sync::atomic::AtomicUsize::new(0);
    in_parallel(&UNKNOWN, |input| {
        let wanted = natively(folder.path(), input);
        let boot = |shrunk: &Shrunk| {
            boot_image(&shrunk.image.as_ref().unwrap().file, |settings| {
                settings.input = Input::Bytes(typed(input.as_bytes()));
            })
        };
        let whole = boot(&reachable);
        assert_eq!(String::from_utf8_lossy(&whole.output), wanted, "{input:?}");
        assert_eq!(whole.outcome, Outcome::Success, "{input:?}");

        let cut = boot(&executed);
        let output = String::from_utf8_lossy(&cut.output);
        if cut.outcome == NEVER_RAN {
            assert!(wanted.starts_with(&*output), "{input:?}: {output}");
            let said = cut.records.last().unwrap();
            assert!(said.contains("never ran while growing: "), "{input:?}: {said}");
            assert!(said.contains("commands:"), "{input:?}: {said}");
            assert_ne!(*input, KNOWN, "{said}");
            traps.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        } else {
            assert_eq!(output, wanted, "{input:?}");
            assert_eq!(cut.outcome, Outcome::Success, "{input:?}");
        }
    });
    // Commands that it never ran are not in it.
    assert!(traps.into_inner() >= 4);
}

fn symbols(shrunk: &Shrunk) -> Vec<String> {
    let elf = &shrunk.elf.as_ref().unwrap().file;
    let file = object::File::parse(elf.as_slice()).unwrap();
    file.symbols().map(|symbol| symbol.name().unwrap().to_owned()).collect()
}

/// One C program, grown by one boot.
fn shrink_text(text: &str) -> Shrunk {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (source, bitcode) = (file("text.c"), file("text.bc"));
    std::fs::write(&source, text).unwrap();
    clang(&["-O1", "-w", "-c", "-emit-llvm", "-o", &bitcode, &source]);
    let files = vec!["text.bc".into()];
    let module = ModuleEntry { name: "text".into(), files, ..ModuleEntry::default() };
    let manifest = Manifest { modules: vec![module], ..Manifest::default() };
    let files = [("modules/text.bc".to_owned(), std::fs::read(bitcode).unwrap())];
    let grown = Growth { boots: 1, ..Growth::of(&manifest, &files) }.run();
    shrink_by(&grown, Policy::Reachable)
}

#[test]
fn a_machine_has_what_its_program_needs() {
    const DISK: &str = "bf_open";
    const TIMER: &str = "bf_clock";
    const INPUT: &str = "bf_read";
    const HEAP: &str = "bf_grow";
    const AVX: &str = "need_avx";
    let puts = "int puts(const char *); int main(void) { puts(\"hello\"); return 0; }";
    let clock = "long clock(void); int main(void) { return clock() < 0; }";
    let reads = "int getchar(void); int main(void) { return getchar() & 0; }";
    let files = "void *fopen(const char *, const char *);
        int main(void) { return fopen(\"x\", \"r\") != 0; }";
    let cases = [
        (puts, &[][..], &[DISK, TIMER, INPUT, AVX][..]),
        (clock, &[TIMER], &[DISK, INPUT, AVX]),
        (reads, &[INPUT], &[DISK, TIMER, AVX]),
        (files, &[DISK, HEAP], &[TIMER, AVX]),
    ];
    for (text, with, without) in cases {
        let names = symbols(&shrink_text(text));
        for piece in with {
            assert!(names.iter().any(|name| name == piece), "{text}: no {piece} in {names:?}");
        }
        for piece in without {
            assert!(!names.iter().any(|name| name == piece), "{text}: {piece} in {names:?}");
        }
    }
}
