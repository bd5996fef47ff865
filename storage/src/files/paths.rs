//! Operations on paths, which files that are open follow.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::id::{NodeId, number};
use super::{Files, REMOVED, Status, describe};
use crate::device::BlockDevice;
use crate::error::Error;
use crate::volume::Entry;

fn same(one: &str, other: &str) -> bool {
    one.trim_start_matches('/').eq_ignore_ascii_case(other.trim_start_matches('/'))
}

/// The part of `path` behind `folder` and its slash, or nothing behind `folder` itself.
fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    let (path, folder) = (path.trim_start_matches('/'), folder.trim_start_matches('/'));
    let (head, rest) = path.split_at_checked(folder.len())?;
    let is_below = head.eq_ignore_ascii_case(folder) && (rest.is_empty() || rest.starts_with('/'));
    is_below.then_some(rest)
}

impl<D: BlockDevice> Files<D> {
    /// What has a path. One that nothing on this volume can have leads nowhere.
    pub(super) fn find(&mut self, path: &str) -> Result<Option<Entry>, Error> {
        match self.volume.existing(path) {
            Ok(entry) => Ok(Some(entry)),
            Err(Error::NotFound { .. } | Error::BadPath { .. }) => Ok(None),
            Err(other) => Err(other),
        }
    }

    fn existing(&mut self, path: &str) -> Result<Entry, Error> {
        self.find(path)?.ok_or_else(|| Error::NotFound { path: path.into() })
    }

    pub(super) fn node_of(&self, path: &str) -> Option<NodeId> {
        self.ids().find(|id| {
            self.nodes[id.0 as usize].as_ref().is_some_and(|node| same(&node.path, path))
        })
    }

    /// What is known of an open file.
    ///
    /// # Errors
    /// There is none.
    pub fn status_of(&mut self, id: NodeId) -> Result<Status, Error> {
        let node = self.node(id)?;
        Ok(Status { is_folder: false, size: node.size, number: node.number })
    }

    /// What is known of what has this path.
    ///
    /// # Errors
    /// The device's; that there is nothing.
    pub fn status(&mut self, path: &str) -> Result<Status, Error> {
        match self.node_of(path) {
            Some(id) => self.status_of(id),
            None => Ok(describe(&self.existing(path)?, path)),
        }
    }

    /// What is in a folder.
    ///
    /// # Errors
    /// The device's; that there is no such folder.
    pub fn list(&mut self, path: &str) -> Result<Vec<Entry>, Error> {
        self.volume.list(path)
    }

    /// Content of a file, with all that was written to it.
    ///
    /// # Errors
    /// The device's; that there is none, or no memory for it.
    pub fn read(&mut self, path: &str) -> Result<Vec<u8>, Error> {
        if let Some(id) = self.node_of(path) {
            self.sync(id)?;
        }
        self.volume.read(path)
    }

    /// Removes a file; one that is open goes when it is closed.
    ///
    /// # Errors
    /// The device's; that there is none.
    pub fn remove(&mut self, path: &str) -> Result<(), Error> {
        if self.existing(path)?.is_folder {
            return Err(Error::IsFolder { path: path.into() });
        }
        self.free = None;
        let Some(id) = self.node_of(path) else { return self.volume.remove(path) };
        let hidden = self.hidden()?;
        self.sync(id)?;
        self.volume.rename(path, &hidden)?;
        self.hide(id, hidden)
    }

    /// Makes a folder in one that is there.
    ///
    /// # Errors
    /// The device's; that something has the path, or there is no room.
    pub fn make_folder(&mut self, path: &str) -> Result<(), Error> {
        if self.find(path)?.is_some() {
            return Err(Error::Exists { path: path.into() });
        }
        self.volume.parent(path)?;
        self.free = None;
        self.volume.create_folder(path)
    }

    /// Removes an empty folder.
    ///
    /// # Errors
    /// The device's; that there is none, or it is not empty.
    pub fn remove_folder(&mut self, path: &str) -> Result<(), Error> {
        if !self.existing(path)?.is_folder {
            return Err(Error::NotFolder { path: path.into() });
        }
        self.free = None;
        self.volume.remove(path)
    }

    /// Gives a file or folder another path, in the place of the file or the empty folder that has it.
    /// What has the new path has it at every moment, before or after.
    ///
    /// # Errors
    /// The device's; that there is none, that the two are of different kinds, or there is no room.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), Error> {
        let entry = self.existing(from)?;
        if same(from, to) {
            return Ok(());
        }
        self.sync_below(from)?;
        self.free = None;
        match self.find(to)? {
            None => self.volume.rename(from, to)?,
            Some(target) if target.is_folder && !entry.is_folder => {
                return Err(Error::IsFolder { path: to.into() });
            }
            Some(target) if !target.is_folder && entry.is_folder => {
                return Err(Error::NotFolder { path: to.into() });
            }
            Some(target) if target.is_folder => {
                self.volume.remove(to)?;
                self.volume.rename(from, to)?;
            }
            Some(_) => {
                if let Some(id) = self.node_of(to) {
                    let hidden = self.hidden()?;
                    self.sync(id)?;
                    self.volume.copy(to, &hidden)?;
                    self.hide(id, hidden)?;
                }
                self.volume.copy(from, to)?;
                self.volume.remove(from)?;
            }
        }
        self.follow(from, to)
    }

    /// Open files go along when a folder above them, or they themselves, get another path.
    fn follow(&mut self, from: &str, to: &str) -> Result<(), Error> {
        let open: Vec<NodeId> = self.ids().collect();
        for id in open {
            let node = self.node(id)?;
            if let Some(rest) = below(&node.path, from) {
                node.path = format!("{to}{rest}");
                // The new path had no other file open.
                node.number = number(&node.path);
                self.place_anew(id)?;
            }
        }
        Ok(())
    }

    fn sync_below(&mut self, path: &str) -> Result<(), Error> {
        let open: Vec<NodeId> = self.ids().collect();
        for id in open {
            if below(&self.node(id)?.path, path).is_some() {
                self.sync(id)?;
            }
        }
        Ok(())
    }

    /// A path for a file that is to go when it is closed.
    fn hidden(&mut self) -> Result<String, Error> {
        self.volume.create_folder(REMOVED)?;
        self.removals += 1;
        Ok(format!("{REMOVED}/{}", self.removals))
    }

    fn hide(&mut self, id: NodeId, hidden: String) -> Result<(), Error> {
        let node = self.node(id)?;
        node.path = hidden;
        node.is_removed = true;
        self.place_anew(id)
    }
}
