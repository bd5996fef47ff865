//! What all processors share: it never changes, or guards itself.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use bareflow_ir::{FuncId, Module};
use bareflow_link::{CodeMap, SlotId, SymbolTable};
use bareflow_object::CpuFeatures;
use bareflow_platform::Platform;
use bareflow_profile::FunctionProfile;
use bareflow_report::{Busy, Record};
use crossbeam_queue::ArrayQueue;

use crate::Manifest;
use crate::blocks::CodeBlocks;
use crate::compilers::Compilers;
use crate::counting::Counting;
use crate::events::Event;
use crate::facts::Facts;
use crate::files::Files;
use crate::heap::Heap;
use crate::image::Image;
use crate::key::FuncKey;
use crate::queue::{Bell, Done, MOST_JOBS, Queue};

/// Events that may wait at a time. One that finds no room is lost, and comes again.
const MOST_EVENTS: usize = 256;
/// Results of compiling that may wait at a time: one of each job that waits, and of each processor.
const MOST_DONE: usize = 2 * MOST_JOBS;

/// What all processors share.
pub(crate) struct Shared {
    pub(crate) platform: &'static dyn Platform,
    pub(crate) manifest: Manifest,
    /// What code may use.
    pub(crate) cpu: CpuFeatures,
    pub(crate) compilers: Compilers,
    /// Where code lies and what slots lead to.
    pub(crate) map: Arc<CodeMap>,
    /// Names of addresses in it.
    pub(crate) symbols: Arc<SymbolTable>,
    /// Which blocks that code was made from.
    pub(crate) blocks: CodeBlocks,
    /// The programs, in the order they run in.
    pub(crate) images: Vec<Image>,
    /// Which function a slot belongs to, by slot.
    pub(crate) owners: Vec<Option<FuncKey>>,
    /// What processors saw and nobody has taken in.
    pub(crate) events: ArrayQueue<Event>,
    /// What is to be compiled.
    pub(crate) queue: Queue,
    /// What was compiled and nobody has taken in.
    pub(crate) done: ArrayQueue<Done>,
    /// Jobs that wait, are being done, or were done and not taken in.
    pub(crate) under_way: AtomicUsize,
    /// Wakes whoever waits for jobs.
    pub(crate) bell: Bell,
    /// When what was learned is to be saved, in nanoseconds of the machine's clock; `u64::MAX`
    /// when there is nothing.
    pub(crate) due_ns: AtomicU64,
    /// When whoever watches is to be told how it goes, on the same clock; `u64::MAX` when nobody does.
    pub(crate) tell_ns: AtomicU64,
    /// Times the program has written to its console.
    pub(crate) writes: AtomicU64,
    /// When the engine began, on that clock.
    pub(crate) began_ns: u64,
    /// What the machine had waited for devices until then.
    pub(crate) waited_before_ns: u64,
    /// Loops of interpreted calls that continued in compiled code.
    pub(crate) loop_entries: AtomicU64,
    pub(crate) files: Files,
    pub(crate) heap: Heap,
    /// What the first processor counts.
    pub(crate) counting: Counting,
}

/// Several processors use it at once.
const _: fn() = || {
    fn is_sync<T: Sync>() {}
    is_sync::<Shared>();
};

impl Shared {
    /// What programs, code memory and settings make.
    pub(crate) fn new(
        platform: &'static dyn Platform,
        manifest: Manifest,
        cpu: CpuFeatures,
        map: Arc<CodeMap>,
        images: Vec<Image>,
        counting: Counting,
    ) -> Self {
        let watched = manifest.progress_ms > 0;
        let mut owners = Vec::new();
        for (image, program) in (0..).zip(&images) {
            for (slot, func) in program.defined() {
                let at = slot.0 as usize;
                owners.resize(owners.len().max(at + 1), None);
                owners[at] = Some(FuncKey { image, func });
            }
        }
        Self {
            compilers: Compilers::new(platform, &manifest.compilers),
            platform,
            manifest,
            cpu,
            symbols: map.symbols(),
            blocks: CodeBlocks::default(),
            map,
            images,
            owners,
            events: ArrayQueue::new(MOST_EVENTS),
            queue: Queue::default(),
            done: ArrayQueue::new(MOST_DONE),
            under_way: AtomicUsize::new(0),
            bell: Bell::default(),
            due_ns: AtomicU64::new(u64::MAX),
            tell_ns: AtomicU64::new(if watched { 0 } else { u64::MAX }),
            writes: AtomicU64::new(0),
            began_ns: 0,
            waited_before_ns: 0,
            loop_entries: AtomicU64::new(0),
            files: Files::new(),
            heap: Heap::new(platform.memory().heap),
            counting,
        }
    }

    /// Records what this processor has been busy with since `start_ns`, if that is asked for.
    pub(crate) fn was_busy(&self, start_ns: u64, kind: &str, what: impl FnOnce() -> String) {
        if !self.manifest.lanes {
            return;
        }
        // Rounded down at both ends, so that what was done inside of it lies inside of it.
        let us = |ns: u64| ns.saturating_sub(self.began_ns) / 1_000;
        let at_us = us(start_ns);
        self.platform.record(&Record::Busy(Busy {
            core: self.platform.core().0,
            at_us,
            us: us(self.platform.now_ns()) - at_us,
            kind: kind.into(),
            what: what(),
        }));
    }

    pub(crate) fn image(&self, image: u32) -> &Image {
        &self.images[image as usize]
    }

    /// The function of a slot, if a program has it.
    pub(crate) fn owner(&self, slot: SlotId) -> Option<FuncKey> {
        self.owners.get(slot.0 as usize).copied().flatten()
    }

    /// The function behind an address that a program calls.
    pub(crate) fn owner_of(&self, address: u64) -> Option<FuncKey> {
        self.owner(self.map.slot_at(address as usize)?)
    }

    /// Whether what was learned is to be saved by now, or how it goes to be told.
    pub(crate) fn is_due(&self) -> bool {
        let due = self.due_ns.load(Relaxed).min(self.tell_ns.load(Relaxed));
        due != u64::MAX && self.platform.now_ns() >= due
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
}

impl Facts for Shared {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn module(&self, image: u32) -> &Module {
        self.image(image).module()
    }

    fn find(&self, image: u32, name: &str) -> Option<FuncId> {
        self.image(image).find(name)
    }

    fn program(&self, image: u32) -> &str {
        &self.image(image).program.name
    }

    fn interpreted_calls(&self, key: FuncKey) -> u64 {
        self.image(key.image).interp.calls(key.func)
    }

    fn interpreted(&self, key: FuncKey) -> FunctionProfile {
        self.image(key.image).interp.profile(key.func)
    }

    fn interpreted_blocks(&self, key: FuncKey) -> FunctionProfile {
        self.image(key.image).interp.counts(key.func)
    }

    fn tsc_hz(&self) -> u64 {
        self.platform.tsc_hz()
    }

    fn challenger(&self) -> Option<u64> {
        self.compilers.has_challenger().then(|| self.platform.compiler_start_ns())
    }

    fn compiles_beside(&self) -> bool {
        self.platform.cores() > 1
    }
}
