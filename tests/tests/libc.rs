//! The C library against the system's: its bitcode compiled to an ordinary program without any
//! other library, on host calls made of system calls (`native/shim.c`), runs the same drivers.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use bareflow_tests::compile::{Recipe, make, text};
use bareflow_tests::place;
use bareflow_tests::process::{self, Ended};

const PATIENCE: Duration = Duration::from_secs(120);

fn driver(name: &str) -> PathBuf {
    place::workspace().join("tests/native").join(name)
}

fn clang(args: &[&str], input: PathBuf, suffix: &str) -> PathBuf {
    let mut all: Vec<String> = args.iter().map(|arg| (*arg).into()).collect();
    all.extend(["-w".into(), "-o".into(), "{out}".into(), text(&input)]);
    make(&Recipe { compiler: "clang-22", args: all, inputs: vec![input], suffix })
        .expect("it compiles")
}

/// The driver on our library and on the system's.
fn build(name: &str, flags: &[&str]) -> (PathBuf, PathBuf) {
    let library = place::artefacts().expect("the library is built").join("libc.bc");
    // Without the last one, clang makes calls of the library of what it does with 16 bytes at once.
    let freestanding =
        ["-c", "-O2", "-ffreestanding", "-fno-builtin", "-fno-stack-protector", "-mcx16"];
    let compile = [&["-c", "-O1", "-fno-stack-protector"][..], flags].concat();
    let objects = [
        clang(&compile, driver(name), "o"),
        clang(&freestanding, library, "o"),
        clang(&freestanding, driver("shim.c"), "o"),
    ];
    let link = |first: &[&str], objects: &[PathBuf], last: &[&str]| {
        let mut args: Vec<String> = first.iter().map(|arg| (*arg).into()).collect();
        args.extend(["-o".into(), "{out}".into()]);
        args.extend(objects.iter().map(|object| text(object)));
        args.extend(last.iter().map(|arg| (*arg).into()));
        let inputs = objects.to_vec();
        make(&Recipe { compiler: "clang-22", args, inputs, suffix: "native" }).expect("it links")
    };
    // Native code compares and converts `__float128` by calls of the compiler's library, and ours by fewer functions.
    let ours = link(&["-nostdlib", "-static"], &objects, &["-lgcc"]);
    let theirs = link(&[], &objects[..1], &["-lm", "-latomic"]);
    (ours, theirs)
}

fn run(program: &PathBuf, args: &[&str]) -> Ended {
    process::run(Command::new(program).args(args), b"", PATIENCE).expect("it ends")
}

/// The first line that differs, for people.
fn difference(a: &[u8], b: &[u8]) -> String {
    let (a, b) = (String::from_utf8_lossy(a), String::from_utf8_lossy(b));
    let mut lines = a.lines().zip(b.lines());
    lines.find(|(a, b)| a != b).map_or_else(
        || format!("{} bytes against {}", a.len(), b.len()),
        |(a, b)| format!("ours   {a}\ntheirs {b}"),
    )
}

fn agree(name: &str, args: &[&str]) {
    let (ours, theirs) = build(name, &[]);
    let (a, b) = (run(&ours, args), run(&theirs, args));
    assert!(a.out == b.out, "{name}: {}", difference(&a.out, &b.out));
    assert_eq!(a.status, b.status);
    assert!(!a.out.is_empty(), "{name} prints something");
}

#[test]
fn formatted_output_agrees_byte_for_byte() {
    agree("printf.c", &["20000", "1"]);
}

#[test]
fn locales_and_wide_streams_agree() {
    agree("locales.c", &[]);
}

#[test]
fn arguments_by_number_wide_characters_and_scans_agree() {
    agree("formats.c", &[]);
}

#[test]
fn characters_of_several_bytes_agree() {
    agree("multibyte.c", &[]);
}

#[test]
fn streams_in_memory_paths_and_a_program_alone_agree() {
    agree("alone.c", &[]);
}

#[test]
fn errors_and_their_texts_agree() {
    agree("errors.c", &[]);
}

/// glibc takes some of these for numbers, so the C standard alone is what they are held against.
#[test]
fn the_beginning_of_a_number_is_none() {
    let (ours, _) = build("prefixes.c", &[]);
    let said = String::from_utf8(run(&ours, &[]).out).expect("it prints text");
    let wanted = include_str!("../native/prefixes.txt");
    assert!(said == wanted, "{}", difference(said.as_bytes(), wanted.as_bytes()));
}

#[test]
fn wide_strings_and_patterns_agree() {
    agree("wide.c", &[]);
}

#[test]
fn complex_numbers_agree() {
    agree("complex.c", &[]);
}

#[test]
fn numbers_are_read_alike() {
    agree("convert.c", &["20000", "1"]);
}

#[test]
fn memory_and_strings_do_what_the_plainest_code_does() {
    agree("strings.c", &[]);
    let (ours, _) = build("strings.c", &[]);
    assert_eq!(run(&ours, &[]).status, 0);
}

#[test]
fn the_heap_keeps_blocks_apart() {
    agree("memory.c", &[]);
    let (ours, _) = build("memory.c", &[]);
    assert_eq!(run(&ours, &[]).status, 0);
}

#[test]
fn dates_agree_with_the_systems_calendar() {
    agree("dates.c", &["20000"]);
}

#[test]
fn dates_are_read_alike() {
    agree("read_date.c", &["1500"]);
}

#[test]
fn regular_expressions_agree() {
    agree("regex.c", &["2000"]);
}

/// Where glibc takes the first alternative that leads anywhere, or would take ages, POSIX alone decides.
#[test]
fn regular_expressions_are_those_of_posix() {
    let (ours, _) = build("regex.c", &[]);
    let said = String::from_utf8(run(&ours, &["posix"]).out).expect("it prints text");
    // One search of a long text, which finds nothing.
    assert_eq!(said, "1\n");
}

/// A path for a driver's own files.
fn own_place(name: &str) -> String {
    let path = std::env::temp_dir().join(format!("bareflow-libc-{}-{name}", std::process::id()));
    path.to_string_lossy().into_owned()
}

#[test]
fn names_of_files_that_fit_patterns_agree() {
    agree("glob.c", &[&own_place("glob")]);
}

#[test]
fn wide_streams_agree() {
    agree("wide_streams.c", &[&own_place("wide")]);
}

#[test]
fn environment_options_atomics_and_searching_agree() {
    agree("general.c", &[]);
}

#[test]
fn overflowing_a_known_buffer_ends_the_program() {
    let (ours, theirs) = build("fortify.c", &["-D_FORTIFY_SOURCE=2", "-O2"]);
    for which in 0..=9 {
        let (a, b) = (run(&ours, &[&which.to_string()]), run(&theirs, &[&which.to_string()]));
        assert!(a.out == b.out, "{which}: {}", difference(&a.out, &b.out));
        // Only the first keeps within its buffer.
        assert_eq!((a.status == 0, b.status == 0), (which == 0, which == 0), "{which}");
    }
}

/// Distance in units of the last place of two numbers given as `d` or `f` and their bits.
fn units(a: &str, b: &str) -> Option<u64> {
    let place = |text: &str| {
        let bits = i64::from_str_radix(text.get(1..)?, 16)
            .ok()
            .or_else(|| u64::from_str_radix(text.get(1..)?, 16).ok().map(|bits| bits as i64))?;
        let (sign, magnitude) = if text.starts_with('d') {
            (bits < 0, bits & i64::MAX)
        } else {
            (bits >> 31 & 1 == 1, bits & 0x7FFF_FFFF)
        };
        Some(if sign { -magnitude } else { magnitude })
    };
    Some(place(a)?.abs_diff(place(b)?))
}

#[test]
fn mathematics_is_right_but_for_the_last_bits() {
    const MOST: u64 = 3;
    let (ours, theirs) = build("math.c", &["-fno-builtin"]);
    let (a, b) = (run(&ours, &["3000"]), run(&theirs, &["3000"]));
    let (a, b) = (String::from_utf8_lossy(&a.out), String::from_utf8_lossy(&b.out));
    assert_eq!(a.lines().count(), b.lines().count());
    let mut different = 0;
    for (x, y) in a.lines().zip(b.lines()).filter(|(x, y)| x != y) {
        let last = |line: &str| line.rsplit(' ').next().unwrap_or_default().to_owned();
        let distance = units(&last(x), &last(y));
        assert!(distance.is_some_and(|units| units <= MOST), "ours   {x}\ntheirs {y}");
        different += 1;
    }
    // Most results are the same; more of them different would be a worse library.
    assert!(different * 20 < a.lines().count(), "{different} of {}", a.lines().count());
}
