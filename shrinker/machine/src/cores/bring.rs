//! Starting the other processors (Intel SDM volume 3, 9.4), when the program first asks for them.
//!
//! The first one reads the list of processors, gives each a stack off the end of the heap, and sends
//! INIT and start. They begin in a page below 1 MiB and draw numbers (`text/cores.s`), become like
//! the first, and are counted. Who has not come for a while is named and left out.

use core::arch::asm;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use super::apic::{self, Signal, read_register};
use super::block::{self, Block};
use super::count::{COUNT, running};
use super::guard::{self, PAGE};
use super::registers::{control_4, note};
use super::say::log_number;
use super::{bf_clock, gates};
use crate::processors::{self, Entry};
use crate::tables::{self, Physical};
use crate::windows::MOST_CORES;

/// Those beside the first that have come.
static HERE: AtomicU32 = AtomicU32::new(0);
/// Whether a processor is asking for others.
static ASKED: AtomicU32 = AtomicU32::new(0);

/// The number that the next processor draws, and from which on they stand still.
#[unsafe(no_mangle)]
static core_tickets: AtomicU32 = AtomicU32::new(1);
#[unsafe(no_mangle)]
static core_places: AtomicU32 = AtomicU32::new(0);

const EFER: u32 = 0xc000_0080;

unsafe extern "C" {
    /// What runs below 1 MiB, and behind it what it reads there.
    static core_low: u8;
    static core_low_registers: Registers;
    static core_low_end: u8;
    /// End of low memory, set by the linker: in a machine with memory above 1 MiB nothing else is
    /// in the page below.
    static image_low_stack: u8;
    /// The two ends of what is left of the heap.
    safe fn core_heap_ends() -> &'static [AtomicUsize; 2];
    fn bf_grow(bytes: usize) -> *mut u8;
}

/// What decides how a processor runs at all.
#[repr(C, packed)]
struct Registers {
    efer: u32,
    cr0: u32,
    cr3: u32,
    cr4: u32,
    segments: [u8; 10],
}

/// How many processors there are; starts them at the first call.
#[unsafe(no_mangle)]
pub extern "C" fn many_bf_cores() -> u32 {
    // The first call is the first processor's: nobody else runs.
    if COUNT.load(Ordering::Acquire) == 0 && ASKED.swap(1, Ordering::Relaxed) == 0 {
        let count = bring();
        COUNT.store(count, Ordering::Release);
    }
    running()
}

/// The machine's memory, mapped one to one.
struct Mapped;

impl Physical for Mapped {
    fn bytes(&self, address: u64, len: usize) -> Option<&[u8]> {
        const END: u64 = 1 << 32;
        if address == 0 || address.checked_add(len as u64)? > END {
            return None;
        }
        let start = core::ptr::with_exposed_provenance(address as usize);
        // SAFETY: the page tables map all of it (see the crate), and firmware writes no more.
        Some(unsafe { core::slice::from_raw_parts(start, len) })
    }
}

/// Identifiers of processors.
struct Ids {
    list: [u32; MOST_CORES],
    count: usize,
    /// Those for which there is no room.
    beyond: u64,
}

impl Ids {
    fn all(&self) -> &[u32] {
        self.list.get(..self.count).unwrap_or_default()
    }
}

/// Where an ELF image is told that the tables begin; 0: it has to search.
const ROOT: *const u32 = core::ptr::without_provenance(0x7010);

/// The processors that firmware lists, without the one that runs.
fn listed(own: u32) -> Ids {
    let mut ids = Ids { list: [own; MOST_CORES], count: 0, beyond: 0 };
    // SAFETY: a fixed place, see the crate.
    let told = unsafe { ROOT.read_volatile() };
    let Some(root) = tables::find_root(&Mapped, told.into()) else { return ids };
    for table in tables::below(&Mapped, root) {
        if tables::word(table, 0) != Some(processors::SIGNATURE) {
            continue;
        }
        for entry in processors::entries(table) {
            let Entry::Processor(processor) = entry else { continue };
            let id = processor.id;
            let known = id == own || ids.all().contains(&id);
            if known || !processor.can_start() || !apic::reaches(id) {
                continue;
            }
            // One place is the first processor's.
            match ids.list.get_mut(ids.count).filter(|_| ids.count < MOST_CORES - 1) {
                Some(place) => {
                    *place = id;
                    ids.count += 1;
                }
                None => ids.beyond += 1,
            }
        }
    }
    ids
}

/// Starts the others; how many run then.
fn bring() -> u32 {
    if !apic::init() {
        return 1;
    }
    let own = apic::id();
    block::of(0).apic.store(own, Ordering::Relaxed);
    let mut ids = listed(own);
    if ids.beyond > 0 {
        log_number(c"", ids.beyond, c" processors more than the 64 that are used");
    }
    ids.count = ids.count.min(stacks(ids.count));
    if ids.count == 0 {
        return 1;
    }
    guard::load(block::of(0));
    guard::use_fault_stacks();
    note();
    open(ids.count as u32 + 1);
    for &id in ids.all() {
        apic::send(id, Signal::Init);
    }
    wait_until(bf_clock() + RESET_NS, || false);
    apic::measure();
    start(&ids);
    wait_until(bf_clock() + AGAIN_NS, || all_are_here(&ids));
    if !all_are_here(&ids) {
        start(&ids);
    }
    // As long as some come in, others may follow.
    let mut seen = u32::MAX;
    while HERE.load(Ordering::Acquire) != seen && !all_are_here(&ids) {
        seen = HERE.load(Ordering::Acquire);
        wait_until(bf_clock() + PATIENCE_NS, || {
            all_are_here(&ids) || HERE.load(Ordering::Acquire) != seen
        });
    }
    // From now on the numbers that are drawn are too high. Who has one already comes.
    let drawn = core_tickets.fetch_add(MOST_CORES as u32, Ordering::AcqRel);
    let coming = drawn.min(ids.count as u32 + 1);
    wait_until(bf_clock() + PATIENCE_NS, || HERE.load(Ordering::Acquire) + 1 >= coming);
    let count = HERE.load(Ordering::Acquire) + 1;
    for &id in ids.all() {
        if !block::first(count).any(|block| block.apic.load(Ordering::Relaxed) == id) {
            log_number(
                c"the processor with interrupt controller ",
                id.into(),
                c" did not start: left out",
            );
        }
    }
    count
}

/// How long a processor may take from INIT until it can be started.
const RESET_NS: u64 = 10_000_000;
/// Some need to be told twice.
const AGAIN_NS: u64 = 200_000;
/// A processor that was not heard of for this long is not there. Emulators start theirs one after
/// the other, on a machine that may be busy.
const PATIENCE_NS: u64 = 2_000_000_000;

fn wait_until(deadline: u64, happened: impl Fn() -> bool) {
    while !happened() && bf_clock() < deadline {
        core::hint::spin_loop();
    }
}

fn all_are_here(ids: &Ids) -> bool {
    HERE.load(Ordering::Acquire) as usize == ids.count
}

/// The page where processors start.
fn low_page() -> usize {
    (&raw const image_low_stack).addr() - PAGE
}

fn start(ids: &Ids) {
    for &id in ids.all() {
        apic::send(id, Signal::Startup((low_page() >> 12) as u8));
    }
}

/// Gives up to `count` processors stacks: half of what is left of the heap at most, from its end.
/// How many have one.
fn stacks(count: usize) -> usize {
    const MOST: usize = 8 << 20;
    const STEP: usize = 64 << 10;
    const MEBIBYTE: usize = 1 << 20;
    // SAFETY: a host call; afterwards the heap's ends are known.
    unsafe { bf_grow(0) };
    let [next, heap_end] = core_heap_ends();
    let (next, end) = (next.load(Ordering::Relaxed), heap_end.load(Ordering::Relaxed));
    // Without memory above the first mebibyte there is no room below it.
    if next < MEBIBYTE || end < next || count == 0 {
        return 0;
    }
    // Two steps are for what is rounded.
    let room = ((end - next) / 2 / STEP).saturating_sub(2);
    let count = count.min(room);
    let size = room.checked_div(count).unwrap_or(0) * STEP;
    let size = size.min(MOST);
    let mut top = end & !(PAGE - 1);
    for number in 0..=count {
        block::of(number).fault_top.store(top, Ordering::Relaxed);
        top -= PAGE;
    }
    // Each may need a table of pages to have one that is mapped to nothing.
    top -= count * PAGE;
    let mut table = top;
    top &= !(STEP - 1);
    for number in 1..=count {
        let block = block::of(number);
        block.stack_top.store(top, Ordering::Relaxed);
        top -= size;
        block.side_low.store(top, Ordering::Relaxed);
        let (_, lowest) = block.side();
        if guard::forbid(lowest, table) {
            table += PAGE;
        }
    }
    heap_end.store(top, Ordering::Relaxed);
    count
}

impl Block {
    /// The addresses of its side stack: the lower half of its stack. The page above is mapped to nothing.
    fn side(&self) -> (usize, usize) {
        let (low, top) =
            (self.side_low.load(Ordering::Relaxed), self.stack_top.load(Ordering::Relaxed));
        (low, low + (top - low) / 2)
    }

    /// Makes the words those of a thread that begins.
    pub fn new_thread(&self) {
        let (low, high) = self.side();
        for (word, value) in self.words.iter().zip([high, low, 0]) {
            word.store(value, Ordering::Relaxed);
        }
    }
}

/// Writes down what processors start with, and lets numbers below `places` in.
fn open(places: u32) {
    const LONG_MODE_ACTIVE: u32 = 1 << 10;
    let first = &raw const core_low;
    let registers = (&raw const core_low_registers).addr() - first.addr();
    let length = (&raw const core_low_end).addr() - first.addr();
    let page = core::ptr::with_exposed_provenance_mut::<u8>(low_page());
    let (zero, three): (u64, u64);
    // SAFETY: reading control registers changes nothing. The page is nobody else's (see
    // `image_low_stack`) and has room for the code and what it reads.
    unsafe {
        asm!("mov {}, cr0", "mov {}, cr3", out(reg) zero, out(reg) three,
            options(nomem, nostack, preserves_flags));
        asm!("rep movsb", inout("rsi") first => _, inout("rdi") page => _,
            inout("rcx") length => _, options(nostack));
        let registers = page.add(registers).cast::<Registers>();
        (&raw mut (*registers).efer)
            .write_unaligned(read_register(EFER) as u32 & !LONG_MODE_ACTIVE);
        (&raw mut (*registers).cr0).write_unaligned(zero as u32);
        (&raw mut (*registers).cr3).write_unaligned(three as u32);
        (&raw mut (*registers).cr4).write_unaligned(control_4() as u32);
        asm!("sgdt [{}]", in(reg) &raw mut (*registers).segments,
            options(nostack, preserves_flags));
    }
    for number in 0..places as usize {
        let block = block::of(number);
        block.number.store(number as u32, Ordering::Relaxed);
        block.this.store(core::ptr::from_ref(block).expose_provenance(), Ordering::Relaxed);
    }
    gates::set_gates();
    core_places.store(places, Ordering::Release);
}

/// The processor that calls is ready.
pub fn arrive() {
    HERE.fetch_add(1, Ordering::AcqRel);
}
