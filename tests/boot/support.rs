//! Disks and machines for the other files.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use bareflow::artefacts::Artefacts;
use bareflow::image::{Contents, Disk, Geometry, write_disk};
use bareflow::output_file::write_whole;
use bareflow_boot::flud::Header;
use bareflow_emulator::{Accel, Run, Settings};
use tempfile::TempDir;

/// The bytes of an artefact; all of them are built when one is missing.
pub fn artefact(name: &str) -> Vec<u8> {
    Artefacts::locate().read(name).unwrap_or_else(|failure| panic!("{failure}"))
}

/// Where an artefact is.
pub fn artefact_path(name: &str) -> PathBuf {
    Artefacts::locate().path(name).unwrap_or_else(|failure| panic!("{failure}"))
}

/// A folder for the disks of one test.
pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Writes a disk.
pub fn disk(
    path: &Path,
    kernel: &[u8],
    command_line: &str,
    geometry: Geometry,
    contents: &Contents,
) {
    static STAGES: OnceLock<(Vec<u8>, Vec<u8>)> = OnceLock::new();
    let (stage1, stage2) = STAGES.get_or_init(|| (artefact("stage1.bin"), artefact("stage2.bin")));
    let disk = Disk { stage1, stage2, kernel, command_line: command_line.as_bytes(), geometry };
    write_whole(path, |file| write_disk(file, path, &disk, contents))
        .unwrap_or_else(|failure| panic!("{failure}"));
}

/// A FLUD file like `kernel` with so many bytes of payload and of memory. What is added to the
/// payload is no pattern that a wrong copy could repeat.
pub fn resized(kernel: &[u8], payload_bytes: usize, memory_bytes: u64) -> Vec<u8> {
    let (header, payload) = Header::parse(kernel).expect("a FLUD file");
    let mut payload = payload.to_vec();
    // What the kernel expects to be zero stays zero.
    payload.resize(payload_bytes.min(header.memory_bytes as usize).max(payload.len()), 0);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    while payload.len() < payload_bytes {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        payload.push((state >> 56) as u8);
    }
    let memory = memory_bytes.max(header.memory_bytes).max(payload.len() as u64);
    let header = Header::for_payload(&payload, header.load_address, header.entry, memory).unwrap();
    [header.to_bytes().as_slice(), &payload].concat()
}

/// A machine as every developer's computer can run it.
pub fn settings(image: &Path) -> Settings {
    Settings {
        accel: Accel::Tcg,
        memory_mib: 128,
        timeout: Duration::from_secs(300),
        ..Settings::new(image)
    }
}

/// Runs it.
pub fn boot(settings: &Settings) -> Run {
    bareflow_emulator::run(settings, &mut |_| ()).unwrap_or_else(|error| panic!("{error}"))
}

/// Its output as text.
pub fn text(run: &Run) -> String {
    String::from_utf8_lossy(&run.output).into_owned()
}

/// Runs a tool and returns what it printed; it must succeed.
pub fn tool(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{command:?}: {}\n{printed}{said}", output.status);
    output.stdout
}

/// First byte of an image's partition.
pub fn partition_start(image: &Path) -> u64 {
    let mut sector = [0; 512];
    File::open(image).and_then(|mut file| file.read_exact(&mut sector)).expect("an image");
    u64::from(u32::from_le_bytes([sector[454], sector[455], sector[456], sector[457]])) * 512
}

/// The volume inside an image.
pub fn volume(image: &Path) -> fscommon::StreamSlice<File> {
    let file = File::open(image).expect("an image");
    let end = file.metadata().expect("an image").len();
    fscommon::StreamSlice::new(file, partition_start(image), end).expect("a volume")
}

/// `fsck.fat -n` finds nothing wrong with an image's volume.
pub fn fsck(image: &Path) {
    let copy = image.with_extension("volume");
    sparse_copy(&mut volume(image), &copy).expect("a volume");
    let said = tool(Command::new("fsck.fat").arg("-n").arg(&copy));
    let said = String::from_utf8_lossy(&said);
    // Its exit code is 0 for some things that it would repair.
    let lines = said.lines().count();
    assert_eq!(lines, 2, "fsck.fat says more than its name and its count:\n{said}");
}

/// Copies a volume; what is zero takes no room.
fn sparse_copy(from: &mut impl Read, to: &Path) -> std::io::Result<()> {
    let mut to = File::create(to)?;
    let mut piece = Vec::new();
    let mut len = 0;
    while from.by_ref().take(64 << 10).read_to_end(&mut piece)? > 0 {
        len += piece.len() as u64;
        if piece.iter().all(|&byte| byte == 0) {
            to.seek(SeekFrom::Start(len))?;
        } else {
            to.write_all(&piece)?;
        }
        piece.clear();
    }
    to.set_len(len)
}

/// A file of an image's volume, read by mtools.
pub fn mtype(image: &Path, path: &str) -> Vec<u8> {
    let image_arg = format!("{}@@{}", image.display(), partition_start(image));
    tool(Command::new("mtype").args(["-i", &image_arg, &format!("::{path}")]))
}
