//! The curator: the only one who changes the ledger, the linker and what slots lead to.
//!
//! Whoever leaves an event tries to become curator ([`crate::session::Session::tend`]): takes in
//! all events that wait, asks the [policies](crate::policy), and performs their orders. An order may
//! lead to further ones; they are performed after it, never inside it. Who finds the place taken
//! goes on: the event is taken in by whoever has it.

mod compile;
mod contest;
mod entrants;
mod install;
mod measure;
mod progress;
mod publish;
mod restore;

use alloc::collections::VecDeque;
use alloc::string::String;
use core::sync::atomic::Ordering::Relaxed;

use bareflow_interp::HotLoop;
use bareflow_link::{CoreBlock, Linker};
use bareflow_platform::CoreId;

use crate::clock::cycles;
use crate::events::{Event, Order, Orders, Purpose};
use crate::ledger::{Chapter, Counter, Ledger};
use crate::policy::{self, Now, Rising, Stress, Tournaments, View};
use crate::shared::Shared;
use crate::snapshot;
use entrants::Entrants;

/// The ledger, code memory, and the policies.
pub(crate) struct Curator {
    pub(crate) ledger: Ledger,
    pub(crate) linker: Linker,
    rising: Rising,
    stress: Stress,
    pub(crate) tournaments: Tournaments,
    /// Code that takes part in the tournament.
    entrants: Entrants,
    /// Cycles that probes measure say something of time.
    cycles_count: bool,
    /// How a compiler failed the last time that this was said.
    failure: String,
}

/// A look at everything for the policies, which are fields of their own.
macro_rules! view {
    ($self:ident, $shared:ident) => {
        View { facts: $shared, ledger: &$self.ledger, now: now($shared) }
    };
}
use view;

fn now(shared: &Shared) -> Now {
    let ns = shared.platform.now_ns();
    Now { ns, cycles: if shared.platform.tsc_hz() == 0 { ns } else { cycles() } }
}

impl Curator {
    /// For programs of which nothing is known, in boot `boot`.
    pub(crate) fn new(shared: &Shared, linker: Linker, boot: u32) -> Self {
        let seed = shared.manifest.stress.max(1);
        let chapters = shared.images.iter().map(|image| Chapter::new(image.module().funcs.len()));
        let mut ledger = Ledger { chapters: chapters.collect(), boot, ..Ledger::default() };
        ledger.uncounted = shared.counting.nothing();
        ledger.totals.saved_ns = shared.platform.now_ns();
        Self {
            ledger,
            linker,
            rising: Rising,
            stress: Stress::new(seed),
            tournaments: Tournaments::new(seed),
            entrants: Entrants::default(),
            // Asked here, since no program runs yet: the answer may take a moment.
            cycles_count: shared.platform.tsc_hz() != 0,
            failure: String::new(),
        }
    }

    /// Takes in what a processor saw.
    pub(crate) fn take_in(&mut self, shared: &Shared, event: Event) {
        let orders = self.react(shared, event);
        self.perform(shared, orders);
        self.keep(shared);
        self.tell(shared);
    }

    /// The first program is about to start: time counts from now on.
    pub(crate) fn begin(&mut self, shared: &Shared, to_program_ns: u64) {
        self.ledger.began = Some(now(shared).cycles);
        self.ledger.totals.to_program_us = to_program_ns / 1_000;
        self.ledger.totals.saved_ns = shared.platform.now_ns();
        self.keep(shared);
    }

    /// The last program has ended: no tournament goes on, and what probes have measured is taken
    /// in.
    pub(crate) fn end(&mut self, shared: &Shared) {
        self.withdraw(shared, |wish| matches!(wish.purpose, Purpose::Variant { .. }));
        let orders = self.tournaments.end(&view!(self, shared));
        self.perform(shared, orders);
        self.dismiss_all();
        self.collect_samples();
    }

    fn react(&mut self, shared: &Shared, event: Event) -> Orders {
        let stressed = policy::is_stressed(&shared.manifest);
        match event {
            Event::Called { key, calls } if stressed => {
                self.stress.change(&view!(self, shared), key, Some(calls))
            }
            Event::Called { key, calls } => self.rising.called(&view!(self, shared), key, calls),
            Event::Looped { key, header, back_edges } if stressed => {
                self.stress.looped(key, header, back_edges)
            }
            Event::Looped { key, header, back_edges } => {
                self.rising.looped(&view!(self, shared), key, header, back_edges)
            }
            Event::CounterOut { counter } => {
                let Some(&key) = self.ledger.counters.get(&counter) else { return Orders::new() };
                let standing = self.ledger.at(key);
                if !standing.counter.is_some_and(Counter::has_run_out) {
                    // It was told, and set anew, meanwhile.
                    return Orders::new();
                }
                // Until it is set anew, far away: a function that cannot rise asks no more.
                standing.set_counter(u64::MAX);
                let view = view!(self, shared);
                if stressed {
                    self.stress.change(&view, key, None)
                } else {
                    self.rising.counter_out(&view, key)
                }
            }
            Event::TurnOver { probe } => self.turn_over(shared, probe),
            Event::Due => Orders::new(),
            Event::Interrupted => {
                self.ledger.totals.interruptions += 1;
                if stressed {
                    self.collect();
                }
                Orders::new()
            }
            Event::Returned => {
                self.read_gates();
                self.tournaments.consider(&view!(self, shared))
            }
        }
    }

    /// Performs orders, and those that they lead to.
    fn perform(&mut self, shared: &Shared, orders: Orders) {
        let mut waiting = VecDeque::from(orders);
        while let Some(order) = waiting.pop_front() {
            waiting.extend(self.perform_one(shared, order));
        }
    }

    fn perform_one(&mut self, shared: &Shared, order: Order) -> Orders {
        match order {
            Order::ReportAt(key, calls) => {
                shared.image(key.image).set_report_at(key.func, calls);
            }
            Order::ReportLoopAt(key, header, ask_at) => {
                let answer = HotLoop { entry: None, ask_at };
                shared.image(key.image).set_hot_loop(key.func, header, answer);
            }
            Order::Compile(wish) => return self.submit(shared, *wish),
            Order::Arm(key, left) => {
                self.ledger.at(key).set_counter(left);
            }
            Order::Interpret(key) => self.interpret(shared, key),
            Order::Gate { key, calls, samples } => self.gate(shared, key, calls, samples),
            Order::Unwatch(key) => self.unwatch(shared, key),
            Order::Field(key) => {
                let who = self.field(key);
                return self.tournaments.fielded(&view!(self, shared), who);
            }
            Order::Turn { key, entrant, calls } => self.turn(shared, key, entrant, calls),
            Order::Rest { key, entrant, calls } => self.rest(shared, key, entrant, calls),
            Order::Settle(settlement) => {
                self.settle(shared, *settlement);
            }
            Order::Explain(text) => shared.explain(format_args!("{text}")),
        }
        Orders::new()
    }

    /// Saves what is due, and says when the next time is.
    ///
    /// Only the first processor writes to the disk: the others leave it the event.
    fn keep(&mut self, shared: &Shared) {
        let due = |ledger: &Ledger| policy::due_ns(&shared.manifest, &ledger.totals);
        if shared.platform.core() == CoreId(0)
            && due(&self.ledger).is_some_and(|due| shared.platform.now_ns() >= due)
            && let Some(saved) = self.save(shared)
        {
            shared.explain(format_args!("saved {} on the way", saved.file));
        }
        shared.due_ns.store(due(&self.ledger).unwrap_or(u64::MAX), Relaxed);
    }

    /// Saves everything that is known; what was written, or `None` when saving is off or failed,
    /// which is logged: the program goes on.
    pub(crate) fn save(&mut self, shared: &Shared) -> Option<bareflow_report::SnapshotReport> {
        self.read_gates();
        snapshot::save(shared, &mut self.ledger)
    }

    /// Code was made or a verdict reached that is worth saving.
    fn learned(&mut self) {
        self.ledger.totals.unsaved = true;
    }

    /// Frees what was retired and nobody is in; the number of bytes.
    pub(crate) fn collect(&mut self) -> usize {
        let Some(core) = self.here() else { return 0 };
        // SAFETY: the curator is called by code of the program or outside of it, and holds no
        // address of code that it is to jump to.
        unsafe { self.linker.collect(core) }
    }

    /// The processor that is curator.
    pub(super) fn here<'a>(&self) -> Option<&'a CoreBlock> {
        // SAFETY: the boot gives every processor that runs the engine a block, which stays, before
        // it makes one curator.
        unsafe { CoreBlock::current() }
    }
}
