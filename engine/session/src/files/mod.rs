//! What the program has open: its descriptors, and what each leads to.
//!
//! A descriptor leads to an *opening*, which has a position, and several may lead to the same one. The
//! files themselves are the platform's ([`bareflow_platform::Files`]).

mod listing;
mod mapped;
mod opening;

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bareflow_platform::{FileError, Platform, path};
use spin::Mutex;

use crate::errno::Errno;
pub(crate) use mapped::map;
pub(crate) use opening::{APPEND, Opening, Told};

/// Descriptors there can be, as many as Linux allows.
const MOST: usize = 1024;
/// Longest path and longest name in it, as on Linux, the NUL not counted.
const PATH_MAX: usize = 4095;
const NAME_MAX: usize = 255;

/// The program's descriptors.
#[derive(Debug)]
pub(crate) struct Files {
    open: Mutex<Vec<Option<Arc<Opening>>>>,
}

impl Files {
    /// Those that every program begins with: the console's.
    pub(crate) fn new() -> Self {
        Self { open: Mutex::new(consoles()) }
    }

    /// Opens what has this path; the lowest descriptor that is free.
    pub(crate) fn open(
        &self,
        platform: &dyn Platform,
        path: &str,
        flags: i32,
    ) -> Result<i32, Errno> {
        let opening = Arc::new(Opening::new(platform, path, flags)?);
        let put = self.put(Arc::clone(&opening), 0);
        if put.is_err() {
            // There is another error to tell of.
            let _ = opening.close(platform);
        }
        put
    }

    /// What a descriptor leads to.
    pub(crate) fn get(&self, descriptor: i32) -> Result<Arc<Opening>, Errno> {
        let open = self.open.lock();
        let found = usize::try_from(descriptor).ok().and_then(|at| open.get(at)?.clone());
        found.ok_or(Errno::EBADF)
    }

    /// Frees a descriptor; with the last one that leads to a file, the file is closed.
    pub(crate) fn close(&self, platform: &dyn Platform, descriptor: i32) -> Result<(), Errno> {
        let at = usize::try_from(descriptor).map_err(|_| Errno::EBADF)?;
        let taken = self.open.lock().get_mut(at).and_then(Option::take);
        leave(platform, taken.ok_or(Errno::EBADF)?)
    }

    /// A further descriptor for what another leads to: the lowest free one from `least` on.
    pub(crate) fn duplicate(&self, descriptor: i32, least: i32) -> Result<i32, Errno> {
        let least = usize::try_from(least).ok().filter(|least| *least < MOST);
        self.put(self.get(descriptor)?, least.ok_or(Errno::EINVAL)?)
    }

    /// The same with a descriptor of the program's choice, which is closed if it is open.
    pub(crate) fn replace(
        &self,
        platform: &dyn Platform,
        descriptor: i32,
        to: i32,
    ) -> Result<i32, Errno> {
        let opening = self.get(descriptor)?;
        let at = usize::try_from(to).ok().filter(|at| *at < MOST).ok_or(Errno::EBADF)?;
        if descriptor == to {
            return Ok(to);
        }
        let before = {
            let mut open = self.open.lock();
            let len = open.len().max(at + 1);
            open.resize(len, None);
            open[at].replace(opening)
        };
        // As dup2 does: what closing it says is lost.
        let _ = before.map(|before| leave(platform, before));
        Ok(to)
    }

    /// Closes all that a program has left open; the next one begins with the console's descriptors.
    pub(crate) fn close_all(&self, platform: &dyn Platform) -> Result<(), Errno> {
        let open = core::mem::replace(&mut *self.open.lock(), consoles());
        let mut all = Ok(());
        for opening in open.into_iter().flatten() {
            let closed = leave(platform, opening);
            all = all.and(closed);
        }
        all
    }

    fn put(&self, opening: Arc<Opening>, least: usize) -> Result<i32, Errno> {
        let mut open = self.open.lock();
        let free = (least..open.len()).find(|at| open[*at].is_none());
        let at = free.unwrap_or(open.len().max(least));
        if at >= MOST {
            return Err(Errno::EMFILE);
        }
        let len = open.len().max(at + 1);
        open.resize(len, None);
        open[at] = Some(opening);
        Ok(at as i32)
    }
}

fn consoles() -> Vec<Option<Arc<Opening>>> {
    (0..3).map(|number| Some(Arc::new(Opening::console(number)))).collect()
}

/// Gives up one descriptor's hold of an opening. A call that is still at work with it on another
/// processor has one of its own, and then the last of them closes.
fn leave(platform: &dyn Platform, opening: Arc<Opening>) -> Result<(), Errno> {
    Arc::into_inner(opening).map_or(Ok(()), |opening| opening.close(platform))
}

/// A path of the program's as the platform takes it.
pub(crate) fn place(platform: &dyn Platform, path: &[u8]) -> Result<String, Errno> {
    if path.len() > PATH_MAX || path.split(|byte| *byte == b'/').any(|name| name.len() > NAME_MAX) {
        return Err(Errno::ENAMETOOLONG);
    }
    let path = core::str::from_utf8(path).map_err(|_| Errno::ENOENT)?;
    if !platform.files().has_root() {
        return if path.is_empty() { Err(Errno::ENOENT) } else { Ok(path.into()) };
    }
    let folder = |path: &str| match platform.files().status(path)? {
        status if status.is_folder => Ok(()),
        _ => Err(FileError::NotFolder),
    };
    Ok(path::plain(path, folder)?)
}
