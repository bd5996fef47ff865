//! Attention of one head: how much each position so far has to say, and what they say together.

use super::cache::{Cache, Head};
use super::formats::{self, Format, Input, Row, with_row};
use crate::numbers;

/// What the head says to a query, into `to`. The cache holds `scores.len()` positions; `scores` is room.
pub fn attend(cache: &Cache, head: Head, query: &[f32], scores: &mut [f32], to: &mut [f32]) {
    let format = cache.format;
    let input = Input { values: query, sums: &[] };
    // Only three of the formats: others never get into a cache.
    match format {
        Format::F16 => with_format::<formats::Single<formats::F16>>(head, input, scores, to),
        Format::Q8_0 => with_row!(Format::Q8_0, R => with_format::<R>(head, input, scores, to)),
        _ => with_format::<formats::Single<formats::F32>>(head, input, scores, to),
    }
}

fn with_format<R: Row>(head: Head, query: Input, scores: &mut [f32], to: &mut [f32]) {
    let scale = 1.0 / crate::host::sqrt(query.values.len() as f32);
    for (score, key) in scores.iter_mut().zip(head.keys()) {
        let [product] = R::times(key, [query]);
        *score = product * scale;
    }
    shares(scores);
    to.fill(0.0);
    for (share, value) in scores.iter().zip(head.values()) {
        R::add(value, *share, to);
    }
}

/// Scores to shares of one: what is called softmax.
pub fn shares(scores: &mut [f32]) {
    let most = largest(scores);
    for score in scores.iter_mut() {
        *score = numbers::exp(*score - most);
    }
    let sum = formats::sum(scores);
    for score in scores.iter_mut() {
        *score /= sum;
    }
}

/// The largest of some numbers.
pub fn largest(numbers: &[f32]) -> f32 {
    let mut most = f32::MIN;
    for number in numbers {
        most = if *number > most { *number } else { most };
    }
    most
}
