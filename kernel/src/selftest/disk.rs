//! Every disk, read only: what drives it and how fast it is.

use bareflow_storage::BlockDevice;

use crate::arch::exit::Status;
use crate::devices::{clock, disk};
use crate::say;

/// Reads the beginning of each disk twice, in large and in small pieces, and compares.
pub fn run() -> Status {
    const MOST: u64 = 8 << 20;
    // Small pieces are many requests, which are slow where the processor has other work.
    const IN_PIECES: usize = 512 << 10;
    for mut disk in disk::find() {
        let bytes = (disk.sectors() * 512).min(MOST) as usize;
        let mut whole = alloc::vec![0u8; bytes];
        let mut pieces = alloc::vec![0xffu8; bytes.min(IN_PIECES)];
        let mut result = Ok(());
        let mut took = u64::MAX;
        // The fastest of three: emulators are not always running.
        for _ in 0..3 {
            let start = clock::now_ns();
            result = result.and_then(|()| disk.read(0, &mut whole));
            took = took.min(clock::now_ns() - start);
        }
        for (i, piece) in pieces.chunks_mut(7 * 512).enumerate() {
            result = result.and_then(|()| disk.read(i as u64 * 7, piece));
        }
        if let Err(why) = result {
            say!("disk: {}: {why}", disk.kind());
            return Status::Failure;
        }
        if whole[..pieces.len()] != pieces {
            say!("disk: {}: two reads of the same sectors differ", disk.kind());
            return Status::Failure;
        }
        say!(
            "disk: {}: {} sectors, {bytes} bytes read at {} MB/s",
            disk.kind(),
            disk.sectors(),
            bytes as u64 * 1000 / took.max(1)
        );
    }
    Status::Success
}
