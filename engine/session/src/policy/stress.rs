//! Swapping for its own sake: functions change to any level at any time, and back.
//!
//! For tests (`"stress": SEED` in the manifest): what holds while every function is replaced again
//! and again, in the middle of its own calls, holds when it rises once. All code counts itself,
//! at every level, so that it is replaced again soon.

use alloc::boxed::Box;
use alloc::vec::Vec;

use bareflow_ir::BlockId;
use bareflow_object::{Entry, Options};
use bareflow_profile::Level;

use super::View;
use crate::Manifest;
use crate::events::{Order, Orders, Purpose, Wish};
use crate::key::FuncKey;

/// Back edges of an interpreted loop after which it continues in compiled code.
pub(super) const HOT_LOOP: u64 = 40;
/// Calls and back edges after which a function changes, at most.
const CALLS: u64 = 400;

/// Whether functions change for its own sake.
pub(crate) fn is_on(manifest: &Manifest) -> bool {
    manifest.stress != 0 && manifest.level.is_none()
}

/// What changes next: a sequence that the manifest's seed determines.
#[derive(Debug)]
pub(crate) struct Stress {
    random: Random,
}

/// A sequence of numbers (xorshift, Marsaglia 2003).
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.max(1))
    }

    /// The next number below `limit`.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % limit.max(1)
    }
}

impl Stress {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Random::new(seed) }
    }

    /// Changes a function to some level, perhaps down. `interpreted`: after how many interpreted
    /// calls it was reported, if it was the interpreter that did so.
    pub(crate) fn change(
        &mut self,
        view: &View<'_>,
        key: FuncKey,
        interpreted: Option<u64>,
    ) -> Orders {
        let wait = 1 + self.random.below(CALLS);
        let standing = view.ledger.at(key);
        let body = view.facts.module(key.image).func(key.func);
        if body.is_declaration() || standing.refused.is_some() {
            return Vec::from([Order::ReportAt(key, u64::MAX)]);
        }
        let change = match Level::ALL[self.random.below(5) as usize] {
            Level::Interp => Vec::from([Order::Interpret(key), Order::Arm(key, wait)]),
            level => Vec::from([wish(key, level, Entry::Call, wait)]),
        };
        let again = interpreted.map(|calls| Order::ReportAt(key, calls.saturating_add(wait)));
        change.into_iter().chain(again).collect()
    }

    /// Continues a loop in new code of some level.
    pub(crate) fn looped(&mut self, key: FuncKey, header: BlockId, back_edges: u64) -> Orders {
        let level = Level::ALL[1 + self.random.below(4) as usize];
        let again = back_edges + 1 + self.random.below(HOT_LOOP);
        Vec::from([
            Order::ReportLoopAt(key, header, again),
            wish(key, level, Entry::Loop(header), again),
        ])
    }
}

fn wish(key: FuncKey, level: Level, entry: Entry, again_after: u64) -> Order {
    Order::Compile(Box::new(Wish {
        key,
        level,
        entry,
        options: Options { instrument: true, ..Options::default() },
        purpose: Purpose::Shake { again_after },
        heat: 0,
        reason: "shaken".into(),
    }))
}
