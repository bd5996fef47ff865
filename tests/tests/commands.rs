//! `docs/commands.md`: each command's help, and what wrong uses of it say.
//!
//! The page is made by this test: with `BAREFLOW_BLESS=1` it is written, otherwise compared.

use std::path::Path;
use std::process::{Command, Output};

use bareflow_tests::{artefact, place};

/// Wrong command lines. `fib.bc` is a module without `main`, `notes.txt` a text, `cut.bc` the
/// beginning of a module, `empty` an empty folder, `zero.img` a disk of zeros.
const WRONG: &[&str] = &[
    "bareflow",
    "bareflow fly",
    "bareflow run",
    "bareflow run nothere.bc",
    "bareflow run notes.txt",
    "bareflow run cut.bc",
    "bareflow run fib.bc",
    "bareflow run fib.bc --entry fob",
    "bareflow run fib.bc --level O9",
    "bareflow run fib.bc --thresholds 3,2,1",
    "bareflow run fib.bc --arg many",
    "bareflow run --disk empty",
    "bareflow run --disk nothere",
    "bareflow wrap fib.bc --name fib",
    "bareflow wrap notes.txt --name n --entry e --opt 2 -o out.llbc",
    "bareflow wrap fib.bc --name fib --entry fib --opt 7 -o out.llbc",
    "bareflow image fib.bc",
    "bareflow image -o out.img nothere.bc",
    "bareflow image -o empty/nothere/out.img fib.bc",
    "bareflow image -o out.img fib.bc --size 1K",
    "bareflow boot",
    "bareflow boot nothere.img",
    "bareflow boot zero.img --mem much",
    "bareflow boot zero.img --machine pdp11",
    "bareflow boot zero.img --machine microvm --media ide",
    "bareflow boot zero.img --timeout 0",
    "bareflow boot zero.img -x continue",
    "bareflow grow nothere.img",
    "bareflow grow zero.img --boots 0",
    "bareflow demo --boots 0",
    "bareflow demo --out notes.txt/demo",
    "bareflow llm",
    "bareflow llm notes.txt",
    "bareflow llm nothere.gguf -p hello",
    "bareflow llm notes.txt -p hello",
    "bareflow llm notes.txt -p hello --tokenizer nothere.bin",
    "bareflow llm notes.txt -p hello --temperature warm",
    "bareflow llm notes.txt -p hello --cache f64",
    "bareflow llm chat",
    "bareflow llm image notes.txt -o out.img",
    "bareflow bench --only nothing",
    "bareflow bench --rounds 0",
    "bareflow snapshot",
    "bareflow snapshot ls nothere.img",
    "bareflow snapshot ls notes.txt",
    "bareflow snapshot show zero.img",
    "bareflow snapshot show empty",
    "bareflow snapshot verify cut.bc",
    "bareflow snapshot diff zero.img",
    "bareflow snapshot merge -o out.snapshot",
    "bareflow snapshot extract zero.img --elf",
    "bareflow snapshot export zero.img --format pdf -o out",
    "bareflow shrink",
    "bareflow shrink notes.txt",
    "bareflow explore",
    "bareflow explore nothere.img",
    "bareflow explore zero.img -o out.html",
    "bareflow doctor --system beos",
    "bareflow completions tcsh",
    "bareflow manual bareflow-fly",
    "bareflow-shrink",
    "bareflow-shrink nothere.snapshot",
    "bareflow-shrink notes.txt",
    "bareflow-shrink notes.txt --policy none",
    "bareflow-shrink notes.txt --verify",
];

fn run(line: &str, folder: &Path) -> Output {
    let words: Vec<&str> = line.split_whitespace().collect();
    Command::new(place::tool(words[0]).unwrap())
        .args(&words[1..])
        .current_dir(folder)
        .stdin(std::process::Stdio::null())
        .env("BAREFLOW_ARTEFACTS", place::artefacts().unwrap())
        .output()
        .unwrap()
}

fn files(folder: &Path) {
    let module = std::fs::read(artefact("modules/fibonacci.bc")).unwrap();
    std::fs::write(folder.join("cut.bc"), &module[..600]).unwrap();
    std::fs::write(folder.join("fib.bc"), module).unwrap();
    std::fs::write(folder.join("notes.txt"), "Nothing of interest.\n".repeat(20)).unwrap();
    std::fs::write(folder.join("zero.img"), vec![0; 1 << 20]).unwrap();
    std::fs::create_dir(folder.join("empty")).unwrap();
}

fn page() -> String {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path());
    let mut text = String::from(
        "# Commands\n\nEach command's help, and what wrong uses say. A test makes this page and \
         compares it:\n`BAREFLOW_BLESS=1 cargo test --release -p bareflow-tests --test commands` \
         writes it anew.\n",
    );
    let list = run("bareflow manual", folder.path());
    let names = String::from_utf8(list.stdout).unwrap();
    for name in names.lines() {
        // The tool that is called so, or a command of the other: `bareflow-snapshot-ls`.
        let command = match name {
            "bareflow-shrink" => name.to_owned(),
            _ => name.replace('-', " "),
        };
        let output = run(&format!("{command} --help"), folder.path());
        assert!(output.status.success(), "{command}: {output:?}");
        let help = String::from_utf8(output.stdout).unwrap();
        let whole = command != "bareflow";
        assert_eq!(help.contains("Examples:"), whole, "{command} has no examples:\n{help}");
        assert!(help.contains("--json"), "{command}: {help}");
        text += &format!("\n## {command}\n\n```text\n{}\n```\n", help.trim_end());
    }
    text += "\n## Wrong uses\n\nThe number is the exit status.\n\n```text\n";
    for line in WRONG {
        let output = run(line, folder.path());
        let status = output.status.code().unwrap_or(-1);
        assert!(status != 0, "{line} succeeds");
        assert!(output.stdout.is_empty(), "{line}: {output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        text += &format!("$ {line}\n{}\n[{status}]\n\n", said.trim_end());
    }
    text.trim_end().to_owned() + "\n```\n"
}

#[test]
fn helps_and_messages_are_as_documented() {
    let file = place::workspace().join("docs/commands.md");
    let made = page();
    if std::env::var_os("BAREFLOW_BLESS").is_some() {
        std::fs::write(&file, &made).unwrap();
        return;
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = known.lines().zip(made.lines()).position(|(known, made)| known != made);
    if let Some(line) = differs {
        let (was, is) = (known.lines().nth(line), made.lines().nth(line));
        panic!("docs/commands.md:{}: has {was:?}, not {is:?}: set BAREFLOW_BLESS=1", line + 1);
    }
    assert_eq!(known.len(), made.len(), "docs/commands.md: set BAREFLOW_BLESS=1");
}

#[test]
fn every_wrong_use_is_an_error_object_with_json() {
    let folder = tempfile::tempdir().unwrap();
    files(folder.path());
    for line in WRONG {
        let output = run(&format!("{line} --json"), folder.path());
        assert!(output.stdout.is_empty(), "{line}: {output:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().last().unwrap_or_default();
        let object: serde_json::Value =
            serde_json::from_str(last).unwrap_or_else(|error| panic!("{line}: {error}: {said}"));
        let error = &object["error"];
        for field in ["kind", "message", "file", "at"] {
            assert!(error.get(field).is_some(), "{line}: no {field}: {said}");
        }
        assert!(error["message"].as_str().is_some_and(|text| text.len() > 5), "{line}: {said}");
        let plain = run(line, folder.path());
        assert_eq!(plain.status.code(), output.status.code(), "{line}");
    }
}
