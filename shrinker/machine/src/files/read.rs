//! Reading what files hold.

use core::arch::asm;

use super::{EACCES, EBADF, EINVAL, EIO, EISDIR, ENOMEM, ESPIPE, Node, State, What, state};
use crate::sectors::{SECTOR, Sectors};

#[cfg(not(test))]
unsafe extern "C" {
    fn bf_grow(bytes: usize) -> *mut u8;
    /// The console's.
    fn console_bf_read(descriptor: i32, to: *mut u8, length: usize) -> isize;
}

/// There is neither memory nor a console to be had in tests.
#[cfg(test)]
unsafe fn bf_grow(_: usize) -> *mut u8 {
    core::ptr::null_mut()
}

#[cfg(test)]
unsafe fn console_bf_read(_: i32, _: *mut u8, _: usize) -> isize {
    0
}

impl State {
    /// The sector that a byte of a node's chain lies in.
    pub(super) fn sector_at(&mut self, number: u16, position: u32) -> Result<u32, i32> {
        let file = self.nodes.get_mut(usize::from(number)).ok_or(EBADF)?;
        let cluster_bytes = self.volume.cluster_bytes();
        // Not a division: that could panic.
        let wanted = position >> cluster_bytes.trailing_zeros();
        let known = wanted.min(file.straight);
        if wanted < file.index || known > file.index {
            file.cluster = file.first.wrapping_add(known as u16);
            file.index = known;
        }
        while file.index < wanted {
            let last = file.cluster;
            file.cluster = self.volume.next(&mut self.disk, last);
            if file.cluster == 0 {
                file.index = u32::MAX;
                return Err(EIO);
            }
            if file.index == file.straight && file.cluster == last.wrapping_add(1) {
                file.straight += 1;
            }
            file.index += 1;
        }
        let inside = position & cluster_bytes.wrapping_sub(1);
        Ok(self.volume.place(file.cluster).wrapping_add(inside / SECTOR))
    }

    /// Whole sectors of a file from a position on that lie one behind the other, as far as that is known, at most
    /// so many bytes: the first of them, and how many they are.
    fn run_at(&mut self, number: u16, position: u64, length: usize) -> Result<(u32, u32), i32> {
        let size = self.nodes.get(usize::from(number)).ok_or(EBADF)?.size;
        if position >= size.into() || !position.is_multiple_of(u64::from(SECTOR)) {
            return Ok((0, 0));
        }
        let position = position as u32;
        let place = self.sector_at(number, position)?;
        let file = self.nodes.get(usize::from(number)).ok_or(EBADF)?;
        let clusters = file.index.max(file.straight).wrapping_add(1);
        let end = clusters.saturating_mul(self.volume.cluster_bytes()).min(size);
        let bytes = (end.wrapping_sub(position) as usize).min(length);
        Ok((place, bytes as u32 / SECTOR))
    }

    /// The bytes of a file from a position on that lie in one sector, none at its end; or the
    /// number of the error.
    fn bytes_at(&mut self, number: u16, position: u64) -> Result<&[u8], i32> {
        let size = self.nodes.get(usize::from(number)).ok_or(EBADF)?.size;
        if position >= size.into() {
            return Ok(&[]);
        }
        let position = position as u32;
        let left = size - position;
        let place = self.sector_at(number, position)?;
        let sector = self.disk.sector(place).ok_or(EIO)?;
        let bytes = sector.get((position % SECTOR) as usize..).unwrap_or(&[]);
        Ok(bytes.get(..left as usize).unwrap_or(bytes))
    }

    /// Reads from a position on; the number of bytes.
    ///
    /// # Safety
    /// There is room for them.
    pub(super) unsafe fn read_at(
        &mut self,
        descriptor: i32,
        position: u64,
        mut to: *mut u8,
        length: usize,
    ) -> Result<usize, i32> {
        let opening = *self.opening(descriptor)?;
        if opening.access == 1 {
            return Err(EBADF);
        }
        if self.node(descriptor)?.is_folder {
            return Err(EISDIR);
        }
        let mut done = 0;
        while done < length {
            let at = position.wrapping_add(done as u64);
            let (place, sectors) = self.run_at(opening.node, at, length - done)?;
            if sectors > 1 {
                let bytes = (sectors * SECTOR) as usize;
                // SAFETY: by this function's contract.
                unsafe {
                    if !self.disk.read_run(place, sectors, to) {
                        return Err(EIO);
                    }
                    to = to.add(bytes);
                }
                done += bytes;
                continue;
            }
            let bytes = self.bytes_at(opening.node, at)?;
            let count = bytes.len().min(length - done);
            if count == 0 {
                break;
            }
            // SAFETY: the sector has these bytes, and the program's memory the room.
            unsafe {
                asm!("rep movsb", inout("rsi") bytes.as_ptr() => _, inout("rdi") to => to,
                    inout("rcx") count => _, options(nostack));
            }
            done += count;
        }
        Ok(done)
    }
}

pub(super) fn counted(read: Result<usize, i32>) -> isize {
    read.map_or_else(|error| -error as isize, |count| count as isize)
}

/// `bf_read`: of the console, or a file.
///
/// # Safety
/// There is room for `length` bytes at `to`.
#[unsafe(no_mangle)]
unsafe extern "C" fn filed_bf_read(descriptor: i32, to: *mut u8, length: usize) -> isize {
    // SAFETY: this is a host call.
    let state = unsafe { state() };
    let position = match state.what(descriptor) {
        // SAFETY: the caller's.
        Ok(What::Console(0)) => return unsafe { console_bf_read(0, to, length) },
        Ok(What::Opening(_)) => state.opening(descriptor).map_or(0, |opening| opening.position),
        _ => return -EBADF as isize,
    };
    // SAFETY: the caller's.
    let read = unsafe { state.read_at(descriptor, position, to, length) };
    if let (Ok(count), Ok(opening)) = (read, state.opening(descriptor)) {
        opening.position = position.wrapping_add(count as u64);
    }
    counted(read)
}

/// `bf_read_at`.
///
/// # Safety
/// There is room for `length` bytes at `to`.
#[unsafe(no_mangle)]
unsafe extern "C" fn bf_read_at(
    descriptor: i32,
    to: *mut u8,
    length: usize,
    position: i64,
) -> isize {
    if position < 0 {
        return -EINVAL as isize;
    }
    // SAFETY: this is a host call; the caller's.
    counted(unsafe { state().read_at(descriptor, position as u64, to, length) })
}

impl State {
    /// Reads a file whole, clusters that lie one behind the other at once; whether it could be read.
    ///
    /// # Safety
    /// There is room for it, and for what is left of its last sector.
    unsafe fn read_whole(&mut self, first: u16, size: u32, to: *mut u8) -> bool {
        let cluster_bytes = self.volume.cluster_bytes();
        let (mut done, mut cluster) = (0, first);
        while done < size {
            let (mut end, mut last) = (done, cluster);
            let next = loop {
                end = end.saturating_add(cluster_bytes);
                if end >= size {
                    break 0;
                }
                let next = self.volume.next(&mut self.disk, last);
                if next != last.wrapping_add(1) {
                    break next;
                }
                last = next;
            };
            let bytes = end.min(size) - done;
            let place = self.volume.place(cluster);
            // SAFETY: by this function's contract.
            let read = unsafe {
                let to = to.add(done as usize);
                self.disk.read_run(place, bytes.div_ceil(SECTOR), to)
            };
            if !read || (next == 0 && end < size) {
                return false;
            }
            (done, cluster) = (end, next);
        }
        true
    }
}

/// `bf_map`: the file is read into memory of the program, whole.
///
/// # Safety
/// There is room for an address at `at`.
#[unsafe(no_mangle)]
unsafe extern "C" fn bf_map(descriptor: i32, at: *mut *const u8) -> isize {
    // SAFETY: this is a host call.
    let state = unsafe { state() };
    let Node { first, size, .. } = match state.node(descriptor) {
        Ok(node) if node.is_folder => return -EISDIR as isize,
        Ok(node) => *node,
        Err(ESPIPE) => return -EACCES as isize,
        Err(error) => return -error as isize,
    };
    // SAFETY: any size will do; a sector more is room for what is left of the last one.
    let room = unsafe { bf_grow(size as usize + SECTOR as usize) };
    if room.is_null() {
        return -ENOMEM as isize;
    }
    // SAFETY: there is room for the whole file, and for the address.
    unsafe {
        at.write_unaligned(room);
        if state.read_whole(first, size, room) { size as isize } else { -EIO as isize }
    }
}
