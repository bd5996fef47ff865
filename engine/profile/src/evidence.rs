//! What compilers are told of a profile.
//!
//! Code is a function of what its compiler was given, so a snapshot has to hold just that if
//! the code is ever to be made again. Compilers only ask how often a block runs for each call
//! of its function, and not to the last digit. So they are told shares, rounded: small enough
//! to be kept with the code, and the same after another million calls.

use crate::{FunctionProfile, IndirectSite};

/// What the entry block of a function counts as, so that the other blocks are shares of it.
const ENTRY: u128 = 1 << 16;

/// Calls of an indirect call below which it says little of its targets.
const FEW_CALLS: u64 = 16;

impl FunctionProfile {
    /// What compilers are told: executions of blocks and edges and targets of indirect calls as
    /// shares of the calls of the function, [rounded](count_code). What ran keeps at least 1.
    /// Empty for a function that never ran.
    #[must_use]
    pub fn evidence(&self) -> Self {
        if self.blocks.iter().all(|count| *count == 0) {
            return Self::default();
        }
        let entry = u128::from(self.blocks[0]);
        let share = |count: u64| {
            let scaled = (u128::from(count) * ENTRY).checked_div(entry);
            let scaled = scaled.map_or(count, |share| u64::try_from(share).unwrap_or(u64::MAX));
            code_count(count_code(scaled.max(u64::from(count > 0))))
        };
        let shares = |counts: &[u64]| counts.iter().map(|count| share(*count)).collect();
        let often = |site: &&IndirectSite| {
            let calls = site.targets.iter().map(|(_, count)| *count);
            calls.fold(site.other, u64::saturating_add) >= FEW_CALLS
        };
        let site = |site: &IndirectSite| IndirectSite {
            instr: site.instr,
            targets: site.targets.iter().map(|(name, n)| (name.clone(), share(*n))).collect(),
            other: share(site.other),
        };
        let mut evidence = Self {
            shape: self.shape,
            blocks: shares(&self.blocks),
            edges: shares(&self.edges),
            sites: self.sites.iter().filter(often).map(site).collect(),
            ..Self::default()
        };
        evidence.normalise();
        evidence
    }
}

/// A count in one byte, to the nearest of four steps an octave: 0 is 0, and 1 + 4 e + m stands
/// for 2^e (1 + m / 4).
#[must_use]
pub fn count_code(count: u64) -> u8 {
    let Some(exponent) = count.checked_ilog2() else { return 0 };
    let steps = (u128::from(count) * 8) >> exponent;
    // Half a step up, then down: 8 is the octave's start and 16 its end.
    let quarter = (steps.div_ceil(2) as u32).clamp(4, 8) - 4;
    u8::try_from(1 + 4 * exponent + quarter).unwrap_or(u8::MAX)
}

/// The count that [`count_code`] gives this code.
#[must_use]
pub fn code_count(code: u8) -> u64 {
    let Some(code) = code.checked_sub(1) else { return 0 };
    let (exponent, quarter) = (u32::from(code) / 4, u128::from(code) % 4);
    u64::try_from(((4 + quarter) << exponent) / 4).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn counts_are_rounded_to_the_nearest_step() {
        for exact in [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 1 << 40, 7 << 50] {
            assert_eq!(code_count(count_code(exact)), exact);
        }
        assert_eq!(code_count(count_code(9_999)), 10_240);
        assert_eq!(code_count(count_code(65_535)), 65_536);
        for count in (0..200_000).chain((1..64).map(|bit| u64::MAX >> bit)) {
            let rounded = code_count(count_code(count));
            assert!(rounded.abs_diff(count) <= count / 8 + 1, "{count} becomes {rounded}");
            assert_eq!(count_code(rounded), count_code(count), "{count}");
        }
    }

    #[test]
    fn evidence_stays_while_the_program_does_the_same() {
        let after = |calls: u64| FunctionProfile {
            calls,
            back_edges: 9 * calls,
            shape: 7,
            blocks: vec![calls, 10 * calls, calls, 0],
            edges: vec![calls, 9 * calls, calls, 0],
            sites: vec![IndirectSite { instr: 2, targets: vec![("f".into(), calls)], other: 0 }],
            ..FunctionProfile::default()
        };
        let told = after(100).evidence();
        assert_eq!(told.blocks, [1 << 16, 10 << 16, 1 << 16, 0]);
        assert_eq!((told.calls, told.back_edges), (0, 0));
        assert_eq!(told, after(123_457).evidence());
        assert_eq!(told, told.evidence());
        // A call in progress has not left the loop yet.
        let mut open = after(100_000);
        open.blocks[2] -= 1;
        assert_eq!(told, open.evidence());
        // Few indirect calls say little; a single execution is not none.
        assert_eq!(after(9).evidence().sites, []);
        let mut rare = after(1 << 40);
        rare.blocks[3] = 1;
        assert_eq!(rare.evidence().blocks[3], 1);
        assert_eq!(
            FunctionProfile { blocks: vec![0; 4], shape: 7, ..after(0) }.evidence(),
            FunctionProfile::default()
        );
    }
}
