//! On an emulated machine: grown in two boots, shrunk, and booted again, with its files.
//!
//! Seconds are a processor's, the emulator's own start and translation included.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bareflow_tests::place;
use bareflow_tests::process::{self, Ended};
use serde_json::Value;

use crate::hosted::{self, seconds_of};
use crate::place::{Compiled, Left, done, files_of};
use crate::recipe::{Recipe, Start};

/// Ends of input, should it be looked at again.
const ENDS: &str = "\u{4}\u{4}\u{4}\u{4}";

fn tool(name: &str, folder: &Path) -> Result<Command, String> {
    let mut command = Command::new(place::tool(name)?);
    command.current_dir(folder).env("BAREFLOW_ARTEFACTS", place::artefacts()?);
    Ok(command)
}

/// Boots an image once; what it printed, how it ended, what files lie on it now, and how many seconds of a
/// processor it took.
fn boot(image: &str, start: &Start, folder: &Path) -> Result<(Left, f64), String> {
    let mut command = tool("bareflow", folder)?;
    command.args(["boot", image, "--json", "--accel", "tcg", "--timeout", "900"]);
    let input = format!("{}{ENDS}", start.input);
    let (ended, seconds) =
        seconds_of(|| process::run(&mut command, input.as_bytes(), Duration::from_secs(1000)))?;
    let line = String::from_utf8_lossy(&ended.out);
    let report: Value = serde_json::from_str(line.trim())
        .map_err(|_| format!("{image}: {}", String::from_utf8_lossy(&ended.err)))?;
    let out = report["output"].as_str().unwrap_or_default().replace('\r', "").into();
    let ended = Ended { status: ended.status, out, err: ended.err };
    let left = Left { ended, files: files_on(image, folder)? };
    Ok((left.in_any_order(), seconds))
}

fn files_on(image: &str, folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let to = tempfile::tempdir().map_err(|error| error.to_string())?;
    let listed = process::run(
        tool("bareflow", folder)?.args(["disk", "ls", image]),
        b"",
        Duration::from_secs(60),
    )?;
    for line in String::from_utf8_lossy(&listed.out).lines() {
        let Some((_, path)) = line.trim().split_once("  /") else { continue };
        if path.starts_with("boot/") || path.starts_with("modules/") {
            continue;
        }
        let file = to.path().join(path);
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        }
        let mut get = tool("bareflow", folder)?;
        done(get.args(["disk", "get", image, &format!("/{path}"), "-o"]).arg(&file), b"")?;
    }
    files_of(to.path())
}

/// Puts the files that a run begins with onto an image, on which a boot may have changed them.
fn put(disk: &Path, image: &str, folder: &Path) -> Result<(), String> {
    for name in files_of(disk)?.keys() {
        let mut put = tool("bareflow", folder)?;
        put.args(["disk", "put", image]).arg(disk.join(name)).arg(format!("/{name}"));
        done(&mut put, b"")?;
    }
    Ok(())
}

/// Prints what each program takes on a machine; what went wrong into `wrong`.
pub(crate) fn tours(recipes: &[&Recipe], folder: &Path, wrong: &mut Vec<String>) {
    println!(
        "{:<10}{:>10}{:>10}{:>10}{:>10}{:>10}{:>12}{:>12}{:>7}",
        "", "native s", "first", "second", "shrinking", "shrunk", "code", "image", "files"
    );
    for recipe in recipes {
        let before = wrong.len();
        print!("{:<10}", recipe.name);
        let compiled = Compiled::of(recipe, &recipe.place(folder));
        match compiled.and_then(|compiled| tour(&compiled, recipe)) {
            Ok(differences) => wrong.extend(differences),
            Err(why) => wrong.push(why),
        }
        println!("{}", if wrong.len() == before { "  equal" } else { "  wrong" });
        for what in &mut wrong[before..] {
            *what = format!("{}: {what}", recipe.name);
        }
    }
}

/// Grows, shrinks and boots it; what differs from the native one.
fn tour(compiled: &Compiled, recipe: &Recipe) -> Result<Vec<String>, String> {
    let start = &recipe.boot;
    let [natively, again, for_the_third] = hosted::on_one_line(compiled, start)?;
    print!("{:>10.2}", natively.1);
    let disk = compiled.disk(start)?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = folder.path();
    let mut image = tool("bareflow", folder)?;
    image.args(["image", "-o", "grown.img", "--size", "256M"]).args(&compiled.bitcode);
    for name in files_of(disk.path())?.keys() {
        image.arg("--add").arg(format!("{}=/{name}", disk.path().join(name).display()));
    }
    for variable in compiled.env {
        image.args(["--env", variable]);
    }
    if !start.args.is_empty() {
        image.arg("--args").args(start.args);
    }
    done(&mut image, b"")?;
    let mut wrong = Vec::new();
    let mut note = |what: &str, native: &Left, ran: Result<(Left, f64), String>| match ran {
        Ok((left, seconds)) => {
            print!("{seconds:>10.2}");
            let how = native.differs(&left, recipe.times);
            wrong.extend(how.map(|how| format!("{what}: {how}")));
        }
        Err(why) => {
            print!("{:>10}", "-");
            wrong.push(format!("{what}: {why}"));
        }
    };
    note("first", &natively.0, boot("grown.img", start, folder));
    put(disk.path(), "grown.img", folder)?;
    note("second", &again.0, boot("grown.img", start, folder));
    put(disk.path(), "grown.img", folder)?;
    let mut shrink = tool("bareflow-shrink", folder)?;
    shrink.args(["grown.img", "-o", "shrunk.img", "--room", "16", "--json"]);
    let (said, seconds) = match seconds_of(|| done(&mut shrink, b"")) {
        Ok(shrunk) => shrunk,
        Err(why) => {
            wrong.push(why);
            return Ok(wrong);
        }
    };
    print!("{seconds:>10.2}");
    let said = String::from_utf8_lossy(&said.out);
    let report: Value = serde_json::from_str(said.trim()).map_err(|_| said.to_string())?;
    note("shrunk", &for_the_third.0, boot("shrunk.img", start, folder));
    let [code, image, files] =
        ["text_bytes", "image_bytes", "files"].map(|what| report[what].to_string());
    print!("{code:>12}{image:>12}{files:>7}");
    Ok(wrong)
}
