//! The next token, of the scores of all.

use kernels::{formats, vectors};

use crate::fault::Checked;
use crate::memory::room;

/// How to choose.
#[derive(Clone, Copy)]
pub struct Choice {
    /// 0: always the one with the highest score.
    pub temperature: f32,
    /// Choose among so many of the best; 0: all.
    pub top_k: usize,
    /// Choose among the best that together have this share.
    pub top_p: f32,
    /// Leave out those with less than this part of the best one's share.
    pub min_p: f32,
    /// Scores of tokens that were there lately are divided by it.
    pub penalty: f32,
    pub seed: u64,
}

/// Tokens back that a penalty looks.
const LATELY: usize = 64;

pub struct Sampler {
    choice: Choice,
    state: u64,
    /// Tokens by share, where that is needed.
    order: &'static mut [u32],
}

impl Sampler {
    /// # Errors
    /// There is no memory.
    pub fn new(choice: Choice, tokens: usize) -> Checked<Self> {
        let order = room(if choice.temperature > 0.0 { tokens } else { 0 })?;
        // Neighbouring seeds are to differ in more than a bit; zero would stay zero.
        let state = choice.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x6a09_e667_f3bc_c909;
        Ok(Self { choice, state: if state == 0 { 1 } else { state }, order })
    }

    /// Chooses. `so_far`: the tokens before.
    #[inline(never)]
    pub fn next(&mut self, scores: &mut [f32], so_far: &[u32]) -> u32 {
        let choice = self.choice;
        if choice.penalty != 1.0 {
            penalise(scores, so_far, choice.penalty);
        }
        if choice.temperature == 0.0 {
            return best(scores);
        }
        self.by_chance(scores)
    }

    /// Chooses one by its share.
    #[inline(never)]
    fn by_chance(&mut self, scores: &mut [f32]) -> u32 {
        let choice = self.choice;
        for score in scores.iter_mut() {
            *score /= choice.temperature;
        }
        let sum = vectors::shares(scores);
        vectors::scale(scores, 1.0 / sum);
        let count = self.candidates(scores);
        let candidates = self.order.get(..count).unwrap_or_default();
        let share = |token: &u32| scores.get(*token as usize).copied().unwrap_or(0.0);
        let mut whole = 0.0;
        for token in candidates {
            whole += share(token);
        }
        let mark = self.random() * whole;
        let mut below = 0.0;
        for token in self.order.get(..count).unwrap_or_default() {
            below += share(token);
            if mark < below {
                return *token;
            }
        }
        self.order.first().copied().unwrap_or(0)
    }

    /// Puts those that may be chosen in front, the best first; how many they are.
    #[inline(never)]
    fn candidates(&mut self, shares: &[f32]) -> usize {
        let choice = self.choice;
        let least = formats::largest(shares) * choice.min_p;
        let share = |token: u32| shares.get(token as usize).copied().unwrap_or(0.0);
        let mut count = 0;
        for (token, share) in shares.iter().enumerate() {
            if *share >= least
                && let Some(place) = self.order.get_mut(count)
            {
                *place = token as u32;
                count += 1;
            }
        }
        let all = self.order.get_mut(..count).unwrap_or_default();
        let wanted = if choice.top_k == 0 { count } else { choice.top_k.min(count) };
        if wanted == count && choice.top_p >= 1.0 {
            return count;
        }
        // A heap gives the best one after the other, and no more of them than are needed.
        let better = |a: u32, b: u32| share(a) > share(b) || (share(a) == share(b) && a < b);
        for start in (0..count / 2).rev() {
            sift(all, start, &better);
        }
        let (mut taken, mut sum) = (0, 0.0);
        let mut heap = all;
        // The best go to the end, from where they are brought to the front below.
        while taken < wanted && !heap.is_empty() && (taken == 0 || sum < choice.top_p) {
            let last = heap.len() - 1;
            heap.swap(0, last);
            sum += heap.get(last).copied().map_or(0.0, share);
            taken += 1;
            heap = heap.get_mut(..last).unwrap_or_default();
            sift(heap, 0, &better);
        }
        let all = self.order.get_mut(..count).unwrap_or_default();
        all.reverse();
        taken
    }

    /// A number from 0 to 1, 1 left out (Marsaglia's xorshift, Vigna's variant with a product).
    fn random(&mut self) -> f32 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let bits = self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40;
        bits as f32 / 16_777_216.0
    }
}

fn sift(heap: &mut [u32], mut at: usize, better: &impl Fn(u32, u32) -> bool) {
    loop {
        let Some(left) = heap.get(2 * at + 1).copied() else { return };
        let right = heap.get(2 * at + 2).copied();
        let child = match right {
            Some(right) if better(right, left) => 2 * at + 2,
            _ => 2 * at + 1,
        };
        let (Some(above), Some(below)) = (heap.get(at).copied(), heap.get(child).copied()) else {
            return;
        };
        if !better(below, above) {
            return;
        }
        heap.swap(at, child);
        at = child;
    }
}

/// The first of those with the highest score.
#[inline(never)]
fn best(scores: &[f32]) -> u32 {
    let most = formats::largest(scores);
    scores.iter().position(|score| *score == most).unwrap_or(0) as u32
}

#[inline(never)]
fn penalise(scores: &mut [f32], so_far: &[u32], penalty: f32) {
    let lately = so_far.get(so_far.len().saturating_sub(LATELY)..).unwrap_or_default();
    for (index, token) in lately.iter().enumerate() {
        if lately.get(..index).unwrap_or_default().contains(token) {
            continue;
        }
        if let Some(score) = scores.get_mut(*token as usize) {
            *score = if *score > 0.0 { *score / penalty } else { *score * penalty };
        }
    }
}
