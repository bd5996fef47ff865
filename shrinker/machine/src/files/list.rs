//! `bf_list`: the entries of a folder, as `getdents64` of Linux gives them.

use super::{EINVAL, ENOTDIR, State, state};
use crate::fat::{LongName, NAME};

/// Bytes before a name.
const HEAD: usize = 19;
const FOLDER: u8 = 4;
const FILE: u8 = 8;

/// Where entries go.
struct Room<'a> {
    to: &'a mut [u8],
    used: usize,
}

impl Room<'_> {
    /// Adds an entry; whether there was room. `next` is the place of the one behind it.
    fn add(&mut self, name: &[u8], is_folder: bool, next: u64) -> bool {
        // Lengths are multiples of 8; a zero ends the name.
        let length = (HEAD + name.len() + 8) & !7;
        let Some(entry) = self.to.get_mut(self.used..).and_then(|rest| rest.get_mut(..length))
        else {
            return false;
        };
        let number = next.to_le_bytes();
        let size = (length as u16).to_le_bytes();
        let kind = [if is_folder { FOLDER } else { FILE }];
        let parts = number.iter().chain(&number).chain(&size).chain(&kind).chain(name);
        for (place, byte) in entry.iter_mut().zip(parts.chain(&[0; 8])) {
            *place = *byte;
        }
        self.used += length;
        true
    }
}

impl State {
    fn list(&mut self, descriptor: i32, to: &mut [u8]) -> Result<usize, i32> {
        let opening = *self.opening(descriptor).map_err(|_| ENOTDIR)?;
        let folder = *self.node(descriptor)?;
        if !folder.is_folder {
            return Err(ENOTDIR);
        }
        let mut room = Room { to, used: 0 };
        let mut at = 0u64;
        let mut next = opening.position;
        let mut full = false;
        // The root has no entries for itself and the one above.
        let own: &[&[u8]] = if folder.first == 0 { &[b".", b".."] } else { &[] };
        for name in own {
            at += 1;
            if at > next && !full {
                full = !room.add(name, true, at);
                next = if full { next } else { at };
            }
        }
        if !full {
            let mut number = at;
            self.volume.walk(&mut self.disk, &mut self.long, folder.first, |long, entry, _| {
                number += 1;
                if number <= next {
                    return false;
                }
                let mut name = [0; NAME];
                let name = LongName::name_of(long, entry, &mut name);
                if !room.add(name, entry[11] & 0x10 != 0, number) {
                    full = true;
                    return true;
                }
                next = number;
                false
            });
        }
        if room.used == 0 && full {
            return Err(EINVAL);
        }
        let used = room.used;
        if let Ok(opening) = self.opening(descriptor) {
            opening.position = next;
        }
        Ok(used)
    }
}

/// `bf_list`.
///
/// # Safety
/// There is room for `length` bytes at `to`.
#[unsafe(no_mangle)]
unsafe extern "C" fn bf_list(descriptor: i32, to: *mut u8, length: usize) -> isize {
    // SAFETY: the caller's; this is a host call.
    let listed = unsafe { state().list(descriptor, core::slice::from_raw_parts_mut(to, length)) };
    listed.map_or_else(|error| -error as isize, |used| used as isize)
}
