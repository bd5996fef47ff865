//! Attention of one head: how much each position so far has to say, and what they say together.

use kernels::formats::{self, ABREAST, LANES, NO_QUARTERS};
use kernels::{kept, vectors};

use super::cache::{Cache, Head};

/// What the head says to a query, which is divided by the root of its width, into `to`. `scores` is room for whole lanes of the
/// first `positions` positions.
pub fn attend(
    cache: &Cache,
    head: Head,
    query: &[f32],
    positions: usize,
    scores: &mut [f32],
    to: &mut [f32],
) {
    kept::scores(cache.format, head.keys, query, scores.as_chunks_mut::<LANES>().0);
    // What lies behind them has no share.
    scores.get_mut(positions..).unwrap_or_default().fill(f32::MIN);
    let unit = 1.0 / vectors::shares(scores);
    let (shares, count) = (scores.as_chunks::<LANES>().0, to.len());
    for (at, to) in to.chunks_mut(ABREAST).enumerate() {
        let [mut quarters, ..] = NO_QUARTERS;
        kept::mixed(cache.format, head.values, shares, (at * ABREAST, count), &mut quarters);
        for (to, quarter) in to.iter_mut().zip(&quarters) {
            // SAFETY: all four are made.
            *to = unsafe { formats::whole(quarter) } * unit;
        }
    }
}
