//! Files on a FAT16 volume: the first one on any of the disks, the image's own before others.
//!
//! A descriptor leads to an opening, which has a position, and an opening to a node, which is a file or
//! folder that is open, however often. What is written goes to the disk at once, in an order that leaves the
//! volume sound (see [`crate::fat`]). Nothing here can panic.

mod calls;
mod change;
mod list;
mod path;
#[cfg(test)]
mod power;
mod read;
#[cfg(not(test))]
mod reading;
#[cfg(test)]
mod seeking;
mod write;

use core::cell::UnsafeCell;

use crate::disk::Disk;
use crate::fat::{At, Entry, LongName, NOWHERE, Volume, partition};
use crate::sectors::{Sector, Sectors as _};

/// Descriptors there can be, as many as Linux allows.
const DESCRIPTORS: usize = 1024;
/// Files and folders open at a time.
const OPENINGS: usize = 1021;
/// The first descriptors are the console's at first.
const CONSOLE: i32 = 3;

/// Errors, as Linux numbers them; calls give the negative of one.
const ENOENT: i32 = 2;
const EIO: i32 = 5;
const EBADF: i32 = 9;
const ENOMEM: i32 = 12;
const EACCES: i32 = 13;
const EEXIST: i32 = 17;
const ENOTDIR: i32 = 20;
const EISDIR: i32 = 21;
const EINVAL: i32 = 22;
const EMFILE: i32 = 24;
const EFBIG: i32 = 27;
const ENOSPC: i32 = 28;
const ESPIPE: i32 = 29;
const EROFS: i32 = 30;
const ENAMETOOLONG: i32 = 36;
const ENOTEMPTY: i32 = 39;

/// What a descriptor leads to, as its place in the table says: nothing was changed there ...
const UNTOUCHED: u16 = 0;
/// ... it was closed ...
const CLOSED: u16 = 1;
/// ... it is a descriptor of the console, this one and the next two ...
const OF_CONSOLE: u16 = 2;
/// ... or an opening, this one and all behind it.
const OF_OPENING: u16 = 5;

/// What a descriptor leads to.
#[derive(Clone, Copy, Debug)]
enum What {
    Console(i32),
    Opening(usize),
}

#[derive(Clone, Copy, Debug)]
struct Opening {
    /// Descriptors that lead here; 0: it is free.
    uses: u16,
    node: u16,
    /// How it may be used: 0 to be read, 1 to be written, 2 both.
    access: u8,
    append: bool,
    /// The next byte, or the next entry.
    position: u64,
}

const FREE: Opening = Opening { uses: 0, node: 0, access: 0, append: false, position: 0 };

#[derive(Clone, Copy, Debug)]
struct Node {
    /// Openings that lead here; 0: it is free.
    uses: u16,
    /// It has no entry any more, and goes when it is closed.
    removed: bool,
    is_folder: bool,
    first: u16,
    size: u32,
    at: At,
    /// The cluster that `index` counts to, so that reading on is not reading from the start.
    cluster: u16,
    index: u32,
    /// Clusters behind the first that are known to lie one behind the other.
    straight: u32,
}

impl Node {
    /// Its chain begins here, and nothing is known of it.
    fn begin(&mut self, first: u16) {
        (self.first, self.cluster, self.index, self.straight) = (first, first, 0, 0);
    }
}

const NONE: Node = Node {
    uses: 0,
    removed: false,
    is_folder: false,
    first: 0,
    size: 0,
    at: NOWHERE,
    cluster: 0,
    index: 0,
    straight: 0,
};

/// All that there is of files.
#[derive(Debug)]
struct State {
    disk: Disk,
    volume: Volume,
    /// Whether a volume was looked for: one that is not there is not waited for again.
    looked: bool,
    long: LongName,
    places: [u16; DESCRIPTORS],
    open: [Opening; OPENINGS],
    nodes: [Node; OPENINGS],
}

/// What the one processor alone uses.
struct Alone(UnsafeCell<State>);

// SAFETY: there is one processor, and no interrupt that would come in between (see the crate).
unsafe impl Sync for Alone {}

static STATE: Alone = Alone(UnsafeCell::new(State::new()));

/// The state, for the length of a host call.
///
/// # Safety
/// Called once in each host call; the reference ends with the call.
unsafe fn state<'a>() -> &'a mut State {
    // SAFETY: host calls do not nest, and one processor makes them.
    unsafe { &mut *STATE.0.get() }
}

/// Whether no disk with a volume was found. For the length of a host call.
#[cfg(not(test))]
pub fn no_disk() -> bool {
    // SAFETY: this is a host call.
    !(unsafe { state() }).volume.is_there()
}

/// Whether this is the partition table of the disk that the image was loaded from, which is still where its
/// first sector was loaded to.
#[cfg(not(test))]
fn is_own(table: &Sector) -> bool {
    const TABLE: usize = 446;
    // SAFETY: low memory, mapped one to one, that nothing else uses.
    let loaded =
        unsafe { &*core::ptr::with_exposed_provenance::<[u8; 512]>(crate::memory::FIRST_SECTOR) };
    let same = |(at, byte): (usize, &u8)| loaded.get(at) == Some(byte);
    table.iter().enumerate().skip(TABLE).all(same)
}

/// Tests have loaded nothing.
#[cfg(test)]
fn is_own(_: &Sector) -> bool {
    false
}

impl State {
    /// Nothing is open: all zeros, so that it takes no room in an image.
    const fn new() -> Self {
        Self {
            disk: Disk::new(),
            volume: Volume::new(),
            looked: false,
            long: LongName::new(),
            places: [UNTOUCHED; DESCRIPTORS],
            open: [FREE; OPENINGS],
            nodes: [NONE; OPENINGS],
        }
    }

    /// Finds the volume, once.
    fn mount(&mut self) -> bool {
        if self.looked {
            return self.volume.is_there();
        }
        self.looked = true;
        for own in [true, false] {
            let mut disk = 0;
            while self.disk.choose(disk) {
                disk += 1;
                let fits = |table: &Sector| !own || is_own(table);
                if !self.disk.sector(0).is_some_and(fits) {
                    continue;
                }
                for number in 0..4 {
                    let start = self.disk.sector(0).and_then(|table| partition(table, number));
                    if let Some(start) = start
                        && let Some(boot) = self.disk.sector(start)
                        && self.volume.take(start, boot)
                    {
                        return true;
                    }
                }
            }
        }
        false
    }

    /// What a path leads to; or the number of the error.
    fn find(&mut self, path: &[u8]) -> Result<Entry, i32> {
        if path.is_empty() || !self.mount() {
            return Err(ENOENT);
        }
        let mut found = Entry { is_folder: true, first: 0, size: 0, at: NOWHERE };
        // What a full stop or a slash at the end names is a folder.
        let mut may_be_file = true;
        let mut left = path;
        while !left.is_empty() {
            let end = left.iter().position(|byte| *byte == b'/').unwrap_or(left.len());
            let name = left.get(..end).unwrap_or(&[]);
            may_be_file = end == left.len();
            left = left.get(end + 1..).unwrap_or(&[]);
            if name.len() > 255 {
                return Err(ENAMETOOLONG);
            }
            if matches!(name, [] | [b'.']) {
                may_be_file = false;
                continue;
            }
            if !found.is_folder {
                return Err(ENOTDIR);
            }
            if found.first == 0 && matches!(name, [b'.', b'.']) {
                // Above the root there is the root; other folders have an entry for the one above.
                continue;
            }
            let entry = self.volume.look_up(&mut self.disk, &mut self.long, found.first, name);
            found = entry.ok_or(ENOENT)?;
        }
        if found.is_folder || may_be_file { Ok(found) } else { Err(ENOTDIR) }
    }

    /// What a descriptor leads to.
    fn what(&self, descriptor: i32) -> Result<What, i32> {
        match self.places.get(descriptor as usize) {
            Some(&UNTOUCHED) if (0..CONSOLE).contains(&descriptor) => Ok(What::Console(descriptor)),
            Some(&place) if place >= OF_OPENING => Ok(What::Opening((place - OF_OPENING).into())),
            Some(&place) if place >= OF_CONSOLE => Ok(What::Console((place - OF_CONSOLE).into())),
            _ => Err(EBADF),
        }
    }

    /// The opening that a descriptor leads to.
    fn opening(&mut self, descriptor: i32) -> Result<&mut Opening, i32> {
        match self.what(descriptor)? {
            What::Opening(at) => self.open.get_mut(at).ok_or(EBADF),
            What::Console(_) => Err(ESPIPE),
        }
    }

    /// Has the lowest free descriptor from `least` on lead somewhere.
    fn put(&mut self, what: What, least: i32) -> Result<i32, i32> {
        let mut descriptor = least;
        while self.what(descriptor).is_ok() {
            descriptor += 1;
        }
        self.lead(descriptor, what)
    }

    /// Has a descriptor that is free lead somewhere.
    fn lead(&mut self, descriptor: i32, what: What) -> Result<i32, i32> {
        let place = self.places.get_mut(descriptor as usize).ok_or(EMFILE)?;
        match what {
            What::Console(number) => *place = OF_CONSOLE + number as u16,
            What::Opening(at) => {
                *place = OF_OPENING + at as u16;
                if let Some(opening) = self.open.get_mut(at) {
                    opening.uses += 1;
                }
            }
        }
        Ok(descriptor)
    }

    /// The node of what an entry names, if it is open.
    fn node_at(&mut self, at: At) -> Option<&mut Node> {
        let same = |node: &&mut Node| {
            let there = (node.at.sector, node.at.byte) == (at.sector, at.byte);
            node.uses > 0 && !node.removed && there
        };
        self.nodes.iter_mut().find(same)
    }

    /// The node that a descriptor leads to, if it may be used so.
    fn node(&mut self, descriptor: i32) -> Result<&mut Node, i32> {
        let node = self.opening(descriptor)?.node;
        self.nodes.get_mut(usize::from(node)).ok_or(EBADF)
    }

    fn open(&mut self, found: Entry, access: u8, append: bool) -> Result<i32, i32> {
        let free = self.open.iter().position(|opening| opening.uses == 0).ok_or(EMFILE)?;
        let Entry { is_folder, first, size, at } = found;
        let same = |node: &Node| node.uses > 0 && !node.removed && node.at == at;
        let there = self.nodes.iter().position(same);
        let unused = || self.nodes.iter().position(|node| node.uses == 0);
        let number = there.or_else(unused).ok_or(EMFILE)?;
        let node = self.nodes.get_mut(number).ok_or(EMFILE)?;
        if node.uses == 0 {
            *node = Node { is_folder, first, size, at, cluster: first, ..NONE };
        }
        node.uses += 1;
        if let Some(opening) = self.open.get_mut(free) {
            *opening = Opening { node: number as u16, access, append, ..FREE };
        }
        let put = self.put(What::Opening(free), 0);
        if put.is_err()
            && let Some(node) = self.nodes.get_mut(number)
        {
            node.uses -= 1;
        }
        put
    }

    fn close(&mut self, descriptor: i32) -> Result<(), i32> {
        let what = self.what(descriptor)?;
        if let Some(place) = self.places.get_mut(descriptor as usize) {
            *place = CLOSED;
        }
        let What::Opening(at) = what else { return Ok(()) };
        let Some(opening) = self.open.get_mut(at) else { return Ok(()) };
        opening.uses = opening.uses.wrapping_sub(1);
        if opening.uses > 0 {
            return Ok(());
        }
        let wrote = opening.access > 0;
        let Some(node) = self.nodes.get_mut(usize::from(opening.node)) else { return Ok(()) };
        node.uses = node.uses.wrapping_sub(1);
        if node.uses == 0 && node.removed {
            self.volume.release(&mut self.disk, node.first);
        }
        match wrote.then(|| self.disk.flush()) {
            Some(None) => Err(EIO),
            _ => Ok(()),
        }
    }
}

/// A string of the program's, without its zero.
///
/// # Safety
/// It ends in one.
unsafe fn text<'a>(path: *const u8) -> &'a [u8] {
    let mut length = 0;
    // SAFETY: the caller's.
    unsafe {
        while *path.add(length) != 0 {
            length += 1;
        }
        core::slice::from_raw_parts(path, length)
    }
}

/// What a call gives.
fn result(done: Result<i32, i32>) -> i32 {
    done.unwrap_or_else(|error| -error)
}
