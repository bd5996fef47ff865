//! The snapshots on a disk: choosing one, setting damaged ones aside, writing the next.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use snapshot_fmt as snap;

use bareflow_platform::{FileError, Platform};
use bareflow_report::Record;

use crate::compilers::Compilers;
use crate::shared::Shared;

/// Where snapshots lie.
const FOLDER: &str = "/boot/snapshots";

/// The newest usable snapshot. Damaged ones are renamed, reported and passed over.
pub(crate) fn newest(platform: &dyn Platform) -> Option<snap::Snapshot> {
    let names = match platform.list(FOLDER) {
        Ok(names) => names,
        Err(FileError::NotFound | FileError::NoDisk) => return None,
        Err(error) => {
            log(platform, format!("{FOLDER}: {error}; starting cold"));
            return None;
        }
    };
    for boot in snap::newest_first(names.iter().map(String::as_str)) {
        let path = format!("{FOLDER}/{}", snap::file_name(boot));
        let bytes = match platform.read_file(&path) {
            Ok(bytes) => bytes,
            Err(error) => {
                log(platform, format!("{path}: {error}; trying the one before"));
                continue;
            }
        };
        match snap::decode(&bytes) {
            Ok(snapshot) => return Some(snapshot),
            Err(error) => {
                let aside = format!("{FOLDER}/{}", snap::set_aside_name(boot));
                let moved = match platform.rename_file(&path, &aside) {
                    Ok(()) => format!("set aside as {aside}"),
                    Err(error) => format!("cannot be set aside: {error}"),
                };
                log(platform, format!("{path}: {error}; {moved}; trying the one before"));
            }
        }
    }
    None
}

/// Writes `bytes` as the snapshot of this boot, number `own`, and removes what is too old. What an earlier
/// save of the same boot wrote is replaced.
///
/// # Errors
/// Why it could not be written; what was there before still is.
pub(super) fn write(shared: &Shared, own: u32, bytes: &[u8]) -> Result<String, FileError> {
    let platform = shared.platform;
    let name = snap::file_name(own);
    let path = format!("{FOLDER}/{name}");
    let names = match platform.list(FOLDER) {
        Ok(names) => names,
        Err(FileError::NotFound) => Vec::new(),
        Err(error) => return Err(error),
    };
    if names.iter().any(|other| other.eq_ignore_ascii_case(&name)) {
        // Whole or not at all: the new one is complete under another name before the old one
        // goes, and a boot that finds only that name takes it up (`recover`).
        let next = format!("{FOLDER}/{NEXT}");
        match platform.remove_file(&next) {
            Ok(()) | Err(FileError::NotFound) => {}
            Err(error) => return Err(error),
        }
        put(shared, own, &next, bytes, &names)?;
        platform.remove_file(&path)?;
        platform.rename_file(&next, &path)?;
    } else {
        put(shared, own, &path, bytes, &names)?;
    }
    let kept = shared.manifest.keep as usize;
    for boot in snap::to_delete(names.iter().map(String::as_str), kept.saturating_sub(1)) {
        if boot != own {
            remove(shared, boot);
        }
    }
    Ok(path)
}

/// Writes a file. Where there is no room for it, snapshots of earlier boots make some, the oldest
/// first, all but the newest of them: that one is what the next boot starts from if this file
/// never becomes whole.
fn put(
    shared: &Shared,
    own: u32,
    path: &str,
    bytes: &[u8],
    names: &[String],
) -> Result<(), FileError> {
    let mut earlier: Vec<u32> = snap::newest_first(names.iter().map(String::as_str))
        .into_iter()
        .filter(|boot| *boot != own)
        .collect();
    loop {
        let written = shared.platform.write_file(path, bytes);
        match earlier.pop() {
            Some(oldest) if written == Err(FileError::Full) && !earlier.is_empty() => {
                shared.log(format_args!("{path}: no room; the oldest snapshot makes some"));
                if !remove(shared, oldest) {
                    return written;
                }
            }
            _ => return written,
        }
    }
}

/// Removes the snapshot of a boot; whether that worked. If not, it is logged.
fn remove(shared: &Shared, boot: u32) -> bool {
    let old = format!("{FOLDER}/{}", snap::file_name(boot));
    let removed = shared.platform.remove_file(&old);
    if let Err(error) = &removed {
        shared.log(format_args!("{old}: {error}; it stays"));
    }
    removed.is_ok()
}

/// Name of a snapshot that is about to replace an earlier one of the same boot.
const NEXT: &str = "next.snapshot";

/// Takes up a snapshot whose replacement of an earlier one was cut short.
pub(crate) fn recover(platform: &dyn Platform) {
    let next = format!("{FOLDER}/{NEXT}");
    let Ok(bytes) = platform.read_file(&next) else { return };
    let done = match snap::decode(&bytes) {
        Ok(snapshot) => {
            let path = format!("{FOLDER}/{}", snap::file_name(snapshot.boot_count));
            match platform.read_file(&path) {
                Err(FileError::NotFound) => platform.rename_file(&next, &path),
                _ => platform.remove_file(&next),
            }
        }
        Err(_) => platform.remove_file(&next),
    };
    if let Err(error) = done {
        log(platform, format!("{next}: {error}"));
    }
}

fn log(platform: &dyn Platform, text: String) {
    platform.record(&Record::Log { text });
}

/// What code depends on besides its source.
pub(super) fn fingerprints(shared: &Shared) -> snap::Fingerprints {
    let mut features: Vec<String> = shared.cpu.names().into_iter().map(String::from).collect();
    features.sort_unstable();
    snap::Fingerprints {
        engine: bareflow_records::engine(&shared.compilers.version()),
        cpu: shared.counting.cpu().into(),
        features,
        settings: Vec::new(),
    }
}

/// What this engine calls itself in snapshots, with its built-in compiler alone. Code of an engine
/// that calls itself otherwise is not run.
#[must_use]
pub fn engine() -> String {
    bareflow_records::engine(&Compilers::builtin().version())
}
