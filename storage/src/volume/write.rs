//! What changes content, and how any change comes to the disk: whole, or not at all.

use alloc::string::ToString;

use axfatfs::{Seek, SeekFrom, Write};
use spin::Mutex;

use super::{Files, FilesError, Volume};
use crate::device::BlockDevice;
use crate::error::Error;
use crate::io::Fault;
use crate::path;
use crate::transaction::{Order, Transaction, Writing};

/// Where a file is written from.
#[derive(Clone, Copy)]
enum Start {
    Empty,
    At(u64),
}

impl<D: BlockDevice> Volume<D> {
    /// Creates a file with this content, or gives an existing file this content instead of its
    /// own. Until it is through, the old content stays on the disk.
    ///
    /// # Errors
    /// The device's; that the folder is missing, the path is a folder, or there is no room.
    pub fn write(&mut self, path: &str, content: &[u8]) -> Result<(), Error> {
        let path = path::normal(path)?;
        if self.find(path)?.is_some() {
            self.file(path)?;
            self.store(Order::Update, path, content, Start::Empty)
        } else {
            self.parent(path::new(path)?)?;
            self.store(Order::Add, path, content, Start::Empty)
        }
    }

    /// Creates a file with this content.
    ///
    /// # Errors
    /// As [`Volume::write`], and that there is one already.
    pub fn write_new(&mut self, path: &str, content: &[u8]) -> Result<(), Error> {
        match self.find(path)? {
            Some(_) => Err(Error::Exists { path: path.into() }),
            None => self.write(path, content),
        }
    }

    /// Adds to the end of a file, which is created if need be. A cut leaves all of it or nothing.
    ///
    /// # Errors
    /// As [`Volume::write`].
    pub fn append(&mut self, path: &str, content: &[u8]) -> Result<(), Error> {
        let path = path::normal(path)?;
        if self.find(path)?.is_none() {
            return self.write(path, content);
        }
        let size = self.file(path)?.size;
        self.store(Order::Update, path, content, Start::At(size))
    }

    /// Writes into a file, in place: it may grow, but not begin behind its end. Unlike all other
    /// operations this one is not atomic: a cut can leave any of the overwritten sectors old
    /// or new.
    ///
    /// # Errors
    /// As [`Volume::write`], and that the offset lies behind the end.
    pub fn write_at(&mut self, path: &str, offset: u64, content: &[u8]) -> Result<(), Error> {
        let path = path::normal(path)?;
        if offset > self.file(path)?.size {
            let why = "the offset lies behind the file's end";
            return Err(Error::BadPath { path: path.into(), why });
        }
        self.store(Order::Update, path, content, Start::At(offset))
    }

    /// Creates a folder, and those it lies in, where they are missing.
    ///
    /// # Errors
    /// The device's; that a part of the path is a file, or there is no room.
    pub fn create_folder(&mut self, path: &str) -> Result<(), Error> {
        let path = path::normal(path)?;
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        for end in ends.filter(|&end| end > 0) {
            let path = &path[..end];
            match self.find(path)? {
                Some(entry) if entry.is_folder => {}
                Some(_) => return Err(Error::NotFolder { path: path.into() }),
                None => self.change(Order::Add, path::new(path)?, |files, _| {
                    files.root_dir().create_dir(path).map(|_| ())
                })?,
            }
        }
        Ok(())
    }

    /// Removes a file or an empty folder.
    ///
    /// # Errors
    /// The device's; that there is none, or that the folder is not empty.
    pub fn remove(&mut self, path: &str) -> Result<(), Error> {
        let path = path::normal(path)?;
        if path.is_empty() {
            return Err(Error::BadPath { path: "/".into(), why: "the root stays" });
        }
        self.existing(path)?;
        self.change(Order::Remove, path, |files, _| files.root_dir().remove(path))
    }

    /// Gives a file the content that was worked out elsewhere: of its own the first `kept` bytes, in
    /// which `parts` take the place of what is there, and behind them up to `size` the parts and zeros.
    /// Parts are in order and do not overlap. Where nothing is kept, the old content is on the disk
    /// until the new one is; else a cut can leave any of the overwritten sectors old or new.
    ///
    /// # Errors
    /// As [`Volume::write`].
    pub fn revise(
        &mut self,
        path: &str,
        kept: u64,
        parts: &[(u64, &[u8])],
        size: u64,
    ) -> Result<(), Error> {
        let path = path::normal(path)?;
        let stored = self.file(path)?.size;
        let kept = kept.min(stored).min(size);
        if 0 < kept && kept < stored {
            self.cut(path, kept)?;
        }
        if parts.is_empty() && size == kept && (kept > 0 || stored == 0) {
            return Ok(());
        }
        if size > u32::MAX.into() {
            return Err(Error::TooLarge { path: path.into() });
        }
        self.change(Order::Update, path, |files, transaction| {
            let mut file = files.root_dir().open_file(path)?;
            if kept == 0 {
                file.truncate()?;
            }
            transaction.lock().writing = Writing::Content;
            let mut end = kept;
            for (offset, bytes) in parts.iter().copied().chain([(size, &[][..])]) {
                file.seek(SeekFrom::Start(offset.min(end)))?;
                while end < offset {
                    let zeros = [0; 4096];
                    let count = (offset - end).min(zeros.len() as u64);
                    file.write_all(&zeros[..count as usize])?;
                    end += count;
                }
                file.write_all(bytes)?;
                end = end.max(offset + bytes.len() as u64);
            }
            transaction.lock().writing = Writing::Entries;
            file.flush()
        })
    }

    /// Cuts a file's end off, but not all of it. A cut of the power leaves the old size or the new one.
    fn cut(&mut self, path: &str, size: u64) -> Result<(), Error> {
        self.change(Order::Cut, path, |files, _| {
            let mut file = files.root_dir().open_file(path)?;
            file.seek(SeekFrom::Start(size))?;
            file.truncate()?;
            file.flush()
        })
    }

    fn store(
        &mut self,
        order: Order,
        path: &str,
        content: &[u8],
        start: Start,
    ) -> Result<(), Error> {
        let end = content.len() as u64 + if let Start::At(offset) = start { offset } else { 0 };
        if end > u32::MAX.into() {
            return Err(Error::TooLarge { path: path.into() });
        }
        self.change(order, path, |files, transaction| {
            let root = files.root_dir();
            let mut file = match order {
                Order::Add => root.create_file(path)?,
                _ => root.open_file(path)?,
            };
            match start {
                Start::Empty => file.truncate()?,
                Start::At(offset) => {
                    file.seek(SeekFrom::Start(offset))?;
                }
            }
            transaction.lock().writing = Writing::Content;
            file.write_all(content)?;
            transaction.lock().writing = Writing::Entries;
            file.flush()
        })
    }

    /// Makes sure that the folder is there in which something is to be created.
    pub(crate) fn parent(&mut self, path: &str) -> Result<(), Error> {
        let (folder, name) = path::split(path);
        if name.is_empty() {
            return Err(Error::IsFolder { path: "/".into() });
        }
        match self.existing(folder)?.is_folder {
            true => Ok(()),
            false => Err(Error::NotFolder { path: folder.into() }),
        }
    }

    pub(super) fn writable(&self) -> Result<(), Error> {
        if self.read_only { Err(Error::ReadOnly) } else { Ok(()) }
    }

    /// Runs an operation in memory and commits it, or forgets it where it failed.
    pub(super) fn change(
        &mut self,
        order: Order,
        path: &str,
        run: impl FnOnce(&Files<D>, &Mutex<Transaction<D>>) -> Result<(), FilesError>,
    ) -> Result<(), Error> {
        self.writable()?;
        let result = run(&self.files, &self.transaction);
        self.conclude(order, path, result)
    }

    pub(super) fn conclude(
        &mut self,
        order: Order,
        path: &str,
        result: Result<(), FilesError>,
    ) -> Result<(), Error> {
        let failed = match result {
            Err(error) => Some(self.explain(error, path)),
            // A file's last write happens where it is dropped, and an error there gets lost.
            Ok(()) => self.transaction.lock().fault.take(),
        };
        let mut transaction = self.transaction.lock();
        if let Some(error) = failed {
            transaction.roll_back();
            return Err(error);
        }
        let committed = transaction.commit(order);
        if committed.is_err() {
            // It may have come through in part. That is what a power cut leaves, and it is
            // treated as one; where even that fails, the volume is only read from now on.
            self.read_only |= transaction.reload().is_err();
        }
        committed
    }

    pub(super) fn explain(&self, error: FilesError, path: &str) -> Error {
        let mut transaction = self.transaction.lock();
        if let Some(fault) = transaction.fault.take() {
            return fault;
        }
        let path = path.to_string();
        match error {
            axfatfs::Error::NotEnoughSpace => {
                let layout = transaction.layout;
                let free = transaction.fat.free_clusters(&layout);
                Error::DiskFull { path, free: u64::from(free) * u64::from(layout.cluster_bytes()) }
            }
            axfatfs::Error::WriteZero | axfatfs::Error::Io(Fault::NoRoom) => {
                Error::FolderFull { path }
            }
            axfatfs::Error::NotFound => Error::NotFound { path },
            axfatfs::Error::AlreadyExists => Error::Exists { path },
            axfatfs::Error::DirectoryIsNotEmpty => Error::NotEmpty { path },
            axfatfs::Error::InvalidFileNameLength
            | axfatfs::Error::UnsupportedFileNameCharacter => {
                Error::BadPath { path, why: "FAT cannot store this name" }
            }
            // Excluded by what is checked before each operation and at mounting.
            _ => Error::Damaged {
                finding: crate::Finding { path, cluster: 0, what: "cannot be read" },
            },
        }
    }
}
