//! How the two regions are divided up.

use crate::x86_64::stubs::{ENTRY, GATE, STUB, THUNK};
use crate::{LinkError, Settings};

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

impl Region {
    /// The first `len` bytes at most.
    fn up_to(self, len: usize) -> Self {
        Self { len: self.len.min(len), ..self }
    }

    fn end(self) -> Option<usize> {
        self.base.checked_add(self.len)
    }
}

/// The shared cells at the start of the data region, which the shared entries and the pieces of
/// code behind them read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cell {
    /// Address of [`crate::x86_64::interpret`].
    Interpret,
    /// The [`crate::Handler`].
    Handler,
    /// What it is given.
    Context,
    /// Address of [`crate::x86_64::probe_enter`].
    ProbeEnter,
    /// Address of [`crate::x86_64::probe_exit`].
    ProbeExit,
    /// The [`crate::TurnHandler`].
    Turn,
}

const CELLS: usize = Cell::Turn as usize + 1;

/// The shared entries at the start of the code region.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entry {
    /// Where thunks lead.
    Interpret,
    /// Where probe thunks lead.
    ProbeEnter,
    /// Where measured calls return to.
    ProbeExit,
}

const ENTRIES: usize = Entry::ProbeExit as usize + 1;

/// Where everything lies; see the [crate].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) code: Region,
    pub(crate) data: Region,
    pub(crate) stubs: usize,
    pub(crate) thunks: usize,
    pub(crate) probe_thunks: usize,
    pub(crate) gates: usize,
    /// Start of the code pool, which goes to the end of the region.
    pub(crate) code_pool: usize,
    pub(crate) got: usize,
    pub(crate) gate_cells: usize,
    /// Start of the data pool, which goes to the end of the region.
    pub(crate) data_pool: usize,
}

impl Layout {
    pub(crate) fn new(code: Region, data: Region, settings: Settings) -> Result<Self, LinkError> {
        let (code, data) = (code.up_to(settings.code), data.up_to(settings.data));
        if [code.base, code.write, data.base, data.write].iter().any(|at| !at.is_multiple_of(16)) {
            return Err(LinkError::Regions("code and data regions must be 16-byte aligned"));
        }
        let (Some(code_end), Some(data_end)) = (code.end(), data.end()) else {
            return Err(LinkError::Regions("a region goes beyond the end of the address space"));
        };
        if code_end.max(data_end) - code.base.min(data.base) > i32::MAX as usize {
            return Err(LinkError::Regions("code and data lie more than 2 GiB apart"));
        }
        let (slots, probes) = (settings.slots as usize, settings.probes as usize);
        let stubs = code.base + ENTRIES * ENTRY;
        let thunks = (stubs + slots * STUB).next_multiple_of(16);
        let probe_thunks = thunks + slots * THUNK;
        let gates = probe_thunks + probes * THUNK;
        let code_pool = gates + probes * GATE;
        let got = data.base + CELLS * 8;
        let gate_cells = (got + slots * 8).next_multiple_of(16);
        let data_pool = (gate_cells + probes * 16).next_multiple_of(64);
        if code_pool > code_end || data_pool > data_end {
            return Err(LinkError::Regions("the code or data region has no room for the slots"));
        }
        Ok(Self {
            code,
            data,
            stubs,
            thunks,
            probe_thunks,
            gates,
            code_pool,
            got,
            gate_cells,
            data_pool,
        })
    }

    /// Address of a shared cell.
    pub(crate) fn cell(&self, cell: Cell) -> usize {
        self.data.base + cell as usize * 8
    }

    /// Address of a shared entry.
    pub(crate) fn entry(&self, entry: Entry) -> usize {
        self.code.base + entry as usize * ENTRY
    }

    /// Bytes of the code pool.
    pub(crate) fn code_room(&self) -> usize {
        self.code.base + self.code.len - self.code_pool
    }

    /// Bytes of the data pool.
    pub(crate) fn data_room(&self) -> usize {
        self.data.base + self.data.len - self.data_pool
    }
}
