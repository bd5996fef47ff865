//! Which paths are accepted.

use alloc::string::ToString;

use crate::error::Error;

/// Longest name of a file or folder in UTF-16 units.
const MAX_NAME: usize = 255;

/// Checks a path and takes slashes off its ends. `/` becomes the empty path: the root folder.
///
/// # Errors
/// [`Error::BadPath`]: an empty part, `.` or `..`, a character that FAT does not store, or a name
/// that other systems would change (a space or dot at its end).
pub(crate) fn normal(path: &str) -> Result<&str, Error> {
    let trimmed = path.trim_matches('/');
    if trimmed.is_empty() {
        return Ok("");
    }
    for name in trimmed.split('/') {
        let why = if name.is_empty() {
            "a part of it is empty"
        } else if name == "." || name == ".." {
            "it may not contain . or .."
        } else if name.encode_utf16().count() > MAX_NAME || name.len() > MAX_NAME {
            "a name is longer than 255 bytes"
        } else if name.ends_with([' ', '.']) || name.starts_with(' ') {
            "a name may not begin with a space or end with a space or dot"
        } else if !name.chars().all(storable) {
            "a character in it cannot be part of a name"
        } else {
            continue;
        };
        return Err(Error::BadPath { path: path.to_string(), why });
    }
    Ok(trimmed)
}

/// Checks the name of what is to be made.
///
/// # Errors
/// [`Error::BadPath`], as for [`normal`], and where the name begins outside ASCII: the generator of short
/// names in `axfatfs` takes the first byte for a character.
pub(crate) fn new(path: &str) -> Result<&str, Error> {
    let path = normal(path)?;
    if split(path).1.starts_with(|c: char| !c.is_ascii()) {
        let why = "the name of a new file must begin with an ASCII character";
        return Err(Error::BadPath { path: path.to_string(), why });
    }
    Ok(path)
}

/// The folder and the name.
pub(crate) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn storable(c: char) -> bool {
    match c {
        '"' | '*' | '/' | ':' | '<' | '>' | '?' | '\\' | '|' => false,
        ' '..='~' => true,
        '\u{80}'..='\u{ffff}' => true,
        _ => false,
    }
}
