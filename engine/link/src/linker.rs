//! The one that changes code memory.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::Ordering;

use bareflow_platform::{Counters, EVENTS};
use hashbrown::HashMap;

use crate::layout::{Cell, Entry, Layout};
use crate::pool::Pool;
use crate::probe::{self, Probes};
use crate::retired::Retired;
use crate::symbols::{Kind, Symbols};
use crate::x86_64::stubs::{self, GATE, THUNK};
use crate::x86_64::{Handler, interpret, probe_enter, probe_exit};
use crate::{CodeMap, CoreBlock, LinkError, PoolKind, Region, Settings, SlotId, Usage};

/// Code memory as its owner sees it: there is one for a [`CodeMap`], and whoever has it alone
/// changes what cores run.
#[derive(Debug)]
pub struct Linker {
    pub(crate) map: Arc<CodeMap>,
    pub(crate) cores: Vec<Arc<CoreBlock>>,
    settings: Settings,
    pub(crate) code_pool: Pool,
    /// End of the highest code there ever was.
    pub(crate) code_top: usize,
    pub(crate) data_pool: Pool,
    names: Vec<String>,
    by_name: HashMap<String, SlotId>,
    pub(crate) data_symbols: HashMap<String, (usize, usize)>,
    pub(crate) data_cells: HashMap<u64, usize>,
    pub(crate) retired: Retired,
    pub(crate) probes: Probes,
    pub(crate) symbols: Symbols,
}

const _: () = {
    const fn movable<T: Send>() {}
    movable::<Linker>();
};

impl Linker {
    /// Divides the two regions up and writes the shared entries. `handler` is called, with
    /// `context`, when a function is called that has no code.
    ///
    /// # Errors
    /// [`LinkError::Regions`] when they are too small, misaligned or more than 2 GiB apart.
    ///
    /// # Safety
    /// Both regions must stay mapped as `bareflow_platform::Memory` promises for as long as any of
    /// their code may run, zeroed, and used by nobody else. `handler` must be sound to call with
    /// any slot that is declared and not published, on any core.
    pub unsafe fn new(
        code: Region,
        data: Region,
        settings: Settings,
        handler: Handler,
        context: *mut (),
    ) -> Result<Self, LinkError> {
        let layout = Layout::new(code, data, settings)?;
        let symbols = Symbols::new(settings.metadata);
        let mut linker = Self {
            map: Arc::new(CodeMap::new(layout, settings, symbols.table())),
            cores: Vec::new(),
            settings,
            code_pool: Pool::new(layout.code_pool, layout.code_room()),
            code_top: layout.code_pool,
            data_pool: Pool::new(layout.data_pool, layout.data_room()),
            names: Vec::new(),
            by_name: HashMap::new(),
            data_symbols: HashMap::new(),
            data_cells: HashMap::new(),
            retired: Retired::default(),
            probes: Probes::new(settings.probes),
            symbols,
        };
        for (cell, value) in [
            (Cell::Interpret, interpret as *const () as usize),
            (Cell::Handler, handler as usize),
            (Cell::Context, context as usize),
            (Cell::ProbeEnter, probe_enter as *const () as usize),
            (Cell::ProbeExit, probe_exit as *const () as usize),
            (Cell::Turn, probe::no_turn as *const () as usize),
        ] {
            linker.map.cell(layout.cell(cell)).store(value, Ordering::Relaxed);
        }
        let at = layout.entry(Entry::Interpret);
        let (cells, target) = (layout.cell(Cell::Interpret), layout.cell(Cell::Interpret));
        linker.write_code(at, &reach(stubs::entry_with_cells(at, cells, target))?);
        for (entry, cell) in
            [(Entry::ProbeEnter, Cell::ProbeEnter), (Entry::ProbeExit, Cell::ProbeExit)]
        {
            let at = layout.entry(entry);
            linker.write_code(at, &reach(stubs::entry_with_block(at, layout.cell(cell)))?);
        }
        let measure = layout.entry(Entry::ProbeEnter);
        for number in 0..settings.probes {
            let at = layout.probe_thunks + number as usize * THUNK;
            linker.write_code(at, &reach(stubs::thunk(at, number, measure))?);
            let gate = layout.gates + number as usize * GATE;
            let cells = layout.gate_cells + number as usize * 16;
            linker.write_code(gate, &reach(stubs::gate(gate, cells, at))?);
        }
        let len = layout.code_pool - layout.code.base;
        linker.symbols.add(layout.code.base, len, "(stubs)", Kind::Stub)?;
        Ok(linker)
    }

    /// What cores share.
    pub fn map(&self) -> &Arc<CodeMap> {
        &self.map
    }

    /// A block for one more core, with room for `probe_depth` measured calls under way at a time,
    /// recursive ones included, 24 bytes each. With 0 the core runs measured calls unmeasured.
    ///
    /// From now on nothing is freed that the core may be in.
    pub fn add_core(&mut self, probe_depth: u32) -> Arc<CoreBlock> {
        self.add_counting_core(probe_depth, [None; EVENTS])
    }

    /// The same for a core with counters, 48 bytes more for each measured call under way.
    pub fn add_counting_core(&mut self, probe_depth: u32, counters: Counters) -> Arc<CoreBlock> {
        let block = Arc::new(CoreBlock::new(Arc::clone(&self.map), probe_depth, counters));
        self.cores.push(Arc::clone(&block));
        block
    }

    /// The slot called `name`, which is made when there is none. What it makes leads to the
    /// handler.
    ///
    /// # Errors
    /// [`LinkError::Full`] when no slot is left.
    pub fn declare(&mut self, name: &str) -> Result<SlotId, LinkError> {
        if let Some(slot) = self.by_name.get(name) {
            return Ok(*slot);
        }
        let number = self.names.len();
        if number >= self.settings.slots as usize {
            return Err(LinkError::Full {
                pool: PoolKind::Slots,
                wanted: 1,
                used: number,
                size: number,
            });
        }
        let slot = SlotId(number as u32);
        let (stub, thunk) = (self.map.stub(slot), self.map.thunk(slot));
        let handler = self.map.layout.entry(Entry::Interpret);
        self.write_code(stub, &reach(stubs::stub(stub, self.map.slot_cell(slot)))?);
        self.write_code(thunk, &reach(stubs::thunk(thunk, slot.0, handler))?);
        self.unpublish(slot);
        self.names.push(name.into());
        self.by_name.insert(name.into(), slot);
        self.map.set_declared(slot.0 + 1);
        Ok(slot)
    }

    /// The slot called `name`.
    pub fn slot(&self, name: &str) -> Option<SlotId> {
        self.by_name.get(name).copied()
    }

    /// What `slot` was declared as.
    ///
    /// # Panics
    /// If it is of another linker.
    pub fn name(&self, slot: SlotId) -> &str {
        &self.names[slot.0 as usize]
    }

    /// From the next call on, `slot` is the code at `address`: of an [`crate::Installed`], of a
    /// probe or a gate, or a native function of the machine. The program need not stop.
    ///
    /// One release store. Whatever belongs to the code at `address` (its bytes, the target of a
    /// probe, the cells of a gate) is reached through the slot's word alone, was written before,
    /// and stays as it is until a grace period after the slot leads elsewhere: so a core sees all
    /// of one version or all of another.
    pub fn publish(&mut self, slot: SlotId, address: usize) {
        bareflow_baton::offer();
        self.map.cell(self.map.slot_cell(slot)).store(address, Ordering::Release);
        bareflow_baton::offer();
    }

    /// From the next call on, `slot` is interpreted.
    pub fn unpublish(&mut self, slot: SlotId) {
        self.publish(slot, self.map.thunk(slot));
    }

    /// Declares a host call: a native function that may lie anywhere.
    ///
    /// # Errors
    /// [`LinkError::Full`] when no slot is left.
    pub fn bind(&mut self, name: &str, address: usize) -> Result<SlotId, LinkError> {
        let slot = self.declare(name)?;
        self.publish(slot, address);
        Ok(slot)
    }

    /// Slots declared, in order of their ids.
    pub fn slots(&self) -> impl Iterator<Item = (SlotId, &str)> {
        self.names.iter().enumerate().map(|(at, name)| (SlotId(at as u32), name.as_str()))
    }

    /// What is in use.
    pub fn usage(&self) -> Usage {
        Usage {
            code: self.code_pool.used(),
            code_size: self.code_pool.size(),
            retired: self.retired_bytes(),
            data: self.data_pool.used(),
            data_size: self.data_pool.size(),
            metadata: self.symbols.used(),
            metadata_size: self.settings.metadata,
            slots: self.names.len() as u32,
        }
    }

    /// Writes code through the writable mapping.
    pub(crate) fn write_code(&mut self, at: usize, bytes: &[u8]) {
        copy_into(self.map.layout.code, at, bytes);
    }

    /// Writes variables.
    pub(crate) fn write_data(&mut self, at: usize, bytes: &[u8]) {
        copy_into(self.map.layout.data, at, bytes);
    }
}

fn copy_into(region: Region, at: usize, bytes: &[u8]) {
    let offset = at.checked_sub(region.base).filter(|o| o + bytes.len() <= region.len);
    let offset = offset.expect("ranges come from the region's own pools");
    // SAFETY: the range lies in the region, whose writable mapping is ours, and no core uses it
    // yet (invariants 2 and 3); `bytes` cannot overlap it, since nobody else holds a reference
    // into it.
    unsafe {
        core::ptr::copy_nonoverlapping(
            bytes.as_ptr(),
            (region.write + offset) as *mut u8,
            bytes.len(),
        );
    }
}

fn reach<T>(code: Option<T>) -> Result<T, LinkError> {
    code.ok_or(LinkError::Regions("code and data lie more than 2 GiB apart"))
}
