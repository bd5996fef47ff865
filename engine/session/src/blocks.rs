//! Which block of which function an instruction in code memory was made from.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use bareflow_ir::BlockId;
use bareflow_link::Installed;
use bareflow_object::Object;
use spin::Mutex;

use crate::key::FuncKey;

/// The blocks of functions in code memory, by the address where their range begins. Code that is gone
/// leaves its entry behind until other code begins there.
#[derive(Default)]
pub(crate) struct CodeBlocks(Mutex<BTreeMap<usize, Blocks>>);

struct Blocks {
    key: FuncKey,
    /// Where its text begins.
    entry: usize,
    /// Where the code of each block begins in it.
    starts: Vec<(u32, u32)>,
}

impl CodeBlocks {
    /// Notes code that was put in its place.
    pub(crate) fn note(&self, key: FuncKey, code: &Installed, object: &Object) {
        let blocks = Blocks { key, entry: code.entry, starts: object.blocks.clone() };
        self.0.lock().insert(code.addr, blocks);
    }

    /// The block of an instruction in the range that begins at `start`. Waits for no lock: for fault
    /// handlers.
    pub(crate) fn find(&self, start: usize, address: usize) -> Option<(FuncKey, BlockId)> {
        let blocks = self.0.try_lock()?;
        let Blocks { key, entry, starts } = blocks.get(&start)?;
        let offset = address.checked_sub(*entry)?;
        let (_, block) = starts.iter().rev().find(|(from, _)| *from as usize <= offset)?;
        Some((*key, BlockId(*block)))
    }
}
