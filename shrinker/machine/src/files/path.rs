//! `bf_path`: where an open file or folder lies. That is not kept but found from below: each has an entry, and
//! each folder knows the one above, in which it has an entry itself.

use super::{EIO, ENAMETOOLONG, State, state};
use crate::fat::{At, LongName, NAME};
use crate::sectors::Sectors as _;

/// Where a folder says which cluster the one above begins at: in its second entry.
pub(super) const ABOVE: usize = 32 + 26;
/// No path has more folders; a volume on which they lead in a circle is broken.
const DEEPEST: u32 = 4096;

/// A path that is written from its end.
struct Path<'a> {
    to: &'a mut [u8],
    start: usize,
}

impl Path<'_> {
    /// Puts a slash and a name before what is there.
    fn put(&mut self, name: &[u8]) -> Option<()> {
        self.start = self.start.checked_sub(name.len() + 1)?;
        let place = self.to.get_mut(self.start..)?;
        for (place, byte) in place.iter_mut().zip(core::iter::once(&b'/').chain(name)) {
            *place = *byte;
        }
        Some(())
    }

    /// Moves it to the front; its length.
    fn finish(self) -> usize {
        let length = self.to.len() - self.start;
        for at in 0..length {
            let byte = self.to.get(self.start + at).copied();
            if let (Some(place), Some(byte)) = (self.to.get_mut(at), byte) {
                *place = byte;
            }
        }
        length
    }
}

impl State {
    /// The first cluster of the folder that a folder lies in; 0: the root.
    pub(super) fn above(&mut self, folder: u16) -> Result<u16, i32> {
        let sector = self.disk.sector(self.volume.place(folder)).ok_or(EIO)?;
        let bytes = sector.get(ABOVE..).and_then(|bytes| bytes.first_chunk()).ok_or(EIO)?;
        Ok(u16::from_le_bytes(*bytes))
    }

    /// Whether a folder is another one, or lies in it, however deep.
    pub(super) fn is_inside(&mut self, mut folder: u16, other: u16) -> Result<bool, i32> {
        for _ in 0..DEEPEST {
            if folder == other || folder == 0 {
                return Ok(folder == other);
            }
            folder = self.above(folder)?;
        }
        Err(EIO)
    }

    fn path_of(&mut self, descriptor: i32, to: &mut [u8]) -> Result<usize, i32> {
        let node = *self.node(descriptor)?;
        let start = to.len();
        let mut path = Path { to, start };
        if node.at.sector == 0 {
            path.put(&[]).ok_or(ENAMETOOLONG)?;
            return Ok(path.finish());
        }
        // Its own entry is known by its place, those of the folders above by where they lead.
        let mut folder = node.at.folder;
        let mut is_it =
            |_: &[u8; 32], at: At| (at.sector, at.byte) == (node.at.sector, node.at.byte);
        self.name_in(folder, &mut path, &mut is_it)?;
        for _ in 0..DEEPEST {
            if folder == 0 {
                return Ok(path.finish());
            }
            let below = folder.to_le_bytes();
            folder = self.above(folder)?;
            let mut is_it = |entry: &[u8; 32], _: At| {
                entry[11] & 0x10 != 0 && [entry[26], entry[27]] == below && entry[0] != b'.'
            };
            self.name_in(folder, &mut path, &mut is_it)?;
        }
        Err(EIO)
    }

    /// Puts the name of an entry of a folder before the path.
    fn name_in(
        &mut self,
        folder: u16,
        path: &mut Path<'_>,
        is_it: &mut dyn FnMut(&[u8; 32], At) -> bool,
    ) -> Result<(), i32> {
        let mut result = Err(EIO);
        self.volume.walk(&mut self.disk, &mut self.long, folder, |long, entry, at| {
            if !is_it(entry, at) {
                return false;
            }
            let mut name = [0; NAME];
            result = path.put(LongName::name_of(long, entry, &mut name)).ok_or(ENAMETOOLONG);
            true
        });
        result
    }
}

/// `bf_path`.
///
/// # Safety
/// There is room for `length` bytes at `to`.
#[unsafe(no_mangle)]
unsafe extern "C" fn bf_path(descriptor: i32, to: *mut u8, length: usize) -> isize {
    // SAFETY: the caller's; this is a host call.
    let found = unsafe { state().path_of(descriptor, core::slice::from_raw_parts_mut(to, length)) };
    found.map_or_else(|error| -error as isize, |length| length as isize)
}
