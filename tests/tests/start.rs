//! What programs are started with and what they end with, in a process, on a machine and shrunk:
//! arguments, environment, standard input with its end, exit status.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use bareflow_tests::compile::{Recipe, make};
use bareflow_tests::place;

/// Prints all it is started with and what it reads, and ends with the number in its last argument.
const PROGRAM: &str = r#"
    #define _GNU_SOURCE
    #include <errno.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <unistd.h>
    extern char **environ;
    int main(int argc, char **argv, char **variables) {
        for (int i = 0; i < argc; i++) printf("[%s]", argv[i]);
        printf(" %d %d %s\n", argv[argc] == 0, variables == environ, program_invocation_short_name);
        for (char **at = environ; *at; at++) printf("%s;", *at);
        printf("%s %d%d%d\n", getenv("B") ? getenv("B") : "-", isatty(0), isatty(1), isatty(2));
        long sum = 0, count = 0;
        for (int c; (c = getchar()) != EOF; count++) sum = sum * 31 + c;
        printf("%ld %ld %d %d\n", count, sum & 0xffffff, getchar(), feof(stdin) != 0);
        argv[argc - 1][0] += 0;
        return atoi(argv[argc - 1]);
    }
"#;

/// Every byte there is, and no newline at the end.
fn input() -> Vec<u8> {
    (0..=255).chain(*b"\nlast\r").collect()
}

/// What [`PROGRAM`] prints of `input`.
fn read(input: &[u8]) -> String {
    let sum = input.iter().fold(0_i64, |sum, byte| sum.wrapping_mul(31) + i64::from(*byte));
    format!("{} {} -1 1\n", input.len(), sum & 0xff_ffff)
}

fn compiled(folder: &Path, name: &str, source: &str) -> PathBuf {
    let file = folder.join(format!("{name}.c"));
    std::fs::write(&file, source).unwrap();
    let args = ["-O1", "-w", "-c", "-emit-llvm", "-o", "{out}", file.to_str().unwrap()];
    let args = args.map(String::from).into();
    let made = make(&Recipe { compiler: "clang-22", args, inputs: vec![file], suffix: "bc" });
    let bitcode = folder.join(format!("{name}.bc"));
    std::fs::copy(made.unwrap(), &bitcode).unwrap();
    bitcode
}

/// Runs a tool in `folder` with `input` on its standard input.
fn tool(folder: &Path, line: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(place::tool(line[0]).unwrap());
    command.args(&line[1..]).current_dir(folder);
    command.env("BAREFLOW_ARTEFACTS", bareflow_tests::artefact("kernel.bin").parent().unwrap());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    std::thread::spawn(move || drop(stdin.write_all(&input)));
    child.wait_with_output().unwrap()
}

/// What a tool printed, and its exit status.
fn said(output: &Output) -> (String, i32) {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.code().is_some(), "{output:?}");
    (text, output.status.code().unwrap_or(-1))
}

#[test]
fn a_process_gets_arguments_environment_input_and_gives_its_status() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    compiled(folder, "tool", PROGRAM);
    let line =
        ["bareflow", "run", "tool.bc", "--env", "A=1", "--env", "B=x=y", "--", "-v", "", "7"];
    let (text, status) = said(&tool(folder, &line, &input()));
    let wanted = format!("[tool][-v][][7] 1 1 tool\nA=1;B=x=y;x=y 000\n{}", read(&input()));
    assert_eq!((text.as_str(), status), (wanted.as_str(), 7));
    // Without any: an empty environment, and no more than a name.
    let (text, status) = said(&tool(folder, &["bareflow", "run", "tool.bc"], b""));
    assert_eq!((text, status), (format!("[tool] 1 1 tool\n- 000\n{}", read(b"")), 0));
    // As wait has it.
    for (argument, wanted) in [("256", 0), ("-1", 255), ("511", 255)] {
        let line = ["bareflow", "run", "tool.bc", "--level", "interp", "--", argument];
        assert_eq!(said(&tool(folder, &line, b"")).1, wanted, "{argument}");
    }
}

#[test]
fn a_program_that_dies_ends_with_its_signal() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    compiled(
        folder,
        "die",
        r#"
        #include <signal.h>
        #include <stdlib.h>
        int main(int argc, char **argv) {
            volatile int zero = 0;
            switch (atoi(argv[1])) {
            case 0: abort();
            case 1: return *(volatile int *)(16 + zero);
            case 2: return argc / zero;
            case 3: __builtin_trap();
            case 4: raise(SIGTERM);
            case 5: exit(300);
            }
            return 0;
        }
        "#,
    );
    for (which, wanted) in [134, 139, 136, 132, 143, 44].into_iter().enumerate() {
        for level in ["interp", "O1"] {
            let which = which.to_string();
            let line = ["bareflow", "run", "die.bc", "--level", level, "--", &which];
            assert_eq!(said(&tool(folder, &line, b"")).1, wanted, "{which} at {level}");
            // Whoever reads it as JSON is told, too.
            let line = ["bareflow", "run", "die.bc", "--json", "--level", level, "--", &which];
            let (text, status) = said(&tool(folder, &line, b""));
            let report: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!((status, report["exit"].as_i64()), (wanted, Some(wanted.into())), "{text}");
            let ended_itself = ["4", "5"].contains(&which.as_str());
            assert_eq!(report["stopped"].is_null(), ended_itself, "{text}");
        }
    }
    let made = tool(folder, &["bareflow", "image", "-o", "die.img", "die.bc"], b"");
    assert!(made.status.success(), "{made:?}");
    for (which, wanted) in [("0", 134), ("1", 139), ("2", 136), ("3", 132)] {
        let line = ["bareflow", "boot", "die.img", "--accel", "tcg", "--args", which];
        assert_eq!(said(&tool(folder, &line, b"")).1, wanted, "{which}");
    }
}

#[test]
fn a_function_that_nothing_defines_ends_the_program_when_it_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let source = r#"
        #include <stdio.h>
        double nowhere(int, ...);
        int main(void) {
            puts("before");
            printf("%f\n", nowhere(1, 2.0));
            return 0;
        }
        "#;
    compiled(folder, "calls", source);
    let refused = tool(folder, &["bareflow", "run", "calls.bc"], b"");
    let message = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(said(&refused), (String::new(), 2));
    assert!(message.contains("not defined: `nowhere` (used by main)"), "{message}");

    let dies = |output: &Output| {
        // A machine says how the boot went after that.
        let (text, status) = said(output);
        assert!(text.starts_with("before\n") && status == 134, "{output:?}");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(text.contains("`nowhere` was called, which is not defined"), "{text}");
    };
    for level in ["interp", "O1", "O3"] {
        let line = ["bareflow", "run", "calls.bc", "--undefined", "trap", "--level", level];
        dies(&tool(folder, &line, b""));
    }
    let line = ["bareflow", "image", "-o", "calls.img", "calls.bc", "--undefined", "trap"];
    assert!(tool(folder, &line, b"").status.success());
    dies(&tool(folder, &["bareflow", "boot", "calls.img", "--accel", "tcg"], b""));
    let shrunk = tool(folder, &["bareflow-shrink", "calls.img", "-o", "small.img"], b"");
    assert!(shrunk.status.success(), "{shrunk:?}");
    dies(&tool(folder, &["bareflow", "boot", "small.img", "--accel", "tcg"], b""));
}

#[test]
fn a_machine_gets_the_same_and_so_does_its_shrunk_image() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    compiled(folder, "tool", PROGRAM);
    let line = ["bareflow", "image", "-o", "disk.img", "tool.bc", "--env", "A=1"];
    let made = tool(folder, &[&line[..], &["--args", "-v", "--json", "7"]].concat(), b"");
    assert!(made.status.success(), "{made:?}");
    let own = format!("[tool][-v][--json][7] 1 1 tool\nA=1;- 000\n{}", read(&input()));

    // A status that is not 0 is said, and growing goes on; each boot reads all of the input.
    let line = ["bareflow", "grow", "disk.img", "--boots", "2", "--accel", "tcg"];
    let grown = tool(folder, &[&line[..], &["--json"]].concat(), &input());
    let lines: Vec<serde_json::Value> = String::from_utf8_lossy(&grown.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((grown.status.code(), lines.len()), (Some(0), 2), "{grown:?}");
    for line in &lines {
        assert_eq!((line["exit"].as_i64(), line["output"].as_str()), (Some(7), Some(own.as_str())));
    }

    // The image made of it starts with what the last boot was started with.
    let line = ["bareflow-shrink", "disk.img", "-o", "small.img", "--verify"];
    let shrunk = tool(folder, &line, &input());
    assert!(shrunk.status.success(), "{shrunk:?}");
    let small = tool(folder, &["bareflow", "boot", "small.img", "--accel", "tcg"], &input());
    assert_eq!(said(&small), (own, 7));

    // Other arguments for one boot, and none.
    let line = ["bareflow", "boot", "disk.img", "--accel", "tcg", "--env", "B=2", "--args", "3"];
    let (text, status) = said(&tool(folder, &line, b"one"));
    let wanted = format!("[tool][3] 1 1 tool\nA=1;B=2;2 000\n{}", read(b"one"));
    assert!(text.starts_with(&wanted) && status == 3, "{text} {status}");
    let shrunk = tool(folder, &["bareflow-shrink", "disk.img", "--verify"], b"");
    assert!(shrunk.status.success(), "{shrunk:?}");
    let line = ["bareflow", "boot", "disk.img", "--discard", "--accel", "tcg", "--args"];
    let (text, status) = said(&tool(folder, &line, b""));
    assert!(text.starts_with("[tool] 1 1 tool\n") && status == 0, "{text} {status}");
}

#[test]
fn a_file_larger_than_memory_is_read_in_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    compiled(
        folder,
        "big",
        r#"
        #include <errno.h>
        #include <stdio.h>
        #include <string.h>
        int main(void) {
            const char *names[] = {"/big.bin", "/small.txt", "/small.txt/x", "/", "/d", "/none"};
            for (int i = 0; i < 6; i++) {
                FILE *file = fopen(names[i], "r");
                if (!file) {
                    printf("%s: %s\n", names[i], strerror(errno));
                    continue;
                }
                if (i == 0) fseek(file, (200 << 20) - 1, SEEK_SET);
                int first = getc(file);
                printf("%s: %s\n", names[i], first == EOF ? strerror(errno) : "read");
                if (i == 0) printf("%d %d\n", first, getc(file) == EOF && feof(file));
            }
            return 0;
        }
        "#,
    );
    std::fs::File::create(folder.join("big.bin")).unwrap().set_len(200 << 20).unwrap();
    std::fs::write(folder.join("small.txt"), "small").unwrap();
    let line = ["bareflow", "image", "-o", "disk.img", "big.bc", "--add", "big.bin=/big.bin"];
    let more = ["--add", "small.txt=/small.txt", "--add", "small.txt=/d/x", "--no-save"];
    let made = tool(folder, &[&line[..], &more].concat(), b"");
    assert!(made.status.success(), "{made:?}");
    let booted =
        tool(folder, &["bareflow", "boot", "disk.img", "--accel", "tcg", "--mem", "128M"], b"");
    let (text, status) = said(&booted);
    let wanted = "/big.bin: read\n0 1\n/small.txt: read\n\
                  /small.txt/x: Not a directory\n/: Is a directory\n/d: Is a directory\n\
                  /none: No such file or directory\n";
    assert!(text.starts_with(wanted) && status == 0, "{booted:?}");
}

#[test]
fn the_date_is_that_of_the_real_time_clock() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    compiled(
        folder,
        "date",
        r#"
        #include <stdio.h>
        #include <sys/time.h>
        #include <time.h>
        int main(void) {
            struct timespec now;
            struct timeval again;
            time_t date = time(0);
            clock_gettime(CLOCK_REALTIME, &now);
            gettimeofday(&again, 0);
            int same = now.tv_sec - date < 5 && again.tv_sec - now.tv_sec < 5 && again.tv_sec >= date;
            clock_gettime(CLOCK_MONOTONIC, &now);
            printf("%ld %d %d\n", (long)date, same, now.tv_sec < 100000);
            return 0;
        }
        "#,
    );
    let made = tool(folder, &["bareflow", "image", "-o", "disk.img", "date.bc"], b"");
    assert!(made.status.success(), "{made:?}");
    let check = |line: &[&str]| {
        let output = tool(folder, line, b"");
        let (text, _) = said(&output);
        let words: Vec<i64> = text.split_whitespace().map_while(|word| word.parse().ok()).collect();
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs().cast_signed();
        assert!((words[0] - now).abs() < 120, "{line:?}: {words:?} at {now}");
        assert_eq!(words[1..3], [1, 1], "{line:?}");
    };
    check(&["bareflow", "run", "date.bc"]);
    check(&["bareflow", "boot", "disk.img", "--accel", "tcg"]);
    let shrunk = tool(folder, &["bareflow-shrink", "disk.img", "-o", "small.img"], b"");
    assert!(shrunk.status.success(), "{shrunk:?}");
    check(&["bareflow", "boot", "small.img", "--accel", "tcg"]);
}

#[test]
fn devices_of_the_host_are_never_read() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    compiled(
        folder,
        "devices",
        r#"
        #include <errno.h>
        #include <fcntl.h>
        #include <stdio.h>
        #include <string.h>
        int main(void) {
            const char *names[] = {"/dev/urandom", "/dev/zero", "/dev/tty", "pipe", "small.txt", "."};
            for (int i = 0; i < 6; i++)
                printf("%s\n", open(names[i], O_RDONLY | O_CLOEXEC) >= 0 ? "open" : strerror(errno));
            return 0;
        }
        "#,
    );
    assert!(Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap().success());
    std::fs::write(folder.join("small.txt"), "small").unwrap();
    let (text, _) = said(&tool(folder, &["bareflow", "run", "devices.bc"], b""));
    let none = "No such device or address\n".repeat(4);
    assert_eq!(text, format!("{none}open\nopen\n"));
}

#[test]
fn arguments_without_a_main_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    compiled(folder, "cube", "unsigned long cube(unsigned long n) { return n * n * n; }");
    let line = ["bareflow", "run", "cube.bc", "--entry", "cube", "--arg", "2", "--", "x"];
    let output = tool(folder, &line, b"");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("arguments are for main"), "{said}");
}
