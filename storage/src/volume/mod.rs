//! A mounted FAT16 volume: operations on paths.

mod read;
mod rename;
mod write;

use alloc::string::String;
use alloc::sync::Arc;

use axfatfs::FsOptions;
use spin::Mutex;

use crate::device::BlockDevice;
use crate::error::Error;
use crate::io::{Fault, Stream};
use crate::path;
use crate::settle::Repairs;
use crate::transaction::Transaction;

pub use read::OpenFile;

type Files<D> = axfatfs::FileSystem<Stream<D>>;
type FilesError = axfatfs::Error<Fault>;
type Time = axfatfs::DefaultTimeProvider;
type Found<'a, D> = axfatfs::DirEntry<'a, Stream<D>, Time, axfatfs::LossyOemCpConverter>;

/// A mounted FAT16 volume.
///
/// Each operation is on the disk, whole, when it returns; when it fails it changed nothing.
/// Paths have `/` between their parts, with or without one in front, and are compared without
/// regard to the case of ASCII letters.
pub struct Volume<D: BlockDevice> {
    files: Files<D>,
    transaction: Arc<Mutex<Transaction<D>>>,
    read_only: bool,
    repairs: Repairs,
}

/// A file or folder in a folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its name: the long one where it has one.
    pub name: String,
    /// Size in bytes; 0 for a folder.
    pub size: u64,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// How much room there is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Space {
    /// Bytes a cluster: what a file takes is a multiple of it.
    pub cluster: u32,
    /// Bytes in all clusters.
    pub total: u64,
    /// Bytes in free clusters.
    pub free: u64,
}

impl<D: BlockDevice> Volume<D> {
    /// Mounts the volume that begins at the device's first sector (see
    /// [`crate::find_fat16`]), after repairing what a power cut left behind.
    ///
    /// # Errors
    /// The device's; [`Error::NoVolume`]; [`Error::Damaged`] when clusters belong to two files
    /// or the like, which no power cut leads to and writing would make worse.
    pub fn mount(device: D) -> Result<Volume<D>, Error> {
        let read_only = device.is_read_only();
        Volume::open(device, read_only)
    }

    /// Mounts without ever writing.
    ///
    /// # Errors
    /// As [`Volume::mount`].
    pub fn mount_read_only(device: D) -> Result<Volume<D>, Error> {
        Volume::open(device, true)
    }

    fn open(device: D, read_only: bool) -> Result<Volume<D>, Error> {
        let mut transaction = Transaction::new(device)?;
        let repairs = transaction.settle(read_only)?;
        let transaction = Arc::new(Mutex::new(transaction));
        let stream = Stream::new(Arc::clone(&transaction));
        // `Layout::read` was stricter already, except with odd values nobody relies on.
        let files = Files::new(stream, FsOptions::new().strict(false))
            .map_err(|_| Error::NoVolume { why: "the boot sector makes no sense" })?;
        Ok(Volume { files, transaction, read_only, repairs })
    }

    /// Gives the device back.
    pub fn into_device(self) -> D {
        let Volume { files, transaction, .. } = self;
        drop(files);
        let transaction = Arc::into_inner(transaction).expect("the file system held the other");
        transaction.into_inner().device
    }

    /// Works with the device between two operations, on sectors that are not the volume's: what lies beside it
    /// on its disk.
    pub fn device<R>(&mut self, act: impl FnOnce(&mut D) -> R) -> R {
        act(&mut self.transaction.lock().device)
    }

    /// What mounting repaired.
    pub fn repairs(&self) -> Repairs {
        self.repairs
    }

    /// Whether every attempt to write will be refused.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// How much room there is.
    pub fn space(&self) -> Space {
        let transaction = self.transaction.lock();
        let layout = transaction.layout;
        let bytes = |clusters: u32| u64::from(clusters) * u64::from(layout.cluster_bytes());
        Space {
            cluster: layout.cluster_bytes(),
            total: bytes(layout.clusters),
            free: bytes(transaction.fat.free_clusters(&layout)),
        }
    }

    /// Bytes a cluster.
    pub(crate) fn cluster_bytes(&self) -> u32 {
        self.transaction.lock().layout.cluster_bytes()
    }

    /// Makes sure that everything is on the medium. Every operation has done so by the time it
    /// returns; this is for devices that are shared.
    ///
    /// # Errors
    /// The device's.
    pub fn sync(&mut self) -> Result<(), Error> {
        Ok(self.transaction.lock().device.flush()?)
    }

    fn folder(
        &self,
        path: &str,
    ) -> Result<axfatfs::Dir<'_, Stream<D>, Time, axfatfs::LossyOemCpConverter>, FilesError> {
        let root = self.files.root_dir();
        if path.is_empty() { Ok(root) } else { root.open_dir(path) }
    }

    /// What has this path.
    pub(crate) fn existing(&mut self, path: &str) -> Result<Entry, Error> {
        if let Some(entry) = self.find(path)? {
            return Ok(entry);
        }
        // A file on the way is another mistake than nothing there.
        let path = path::normal(path)?;
        for (at, _) in path.match_indices('/').filter(|(at, _)| *at > 0) {
            if self.find(&path[..at])?.is_some_and(|entry| !entry.is_folder) {
                return Err(Error::NotFolder { path: path[..at].into() });
            }
        }
        Err(Error::NotFound { path: path.into() })
    }

    fn file(&mut self, path: &str) -> Result<Entry, Error> {
        let entry = self.existing(path)?;
        if entry.is_folder { Err(Error::IsFolder { path: path.into() }) } else { Ok(entry) }
    }
}

impl<D: BlockDevice> core::fmt::Debug for Volume<D> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Volume").field("space", &self.space()).finish_non_exhaustive()
    }
}
