//! Renaming: in one sector where that can be done, else by copying what is there.

use alloc::string::String;
use alloc::vec::Vec;

use axfatfs::Write as _;

use super::Volume;
use crate::device::BlockDevice;
use crate::error::Error;
use crate::io::Fault;
use crate::path;
use crate::transaction::{Order, Writing};

/// Bytes that are copied at a time.
const PIECE: usize = 64 << 10;

impl<D: BlockDevice> Volume<D> {
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
        self.parent(path::new(to)?)?;
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

    /// Gives a file at `to`, which may be there, the content of another. Until it is through, what was
    /// there stays.
    ///
    /// # Errors
    /// As [`Volume::write`].
    pub fn copy(&mut self, from: &str, to: &str) -> Result<(), Error> {
        let source = self.open_file(from)?;
        let to = path::normal(to)?;
        let order = match self.find(to)? {
            Some(_) => self.file(to).map(|_| Order::Update)?,
            None => self.parent(path::new(to)?).map(|()| Order::Add)?,
        };
        self.change(order, to, |files, transaction| {
            let root = files.root_dir();
            let mut file = match order {
                Order::Add => root.create_file(to)?,
                _ => root.open_file(to)?,
            };
            file.truncate()?;
            let mut bytes = alloc::vec![0; PIECE];
            let mut at = 0;
            while at < source.size() {
                let count = source.read(&mut transaction.lock(), at, &mut bytes);
                let count = count.map_err(|error| {
                    transaction.lock().fault.get_or_insert(error);
                    axfatfs::Error::Io(Fault::Device)
                })?;
                transaction.lock().writing = Writing::Content;
                file.write_all(&bytes[..count])?;
                transaction.lock().writing = Writing::Entries;
                at += count as u64;
            }
            file.flush()
        })
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
}

/// Whether `path` is `folder` or lies in it.
fn is_within(path: &str, folder: &str) -> bool {
    let (path, folder) = (path.as_bytes(), folder.as_bytes());
    path.len() >= folder.len()
        && path[..folder.len()].eq_ignore_ascii_case(folder)
        && matches!(path.get(folder.len()), None | Some(b'/'))
}
