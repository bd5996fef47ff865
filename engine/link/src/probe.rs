//! Probes: measured calls of any function, whatever its signature.
//!
//! A probe has an address that a slot can lead to. It notes the time-stamp counter, puts its own
//! exit in the place of the return address, and jumps on to its target; the exit adds the cycles
//! to the probe's counts and goes to the real caller. So neither caller nor target knows, and
//! stack arguments stay where they are. Used for sampled cycle counts (a slot leads to the probe
//! for a while) and for tournaments (one probe a variant, which take turns in the slot).
//!
//! One core at a time may run probed functions: there is one side stack.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::UnsafeCell;

use crate::x86_64::stubs::THUNK;
use crate::{CodeSpace, LinkError, PoolKind};

/// Samples kept of each probe, a power of two.
pub(crate) const RING: usize = 64;

/// Bytes of a frame on the side stack.
pub(crate) const FRAME_BYTES: usize = size_of::<Frame>();

/// A probe of a [`CodeSpace`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(transparent)]
pub struct ProbeId(pub(crate) u32);

/// What a probe has measured.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ProbeReading {
    /// Calls measured.
    pub calls: u64,
    /// Cycles of all of them, callees included.
    pub total: u64,
    /// Smallest; 0 when there is none.
    pub min: u64,
    /// Largest.
    pub max: u64,
    /// The last calls (up to 64), in no order.
    pub samples: Vec<u64>,
}

impl ProbeReading {
    /// Median cycles of the samples; `None` without any.
    pub fn median(&self) -> Option<u64> {
        let mut samples = self.samples.clone();
        let middle = samples.len() / 2;
        (!samples.is_empty()).then(|| *samples.select_nth_unstable(middle).1)
    }
}

/// What the machine code of a probe reads and writes.
#[repr(C, align(64))]
#[derive(Debug)]
struct Record {
    target: usize,
    count: u64,
    total: u64,
    min: u64,
    max: u64,
    ring: *mut u64,
    /// Count at which the turn is over.
    limit: u64,
}

const _: () = assert!(size_of::<Record>() == 64);

#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
struct Frame {
    ret: usize,
    start: u64,
    record: usize,
}

#[repr(C)]
#[derive(Debug)]
struct State {
    top: *mut Frame,
    limit: *mut Frame,
    records: *mut Record,
    exit: usize,
    turn: TurnHandler,
}

/// What is called when a probe has measured as many calls as its turn has; see
/// [`CodeSpace::set_turn`]. It runs between the measured call and its caller.
pub type TurnHandler = extern "C" fn(ProbeId);

/// For probes whose turns nobody waits for.
extern "C" fn no_turn(_: ProbeId) {}

/// Offsets in [`State`].
pub(crate) mod state {
    use super::State;
    use core::mem::offset_of;

    pub(crate) const TOP: usize = offset_of!(State, top);
    pub(crate) const LIMIT: usize = offset_of!(State, limit);
    pub(crate) const PROBES: usize = offset_of!(State, records);
    pub(crate) const EXIT: usize = offset_of!(State, exit);
    pub(crate) const TURN: usize = offset_of!(State, turn);
}

/// Offsets in [`Record`].
pub(crate) mod record {
    use super::Record;
    use core::mem::offset_of;

    pub(crate) const COUNT: usize = offset_of!(Record, count);
    pub(crate) const TOTAL: usize = offset_of!(Record, total);
    pub(crate) const MIN: usize = offset_of!(Record, min);
    pub(crate) const MAX: usize = offset_of!(Record, max);
    pub(crate) const RING: usize = offset_of!(Record, ring);
    pub(crate) const LIMIT: usize = offset_of!(Record, limit);
    pub(crate) const RING_LEN: usize = super::RING;
}

/// All probes of a code space. Memory that the machine code writes is reached through raw
/// pointers only.
#[derive(Debug)]
pub(crate) struct Probes {
    state: Box<UnsafeCell<State>>,
    bottom: *mut Frame,
    records: *mut Record,
    count: u32,
    used: Vec<bool>,
    _frames: Box<[UnsafeCell<Frame>]>,
    _records: Box<[UnsafeCell<Record>]>,
    _rings: Box<[UnsafeCell<u64>]>,
}

// SAFETY: the pointers lead into boxes of the same value, which move with it.
unsafe impl Send for Probes {}

impl Probes {
    pub(crate) fn new(count: u32, depth: u32, exit: usize) -> Self {
        let ring: Vec<_> = (0..count as usize * RING).map(|_| UnsafeCell::new(0)).collect();
        let rings: Box<[UnsafeCell<u64>]> = ring.into();
        let record = |index: usize| {
            // SAFETY: `index` is below `count`, so the ring lies in its box.
            let ring = unsafe { UnsafeCell::raw_get(rings.as_ptr().add(index * RING)) };
            UnsafeCell::new(Record {
                target: 0,
                count: 0,
                total: 0,
                min: u64::MAX,
                max: 0,
                ring,
                limit: u64::MAX,
            })
        };
        let record_box: Box<[_]> = (0..count as usize).map(record).collect();
        let frames: Box<[_]> = (0..depth).map(|_| UnsafeCell::new(Frame::default())).collect();
        let bottom = UnsafeCell::raw_get(frames.as_ptr());
        let records = UnsafeCell::raw_get(record_box.as_ptr());
        // SAFETY: one behind the end of the box.
        let limit = unsafe { bottom.add(frames.len()) };
        Self {
            state: Box::new(UnsafeCell::new(State {
                top: bottom,
                limit,
                records,
                exit,
                turn: no_turn,
            })),
            bottom,
            records,
            count,
            used: vec![false; count as usize],
            _frames: frames,
            _records: record_box,
            _rings: rings,
        }
    }

    pub(crate) fn state_address(&self) -> usize {
        self.state.get() as usize
    }

    fn depth(&self) -> usize {
        // SAFETY: nothing measures while the engine itself runs on this core.
        let top = unsafe { (*self.state.get()).top };
        (top as usize - self.bottom as usize) / FRAME_BYTES
    }

    fn frames(&self) -> impl Iterator<Item = Frame> {
        // SAFETY: the frames below `depth` lie in their box and are written.
        (0..self.depth()).map(|at| unsafe { self.bottom.add(at).read() })
    }

    /// Where the measured calls that are under way return to.
    pub(crate) fn return_addresses(&self) -> impl Iterator<Item = usize> {
        self.frames().map(|frame| frame.ret)
    }

    fn record(&self, probe: ProbeId) -> *mut Record {
        assert!(probe.0 < self.count, "a probe of another space");
        // SAFETY: in the box, as just checked.
        unsafe { self.records.add(probe.0 as usize) }
    }

    fn in_flight(&self, probe: ProbeId) -> bool {
        let record = self.record(probe) as usize;
        self.frames().any(|frame| frame.record == record)
    }
}

impl CodeSpace {
    /// A probe in front of the code at `target`.
    ///
    /// # Errors
    /// [`LinkError::Full`] when all are in use.
    pub fn add_probe(&mut self, target: usize) -> Result<ProbeId, LinkError> {
        let free =
            |at: &u32| !self.probes.used[*at as usize] && !self.probes.in_flight(ProbeId(*at));
        let Some(at) = (0..self.probes.count).find(free) else {
            let used = self.probes.used.iter().filter(|used| **used).count();
            let size = self.probes.count as usize;
            return Err(LinkError::Full { pool: PoolKind::Probes, wanted: 1, used, size });
        };
        let probe = ProbeId(at);
        self.probes.used[at as usize] = true;
        self.take_reading(probe);
        // SAFETY: nothing leads to the probe yet.
        unsafe { (*self.probes.record(probe)).target = target };
        self.set_turn_length(probe, u64::MAX);
        self.aim_gate(probe, target);
        Ok(probe)
    }

    /// The address that a slot must lead to for calls to be measured.
    pub fn probe_address(&self, probe: ProbeId) -> usize {
        self.probe_thunks + probe.0 as usize * THUNK
    }

    /// From now on `handler` is called, between a measured call and its caller, when a probe
    /// has measured as many calls as [`CodeSpace::set_turn_length`] says.
    pub fn set_turn(&mut self, handler: TurnHandler) {
        // SAFETY: the state lives as long as the space, and one core runs probed functions.
        unsafe { (*self.probes.state.get()).turn = handler };
    }

    /// Calls from the next reading on after which the probe's turn is over; `u64::MAX` for
    /// never, which is what a new probe has.
    ///
    /// # Panics
    /// If the probe is of another space.
    pub fn set_turn_length(&self, probe: ProbeId, calls: u64) {
        // SAFETY: the record lives as long as the space.
        unsafe { (*self.probes.record(probe)).limit = calls.max(1) };
    }

    /// What it has measured since the last reading.
    ///
    /// # Panics
    /// If the probe is of another space.
    pub fn take_reading(&self, probe: ProbeId) -> ProbeReading {
        let record = self.probes.record(probe);
        // SAFETY: the record and its ring lie in their boxes; the machine code that writes them
        // does not run while the engine does on this core.
        unsafe {
            let kept = usize::try_from((*record).count).unwrap_or(RING).min(RING);
            let reading = ProbeReading {
                calls: (*record).count,
                total: (*record).total,
                min: if kept == 0 { 0 } else { (*record).min },
                max: (*record).max,
                samples: (0..kept).map(|at| (*record).ring.add(at).read()).collect(),
            };
            (*record).count = 0;
            (*record).total = 0;
            (*record).min = u64::MAX;
            (*record).max = 0;
            reading
        }
    }

    /// Gives a probe up. No slot may lead to it. Calls through it that are under way end as
    /// usual; it is used again after that.
    ///
    /// # Panics
    /// If the probe is of another space.
    pub fn remove_probe(&mut self, probe: ProbeId) {
        self.probes.used[probe.0 as usize] = false;
    }

    /// Where a call really returns whose return address, found on the stack, is `address`: a
    /// probe has put its exit in its place. `nth` counts such addresses outwards from 0. `None`
    /// for any other address.
    pub fn real_return(&self, address: usize, nth: usize) -> Option<usize> {
        // SAFETY: the state lives as long as the space.
        let exit = unsafe { (*self.probes.state.get()).exit };
        let depth = self.probes.depth();
        let at = depth.checked_sub(nth + 1).filter(|_| address == exit)?;
        self.probes.frames().nth(at).map(|frame| frame.ret)
    }

    /// Measured calls under way.
    pub fn probe_depth(&self) -> usize {
        self.probes.depth()
    }

    /// Forgets the measured calls begun since the depth was `depth`: they will not return.
    pub(crate) fn reset_probe_depth(&self, depth: usize) {
        let depth = depth.min(self.probes.depth());
        // SAFETY: within the box; nothing measures while the engine runs.
        unsafe { (*self.probes.state.get()).top = self.probes.bottom.add(depth) };
    }
}
