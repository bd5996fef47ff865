//! Why code was not installed.

use alloc::string::String;

/// One of the pools that a [`crate::Linker`] divides its memory into.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pool {
    /// Code and its constants.
    Code,
    /// The program's variables.
    Data,
    /// Symbol table entries and names.
    Metadata,
    /// GOT slots.
    Slots,
    /// Probes.
    Probes,
}

impl Pool {
    const fn name(self) -> &'static str {
        match self {
            Pool::Code => "code",
            Pool::Data => "data",
            Pool::Metadata => "metadata",
            Pool::Slots => "slot",
            Pool::Probes => "probe",
        }
    }

    const fn unit(self) -> &'static str {
        match self {
            Pool::Code | Pool::Data | Pool::Metadata => " bytes",
            Pool::Slots | Pool::Probes => "",
        }
    }
}

/// Why something could not be placed or linked. Nothing was changed then.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LinkError {
    /// A pool has no room.
    Full {
        /// Which.
        pool: Pool,
        /// What was asked for, in the unit of the pool (bytes, slots, probes).
        wanted: usize,
        /// What is in use.
        used: usize,
        /// Its size.
        size: usize,
    },
    /// A region is too small for its fixed parts, or does not lie within reach of the other.
    Regions(&'static str),
    /// A name that nothing defines.
    Unresolved {
        /// The function whose code names it.
        function: String,
        /// The name.
        symbol: String,
    },
    /// A distance that does not fit 32 bits.
    OutOfRange {
        /// The function whose code has the place.
        function: String,
        /// Whose address was to be written.
        symbol: String,
        /// Offset of the place in bytes in the object's section.
        offset: u32,
        /// The distance in bytes.
        distance: i64,
    },
    /// An object that breaks its own invariants: damaged, or made by a broken compiler.
    Malformed {
        /// The function.
        function: String,
        /// What is wrong.
        what: &'static str,
        /// Offset in bytes, where it applies.
        offset: u32,
    },
    /// A name defined twice.
    Duplicate(String),
}

impl core::fmt::Display for LinkError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            LinkError::Full { pool, wanted, used, size } => {
                let (name, unit) = (pool.name(), pool.unit());
                write!(f, "{name} pool full: {wanted} more wanted, {used} of {size}{unit} used")
            }
            LinkError::Regions(what) => f.write_str(what),
            LinkError::Unresolved { function, symbol } => {
                write!(f, "{function}: nothing defines `{symbol}`")
            }
            LinkError::OutOfRange { function, symbol, offset, distance } => write!(
                f,
                "{function}+{offset:#x}: `{symbol}` is {distance} bytes away, beyond 2 GiB"
            ),
            LinkError::Malformed { function, what, offset } => {
                write!(f, "{function}+{offset:#x}: {what}")
            }
            LinkError::Duplicate(name) => write!(f, "`{name}` is defined twice"),
        }
    }
}

impl core::error::Error for LinkError {}
