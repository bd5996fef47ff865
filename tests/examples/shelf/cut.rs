//! SQLite ended in the middle of transactions: as a process by a signal, and an emulated machine by its power.
//!
//! Each round moves amounts between accounts, each move in a transaction of its own with a line in a log, and is
//! ended after a while that differs from round to round. Whatever the database has then must be whole
//! (`integrity_check`), lose nothing (the sum of all accounts), and agree with its log. Rounds begin with what the one
//! before has left, so that journals of all kinds are found and played back.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use bareflow_tests::{place, process};
use serde_json::Value;

use crate::place::{Compiled, at, done};

const ACCOUNTS: u32 = 200;
const MOVES: u32 = 3000;
const DATABASE: &str = "bank.db";
const SCRIPT: &str = "moves.sql";

const CHECK: &str = "PRAGMA integrity_check;
    SELECT (SELECT sum(balance) FROM account) = 200 * 1000;
    SELECT count(*) FROM account WHERE balance <> 1000
        - (SELECT coalesce(sum(amount), 0) FROM log WHERE source = id)
        + (SELECT coalesce(sum(amount), 0) FROM log WHERE target = id);";
const WHOLE: &str = "ok\n1\n0\n";

/// A database of accounts, and moves between them, which are others in each round.
fn beginning() -> String {
    let mut text = String::from("CREATE TABLE account(id INTEGER PRIMARY KEY, balance INTEGER);\n");
    text.push_str("CREATE TABLE log(source INTEGER, target INTEGER, amount INTEGER, note TEXT);\n");
    text.push_str(
        "CREATE INDEX by_source ON log(source); CREATE INDEX by_target ON log(target);\nBEGIN;\n",
    );
    for id in 1..=ACCOUNTS {
        text.push_str(&format!("INSERT INTO account VALUES({id}, 1000);\n"));
    }
    text + "COMMIT;\n"
}

fn moves(round: u32) -> String {
    let mut text = format!(
        "PRAGMA journal_mode = {};\n",
        ["DELETE", "TRUNCATE", "PERSIST"][round as usize % 3]
    );
    let mut seed = u64::from(round) + 1;
    let mut below = |most: u32| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as u32 % most + 1
    };
    for _ in 0..MOVES {
        let (source, target, amount) = (below(ACCOUNTS), below(ACCOUNTS), below(50));
        text.push_str(&format!(
            "BEGIN; UPDATE account SET balance = balance - {amount} WHERE id = {source}; \
             UPDATE account SET balance = balance + {amount} WHERE id = {target}; \
             INSERT INTO log VALUES({source}, {target}, {amount}, hex(zeroblob({}))); COMMIT;\n",
            below(400)
        ));
    }
    text
}

fn tool(name: &str) -> Result<Command, String> {
    let mut command = Command::new(place::tool(name)?);
    command.env("BAREFLOW_ARTEFACTS", place::artefacts()?);
    Ok(command)
}

fn sqlite(compiled: &Compiled, disk: &Path, what: &str) -> Result<Command, String> {
    let mut command = tool("bareflow")?;
    command.arg("run").args(&compiled.bitcode).arg("--disk").arg(disk);
    for variable in compiled.env {
        command.args(["--env", variable]);
    }
    command.args(["--", "-batch", DATABASE, what]);
    Ok(command)
}

/// When a file was written last.
fn written(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|data| data.modified()).ok()
}

/// Waits until it has written to a file, and a while longer, then ends it; whether it was under way.
fn end_after(command: &mut Command, file: &Path, pause: Duration) -> Result<bool, String> {
    let before = written(file);
    command.stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let mut start = None;
    while start.is_none_or(|start: Instant| start.elapsed() < pause) {
        if child.try_wait().map_err(|error| error.to_string())?.is_some() {
            return Ok(false);
        }
        if start.is_none() && written(file) != before {
            start = Some(Instant::now());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().map_err(|error| error.to_string())?;
    child.wait().map_err(|error| error.to_string())?;
    Ok(true)
}

/// Ends processes of ours in this many rounds; what was wrong.
pub(crate) fn processes(compiled: &Compiled, rounds: u32) -> Result<Vec<String>, String> {
    let disk = tempfile::tempdir().map_err(|error| error.to_string())?;
    let disk = disk.path();
    let script = disk.join(SCRIPT);
    std::fs::write(&script, beginning()).map_err(at(&script))?;
    done(&mut sqlite(compiled, disk, &format!(".read {SCRIPT}"))?, b"")?;
    let mut wrong = Vec::new();
    let mut under_way = 0;
    for round in 0..rounds {
        std::fs::write(&script, moves(round)).map_err(at(&script))?;
        let pause = Duration::from_millis(u64::from(round) * 37 % 700);
        let mut command = sqlite(compiled, disk, &format!(".read {SCRIPT}"))?;
        let ended = end_after(&mut command, &disk.join(DATABASE), pause)?;
        under_way += u32::from(ended && disk.join(format!("{DATABASE}-journal")).exists());
        let said = done(&mut sqlite(compiled, disk, CHECK)?, b"")?;
        let said = String::from_utf8_lossy(&said.out).into_owned();
        if said != WHOLE {
            wrong.push(format!("round {round}: {said:?}"));
        }
    }
    println!(
        "processes: {rounds} ended by a signal, {under_way} of them with a journal, {} wrong",
        wrong.len()
    );
    Ok(wrong)
}

/// Boots an image with arguments; what the program prints.
fn boot(image: &Path, args: &[&str]) -> Result<String, String> {
    let mut command = tool("bareflow")?;
    command
        .arg("boot")
        .arg(image)
        .args(["--json", "--accel", "tcg", "--timeout", "600", "--args"])
        .args(args);
    let said = process::run(&mut command, b"", Duration::from_secs(620))?;
    let report: Value = serde_json::from_slice(&said.out)
        .map_err(|_| String::from_utf8_lossy(&said.err).into_owned())?;
    Ok(report["output"].as_str().unwrap_or_default().replace('\r', ""))
}

/// Takes the power of emulated machines in this many rounds; what was wrong.
pub(crate) fn machines(compiled: &Compiled, rounds: u32) -> Result<Vec<String>, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = folder.path();
    let (image, script) = (folder.join("bank.img"), folder.join(SCRIPT));
    std::fs::write(&script, beginning()).map_err(at(&script))?;
    let mut make = tool("bareflow")?;
    make.args(["image", "--size", "128M", "-o"]).arg(&image).args(&compiled.bitcode);
    for variable in compiled.env {
        make.args(["--env", variable]);
    }
    done(make.arg("--add").arg(format!("{}=/{SCRIPT}", script.display())), b"")?;
    let read = format!(".read {SCRIPT}");
    boot(&image, &["-batch", DATABASE, &read])?;
    let mut wrong = Vec::new();
    let mut under_way = 0;
    for round in 0..rounds {
        std::fs::write(&script, moves(round)).map_err(at(&script))?;
        let mut put = tool("bareflow")?;
        put.args(["disk", "put"]).arg(&image).arg(&script).arg(format!("/{SCRIPT}"));
        done(&mut put, b"")?;
        // Whoever is out of patience takes the machine's power.
        let seconds = (15 + round % 20).to_string();
        let mut command = tool("bareflow")?;
        command.arg("boot").arg(&image).args([
            "--accel",
            "tcg",
            "--timeout",
            &seconds,
            "--args",
            "-batch",
        ]);
        let ended = process::run(command.args([DATABASE, &read]), b"", Duration::from_secs(100))?;
        under_way += u32::from(ended.status != 0);
        let said = boot(&image, &["-batch", DATABASE, CHECK])?;
        if said != WHOLE {
            wrong.push(format!("machine, round {round}: {said:?}"));
        }
    }
    println!(
        "machines: {rounds}, {under_way} of them without power while they ran, {} wrong",
        wrong.len()
    );
    Ok(wrong)
}
