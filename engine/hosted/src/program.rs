//! The files that a program works with: those of the folder that stands for the disk, to be read and
//! written, or, without one, the host's own, to be read.
//!
//! Nothing leads out of that folder: what `..` means was settled before, and links, which no disk of a
//! machine has, are not followed.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::PathBuf;

use bareflow_platform::{FileError, FileId, Files, FolderEntry, How, Status};

use crate::files::{Disk, explain};

impl Disk {
    /// Where something lies on the host.
    fn place(&self, path: &str) -> Result<PathBuf, FileError> {
        let Some(root) = &self.root else { return Ok(path.into()) };
        let mut place = root.clone();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            place.push(name);
            if fs::symlink_metadata(&place).is_ok_and(|found| found.is_symlink()) {
                return Err(FileError::Forbidden);
            }
        }
        Ok(place)
    }

    /// The same of what is to be changed.
    fn changeable(&self, path: &str) -> Result<PathBuf, FileError> {
        let place = self.place(path)?;
        match &self.root {
            Some(root) if *root == place => Err(FileError::BadMove),
            Some(_) => Ok(place),
            None => fs::metadata(&place).map_err(explain).and(Err(FileError::ReadOnly)),
        }
    }

    /// The same of what is to be made.
    fn to_be_made(&self, path: &str) -> Result<PathBuf, FileError> {
        let place = self.place(path)?;
        match &self.root {
            _ if fs::metadata(&place).is_ok() => Err(FileError::Exists),
            None => Err(FileError::ReadOnly),
            Some(_) => Ok(place),
        }
    }
}

/// Refuses what is no file. Opening a device may do anything, a pipe waits for whoever writes to it.
fn must_be_file(found: &Metadata) -> Result<(), FileError> {
    match found.file_type() {
        kind if kind.is_file() => Ok(()),
        kind if kind.is_dir() => Err(FileError::IsFolder),
        _ => Err(FileError::Device),
    }
}

fn tell(found: &Metadata) -> Status {
    let seconds = u64::try_from(found.mtime()).unwrap_or(0);
    Status {
        is_folder: found.is_dir(),
        size: if found.is_dir() { 0 } else { found.len() },
        number: found.ino(),
        changed_ns: seconds * 1_000_000_000 + u64::try_from(found.mtime_nsec()).unwrap_or(0),
    }
}

fn sync(file: &File) -> Result<(), FileError> {
    file.sync_all().map_err(explain)
}

impl Files for Disk {
    fn has_root(&self) -> bool {
        self.root.is_some()
    }

    fn open(&self, path: &str, how: How) -> Result<FileId, FileError> {
        let place = self.place(path)?;
        match fs::metadata(&place) {
            Ok(_) if how.create && how.exclusive => return Err(FileError::Exists),
            Ok(found) => must_be_file(&found)?,
            Err(error) if error.kind() == ErrorKind::NotFound && how.create => {}
            Err(error) => return Err(explain(error)),
        }
        if self.root.is_none() && (how.write || how.truncate || how.create && !place.exists()) {
            return Err(FileError::ReadOnly);
        }
        let mut options = OpenOptions::new();
        options.read(true).write(how.write || how.truncate || how.create);
        options.create(how.create).create_new(how.create && how.exclusive).truncate(how.truncate);
        if self.root.is_none() {
            options.write(false).create(false).create_new(false);
        }
        // Something else may have taken its place meanwhile: then neither wait nor read.
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
        let file = options.open(&place).map_err(explain)?;
        must_be_file(&file.metadata().map_err(explain)?)?;
        Ok(self.opened.add(file))
    }

    fn close(&self, file: FileId) -> Result<(), FileError> {
        let taken = self.opened.lock().get_mut(file.0 as usize).and_then(Option::take);
        taken.map(drop).ok_or(FileError::NotFound)
    }

    fn read_at(&self, file: FileId, offset: u64, to: &mut [u8]) -> Result<usize, FileError> {
        let file = self.opened.get(file)?;
        let mut done = 0;
        while done < to.len() {
            match file.read_at(&mut to[done..], offset + done as u64) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(explain(error)),
            }
        }
        Ok(done)
    }

    fn write_at(&self, file: FileId, offset: u64, bytes: &[u8]) -> Result<(), FileError> {
        self.opened.get(file)?.write_all_at(bytes, offset).map_err(explain)
    }

    fn resize(&self, file: FileId, size: u64) -> Result<(), FileError> {
        self.opened.get(file)?.set_len(size).map_err(explain)
    }

    fn sync(&self, file: FileId) -> Result<(), FileError> {
        sync(&*self.opened.get(file)?)
    }

    fn sync_all(&self) -> Result<(), FileError> {
        let open: Vec<_> = self.opened.lock().iter().flatten().cloned().collect();
        open.iter().try_for_each(|file| sync(file))
    }

    fn status_of(&self, file: FileId) -> Result<Status, FileError> {
        Ok(tell(&self.opened.get(file)?.metadata().map_err(explain)?))
    }

    fn status(&self, path: &str) -> Result<Status, FileError> {
        let found = fs::metadata(self.place(path)?).map_err(explain)?;
        if found.is_dir() || found.is_file() { Ok(tell(&found)) } else { Err(FileError::Device) }
    }

    fn entries(&self, folder: &str) -> Result<Vec<FolderEntry>, FileError> {
        let entry = |entry: io::Result<fs::DirEntry>| {
            let entry = entry.ok()?;
            let kind = entry.file_type().ok()?;
            let name = entry.file_name().into_string().ok()?;
            (kind.is_file() || kind.is_dir())
                .then(|| FolderEntry { name, is_folder: kind.is_dir() })
        };
        Ok(fs::read_dir(self.place(folder)?).map_err(explain)?.filter_map(entry).collect())
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), FileError> {
        let from = self.changeable(from)?;
        fs::rename(from, self.place(to)?).map_err(explain)
    }

    fn remove(&self, path: &str) -> Result<(), FileError> {
        if self.status(path)?.is_folder {
            return Err(FileError::IsFolder);
        }
        fs::remove_file(self.changeable(path)?).map_err(explain)
    }

    fn make_folder(&self, path: &str) -> Result<(), FileError> {
        fs::create_dir(self.to_be_made(path)?).map_err(explain)
    }

    fn remove_folder(&self, path: &str) -> Result<(), FileError> {
        fs::remove_dir(self.changeable(path)?).map_err(explain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk() -> (tempfile::TempDir, Disk) {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::new(Some(folder.path().to_owned()));
        (folder, disk)
    }

    const NEW: How = How { write: true, create: true, exclusive: false, truncate: true };

    #[test]
    fn a_file_is_written_and_read_in_pieces() {
        let (_folder, disk) = disk();
        let file = disk.open("/a.txt", NEW).unwrap();
        disk.write_at(file, 3, b"defg").unwrap();
        disk.resize(file, 5).unwrap();
        let other = disk.open("/a.txt", How::default()).unwrap();
        let mut bytes = [9; 8];
        assert_eq!(disk.read_at(other, 0, &mut bytes), Ok(5));
        assert_eq!(&bytes[..5], b"\0\0\0de");
        disk.close(file).unwrap();
        assert_eq!(disk.sync(file), Err(FileError::NotFound));
        assert_eq!(disk.status("/a.txt").unwrap().number, disk.status_of(other).unwrap().number);
    }

    #[test]
    fn nothing_leads_out_of_the_folder() {
        let (folder, disk) = disk();
        std::os::unix::fs::symlink("/etc", folder.path().join("link")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("users")).unwrap();
        for path in ["/link/passwd", "/link", "/users"] {
            assert_eq!(disk.open(path, How::default()), Err(FileError::Forbidden), "{path}");
            assert_eq!(disk.open(path, NEW), Err(FileError::Forbidden), "{path}");
            assert_eq!(disk.status(path), Err(FileError::Forbidden), "{path}");
        }
    }

    #[test]
    fn errors_are_those_of_a_disk() {
        let (_folder, disk) = disk();
        disk.make_folder("/d").unwrap();
        let file = disk.open("/d/f", NEW).unwrap();
        disk.close(file).unwrap();
        assert_eq!(disk.make_folder("/d"), Err(FileError::Exists));
        assert_eq!(disk.remove_folder("/d"), Err(FileError::NotEmpty));
        assert_eq!(Files::remove(&disk, "/d"), Err(FileError::IsFolder));
        assert_eq!(disk.remove_folder("/d/f"), Err(FileError::NotFolder));
        assert_eq!(disk.remove_folder("/"), Err(FileError::BadMove));
        assert_eq!(disk.open("/d", How::default()), Err(FileError::IsFolder));
        let exclusive = How { exclusive: true, ..NEW };
        assert_eq!(disk.open("/d/f", exclusive), Err(FileError::Exists));
        assert_eq!(disk.open("/none/f", NEW), Err(FileError::NotFound));
    }

    #[test]
    fn without_a_disk_files_are_only_read() {
        let disk = Disk::new(None);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new");
        assert_eq!(disk.open(path.to_str().unwrap(), NEW), Err(FileError::ReadOnly));
        assert!(!path.exists());
        fs::write(&path, "one").unwrap();
        assert_eq!(disk.open(path.to_str().unwrap(), NEW), Err(FileError::ReadOnly));
        assert_eq!(Files::remove(&disk, path.to_str().unwrap()), Err(FileError::ReadOnly));
        assert_eq!(disk.make_folder("/tmp/never made"), Err(FileError::ReadOnly));
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(disk.open("/dev/urandom", How::default()), Err(FileError::Device));
    }
}
