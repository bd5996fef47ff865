//! How large the parts of code memory are, and what of them is in use.

/// Sizes of the pools.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Functions and host calls that can be declared: 8 bytes of data and 24 of code each.
    pub slots: u32,
    /// Probes that can exist at a time: 48 bytes of code, 16 of data and 624 of other memory each.
    pub probes: u32,
    /// Bytes of the code region that may be used; what lies beyond is left alone.
    pub code: usize,
    /// Bytes of the data region that may be used.
    pub data: usize,
    /// Bytes for names and symbol table entries.
    pub metadata: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { slots: 16_384, probes: 256, code: usize::MAX, data: usize::MAX, metadata: 2 << 20 }
    }
}

/// What is in use of each pool, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Usage {
    /// Installed code and its constants, retired ones included.
    pub code: usize,
    /// Size of the code pool.
    pub code_size: usize,
    /// Retired code that is not freed yet.
    pub retired: usize,
    /// Variables.
    pub data: usize,
    /// Size of the data pool.
    pub data_size: usize,
    /// Names and symbol table entries.
    pub metadata: usize,
    /// Size of the metadata pool.
    pub metadata_size: usize,
    /// Slots declared.
    pub slots: u32,
}
