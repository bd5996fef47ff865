//! Starts where an earlier boot ended.

use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

use bareflow_interp::HotLoop;
use bareflow_ir::BlockId;
use bareflow_profile::Level;
use bareflow_report::Rejection;

use super::{Curator, now, view};
use crate::events::Wish;
use crate::key::FuncKey;
use crate::ledger::Code;
use crate::policy::{self, View};
use crate::shared::Shared;
use crate::snapshot::{Found, FoundCode, Past};

impl Curator {
    /// Brings every function back that fits. What is to be compiled before the programs start,
    /// since its code cannot be used, the hottest first.
    pub(crate) fn restore(&mut self, shared: &Shared, past: Past) -> Vec<Wish> {
        for rejection in past.rejected {
            self.reject(shared, rejection);
        }
        let mut cold = Vec::new();
        for found in past.found {
            let (taken, key, level) = (found.taken, found.key, found.level);
            if let Err(reason) = self.take_up(shared, found) {
                // It will be counted anew, and that is to weigh more.
                self.ledger.at_mut(key).before.decay(1);
                cold.push((taken, key, level));
                let function = view!(self, shared).label(key);
                self.reject(shared, Rejection { function, reason });
            }
        }
        policy::warm_up(&view!(self, shared), &cold)
    }

    /// Takes up what there is of one function; why its code, if it had any, is not used.
    fn take_up(&mut self, shared: &Shared, found: Found) -> Result<(), alloc::string::String> {
        let key = found.key;
        let heat = found.profile.calls.saturating_add(found.profile.back_edges);
        let standing = self.ledger.at_mut(key);
        standing.before = found.profile;
        standing.compiled_before = found.compiled;
        standing.history = found.history;
        if let Some(told) = found.told {
            standing.body_hash = Some(told.body);
            let chapter = &mut self.ledger.chapters[key.image as usize];
            chapter.evidence.restore(key.func, told.evidence);
        }
        if let Some(code) = found.code {
            let code = self.put_back(shared, key, code?)?;
            let level = code.level;
            self.publish(shared, key, code);
            self.ledger.at_mut(key).verdict = found.verdict;
            self.ledger.totals.restored += 1;
            let orders = self.at_level(shared, key, level, heat);
            self.perform(shared, orders);
        }
        for (header, code) in found.loops {
            // A function that has said why not says it once.
            if let Ok(code) = self.put_back(shared, key, code) {
                self.add_loop(shared, key, header, code);
            }
        }
        Ok(())
    }

    fn add_loop(&mut self, shared: &Shared, key: FuncKey, header: BlockId, code: Code) {
        let entry = Some(code.installed.entry as u64);
        let answer = HotLoop { entry, ask_at: u64::MAX };
        shared.image(key.image).set_hot_loop(key.func, header, answer);
        self.ledger.at_mut(key).loops.push((header, code));
    }

    /// Installs code of an earlier boot.
    fn put_back(
        &mut self,
        shared: &Shared,
        key: FuncKey,
        found: FoundCode,
    ) -> Result<Code, alloc::string::String> {
        let FoundCode { object, level, compiler, cpu, options, epoch } = found;
        let installed =
            self.install(shared, key, &object, level).map_err(|error| error.to_string())?;
        let chapter = &mut self.ledger.chapters[key.image as usize];
        chapter.evidence.seen(epoch.unwrap_or(0));
        let object = Arc::new(object);
        Ok(Code { object, installed, level, compiler, cpu, options, epoch })
    }

    fn reject(&mut self, shared: &Shared, rejection: Rejection) {
        let Rejection { function, reason } = &rejection;
        shared.explain(format_args!("{function}: not restored: {reason}"));
        self.ledger.totals.rejected.push(rejection);
    }

    /// All functions at the one level that was asked for.
    pub(crate) fn fixed(&mut self, shared: &Shared, level: Level) -> Vec<Wish> {
        self.rising.fixed(&view!(self, shared), level)
    }

    /// What is compiled when the programs have ended, and the nanoseconds that it may take.
    pub(crate) fn ahead(&mut self, shared: &Shared) -> (Vec<Wish>, u64) {
        self.read_gates();
        let view = view!(self, shared);
        // How long a disk takes says nothing of the program, and on a busy host it takes longer.
        let waited = shared.platform.waited_ns() - shared.waited_before_ns;
        let own = view.now.ns.saturating_sub(shared.began_ns).saturating_sub(waited);
        let ns = view.for_later_boots(own);
        let wishes = policy::ahead(&view, ns);
        // No tournament begins any more.
        self.ledger.began = None;
        (wishes, ns)
    }
}
