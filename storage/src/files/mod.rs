//! Files that are open: read and written in pieces, through a cache.
//!
//! A [`Volume`] does whole operations, each of which is on the disk when it returns. A program writes a
//! few bytes at a time. Between the two stand the *nodes* kept here, one for each file that is open
//! however often: what was written stays in the cache until the file is synchronised or closed, or the
//! cache is full, and then goes to the volume as one revision of the file.
//!
//! ```text
//!   on the disk   |======= kept =======|··· dropped ···|         stored
//!   in the cache         [dirty]            [dirty] [dirty]
//!   the file      |==================================================|  size
//! ```
//!
//! Of what is on the disk the first `kept` bytes still count, where nothing in the cache says otherwise;
//! what lies behind them and is not in the cache is zeros.
//!
//! A file that is removed while it is open gets a path in [`REMOVED`], and goes when it is closed. What
//! a power cut leaves there goes when the volume is next used.

mod cache;
mod id;
mod paths;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::device::BlockDevice;
use crate::error::Error;
use crate::volume::{Entry, OpenFile, Volume};
use cache::{BLOCK, Cache};
use id::number;

pub use id::NodeId;

/// Where files lie that have been removed and are open.
pub const REMOVED: &str = "/boot/removed";

/// Largest file: FAT counts its bytes in 32 bits.
const MOST_BYTES: u64 = u32::MAX as u64;

/// The files of a volume, and those of them that are open.
#[derive(Debug)]
pub struct Files<D: BlockDevice> {
    volume: Volume<D>,
    nodes: Vec<Option<Node>>,
    cache: Cache,
    /// Free bytes on the volume; `None` after a change of it.
    free: Option<u64>,
    /// Distinguishes removed files.
    removals: u32,
}

/// How a file is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Opening {
    /// It will be written.
    pub write: bool,
    /// It is made when it is not there.
    pub create: bool,
    /// With `create`: it must not be there.
    pub exclusive: bool,
    /// What is in it goes.
    pub truncate: bool,
}

/// What is known of a file or folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Status {
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Bytes in a file.
    pub size: u64,
    /// A number of its own, as long as it keeps its path.
    pub number: u64,
}

#[derive(Debug)]
struct Node {
    path: String,
    number: u64,
    /// How often it is open.
    opens: u32,
    size: u64,
    kept: u64,
    /// Where its content lies on the disk.
    place: OpenFile,
    is_removed: bool,
}

impl Node {
    /// Whether the disk has another size than the file; content apart.
    fn is_resized(&self) -> bool {
        self.size != self.place.size() || self.kept != self.place.size()
    }
}

impl<D: BlockDevice> Files<D> {
    /// The files of a volume, none of which is open. Removes what was left of removed ones.
    ///
    /// # Errors
    /// The device's.
    pub fn new(volume: Volume<D>) -> Result<Self, Error> {
        let cache = Cache::default();
        let mut files = Self { volume, nodes: Vec::new(), cache, free: None, removals: 0 };
        if !files.volume.is_read_only() && files.volume.find(REMOVED)?.is_some() {
            for entry in files.volume.list(REMOVED)? {
                files.volume.remove(&format!("{REMOVED}/{}", entry.name))?;
            }
        }
        Ok(files)
    }

    /// The volume, for operations on files that are not open.
    pub fn volume(&mut self) -> &mut Volume<D> {
        self.free = None;
        &mut self.volume
    }

    /// Opens a file.
    ///
    /// # Errors
    /// The device's; that there is none, or one, or no room for one more.
    pub fn open(&mut self, path: &str, how: Opening) -> Result<NodeId, Error> {
        if how.write && self.volume.is_read_only() {
            return Err(Error::ReadOnly);
        }
        let found = self.find(path)?;
        match &found {
            Some(_) if how.create && how.exclusive => {
                return Err(Error::Exists { path: path.into() });
            }
            Some(entry) if entry.is_folder => return Err(Error::IsFolder { path: path.into() }),
            None if how.create => {
                self.volume.write_new(path, &[])?;
                self.free = None;
            }
            None => return Err(Error::NotFound { path: path.into() }),
            Some(_) => {}
        }
        let open = self.node_of(path);
        let id = match open {
            Some(id) => id,
            None => {
                let place = self.volume.open_file(path)?;
                let (size, number) = (place.size(), number(path));
                let (path, kept, is_removed) = (path.into(), size, false);
                self.add(Node { path, number, opens: 0, size, kept, place, is_removed })
            }
        };
        self.node(id)?.opens += 1;
        if how.truncate {
            self.resize(id, 0)?;
        }
        Ok(id)
    }

    /// Closes a file that was opened; when it has been closed as often, what was written is on the disk.
    ///
    /// # Errors
    /// What was written could not be stored, and is lost.
    pub fn close(&mut self, id: NodeId) -> Result<(), Error> {
        let node = self.node(id)?;
        node.opens -= 1;
        if node.opens > 0 {
            return Ok(());
        }
        let stored = if node.is_removed { Ok(()) } else { self.sync(id) };
        self.cache.forget(id, 0);
        let Some(node) = self.nodes.get_mut(id.0 as usize).and_then(Option::take) else {
            return stored;
        };
        self.free = None;
        if node.is_removed { self.volume.remove(&node.path) } else { stored }
    }

    /// Reads from a place on; the number of bytes, fewer than asked for only at the end.
    ///
    /// # Errors
    /// The device's.
    pub fn read_at(&mut self, id: NodeId, offset: u64, to: &mut [u8]) -> Result<usize, Error> {
        let size = self.node(id)?.size;
        let len = to.len().min(usize::try_from(size.saturating_sub(offset)).unwrap_or(usize::MAX));
        let mut done = 0;
        while done < len {
            let at = offset + done as u64;
            let within = (at % BLOCK as u64) as usize;
            let block = (at / BLOCK as u64) as u32;
            let rest = &mut to[done..len];
            done += if within == 0 && rest.len() >= BLOCK && !self.cache.has(id, block) {
                // Whole blocks are not worth keeping: who reads so much keeps them. They are read together.
                let whole = (block..).zip(rest.chunks_exact(BLOCK));
                let run = whole.take_while(|(block, _)| !self.cache.has(id, *block)).count();
                self.load(id, at, &mut rest[..run * BLOCK])?;
                run * BLOCK
            } else {
                let count = rest.len().min(BLOCK - within);
                let bytes = self.block(id, block, true)?;
                rest[..count].copy_from_slice(&bytes[within..within + count]);
                count
            };
        }
        Ok(len)
    }

    /// Writes from a place on. What lies between the end and that place becomes zeros.
    ///
    /// # Errors
    /// The device's; that there is no room, which nothing of it was written for then.
    pub fn write_at(&mut self, id: NodeId, offset: u64, bytes: &[u8]) -> Result<(), Error> {
        let end = offset.saturating_add(bytes.len() as u64);
        if bytes.is_empty() {
            return Ok(());
        }
        if end > self.node(id)?.size {
            self.grow(id, end)?;
        }
        let mut done = 0;
        while done < bytes.len() {
            let at = offset + done as u64;
            let within = (at % BLOCK as u64) as usize;
            let count = (bytes.len() - done).min(BLOCK - within);
            let block = (at / BLOCK as u64) as u32;
            self.block(id, block, count < BLOCK)?[within..within + count]
                .copy_from_slice(&bytes[done..done + count]);
            self.cache.mark(id, block, within..within + count);
            done += count;
        }
        Ok(())
    }

    /// Cuts the end off, or adds zeros.
    ///
    /// # Errors
    /// That there is no room.
    pub fn resize(&mut self, id: NodeId, size: u64) -> Result<(), Error> {
        let node = self.node(id)?;
        if size > node.size {
            return self.grow(id, size);
        }
        node.size = size;
        node.kept = node.kept.min(size);
        self.cache.forget(id, size);
        Ok(())
    }

    fn grow(&mut self, id: NodeId, size: u64) -> Result<(), Error> {
        let node = self.node(id)?;
        if size > MOST_BYTES {
            return Err(Error::TooLarge { path: node.path.clone() });
        }
        let before = core::mem::replace(&mut node.size, size);
        let path = node.path.clone();
        let free = match self.free {
            Some(free) => free,
            None => *self.free.insert(self.volume.space().free),
        };
        let cluster = u64::from(self.volume.cluster_bytes());
        let wanted = |node: &Node| {
            // What is replaced as a whole stays on the disk until its replacement is there.
            let there = if node.kept == 0 { 0 } else { node.place.size() };
            node.size.next_multiple_of(cluster).saturating_sub(there.next_multiple_of(cluster))
        };
        if self.nodes.iter().flatten().map(wanted).sum::<u64>() > free {
            self.node(id)?.size = before;
            return Err(Error::DiskFull { path, free });
        }
        Ok(())
    }

    /// Brings what was written to the disk.
    ///
    /// # Errors
    /// The device's. What was written stays in the cache.
    pub fn sync(&mut self, id: NodeId) -> Result<(), Error> {
        let dirty = self.cache.dirty(id);
        let node = self.nodes.get(id.0 as usize).and_then(Option::as_ref).ok_or_else(closed)?;
        if dirty.is_empty() && !node.is_resized() {
            return Ok(());
        }
        self.volume.revise(&node.path, node.kept, &dirty, node.size)?;
        self.cache.clean(id);
        self.free = None;
        self.place_anew(id)
    }

    /// The same for all files.
    ///
    /// # Errors
    /// The first one; the others are tried all the same.
    pub fn sync_all(&mut self) -> Result<(), Error> {
        let open: Vec<NodeId> = self.ids().collect();
        let mut all = Ok(());
        for id in open {
            let stored = self.sync(id);
            all = all.and(stored);
        }
        all
    }

    /// Looks up anew where the content of a file lies, all of which is on the disk.
    fn place_anew(&mut self, id: NodeId) -> Result<(), Error> {
        let path = self.node(id)?.path.clone();
        let place = self.volume.open_file(&path)?;
        let node = self.node(id)?;
        node.kept = node.size.min(place.size());
        node.place = place;
        Ok(())
    }

    fn ids(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.nodes.iter().zip(0..).filter(|(node, _)| node.is_some()).map(|(_, at)| NodeId(at))
    }

    fn add(&mut self, node: Node) -> NodeId {
        let free = self.nodes.iter().position(Option::is_none).unwrap_or(self.nodes.len());
        if free == self.nodes.len() {
            self.nodes.push(None);
        }
        self.nodes[free] = Some(node);
        NodeId(free as u32)
    }

    fn node(&mut self, id: NodeId) -> Result<&mut Node, Error> {
        self.nodes.get_mut(id.0 as usize).and_then(Option::as_mut).ok_or_else(closed)
    }

    /// A block of a file in the cache, which makes room for it; with what is on the disk, if that matters.
    fn block(&mut self, id: NodeId, block: u32, load: bool) -> Result<&mut [u8], Error> {
        if !self.cache.has(id, block) {
            if self.cache.is_full()
                && let Some(dirty) = self.cache.make_room()
            {
                self.sync(dirty)?;
            }
            let mut bytes = alloc::vec![0; BLOCK];
            if load {
                self.load(id, u64::from(block) * BLOCK as u64, &mut bytes)?;
            }
            self.cache.put(id, block, bytes);
        }
        Ok(self.cache.get(id, block))
    }

    /// Bytes that are not in the cache: from the disk as far as that counts, else zeros.
    fn load(&mut self, id: NodeId, at: u64, to: &mut [u8]) -> Result<(), Error> {
        let node = self.nodes.get(id.0 as usize).and_then(Option::as_ref).ok_or_else(closed)?;
        let there = usize::try_from(node.kept.saturating_sub(at)).unwrap_or(usize::MAX);
        let (there, zeros) = to.split_at_mut(there.min(to.len()));
        zeros.fill(0);
        let count =
            if there.is_empty() { 0 } else { self.volume.read_at(&node.place, at, there)? };
        there[count..].fill(0);
        Ok(())
    }
}

fn closed() -> Error {
    Error::NotFound { path: "(closed)".into() }
}

fn describe(entry: &Entry, path: &str) -> Status {
    Status { is_folder: entry.is_folder, size: entry.size, number: number(path) }
}
