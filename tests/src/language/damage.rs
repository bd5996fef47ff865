//! Files that are damaged: cut off anywhere, or with bytes that lie.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::random::Random;
use crate::process;

const PATIENCE: Duration = Duration::from_secs(20);

/// What the program may say of any file: nothing but one message with the file, the place and the cure.
///
/// # Errors
/// It did something else.
fn check(program: &Path, file: &Path, arguments: &[&str]) -> Result<bool, String> {
    let mut command = Command::new(program);
    command.arg(file).args(["--raw", "-p", "abc", "-n", "2"]).args(arguments);
    let ended = process::run(&mut command, b"", PATIENCE)?;
    let said = String::from_utf8_lossy(&ended.err);
    let name = file.to_string_lossy();
    match ended.status {
        0 if said.is_empty() => Ok(true),
        // A place, what is wrong with it, and a cure; said of this file and nothing else.
        1 if said.starts_with(&format!("error: {name}: ")) && said.contains("; ") => {
            if said.contains("the program has failed") { Err(said.into_owned()) } else { Ok(false) }
        }
        status => Err(format!("status {status}: {said}")),
    }
}

/// Damages a file in `count` ways, the same every time, most of them in its first `head` bytes; how many of
/// them the program made nothing of.
///
/// # Errors
/// What the program did to which file.
pub fn try_all(
    program: &Path,
    whole: &[u8],
    head: usize,
    count: u64,
    arguments: &[&str],
) -> Result<u64, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = folder.path().join("damaged");
    let mut refused = 0;
    for number in 0..count {
        let mut random = Random(0x1234_5678_9abc_def1 ^ (number << 20));
        random.bits();
        let mut bytes = whole.to_vec();
        let what = if number % 4 == 0 {
            let end =
                random.below(if number % 8 == 0 { whole.len() } else { head } as u64) as usize;
            bytes.truncate(end);
            format!("cut off at {end}")
        } else {
            let at = random.below(head as u64 - 8) as usize;
            // One byte, or a whole number that is wrong in a way that sums and products may not see.
            let value = [0, 1, u64::MAX, 1 << 63, (1 << 32) - 1, 1 << 40, random.bits()]
                [random.below(7) as usize];
            let width = [1, 1, 1, 4, 8][random.below(5) as usize];
            let value = if width == 1 { random.bits() } else { value };
            bytes[at..at + width].copy_from_slice(&value.to_le_bytes()[..width]);
            format!("{width} bytes at {at} made {value:#x}")
        };
        std::fs::write(&path, &bytes).map_err(|error| error.to_string())?;
        match check(program, &path, arguments) {
            Ok(true) => {}
            Ok(false) => refused += 1,
            Err(error) => return Err(format!("{what}: {error}")),
        }
    }
    Ok(refused)
}
