//! Types of random programs.

use std::fmt;

use super::random::Random;

/// What a lane is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Lane {
    Int(u32),
    Float,
    Double,
}

/// A scalar, or a vector of more than one lane.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Type {
    pub(super) lane: Lane,
    pub(super) lanes: u32,
}

impl Type {
    pub(super) const FLOAT: Self = Self { lane: Lane::Float, lanes: 1 };
    pub(super) const DOUBLE: Self = Self { lane: Lane::Double, lanes: 1 };

    pub(super) const fn int(bits: u32) -> Self {
        Self { lane: Lane::Int(bits), lanes: 1 }
    }

    /// The same number of other lanes.
    pub(super) fn of(self, lane: Lane) -> Self {
        Self { lane, ..self }
    }

    /// One lane.
    pub(super) fn scalar(self) -> Self {
        Self { lanes: 1, ..self }
    }

    /// Bits of a lane.
    pub(super) fn bits(self) -> u32 {
        match self.lane {
            Lane::Int(bits) => bits,
            Lane::Float => 32,
            Lane::Double => 64,
        }
    }

    /// Any integer or vector of them.
    pub(super) fn any_int(random: &mut Random) -> Self {
        const BITS: [u32; 23] = [
            1, 3, 7, 8, 8, 13, 16, 24, 32, 32, 33, 48, 63, 64, 64, 65, 96, 128, 129, 150, 192, 200,
            256,
        ];
        let bits = BITS[random.below(23) as usize];
        let lanes = match bits {
            1 | 7 | 8 | 16 | 24 | 32 | 64 if random.one_in(3) => {
                [2, 3, 4, 5, 8, 16][random.below(6) as usize]
            }
            _ => 1,
        };
        Self { lane: Lane::Int(bits), lanes }
    }

    /// Any float or vector of them.
    pub(super) fn any_float(random: &mut Random) -> Self {
        let lane = if random.one_in(2) { Lane::Float } else { Lane::Double };
        let lanes = if random.one_in(3) { [2, 3, 4, 8][random.below(4) as usize] } else { 1 };
        Self { lane, lanes }
    }

    pub(super) fn any(random: &mut Random) -> Self {
        if random.one_in(3) { Self::any_float(random) } else { Self::any_int(random) }
    }

    /// One that functions take and return.
    pub(super) fn param(random: &mut Random) -> Self {
        let one = |lane| Self { lane, lanes: 1 };
        match random.below(13) {
            0 => one(Lane::Double),
            1 => one(Lane::Float),
            2 => Self { lane: Lane::Int(32), lanes: 4 },
            3 => Self { lane: Lane::Float, lanes: 4 },
            4 => Self { lane: Lane::Double, lanes: 2 },
            at => one(Lane::Int([1, 7, 8, 16, 32, 64, 128, 150][at as usize - 5])),
        }
    }

    /// As part of an intrinsic's name.
    pub(super) fn suffix(self) -> String {
        let lane = match self.lane {
            Lane::Int(bits) => format!("i{bits}"),
            Lane::Float => "f32".into(),
            Lane::Double => "f64".into(),
        };
        if self.lanes == 1 { lane } else { format!("v{}{lane}", self.lanes) }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lane = match self.lane {
            Lane::Int(bits) => format!("i{bits}"),
            Lane::Float => "float".into(),
            Lane::Double => "double".into(),
        };
        if self.lanes == 1 { f.write_str(&lane) } else { write!(f, "<{} x {lane}>", self.lanes) }
    }
}
