//! Errors as Linux numbers them: host calls give the negative of one.

use bareflow_platform::FileError;

/// Why a host call failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Errno(i32);

impl Errno {
    pub(crate) const ENOENT: Self = Self(2);
    pub(crate) const EIO: Self = Self(5);
    pub(crate) const ENXIO: Self = Self(6);
    pub(crate) const EBADF: Self = Self(9);
    pub(crate) const ENOMEM: Self = Self(12);
    pub(crate) const EACCES: Self = Self(13);
    pub(crate) const EEXIST: Self = Self(17);
    pub(crate) const ENOTDIR: Self = Self(20);
    pub(crate) const EISDIR: Self = Self(21);
    pub(crate) const EINVAL: Self = Self(22);
    pub(crate) const EMFILE: Self = Self(24);
    pub(crate) const EFBIG: Self = Self(27);
    pub(crate) const ENOSPC: Self = Self(28);
    pub(crate) const ESPIPE: Self = Self(29);
    pub(crate) const EROFS: Self = Self(30);
    pub(crate) const ENAMETOOLONG: Self = Self(36);
    pub(crate) const ENOTEMPTY: Self = Self(39);

    /// What a host call gives for it.
    pub(crate) const fn result(self) -> i32 {
        -self.0
    }
}

impl From<FileError> for Errno {
    fn from(error: FileError) -> Self {
        match error {
            // Where there is no disk, there is no file.
            FileError::NotFound | FileError::NoDisk => Self::ENOENT,
            FileError::Exists => Self::EEXIST,
            FileError::Full => Self::ENOSPC,
            FileError::ReadOnly => Self::EROFS,
            FileError::Forbidden => Self::EACCES,
            FileError::IsFolder => Self::EISDIR,
            FileError::NotFolder => Self::ENOTDIR,
            FileError::BadPath | FileError::BadMove => Self::EINVAL,
            FileError::NotEmpty => Self::ENOTEMPTY,
            FileError::TooLarge => Self::EFBIG,
            FileError::Device => Self::ENXIO,
            FileError::NoMemory => Self::ENOMEM,
            FileError::Broken(_) => Self::EIO,
        }
    }
}
