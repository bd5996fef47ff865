//! Files that lie in the kernel's own file, for machines without a disk: see `build.rs`.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
