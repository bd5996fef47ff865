//! When functions rise, and how far.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::BlockId;
use bareflow_object::{Entry, Options};
use bareflow_profile::Level;

use super::worth::{Work, guessed_cost, guessed_gain, usual_ns};
use super::{View, adaptive, stress};
use crate::Manifest;
use crate::events::{Order, Orders, Purpose, Wish};
use crate::key::FuncKey;
use crate::ledger::{Model, above};

/// Share of the calls to O1 after which a function is compiled at all: what is called a few
/// times is not worth even a fast compiler.
const O0_SHARE: u64 = 10;

/// Back edges of one interpreted loop after which the adaptive mode looks at it.
const FIRST_LOOP: u64 = 1_000;

/// Calls after which a function is first looked at in the adaptive mode.
const FIRST_LOOK: u64 = 2;

/// The options a level starts with. Below the top, code counts itself so that it can rise.
pub(crate) fn compiler_options(level: Level, rises: bool) -> Options {
    Options { instrument: rises && level < Level::O3, ..Options::default() }
}

/// Calls and back edges after which the interpreter first reports a function or a loop.
/// Compilers may run `beside` the program.
pub(crate) fn first_reports(manifest: &Manifest, beside: bool) -> (u64, u64) {
    if manifest.level.is_some() {
        (u64::MAX, u64::MAX)
    } else if manifest.stress != 0 {
        (1, stress::HOT_LOOP)
    } else if manifest.adaptive {
        (FIRST_LOOK, FIRST_LOOP)
    } else {
        // A loop that goes round as often as a function is called before it comes to O2 continues
        // there. Code for it is for one call, so that also whoever makes it beside the program waits that long.
        let calls = manifest.thresholds(beside).0 / O0_SHARE;
        (calls.max(1), manifest.thresholds(false).1.max(1))
    }
}

/// Calls after which a function rises to `level`.
fn threshold(view: &View<'_>, level: Level) -> u64 {
    let thresholds = view.facts.manifest().thresholds(view.facts.compiles_beside());
    match level {
        Level::Interp => 0,
        Level::O0 => (thresholds.0 / O0_SHARE).max(1),
        Level::O1 => thresholds.0,
        Level::O2 => thresholds.1,
        Level::O3 => thresholds.2,
    }
}

/// The level that `calls` calls deserve.
pub(super) fn deserved(view: &View<'_>, calls: u64) -> Level {
    let reached = |level: &Level| calls >= threshold(view, *level);
    Level::ALL.into_iter().rev().find(reached).unwrap_or_default()
}

/// The highest level above `from`, up to `wanted`, that pays for a function; `from` where none does.
///
/// Who counts calls alone compiles large functions for running through little of them, a few times, and makes
/// for each the code of every level on the way. Here code is made once it would save as much as it costs, of
/// what the function has taken so far: that it takes as much again is the one guess that is never off by more than
/// a factor of two in what it costs. So the first level, which is faster by far, comes early, and the upper ones,
/// which are faster by little, where much time goes. A function that took more in each of the earlier boots is expected to
/// take as much in this one: what pays for that is made at once, and what pays only over several boots when this one is
/// over ([`super::ahead`]). All of it is guessed from counts, so that the same counts lead to the
/// same code everywhere. Where thresholds were asked for, and where compiling costs the program nothing, they
/// are all that counts.
fn paid_for(view: &View<'_>, key: FuncKey, from: Level, wanted: Level) -> Level {
    if !weighs(view) {
        return wanted;
    }
    let heat = view.ledger.at(key).native_heat().max(usual_heat(view, key));
    let taken = Work::of(view, key).taken(view, key).max(usual_ns(view, key));
    paid_of(view, key, from, wanted, (taken, heat))
}

/// The same where it has taken so many nanoseconds at `from`, of so many calls and rounds.
fn paid_of(
    view: &View<'_>,
    key: FuncKey,
    from: Level,
    wanted: Level,
    (taken, heat): (u64, u64),
) -> Level {
    if !weighs(view) {
        return wanted;
    }
    let pays = |level: &Level| {
        let gain = guessed_gain(from, *level, taken, heat);
        // What it calls is not looked at where it is too large itself.
        gain >= Model::default().cost(*level, view.instrs(key))
            && gain >= guessed_cost(view, key, *level)
    };
    let mut above = Level::ALL.into_iter().rev().filter(|level| *level > from && *level <= wanted);
    above.find(pays).unwrap_or(from)
}

/// Whether code is weighed before it is made, beside what thresholds say.
pub(super) fn weighs(view: &View<'_>) -> bool {
    let manifest = view.facts.manifest();
    manifest.thresholds.is_none() && !manifest.adaptive && !view.facts.compiles_beside()
}

/// When to look again at a function of so many calls or rounds that does not pay yet: not before there are as many as in
/// each of the earlier boots, since for so many it does not.
fn later(view: &View<'_>, key: FuncKey, count: u64) -> u64 {
    count.saturating_add(count.div_ceil(2)).max(usual_heat(view, key)).max(1)
}

/// Calls and rounds of a function in each of the earlier boots.
fn usual_heat(view: &View<'_>, key: FuncKey) -> u64 {
    view.in_each_before(view.ledger.at(key).heat_before())
}

/// The wish for `key` to come to `level` for all calls to come, if it is below and nothing speaks
/// against it.
pub(super) fn rise(
    view: &View<'_>,
    key: FuncKey,
    level: Level,
    heat: u64,
    reason: String,
) -> Option<Wish> {
    let standing = view.ledger.at(key);
    let there = standing.level().max(standing.awaited.unwrap_or_default());
    let body = view.facts.module(key.image).func(key.func);
    if there >= level || standing.refused.is_some() || body.is_declaration() {
        return None;
    }
    let options = compiler_options(level, view.facts.manifest().level.is_none());
    let purpose = Purpose::Rise;
    Some(Wish { key, level, entry: Entry::Call, options, purpose, heat, reason })
}

/// Counting to thresholds, or weighing gain against cost.
#[derive(Debug, Default)]
pub(crate) struct Rising;

impl Rising {
    /// An interpreted function was called `calls` times.
    pub(crate) fn called(&self, view: &View<'_>, key: FuncKey, calls: u64) -> Orders {
        let manifest = view.facts.manifest();
        let standing = view.ledger.at(key);
        let rises = manifest.level.is_none() && standing.refused.is_none();
        if !rises {
            return Vec::from([Order::ReportAt(key, u64::MAX)]);
        }
        if manifest.adaptive {
            let mut orders = look(view, key, calls).1;
            orders.push(Order::ReportAt(key, calls.saturating_mul(2)));
            return orders;
        }
        let before = standing.heat_before();
        let all = calls.saturating_add(before);
        let mut wanted = deserved(view, all);
        if weighs(view) && !standing.loops.is_empty() {
            // It is called once more.
            wanted = wanted.max(Level::O2);
        }
        let level = paid_for(view, key, standing.level(), wanted);
        let wish = rise(view, key, level, all, format!("{all} calls"));
        let again = if level < wanted {
            later(view, key, calls)
        } else {
            above(level).map_or(u64::MAX, |next| threshold(view, next).saturating_sub(before))
        };
        let compile = wish.map(|wish| Order::Compile(Box::new(wish)));
        compile.into_iter().chain([Order::ReportAt(key, again)]).collect()
    }

    /// The counter of a function ran out. It asks no more until it is set anew.
    pub(crate) fn counter_out(&self, view: &View<'_>, key: FuncKey) -> Orders {
        let standing = view.ledger.at(key);
        let heat = standing.native_heat().saturating_add(view.facts.interpreted_calls(key));
        let level = standing.level();
        if view.facts.manifest().adaptive {
            let (rises, mut orders) = look(view, key, heat);
            if !rises {
                orders.extend(self.arm(view, key, level, heat));
            }
            return orders;
        }
        let all = heat.saturating_add(standing.heat_before());
        let wanted = deserved(view, all).max(above(level).unwrap_or(level));
        let next = paid_for(view, key, level, wanted);
        if next <= level && level < wanted {
            return Vec::from([Order::Arm(key, later(view, key, heat) - heat)]);
        }
        let wish = rise(view, key, next, all, format!("{all} calls and loops"));
        wish.map(|wish| Order::Compile(Box::new(wish))).into_iter().collect()
    }

    /// A loop of an interpreted call has gone round `back_edges` times.
    pub(crate) fn looped(
        &self,
        view: &View<'_>,
        key: FuncKey,
        header: BlockId,
        back_edges: u64,
    ) -> Orders {
        let manifest = view.facts.manifest();
        let standing = view.ledger.at(key);
        if manifest.level.is_some() || standing.refused.is_some() {
            return Vec::from([Order::ReportLoopAt(key, header, u64::MAX)]);
        }
        let mut reason = format!("{back_edges} back edges");
        if manifest.adaptive {
            let decision = adaptive::decide(view, key, Level::O2);
            reason = decision.reason;
            if decision.level.is_none() {
                let again = back_edges.saturating_mul(2);
                return Vec::from([Order::ReportLoopAt(key, header, again)]);
            }
        }
        // The call that is in the loop is interpreted, whatever other calls run.
        let taken = if weighs(view) { Work::of(view, key).interpreted } else { 0 };
        if paid_of(view, key, Level::Interp, Level::O2, (taken, 0)) < Level::O2 {
            return Vec::from([Order::ReportLoopAt(key, header, later(view, key, back_edges))]);
        }
        let mut orders = Vec::new();
        // One of its loops at a time: whoever waits in others meanwhile may be out of them, or in code, by the
        // time that theirs would be made.
        if !standing.has_loop(header) && standing.awaited_loops.is_empty() {
            // The call in progress may be the only one there ever is, so its code is made well and
            // counts nothing.
            orders.push(Order::Compile(Box::new(Wish {
                key,
                level: Level::O2,
                entry: Entry::Loop(header),
                options: compiler_options(Level::O2, false),
                purpose: Purpose::Rise,
                heat: back_edges,
                reason,
            })));
        }
        if weighs(view) && standing.level() > Level::Interp {
            // Its code counts, and says when it should rise.
            return orders;
        }
        // The next call should not have to find out again.
        let calls = threshold(view, Level::O2);
        let wish = rise(view, key, deserved(view, calls), calls, "continued in a loop".into());
        orders.extend(wish.map(|wish| Order::Compile(Box::new(wish))));
        orders
    }

    /// A function has come to `level` after `heat` calls and rounds: when its counter is to run
    /// out next.
    pub(crate) fn arm(
        &self,
        view: &View<'_>,
        key: FuncKey,
        level: Level,
        heat: u64,
    ) -> Option<Order> {
        let next = above(level)?;
        let manifest = view.facts.manifest();
        let left = if manifest.adaptive {
            // Looked at again when it has taken about as much again.
            heat.max(FIRST_LOOK)
        } else {
            threshold(view, next).saturating_sub(heat).max(1)
        };
        Some(Order::Arm(key, left))
    }

    /// The one level that was asked for, for all functions.
    pub(crate) fn fixed(&self, view: &View<'_>, level: Level) -> Vec<Wish> {
        let reason = || "the one level asked for".into();
        let all = view.ledger.functions(view.facts);
        all.into_iter().filter_map(|key| rise(view, key, level, 0, reason())).collect()
    }
}

/// Weighs whether `key` should rise, in the adaptive mode; whether it does.
fn look(view: &View<'_>, key: FuncKey, heat: u64) -> (bool, Orders) {
    let decision = adaptive::decide(view, key, Level::O0);
    let Some(level) = decision.level else {
        let stays = format!("{} stays: {heat} calls, {}", view.label(key), decision.reason);
        return (false, Vec::from([Order::Explain(stays)]));
    };
    let wish = rise(view, key, level, heat, decision.reason);
    (wish.is_some(), wish.map(|wish| Order::Compile(Box::new(wish))).into_iter().collect())
}
