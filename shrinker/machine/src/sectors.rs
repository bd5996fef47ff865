//! What volumes lie on.

/// Bytes in a sector.
pub const SECTOR: u32 = 512;
/// A sector.
pub type Sector = [u8; SECTOR as usize];

/// A disk.
pub trait Sectors {
    /// A sector by its number; `None` when it cannot be read.
    fn sector(&mut self, number: u32) -> Option<&Sector>;

    /// Writes a part of a sector, from a byte of it on; `None` when it cannot be written.
    fn put(&mut self, number: u32, at: usize, bytes: &[u8]) -> Option<()>;

    /// Gives one sector the content of another; `None` when that cannot be done.
    fn copy(&mut self, from: u32, to: u32) -> Option<()>;

    /// Returns once all that was written would survive a power cut; `None` when it cannot be known.
    fn flush(&mut self) -> Option<()>;
}
