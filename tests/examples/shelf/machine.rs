//! On an emulated machine: grown in two boots, shrunk, and booted again, with its files.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bareflow_tests::place;
use bareflow_tests::process::{self, Ended};
use serde_json::Value;

use crate::place::{Compiled, Left, done, files_of};
use crate::recipe::Start;

/// Ends of input, should it be looked at again.
const ENDS: &str = "\u{4}\u{4}\u{4}\u{4}";

fn tool(name: &str, folder: &Path) -> Result<Command, String> {
    let mut command = Command::new(place::tool(name)?);
    command.current_dir(folder).env("BAREFLOW_ARTEFACTS", place::artefacts()?);
    Ok(command)
}

/// Boots an image once; what it printed, how it ended, what files lie on it now, and how long it took.
fn boot(image: &str, start: &Start, folder: &Path) -> Result<(Left, f64), String> {
    let mut command = tool("bareflow", folder)?;
    command.args(["boot", image, "--json", "--accel", "tcg", "--timeout", "900"]);
    let input = format!("{}{ENDS}", start.input);
    let ended = process::run(&mut command, input.as_bytes(), Duration::from_secs(1000))?;
    let line = String::from_utf8_lossy(&ended.out);
    let report: Value = serde_json::from_str(line.trim())
        .map_err(|_| format!("{image}: {}", String::from_utf8_lossy(&ended.err)))?;
    let out = report["output"].as_str().unwrap_or_default().replace('\r', "").into();
    let ended = Ended { status: ended.status, out, err: ended.err };
    let left = Left { ended, files: files_on(image, folder)? };
    Ok((left.in_any_order(), report["wall_us"].as_f64().unwrap_or(0.0) / 1e6))
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

/// Grows, shrinks and boots it; what differs from the native one.
pub(crate) fn tour(
    compiled: &Compiled,
    start: &Start,
    differs: &dyn Fn(&Left) -> Option<String>,
) -> Result<Vec<String>, String> {
    let disk = compiled.disk(start)?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = folder.path();
    let mut image = tool("bareflow", folder)?;
    image.args(["image", "-o", "grown.img", "--size", "256M"]).args(&compiled.bitcode);
    for name in files_of(disk.path())?.keys() {
        image.arg("--add").arg(format!("{}=/{name}", disk.path().join(name).display()));
    }
    if !start.args.is_empty() {
        image.arg("--args").args(start.args);
    }
    done(&mut image, b"")?;
    let mut wrong = Vec::new();
    let mut note = |what: &str, ran: Result<(Left, f64), String>| match ran {
        Ok((left, seconds)) => {
            print!(" {what} {seconds:.1} s");
            wrong.extend(differs(&left).map(|how| format!("{what}: {how}")));
        }
        Err(why) => wrong.push(format!("{what}: {why}")),
    };
    print!("{:>10}", "boots:");
    note("first", boot("grown.img", start, folder));
    put(disk.path(), "grown.img", folder)?;
    note("second", boot("grown.img", start, folder));
    put(disk.path(), "grown.img", folder)?;
    let mut shrink = tool("bareflow-shrink", folder)?;
    shrink.args(["grown.img", "-o", "shrunk.img", "--room", "16", "--json"]);
    let said = done(&mut shrink, b"")?;
    let said = String::from_utf8_lossy(&said.out);
    let report: Value = serde_json::from_str(said.trim()).unwrap_or_default();
    note("shrunk", boot("shrunk.img", start, folder));
    println!(
        "; {} bytes of code in an image of {}, with {} files",
        report["text_bytes"], report["image_bytes"], report["files"]
    );
    Ok(wrong)
}
