//! What came of all programs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::case::{Result, Verdict};

/// Counted by run: a program from one bitcode at one level.
#[derive(Default)]
struct Counts {
    passed: usize,
    refused: usize,
    slow: usize,
    different: usize,
}

#[derive(Default)]
pub(crate) struct Summary {
    /// By bitcode and level.
    levels: BTreeMap<String, Counts>,
    /// Programs that each reason refuses, and one of them.
    reasons: BTreeMap<String, (usize, PathBuf)>,
    left_out: BTreeMap<&'static str, usize>,
    /// Programs that ran from some bitcode, and how many of them passed all.
    ran: usize,
    passed: usize,
}

impl Summary {
    /// Counts a program, and says at once what is different or slow.
    pub(crate) fn add(&mut self, source: &Path, results: Vec<Result>) {
        let (mut ran, mut passed) = (false, true);
        let mut reasons: Vec<String> = Vec::new();
        for result in results {
            let verdicts = match result {
                Result::LeftOut(why) => {
                    *self.left_out.entry(why).or_default() += 1;
                    continue;
                }
                Result::Ran(verdicts) => verdicts,
            };
            ran = true;
            for (level, verdict) in verdicts {
                passed &= matches!(verdict, Verdict::Passed);
                let say = |what: &str| println!("{}: {level}: {what}", source.display());
                let counts = self.levels.entry(level.clone()).or_default();
                match verdict {
                    Verdict::Passed => counts.passed += 1,
                    Verdict::Slow => {
                        counts.slow += 1;
                        say("still running");
                    }
                    Verdict::Refused(why) => {
                        counts.refused += 1;
                        reasons.extend(why);
                    }
                    Verdict::Different(why) => {
                        counts.different += 1;
                        say(&why);
                    }
                }
            }
        }
        self.ran += usize::from(ran);
        self.passed += usize::from(ran && passed);
        reasons.sort();
        reasons.dedup();
        for why in reasons {
            self.reasons.entry(why).or_insert_with(|| (0, source.to_owned())).0 += 1;
        }
    }

    pub(crate) fn different(&self) -> usize {
        self.levels.values().map(|counts| counts.different).sum()
    }

    pub(crate) fn print(&self, programs: usize) {
        println!(
            "\n{:<16}{:>8}{:>9}{:>11}{:>7}",
            "bitcode, level", "passed", "refused", "different", "slow"
        );
        for (level, counts) in &self.levels {
            let Counts { passed, refused, different, slow } = counts;
            println!("{level:<16}{passed:>8}{refused:>9}{different:>11}{slow:>7}");
        }
        let mut reasons: Vec<_> = self.reasons.iter().collect();
        reasons.sort_by_key(|(_, (number, _))| std::cmp::Reverse(*number));
        if !reasons.is_empty() {
            println!("\nprograms  refused for");
        }
        for (why, (number, example)) in reasons {
            println!("{number:>8}  {why} ({})", example.file_name().unwrap_or_default().display());
        }
        println!("\nbitcodes  left out");
        self.left_out.iter().for_each(|(why, number)| println!("{number:>8}  {why}"));
        let share = 100.0 * self.passed as f64 / self.ran.max(1) as f64;
        println!(
            "\n{programs} programs, {} of which run natively; {} of these passed everywhere, {share:.2} %",
            self.ran, self.passed
        );
    }
}
