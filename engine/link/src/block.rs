//! What each core has for itself.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::mem::offset_of;
use core::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering::Relaxed};

use bareflow_platform::{Counters, EVENTS};

use crate::grace::Watch;
use crate::layout::Cell;
use crate::record::SHIFT;
use crate::sweep::Sweep;
use crate::{CodeMap, ProbeId, stack_pointer};

/// A core's own words: what its machine code finds behind `gs`, and how far it is with what the
/// linker wants to free.
///
/// While a core runs the program, the word at `gs:[0]` is the address of its block. Every field is
/// the core's own to change; others look at it through the linker only, and only at what
/// [`crate::Linker::collect`] needs.
#[repr(C, align(64))]
#[derive(Debug)]
pub struct CoreBlock {
    /// Stack pointer that the innermost `enter` under way left off at; 0 without one.
    pub(crate) escape: AtomicUsize,
    side_stack: [AtomicUsize; 2],
    thread: AtomicUsize,
    session: AtomicUsize,
    /// Where the next measured call puts its frame, and the end of the room for them.
    frames_top: AtomicUsize,
    frames_limit: usize,
    /// Address of the first probe's record.
    records: usize,
    /// What stands on the stack in place of a measured call's return address.
    probe_exit: usize,
    /// Address of the word that holds the [`crate::TurnHandler`].
    turn: usize,
    /// Address of the first frame, and of what was counted when each began; 0: nothing is.
    frames_base: usize,
    counts_base: usize,
    /// Where the processor's counters are read; null for those that are not there.
    counters: Counters,
    /// The innermost `enter` under way.
    level: AtomicPtr<Level>,
    /// Stack pointer while the core sleeps with calls of the program under way.
    asleep_sp: AtomicUsize,
    watch: Watch,
    frames: Box<[Frame]>,
    /// What machine code reaches by `counts_base`, [`EVENTS`] words a frame; empty without counters.
    _counts: Box<[AtomicU64]>,
    map: Arc<CodeMap>,
}

const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<CoreBlock>();
};

/// A measured call under way.
#[repr(C)]
#[derive(Debug, Default)]
struct Frame {
    ret: AtomicUsize,
    start: AtomicU64,
    record: AtomicUsize,
}

/// Offsets in [`CoreBlock`] and [`Frame`] for the machine code of probes.
pub(crate) mod at {
    use super::{CoreBlock, EVENTS, Frame, offset_of};

    pub(crate) const TOP: usize = offset_of!(CoreBlock, frames_top);
    pub(crate) const LIMIT: usize = offset_of!(CoreBlock, frames_limit);
    pub(crate) const RECORDS: usize = offset_of!(CoreBlock, records);
    pub(crate) const EXIT: usize = offset_of!(CoreBlock, probe_exit);
    pub(crate) const TURN: usize = offset_of!(CoreBlock, turn);
    pub(crate) const FRAMES: usize = offset_of!(CoreBlock, frames_base);
    pub(crate) const COUNTS: usize = offset_of!(CoreBlock, counts_base);
    pub(crate) const COUNTERS: usize = offset_of!(CoreBlock, counters);
    pub(crate) const FRAME: usize = size_of::<Frame>();
    pub(crate) const START: usize = offset_of!(Frame, start);
    pub(crate) const RECORD: usize = offset_of!(Frame, record);

    const _: () = assert!(offset_of!(CoreBlock, escape) == 0 && offset_of!(Frame, ret) == 0);
    /// The machine code finds the counts of a frame by doubling its distance.
    const _: () = assert!(size_of::<u64>() * EVENTS == 2 * FRAME);
}

/// An `enter` under way, in its own frame.
#[derive(Debug)]
pub(crate) struct Level {
    /// End of the stack that it gave the program.
    top: usize,
    /// What the block said before.
    escape: usize,
    outer: *mut Level,
    depth: usize,
}

impl CoreBlock {
    /// Offset in bytes of the side stack's two words: the lowest address in use, and the lowest
    /// that may be used.
    pub const SIDE_STACK: usize = offset_of!(CoreBlock, side_stack);
    /// Offset in bytes of the thread pointer.
    pub const THREAD: usize = offset_of!(CoreBlock, thread);

    pub(crate) fn new(map: Arc<CodeMap>, probe_depth: u32, counters: Counters) -> Self {
        let frames: Box<[_]> = (0..probe_depth).map(|_| Frame::default()).collect();
        let range = frames.as_ptr_range();
        let counting = counters.iter().any(Option::is_some);
        let words = if counting { frames.len() * EVENTS } else { 0 };
        let counts: Box<[_]> = (0..words).map(|_| AtomicU64::new(0)).collect();
        Self {
            escape: AtomicUsize::new(0),
            side_stack: Default::default(),
            thread: AtomicUsize::new(0),
            session: AtomicUsize::new(0),
            frames_top: AtomicUsize::new(range.start.expose_provenance()),
            frames_limit: range.end.addr(),
            records: map.records.address(),
            probe_exit: map.probe_exit(),
            turn: map.layout.cell(Cell::Turn),
            frames_base: range.start.addr(),
            counts_base: if counting { counts.as_ptr().expose_provenance() } else { 0 },
            counters,
            level: AtomicPtr::new(core::ptr::null_mut()),
            asleep_sp: AtomicUsize::new(0),
            watch: Watch::new(&map.grace),
            frames,
            _counts: counts,
            map,
        }
    }

    /// The block of the core that this runs on; none before the machine was told of one.
    ///
    /// # Safety
    /// `gs` must be set up: the word at `gs:[0]` 0, or the address of a block that lives for `'a`.
    #[inline(always)]
    pub unsafe fn current<'a>() -> Option<&'a Self> {
        let block: *const Self;
        // SAFETY: the caller says that there is a word, and what it holds.
        unsafe {
            core::arch::asm!(
                "mov {}, gs:[0]",
                out(reg) block,
                options(nostack, preserves_flags, readonly)
            );
            block.as_ref()
        }
    }

    /// The side stack's words: the lowest address in use, and the lowest that may be used.
    pub fn side_stack(&self) -> (usize, usize) {
        let [used, limit] = &self.side_stack;
        (used.load(Relaxed), limit.load(Relaxed))
    }

    /// Gives the core another side stack, or empties it.
    pub fn set_side_stack(&self, lowest_used: usize, lowest: usize) {
        self.side_stack[0].store(lowest_used, Relaxed);
        self.side_stack[1].store(lowest, Relaxed);
    }

    /// Where the variables of the thread lie that the core runs; whatever was set last, 0 at first.
    pub fn thread(&self) -> usize {
        self.thread.load(Relaxed)
    }

    /// Changes what [`CoreBlock::thread`] says.
    pub fn set_thread(&self, pointer: usize) {
        self.thread.store(pointer, Relaxed);
    }

    /// What belongs to the core in the eyes of whoever set it; 0 at first.
    pub fn session(&self) -> usize {
        self.session.load(Relaxed)
    }

    /// Changes what [`CoreBlock::session`] says.
    pub fn set_session(&self, data: usize) {
        self.session.store(data, Relaxed);
    }

    /// Whether an `enter` is under way that `leave` can end.
    pub fn is_entered(&self) -> bool {
        self.escape.load(Relaxed) != 0
    }

    /// Measured calls under way.
    pub fn probe_depth(&self) -> usize {
        (self.frames_top.load(Relaxed) - self.frames.as_ptr().addr()) / at::FRAME
    }

    fn frames(&self) -> &[Frame] {
        &self.frames[..self.probe_depth()]
    }

    /// Where a call really returns whose return address, found on this core's stack, is `address`:
    /// a probe has put its exit in its place. `nth` counts such addresses outwards from 0. `None`
    /// for any other address. For whoever handles faults: takes no lock.
    pub fn real_return(&self, address: usize, nth: usize) -> Option<usize> {
        let frames = self.frames();
        let at = frames.len().checked_sub(nth + 1).filter(|_| address == self.probe_exit)?;
        Some(frames[at].ret.load(Relaxed))
    }

    /// A quiescent point: the core runs no code of the program here, holds no address of code that
    /// it has yet to jump to, and will only return into what stands on its stack. Costs two loads
    /// when the linker has nothing to free.
    ///
    /// # Safety
    /// The above must be so, and this must be the block of the core that runs.
    #[inline]
    pub unsafe fn quiescent(&self) {
        if self.watch.is_behind(&self.map.grace) && self.watch.is_awake() {
            self.pass();
        }
    }

    /// Looks at the core's own stack.
    #[cold]
    #[inline(never)]
    fn pass(&self) {
        let sp = stack_pointer();
        // SAFETY: invariants 6 and 8: all that the program has on this core's stack lies above
        // this function's frame.
        self.watch.pass(&self.map.grace, |sweep| unsafe { self.look(sp, sweep) });
    }

    /// For the linker, on any core: whether this core has passed the open sweep.
    pub(crate) fn has_passed(&self) -> bool {
        // SAFETY: invariant 8: the core rests while `look` is called, and wrote where before.
        self.watch.has_passed(&self.map.grace, |sweep| unsafe {
            self.look(self.asleep_sp.load(Relaxed), sweep);
        })
    }

    /// Sleeps: `f` waits for something, and runs no code of the program. Meanwhile the linker
    /// looks at this core's stack itself, and waits for it no more.
    ///
    /// # Safety
    /// As for [`CoreBlock::quiescent`]; `f` must neither come back here nor leave but by returning.
    pub unsafe fn asleep<R>(&self, f: impl FnOnce() -> R) -> R {
        if !self.watch.is_awake() {
            return f();
        }
        self.asleep_sp.store(stack_pointer(), Relaxed);
        self.watch.rest();
        let result = f();
        self.watch.wake(&self.map.grace);
        result
    }

    /// Marks what this core may return to. Its stack is that of the innermost `enter` from `sp`
    /// on, and of every other from where the one inside it left off.
    ///
    /// # Safety
    /// The core must not run meanwhile but in here; `sp` must be its stack pointer or below.
    unsafe fn look(&self, sp: usize, sweep: &Sweep) {
        for frame in self.frames() {
            sweep.mark(frame.ret.load(Relaxed));
            let offset = frame.record.load(Relaxed) - self.records;
            sweep.mark_probe(ProbeId((offset >> SHIFT) as u32));
        }
        if !sweep.has_code() {
            return;
        }
        let (mut sp, mut inner_escape) = (sp, self.escape.load(Relaxed));
        let mut level = self.level.load(Relaxed).cast_const();
        // SAFETY: levels are in frames of `enter` that have not returned (invariant 8).
        while let Some(Level { top, escape, outer, .. }) = unsafe { level.as_ref() } {
            for at in (sp & !7..top & !7).step_by(8) {
                // SAFETY: a stack that is in use from `sp` to `top`. Volatile, since these words
                // belong to frames the compiler knows nothing of.
                sweep.mark(unsafe { core::ptr::read_volatile(at as *const usize) });
            }
            (sp, inner_escape, level) = (inner_escape, *escape, *outer);
        }
    }

    /// Measured calls begun since there were `depth` of them will not return.
    pub(crate) fn forget_measured(&self, depth: usize) {
        let depth = depth.min(self.probe_depth());
        self.frames_top.store(self.frames.as_ptr().addr() + depth * at::FRAME, Relaxed);
    }

    /// An `enter` begins, on a stack that ends at `top`.
    pub(crate) fn begin(&self, top: usize) -> Level {
        let level = Level {
            top,
            escape: self.escape.load(Relaxed),
            outer: self.level.load(Relaxed),
            depth: self.probe_depth(),
        };
        if level.outer.is_null() {
            self.watch.wake(&self.map.grace);
        }
        level
    }

    /// From now on `level` is the innermost.
    pub(crate) fn set_level(&self, level: *mut Level) {
        self.level.store(level, Relaxed);
    }

    /// It is over. Measured calls begun since will not return.
    pub(crate) fn end(&self, level: &Level) {
        self.forget_measured(level.depth);
        self.escape.store(level.escape, Relaxed);
        self.level.store(level.outer, Relaxed);
        if level.outer.is_null() {
            self.watch.rest();
        }
    }
}
