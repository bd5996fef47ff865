//! One boot: the programs, the code made for them, and what was decided.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell, UnsafeCell};
use core::fmt;
use core::sync::atomic::{AtomicPtr, Ordering};

use bareflow_interp::Stack;
use bareflow_ir::FuncId;
use bareflow_link::{
    CodeSpace, Escape, Installed, LinkError, ProbeId, SlotId, Stack as InUse, SymbolTable,
};
use bareflow_object::CpuFeatures;
use hashbrown::HashMap;

use crate::Manifest;
use crate::adaptive::Model;
use crate::compilers::Compilers;
use crate::measure::Purpose;
use crate::side::SideStack;
use crate::tournament::Tournaments;
use crate::unit::Unit;
use bareflow_platform::Platform;
use bareflow_report::{Record, Rejection};

/// Retired code that is worth a look at the stack, in bytes.
const COLLECT_BYTES: usize = 256 << 10;

/// How a program ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Ending {
    /// It returned.
    Returned,
    /// It called `bf_exit` with this status.
    Exited(i32),
    /// It cannot go on: why.
    Stopped(String),
}

/// One boot.
///
/// One core runs programs. Everything that a callback from a program may touch is behind
/// `Cell` or `RefCell`, borrowed for a statement at a time and never across a call into the
/// program.
pub(crate) struct Session {
    pub(crate) platform: &'static dyn Platform,
    pub(crate) manifest: Manifest,
    pub(crate) cpu: CpuFeatures,
    pub(crate) compilers: Compilers,
    space: UnsafeCell<CodeSpace>,
    /// Names of addresses in it.
    pub(crate) symbols: Arc<SymbolTable>,
    pub(crate) interp_stack: Stack,
    pub(crate) side_stack: SideStack,
    pub(crate) units: Vec<Unit>,
    /// Which function a slot belongs to: unit and function.
    pub(crate) owners: HashMap<SlotId, (usize, FuncId)>,
    /// Which function the counter at an address belongs to.
    pub(crate) counters: RefCell<HashMap<u64, (usize, FuncId)>>,
    /// What each probe in use is there for.
    pub(crate) probes: RefCell<HashMap<ProbeId, Purpose>>,
    pub(crate) tournaments: RefCell<Tournaments>,
    /// What the adaptive mode has learned.
    pub(crate) model: RefCell<Model>,
    /// When the first program began, in cycles; never, before.
    pub(crate) began: Cell<u64>,
    random: Cell<u64>,
    pub(crate) escape: UnsafeCell<Escape>,
    pub(crate) ending: RefCell<Ending>,
    pub(crate) heap_used: Cell<usize>,
    /// Lowest and highest address of the program's stack.
    pub(crate) stack: (usize, usize),
    /// Whether the alarm is set.
    pub(crate) alarm_set: Cell<bool>,
    pub(crate) files: RefCell<crate::hosts::Files>,
    /// Number of this boot, from 1.
    pub(crate) boot: u32,
    /// How earlier boots went.
    pub(crate) past: Vec<snapshot_fmt::BootLine>,
    pub(crate) totals: RefCell<Totals>,
}

/// Sums over the boot.
#[derive(Default, Debug)]
pub(crate) struct Totals {
    pub(crate) compiles: u64,
    pub(crate) compile_ns: u64,
    pub(crate) restored: u64,
    pub(crate) restore_us: u64,
    pub(crate) rejected: Vec<Rejection>,
    pub(crate) swaps: u64,
    pub(crate) osr_entries: u64,
    pub(crate) interruptions: u64,
    pub(crate) program_cycles: u64,
    pub(crate) program_ns: u64,
    pub(crate) generation: u64,
    /// Whether code was made or a verdict reached that no snapshot of this boot has.
    pub(crate) unsaved: bool,
    /// When the last snapshot of this boot was saved, or when the boot began.
    pub(crate) saved_ns: u64,
    /// Microseconds from the start of the boot to the first instruction of a program.
    pub(crate) to_program_us: u64,
}

/// The session that host calls and thunks speak to. One at a time, for ever: programs hold
/// addresses of its parts.
static CURRENT: AtomicPtr<Session> = AtomicPtr::new(core::ptr::null_mut());

impl Session {
    /// Makes `self` the session that callbacks reach.
    pub(crate) fn install(self) -> &'static Session {
        let session: &'static mut Session = Box::leak(Box::new(self));
        CURRENT.store(session, Ordering::Release);
        session
    }

    /// The session of the running program, if one was started.
    pub(crate) fn current() -> Option<&'static Session> {
        // SAFETY: what was stored is leaked, so it lives for ever, and only shared references
        // to it exist from then on.
        unsafe { CURRENT.load(Ordering::Acquire).as_ref() }
    }

    /// Code memory, to read.
    pub(crate) fn space(&self) -> &CodeSpace {
        // SAFETY: one core runs; `space_mut` hands out a reference only for the length of a
        // closure that cannot come back here.
        unsafe { &*self.space.get() }
    }

    /// Code memory, for code that keeps it over a run of the program.
    pub(crate) fn space_pointer(&self) -> *const CodeSpace {
        self.space.get()
    }

    /// Code memory, to change.
    pub(crate) fn space_mut<R>(&self, change: impl FnOnce(&mut CodeSpace) -> R) -> R {
        // SAFETY: as above; the closures given here neither run programs nor call `space`, and
        // callers hold no result of `space` over this call.
        change(unsafe { &mut *self.space.get() })
    }

    /// Takes code out of use, to be freed when nobody is in it.
    pub(crate) fn retire(&self, code: Installed) {
        let retired = self.space_mut(|space| {
            space.retire(code);
            space.retired_bytes()
        });
        if retired > COLLECT_BYTES {
            self.collect();
        }
    }

    /// Frees what was retired and nobody is in; the number of bytes.
    pub(crate) fn collect(&self) -> usize {
        let (low, top) = self.platform.memory().stack;
        let sp = bareflow_link::stack_pointer();
        let stack = InUse { sp, top };
        let stacks: &[InUse] = if (low..top).contains(&sp) { &[stack] } else { &[] };
        // SAFETY: one core runs programs, on this stack; while the stack pointer is elsewhere no
        // compiled code is on any stack.
        self.space_mut(|space| unsafe { space.collect(stacks) })
    }

    /// A number below `limit`, from a sequence that the manifest's seed determines.
    pub(crate) fn random(&self, limit: u64) -> u64 {
        let mut state = self.random.get();
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        self.random.set(state);
        (state >> 16) % limit.max(1)
    }

    /// A line for people.
    pub(crate) fn log(&self, text: fmt::Arguments<'_>) {
        self.platform.record(&Record::Log { text: format!("{text}") });
    }

    /// A line that is wanted only when every decision is.
    pub(crate) fn explain(&self, text: fmt::Arguments<'_>) {
        if self.manifest.verbose {
            self.log(text);
        }
    }

    /// The unit and function behind an address that a program calls.
    pub(crate) fn owner_of(&self, address: u64) -> Option<(usize, FuncId)> {
        self.owners.get(&self.space().slot_at(address as usize)?).copied()
    }

    /// Leaves the program, from any depth.
    pub(crate) fn leave(&self, ending: Ending) -> ! {
        *self.ending.borrow_mut() = ending;
        // SAFETY: programs run only inside `enter` with this escape, and callbacks run only
        // while a program does.
        unsafe { bareflow_link::leave(self.escape.get(), 0) }
    }
}

/// What a new session starts from.
pub(crate) struct Parts {
    pub(crate) platform: &'static dyn Platform,
    pub(crate) manifest: Manifest,
    pub(crate) cpu: CpuFeatures,
    pub(crate) space: CodeSpace,
    pub(crate) side_stack: SideStack,
    pub(crate) units: Vec<Unit>,
    pub(crate) owners: HashMap<SlotId, (usize, FuncId)>,
    pub(crate) boot: u32,
    pub(crate) past: Vec<snapshot_fmt::BootLine>,
}

impl Parts {
    pub(crate) fn start(self) -> &'static Session {
        // Interpreted calls may nest as deep as compiled ones.
        let (low, high) = self.platform.memory().stack;
        let stack_bytes = high - low;
        let seed = self.manifest.stress.max(1);
        Session {
            platform: self.platform,
            manifest: self.manifest,
            cpu: self.cpu,
            compilers: Compilers::new(),
            symbols: self.space.symbols(),
            space: UnsafeCell::new(self.space),
            interp_stack: Stack::new(stack_bytes),
            side_stack: self.side_stack,
            units: self.units,
            owners: self.owners,
            counters: RefCell::default(),
            probes: RefCell::default(),
            tournaments: RefCell::default(),
            model: RefCell::default(),
            began: Cell::new(u64::MAX),
            random: Cell::new(seed),
            escape: UnsafeCell::new(Escape::new()),
            ending: RefCell::new(Ending::Returned),
            heap_used: Cell::new(0),
            stack: (low, high),
            alarm_set: Cell::new(false),
            files: RefCell::default(),
            boot: self.boot,
            past: self.past,
            totals: RefCell::default(),
        }
        .install()
    }
}

/// Why a session did not start.
#[derive(Debug)]
pub enum StartError {
    /// A program does not load.
    Load(bareflow_program::LoadError),
    /// Memory for code or data is short.
    Link(LinkError),
    /// The data of a variable cannot be laid out: the program, the variable, the cause.
    Data(String, String, bareflow_ir::data::DataError),
    /// A file cannot be read: its path and the cause.
    File(String, bareflow_platform::FileError),
    /// The manifest is not what it should be.
    Manifest(String),
    /// There is nothing to run.
    NoModules,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::Load(error) => error.fmt(f),
            StartError::Link(error) => error.fmt(f),
            StartError::Data(program, variable, error) => {
                write!(f, "{program}: variable {variable}: {error}")
            }
            StartError::File(path, error) => write!(f, "{path}: {error}"),
            StartError::Manifest(why) => write!(f, "{}: {why}", crate::disk::MANIFEST),
            StartError::NoModules => f.write_str("no module to run, on the disk or in the image"),
        }
    }
}

impl core::error::Error for StartError {}

impl From<LinkError> for StartError {
    fn from(error: LinkError) -> Self {
        StartError::Link(error)
    }
}
