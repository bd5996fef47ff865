//! Options as text: in snapshots, verdicts and logs.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use crate::{Maker, Options, Tuning};

impl fmt::Display for Options {
    /// Comma-separated, in a fixed order; empty for the default.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = Vec::new();
        let mut flag = |set: bool, word: &str| words.extend(set.then(|| word.to_string()));
        flag(self.instrument, "instrument");
        flag(self.for_size, "size");
        flag(self.unprofiled, "unprofiled");
        flag(self.slp, "slp");
        words.extend(self.inline_budget.map(|budget| alloc::format!("inline={budget}")));
        words.extend(self.unroll.map(|times| alloc::format!("unroll={times}")));
        words.extend(
            self.specialise.map(|(param, value)| alloc::format!("specialise={param}:{value}")),
        );
        words.extend(self.align_loops.map(|bytes| alloc::format!("align={bytes}")));
        words.extend(self.vectors.map(|bits| alloc::format!("vectors={bits}")));
        words.extend(self.tuning.map(|tuning| alloc::format!("tune={}", tuning.name())));
        words.extend(self.maker.map(|maker| maker.name().to_string()));
        f.write_str(&words.join(","))
    }
}

impl FromStr for Options {
    type Err = String;

    /// # Errors
    /// The word that is not known or not complete.
    fn from_str(text: &str) -> Result<Self, String> {
        text.split(',')
            .filter(|word| !word.is_empty())
            .try_fold(Self::default(), |options, word| {
                options.with(word).ok_or_else(|| word.to_string())
            })
    }
}

impl Options {
    /// Whether they ask for what LLVM alone can do.
    pub fn is_for_llvm(&self) -> bool {
        self.vectors.is_some() || self.tuning.is_some() || self.slp
    }

    /// These options with what `word` says.
    fn with(self, word: &str) -> Option<Self> {
        Some(match word.split_once('=') {
            None if word == "instrument" => Self { instrument: true, ..self },
            None if word == "size" => Self { for_size: true, ..self },
            None if word == "unprofiled" => Self { unprofiled: true, ..self },
            None if word == "slp" => Self { slp: true, ..self },
            None => {
                let maker = Maker::ALL.into_iter().find(|maker| maker.name() == word)?;
                Self { maker: Some(maker), ..self }
            }
            Some(("vectors", n)) => Self { vectors: Some(n.parse().ok()?), ..self },
            Some(("tune", name)) => Self { tuning: Some(Tuning::named(name)?), ..self },
            Some(("inline", n)) => Self { inline_budget: Some(n.parse().ok()?), ..self },
            Some(("unroll", n)) => Self { unroll: Some(n.parse().ok()?), ..self },
            Some(("align", n)) => Self { align_loops: Some(n.parse().ok()?), ..self },
            Some(("specialise", n)) => {
                let (param, value) = n.split_once(':')?;
                Self { specialise: Some((param.parse().ok()?, value.parse().ok()?)), ..self }
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_options_are_the_same() {
        let all = Options {
            instrument: true,
            inline_budget: Some(40),
            unroll: Some(4),
            specialise: Some((1, u64::MAX)),
            align_loops: Some(32),
            for_size: true,
            unprofiled: true,
            slp: true,
            vectors: Some(128),
            tuning: Tuning::named("znver4"),
            maker: Some(Maker::Builtin),
        };
        let llvm = Options { maker: Some(Maker::Llvm), ..Options::default() };
        for options in [Options::default(), all, llvm] {
            assert_eq!(options.to_string().parse(), Ok(options));
        }
        assert_eq!("unroll=x".parse::<Options>(), Err("unroll=x".into()));
        assert_eq!("turbo".parse::<Options>(), Err("turbo".into()));
    }
}
