//! What would have ended a process of Linux, so that a program ends with the same status here.

/// The number of a signal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signal(u8);

impl Signal {
    /// An instruction that there is not, where code was not to come.
    pub const ILLEGAL: Self = Self(4);
    /// A breakpoint.
    pub const TRAP: Self = Self(5);
    /// The program gave up.
    pub const ABORT: Self = Self(6);
    /// An address without alignment or memory.
    pub const BUS: Self = Self(7);
    /// Division by zero, and what else arithmetic cannot do.
    pub const ARITHMETIC: Self = Self(8);
    /// An address that is not the program's.
    pub const MEMORY: Self = Self(11);

    /// The exit status that shells and the tools here show for it.
    #[must_use]
    pub const fn status(self) -> i32 {
        128 + self.0 as i32
    }

    /// What Linux makes of an exception of the processor (SDM, volume 3, section 7.3.1).
    #[must_use]
    pub const fn of_vector(vector: u8) -> Self {
        match vector {
            0 | 16 | 19 => Self::ARITHMETIC,
            1 | 3 => Self::TRAP,
            6 => Self::ILLEGAL,
            11 | 12 | 17 => Self::BUS,
            _ => Self::MEMORY,
        }
    }
}
