//! From a wish to code: jobs go to the queue, and what comes back is installed.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering::{Relaxed, Release};

use bareflow_interp::HotLoop;
use bareflow_ir::BlockId;
use bareflow_link::LinkError;
use bareflow_object::{CompileError, Entry, Maker};
use bareflow_profile::Level;

use super::{Curator, now, view};
use crate::events::{Order, Orders, Purpose, Wish};
use crate::key::FuncKey;
use crate::ledger::{Code, Refusal};
use crate::policy::{self, View, compiler_options};
use crate::queue::{Done, Job, Told};
use crate::shared::Shared;

impl Curator {
    /// Makes a wish a job.
    pub(super) fn submit(&mut self, shared: &Shared, wish: Wish) -> Orders {
        let key = wish.key;
        let worth = policy::worth(&view!(self, shared), &wish);
        self.await_code(&wish, true);
        let module = Arc::clone(&shared.image(key.image).program.module);
        match shared.queue.push(Job { wish, worth, module, cpu: shared.cpu }) {
            Ok(more) => {
                shared.under_way.fetch_add(usize::from(more), Relaxed);
                shared.bell.owe();
                Orders::new()
            }
            Err(job) => self.put_off(&job.wish),
        }
    }

    /// What the compiler is told that makes what is wished for.
    pub(crate) fn told(&mut self, shared: &Shared, wish: &Wish) -> Told {
        (wish.level >= Level::O2).then(|| self.ledger.tell(shared, wish.key))
    }

    /// Takes in what came of a job.
    pub(crate) fn done(&mut self, shared: &Shared, done: Done) {
        let orders = self.made(shared, done);
        self.perform(shared, orders);
        self.keep(shared);
    }

    fn made(&mut self, shared: &Shared, done: Done) -> Orders {
        let Done { wish, epoch, cpu, compiler, result, refused, ns } = done;
        for (name, why) in refused {
            let program = &shared.image(wish.key.image).program.name;
            let text = format_args!("{program}: {name}: {why}");
            match &why {
                // What a compiler cannot do is usual. That it fails is not, and is said, once.
                CompileError::Internal { what, .. } if self.failure != *what => {
                    shared.log(text);
                    self.failure.clone_from(what);
                }
                _ => shared.explain(text),
            }
        }
        self.await_code(&wish, false);
        self.account(shared, &wish, ns, result.is_ok());
        let installed = match result {
            Err(error) => Err(Refusal::Unsupported(error.to_string())),
            Ok(object) => match self.install(shared, wish.key, &object, wish.level) {
                Ok(installed) => Ok((object, installed)),
                Err(error @ LinkError::Full { .. }) => Err(Refusal::Full(error.to_string())),
                Err(error) => Err(Refusal::Unsupported(error.to_string())),
            },
        };
        let code = installed.map(|(object, installed)| Code {
            object: Arc::new(object),
            installed,
            level: wish.level,
            compiler,
            cpu,
            options: wish.options.clone(),
            epoch,
        });
        match (&wish.purpose, code) {
            (Purpose::Variant { of, name }, code) => {
                if let Ok(code) = code {
                    let name = name.clone().unwrap_or_else(|| code.options.to_string());
                    self.add_variant(*of, code, name);
                }
                self.tournaments.made(*of, ns).into_iter().collect()
            }
            (_, Err(why)) => self.refuse(shared, &wish, why),
            (_, Ok(code)) => match wish.entry {
                Entry::Call => self.risen(shared, &wish, code),
                Entry::Loop(header) => self.continued(shared, &wish, header, code),
            },
        }
    }

    /// Notes what compiling took, whether or not it was `made`.
    fn account(&mut self, shared: &Shared, wish: &Wish, ns: u64, made: bool) {
        let standing = self.ledger.at_mut(wish.key);
        standing.compiles += 1;
        standing.compile_ns += ns;
        let totals = &mut self.ledger.totals;
        totals.compiles += 1;
        totals.compile_ns += ns;
        let view = view!(self, shared);
        if wish.options.maker != Some(Maker::Llvm) {
            let instrs = view.instrs(wish.key);
            self.ledger.model.compiled(wish.level, instrs, ns);
        } else if made {
            let instrs = view.instrs_with_callees(wish.key);
            self.ledger.challenger.made(instrs, ns);
        }
        self.learned();
    }

    /// Notes that code is being made, or no longer.
    fn await_code(&mut self, wish: &Wish, awaited: bool) {
        if matches!(wish.purpose, Purpose::Variant { .. }) {
            return;
        }
        let standing = self.ledger.at_mut(wish.key);
        match wish.entry {
            Entry::Call => standing.awaited = awaited.then_some(wish.level),
            Entry::Loop(header) => {
                standing.awaited_loops.retain(|known| *known != header);
                standing.awaited_loops.extend(awaited.then_some(header));
            }
        }
    }

    /// Takes jobs that wait out of the queue: they are outdated.
    pub(super) fn withdraw(&mut self, shared: &Shared, is_outdated: impl Fn(&Wish) -> bool) {
        for job in shared.queue.withdraw(is_outdated) {
            self.await_code(&job.wish, false);
            shared.under_way.fetch_sub(1, Release);
        }
    }

    /// There is no room in the queue: it is wished for again later.
    fn put_off(&mut self, wish: &Wish) -> Orders {
        self.await_code(wish, false);
        let later = wish.heat.saturating_add(wish.heat / 4).saturating_add(1);
        Vec::from([match (&wish.purpose, wish.entry) {
            (Purpose::Variant { of, .. }, _) => {
                return self.tournaments.made(*of, 0).into_iter().collect();
            }
            (_, Entry::Loop(header)) => Order::ReportLoopAt(wish.key, header, later),
            (_, Entry::Call) if self.ledger.at(wish.key).counts_itself() => {
                Order::Arm(wish.key, later - wish.heat)
            }
            (_, Entry::Call) => Order::ReportAt(wish.key, later),
        }])
    }

    /// A function is not compiled any more, or a loop of it never continues in code: calls may all
    /// the same.
    fn refuse(&mut self, shared: &Shared, wish: &Wish, why: Refusal) -> Orders {
        let Wish { key, level, .. } = *wish;
        let program = &shared.image(key.image).program.name;
        Vec::from([match wish.entry {
            Entry::Call => {
                shared.log(format_args!("{program}: not compiled at {level}: {why}"));
                self.ledger.at_mut(key).refused = Some(why);
                let rises = |wish: &Wish| matches!(wish.purpose, Purpose::Rise);
                self.withdraw(shared, |wish| wish.key == key && rises(wish));
                Order::ReportAt(key, u64::MAX)
            }
            Entry::Loop(header) => {
                shared.log(format_args!("{program}: no way into a loop at {level}: {why}"));
                Order::ReportLoopAt(key, header, u64::MAX)
            }
        }])
    }

    /// Calls of a function run `code` from now on.
    fn risen(&mut self, shared: &Shared, wish: &Wish, code: Code) -> Orders {
        let (key, level) = (wish.key, wish.level);
        let from = self.ledger.at(key).level();
        if let Purpose::Shake { again_after } = wish.purpose {
            self.publish(shared, key, code);
            return Vec::from([Order::Arm(key, again_after)]);
        }
        if from >= level {
            // Somebody was faster, and better.
            self.retire(code.installed);
            return Orders::new();
        }
        shared.explain(format_args!(
            "{}:{} rises from {from} to {level}: {}, {} bytes",
            shared.image(key.image).program.name,
            shared.image(key.image).name(key.func),
            wish.reason,
            code.object.text.len()
        ));
        self.publish(shared, key, code);
        let boot = self.ledger.boot;
        self.ledger.at_mut(key).history.push((boot, level));
        self.at_level(shared, key, level, wish.heat)
    }

    /// What follows from a function's having come to `level` after `heat` calls and rounds.
    pub(super) fn at_level(
        &mut self,
        shared: &Shared,
        key: FuncKey,
        level: Level,
        heat: u64,
    ) -> Orders {
        let view = view!(self, shared);
        let mut orders: Orders = self.rising.arm(&view, key, level, heat).into_iter().collect();
        let rises = !compiler_options(level, true).instrument && shared.manifest.level.is_none();
        if rises {
            orders.extend(self.tournaments.enter(&view, key));
        }
        orders
    }

    /// A loop of a function continues in `code` from now on.
    fn continued(&mut self, shared: &Shared, wish: &Wish, header: BlockId, code: Code) -> Orders {
        let key = wish.key;
        let entry = Some(code.installed.entry as u64);
        let ask_at = match wish.purpose {
            Purpose::Shake { again_after } => again_after,
            _ => {
                shared.explain(format_args!(
                    "{}:{} continues at {} in block {}: {}",
                    shared.image(key.image).program.name,
                    shared.image(key.image).name(key.func),
                    wish.level,
                    header.0,
                    wish.reason
                ));
                u64::MAX
            }
        };
        shared.image(key.image).set_hot_loop(key.func, header, HotLoop { entry, ask_at });
        let loops = &mut self.ledger.at_mut(key).loops;
        let old = loops.iter().position(|(block, _)| *block == header);
        let old = old.map(|at| loops.swap_remove(at).1);
        loops.push((header, code));
        if let Some(old) = old {
            self.retire(old.installed);
        }
        Orders::new()
    }

    /// Wishes that nobody waits for, as orders.
    pub(crate) fn wish(&mut self, shared: &Shared, wish: Wish) {
        self.perform(shared, Vec::from([Order::Compile(Box::new(wish))]));
    }
}
