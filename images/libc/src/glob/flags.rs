//! What can be asked of a search, and how it can fail.

use core::ffi::c_int;

use crate::list::NoRoom;

/// Flags, as glibc numbers them.
pub(super) const ON_ERROR: c_int = 1;
pub(super) const MARK: c_int = 1 << 1;
pub(super) const NO_SORT: c_int = 1 << 2;
pub(super) const OFFSETS: c_int = 1 << 3;
pub(super) const NO_CHECK: c_int = 1 << 4;
pub(super) const APPEND: c_int = 1 << 5;
pub(super) const NO_ESCAPE: c_int = 1 << 6;
pub(super) const PERIOD: c_int = 1 << 7;
pub(super) const MAGIC: c_int = 1 << 8;
pub(super) const BRACES: c_int = 1 << 10;
pub(super) const NO_MAGIC: c_int = 1 << 11;
pub(super) const HOME: c_int = 1 << 12;
pub(super) const FOLDERS: c_int = 1 << 13;
/// Those that are known. Functions of the program's own in place of those for folders are not.
pub(super) const KNOWN: c_int = (1 << 14) - 1 - (1 << 9);

/// `fnmatch`'s.
pub(super) const FITS_NO_ESCAPE: c_int = 2;
pub(super) const FITS_PERIOD: c_int = 4;

/// Why a search ends early.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    NoSpace = 1,
    Aborted = 2,
}

impl From<NoRoom> for Failure {
    fn from(_: NoRoom) -> Self {
        Failure::NoSpace
    }
}

/// Told of folders that cannot be listed: whether to stop.
pub type OnError = Option<unsafe extern "C" fn(*const u8, c_int) -> c_int>;
