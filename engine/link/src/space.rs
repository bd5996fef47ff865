//! Code memory and the GOT.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};

use hashbrown::HashMap;

use crate::pool::Pool;
use crate::probe::Probes;
use crate::retire::Retired;
use crate::symbols::{Kind, SymbolTable, Symbols};
use crate::x86_64::stubs::{self, ENTRY, GATE, STUB, THUNK};
use crate::x86_64::{Handler, interpret, probe_enter, probe_exit};
use crate::{LinkError, PoolKind};

/// A stretch of memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Region {
    /// Address where it is used: executed, or read and written.
    pub base: usize,
    /// Address where it can be written; `base` unless the two differ (code).
    pub write: usize,
    /// Length in bytes.
    pub len: usize,
}

/// Sizes of the pools.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Functions and host calls that can be declared: 8 bytes of data and 24 of code each.
    pub slots: u32,
    /// Probes that can exist at a time: 48 bytes of code, 16 of data and 576 of other memory each.
    pub probes: u32,
    /// Calls that can be under measurement at a time, recursive ones included: 24 bytes each.
    pub probe_depth: u32,
    /// Bytes of the code region that may be used; what lies beyond is left alone.
    pub code: usize,
    /// Bytes of the data region that may be used.
    pub data: usize,
    /// Bytes for names and symbol table entries.
    pub metadata: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            slots: 16_384,
            probes: 256,
            probe_depth: 4_096,
            code: usize::MAX,
            data: usize::MAX,
            metadata: 2 << 20,
        }
    }
}

/// A function or host call that code can call: an index into the GOT.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SlotId(pub u32);

/// What is in use of each pool, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Usage {
    /// Installed code and its constants, retired ones included.
    pub code: usize,
    /// Size of the code pool.
    pub code_size: usize,
    /// Retired code that is not freed yet.
    pub retired: usize,
    /// Variables.
    pub data: usize,
    /// Size of the data pool.
    pub data_size: usize,
    /// Names and symbol table entries.
    pub metadata: usize,
    /// Size of the metadata pool.
    pub metadata_size: usize,
    /// Slots declared.
    pub slots: u32,
}

/// Cells that the shared entries read: `interpret`, the handler, its context, `probe_enter`, the
/// probes' state, `probe_exit`.
const CELLS: usize = 6;
/// Shared entries at the start of the code region.
const ENTRIES: usize = 3;

/// The memory of compiled code and program data; see the [crate] for its layout.
#[derive(Debug)]
pub struct CodeSpace {
    code: Region,
    data: Region,
    settings: Settings,
    got: usize,
    stubs: usize,
    thunks: usize,
    pub(crate) probe_thunks: usize,
    pub(crate) gates: usize,
    pub(crate) gate_cells: usize,
    pub(crate) code_pool: Pool,
    /// End of the highest code there ever was.
    pub(crate) code_top: usize,
    pub(crate) data_pool: Pool,
    names: Vec<String>,
    by_name: HashMap<String, SlotId>,
    pub(crate) data_symbols: HashMap<String, (usize, usize)>,
    pub(crate) data_cells: HashMap<u64, usize>,
    pub(crate) retired: Vec<Retired>,
    pub(crate) probes: Probes,
    pub(crate) symbols: Symbols,
}

impl CodeSpace {
    /// Divides the two regions up and writes the shared entries. `handler` is called, with
    /// `context`, when a function is called that has no code.
    ///
    /// # Errors
    /// [`LinkError::Regions`] when they are too small, misaligned or more than 2 GiB apart.
    ///
    /// # Safety
    /// Both regions must stay mapped as `session::Memory` promises for as long as any of their
    /// code may run, zeroed, and used by nobody else. `handler` must be sound to call with any
    /// slot that is declared and not published.
    pub unsafe fn new(
        code: Region,
        data: Region,
        settings: Settings,
        handler: Handler,
        context: *mut (),
    ) -> Result<Self, LinkError> {
        let code = Region { len: code.len.min(settings.code), ..code };
        let data = Region { len: data.len.min(settings.data), ..data };
        if [code.base, code.write, data.base, data.write].iter().any(|at| !at.is_multiple_of(16)) {
            return Err(LinkError::Regions("code and data regions must be 16-byte aligned"));
        }
        let ends = |region: Region| region.base.checked_add(region.len);
        let (Some(code_end), Some(data_end)) = (ends(code), ends(data)) else {
            return Err(LinkError::Regions("a region goes beyond the end of the address space"));
        };
        if code_end.max(data_end) - code.base.min(data.base) > i32::MAX as usize {
            return Err(LinkError::Regions("code and data lie more than 2 GiB apart"));
        }

        let slots = settings.slots as usize;
        let stubs_at = code.base + ENTRIES * ENTRY;
        let thunks = (stubs_at + slots * STUB).next_multiple_of(16);
        let probe_thunks = thunks + slots * THUNK;
        let probes = settings.probes as usize;
        let gates = probe_thunks + probes * THUNK;
        let pool = gates + probes * GATE;
        let got = data.base + CELLS * 8;
        let gate_cells = (got + slots * 8).next_multiple_of(16);
        let data_pool = (gate_cells + probes * 16).next_multiple_of(64);
        if pool > code_end || data_pool > data_end {
            return Err(LinkError::Regions("the code or data region has no room for the slots"));
        }

        let mut space = Self {
            code,
            data,
            settings,
            got,
            stubs: stubs_at,
            thunks,
            probe_thunks,
            gates,
            gate_cells,
            code_pool: Pool::new(pool, code_end - pool),
            code_top: pool,
            data_pool: Pool::new(data_pool, data_end - data_pool),
            names: Vec::new(),
            by_name: HashMap::new(),
            data_symbols: HashMap::new(),
            data_cells: HashMap::new(),
            retired: Vec::new(),
            probes: Probes::new(settings.probes, settings.probe_depth, code.base + 2 * ENTRY),
            symbols: Symbols::new(settings.metadata),
        };
        let cells = [
            interpret as *const () as usize,
            handler as usize,
            context as usize,
            probe_enter as *const () as usize,
            space.probes.state_address(),
            probe_exit as *const () as usize,
        ];
        for (index, value) in cells.into_iter().enumerate() {
            space.cell(data.base + index * 8).store(value, Ordering::Relaxed);
        }
        let cell = |index: usize| data.base + index * 8;
        let entries =
            [(false, cell(0), cell(0)), (true, cell(4), cell(3)), (true, cell(4), cell(5))];
        for (index, (load, lea, target)) in entries.into_iter().enumerate() {
            let at = code.base + index * ENTRY;
            space.write_code(at, &reach(stubs::entry(at, load, lea, target))?);
        }
        for number in 0..settings.probes {
            let at = probe_thunks + number as usize * THUNK;
            space.write_code(at, &reach(stubs::thunk(at, number, code.base + ENTRY))?);
            let (gate, cells) = (gates + number as usize * GATE, gate_cells + number as usize * 16);
            space.write_code(gate, &reach(stubs::gate(gate, cells, at))?);
        }
        let range = (code.base, pool - code.base);
        space.symbols.add(range.0, range.1, "(stubs)", Kind::Stub)?;
        Ok(space)
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
        let (stub, thunk) = (self.stub(slot), self.thunk(slot));
        self.write_code(stub, &reach(stubs::stub(stub, self.slot_cell(slot)))?);
        self.write_code(thunk, &reach(stubs::thunk(thunk, slot.0, self.code.base))?);
        self.names.push(name.into());
        self.by_name.insert(name.into(), slot);
        self.unpublish(slot);
        Ok(slot)
    }

    /// The slot called `name`.
    pub fn slot(&self, name: &str) -> Option<SlotId> {
        self.by_name.get(name).copied()
    }

    /// What `slot` was declared as.
    ///
    /// # Panics
    /// If it is of another space.
    pub fn name(&self, slot: SlotId) -> &str {
        &self.names[slot.0 as usize]
    }

    /// *The* address of a function: its stub. It never changes.
    pub fn stub(&self, slot: SlotId) -> usize {
        self.stubs + slot.0 as usize * STUB
    }

    /// The function whose stub lies at `address`: how a function pointer is resolved.
    #[inline]
    pub fn slot_at(&self, address: usize) -> Option<SlotId> {
        let offset = address.wrapping_sub(self.stubs);
        let number = offset / STUB;
        (offset.is_multiple_of(STUB) && number < self.names.len()).then_some(SlotId(number as u32))
    }

    /// The address that calls of `slot` arrive at now, the interpreter's thunk included.
    #[inline]
    pub fn target(&self, slot: SlotId) -> usize {
        self.cell(self.slot_cell(slot)).load(Ordering::Acquire)
    }

    /// Whether calls of `slot` lead to the handler.
    pub fn is_interpreted(&self, slot: SlotId) -> bool {
        self.target(slot) == self.thunk(slot)
    }

    /// The address that leads to the handler as function `slot`.
    pub fn thunk(&self, slot: SlotId) -> usize {
        self.thunks + slot.0 as usize * THUNK
    }

    /// From the next call on, `slot` is the code at `address`: of an [`crate::Installed`], of a
    /// probe, or a native function of the machine. The program need not stop.
    pub fn publish(&self, slot: SlotId, address: usize) {
        self.cell(self.slot_cell(slot)).store(address, Ordering::Release);
    }

    /// From the next call on, `slot` is interpreted.
    pub fn unpublish(&self, slot: SlotId) {
        self.publish(slot, self.thunk(slot));
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

    /// Names of addresses, to be kept by whoever handles faults: it is read without a lock.
    pub fn symbols(&self) -> Arc<SymbolTable> {
        self.symbols.table()
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

    /// Address of the GOT cell of a slot.
    pub(crate) fn slot_cell(&self, slot: SlotId) -> usize {
        self.got + slot.0 as usize * 8
    }

    /// A word of the data region.
    pub(crate) fn cell(&self, at: usize) -> &AtomicUsize {
        debug_assert!(
            at.is_multiple_of(8)
                && at >= self.data.base
                && at + 8 <= self.data.base + self.data.len
        );
        // SAFETY: the word lies in the data region (callers compute it from its layout), which
        // is mapped and ours; all access to GOT words is atomic.
        unsafe { AtomicUsize::from_ptr(at as *mut usize) }
    }

    /// Writes code through the writable mapping.
    pub(crate) fn write_code(&mut self, at: usize, bytes: &[u8]) {
        copy_into(self.code, at, bytes);
    }

    /// Writes variables.
    pub(crate) fn write_data(&mut self, at: usize, bytes: &[u8]) {
        copy_into(self.data, at, bytes);
    }
}

fn copy_into(region: Region, at: usize, bytes: &[u8]) {
    let offset = at.checked_sub(region.base).filter(|o| o + bytes.len() <= region.len);
    let offset = offset.expect("ranges come from the region's own pools");
    // SAFETY: the range lies in the region, whose writable mapping is ours; `bytes` cannot
    // overlap it, since nobody else holds a reference into it.
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
