//! Attention of one head: how much each position so far has to say, and what they say together.

use kernels::formats::{self, ABREAST, Input};
use kernels::{numbers, vectors};

use super::cache::{Cache, Head};

/// What the head says to a query, which is as large as an [`Input`] has it, into `to`. The cache holds `scores.len()`
/// positions; `scores` is room.
pub fn attend(cache: &Cache, head: Head, query: &[f32], scores: &mut [f32], to: &mut [f32]) {
    let input = Input { values: query, sums: &[] };
    let scale = 1.0 / numbers::sqrt(query.len() as f32);
    let last = scores.len().saturating_sub(1);
    for (at, scores) in scores.chunks_mut(ABREAST).enumerate() {
        let keys = core::array::from_fn(|key| head.key(last.min(at * ABREAST + key)));
        let products = formats::times(cache.format, keys, input);
        for (score, product) in scores.iter_mut().zip(products) {
            *score = product * scale;
        }
    }
    vectors::shares(scores);
    to.fill(0.0);
    for (share, value) in scores.iter().zip(head.values()) {
        formats::add(cache.format, value, *share, to);
    }
}
