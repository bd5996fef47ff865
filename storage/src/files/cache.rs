//! Blocks of files in memory, a bounded number of them.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Range;

use super::id::NodeId;

/// Bytes in a block.
pub(super) const BLOCK: usize = 32 << 10;
/// Blocks there may be: 4 MiB.
const MOST: usize = 128;

#[derive(Default, Debug)]
pub(super) struct Cache {
    blocks: BTreeMap<(NodeId, u32), Block>,
    uses: u64,
}

#[derive(Debug)]
struct Block {
    bytes: Vec<u8>,
    /// What the disk does not have; empty when it has everything.
    dirty: Range<usize>,
    /// When it was last used, as a count of uses.
    used: u64,
}

impl Cache {
    pub(super) fn has(&self, node: NodeId, block: u32) -> bool {
        self.blocks.contains_key(&(node, block))
    }

    pub(super) fn is_full(&self) -> bool {
        self.blocks.len() >= MOST
    }

    /// Drops the block that was not used for longest, or names the file that has to be stored first
    /// for that.
    pub(super) fn make_room(&mut self) -> Option<NodeId> {
        let (&key, oldest) = self.blocks.iter().min_by_key(|(_, block)| block.used)?;
        if !oldest.dirty.is_empty() {
            return Some(key.0);
        }
        self.blocks.remove(&key);
        None
    }

    pub(super) fn put(&mut self, node: NodeId, block: u32, bytes: Vec<u8>) {
        // After a file was stored its blocks are clean, and the oldest of them may go.
        while self.is_full() && self.make_room().is_none() {}
        self.blocks.insert((node, block), Block { bytes, dirty: 0..0, used: self.uses });
    }

    /// The bytes of a block that is there.
    pub(super) fn get(&mut self, node: NodeId, block: u32) -> &mut [u8] {
        self.uses += 1;
        match self.blocks.get_mut(&(node, block)) {
            Some(found) => {
                found.used = self.uses;
                &mut found.bytes
            }
            None => &mut [],
        }
    }

    /// Notes that the disk does not have a part of a block.
    pub(super) fn mark(&mut self, node: NodeId, block: u32, part: Range<usize>) {
        if let Some(Block { dirty, .. }) = self.blocks.get_mut(&(node, block)) {
            *dirty = match Range::is_empty(dirty) {
                true => part,
                false => dirty.start.min(part.start)..dirty.end.max(part.end),
            };
        }
    }

    /// What the disk does not have of a file, in order: where it begins, and the bytes.
    pub(super) fn dirty(&self, node: NodeId) -> Vec<(u64, &[u8])> {
        self.blocks
            .range((node, 0)..=(node, u32::MAX))
            .filter(|(_, block)| !block.dirty.is_empty())
            .map(|((_, number), block)| {
                let start = u64::from(*number) * BLOCK as u64 + block.dirty.start as u64;
                (start, &block.bytes[block.dirty.clone()])
            })
            .collect()
    }

    /// Notes that the disk has everything of a file.
    pub(super) fn clean(&mut self, node: NodeId) {
        for (_, block) in self.blocks.range_mut((node, 0)..=(node, u32::MAX)) {
            block.dirty = 0..0;
        }
    }

    /// Forgets a file from a byte on.
    pub(super) fn forget(&mut self, node: NodeId, from: u64) {
        let first = (from / BLOCK as u64) as u32;
        let rest = (from % BLOCK as u64) as usize;
        self.blocks.retain(|&(of, block), _| of != node || block < first + u32::from(rest > 0));
        if let Some(cut) = self.blocks.get_mut(&(node, first)) {
            cut.bytes[rest..].fill(0);
            let dirty = &mut cut.dirty;
            *dirty = dirty.start.min(rest)..dirty.end.min(rest);
        }
    }
}
