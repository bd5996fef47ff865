//! Output files that appear whole or not at all.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::failure::Failure;

/// Makes `path` by what `fill` writes: into a temporary file beside it, which takes its name
/// only once it is complete and on the disk.
///
/// # Errors
/// What `fill` says, or that a file cannot be written there.
pub fn write_whole<T>(
    path: &Path,
    fill: impl FnOnce(&mut File) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        let message = format!("cannot be written: there is no folder {}", folder.display());
        return Err(Failure::output(path, message));
    }
    let broken =
        |error: std::io::Error| Failure::output(path, format!("cannot be written: {error}"));
    let mut temporary = NamedTempFile::new_in(folder).map_err(broken)?;
    let value = fill(temporary.as_file_mut())?;
    temporary.as_file().sync_all().map_err(broken)?;
    // Temporary files are private; this one is to be as any other the user makes.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::Permissions::from_mode(0o644);
        temporary.as_file().set_permissions(mode).map_err(broken)?;
    }
    temporary.persist(path).map_err(|error| broken(error.error))?;
    Ok(value)
}

/// Makes `path` of these bytes, whole or not at all.
///
/// # Errors
/// That a file cannot be written there.
pub fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_whole(path, |file| file.write_all(bytes).map_err(|error| Failure::output(path, error)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        write_whole(&path, |file| {
            file.write_all(b"old").map_err(|error| Failure::output(&path, error))
        })
        .unwrap();
        let failed = write_whole(&path, |file| {
            file.write_all(b"half").unwrap();
            Err::<(), _>(Failure::usage("stop"))
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
