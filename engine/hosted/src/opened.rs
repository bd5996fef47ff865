//! The files that are open.

use std::fs::File;
use std::sync::{Arc, Mutex, MutexGuard};

use bareflow_platform::{FileError, FileId};

/// The files that are open, by number.
#[derive(Default, Debug)]
pub(crate) struct Opened(Mutex<Vec<Option<Arc<File>>>>);

impl Opened {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Vec<Option<Arc<File>>>> {
        self.0.lock().expect("no holder panics")
    }

    pub(crate) fn add(&self, file: File) -> FileId {
        let mut files = self.lock();
        let free = files.iter().position(Option::is_none).unwrap_or(files.len());
        if free == files.len() {
            files.push(None);
        }
        files[free] = Some(Arc::new(file));
        FileId(u32::try_from(free).expect("descriptors are fewer"))
    }

    pub(crate) fn get(&self, file: FileId) -> Result<Arc<File>, FileError> {
        self.lock().get(file.0 as usize).cloned().flatten().ok_or(FileError::NotFound)
    }
}
