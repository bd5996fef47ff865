//! What is done with whole vectors between two products of matrices.

use crate::formats::{self, LANES, Lanes};
use crate::numbers;

/// Adds one to the other.
#[inline(never)]
pub fn add(to: &mut [f32], what: &[f32]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += what;
    }
}

/// Brings a vector's mean square to 1, and multiplies by weights.
#[inline(never)]
pub fn norm(vector: &[f32], weights: &[f32], epsilon: f32, to: &mut [f32]) {
    let factor = level(vector, epsilon);
    for ((to, number), weight) in to.iter_mut().zip(vector).zip(weights) {
        *to = weight * (factor * number);
    }
}

/// The same with a vector that is not needed any more.
#[inline(never)]
pub fn norm_in_place(vector: &mut [f32], weights: &[f32], epsilon: f32) {
    let factor = level(vector, epsilon);
    for (number, weight) in vector.iter_mut().zip(weights) {
        *number = weight * (factor * *number);
    }
}

/// The factor that makes a vector's mean square 1.
fn level(vector: &[f32], epsilon: f32) -> f32 {
    1.0 / numbers::sqrt(formats::squares(vector) / vector.len() as f32 + epsilon)
}

/// Multiplies each number.
#[inline(never)]
pub fn scale(vector: &mut [f32], factor: f32) {
    for number in vector {
        *number *= factor;
    }
}

/// The exponential function of each number: in one place, for it is long.
#[inline(never)]
fn exp(numbers: &mut [Lanes]) {
    for lanes in numbers {
        for lane in lanes {
            *lane = numbers::exp(*lane);
        }
    }
}

/// What gates let through of the other numbers: each times `x / (1 + exp(-x))` of its gate, which it takes the place
/// of. Both are whole lanes.
#[inline(never)]
pub fn gate(gates: &mut [f32], others: &[f32]) {
    let (gates, others) = (gates.as_chunks_mut::<LANES>().0, others.as_chunks::<LANES>().0);
    for (gates, others) in gates.iter_mut().zip(others) {
        let mut powers = [[0.0; LANES]];
        for lane in 0..LANES {
            powers[0][lane] = -gates[lane];
        }
        exp(&mut powers);
        for lane in 0..LANES {
            gates[lane] *= others[lane] / (1.0 + powers[0][lane]);
        }
    }
}

/// Scores to what is in proportion to their shares, and the sum of that: what is called softmax, but for a division.
#[inline(never)]
pub fn shares(scores: &mut [f32]) -> f32 {
    let most = formats::largest(scores);
    for score in scores.iter_mut() {
        *score -= most;
    }
    let (whole, rest) = scores.as_chunks_mut::<LANES>();
    exp(whole);
    if !rest.is_empty() {
        let mut last = [[0.0; LANES]];
        if let Some(last) = last.as_flattened_mut().get_mut(..rest.len()) {
            last.copy_from_slice(rest);
        }
        exp(&mut last);
        if let Some(last) = last.as_flattened().get(..rest.len()) {
            rest.copy_from_slice(last);
        }
    }
    formats::sum(scores)
}
