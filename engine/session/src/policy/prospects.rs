//! How long programs will go on: as long as they have so far, in this boot and in those before.
//!
//! That is the one guess which is never off by more than a factor of two in what it costs. What takes a while
//! until it pays (another compiler at the top, code for later boots) goes by it: a program that is short and run again
//! and again is a long one. What it has paid for that is another matter: work for later boots may take a share of what
//! boots have taken, so that a program that is run once, and shortly, pays next to nothing for others that never come.

use super::View;

/// Share of what boots have taken that work for later ones may take.
const SHARE: u64 = 10;
/// The largest share of one boot, where there were several.
const LARGEST_SHARE: u64 = 4;

impl View<'_> {
    /// What takes so much in this boot, in it and in those before: in each of them as much as in this one so far.
    pub(super) fn over_boots(&self, taken: u64) -> u64 {
        taken.saturating_mul(self.boots_before() + 1)
    }

    /// What earlier boots have altogether, in each of them.
    pub(super) fn in_each_before(&self, all: u64) -> u64 {
        all / self.boots_before().max(1)
    }

    /// Cycles of the programs in earlier boots.
    pub(super) fn cycles_before(&self) -> u64 {
        let past = self.ledger.past.iter();
        past.fold(0, |sum: u64, boot| sum.saturating_add(boot.program_cycles))
    }

    /// Nanoseconds that work for later boots may take at the end of this one, which has taken `own` so far.
    ///
    /// A share of this boot in any case, and once more for each boot before, since it is expected to be of use in as many
    /// to come. Of all boots together it may be more yet, once that is not used up by what compiling has taken in
    /// them: so comes the turn of what is too large for one boot.
    pub(crate) fn for_later_boots(&self, own: u64) -> u64 {
        let starts = self.ledger.past.iter().map(|boot| boot.to_program_us.saturating_mul(1_000));
        let before = starts.fold(self.ns_in(self.cycles_before()), u64::saturating_add);
        let standings = self.ledger.chapters.iter().flat_map(|chapter| &chapter.standings);
        let compiled = standings.map(|at| at.compiled_before.1.saturating_add(at.compile_ns));
        let compiled = compiled.fold(0, u64::saturating_add);
        let all = (own.saturating_add(before) / SHARE).saturating_sub(compiled);
        all.max(self.over_boots(own / SHARE).min(own / LARGEST_SHARE))
    }

    fn boots_before(&self) -> u64 {
        self.ledger.past.len() as u64
    }
}
