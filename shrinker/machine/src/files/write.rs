//! Writing into files.
//!
//! A file grows in this order: clusters that nothing leads to, flush, their link, what is in them, flush,
//! the entry, which alone makes it visible.

use super::{EBADF, EFBIG, EINVAL, EIO, EISDIR, ENOSPC, State, What, read::counted, result, state};
use crate::sectors::{SECTOR, Sectors as _};

#[cfg(not(test))]
unsafe extern "C" {
    /// The console's.
    fn console_bf_write(descriptor: i32, from: *const u8, length: usize) -> isize;
}

/// There is no console to be had in tests.
#[cfg(test)]
unsafe fn console_bf_write(_: i32, _: *const u8, length: usize) -> isize {
    length as isize
}

/// Zeros for what lies between the end of a file and what is written behind it.
static ZEROS: [u8; SECTOR as usize] = [0; SECTOR as usize];

impl State {
    /// Gives a node's chain the clusters for so many bytes.
    fn reach(&mut self, number: u16, size: u32) -> Result<(), i32> {
        let node = self.nodes.get_mut(usize::from(number)).ok_or(EBADF)?;
        let have = self.volume.clusters_of(node.size);
        let wanted = self.volume.clusters_of(size);
        if wanted <= have {
            return Ok(());
        }
        let more = self.volume.make_chain(&mut self.disk, wanted - have).ok_or(ENOSPC)?;
        self.disk.flush().ok_or(EIO)?;
        if node.first == 0 {
            node.begin(more);
            return Ok(());
        }
        let last = self.volume.last(&mut self.disk, node.first);
        self.volume.join(&mut self.disk, last, more).ok_or(EIO)
    }

    /// Puts bytes into the chain of a node, which reaches so far.
    fn fill(&mut self, number: u16, mut position: u32, mut bytes: &[u8]) -> Result<(), i32> {
        while !bytes.is_empty() {
            let sector = self.sector_at(number, position)?;
            let within = position % SECTOR;
            let count = bytes.len().min((SECTOR - within) as usize);
            let (now, later) = bytes.split_at_checked(count).ok_or(EIO)?;
            self.disk.put(sector, within as usize, now).ok_or(EIO)?;
            position = position.wrapping_add(count as u32);
            bytes = later;
        }
        Ok(())
    }

    /// Has a node's entry say its size.
    fn tell(&mut self, number: u16, size: u32) -> Result<(), i32> {
        let node = self.nodes.get_mut(usize::from(number)).ok_or(EBADF)?;
        node.size = size;
        if node.removed {
            return Ok(());
        }
        let (at, first) = (node.at, node.first);
        self.disk.flush().ok_or(EIO)?;
        self.volume.change_entry(&mut self.disk, at, first, size).ok_or(EIO)
    }

    /// Writes from a position on.
    pub(super) fn write_at(&mut self, number: u16, position: u64, bytes: &[u8]) -> Result<(), i32> {
        let end = position.saturating_add(bytes.len() as u64);
        let end = u32::try_from(end).map_err(|_| EFBIG)?;
        let size = self.nodes.get(usize::from(number)).ok_or(EBADF)?.size;
        if end > size {
            self.reach(number, end)?;
        }
        let mut gap = size;
        while u64::from(gap) < position {
            let count = (position - u64::from(gap)).min((SECTOR - gap % SECTOR).into()) as u32;
            let zeros = ZEROS.get(..count as usize).unwrap_or(&[]);
            self.fill(number, gap, zeros)?;
            gap += count;
        }
        self.fill(number, position as u32, bytes)?;
        if end > size { self.tell(number, end) } else { Ok(()) }
    }

    /// Cuts a file's end off, or adds zeros.
    pub(super) fn resize(&mut self, number: u16, size: u64) -> Result<(), i32> {
        let node = *self.nodes.get(usize::from(number)).ok_or(EBADF)?;
        if size > node.size.into() {
            return self.write_at(number, size, &[]);
        }
        let size = size as u32;
        if size == node.size {
            return Ok(());
        }
        let rest = if size == 0 { node.first } else { 0 };
        if let Some(node) = self.nodes.get_mut(usize::from(number)) {
            node.first = if size == 0 { 0 } else { node.first };
            node.begin(node.first);
        }
        // Neither file nor entry leads to what is released then.
        self.tell(number, size)?;
        self.disk.flush().ok_or(EIO)?;
        self.volume.release(&mut self.disk, rest);
        let keep = self.volume.clusters_of(size);
        if keep > 0 && keep < self.volume.clusters_of(node.size) {
            let mut last = node.first;
            for _ in 1..keep {
                last = self.volume.next(&mut self.disk, last);
            }
            self.volume.cut(&mut self.disk, last).ok_or(EIO)?;
        }
        Ok(())
    }

    /// The node of a descriptor that is open to be written.
    fn writable(&mut self, descriptor: i32) -> Result<u16, i32> {
        let opening = *self.opening(descriptor)?;
        if opening.access == 0 {
            return Err(EBADF);
        }
        if self.node(descriptor)?.is_folder { Err(EISDIR) } else { Ok(opening.node) }
    }

    pub(super) fn write(&mut self, descriptor: i32, bytes: &[u8]) -> Result<usize, i32> {
        let number = self.writable(descriptor)?;
        let size = self.node(descriptor)?.size;
        let opening = self.opening(descriptor)?;
        let position = if opening.append { size.into() } else { opening.position };
        if bytes.is_empty() {
            return Ok(0);
        }
        self.write_at(number, position, bytes)?;
        self.opening(descriptor)?.position = position.wrapping_add(bytes.len() as u64);
        Ok(bytes.len())
    }
}

/// `bf_write`: to the console, or a file.
///
/// # Safety
/// There are `length` bytes at `from`.
#[unsafe(no_mangle)]
unsafe extern "C" fn filed_bf_write(descriptor: i32, from: *const u8, length: usize) -> isize {
    // SAFETY: this is a host call.
    let state = unsafe { state() };
    match state.what(descriptor) {
        // SAFETY: the caller's.
        Ok(What::Console(number)) => unsafe { console_bf_write(number, from, length) },
        // SAFETY: the caller's.
        Ok(What::Opening(_)) => counted(state.write(descriptor, unsafe { given(from, length) })),
        Err(error) => -error as isize,
    }
}

/// # Safety
/// There are `length` bytes at `from`.
unsafe fn given<'a>(from: *const u8, length: usize) -> &'a [u8] {
    // SAFETY: the caller's; of none the address may be anything.
    if length == 0 { &[] } else { unsafe { core::slice::from_raw_parts(from, length) } }
}

/// `bf_write_at`.
///
/// # Safety
/// There are `length` bytes at `from`.
#[unsafe(no_mangle)]
unsafe extern "C" fn bf_write_at(
    descriptor: i32,
    from: *const u8,
    length: usize,
    position: i64,
) -> isize {
    // SAFETY: this is a host call; the caller's.
    let (state, bytes) = unsafe { (state(), given(from, length)) };
    counted(match u64::try_from(position) {
        Ok(position) => state.writable(descriptor).and_then(|number| {
            if !bytes.is_empty() {
                state.write_at(number, position, bytes)?;
            }
            Ok(length)
        }),
        Err(_) => Err(EINVAL),
    })
}

/// `bf_resize`.
#[unsafe(no_mangle)]
extern "C" fn bf_resize(descriptor: i32, size: i64) -> i32 {
    // SAFETY: this is a host call.
    let state = unsafe { state() };
    result(match (state.what(descriptor), u64::try_from(size)) {
        (Err(error), _) => Err(error),
        (_, Err(_)) => Err(EINVAL),
        // What is no file, or only read, is an invalid argument here.
        (_, Ok(size)) => state
            .writable(descriptor)
            .map_err(|_| EINVAL)
            .and_then(|number| state.resize(number, size).map(|()| 0)),
    })
}

/// `bf_sync`: all that was written is with the disk.
#[unsafe(no_mangle)]
extern "C" fn bf_sync(descriptor: i32) -> i32 {
    // SAFETY: this is a host call.
    let state = unsafe { state() };
    match state.what(descriptor) {
        Ok(What::Console(_)) if descriptor != -1 => return -EINVAL,
        Err(error) if descriptor != -1 => return -error,
        _ => {}
    }
    let there = state.volume.is_there();
    if there && state.disk.flush().is_none() { -EIO } else { 0 }
}
