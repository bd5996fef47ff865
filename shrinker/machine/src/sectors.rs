//! What volumes lie on.

/// Bytes in a sector.
pub const SECTOR: u32 = 512;
/// A sector.
pub type Sector = [u8; SECTOR as usize];

/// A disk.
pub trait Sectors {
    /// A sector by its number; `None` when it cannot be read.
    fn sector(&mut self, number: u32) -> Option<&Sector>;
}
