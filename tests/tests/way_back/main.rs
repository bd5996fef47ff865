//! The way back: a shrunk image that meets what it was made without starts the grown one beside it, which
//! learns; the next shrunk image can do it.

mod disks;
mod itself;
mod specialised;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bareflow_boot::way_back::Record;
use bareflow_tests::place;
use bareflow_tests::tool::{lines, text};
use serde_json::{Value, json};

/// Reads letters: two of them it knows from growing, two it does not.
const PROGRAM: &str = r#"
#include <stdio.h>

__attribute__((noinline)) static unsigned often(unsigned n) { return n * 2654435761u >> 7; }

__attribute__((noinline)) static unsigned rare(unsigned n) {
    unsigned sum = 0;
    for (unsigned i = 0; i < n; i++) sum = sum * 31 + often(i) % 1000;
    return sum;
}

__attribute__((noinline)) static unsigned other(unsigned n) { return rare(n) ^ 0x5555; }

int main(void) {
    int letter;
    unsigned long sum = 0;
    while ((letter = getchar()) != EOF) {
        if (letter == 'a')
            for (unsigned i = 0; i < 20000; i++) sum += often(i);
        else if (letter == 'r')
            sum += rare(1000);
        else if (letter == 'o')
            sum += other(10);
        else
            printf("%lu\n", sum);
    }
    return 0;
}
"#;

/// Emulated everywhere, and hung only after minutes: tests run beside many others.
const PATIENT: [&str; 4] = ["--accel", "tcg", "--timeout", "600"];

fn clang(arguments: &[&str]) {
    let done = Command::new("clang-22").args(arguments).output();
    let done = done.expect("clang-22 is there: run `cargo xtask setup`");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Runs `bareflow` with an input; its JSON lines.
fn bareflow(arguments: &[&str], input: &str) -> Vec<Value> {
    let mut child = Command::new(place::tool("bareflow").unwrap())
        .env("BAREFLOW_ARTEFACTS", place::artefacts().unwrap())
        .args(arguments)
        .arg("--json")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{arguments:?}: {}\n{said}", done.status);
    let lines = String::from_utf8(done.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What a program of this system prints.
fn natively(program: &Path, input: &str) -> String {
    let mut child =
        Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

/// The program, natively and on a disk with both images, grown on `input`.
struct Bed {
    folder: tempfile::TempDir,
    both: PathBuf,
}

impl Bed {
    fn new(input: &str) -> Self {
        Self::with(input, &[])
    }

    /// With further arguments to the shrinker.
    fn with(input: &str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let (source, bitcode) = (file("letters.c"), file("letters.bc"));
        std::fs::write(&source, PROGRAM).unwrap();
        clang(&["-O1", "-c", "-emit-llvm", "-o", text(&bitcode), text(&source)]);
        clang(&["-O1", "-o", text(&file("native")), text(&source)]);
        let (grown, both) = (file("grown.img"), file("both.img"));
        assert_eq!(lines("bareflow", &["image", "-o", text(&grown), text(&bitcode)]).len(), 1);
        bareflow(&[&["grow", text(&grown), "--boots", "2"][..], &PATIENT].concat(), input);
        let before = std::fs::read(&grown).unwrap();
        let shrink = [text(&grown), "-o", text(&both), "--policy", "executed", "--with-grown"];
        let report = &lines("bareflow-shrink", &[&shrink[..], more].concat())[0];
        assert_eq!(std::fs::read(&grown).unwrap(), before, "the grown disk is as it was");
        let bytes = report["image_bytes"].as_u64().unwrap();
        assert!(bytes < 16 << 10, "{bytes} bytes");
        Self { folder, both }
    }

    fn natively(&self, input: &str) -> String {
        natively(&self.folder.path().join("native"), input)
    }

    /// Boots the disk some times, unattended, with what is learnt shrunk at once.
    fn grow(&self, boots: u32, input: &str, more: &[&str]) -> Vec<Value> {
        let boots = boots.to_string();
        let arguments = ["grow", text(&self.both), "--boots", &boots, "--shrink-again"];
        bareflow(&[&arguments[..], &PATIENT, more].concat(), input)
    }

    fn story(&self) -> Value {
        let mut lines = lines("bareflow", &["snapshot", "ls", text(&self.both)]);
        let story = lines.pop().unwrap();
        assert_eq!(story["way_back"], text(&self.both), "{story}");
        story
    }
}

fn circle(media: &[&str]) {
    let bed = Bed::new("a.a.\n");
    assert_eq!(bed.story()["state"], "shrunk");
    // What it knows, the shrunk image does.
    let known = &bed.grow(1, "a.aa.", media)[0];
    assert_eq!(known["output"], bed.natively("a.aa."), "{known}");
    assert_eq!((&known["boot"], &known["returns"]), (&Value::Null, &json!([])), "{known}");

    // What it does not know, it comes back for: one command, no hand.
    let lines = bed.grow(2, "a.r.", media);
    let [back, again, then] = &lines[..] else { panic!("{lines:?}") };
    let wanted = bed.natively("a.r.");
    assert_eq!(back["output"], wanted, "{back}");
    assert_eq!(
        back["returns"],
        json!([{ "kind": "never ran", "name": back["returns"][0]["name"] }])
    );
    let name = back["returns"][0]["name"].as_str().unwrap();
    assert!(name.starts_with("letters:") || name.starts_with("a part of letters:"), "{name}");
    assert_eq!(back["boot"], 3, "the grown image booted: {back}");
    assert!(again["shrunk_again"]["image_bytes"].as_u64().is_some(), "{again}");
    assert_eq!(then["output"], wanted, "{then}");
    assert_eq!((&then["boot"], &then["returns"]), (&Value::Null, &json!([])), "{then}");

    let story = bed.story();
    assert_eq!((&story["state"], &story["made"]), (&json!("shrunk"), &json!(2)), "{story}");
    assert_eq!(story["made_of"], 3, "{story}");
    assert_eq!(story["causes"].as_array().unwrap().len(), 1, "{story}");
    assert_eq!(story["causes"][0]["returns"], 1, "{story}");
}

#[test]
fn what_a_shrunk_image_lacks_is_learnt_and_shrunk_on_an_ide_disk() {
    circle(&["--media", "ide"]);
}

#[test]
fn what_a_shrunk_image_lacks_is_learnt_and_shrunk_on_a_virtio_disk() {
    circle(&["--media", "virtio"]);
}

/// Where the region of a disk begins, in bytes.
fn region(disk: &Path) -> usize {
    let table = std::fs::read(disk).unwrap();
    assert_eq!(table[462 + 4], 0xda);
    u32::from_le_bytes(table[470..474].try_into().unwrap()) as usize * 512
}

#[test]
fn a_cause_that_comes_twice_leaves_the_grown_image() {
    let bed = Bed::new("a.a.\n");
    let at = region(&bed.both);
    // The same shrunk image once more, as if nothing had been learnt: only the record goes on.
    for (returns, state) in [(1, "learnt"), (2, "stays")] {
        if returns == 2 {
            let mut disk = std::fs::read(&bed.both).unwrap();
            let copy = |number: usize| disk[at + number * 512..].first_chunk().unwrap();
            let mut record = Record::newest([copy(0), copy(1)]).unwrap();
            record.shrunk((at / 512) as u32, &record.image());
            disk[at + record.copy() as usize * 512..][..512].copy_from_slice(record.bytes());
            std::fs::write(&bed.both, disk).unwrap();
        }
        let boot = &bareflow(&[&["boot", text(&bed.both)][..], &PATIENT].concat(), "r.")[0];
        assert_eq!(boot["returns"].as_array().unwrap().len(), 1, "{boot}");
        assert_eq!(boot["output"], bed.natively("r."), "{boot}");
        let story = bed.story();
        assert_eq!(
            (&story["state"], &story["causes"][0]["returns"]),
            (&json!(state), &json!(returns))
        );
    }
    // From now on it is the grown image that starts, and none is made but by will.
    let last = bed.grow(1, "r.", &[]);
    assert_eq!(last.len(), 1, "{last:?}");
    assert!(last[0]["boot"].is_u64(), "{last:?}");
    let arguments = [text(&bed.both), "-o", text(&bed.both), "--with-grown"];
    let refused = bareflow_tests::tool::run("bareflow-shrink", &arguments);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(lines("bareflow-shrink", &[&arguments[..], &["--forget"]].concat()).len(), 1);
    let story = bed.story();
    assert_eq!((&story["state"], &story["causes"]), (&json!("shrunk"), &json!([])));
}

#[test]
fn what_is_thrown_away_is_there_until_the_end() {
    let bed = Bed::new("a.a.\n");
    let before = std::fs::read(&bed.both).unwrap();
    let discard = ["boot", text(&bed.both), "--discard"];
    let boot = &bareflow(&[&discard[..], &PATIENT].concat(), "a.r.")[0];
    assert_eq!((&boot["boot"], &boot["output"]), (&json!(3), &json!(bed.natively("a.r."))));
    assert!(std::fs::read(&bed.both).unwrap() == before);
}

#[test]
fn a_spoilt_record_leaves_the_grown_image() {
    let bed = Bed::new("a.a.\n");
    let at = region(&bed.both);
    let mut spoilt = std::fs::read(&bed.both).unwrap();
    spoilt[at + 100] ^= 1;
    std::fs::write(&bed.both, &spoilt).unwrap();
    // One copy is whole: the shrunk image starts.
    let boot = &bareflow(&[&["boot", text(&bed.both)][..], &PATIENT].concat(), "a.")[0];
    assert_eq!((&boot["boot"], &boot["output"]), (&Value::Null, &json!(bed.natively("a."))));
    // Neither is: the grown one does, which can do everything.
    spoilt[at + 612] ^= 1;
    std::fs::write(&bed.both, spoilt).unwrap();
    let boot = &bareflow(&[&["boot", text(&bed.both)][..], &PATIENT].concat(), "r.")[0];
    assert_eq!((&boot["boot"], &boot["returns"]), (&json!(3), &json!([])), "{boot}");
    assert_eq!(boot["output"], bed.natively("r."));
}

/// Counts bits, for which processors have an instruction, or not.
const BITS: &str = r#"
#include <stdio.h>

__attribute__((noinline)) static unsigned long bits(unsigned long n) {
    return __builtin_popcountl(n * 0x9e3779b97f4a7c15u);
}

int main(void) {
    unsigned long sum = 0;
    for (unsigned long i = 0; i < 30000; i++) sum += bits(i);
    printf("%lu\n", sum);
    return 0;
}
"#;

#[test]
fn an_image_on_a_lesser_processor_goes_back_and_comes_to_suit_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let (source, bitcode, grown) = (file("bits.c"), file("bits.bc"), file("grown.img"));
    std::fs::write(&source, BITS).unwrap();
    clang(&["-O1", "-c", "-emit-llvm", "-o", text(&bitcode), text(&source)]);
    clang(&["-O1", "-o", text(&file("native")), text(&source)]);
    let wanted = Command::new(file("native")).output().unwrap().stdout;
    let wanted = String::from_utf8(wanted).unwrap();
    assert_eq!(lines("bareflow", &["image", "-o", text(&grown), text(&bitcode)]).len(), 1);
    bareflow(&[&["grow", text(&grown), "--boots", "1"][..], &PATIENT].concat(), "");
    let both = file("both.img");
    let shrink = [text(&grown), "-o", text(&both), "--with-grown"];
    assert_eq!(lines("bareflow-shrink", &shrink).len(), 1);
    let as_it_is = std::fs::read(&both).unwrap();
    let lesser = ["--cpu", "qemu64"];

    // One process of the emulator all the way, which only a machine's own reset leads through.
    let reset = ["--qemu=-action", "--qemu=reboot=reset"];
    let alone = [&["boot", text(&both)][..], &PATIENT, &lesser, &reset].concat();
    let boot = &bareflow(&alone, "")[0];
    assert_eq!((&boot["boot"], &boot["output"]), (&json!(2), &json!(wanted)), "{boot}");

    // Unattended, to a shrunk image for this processor.
    std::fs::write(&both, as_it_is).unwrap();
    let grow = ["grow", text(&both), "--boots", "2", "--shrink-again"];
    let lines = bareflow(&[&grow[..], &PATIENT, &lesser].concat(), "");
    let [back, _, then] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(back["returns"], json!([{ "kind": "processor", "name": "popcnt" }]), "{back}");
    assert_eq!((&back["boot"], &back["output"]), (&json!(2), &json!(wanted)), "{back}");
    assert_eq!((&then["boot"], &then["output"]), (&Value::Null, &json!(wanted)), "{then}");
    assert_eq!(then["returns"], json!([]), "{then}");
}

/// Does on a thread of its own what a letter says, and nothing else meanwhile.
const THREADS: &str = r#"
#include <pthread.h>
#include <stdio.h>

static unsigned long sum;

__attribute__((noinline)) static unsigned often(unsigned n) { return n * 2654435761u >> 7; }

__attribute__((noinline)) static unsigned rare(unsigned n) {
    unsigned sum = 0;
    for (unsigned i = 0; i < n; i++) sum = sum * 31 + often(i) % 1000;
    return sum;
}

__attribute__((noinline)) static void many(void) {
    for (unsigned i = 0; i < 20000; i++) sum += often(i);
}

/* Seldom called and without a loop: it is not compiled, so that what it calls is known. */
static void *work(void *letter) {
    if (*(int *)letter == 'a')
        many();
    else if (*(int *)letter == 'r')
        sum += rare(1000);
    return 0;
}

int main(void) {
    int letter;
    while ((letter = getchar()) != EOF) {
        pthread_t thread;
        if (pthread_create(&thread, 0, work, &letter) || pthread_join(thread, 0)) return 1;
        if (letter == '.') printf("%lu\n", sum);
    }
    return 0;
}
"#;

#[test]
fn another_processor_comes_to_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let (source, bitcode, grown) = (file("threads.c"), file("threads.bc"), file("grown.img"));
    std::fs::write(&source, THREADS).unwrap();
    clang(&["-O1", "-c", "-emit-llvm", "-o", text(&bitcode), text(&source)]);
    clang(&["-O1", "-pthread", "-o", text(&file("native")), text(&source)]);
    let natively = |input: &str| natively(&file("native"), input);
    assert_eq!(lines("bareflow", &["image", "-o", text(&grown), text(&bitcode)]).len(), 1);
    let two = ["--smp", "2"];
    bareflow(&[&["grow", text(&grown), "--boots", "2"][..], &PATIENT, &two].concat(), "a.a.\n");
    let both = file("both.img");
    let shrink = [text(&grown), "-o", text(&both), "--policy", "executed", "--with-grown"];
    assert_eq!(lines("bareflow-shrink", &shrink).len(), 1);
    let grow = |boots: &str, input: &str| {
        let arguments = ["grow", text(&both), "--boots", boots, "--shrink-again"];
        bareflow(&[&arguments[..], &PATIENT, &two].concat(), input)
    };
    let known = &grow("1", "aa.")[0];
    assert_eq!((&known["boot"], &known["output"]), (&Value::Null, &json!(natively("aa."))));
    let lines = grow("2", "ar.");
    let [back, _, then] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!(back["returns"].as_array().unwrap().len(), 1, "{back}");
    assert_eq!(back["output"], natively("ar."), "{back}");
    assert_eq!((&then["boot"], &then["output"]), (&Value::Null, &json!(natively("ar."))));
    assert_eq!(then["returns"], json!([]), "{then}");
}
