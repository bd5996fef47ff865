//! A packed compiler as a program that can be started.
//!
//! Unpacking takes a third of a second, so what was unpacked stays in the user's cache, under the name
//! by which the packed file is known, with its SHA-256 behind it. A copy that is damaged, or cannot be
//! kept, costs that third of a second again and nothing else. Whatever is started is an open file that
//! was checked: what happens to its name meanwhile does not matter.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::os::fd::{FromRawFd, OwnedFd};
use std::path::{Path, PathBuf};

use bareflow_packed::{Error, Packed};
use sha2::{Digest, Sha256};

/// `bareflow` in the user's cache, or, for a user without one, in the folder for temporary files.
#[must_use]
pub fn cache() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let home = || set("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let cache = set("XDG_CACHE_HOME").map(PathBuf::from).or_else(home);
    cache.unwrap_or_else(std::env::temp_dir).join("bareflow")
}

/// What is packed in `file`, as an open file; `None` for one that is not packed.
///
/// # Errors
/// It is damaged, or the system has no memory for it.
pub(crate) fn unpacked(file: &[u8], cache: &Path) -> io::Result<Option<OwnedFd>> {
    let packed = match Packed::check(file) {
        Err(Error::NotPacked) => return Ok(None),
        packed => packed.map_err(io::Error::other)?,
    };
    let kept = kept(&packed.head().identity(), cache);
    if let Some(program) = open_kept(&kept, packed.head().unpacked) {
        return Ok(Some(program.into()));
    }
    // SAFETY: the system reads a name that ends with 0.
    let made = unsafe { libc::memfd_create(c"compiler".as_ptr(), libc::MFD_CLOEXEC) };
    if made < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the system made it just now, and nobody else knows it.
    let mut program = File::from(unsafe { OwnedFd::from_raw_fd(made) });
    packed
        .unpack(|piece| program.write_all(piece).map_err(Failed))
        .map_err(|Failed(error)| error)?;
    // Who has no cache, or no room in it, unpacks each time.
    let _ = keep(&mut program, &kept);
    Ok(Some(program.into()))
}

/// Whether what is known by this name was unpacked before.
pub(crate) fn is_kept(identity: &str, cache: &Path) -> bool {
    kept(identity, cache).is_file()
}

/// Where what is known by this name is kept.
fn kept(identity: &str, cache: &Path) -> PathBuf {
    cache.join("compilers").join(identity)
}

/// The kept file, if it is there and whole.
fn open_kept(path: &Path, length: u64) -> Option<File> {
    let mut file = File::open(path).ok()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    let (program, hash) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
    (Sha256::digest(program)[..] == *hash).then_some(file)
}

/// Keeps a copy, which appears whole or not at all, instead of copies of other versions.
fn keep(program: &mut File, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;

    let folder = path.parent().unwrap_or(path);
    std::fs::create_dir_all(folder)?;
    for other in std::fs::read_dir(folder)? {
        // Somebody else's may be in use: it stays until nobody has it open.
        let _ = std::fs::remove_file(other?.path());
    }
    let mut bytes = Vec::new();
    program.rewind()?;
    program.read_to_end(&mut bytes)?;
    let hash = Sha256::digest(&bytes);
    bytes.extend_from_slice(&hash);
    let part = path.with_extension(std::process::id().to_string());
    let mut options = File::options();
    options.write(true).create(true).truncate(true).mode(0o700).open(&part)?.write_all(&bytes)?;
    std::fs::rename(&part, path)
}

/// Why something cannot be unpacked.
struct Failed(io::Error);

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Failed(io::Error::other(error))
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd;

    use super::*;

    fn content(program: &OwnedFd) -> Vec<u8> {
        std::fs::read(format!("/proc/self/fd/{}", program.as_raw_fd())).expect("it is readable")
    }

    #[test]
    fn what_is_kept_is_used_only_if_it_is_whole() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let plain: Vec<u8> = (0..100_000_u32).flat_map(|number| number.to_le_bytes()).collect();
        let packed = bareflow_packed::pack(&plain).expect("it can be packed");
        let unpack =
            || unpacked(&packed, folder.path()).expect("it is whole").expect("it is packed");
        assert_eq!(content(&unpack()), plain);
        let list = std::fs::read_dir(folder.path().join("compilers")).expect("it is kept");
        let kept: Vec<PathBuf> = list.map(|entry| entry.expect("an entry").path()).collect();
        assert_eq!(kept.len(), 1);
        // The second time it is the kept file.
        assert!(content(&unpack()).starts_with(&plain) && content(&unpack()).len() > plain.len());
        // Damaged or cut, it is made again.
        for damage in
            [|bytes: &mut Vec<u8>| bytes[77] ^= 1, |bytes: &mut Vec<u8>| bytes.truncate(1000)]
        {
            let mut bytes = std::fs::read(&kept[0]).expect("it is kept");
            damage(&mut bytes);
            std::fs::write(&kept[0], bytes).expect("it is ours");
            assert_eq!(content(&unpack()), plain);
            assert!(content(&unpack()).starts_with(&plain));
        }
        // Without a cache it works as well.
        let nowhere = Path::new("/proc/nowhere");
        let made = unpacked(&packed, nowhere).expect("it is whole").expect("it is packed");
        assert_eq!(content(&made), plain);
    }
}
