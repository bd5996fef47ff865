//! What the compilers were told, and when: so that code can be made again.
//!
//! Compilers that use a profile are handed the [evidence](FunctionProfile::evidence) on every
//! function of the program, since any of them may be inlined. It changes seldom: what runs as
//! compiled code is not counted any more, and rounded shares stay. So instead of a copy with
//! each piece of code there is one list a function, of what was told from which epoch on, and
//! code names the epoch it was made in.
//!
//! Looking through what was counted takes as long as compiling a small function does, so that a
//! large program whose functions were all looked through for each piece of code had no time for
//! anything else. The function to be compiled is looked at each time; the others, of which few are
//! inlined, when they have been called twice as often as the last time. Code is none the worse
//! for it: shares of the calls hardly change from then on, and what was told is what is kept.

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::FuncId;
use bareflow_profile::FunctionProfile;

/// The evidence on the functions of one program.
#[derive(Debug)]
pub(crate) struct Evidence {
    /// Grows when any evidence changes.
    epoch: u32,
    /// By function: what holds. Jobs share it, and have it as it was when they were made.
    now: Arc<[FunctionProfile]>,
    /// By function: what held, and from which epoch on, in order.
    told: Vec<Vec<(u32, FunctionProfile)>>,
    /// By function: the interpreted calls there were when it was last looked at in this boot.
    looked_at: Vec<Option<u64>>,
}

impl Evidence {
    /// For a program of this many functions, of which nothing is known.
    pub(crate) fn new(functions: usize) -> Self {
        Self {
            epoch: 0,
            now: vec![FunctionProfile::default(); functions].into(),
            told: vec![Vec::new(); functions],
            looked_at: vec![None; functions],
        }
    }

    /// Whether a function is to be looked at again that was interpreted this often in this boot, and
    /// in earlier ones or not.
    pub(crate) fn is_due(&self, func: FuncId, calls: u64, before: bool) -> bool {
        match self.looked_at[func.index()] {
            None => before || calls > 0,
            Some(last) => calls / 2 >= last.max(1),
        }
    }

    /// Takes in what is known of functions that were interpreted this often. The epoch from now on.
    pub(crate) fn update(
        &mut self,
        profiles: impl Iterator<Item = (FuncId, u64, FunctionProfile)>,
    ) -> u32 {
        let mut changed = Vec::new();
        for (func, calls, profile) in profiles {
            let at = func.index();
            self.looked_at[at] = Some(calls);
            let evidence = profile.evidence();
            if self.now[at] != evidence {
                self.told[at].push((self.epoch + 1, evidence.clone()));
                changed.push((at, evidence));
            }
        }
        self.epoch += u32::from(!changed.is_empty());
        self.hold(changed);
        self.epoch
    }

    /// From now on this holds of these functions.
    fn hold(&mut self, changed: Vec<(usize, FunctionProfile)>) {
        if changed.is_empty() {
            return;
        }
        let now = Arc::make_mut(&mut self.now);
        changed.into_iter().for_each(|(at, evidence)| now[at] = evidence);
    }

    /// What holds, by function id.
    pub(crate) fn now(&self) -> Arc<[FunctionProfile]> {
        Arc::clone(&self.now)
    }

    /// Takes over what an earlier boot told of `func`, in order.
    pub(crate) fn restore(&mut self, func: FuncId, told: Vec<(u32, FunctionProfile)>) {
        if let Some((epoch, last)) = told.last() {
            self.epoch = self.epoch.max(*epoch);
            self.hold(Vec::from([(func.index(), last.clone())]));
        }
        self.told[func.index()] = told;
    }

    /// Code that was made in `epoch` is here: later changes are later than that.
    pub(crate) fn seen(&mut self, epoch: u32) {
        self.epoch = self.epoch.max(epoch);
    }

    /// What was told of `func` that code made in one of `epochs`, which are in order, depends on.
    pub(crate) fn needed<'a>(
        &'a self,
        func: FuncId,
        epochs: &'a [u32],
    ) -> impl Iterator<Item = &'a (u32, FunctionProfile)> {
        let told = &self.told[func.index()];
        told.iter().enumerate().filter_map(move |(at, entry)| {
            let next = told.get(at + 1).map_or(u32::MAX, |(from, _)| *from);
            let first = epochs.partition_point(|epoch| *epoch < entry.0);
            epochs.get(first).is_some_and(|epoch| *epoch < next).then_some(entry)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(times: u64) -> FunctionProfile {
        FunctionProfile { blocks: vec![1, times], ..FunctionProfile::default() }
    }

    fn update(evidence: &mut Evidence, profiles: [FunctionProfile; 2]) -> u32 {
        let known = profiles.into_iter().enumerate();
        evidence.update(known.map(|(at, profile)| (FuncId::new(at), 1, profile)))
    }

    fn epochs(evidence: &Evidence, func: u32, epochs: &[u32]) -> Vec<u32> {
        evidence.needed(FuncId(func), epochs).map(|(from, _)| *from).collect()
    }

    #[test]
    fn an_epoch_is_what_the_compilers_were_told_then() {
        let mut evidence = Evidence::new(2);
        assert_eq!(evidence.update(core::iter::empty()), 0);
        assert_eq!(update(&mut evidence, [ran(4), FunctionProfile::default()]), 1);
        assert_eq!(update(&mut evidence, [ran(4), FunctionProfile::default()]), 1);
        assert_eq!(update(&mut evidence, [ran(4), ran(7)]), 2);
        assert_eq!(update(&mut evidence, [ran(16), ran(7)]), 3);
        assert_eq!(*evidence.now(), [ran(16).evidence(), ran(7).evidence()]);

        assert_eq!(epochs(&evidence, 0, &[0]), [0; 0]);
        assert_eq!(epochs(&evidence, 0, &[2]), [1]);
        assert_eq!(epochs(&evidence, 1, &[1]), [0; 0]);
        assert_eq!(epochs(&evidence, 0, &[1, 2, 3]), [1, 3]);
        assert_eq!(epochs(&evidence, 1, &[0, 9]), [2]);

        // In the next boot what code needs is there, and what changes then is later.
        let mut next = Evidence::new(2);
        let kept = evidence.needed(FuncId(0), &[1]).cloned().collect();
        next.restore(FuncId(0), kept);
        next.seen(3);
        assert_eq!(update(&mut next, [ran(16), ran(7)]), 4);
        assert_eq!(epochs(&next, 0, &[1, 4]), [1, 4]);
    }

    #[test]
    fn what_is_called_twice_as_often_is_looked_at_again() {
        let mut evidence = Evidence::new(1);
        let due = |evidence: &Evidence, calls| evidence.is_due(FuncId(0), calls, false);
        assert!(!due(&evidence, 0) && due(&evidence, 1) && evidence.is_due(FuncId(0), 0, true));
        evidence.update([(FuncId(0), 0, ran(0))].into_iter());
        assert!(!due(&evidence, 1) && due(&evidence, 2));
        evidence.update([(FuncId(0), 7, ran(4))].into_iter());
        assert!(!due(&evidence, 13) && due(&evidence, 14));
        assert!(!evidence.is_due(FuncId(0), 7, true));
    }
}
