//! Files of the machine: a folder of the host stands for its disk.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use bareflow_platform::FileError;

/// A folder that stands for a disk.
#[derive(Debug)]
pub(crate) struct Disk {
    root: Option<PathBuf>,
}

impl Disk {
    /// The disk under `root`; `None`: paths are the host's own, and nothing is written.
    pub(crate) fn new(root: Option<PathBuf>) -> Self {
        Self { root }
    }

    fn path(&self, path: &str) -> PathBuf {
        match &self.root {
            Some(root) => root.join(path.trim_start_matches('/')),
            None => PathBuf::from(path),
        }
    }

    fn writable(&self, path: &str) -> Result<PathBuf, FileError> {
        if self.root.is_none() { Err(FileError::NoDisk) } else { Ok(self.path(path)) }
    }

    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        fs::read(self.path(path)).map_err(explain)
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) -> Result<(), FileError> {
        let path = self.writable(path)?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(folder).map_err(explain)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = folder.join(format!(".{name}.new"));
        let mut file = fs::File::create(&temporary).map_err(explain)?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(explain)?;
        // A hard link fails where a rename would silently replace what is there.
        let linked = fs::hard_link(&temporary, &path).map_err(explain);
        fs::remove_file(&temporary).map_err(explain)?;
        linked?;
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(explain)
    }

    pub(crate) fn rename(&self, from: &str, to: &str) -> Result<(), FileError> {
        fs::rename(self.writable(from)?, self.writable(to)?).map_err(explain)
    }

    pub(crate) fn remove(&self, path: &str) -> Result<(), FileError> {
        fs::remove_file(self.writable(path)?).map_err(explain)
    }

    pub(crate) fn list(&self, folder: &str) -> Result<Vec<String>, FileError> {
        let entries = fs::read_dir(self.path(folder)).map_err(explain)?;
        Ok(entries
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect())
    }
}

fn explain(error: std::io::Error) -> FileError {
    match error.kind() {
        ErrorKind::NotFound => FileError::NotFound,
        ErrorKind::AlreadyExists => FileError::Exists,
        ErrorKind::StorageFull => FileError::Full,
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => FileError::ReadOnly,
        _ => FileError::Broken(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::new(Some(folder.path().to_owned()));
        disk.write("/a/b.txt", b"one").unwrap();
        assert_eq!(disk.write("/a/b.txt", b"two"), Err(FileError::Exists));
        assert_eq!(disk.read("/a/b.txt").unwrap(), b"one");
        assert_eq!(disk.list("/a").unwrap(), ["b.txt"]);
        disk.rename("/a/b.txt", "/a/c.txt").unwrap();
        assert_eq!(disk.read("/a/b.txt"), Err(FileError::NotFound));
        disk.remove("/a/c.txt").unwrap();
        assert!(disk.list("/a").unwrap().is_empty());
    }

    #[test]
    fn without_a_disk_nothing_is_written() {
        assert_eq!(Disk::new(None).write("/tmp/never", b""), Err(FileError::NoDisk));
    }
}
