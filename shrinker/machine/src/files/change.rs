//! Making, removing and renaming files and folders.

use super::path::ABOVE;
use super::{
    EEXIST, EINVAL, EIO, EISDIR, ENOENT, ENOSPC, ENOTDIR, ENOTEMPTY, EROFS, State, result, state,
    text,
};
use crate::fat::{Entry, NoEntry};
use crate::sectors::{SECTOR, Sectors as _};

/// The folder and the name of what is to be there.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(0) => (b"/", path.get(1..).unwrap_or(&[])),
        Some(at) => (path.get(..at).unwrap_or(&[]), path.get(at + 1..).unwrap_or(&[])),
        None => (b".", path),
    }
}

/// A path without slashes at its end.
fn bare(mut path: &[u8]) -> &[u8] {
    while let [rest @ .., b'/'] = path {
        if rest.is_empty() {
            break;
        }
        path = rest;
    }
    path
}

/// The error's number.
fn number(error: NoEntry) -> i32 {
    match error {
        NoEntry::Name => EINVAL,
        NoEntry::Full => ENOSPC,
        NoEntry::Disk => EIO,
    }
}

impl State {
    /// Makes what is not there: a file, or a folder, that begins at a cluster.
    pub(super) fn make(&mut self, path: &[u8], folder: bool, first: u16) -> Result<Entry, i32> {
        self.make_of(path, (folder, first, 0))
    }

    fn make_of(&mut self, path: &[u8], made: (bool, u16, u32)) -> Result<Entry, i32> {
        if !self.mount() {
            // Where there is no disk, nothing can be made.
            return Err(EROFS);
        }
        let (above, name) = split(path);
        let above = self.find(above)?;
        if !above.is_folder {
            return Err(ENOTDIR);
        }
        if name.is_empty() {
            return Err(ENOENT);
        }
        let (disk, long) = (&mut self.disk, &mut self.long);
        let entry = self.volume.make_entry(disk, long, above.first, name, made);
        entry.map_err(number)
    }

    /// Takes a file's entry away; its clusters go with it, or when it is closed.
    fn remove_file(&mut self, found: Entry) -> Result<(), i32> {
        let open = match self.node_at(found.at) {
            Some(node) => {
                node.removed = true;
                true
            }
            None => false,
        };
        self.volume.remove_entry(&mut self.disk, found.at).ok_or(EIO)?;
        self.disk.flush().ok_or(EIO)?;
        if !open {
            self.volume.release(&mut self.disk, found.first);
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, path: &[u8], folder: bool) -> Result<(), i32> {
        let found = self.find(path)?;
        match (found.is_folder, folder) {
            (true, false) => Err(EISDIR),
            (false, true) => Err(ENOTDIR),
            (false, false) => self.remove_file(found),
            (true, true) if found.at.sector == 0 => Err(EINVAL),
            (true, true) => {
                if !self.volume.is_empty(&mut self.disk, &mut self.long, found.first) {
                    return Err(ENOTEMPTY);
                }
                self.remove_file(found)
            }
        }
    }

    /// A chain with the same content as that of a file.
    fn copy(&mut self, found: Entry) -> Result<u16, i32> {
        if found.size == 0 {
            return Ok(0);
        }
        let count = self.volume.clusters_of(found.size);
        let first = self.volume.make_chain(&mut self.disk, count).ok_or(ENOSPC)?;
        let per_cluster = self.volume.cluster_bytes() / SECTOR;
        let (mut from, mut to) = (found.first, first);
        while from != 0 && to != 0 {
            for number in 0..per_cluster {
                let (from, to) = (self.volume.place(from), self.volume.place(to));
                let copied = self.disk.copy(from.wrapping_add(number), to.wrapping_add(number));
                copied.ok_or(EIO)?;
            }
            from = self.volume.next(&mut self.disk, from);
            to = self.volume.next(&mut self.disk, to);
        }
        Ok(first)
    }

    /// Gives a file another path. FAT cannot do so in one step, so the content is copied, and what has the
    /// new path is replaced with one sector.
    pub(super) fn rename(&mut self, from: &[u8], to: &[u8]) -> Result<(), i32> {
        let mut found = self.find(from)?;
        if let Some(node) = self.node_at(found.at) {
            (found.first, found.size) = (node.first, node.size);
        }
        let target = match self.find(to) {
            Ok(target) if target.at == found.at => return Ok(()),
            Ok(target) if target.is_folder && !found.is_folder => return Err(EISDIR),
            Ok(target) if !target.is_folder && found.is_folder => return Err(ENOTDIR),
            Ok(target) => Some(target),
            Err(ENOENT) => None,
            Err(error) => return Err(error),
        };
        if found.is_folder {
            return self.rename_folder(found, to, target);
        }
        let first = self.copy(found)?;
        self.disk.flush().ok_or(EIO)?;
        let made = match target {
            Some(mut target) => {
                let open = match self.node_at(target.at) {
                    Some(node) => {
                        node.removed = true;
                        target.first = 0;
                        true
                    }
                    None => false,
                };
                self.volume
                    .change_entry(&mut self.disk, target.at, first, found.size)
                    .ok_or(EIO)?;
                self.disk.flush().ok_or(EIO)?;
                if !open {
                    self.volume.release(&mut self.disk, target.first);
                }
                target
            }
            None => match self.make_of(to, (false, first, found.size)) {
                Ok(made) => made,
                Err(error) => {
                    self.volume.release(&mut self.disk, first);
                    return Err(error);
                }
            },
        };
        self.disk.flush().ok_or(EIO)?;
        self.volume.remove_entry(&mut self.disk, found.at).ok_or(EIO)?;
        self.disk.flush().ok_or(EIO)?;
        self.volume.release(&mut self.disk, found.first);
        if let Some(node) = self.node_at(found.at) {
            node.at = made.at;
            node.begin(first);
        }
        Ok(())
    }

    /// Gives a folder another path: a second entry, then another folder above, then the first entry goes. What
    /// a power cut leaves in between is a folder at both places.
    fn rename_folder(&mut self, found: Entry, to: &[u8], target: Option<Entry>) -> Result<(), i32> {
        let above = self.find(split(to).0)?;
        if found.at.sector == 0 || self.is_inside(above.first, found.first)? {
            return Err(EINVAL);
        }
        if let Some(target) = target {
            if !self.volume.is_empty(&mut self.disk, &mut self.long, target.first) {
                return Err(ENOTEMPTY);
            }
            self.remove_file(target)?;
        }
        let made = self.make_of(to, (true, found.first, 0))?;
        self.disk.flush().ok_or(EIO)?;
        let own = self.volume.place(found.first);
        self.disk.put(own, ABOVE, &above.first.to_le_bytes()).ok_or(EIO)?;
        self.disk.flush().ok_or(EIO)?;
        self.volume.remove_entry(&mut self.disk, found.at).ok_or(EIO)?;
        self.disk.flush().ok_or(EIO)?;
        if let Some(node) = self.node_at(found.at) {
            node.at = made.at;
        }
        Ok(())
    }

    pub(super) fn make_folder(&mut self, path: &[u8]) -> Result<(), i32> {
        match self.find(path) {
            Ok(_) => return Err(EEXIST),
            Err(ENOENT) => {}
            Err(error) => return Err(error),
        }
        let above = self.find(split(path).0)?;
        if !self.mount() {
            return Err(EROFS);
        }
        let cluster = self.volume.make_folder(&mut self.disk, above.first).ok_or(ENOSPC)?;
        let made = self.make(path, true, cluster);
        if made.is_err() {
            self.volume.release(&mut self.disk, cluster);
        }
        made.map(|_| ())
    }
}

/// `bf_remove`.
///
/// # Safety
/// The path ends in a zero.
#[unsafe(no_mangle)]
unsafe extern "C" fn bf_remove(path: *const u8, folder: i32) -> i32 {
    // SAFETY: the caller's; this is a host call.
    let (state, path) = unsafe { (state(), text(path)) };
    result(state.remove(path, folder != 0).map(|()| 0))
}

/// `bf_rename`.
///
/// # Safety
/// Both paths end in a zero.
#[unsafe(no_mangle)]
unsafe extern "C" fn bf_rename(from: *const u8, to: *const u8) -> i32 {
    // SAFETY: the caller's; this is a host call.
    let (state, from, to) = unsafe { (state(), text(from), bare(text(to))) };
    result(state.rename(from, to).map(|()| 0))
}

/// `bf_make_folder`.
///
/// # Safety
/// The path ends in a zero.
#[unsafe(no_mangle)]
unsafe extern "C" fn bf_make_folder(path: *const u8) -> i32 {
    // SAFETY: the caller's; this is a host call.
    let (state, path) = unsafe { (state(), bare(text(path))) };
    result(state.make_folder(path).map(|()| 0))
}
