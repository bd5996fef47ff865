//! What calls of a function run.

use bareflow_link::ProbeId;

use super::Curator;
use crate::key::FuncKey;
use crate::ledger::{Code, ProbeUse, Watch};
use crate::policy::SAMPLES;
use crate::shared::Shared;

impl Curator {
    /// Makes `code` what calls of `key` run, measured at first. The code it replaces is freed when
    /// nobody is in it.
    pub(super) fn publish(&mut self, shared: &Shared, key: FuncKey, code: Code) {
        let entry = code.installed.entry;
        self.stop_watching(key);
        let address = match self.add_probe(entry, ProbeUse::Sample(key)) {
            Some(probe) => {
                self.linker.set_turn_length(probe, SAMPLES);
                self.ledger.at_mut(key).watch = Watch::Sampling(probe);
                self.linker.map().probe_address(probe)
            }
            None => entry,
        };
        self.route(shared, key, address);
        let standing = self.ledger.at_mut(key);
        standing.before_rise = standing.code.as_ref().map(|old| (old.level, standing.usual_cycles));
        standing.usual_cycles = 0;
        standing.calls_at_rise = standing.native_calls();
        if let Some(old) = standing.code.replace(code) {
            self.ledger.totals.swaps += 1;
            self.retire(old.installed);
        }
    }

    /// From the next call on, `key` is the code at `address`.
    pub(super) fn route(&mut self, shared: &Shared, key: FuncKey, address: usize) {
        let image = shared.image(key.image);
        self.linker.publish(image.slot(key.func), address);
        image.interp.set_native(key.func, address as u64);
    }

    /// Takes the code of `key` away: it is interpreted.
    pub(super) fn interpret(&mut self, shared: &Shared, key: FuncKey) {
        self.stop_watching(key);
        let image = shared.image(key.image);
        self.linker.unpublish(image.slot(key.func));
        image.interp.set_native(key.func, 0);
        if let Some(old) = self.ledger.at_mut(key).code.take() {
            self.ledger.totals.swaps += 1;
            self.retire(old.installed);
        }
    }

    /// A probe in front of the code at `entry`; `None` when all are in use.
    pub(super) fn add_probe(&mut self, entry: usize, purpose: ProbeUse) -> Option<ProbeId> {
        // SAFETY: as for `collect`.
        let probe = unsafe { self.linker.add_probe(self.here()?, entry) }.ok()?;
        if self.ledger.uncounted.is_some() && matches!(purpose, ProbeUse::Sample(_)) {
            self.linker.count_events(probe);
        }
        self.ledger.probes.insert(probe, purpose);
        Some(probe)
    }

    /// Gives a probe up. No slot leads to it.
    pub(super) fn remove_probe(&mut self, probe: ProbeId) {
        self.ledger.probes.remove(&probe);
        self.linker.remove_probe(probe);
    }
}
