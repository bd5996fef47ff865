//! What the documents name is there, and what they tell people to run works.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use bareflow_tests::{literate, place};

/// Documents that people read, relative to the workspace.
fn documents() -> Vec<PathBuf> {
    let root = place::workspace();
    let mut found: Vec<PathBuf> =
        ["README.md", "DESIGN.md", "ROADMAP.md", "images/README.md", "fuzz/README.md"]
            .map(|name| root.join(name))
            .into();
    let pages = ["docs", "docs/design"].map(|folder| std::fs::read_dir(root.join(folder)).unwrap());
    for entry in pages.into_iter().flatten() {
        let path = entry.unwrap().path();
        // The page of commands is made and compared by a test of its own, wrong uses and all.
        let made = path.file_name().is_some_and(|name| name == "commands.md");
        if !made && path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found
}

/// The code of a document: what stands between backquotes, and lines of blocks.
fn code(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut fenced = false;
    let mut span: Option<(usize, String)> = None;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if fenced || (line.starts_with("    ") && span.is_none()) {
            found.push((index + 1, line.trim().trim_start_matches("$ ").to_owned()));
        } else {
            // A span may go on in the next line.
            for (nth, piece) in line.split('`').enumerate() {
                if nth > 0 {
                    match span.take() {
                        Some(done) => found.push(done),
                        None => span = Some((index + 1, String::new())),
                    }
                }
                if let Some((_, words)) = &mut span {
                    words.push_str(piece.trim_start());
                }
            }
            if let Some((_, words)) = &mut span {
                words.push(' ');
            }
        }
    }
    found
}

/// Paths of the workspace that a piece of code names.
fn paths(piece: &str) -> Vec<&str> {
    const FOLDERS: [&str; 12] = [
        "boot/",
        "kernel/",
        "storage/",
        "engine/",
        "snapshot-fmt/",
        "shrinker/",
        "emulator/",
        "cli/",
        "images/",
        "tests/",
        "xtask/",
        "docs/",
    ];
    piece
        .split([' ', '(', ')', ',', ':'])
        .filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder)))
        .filter(|word| !word.contains(['*', '<', '{', '…', '$']) && !word.contains("NAME"))
        .filter(|word| !word.contains("NNN"))
        .collect()
}

#[test]
fn every_path_is_there() {
    let mut missing = Vec::new();
    let mut named = 0;
    for document in documents() {
        let text = std::fs::read_to_string(&document).unwrap();
        for (line, piece) in code(&text) {
            for path in paths(&piece) {
                named += 1;
                if !place::workspace().join(path.trim_end_matches(['.', '\''])).exists() {
                    missing.push(format!("{}:{line}: {path}", document.display()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(named > 40, "only {named} paths: they are not recognised");
}

/// A command's help, asked for once.
struct Helps {
    known: HashMap<Vec<String>, Option<String>>,
}

impl Helps {
    /// The help of a tool or of one of its commands; `None`: no such command.
    fn of(&mut self, command: &[&str]) -> Option<String> {
        let key: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        self.known.entry(key).or_insert_with(|| ask(command)).clone()
    }
}

fn ask(command: &[&str]) -> Option<String> {
    let mut process = match command[0] {
        "xtask" => {
            let mut process = Command::new("cargo");
            process.args(["run", "--quiet", "--release", "--package", "xtask", "--"]);
            process.current_dir(place::workspace()).env("CARGO_TARGET_DIR", place::target());
            process
        }
        tool => Command::new(place::tool(tool).unwrap()),
    };
    let output = process.args(&command[1..]).arg("--help").output().unwrap();
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The commands in a piece of code: from the tool's name to the end or to what ends a command.
fn commands(piece: &str) -> Vec<Vec<&str>> {
    let words: Vec<&str> =
        piece.split_whitespace().take_while(|word| !word.starts_with('#')).collect();
    let mut found = Vec::new();
    let mut rest = words.as_slice();
    while let Some(first) = rest.first() {
        let (tool, skip) = match (*first, rest.get(1).copied()) {
            // A package's name is no command.
            ("-p", Some(_)) => {
                rest = &rest[2..];
                continue;
            }
            ("cargo", Some("bareflow")) => ("bareflow", 2),
            ("cargo", Some("shrink")) => ("bareflow-shrink", 2),
            ("cargo", Some("xtask")) => ("xtask", 2),
            ("bareflow", _) => ("bareflow", 1),
            ("bareflow-shrink", _) => ("bareflow-shrink", 1),
            _ => {
                rest = &rest[1..];
                continue;
            }
        };
        let end = rest.iter().position(|word| ["|", ">", "&&", ";"].contains(word));
        let (own, later) = rest.split_at(end.unwrap_or(rest.len()));
        found.push([&[tool], &own[skip.min(own.len())..]].concat());
        rest = later.get(1..).unwrap_or_default();
    }
    found
}

/// What is wrong with a command line, judged by the help of its command.
fn wrong(command: &[&str], helps: &mut Helps) -> Option<String> {
    // The longest beginning that is a command: `bareflow snapshot ls`.
    let mut depth = 1;
    let mut help = helps.of(&command[..1])?;
    while command.get(depth).is_some_and(|word| word.chars().all(|c| c.is_ascii_lowercase()))
        && help.contains("\nCommands:")
    {
        let Some(deeper) = helps.of(&command[..=depth]) else {
            return Some(format!("no command {}", command[depth]));
        };
        (help, depth) = (deeper, depth + 1);
    }
    command[depth..]
        .iter()
        .map(|word| word.split('=').next().unwrap_or(word).trim_matches(['[', ']', ',', '.']))
        .filter(|word| word.starts_with('-') && word.len() > 1)
        .find(|flag| !help.split([' ', ',', '\n', '[', '=']).any(|known| known == *flag))
        .map(|flag| format!("no option {flag}"))
}

#[test]
fn every_command_and_option_is_there() {
    let mut helps = Helps { known: HashMap::new() };
    let mut problems = Vec::new();
    let mut named = 0;
    for document in documents() {
        let text = std::fs::read_to_string(&document).unwrap();
        for (line, piece) in code(&text) {
            for command in commands(&piece) {
                named += 1;
                if let Some(what) = wrong(&command, &mut helps) {
                    let command = command.join(" ");
                    problems.push(format!("{}:{line}: {command}: {what}", document.display()));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(named > 40, "only {named} commands: they are not recognised");
    // And they can be wrong.
    assert!(wrong(&["bareflow", "fly"], &mut helps).is_some());
    assert!(wrong(&["bareflow", "boot", "a.img", "--fast"], &mut helps).is_some());
}

#[test]
fn every_named_test_is_there() {
    let mut problems = Vec::new();
    for document in documents() {
        let text = std::fs::read_to_string(&document).unwrap();
        for (line, piece) in code(&text) {
            let words: Vec<&str> = piece.split_whitespace().collect();
            if words.first() != Some(&"cargo") || words.get(1) != Some(&"test") {
                continue;
            }
            for pair in words.windows(2) {
                let there = match pair[0] {
                    "--test" => test_is_there(pair[1]),
                    "-p" | "--package" => package_is_there(pair[1]),
                    _ => true,
                };
                if !there {
                    problems.push(format!("{}:{line}: {}", document.display(), pair.join(" ")));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn manifests() -> Vec<PathBuf> {
    let root = place::workspace();
    let mut found = Vec::new();
    for folder in ["", "engine", "kernel", "host", "cli", "shrinker"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            found.push(entry.unwrap().path().join("Cargo.toml"));
        }
    }
    found.retain(|path| path.is_file());
    found
}

fn package_is_there(name: &str) -> bool {
    let line = format!("name = \"{name}\"");
    let has = |path: &PathBuf| std::fs::read_to_string(path).unwrap().contains(&line);
    manifests().iter().any(has)
}

fn test_is_there(name: &str) -> bool {
    let line = format!("name = \"{name}\"");
    manifests().iter().any(|path| {
        let folder = path.with_file_name("tests");
        folder.join(format!("{name}.rs")).is_file()
            || folder.join(name).join("main.rs").is_file()
            || std::fs::read_to_string(path).unwrap().contains(&line)
    })
}

/// Follows a document in an empty folder.
fn follow(document: &Path, least: usize) {
    let text = std::fs::read_to_string(document).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let commands = literate::follow(&text, folder.path())
        .unwrap_or_else(|why| panic!("{}: {why}", document.display()));
    assert!(commands >= least, "{}: only {commands} commands", document.display());
}

#[test]
fn the_page_on_own_programs_does_what_it_says() {
    follow(&place::workspace().join("docs/your-own-program.md"), 20);
}

#[test]
fn the_page_on_appliances_works() {
    follow(&place::workspace().join("docs/appliance.md"), 8);
}

#[test]
fn the_readme_does_what_it_says() {
    follow(&place::workspace().join("README.md"), 7);
}
