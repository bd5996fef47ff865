//! Block devices, the FAT16 volume on them, and the order of its writes.
#![no_std]

extern crate alloc;
