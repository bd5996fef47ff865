//! Projects that are built by cargo.
//!
//! Link-time optimisation puts everything in Rust into one module, the standard library included, and rustc writes
//! that as bitcode beside the program. C that build scripts compile comes by notes, like that of other projects.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::compilers::Compilers;
use super::made::{Made, made};
use super::{note, tool};
use crate::failure::Failure;

/// A program of a project, as cargo names it.
struct Target {
    package: String,
    name: String,
    /// `--bin` or `--example`.
    option: &'static str,
}

/// Builds the program of this name, or the only one.
///
/// # Errors
/// There is none or several, or the build fails.
pub(super) fn build(
    folder: &Path,
    program: Option<&str>,
    args: &[String],
) -> Result<Made, Failure> {
    let known = metadata(folder)?;
    let target = choose(&known, folder, program)?;
    let own = PathBuf::from(known["target_directory"].as_str().unwrap_or("target")).join("bitcode");
    let bitcode = own.join(format!("{}.bc", target.name));
    let compilers = Compilers::new(&own.join("c"))?;
    let emit = format!("--emit=llvm-bc={}", bitcode.display());
    let mut cargo = cargo(folder);
    cargo.args(["rustc", "--release", "--message-format=json-render-diagnostics"]);
    cargo.args(["--package", &target.package, target.option, &target.name]);
    cargo.args([
        "--config",
        "profile.release.lto=\"fat\"",
        "--config",
        "profile.release.codegen-units=1",
    ]);
    cargo.arg("--target-dir").arg(&own);
    cargo.args(args).args(["--", &emit]);
    let messages = said(compilers.first(&mut cargo))?;
    let executable =
        messages.iter().filter_map(|message| message["executable"].as_str()).next_back();
    let Some(executable) = executable.map(Path::new) else {
        return Err(Failure::input(folder, "cargo made no program"));
    };
    let bytes = std::fs::read(executable).map_err(|error| Failure::input(executable, error))?;
    let mut parts = vec![bitcode];
    parts.extend(note::of(&bytes).unwrap_or_default());
    made(target.name, executable, parts)
}

fn cargo(folder: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(folder);
    cargo
}

/// What cargo knows of a project.
fn metadata(folder: &Path) -> Result<Value, Failure> {
    let lines = said(cargo(folder).args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let missing = || Failure::input(&folder.join("Cargo.toml"), "cargo says nothing of it");
    lines.into_iter().next().ok_or_else(missing)
}

/// The JSON lines that cargo prints.
fn said(cargo: &mut Command) -> Result<Vec<Value>, Failure> {
    let output = cargo.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let text = output.as_ref().map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let text = text.unwrap_or_default();
    tool::ended(output.map(|output| output.status), "cargo", "cargo")?;
    Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

/// The program that is meant. Where a folder is of one package of a workspace, only what is in that counts.
fn choose(known: &Value, folder: &Path, wanted: Option<&str>) -> Result<Target, Failure> {
    let packages = known["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let manifest = folder.join("Cargo.toml");
    let here = |package: &&Value| {
        package["manifest_path"].as_str().is_some_and(|path| Path::new(path) == manifest)
    };
    let own: Vec<&Value> = packages.iter().filter(here).collect();
    let packages = if own.is_empty() { packages.iter().collect() } else { own };
    let mut bins = Vec::new();
    for package in packages {
        for target in package["targets"].as_array().into_iter().flatten() {
            let option = match target["kind"][0].as_str() {
                Some("bin") => "--bin",
                // An example counts where it is asked for.
                Some("example") if wanted.is_some() => "--example",
                _ => continue,
            };
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            bins.push(Target {
                package: text(&package["name"]),
                name: text(&target["name"]),
                option,
            });
        }
    }
    let names: Vec<&str> = bins.iter().map(|target| target.name.as_str()).collect();
    let names = names.join(", ");
    let none = bins.is_empty();
    bins.retain(|target| wanted.is_none_or(|wanted| target.name == wanted));
    let several = bins.len() > 1;
    let refuse = |message: String| Failure { file: Some(manifest), ..Failure::usage(message) };
    match (bins.pop(), wanted) {
        (Some(target), _) if !several => Ok(target),
        (Some(_), _) => Err(refuse(format!("several programs; choose one by --program: {names}"))),
        (None, Some(wanted)) if !none => {
            Err(refuse(format!("no program {wanted}; there are {names}")))
        }
        (None, _) => Err(refuse("a package without a program: it has libraries only".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn chosen(wanted: Option<&str>) -> Result<String, String> {
        let package = |name: &str, targets: &[(&str, &str)]| {
            let targets: Vec<Value> =
                targets.iter().map(|(kind, name)| json!({"kind": [kind], "name": name})).collect();
            json!({"name": name, "manifest_path": format!("/w/{name}/Cargo.toml"), "targets": targets})
        };
        let known = json!({"packages": [
            package("one", &[("lib", "one"), ("bin", "a"), ("example", "shown")]),
            package("two", &[("bin", "b"), ("bin", "c")]),
        ]});
        let folder =
            Path::new(if wanted == Some("a") || wanted.is_none() { "/w/one" } else { "/w" });
        let found = choose(&known, folder, wanted);
        found
            .map(|target| format!("{} {} {}", target.package, target.option, target.name))
            .map_err(|e| e.message)
    }

    #[test]
    fn a_program_is_chosen_by_folder_and_name() {
        assert_eq!(chosen(None), Ok("one --bin a".into()));
        assert_eq!(chosen(Some("a")), Ok("one --bin a".into()));
        assert_eq!(chosen(Some("c")), Ok("two --bin c".into()));
        assert_eq!(chosen(Some("shown")), Ok("one --example shown".into()));
        assert_eq!(chosen(Some("d")), Err("no program d; there are a, shown, b, c".into()));
    }
}
