//! `cargo bareflow`, `cargo shrink`, `cargo xtask`: brings the tool up to date and becomes it.
//!
//! Cargo alone would say nothing (`--quiet`), for minutes on a fresh clone, or would add lines of its
//! own to what every later command prints. The launcher is silent when there is nothing to build and
//! says how far it is when there is.

use std::path::Path;
use std::process::{Command, ExitCode};

use bareflow_host::watched;

/// Tools, and the packages that are built for them. The first two are always built together: one
/// leads to the other.
const TOOLS: [(&str, &[&str]); 3] = [
    ("bareflow", &["bareflow", "bareflow-shrink"]),
    ("bareflow-shrink", &["bareflow", "bareflow-shrink"]),
    ("xtask", &["xtask"]),
];

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let name = arguments.next().unwrap_or_default();
    let Some((tool, packages)) = TOOLS.into_iter().find(|(tool, _)| *tool == name) else {
        eprintln!("usage: cargo bareflow …, cargo shrink …, cargo xtask …");
        return ExitCode::from(2);
    };
    // Tools are built beside the launcher.
    let own = match std::env::current_exe() {
        Ok(own) => own,
        Err(error) => return failed(&format!("this program has no path: {error}")),
    };
    let program = own.with_file_name(tool);
    if !program.exists() {
        eprintln!(
            "BareFlow: the first run builds {tool} from its sources, once. This takes up to four \
             minutes on two processor cores."
        );
    }
    match build(packages, tool) {
        Ok(0) => {}
        Ok(status) => return ExitCode::from(status),
        Err(error) => return failed(&format!("cargo cannot be started: {error}")),
    }
    let error = become_it(Command::new(&program).args(arguments));
    failed(&format!("{} cannot be started: {error}", program.display()))
}

/// Builds the packages; cargo's status.
fn build(packages: &[&str], tool: &str) -> std::io::Result<u8> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "--bins", "--no-default-features", "--manifest-path"]);
    command.arg(workspace.join("Cargo.toml"));
    for package in packages {
        command.args(["--package", package]);
    }
    let status = watched::cargo(&mut command, &format!("building {tool}"))?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(101))
}

fn become_it(command: &mut Command) -> std::io::Error {
    std::os::unix::process::CommandExt::exec(command)
}

fn failed(message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(101)
}
