//! What is to be freed, and which of it is still in use.

use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, Ordering};

use crate::ProbeId;

/// Code that nothing leads to any more.
#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) addr: usize,
    pub(crate) len: usize,
}

/// A thing to be freed, and whether somebody may be in it.
#[derive(Debug)]
struct Candidate<T> {
    thing: T,
    in_use: AtomicBool,
}

impl<T> Candidate<T> {
    fn new(thing: T) -> Self {
        Self { thing, in_use: AtomicBool::new(false) }
    }

    fn mark(&self) {
        self.in_use.store(true, Ordering::Relaxed);
    }
}

/// Code and probes on their way out. Cores mark what they find themselves in.
#[derive(Debug, Default)]
pub(crate) struct Sweep {
    /// In order of addresses.
    codes: Vec<Candidate<Code>>,
    probes: Vec<Candidate<ProbeId>>,
    /// From the lowest to the highest address of `codes`.
    bounds: (usize, usize),
}

impl Sweep {
    /// Takes in all there is.
    pub(crate) fn fill(&mut self, codes: &mut Vec<Code>, probes: &mut Vec<ProbeId>) {
        self.codes.extend(codes.drain(..).map(Candidate::new));
        self.codes.sort_unstable_by_key(|code| code.thing.addr);
        self.probes.extend(probes.drain(..).map(Candidate::new));
        if let (Some(first), Some(last)) = (self.codes.first(), self.codes.last()) {
            self.bounds = (first.thing.addr, last.thing.addr + last.thing.len);
        }
    }

    /// Whether a look at a stack can find anything.
    pub(crate) fn has_code(&self) -> bool {
        !self.codes.is_empty()
    }

    /// A core has `word` on its stack or returns there. A return address may be the end of its
    /// range: that of a call that never returns and stands last.
    #[inline]
    pub(crate) fn mark(&self, word: usize) {
        if word < self.bounds.0 || word > self.bounds.1 {
            return;
        }
        let after = self.codes.partition_point(|code| code.thing.addr < word);
        if let Some(code) = after.checked_sub(1).and_then(|at| self.codes.get(at))
            && word <= code.thing.addr + code.thing.len
        {
            code.mark();
        }
        // The start of a range is the end of the one before it: both stay.
        if let Some(code) = self.codes.get(after)
            && code.thing.addr == word
        {
            code.mark();
        }
    }

    /// A call that `probe` measures is under way.
    pub(crate) fn mark_probe(&self, probe: ProbeId) {
        self.probes.iter().filter(|removed| removed.thing == probe).for_each(Candidate::mark);
    }

    /// Empties it: hands out what nobody is in, and puts the rest back where it came from.
    pub(crate) fn empty(
        &mut self,
        codes: &mut Vec<Code>,
        probes: &mut Vec<ProbeId>,
        mut free_code: impl FnMut(Code),
        mut free_probe: impl FnMut(ProbeId),
    ) {
        for code in self.codes.drain(..) {
            if code.in_use.into_inner() { codes.push(code.thing) } else { free_code(code.thing) }
        }
        for probe in self.probes.drain(..) {
            if probe.in_use.into_inner() {
                probes.push(probe.thing);
            } else {
                free_probe(probe.thing);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn kept(words: &[usize]) -> Vec<usize> {
        let mut codes: Vec<_> =
            [0x1020, 0x1000, 0x1010, 0x1080].map(|addr| Code { addr, len: 0x10 }).into();
        let mut probes = vec![ProbeId(3), ProbeId(4)];
        let mut sweep = Sweep::default();
        sweep.fill(&mut codes, &mut probes);
        assert!(codes.is_empty() && probes.is_empty());
        assert!(sweep.has_code());
        words.iter().for_each(|word| sweep.mark(*word));
        sweep.mark_probe(ProbeId(4));
        let mut freed = vec![];
        sweep.empty(&mut codes, &mut probes, |code| freed.push(code.addr), |p| assert_eq!(p.0, 3));
        assert_eq!(probes, [ProbeId(4)]);
        assert_eq!(freed.len() + codes.len(), 4);
        codes.iter().map(|code| code.addr).collect()
    }

    #[test]
    fn words_keep_what_they_point_into() {
        assert!(kept(&[]).is_empty());
        assert!(kept(&[0, 0xfff, 0x1031, 0x107f, 0x1091, usize::MAX]).is_empty());
        assert_eq!(kept(&[0x1001]), [0x1000]);
        assert_eq!(kept(&[0x1000]), [0x1000]);
        assert_eq!(kept(&[0x1010]), [0x1000, 0x1010], "an end and a start");
        assert_eq!(kept(&[0x1030, 0x1090]), [0x1020, 0x1080], "ends");
    }
}
