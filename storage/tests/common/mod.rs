//! Volumes made by mkfs.fat and judged by fsck.fat.
#![allow(dead_code, reason = "each test file uses a part")]

pub mod crash;

use std::io::Write as _;
use std::process::{Command, Output};

use bareflow_storage::MemoryDisk;
use tempfile::NamedTempFile;

/// An empty FAT16 volume of `kib` KiB with `cluster_sectors` sectors a cluster and two FATs.
pub fn new_disk(kib: u32, cluster_sectors: u32) -> MemoryDisk {
    let file = NamedTempFile::new().unwrap();
    file.as_file().set_len(u64::from(kib) * 1024).unwrap();
    let mut mkfs = tool("mkfs.fat");
    mkfs.args(["--invariant", "-F", "16", "-r", "64", "-s", &cluster_sectors.to_string()]);
    must(mkfs.arg(file.path()));
    MemoryDisk::new(std::fs::read(file.path()).unwrap())
}

/// A file with this content.
pub fn image(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// A tool that may lie where only administrators look.
fn tool(name: &str) -> Command {
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new(name);
    command.env("PATH", path);
    command
}

/// What `fsck.fat -n` says of a volume: its exit code and its output.
pub fn fsck(bytes: &[u8]) -> (i32, String) {
    let file = image(bytes);
    let out = tool("fsck.fat").arg("-n").arg("-v").arg(file.path()).output().unwrap();
    // The file's random name may hold any word that is looked for.
    let said = text(&out).replace(&*file.path().to_string_lossy(), "the disk");
    (out.status.code().unwrap_or(-1), said)
}

/// Panics unless `fsck.fat -n` finds nothing.
#[track_caller]
pub fn must_be_clean(bytes: &[u8]) {
    let (code, output) = fsck(bytes);
    assert_eq!(code, 0, "fsck.fat -n:\n{output}");
}

/// Runs a command that has to succeed; its standard output.
#[track_caller]
pub fn must(command: &mut Command) -> Vec<u8> {
    let out = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(out.status.success(), "{command:?}:\n{}", text(&out));
    out.stdout
}

fn text(out: &Output) -> String {
    String::from_utf8_lossy(&[&out.stdout[..], &out.stderr[..]].concat()).into_owned()
}

/// Numbers that look random (xorshift64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 11) % limit
    }

    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }
}
