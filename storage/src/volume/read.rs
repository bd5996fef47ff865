//! What only reads: finding, listing, and the content of files.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Entry, Found, Volume};
use crate::device::BlockDevice;
use crate::error::Error;
use crate::path;
use crate::transaction::Transaction;

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

    /// Reads part of it; the number of bytes.
    pub(super) fn read<D: BlockDevice>(
        &self,
        transaction: &mut Transaction<D>,
        offset: u64,
        buf: &mut [u8],
    ) -> Result<usize, Error> {
        let mut skip = offset;
        let mut done = 0;
        for &(start, len) in &self.extents {
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
}

impl<D: BlockDevice> Volume<D> {
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
    /// The device's, that there is no such file, or no memory for it.
    pub fn read(&mut self, path: &str) -> Result<Vec<u8>, Error> {
        let file = self.open_file(path)?;
        let no_memory = |_| Error::NoMemory { path: path.into(), size: file.size };
        let mut content = Vec::new();
        content.try_reserve_exact(file.size as usize).map_err(no_memory)?;
        content.resize(file.size as usize, 0);
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
        file.read(&mut self.transaction.lock(), offset, buf)
    }
}

fn is_named<D: BlockDevice>(entry: &Found<'_, D>, name: &str) -> bool {
    entry.file_name().eq_ignore_ascii_case(name)
        || entry.short_file_name().eq_ignore_ascii_case(name)
}

fn describe<D: BlockDevice>(entry: &Found<'_, D>) -> Entry {
    Entry { name: entry.file_name(), size: entry.len(), is_folder: entry.is_dir() }
}
