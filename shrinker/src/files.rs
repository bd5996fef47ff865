//! Files of the grown disk that a flat image takes along: in a FAT16 volume behind its code, which the
//! image's partition table names and its own machine reads and writes.

use std::path::Path;

use bareflow_storage::{MemoryDisk, SECTOR, Volume, find_fat16, format, sectors_for};

use crate::disk::FileDisk;
use crate::source_error::{Cause, SourceError};

/// Folders of the grown machine's own: it alone has a use for what is in them.
const MACHINE: [&str; 2] = ["boot", "modules"];
/// Where the second entry of a partition table lies in the first sector.
const ENTRY: usize = 446 + 16;
/// The volume begins at a multiple of so many bytes, as blocks of disks do.
const ALIGNMENT: usize = 4096;

/// A file or folder of the disk.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Entry {
    path: String,
    /// `None` for a folder.
    content: Option<Vec<u8>>,
}

/// Files, and the folders they lie in.
#[derive(Clone, Default, Debug)]
pub struct Files(Vec<Entry>);

impl Files {
    /// Those of the disk image at `path`, but for the machine's own.
    ///
    /// # Errors
    /// It cannot be read, or holds no FAT16 volume.
    pub fn of(path: &Path) -> Result<Self, SourceError> {
        let failed = |cause| SourceError::new(path, cause);
        let file = std::fs::File::open(path).map_err(|error| failed(error.into()))?;
        let partition = find_fat16(FileDisk(file)).map_err(|error| failed(error.into()))?;
        let broken = |error| failed(Cause::Volume(error));
        let mut volume = Volume::mount_read_only(partition).map_err(broken)?;
        let mut entries = Vec::new();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            for entry in volume.list(&folder).map_err(broken)? {
                let path = format!("{folder}/{}", entry.name);
                let own = |name: &&str| name.eq_ignore_ascii_case(&entry.name);
                if folder.is_empty() && MACHINE.iter().any(own) {
                    continue;
                }
                let content = match entry.is_folder {
                    true => None,
                    false => Some(volume.read(&path).map_err(broken)?),
                };
                if entry.is_folder {
                    folders.push(path.clone());
                }
                entries.push(Entry { path, content });
            }
        }
        // Folders before what is in them.
        entries.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Self(entries))
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|entry| entry.content.is_none())
    }

    /// How many there are, and how large they are together.
    #[must_use]
    pub fn measure(&self) -> (usize, u64) {
        let sizes = self.0.iter().filter_map(|entry| entry.content.as_ref());
        sizes.fold((0, 0), |(count, bytes), content| (count + 1, bytes + content.len() as u64))
    }

    /// Puts them behind the code of a flat image, with room for `room` bytes more.
    ///
    /// # Errors
    /// They are more than a volume can hold, or one has a name that none can have.
    pub fn append(&self, image: &mut Vec<u8>, room: u64) -> Result<(), bareflow_storage::Error> {
        let start = image.len().next_multiple_of(ALIGNMENT);
        let first = (start / SECTOR) as u32;
        let sizes: Vec<u64> =
            self.0.iter().map(|entry| entry.content.as_ref().map_or(0, Vec::len) as u64).collect();
        // A long name takes up to 21 entries; a folder begins with a cluster.
        let entries = self.0.len() as u64 * 21 + self.0.len() as u64 * 16;
        let sectors = sectors_for(&sizes, entries, room);
        let mut disk = MemoryDisk::new(vec![0; sectors as usize * SECTOR]);
        // The same files make the same image.
        format(&mut disk, first, sectors)?;
        let mut volume = Volume::mount(disk)?;
        for Entry { path, content } in &self.0 {
            match content {
                None => volume.create_folder(path)?,
                Some(content) => volume.write_new(path, content)?,
            }
        }
        image.resize(start, 0);
        image.extend(volume.into_device().into_bytes());
        let kind = if sectors < 32 << 11 { 0x04 } else { 0x0e };
        let mut entry = [0, 0xfe, 0xff, 0xff, kind, 0xfe, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0];
        entry[8..12].copy_from_slice(&first.to_le_bytes());
        entry[12..].copy_from_slice(&sectors.to_le_bytes());
        image[ENTRY..ENTRY + 16].copy_from_slice(&entry);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_lie_in_a_volume_behind_the_code() {
        let entry = |path: &str, content: Option<&[u8]>| Entry {
            path: path.into(),
            content: content.map(Vec::from),
        };
        let files = Files(vec![
            entry("/data", None),
            entry("/data/a rather long name.txt", Some(b"content")),
            entry("/empty", Some(b"")),
        ]);
        assert_eq!((files.is_empty(), files.measure()), (false, (2, 7)));
        let mut image = vec![0x90; 5000];
        image[510..512].copy_from_slice(&[0x55, 0xaa]);
        image[446..462].fill(0);
        image[450] = 0xda;
        files.append(&mut image, 1 << 20).unwrap();
        image[478..510].fill(0);
        let volume = find_fat16(MemoryDisk::new(image)).unwrap();
        assert_eq!(volume.start(), 16);
        let mut volume = Volume::mount(volume).unwrap();
        assert_eq!(volume.read("/data/a rather long name.txt").unwrap(), b"content");
        assert_eq!(volume.read("/empty").unwrap(), b"");
    }
}
