//! What files are known by.

/// An open file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub u32);

/// A number that hardly any other path has (FNV-1a).
pub(super) fn number(path: &str) -> u64 {
    let lower = path.trim_start_matches('/').bytes().map(|byte| byte.to_ascii_lowercase());
    lower.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
