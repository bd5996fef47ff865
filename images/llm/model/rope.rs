//! Rotary embeddings: pairs of numbers of queries and keys are turned by angles that grow with the position
//! (Su et al., "RoFormer", 2021).

use super::angles;
use crate::fault::Checked;
use crate::memory::room;

/// Which numbers of a head are turned together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pairs {
    /// Neighbours: 0 and 1, 2 and 3 ...
    Neighbours,
    /// Each of the first half and its counterpart in the second.
    Halves,
}

/// How positions turn pairs.
#[derive(Clone, Copy)]
pub struct Rope {
    pub pairs: Pairs,
    /// By how much each pair turns from one position to the next.
    turns: &'static [f32],
}

impl Rope {
    /// For the first `turned` numbers of a head. A pair's turn is divided by its factor, if there are any, and
    /// by `scale`.
    ///
    /// # Errors
    /// There is no memory.
    pub fn new(
        pairs: Pairs,
        turned: usize,
        base: f32,
        scale: f32,
        factors: Option<&[f32]>,
    ) -> Checked<Self> {
        let turns: &'static mut [f32] = room(turned / 2)?;
        for (pair, turn) in turns.iter_mut().enumerate() {
            let exponent = (2 * pair) as f64 / turned as f64;
            let factor = factors.and_then(|factors| factors.get(pair)).unwrap_or(&1.0);
            *turn = angles::inverse_power(base.into(), exponent) as f32 / (factor * scale);
        }
        Ok(Self { pairs, turns })
    }

    /// Numbers that [`Self::angles`] gives for a position.
    pub const fn angles_len(&self) -> usize {
        self.turns.len() * 2
    }

    /// Cosine and sine of each pair's angle at a position.
    pub fn angles(&self, position: usize, to: &mut [f32]) {
        for (turn, angle) in self.turns.iter().zip(to.as_chunks_mut::<2>().0) {
            let (sine, cosine) = angles::sine_cosine((position as f32 * turn).into());
            *angle = [cosine, sine];
        }
    }

    /// Turns a head's numbers.
    #[inline(never)]
    pub fn turn(&self, head: &mut [f32], angles: &[f32]) {
        let angles = angles.as_chunks::<2>().0;
        match self.pairs {
            Pairs::Neighbours => {
                for (pair, angle) in head.as_chunks_mut::<2>().0.iter_mut().zip(angles) {
                    *pair = turned(*pair, *angle);
                }
            }
            Pairs::Halves => {
                let Some((first, second)) = head.split_at_mut_checked(angles.len()) else { return };
                for ((first, second), angle) in first.iter_mut().zip(second).zip(angles) {
                    [*first, *second] = turned([*first, *second], *angle);
                }
            }
        }
    }
}

/// Not inlined: of pairs, vectors are made with more shuffling than they are worth.
#[inline(never)]
fn turned([x, y]: [f32; 2], [cosine, sine]: [f32; 2]) -> [f32; 2] {
    [x * cosine - y * sine, x * sine + y * cosine]
}
