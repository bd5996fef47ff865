//! Starting the other processors (Intel SDM volume 3, 9.4).
//!
//! 1. [`begin`], as soon as the interrupt controller works: every processor that the firmware lists
//!    gets memory, and an INIT.
//! 2. [`let_in`], when the first processor has used the time for something else: they are sent to
//!    the page below 1 MiB where `arch/startup.s` begins.
//! 3. [`core_enter`], on each of them: it becomes a processor of this kernel, takes a number and works.
//! 4. [`count`], when somebody asks: after the last has come, or a while, the door is shut. Who is
//!    missing is named.

use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, Ordering};

use bareflow_machine::madt::{Interrupts, Processor, State};
use bareflow_machine::options::Options;
use bareflow_machine::windows::MOST_CORES;
use spin::Mutex;

use super::block::{self, Block};
use super::running::{CORES, COUNT, JOINING, block_of, running};
use super::{wait, work};
use crate::arch::{cpu, gs, startup};
use crate::console::log;
use crate::devices::apic::{self, Signal};
use crate::devices::clock;
use crate::memory;

/// Processors that were told to start.
struct Coming {
    /// Identifiers of their interrupt controllers.
    ids: Vec<u32>,
    /// The page they start at.
    low: u64,
    /// When the last message was sent to them, by the time-stamp counter: asking the clock would
    /// have it measured first, and keep the boot waiting.
    sent: u64,
    /// How many messages were: INIT, then the first and the second start.
    messages: u32,
}

/// `None`: nobody is on the way.
static COMING: Mutex<Option<Coming>> = Mutex::new(None);

/// Whether nobody comes any more.
static SHUT: AtomicBool = AtomicBool::new(true);

/// Tells the processors that firmware lists that they are about to start. Once, by the first.
pub fn begin(listed: Option<Interrupts>, options: &Options) {
    wait::choose(options.idle);
    if !apic::is_on() {
        return;
    }
    let own = apic::id();
    block::FIRST.apic.store(own, Ordering::Relaxed);
    let most = options.cores.unwrap_or(MOST_CORES).clamp(1, MOST_CORES);
    let mut listed = listed.unwrap_or_default();
    let more = |&id: &u32| Processor { id, state: State::Enabled };
    listed.processors.extend(options.more_cores.iter().map(more));
    let others = listed.others(own, most - 1);
    if others.beyond > 0 && options.cores.is_none() {
        log(format_args!("{} processors more than the {most} that are used", others.beyond));
    }
    if others.start.is_empty() {
        return;
    }
    let Some(low) = memory::low_page() else {
        log(format_args!("no memory below 1 MiB for other processors to start in"));
        return;
    };
    let mut ids = others.start;
    let mut blocks = Vec::new();
    for place in 0..ids.len() {
        let Some(block) = memory::for_core(place) else {
            log(format_args!("no memory for {} processors", ids.len() - place));
            ids.truncate(place);
            break;
        };
        blocks.push(block);
    }
    cpu::note();
    // SAFETY: once, here; the page and the blocks were just made for this.
    unsafe { startup::open(low, &blocks) };
    for &id in &ids {
        apic::send(id, Signal::Init);
    }
    SHUT.store(false, Ordering::Relaxed);
    *COMING.lock() = Some(Coming { ids, low, sent: cpu::cycles(), messages: 1 });
}

/// Sends those that are about to start on their way.
pub fn let_in() {
    if let Some(coming) = COMING.lock().as_mut() {
        // Only the first 64-bit processors of one maker need that long to reset.
        let needed = cpu::reset_ns();
        while needed > 0 && coming.waited() < needed {
            core::hint::spin_loop();
        }
        coming.start();
    }
}

impl Coming {
    fn start(&mut self) {
        for &id in &self.ids {
            apic::send(id, Signal::Startup((self.low >> 12) as u8));
        }
        self.sent = cpu::cycles();
        self.messages += 1;
    }

    /// Nanoseconds since the last message.
    fn waited(&self) -> u64 {
        clock::nanoseconds(cpu::cycles().saturating_sub(self.sent))
    }

    fn all_are_here(&self) -> bool {
        running() as usize == self.ids.len() + 1
    }
}

/// How many processors run: waits for those still on their way. From then on the number stays.
pub fn count() -> u32 {
    /// A processor that was not heard of for this long is not there. Emulators start theirs
    /// one after the other, on a machine that may be busy.
    const PATIENCE_NS: u64 = 2_000_000_000;
    /// Some need to be told twice.
    const AGAIN_NS: u64 = 200_000;
    if SHUT.load(Ordering::Acquire) {
        return running();
    }
    let mut door = COMING.lock();
    let Some(mut coming) = door.take() else { return running() };
    let mut seen = running();
    while !coming.all_are_here() {
        let waited = coming.waited();
        if coming.messages < 3 && waited > AGAIN_NS {
            coming.start();
        } else if waited > PATIENCE_NS {
            break;
        }
        // As long as some come in, others may follow.
        if running() != seen {
            seen = running();
            coming.sent = cpu::cycles();
        }
        core::hint::spin_loop();
    }
    startup::close();
    {
        let _nobody_joins = JOINING.lock();
        SHUT.store(true, Ordering::Release);
    }
    for id in coming.ids.iter().filter(|&&id| !is_here(id)) {
        log(format_args!("the processor with interrupt controller {id} did not start: left out"));
    }
    running()
}

fn is_here(id: u32) -> bool {
    (0..running()).filter_map(block_of).any(|b| b.apic.load(Ordering::Relaxed) == id)
}

/// The first Rust code of a processor beside the first, on its own stack.
///
/// # Safety
/// Called by `startup.s` alone, with the block that this processor was given.
#[unsafe(no_mangle)]
unsafe extern "C" fn core_enter(block: &'static Block) -> ! {
    // SAFETY: once on this processor; its block and stacks were made before it started.
    unsafe { block.take_over() };
    cpu::follow();
    apic::follow();
    block.apic.store(apic::id(), Ordering::Relaxed);
    join(block);
    work(gs::block())
}

/// Becomes one of those that run, unless it is too late for that.
fn join(block: &'static Block) {
    let joining = JOINING.lock();
    if SHUT.load(Ordering::Acquire) {
        drop(joining);
        super::stand();
    }
    let number = running();
    block.set_number(number);
    let entry = core::ptr::from_ref(block).cast_mut();
    CORES[number as usize].store(entry, Ordering::Release);
    COUNT.store(number + 1, Ordering::Release);
}
