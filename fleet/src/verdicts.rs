//! How tournaments ended on many machines, as one opinion.
//!
//! Which variant of a function is the fastest depends on the processor, so machines of the model that is asked for
//! weigh more than all that are asked for theirs otherwise would; a machine weighs no more here than anywhere, and
//! has one voice, whatever figures it names. Where the machine whose code is taken has decided otherwise than most,
//! its verdict is not taken: the new machine holds the tournament itself.

use std::collections::BTreeMap;

use snapshot_fmt::{FunctionRecord, Snapshot};

/// How much more a machine of the same model weighs.
const SAME_MODEL: u128 = 16;

/// Which variant most machines found the fastest, by module and function.
#[derive(Default, Debug)]
pub(crate) struct Votes<'a> {
    votes: BTreeMap<(u32, &'a str), BTreeMap<&'a str, u128>>,
}

impl<'a> Votes<'a> {
    /// Adds what a machine of this weight found.
    pub fn add(&mut self, snapshot: &'a Snapshot, weight: u64, same_model: bool) {
        let weight = u128::from(weight) * if same_model { SAME_MODEL } else { 1 };
        for function in &snapshot.functions {
            if let Some(winner) = winner(function) {
                let key = (function.module, function.name.as_str());
                *self.votes.entry(key).or_default().entry(winner).or_default() += weight;
            }
        }
    }

    /// What most say of a function; of equals the first by name.
    pub fn of(&self, module: u32, name: &str) -> Option<&'a str> {
        let votes = self.votes.get(&(module, name))?;
        let most = votes.iter().max_by_key(|(name, weight)| (**weight, std::cmp::Reverse(**name)));
        most.map(|(name, _)| *name)
    }

    /// Whether a function's own verdict, if it has one, is what most say.
    pub fn agree(&self, function: &FunctionRecord) -> bool {
        winner(function).is_none_or(|own| self.of(function.module, &function.name) == Some(own))
    }
}

/// The variant that won, where any competed.
fn winner(function: &FunctionRecord) -> Option<&str> {
    let verdict = function.verdict.as_ref().filter(|verdict| verdict.variants.len() > 1)?;
    verdict.variants.get(verdict.winner as usize).map(|variant| variant.name.as_str())
}
