//! Another compiler at the top, without being asked for: whether it is worth asking.
//!
//! The built-in compiler's code is there first. Where a function goes on to take time, and a compiler that
//! nobody has named may do better (LLVM, where it is on board), that one's code becomes its challenger, and the
//! two are measured against each other before anything else is tried. Asking costs: loading it the first
//! time, then tens of milliseconds a function. As what a function has taken so far is the best guess of what it
//! will take, it is asked when the share of that which its code usually saves pays for it; so a short
//! program never loads it, and a long one has spent a tenth of its time on asking at most. A program that is
//! short and run again and again is a long one. Where the program
//! goes on while others compile, it is enough that the function has taken as long as asking takes. Where no clock
//! tells who is faster ([`super::worth`]), the other compiler's code is taken: by all that was measured it is, mostly.

use alloc::format;
use alloc::string::String;

use bareflow_object::{Entry, Maker, Options};
use bareflow_profile::Level;

use super::worth;
use crate::events::{Purpose, Wish};
use crate::key::FuncKey;
use crate::policy::View;

/// Its code's place among the two that compete.
pub(super) const CHALLENGER: usize = 1;

/// Whether it is not known yet which of the two compilers makes the faster code of a function.
pub(super) fn is_open(view: &View<'_>, key: FuncKey) -> bool {
    let standing = view.ledger.at(key);
    let builtin = standing.code.as_ref().is_some_and(|code| !code.is_llvm());
    builtin && !standing.verdict.as_ref().is_some_and(|verdict| verdict.knows_llvm())
}

/// Why the other compiler should be asked for a function that has taken so many cycles itself; `None`
/// while that costs more than it is expected to bring, or where there is no other.
pub(super) fn reason(view: &View<'_>, key: FuncKey, taken: u64) -> Option<String> {
    let (challenger, slowness) = (view.ledger.challenger, view.ledger.model.slowness());
    // No more than all boots have taken altogether.
    let taken = view.over_boots(taken).min(taken.saturating_add(view.cycles_before()));
    let budget = if view.facts.compiles_beside() { taken } else { challenger.gain(taken) };
    let instrs = match worth::is_link(view, key) {
        // What a link goes on with is not inlined into it.
        true => view.instrs(key),
        false => view.instrs_with_callees(key),
    };
    let own = challenger.cost(instrs, slowness);
    if budget < view.cycles_in(own) {
        return None;
    }
    // Whether there is one is asked only now: on a machine that reads from the disk.
    let start = challenger.start(view.facts.challenger()?, slowness);
    let cost = view.cycles_in(own.saturating_add(start));
    let (taken, least) = (taken / 1_000, cost / 1_000);
    let reason = format!("{taken} kcycles of its own so far, LLVM may take {least}");
    (budget >= cost).then_some(reason)
}

/// The other compiler's code for a function.
pub(super) fn wish(key: FuncKey) -> Wish {
    Wish {
        key,
        level: Level::O3,
        entry: Entry::Call,
        options: Options { maker: Some(Maker::Llvm), ..Options::default() },
        purpose: Purpose::Variant { of: key, name: None },
        heat: 0,
        reason: String::new(),
    }
}
