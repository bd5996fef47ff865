//! The launcher, with a script in cargo's place: something is heard soon and again and again, and what
//! cargo ends with is what it ends with.

use std::io::{BufRead, BufReader, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// As cargo does: progress that is drawn over itself, a line that matters, and the end.
const BUILDS: &str = r#"#!/bin/sh
i=0
while [ $i -lt 30 ]; do
    printf '    Building [==>     ] %d/155: cranelift-codegen\r' $i >&2
    i=$((i + 1)); sleep 0.25
done
printf '   Compiling bareflow v0.1.0\n' >&2
printf 'error: it does not build\n' >&2
exit 101
"#;

/// Nothing to do.
const FRESH: &str = "#!/bin/sh\nprintf '    Finished `release` profile in 0.1s\\n' >&2\nexit 0\n";

fn launch(cargo: &str, tool: &str) -> (Vec<(Duration, String)>, Option<i32>) {
    let folder = std::env::temp_dir().join(format!("launcher-{}-{tool}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let script = folder.join("cargo");
    std::fs::write(&script, cargo).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    // Its own folder, in which there is no tool yet, or a script in its place.
    let own = folder.join("bareflow-launch");
    std::fs::copy(env!("CARGO_BIN_EXE_bareflow-launch"), &own).unwrap();
    if cargo == FRESH {
        let program = folder.join("xtask");
        std::fs::write(&program, "#!/bin/sh\necho \"$1\" >&2\nexit 7\n").unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let began = Instant::now();
    let mut command = Command::new(&own);
    command.args([tool, "an argument"]).env("CARGO", &script).stderr(Stdio::piped());
    let mut child = loop {
        match command.spawn() {
            // A test beside this one has begun a process while the file was being written.
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
            child => break child.unwrap(),
        }
    };
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let lines = lines.map(|line| (began.elapsed(), line.unwrap())).collect();
    let status = child.wait().unwrap().code();
    std::fs::remove_dir_all(&folder).unwrap();
    (lines, status)
}

#[test]
fn a_build_is_heard_from_the_first_second_on_and_counted() {
    let (lines, status) = launch(BUILDS, "bareflow");
    assert_eq!(status, Some(101), "{lines:?}");
    let text: Vec<&str> = lines.iter().map(|(_, line)| line.as_str()).collect();
    assert!(text[0].contains("first run") && text[0].contains("minutes"), "{lines:?}");
    assert!(lines[0].0 < Duration::from_secs(1), "{lines:?}");
    assert!(text[1].contains(" of 155, cranelift-codegen"), "{lines:?}");
    for pair in lines.windows(2) {
        assert!(pair[1].0 - pair[0].0 < Duration::from_secs(8), "a long silence: {lines:?}");
    }
    assert_eq!(text.last(), Some(&"error: it does not build"), "{lines:?}");
    assert!(!text.iter().any(|line| line.contains("Compiling")), "{lines:?}");
}

#[test]
fn nothing_is_said_when_there_is_nothing_to_build() {
    let (lines, status) = launch(FRESH, "xtask");
    assert_eq!(status, Some(7), "{lines:?}");
    let text: Vec<&str> = lines.iter().map(|(_, line)| line.as_str()).collect();
    assert_eq!(text, ["an argument"], "the tool alone speaks");
}

#[test]
fn an_unknown_tool_is_wrong_usage() {
    let (lines, status) = launch(FRESH, "fly");
    assert_eq!(status, Some(2), "{lines:?}");
}
