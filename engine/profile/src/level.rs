//! Levels: how much work went into a function's code.

use serde::{Deserialize, Serialize};

/// The tier a function runs at. Ordered: a later one is expected to be faster.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub enum Level {
    /// The interpreter.
    #[default]
    #[serde(rename = "interp")]
    Interp,
    /// Compiled fast.
    O0,
    /// Optimised.
    O1,
    /// Optimised with inlining and the profile.
    O2,
    /// Specialised, and the fastest of several variants.
    O3,
}

impl Level {
    /// All levels in order.
    pub const ALL: [Level; 5] = [Level::Interp, Level::O0, Level::O1, Level::O2, Level::O3];

    /// Its name on command lines and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Level::Interp => "interp",
            Level::O0 => "O0",
            Level::O1 => "O1",
            Level::O2 => "O2",
            Level::O3 => "O3",
        }
    }

    /// The level called `name`.
    pub fn from_name(name: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.name() == name)
    }
}

impl core::fmt::Display for Level {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.name())
    }
}
