//! Files of the machine: a folder of the host stands for its disk.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use bareflow_platform::FileError;

use crate::opened::Opened;

/// A folder that stands for a disk.
#[derive(Debug)]
pub(crate) struct Disk {
    pub(crate) root: Option<PathBuf>,
    pub(crate) opened: Opened,
}

impl Disk {
    /// The disk under `root`; `None`: paths are the host's own, and nothing is written.
    pub(crate) fn new(root: Option<PathBuf>) -> Self {
        Self { root, opened: Opened::default() }
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

    /// The content of a file. What is no file is never opened: opening a device may do anything,
    /// a pipe waits for whoever writes to it, and neither need ever end.
    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let path = self.path(path);
        let file_size = |metadata: fs::Metadata| match metadata.file_type() {
            kind if kind.is_file() => Ok(metadata.len()),
            kind if kind.is_dir() => Err(FileError::IsFolder),
            _ => Err(FileError::Device),
        };
        file_size(fs::metadata(&path).map_err(explain)?)?;
        // Something else may have taken its place meanwhile: then neither wait nor read.
        let mut options = fs::OpenOptions::new();
        options.read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
        let mut file = options.open(&path).map_err(explain)?;
        let size = file_size(file.metadata().map_err(explain)?)?;
        let mut content = Vec::new();
        let size = usize::try_from(size).map_err(|_| FileError::NoMemory)?;
        content.try_reserve_exact(size).map_err(|_| FileError::NoMemory)?;
        // Not by its size: files of `/proc` have none.
        file.read_to_end(&mut content).map_err(explain)?;
        Ok(content)
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

/// Why the host refused, as a machine says it.
pub(crate) fn explain(error: std::io::Error) -> FileError {
    match error.kind() {
        ErrorKind::NotFound => FileError::NotFound,
        ErrorKind::AlreadyExists => FileError::Exists,
        ErrorKind::StorageFull => FileError::Full,
        ErrorKind::ReadOnlyFilesystem => FileError::ReadOnly,
        ErrorKind::PermissionDenied => FileError::Forbidden,
        ErrorKind::IsADirectory => FileError::IsFolder,
        ErrorKind::NotADirectory => FileError::NotFolder,
        ErrorKind::InvalidFilename | ErrorKind::InvalidInput => FileError::BadPath,
        ErrorKind::DirectoryNotEmpty => FileError::NotEmpty,
        ErrorKind::FileTooLarge => FileError::TooLarge,
        ErrorKind::OutOfMemory => FileError::NoMemory,
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
    fn what_is_no_file_is_refused_at_once() {
        let disk = Disk::new(None);
        assert_eq!(disk.read("/dev/urandom"), Err(FileError::Device));
        assert_eq!(disk.read("/dev/zero"), Err(FileError::Device));
        assert_eq!(disk.read("/"), Err(FileError::IsFolder));
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let socket = folder.path().join("socket");
        let _listening = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        std::os::unix::fs::symlink("/dev/zero", folder.path().join("link")).unwrap();
        for name in ["pipe", "socket", "link"] {
            let path = folder.path().join(name);
            assert_eq!(disk.read(path.to_str().unwrap()), Err(FileError::Device), "{name}");
        }
    }

    #[test]
    fn errors_say_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::new(Some(folder.path().to_owned()));
        disk.write("/a.txt", b"one").unwrap();
        assert_eq!(disk.read("/a.txt/b"), Err(FileError::NotFolder));
        assert_eq!(disk.read("/b"), Err(FileError::NotFound));
        assert_eq!(disk.read(&"x".repeat(300)), Err(FileError::BadPath));
        // A file of this size may be made anywhere, for it takes no room.
        let large = fs::File::create(folder.path().join("large")).unwrap();
        if large.set_len(1 << 60).is_ok() {
            assert_eq!(disk.read("/large"), Err(FileError::NoMemory));
        }
    }

    #[test]
    fn without_a_disk_nothing_is_written() {
        assert_eq!(Disk::new(None).write("/tmp/never", b""), Err(FileError::NoDisk));
    }
}
