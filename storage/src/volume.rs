//! A mounted FAT16 volume: operations on paths.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use axfatfs::{FsOptions, Seek, SeekFrom, Write};
use spin::Mutex;

use crate::check::{self, REMOVED, Report};
use crate::device::{BlockDevice, SECTOR};
use crate::error::Error;
use crate::fat::{Change, END};
use crate::io::{Fault, Stream};
use crate::path;
use crate::transaction::{Order, Transaction, Writing};

type Files<D> = axfatfs::FileSystem<Stream<D>>;
type FilesError = axfatfs::Error<Fault>;

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

/// What mounting repaired: traces of a power cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Repairs {
    /// Clusters that belonged to nothing, or to a file that did not reach so far, and are free
    /// again.
    pub freed_clusters: u32,
    /// Parts of long names without a file, removed.
    pub stray_names: u32,
    /// Sectors in which a copy of the FAT differed from the first.
    pub fat_sectors: u32,
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

    /// Makes sure that everything is on the medium. Every operation has done so by the time it
    /// returns; this is for devices that are shared.
    ///
    /// # Errors
    /// The device's.
    pub fn sync(&mut self) -> Result<(), Error> {
        Ok(self.transaction.lock().device.flush()?)
    }

    /// What has this path; `None` when nothing has. The root is a folder with an empty name.
    ///
    /// # Errors
    /// The device's, or a path that none can be.
    pub fn find(&mut self, path: &str) -> Result<Option<Entry>, Error> {
        let mut found = Entry { name: String::new(), size: 0, is_folder: true };
        let mut folder = self.files.root_dir();
        let path = path::normal(path)?;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            if !found.is_folder {
                return Ok(None);
            }
            let mut next = None;
            for entry in folder.iter() {
                let entry = entry.map_err(|error| self.explain(error, path))?;
                if is_named(&entry, name) {
                    next = Some(entry);
                    break;
                }
            }
            let Some(entry) = next else { return Ok(None) };
            found = describe(&entry);
            if found.is_folder {
                folder = entry.to_dir();
            }
        }
        Ok(Some(found))
    }

    /// What is in a folder, in the order of its entries.
    ///
    /// # Errors
    /// The device's, or that there is no such folder.
    pub fn list(&mut self, path: &str) -> Result<Vec<Entry>, Error> {
        let path = path::normal(path)?;
        match self.find(path)? {
            None => return Err(Error::NotFound { path: path.into() }),
            Some(entry) if !entry.is_folder => return Err(Error::NotFolder { path: path.into() }),
            Some(_) => {}
        }
        let folder = self.folder(path).map_err(|error| self.explain(error, path))?;
        let mut entries = Vec::new();
        for entry in folder.iter() {
            let entry = describe(&entry.map_err(|error| self.explain(error, path))?);
            if entry.name != "." && entry.name != ".." {
                entries.push(entry);
            }
        }
        Ok(entries)
    }

    /// Content of a file.
    ///
    /// # Errors
    /// The device's, or that there is no such file.
    pub fn read(&mut self, path: &str) -> Result<Vec<u8>, Error> {
        let file = self.open_file(path)?;
        let mut content = alloc::vec![0; file.size as usize];
        self.read_at(&file, 0, &mut content)?;
        Ok(content)
    }

    /// Finds a file's place on the disk, for reading parts of it with [`Volume::read_at`]. The
    /// result is of no use once the file was changed.
    ///
    /// # Errors
    /// The device's, or that there is no such file.
    pub fn open_file(&mut self, path: &str) -> Result<OpenFile, Error> {
        let path = path::normal(path)?;
        let entry = self.file(path)?;
        let mut file =
            self.files.root_dir().open_file(path).map_err(|error| self.explain(error, path))?;
        let mut extents: Vec<(u64, u64)> = Vec::new();
        for extent in file.extents() {
            let extent = extent.map_err(|error| self.explain(error, path))?;
            let (start, len) = (extent.offset, u64::from(extent.size));
            match extents.last_mut() {
                _ if len == 0 => break,
                Some((last, so_far)) if *last + *so_far == start => *so_far += len,
                _ => extents.push((start, len)),
            }
        }
        Ok(OpenFile { size: entry.size, extents })
    }

    /// Reads part of a file; the number of bytes read, fewer than asked for only at its end.
    ///
    /// # Errors
    /// The device's.
    pub fn read_at(
        &mut self,
        file: &OpenFile,
        offset: u64,
        buf: &mut [u8],
    ) -> Result<usize, Error> {
        let mut transaction = self.transaction.lock();
        let mut skip = offset;
        let mut done = 0;
        for &(start, len) in &file.extents {
            if skip >= len {
                skip -= len;
                continue;
            }
            let now = usize::try_from(len - skip).unwrap_or(usize::MAX).min(buf.len() - done);
            transaction.read(start + skip, &mut buf[done..done + now])?;
            done += now;
            skip = 0;
            if done == buf.len() {
                break;
            }
        }
        Ok(done)
    }

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
            self.parent(path)?;
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
                None => self.change(Order::Add, path, |files, _| {
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

    /// Gives a file or folder another path. It is under one of the two paths, or both, at every
    /// moment: where FAT cannot rename with the write of one sector, the content is copied.
    ///
    /// # Errors
    /// The device's; that there is none, that the new path is taken, or there is no room for
    /// the copy.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), Error> {
        let (from, to) = (path::normal(from)?, path::normal(to)?);
        let entry = self.existing(from)?;
        if self.find(to)?.is_some() {
            return Err(Error::Exists { path: to.into() });
        }
        if entry.is_folder && is_within(to, from) {
            let why = "a folder cannot be moved into itself";
            return Err(Error::BadPath { path: to.into(), why });
        }
        self.parent(to)?;
        if self.rename_in_sector(from, to)? {
            return Ok(());
        }
        let copied = if entry.is_folder { self.copy_tree(from, to) } else { self.copy(from, to) };
        if let Err(error) = copied {
            if self.find(to)?.is_some() {
                self.remove_tree(to)?;
            }
            return Err(error);
        }
        self.remove_tree(from)
    }

    /// Renames by writing one sector, if that is possible; whether it was.
    fn rename_in_sector(&mut self, from: &str, to: &str) -> Result<bool, Error> {
        // Moving a folder would also change its entry for its parent.
        if !path::split(from).0.eq_ignore_ascii_case(path::split(to).0) {
            return Ok(false);
        }
        self.writable()?;
        let root = self.files.root_dir();
        let result = root.rename(from, &root, to);
        drop(root);
        if result.is_ok() && self.transaction.lock().is_one_sector() {
            return self.conclude(Order::Update, to, result).map(|()| true);
        }
        self.transaction.lock().roll_back();
        Ok(false)
    }

    fn copy(&mut self, from: &str, to: &str) -> Result<(), Error> {
        let content = self.read(from)?;
        self.write_new(to, &content)
    }

    fn copy_tree(&mut self, from: &str, to: &str) -> Result<(), Error> {
        for (below, is_folder) in self.tree(from)? {
            let (from, to) = (alloc::format!("{from}{below}"), alloc::format!("{to}{below}"));
            if is_folder { self.create_folder(&to)? } else { self.copy(&from, &to)? }
        }
        Ok(())
    }

    fn remove_tree(&mut self, path: &str) -> Result<(), Error> {
        if !self.existing(path)?.is_folder {
            return self.remove(path);
        }
        for (below, _) in self.tree(path)?.iter().rev() {
            self.remove(&alloc::format!("{path}{below}"))?;
        }
        Ok(())
    }

    /// A folder and everything in it, each folder before what is in it: the rest of the path,
    /// and whether it is a folder.
    fn tree(&mut self, path: &str) -> Result<Vec<(String, bool)>, Error> {
        let mut tree = alloc::vec![(String::new(), true)];
        let mut next = 0;
        while let Some((below, is_folder)) = tree.get(next).cloned() {
            if is_folder {
                for entry in self.list(&alloc::format!("{path}{below}"))? {
                    tree.push((alloc::format!("{below}/{}", entry.name), entry.is_folder));
                }
            }
            next += 1;
        }
        Ok(tree)
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
            let mut file = files.root_dir().create_file(path)?;
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

    fn folder(
        &self,
        path: &str,
    ) -> Result<axfatfs::Dir<'_, Stream<D>, Time, axfatfs::LossyOemCpConverter>, FilesError> {
        let root = self.files.root_dir();
        if path.is_empty() { Ok(root) } else { root.open_dir(path) }
    }

    fn existing(&mut self, path: &str) -> Result<Entry, Error> {
        self.find(path)?.ok_or_else(|| Error::NotFound { path: path.into() })
    }

    fn file(&mut self, path: &str) -> Result<Entry, Error> {
        let entry = self.existing(path)?;
        if entry.is_folder { Err(Error::IsFolder { path: path.into() }) } else { Ok(entry) }
    }

    /// Makes sure that the folder is there in which something is to be created.
    fn parent(&mut self, path: &str) -> Result<(), Error> {
        let (folder, name) = path::split(path);
        if name.is_empty() {
            return Err(Error::IsFolder { path: "/".into() });
        }
        match self.existing(folder)?.is_folder {
            true => Ok(()),
            false => Err(Error::NotFolder { path: folder.into() }),
        }
    }

    fn writable(&self) -> Result<(), Error> {
        if self.read_only { Err(Error::ReadOnly) } else { Ok(()) }
    }

    /// Runs an operation in memory and commits it, or forgets it where it failed.
    fn change(
        &mut self,
        order: Order,
        path: &str,
        run: impl FnOnce(&Files<D>, &Mutex<Transaction<D>>) -> Result<(), FilesError>,
    ) -> Result<(), Error> {
        self.writable()?;
        let result = run(&self.files, &self.transaction);
        self.conclude(order, path, result)
    }

    fn conclude(
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

    fn explain(&self, error: FilesError, path: &str) -> Error {
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
                finding: check::Finding { path, cluster: 0, what: "cannot be read" },
            },
        }
    }
}

impl<D: BlockDevice> core::fmt::Debug for Volume<D> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Volume").field("space", &self.space()).finish_non_exhaustive()
    }
}

/// Where a file is written from.
#[derive(Clone, Copy)]
enum Start {
    Empty,
    At(u64),
}

/// Where the content of a file lies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenFile {
    size: u64,
    /// Start and length in bytes, on the volume.
    extents: Vec<(u64, u64)>,
}

impl OpenFile {
    /// Size of the file in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl<D: BlockDevice> Transaction<D> {
    /// Checks the volume and repairs the traces of a power cut, unless it is `read_only`.
    fn settle(&mut self, read_only: bool) -> Result<Repairs, Error> {
        let report = check::walk(&mut self.device, &self.layout, &self.fat)?;
        if let Some(finding) = report.damage.first() {
            return Err(Error::Damaged { finding: finding.clone() });
        }
        if read_only {
            return Ok(Repairs::default());
        }
        match self.repair(&report) {
            // A disk that turns out to be write-protected can still be read.
            Err(Error::ReadOnly) => {
                self.roll_back();
                Ok(Repairs::default())
            }
            other => other,
        }
    }

    fn repair(&mut self, report: &Report) -> Result<Repairs, Error> {
        let fat_sectors = self.fat.align_copies(&mut self.device, &self.layout)?;
        let strays = report.stray_by_sector();
        for (&sector, places) in &strays {
            let mut bytes = [0; SECTOR];
            self.device.read(sector.into(), &mut bytes)?;
            for &at in places {
                bytes[at] = REMOVED;
            }
            self.device.write(sector.into(), &bytes)?;
        }
        let mut freed_clusters = report.lost.len() as u32;
        for (last, tail) in &report.tails {
            self.fat.set(*last as usize, END);
            tail.iter().for_each(|&cluster| self.fat.set(cluster as usize, 0));
            freed_clusters += tail.len() as u32;
        }
        report.lost.iter().for_each(|&cluster| self.fat.set(cluster as usize, 0));
        for kind in [Change::Link, Change::Free] {
            if self.fat.commit(&mut self.device, &self.layout, kind)? {
                self.device.flush()?;
            }
        }
        self.fat.finish();
        if fat_sectors > 0 || !strays.is_empty() {
            self.device.flush()?;
        }
        Ok(Repairs { freed_clusters, stray_names: report.stray_names.len() as u32, fat_sectors })
    }

    /// Starts over from what is on the disk.
    fn reload(&mut self) -> Result<(), Error> {
        self.roll_back();
        self.fat = crate::fat::Fat::read(&mut self.device, &self.layout)?;
        self.settle(false).map(|_| ())
    }
}

type Time = axfatfs::DefaultTimeProvider;
type Found<'a, D> = axfatfs::DirEntry<'a, Stream<D>, Time, axfatfs::LossyOemCpConverter>;

fn is_named<D: BlockDevice>(entry: &Found<'_, D>, name: &str) -> bool {
    entry.file_name().eq_ignore_ascii_case(name)
        || entry.short_file_name().eq_ignore_ascii_case(name)
}

fn describe<D: BlockDevice>(entry: &Found<'_, D>) -> Entry {
    Entry { name: entry.file_name(), size: entry.len(), is_folder: entry.is_dir() }
}

/// Whether `path` is `folder` or lies in it.
fn is_within(path: &str, folder: &str) -> bool {
    let (path, folder) = (path.as_bytes(), folder.as_bytes());
    path.len() >= folder.len()
        && path[..folder.len()].eq_ignore_ascii_case(folder)
        && matches!(path.get(folder.len()), None | Some(b'/'))
}
