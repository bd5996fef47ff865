//! Code and counters into code memory, and out of it.

use alloc::format;

use bareflow_link::{Installed, LinkError};
use bareflow_object::{COUNTER_PREFIX, Object, Target};
use bareflow_profile::Level;

use super::Curator;
use crate::key::FuncKey;
use crate::ledger::Counter;
use crate::shared::Shared;

/// Retired code that is worth a look at the stack, in bytes.
const COLLECT_BYTES: usize = 256 << 10;

impl Curator {
    /// Puts an object of the program of `key` into code memory, with counters for the functions it
    /// counts.
    pub(super) fn install(
        &mut self,
        shared: &Shared,
        key: FuncKey,
        object: &Object,
        level: Level,
    ) -> Result<Installed, LinkError> {
        let image = shared.image(key.image);
        for reloc in &object.relocs {
            if let Target::Symbol(name) = &reloc.target
                && let Some(func) = name.strip_prefix(COUNTER_PREFIX).and_then(|f| image.find(f))
            {
                self.ensure_counter(shared, FuncKey { func, ..key }, name)?;
            }
        }
        match self.try_install(shared, key, object, level) {
            // Perhaps all that is missing is what nobody has tidied up.
            Err(LinkError::Full { .. }) if self.collect() > 0 => {
                self.try_install(shared, key, object, level)
            }
            done => done,
        }
    }

    fn try_install(
        &mut self,
        shared: &Shared,
        key: FuncKey,
        object: &Object,
        level: Level,
    ) -> Result<Installed, LinkError> {
        let (image, ledger) = (shared.image(key.image), &self.ledger);
        let counter = |name: &str| {
            let func = image.find(name.strip_prefix(COUNTER_PREFIX)?)?;
            ledger.at(FuncKey { func, ..key }).counter.map(|at| core::ptr::from_ref(at) as u64)
        };
        let resolve = |name: &str| image.symbol(name).or_else(|| counter(name));
        let code = self.linker.install(object, level, resolve)?;
        // Nobody asks where there are no lines to name.
        if !image.module().locations.files.is_empty() {
            shared.blocks.note(key, &code, object);
        }
        Ok(code)
    }

    fn ensure_counter(
        &mut self,
        shared: &Shared,
        key: FuncKey,
        symbol: &str,
    ) -> Result<(), LinkError> {
        if self.ledger.at(key).counter.is_some() {
            return Ok(());
        }
        let name = format!("{}:{symbol}", shared.image(key.image).program.name);
        let address = self.linker.define_data(&name, size_of::<Counter>(), 16)?;
        let place = address as *mut Counter;
        // SAFETY: the linker gave these bytes of the data pool, aligned, for as long as the machine
        // runs; whoever else uses them are counters in code, which atomics allow.
        let counter = unsafe {
            place.write(Counter::new());
            &*place
        };
        self.ledger.counters.insert(address as u64, key);
        self.ledger.at_mut(key).counter = Some(counter);
        Ok(())
    }

    /// Takes code out of use, to be freed when nobody is in it.
    pub(super) fn retire(&mut self, code: Installed) {
        self.linker.retire(code);
        if self.linker.retired_bytes() > COLLECT_BYTES {
            self.collect();
        }
    }
}
