//! Which blocks every path to a block goes through (Cooper, Harvey and Kennedy, "A Simple, Fast
//! Dominance Algorithm", 2001).

use alloc::vec;
use alloc::vec::Vec;

use crate::BlockId;
use crate::cfg::Cfg;

/// The dominator tree, by positions in [`Cfg::order`].
pub(super) struct Dominance {
    /// When a walk of the tree enters and leaves each block.
    spans: Vec<(u32, u32)>,
}

impl Dominance {
    pub(super) fn of(cfg: &Cfg) -> Self {
        let count = cfg.order.len();
        const NONE: u32 = u32::MAX;
        let mut parent = vec![NONE; count];
        if count > 0 {
            parent[0] = 0;
        }
        let mut changed = count > 1;
        while changed {
            changed = false;
            for at in 1..count {
                let preds = cfg.preds[cfg.order[at].index()].iter();
                let known = preds.filter_map(|pred| cfg.position[pred.index()]);
                let known = known.filter(|pred| parent[*pred as usize] != NONE);
                let joined = known.reduce(|mut a, mut b| {
                    while a != b {
                        // Parents lie before their children in the order.
                        if a > b {
                            a = parent[a as usize];
                        } else {
                            b = parent[b as usize];
                        }
                    }
                    a
                });
                if let Some(joined) = joined
                    && parent[at] != joined
                {
                    parent[at] = joined;
                    changed = true;
                }
            }
        }
        Self { spans: spans(&parent) }
    }

    /// Whether every path to `to` goes through `from`. Blocks that cannot be reached are
    /// dominated by all.
    pub(super) fn dominates(&self, cfg: &Cfg, from: BlockId, to: BlockId) -> bool {
        let Some(to) = cfg.position[to.index()] else { return true };
        let Some(from) = cfg.position[from.index()] else { return false };
        let ((enter, leave), (at, _)) = (self.spans[from as usize], self.spans[to as usize]);
        enter <= at && at < leave
    }
}

/// Numbers the tree so that a subtree is a range.
fn spans(parent: &[u32]) -> Vec<(u32, u32)> {
    let mut size = vec![1u32; parent.len()];
    for at in (1..parent.len()).rev() {
        size[parent[at] as usize] += size[at];
    }
    let mut next = vec![1u32; parent.len()];
    let mut spans = vec![(0, 0); parent.len()];
    for at in 0..parent.len() {
        let enter = if at == 0 {
            0
        } else {
            let above = parent[at] as usize;
            let enter = spans[above].0 + next[above];
            next[above] += size[at];
            enter
        };
        spans[at] = (enter, enter + size[at]);
    }
    spans
}
