//! The way back, as far as it is the record's: what is noted when an image cannot go on.
//!
//! The loader has left the record that is in force at a fixed place. It is changed there, and written from
//! there by the firmware (`text/back.s`), since whatever the disk hangs on, the firmware has read this image
//! from it.

use crate::files::no_disk;
use crate::record::{SHRUNK, STATE_AT, Sector, byte, come_back, is_whole};

/// Where the loader leaves it.
const RECORD: usize = 0x600;

/// Whether the record is one that started this image.
fn may_go_back(record: &Sector) -> bool {
    is_whole(record) && byte(record, STATE_AT) == SHRUNK
}

/// The record in memory.
///
/// # Safety
/// Called once in each host call or at the end; the reference ends with it.
unsafe fn record<'a>() -> &'a mut Sector {
    // SAFETY: low memory that nothing else uses, mapped one to one.
    unsafe { &mut *core::ptr::with_exposed_provenance_mut::<Sector>(RECORD) }
}

/// What kind of cause it is that a file could not be opened: that there is no disk; 0 where that is the
/// program's affair.
#[unsafe(no_mangle)]
extern "C" fn restart_for_file() -> u32 {
    // SAFETY: this is a host call.
    if may_go_back(unsafe { record() }) { 3 * u32::from(no_disk()) } else { 0 }
}

/// Notes why the image goes back: a kind of cause, and a name that ends in a zero. The disk's sector that the
/// record has to be written to; 0 where there is no record, or one that did not start this image: then
/// nothing is to be written, and the end is the end.
///
/// # Safety
/// The name does end, and nothing else runs.
#[unsafe(no_mangle)]
unsafe extern "C" fn restart_note(kind: u32, name: *const u8) -> u32 {
    // SAFETY: at the end.
    let record = unsafe { record() };
    if !may_go_back(record) {
        return 0;
    }
    let mut length = 0;
    // SAFETY: the caller's.
    while unsafe { *name.add(length) } != 0 {
        length += 1;
    }
    // SAFETY: so many bytes are the name.
    come_back(record, kind as u8, unsafe { core::slice::from_raw_parts(name, length) }.iter())
}
