//! How numbers lie in sectors.

/// Bytes of an entry in a folder.
pub(super) const ENTRY: usize = 32;

/// Two bytes, low one first.
pub(super) fn half<const N: usize>(bytes: &[u8; N], at: usize) -> u32 {
    match bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(two) => u16::from_le_bytes(*two).into(),
        None => 0,
    }
}
