//! Paths in their plain form.

use alloc::string::String;

use crate::FileError;

/// The plain form of a path: from the root, without empty parts, `.` and `..`; the root is `/`.
///
/// `folder` is asked of everything that has to be a folder for the path to lead anywhere: what `..`
/// follows, and what the path ends in when a slash or a dot says so. What it says is the error.
///
/// # Errors
/// [`FileError::NotFound`] for an empty path, and what `folder` says.
pub fn plain(
    path: &str,
    mut folder: impl FnMut(&str) -> Result<(), FileError>,
) -> Result<String, FileError> {
    if path.is_empty() {
        return Err(FileError::NotFound);
    }
    let mut plain = String::with_capacity(path.len() + 1);
    let mut must_be_folder = false;
    for part in path.split('/') {
        must_be_folder = true;
        match part {
            "" | "." => {}
            ".." => {
                if !plain.is_empty() {
                    folder(&plain)?;
                }
                plain.truncate(plain.rfind('/').unwrap_or(0));
            }
            name => {
                plain.push('/');
                plain.push_str(name);
                must_be_folder = false;
            }
        }
    }
    if plain.is_empty() {
        plain.push('/');
    } else if must_be_folder {
        folder(&plain)?;
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_plain() {
        let plain = |path| plain(path, |_| Ok(())).unwrap();
        for (path, expected) in [
            ("/", "/"),
            (".", "/"),
            ("..", "/"),
            ("../../x", "/x"),
            ("a", "/a"),
            ("./d/f", "/d/f"),
            ("/d//f", "/d/f"),
            ("/d/./f", "/d/f"),
            ("/d/s/../f", "/d/f"),
            ("/d/s/../../f", "/f"),
            ("/d/", "/d"),
            ("...", "/..."),
        ] {
            assert_eq!(plain(path), expected, "{path}");
        }
    }

    #[test]
    fn what_has_to_be_a_folder_is_asked() {
        let no = |path: &str| match path {
            "/f" => Err(FileError::NotFolder),
            "/none" => Err(FileError::NotFound),
            _ => Ok(()),
        };
        assert_eq!(plain("/f/", no), Err(FileError::NotFolder));
        assert_eq!(plain("/f/.", no), Err(FileError::NotFolder));
        assert_eq!(plain("/none/../x", no), Err(FileError::NotFound));
        assert_eq!(plain("", no), Err(FileError::NotFound));
        assert_eq!(plain("/f", no).unwrap(), "/f");
    }
}
