//! Which code a function gets: the snapshot's, a variant of it, or code that is made now.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use bareflow_ir::FuncId;
use bareflow_object::{CpuFeatures, Entry, Maker, Object, Options, Request, Target};
use bareflow_profile::Level;
use snapshot_fmt::FunctionRecord;

use super::Builder;
use super::origin::{COLD, COUNTED, CUT, LITTLE, Origin, VARIANT};
use crate::Goal;
use crate::failure::{Failure, Kind as Failed};
use crate::features;

/// Calls and iterations from which a function counts as hot although it never reached the top.
const HOT: u64 = 1_000;

/// How much slower than the winner of its tournament, in thousandths, a variant may be that is
/// smaller: less than medians of one variant differ from each other.
const AS_GOOD: u64 = 10;

/// How code is asked for that is to be small: what inlining saves and what it costs differs.
fn for_size() -> [Options; 2] {
    let inlining = Options { for_size: true, ..Options::default() };
    [inlining.clone(), Options { inline_budget: Some(0), ..inlining }]
}

/// Whether code counts its calls: it refers to counters that an image does not have.
fn counts(object: &Object) -> bool {
    object.relocs.iter().any(|reloc| match &reloc.target {
        Target::Symbol(name) => {
            name == bareflow_object::HOT || name.starts_with(bareflow_object::COUNTER_PREFIX)
        }
        _ => false,
    })
}

/// Whether the compiler of this name made what a tournament measured with `variant`, of a function whose code another or
/// the same one made with options. A variant that names none is of whoever serves the level, and that is not
/// the one whose code had to be asked for by name.
fn is_of(name: &str, (compiler, options): (&str, &Options), variant: &Options) -> bool {
    match variant.maker {
        Some(maker) => maker == Maker::Builtin,
        None => compiler == name && options.maker.is_none() && !variant.is_for_llvm(),
    }
}

/// Bytes that an object takes.
fn size(object: &Object) -> usize {
    object.text.len() + object.consts.len()
}

impl Builder<'_> {
    pub(super) fn never_ran(&self, module: u32, func: FuncId) -> bool {
        let ran = |record: &FunctionRecord| record.profile.calls > 0 || record.object.is_some();
        !self.grown.record(module, func).is_some_and(ran)
            && !self.bodies[module as usize].uncertain.contains(&func)
    }

    /// Cycles where they were measured, else calls and iterations.
    pub(super) fn heat(&self, module: u32, func: FuncId) -> u64 {
        let profile = self.grown.profile(module, func);
        let counted = profile.calls.saturating_add(profile.back_edges);
        profile.cycles.average().saturating_mul(profile.calls).max(counted)
    }

    /// The best code there is for a function.
    pub(super) fn code(
        &self,
        module: u32,
        func: FuncId,
    ) -> Result<(Object, Level, Origin), Failure> {
        let level = self.grown.level(module, func);
        let record = self.grown.record(module, func);
        let profile = self.grown.profile(module, func);
        let counted = profile.calls.saturating_add(profile.back_edges);
        let options =
            |record: &FunctionRecord| record.options.parse::<Options>().unwrap_or_default();
        let is_small = self.small.contains(&(module, func));
        if let Some(record) = record
            && let Some(object) = &record.object
            && !is_small
        {
            let object = bareflow_records::object_from_record(object);
            let settled = level >= Level::O2 || counted >= HOT;
            if settled && !counts(&object) {
                return Ok(match self.smaller_variant(module, func, record, &object)? {
                    Some(smaller) => (smaller, level, Origin::Compiled(VARIANT)),
                    None => (object, level, Origin::Snapshot),
                });
            }
            if settled {
                // What another compiler was asked for is nothing that this one could do.
                let asked = options(record);
                let own = record.compiler == self.compiler.name();
                let options = if own { asked } else { Options::default() };
                let options = Options { instrument: false, ..options };
                let level = level.max(Level::O2);
                let object = self.compile(module, func, level, &record.features, &options)?;
                return Ok((object, level, Origin::Compiled(COUNTED)));
            }
        }
        if counted >= HOT && !is_small {
            let features = &self.grown.snapshot.engine.features;
            let object = self.compile(module, func, Level::O2, features, &Options::default())?;
            return Ok((object, Level::O2, Origin::Compiled("hot, but never compiled")));
        }
        let why = if self.bodies[module as usize].cut.contains(&func) {
            CUT
        } else if counted >= HOT {
            LITTLE
        } else {
            COLD
        };
        Ok((self.small(module, func)?, Level::O2, Origin::Compiled(why)))
    }

    /// What the second compiler makes of a function, if that serves its goal better than `object`. What
    /// it cannot compile stays as it is.
    pub(super) fn made_again(&self, module: u32, func: FuncId, object: &Object) -> Option<Object> {
        let (compiler, goal) = self.second?;
        let record = self.grown.record(module, func);
        let profile = self.grown.profile(module, func);
        let hot = (profile.calls.saturating_add(profile.back_edges) >= HOT
            || self.grown.level(module, func) >= Level::O2)
            && !self.small.contains(&(module, func));
        let fast = goal == Goal::Speed && hot;
        // A tournament has measured both, on the machine itself.
        let measured = record.is_some_and(|record| record.verdict.is_some());
        if fast && measured {
            return None;
        }
        let make = |features: &[String], options: &Options| {
            let request = Request {
                module: &self.bodies[module as usize].module,
                func,
                level: Level::O3,
                entry: Entry::Call,
                profile: &self.grown.profiles[module as usize],
                cpu: CpuFeatures::from_names(features.iter().map(String::as_str)).ok()?,
                options,
            };
            compiler.compile(&request).ok()
        };
        if fast {
            // What is to be fast may take room for it.
            return make(&self.grown.snapshot.engine.features, &Options::default());
        }
        let [inlining, calling] = for_size();
        let mut made: Vec<Object> = [&inlining, &calling]
            .into_iter()
            .flat_map(|options| [make(&[], options), make(&self.needed, options)])
            .flatten()
            .collect();
        // Hot code of the snapshot is the fast one, which the first compiler makes smaller, too.
        if goal == Goal::Size {
            made.extend(self.small(module, func).ok());
        }
        made.into_iter().min_by_key(size).filter(|made| size(made) < size(object))
    }

    /// Processor features of hot code as it is in the snapshot.
    pub(super) fn needed_anyway(&self) -> Vec<String> {
        let features = &self.grown.snapshot.engine.features;
        let mut used = BTreeSet::new();
        for module in 0..self.grown.programs.len() as u32 {
            for func in self.grown.programs[module as usize].module.func_ids() {
                let record = self.grown.record(module, func);
                let hot = self.grown.level(module, func) >= Level::O2
                    && !self.small.contains(&(module, func));
                if let Some(object) =
                    record.and_then(|record| record.object.as_ref()).filter(|_| hot)
                {
                    used.extend(features::used(
                        &bareflow_records::object_from_record(object),
                        features,
                    ));
                }
            }
        }
        used.into_iter().map(str::to_owned).collect()
    }

    /// The smallest code there is: what inlining saves and what it costs differs, and so do features of the
    /// processor that are needed anyway.
    fn small(&self, module: u32, func: FuncId) -> Result<Object, Failure> {
        let [inlining, calling] = for_size();
        let with = |features: &[String]| {
            let compile = |options| self.compile(module, func, Level::O2, features, options);
            let (one, other) = (compile(&inlining)?, compile(&calling)?);
            Ok::<_, Failure>(if size(&other) < size(&one) { other } else { one })
        };
        // Some functions are nothing without a feature of the processor that they grew on.
        let plain = match with(&[]) {
            Ok(object) => object,
            Err(_) => with(&self.grown.snapshot.engine.features)?,
        };
        if self.needed.is_empty() {
            return Ok(plain);
        }
        let wide = with(&self.needed).ok().filter(|wide| size(wide) < size(&plain));
        Ok(wide.unwrap_or(plain))
    }

    /// The smallest variant of a function that competed and was as good as the winner, whose code
    /// is `object`; `None` when that is the smallest.
    fn smaller_variant(
        &self,
        module: u32,
        func: FuncId,
        record: &FunctionRecord,
        object: &Object,
    ) -> Result<Option<Object>, Failure> {
        let Some(verdict) = &record.verdict else { return Ok(None) };
        let cycles = |at: u32| verdict.variants.get(at as usize).map_or(0, |v| v.median_cycles);
        let limit = cycles(verdict.winner) + cycles(verdict.winner) * AS_GOOD / 1000;
        let (name, asked) = (self.compiler.name(), record.options.parse().unwrap_or_default());
        let mut best: Option<Object> = None;
        let others = verdict.variants.iter().enumerate();
        for (_, variant) in others.filter(|(at, _)| *at as u32 != verdict.winner) {
            let Ok(options) = variant.name.parse::<Options>() else { continue };
            let measured = variant.median_cycles > 0 && variant.median_cycles <= limit;
            if !measured || !is_of(name, (&record.compiler, &asked), &options) {
                continue;
            }
            let level = self.grown.level(module, func);
            let made = self.compile(module, func, level, &record.features, &options)?;
            if size(&made) < size(best.as_ref().unwrap_or(object)) {
                best = Some(made);
            }
        }
        Ok(best)
    }

    fn compile(
        &self,
        module: u32,
        func: FuncId,
        level: Level,
        features: &[String],
        options: &Options,
    ) -> Result<Object, Failure> {
        let failed = |message: String| Failure::new(Failed::Compile, message);
        let cpu = CpuFeatures::from_names(features.iter().map(String::as_str))
            .map_err(|name| failed(format!("the processor feature {name} is not known")))?;
        let request = |level, options| Request {
            module: &self.bodies[module as usize].module,
            func,
            level,
            entry: Entry::Call,
            profile: &self.grown.profiles[module as usize],
            cpu,
            options,
        };
        // What one level of the compiler cannot do, a simpler one may.
        let levels = [level, Level::O1, Level::O0];
        let mut tries = levels.iter().map(|level| self.compiler.compile(&request(*level, options)));
        let first = tries.next().unwrap_or_else(|| unreachable!("there are three levels"));
        first
            .or_else(|error| tries.find_map(Result::ok).ok_or(error))
            .map_err(|error| failed(error.to_string()).at(self.func_name(module, func)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_compiler_was_measured_with_is_not_asked_of_this_one() {
        let of = |text: &str| text.parse::<Options>().unwrap_or_default();
        let is_own = |compiler, options: &str, variant: &str| {
            is_of("cranelift", (compiler, &of(options)), &of(variant))
        };
        let own = Options { maker: Some(Maker::Builtin), ..Options::default() }.to_string();
        let other = Options { maker: Some(Maker::Llvm), ..Options::default() }.to_string();
        assert!(is_own("cranelift", "", "unroll=4"));
        assert!(is_own("llvm 22", "", &own));
        assert!(!is_own("llvm 22", "vectors=512", "unroll=4"));
        assert!(!is_own("cranelift", &own, "unroll=4"));
        assert!(!is_own("cranelift", "", "vectors=128"));
        assert!(!is_own("cranelift", "", &other));
    }
}
