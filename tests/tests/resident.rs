//! LLVM on the machine: functions compiled there by the resident compiler, which lies packed on the
//! disk, and what becomes of the machine when that compiler fails.
//!
//! Without the resident compiler (`cargo xtask build compilers`, which needs LLVM's archives) the
//! tests of LLVM itself say that they test nothing; those of failing compilers need clang and lld.

use std::path::Path;
use std::process::Command;

use bareflow_emulator::{Outcome, Run, Settings, run};
use bareflow_report::{BootReport, Record};
use bareflow_tests::disk::Disk;
use bareflow_tests::grown::{check_results, image, modules, snapshot};
use bareflow_tests::tool::{lines, text};
use bareflow_tests::{machine, place};
use serde_json::{Value, json};

/// Where the machine looks for it.
const COMPILER: &str = "boot/compilers/llvm";

const FIBONACCI: &str = "
    #include <stdio.h>
    __attribute__((noinline)) static unsigned long fib(unsigned long n) {
        return n < 2 ? n : fib(n - 1) + fib(n - 2);
    }
    int main(void) { printf(\"%lu\\n\", fib(20)); return 0; }
";
const RIGHT: &str = "6765\n";

/// The packed compiler that was built, if one was.
fn built() -> Option<Vec<u8>> {
    let file = place::artefacts().ok()?.join("compilers/llvm");
    let bytes = std::fs::read(file).ok().filter(|bytes| bytes.starts_with(b"BFPACKED"));
    if bytes.is_none() {
        eprintln!("not tested: target/bareflow/compilers/llvm is not built");
    }
    bytes
}

/// A disk with the program, which LLVM compiles at O3, and a compiler.
fn disk(compiler: &[u8], more: &Value) -> Disk {
    let mut manifest = json!({
        "modules": [{ "name": "program", "files": ["program.bc"] }],
        "compilers": [["O3", "llvm"]],
        "verbose": true,
    });
    let (to, from) = (manifest.as_object_mut(), more.as_object());
    to.expect("an object").extend(from.expect("an object").clone());
    let disk = machine::disk_with(FIBONACCI, None);
    disk.add("boot/manifest.json", manifest.to_string().as_bytes()).expect("a manifest");
    disk.add(COMPILER, compiler).expect("a compiler");
    disk
}

/// One boot.
struct Boot {
    run: Run,
    text: String,
    log: String,
    report: Option<BootReport>,
}

fn boot(disk: &Disk, change: impl FnOnce(&mut Settings)) -> Boot {
    let mut settings = machine::settings(disk);
    settings.keep_writes = true;
    change(&mut settings);
    let run = run(&settings, &mut |_| ()).expect("QEMU runs");
    let text = String::from_utf8_lossy(&run.output).into_owned();
    let records = run.records.iter().map(|json| serde_json::from_str(json).expect("a record"));
    let (mut log, mut report) = (String::new(), None);
    for record in records {
        match record {
            Record::Log { text } => log += &(text + "\n"),
            Record::Report(boot) => report = Some(boot),
            _ => {}
        }
    }
    Boot { run, text, log, report }
}

impl Boot {
    /// The program printed what it should, and the machine ended well.
    fn is_right(&self) {
        let ended = self.run.outcome == Outcome::Success;
        assert!(
            ended && self.text.contains(RIGHT),
            "{:?} {}\n{}",
            self.run.outcome,
            self.text,
            self.log
        );
    }

    fn report(&self) -> &BootReport {
        self.report.as_ref().expect("a report")
    }
}

#[test]
fn functions_are_compiled_on_the_machine_and_come_back_at_the_next_boot() {
    let Some(compiler) = built() else { return };
    let disk = disk(&compiler, &json!({ "thresholds": [10, 20, 40] }));
    let first = boot(&disk, |_| ());
    first.is_right();
    assert!(first.log.contains("bytes unpacked from"), "{}", first.log);
    assert!(!first.log.contains("the compiler failed"), "{}", first.log);
    let rises = |line: &str| line.contains("program:fib rises") && line.contains("to O3");
    assert!(first.log.lines().any(rises), "{}", first.log);
    assert!(first.report().levels.o3 > 0, "{:?}", first.report());
    // What LLVM has compiled then is there now, and no compiler is loaded. The built-in one may have
    // something to do: functions that came near to a threshold.
    let second = boot(&disk, |_| ());
    second.is_right();
    let report = second.report();
    assert!(report.restored > 0 && report.levels.o3 >= first.report().levels.o3, "{report:?}");
    assert!(!second.log.contains("unpacked"), "{}", second.log);
    disk.check().expect("a sound volume");
}

#[test]
fn a_second_processor_runs_the_compiler_meanwhile() {
    let Some(compiler) = built() else { return };
    let disk = disk(&compiler, &json!({ "thresholds": [10, 20, 40] }));
    let ended = boot(&disk, |settings| settings.processors = 2);
    ended.is_right();
    assert!(!ended.log.contains("the compiler failed"), "{}", ended.log);
}

#[test]
fn a_damaged_compiler_is_named_and_not_run() {
    let Some(mut compiler) = built() else { return };
    let middle = compiler.len() / 2;
    compiler[middle] ^= 1;
    for (compiler, words) in [
        (&compiler[..], "it is damaged: its hash is another"),
        (&compiler[..middle], "it is damaged: "),
        (
            &b"no compiler at all, but some text of a person who had other plans with it"[..],
            "it is no packed compiler",
        ),
    ] {
        let ended = boot(&disk(compiler, &json!({ "level": "O3" })), |_| ());
        ended.is_right();
        assert!(ended.log.contains(words), "{words}: {}", ended.log);
        assert!(!ended.log.contains("unpacked"), "{}", ended.log);
    }
}

/// A static program of this source, packed, as a compiler.
fn compiler(source: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("a.c"), source).expect("a source");
    let run = |program: &str, args: &[&str]| {
        let mut command = Command::new(program);
        let status = command.current_dir(folder.path()).args(args).status();
        assert!(status.is_ok_and(|status| status.success()), "{command:?}");
    };
    let compile = ["-O1", "-fPIE", "-ffreestanding", "-fno-stack-protector", "-c", "a.c"];
    run("clang-22", &compile);
    run("ld.lld-22", &["-static", "--image-base=0x300000000000", "a.o", "-o", "a.elf"]);
    packed(&path("a.elf"))
}

fn packed(program: &Path) -> Vec<u8> {
    bareflow_packed::pack(&std::fs::read(program).expect("a program")).expect("it is packed")
}

/// System calls.
const CALLS: &str = "
    static long call(long number, long a, const void *b, long c) {
        long result;
        __asm__ volatile(\"syscall\" : \"=a\"(result) : \"0\"(number), \"D\"(a), \"S\"(b), \"d\"(c)
            : \"rcx\", \"r11\", \"memory\");
        return result;
    }
    static void request(void) {
        static char bytes[1 << 20];
        unsigned length = 0;
        for (long got = 0; got < 4;) got += call(0, 0, (char *)&length + got, 4 - got);
        for (long got = 0; got < length;) got += call(0, 0, bytes, length - got);
    }
";

#[test]
fn a_compiler_that_fails_ends_and_the_machine_does_not() {
    for (does, words) in [
        ("*(volatile int *)8 = 1;", "page fault at 0x"),
        ("__builtin_trap();", "invalid opcode at 0x"),
        ("volatile int zero = 0; zero = 100 / zero;", "division error at 0x"),
        ("((void (*)(void))0x123456789000)();", "outside of it"),
        ("deeper(0);", "below the compiler's stack: stack overflow"),
        ("for (;;) ;", "it takes too long"),
        ("for (;;) call(186, 0, 0, 0);", "it takes too long"),
        (
            "call(2, 0, 0, 0); call(1, 2, \"no ideas\", 8); call(231, 3, 0, 0);",
            "it has ended with status 3: no ideas",
        ),
        ("call(234, 1, (void *)1, 6);", "it has ended by signal 6"),
        ("call(1, 1, \"\\3\\0\\0\\0eno\", 7);", "the compiler failed: no"),
        ("call(1, 1, \"\\3\\0\\0\\0oxx\", 7);", "an object that is none"),
        ("call(1, 1, \"\\377\\377\\377\\377\", 4);", "it has answered what is no answer"),
        ("for (;;) call(1, 1, (void *)0x300000000000, 4096);", "its answer does not end"),
        // All the memory that it gets, and more.
        (
            "for (long at = call(12, 0, 0, 0);; at += 4096) { call(12, at + 4096, 0, 0); *(volatile char *)at = 1; }",
            "page fault at 0x",
        ),
    ] {
        let source = format!(
            "{CALLS}
            __attribute__((noinline)) long deeper(long n) {{
                volatile char room[4096];
                room[n & 4095] = 1;
                return deeper(n + 1) + room[n & 1023];
            }}
            void _start(void) {{ for (;;) {{ request(); {does} }} }}"
        );
        let disk = disk(&compiler(&source), &json!({ "level": "O3" }));
        let patience = if words == "it takes too long" { "patience=1" } else { "patience=30" };
        let ended = boot(&disk, |settings| settings.command_line = patience.into());
        ended.is_right();
        assert!(ended.log.contains(words), "{does}: {}", ended.log);
        if !words.starts_with("an object") && !words.contains("failed: no") {
            let off = "the compiler is off, having failed 3 times";
            assert!(ended.log.contains(off), "{does}: {}", ended.log);
        }
    }
}

#[test]
fn the_twelve_grow_with_llvm_and_shrink_to_the_same_answers() {
    if built().is_none() {
        return;
    }
    const MACHINE: [&str; 6] = ["--accel", "tcg", "--timeout", "900", "--mem", "128M"];
    let folder = tempfile::tempdir().expect("a folder");
    let modules = modules();
    let settings = json!({
        "calls": 5,
        "compilers": [["O3", "llvm"]],
        "thresholds": [10, 100, 1000],
        "tournament_share": 0,
    });
    let image = image(folder.path(), "grown", &modules, &settings);
    let boots =
        lines("bareflow", &[&["grow", text(&image), "--boots", "2"][..], &MACHINE].concat());
    for boot in &boots {
        check_results(boot, &modules);
    }
    let by_llvm =
        snapshot(&image, 2).functions.iter().filter(|f| f.compiler.starts_with("llvm ")).count();
    assert!(by_llvm >= 12, "{by_llvm} functions by LLVM: {}", boots[1]);
    // What the machine's compiler made, this host's makes with the same bytes.
    let verified = lines("bareflow", &["snapshot", "verify", text(&image), "--recompile"]);
    for line in &verified {
        assert_eq!((&line["ok"], &line["skipped"]), (&json!(true), &json!([])), "{line}");
        assert!(line["recompiled"].as_u64().expect("a number") >= 20, "{line}");
    }
    for more in [&[][..], &["--reoptimise"], &["--reoptimise", "--for", "size"]] {
        let small = folder.path().join("small.img");
        let report =
            &lines("bareflow-shrink", &[&[text(&image), "-o", text(&small)], more].concat())[0];
        eprintln!("{more:?}: {} bytes", report["image_bytes"]);
        let shrunk = &lines("bareflow", &[&["boot", text(&small)][..], &MACHINE].concat())[0];
        check_results(shrunk, &modules);
    }
}
