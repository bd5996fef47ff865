//! Attention of one head: how much each position so far has to say, and what they say together.

use super::cache::{Cache, Head};
use super::formats::{self, Input};
use crate::numbers;

/// What the head says to a query, into `to`. The cache holds `scores.len()` positions; `scores` is room.
pub fn attend(cache: &Cache, head: Head, query: &[f32], scores: &mut [f32], to: &mut [f32]) {
    let input = Input { values: query, sums: &[] };
    let scale = 1.0 / crate::host::sqrt(query.len() as f32);
    for (score, key) in scores.iter_mut().zip(head.keys()) {
        *score = formats::times(cache.format, key, input) * scale;
    }
    shares(scores);
    to.fill(0.0);
    for (share, value) in scores.iter().zip(head.values()) {
        formats::add(cache.format, value, *share, to);
    }
}

/// Scores to shares of one: what is called softmax.
#[inline(never)]
pub fn shares(scores: &mut [f32]) {
    let most = formats::largest(scores);
    for score in scores.iter_mut() {
        *score = numbers::exp(*score - most);
    }
    let sum = formats::sum(scores);
    for score in scores.iter_mut() {
        *score /= sum;
    }
}
