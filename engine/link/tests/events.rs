//! Measured calls with the processor's counters read at both ends, on counters that are a script: Linux lets processes
//! run RDPMC only for events that they have opened, so here it is a fault, and the fault's handler plays the
//! register file. Each reading of a counter finds it further on by its own step.

mod support;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard};

use bareflow_ir::abi::RegFrame;
use bareflow_link::{CoreBlock, Linker, ProbeId};
use bareflow_object::RelocKind;
use bareflow_platform::{Counter, EVENTS};
use bareflow_profile::{Event, Events, Level};
use support::*;

/// Steps of the counters, and what they stand at.
const STEPS: [u64; 4] = [1_000, 7, 1 << 44, u64::MAX];
/// Whether readings move them on; else the program does.
static BY_READING: AtomicBool = AtomicBool::new(true);
static VALUES: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];
const WIDTH: u8 = 48;

/// RDPMC is three registers and two bytes.
unsafe extern "C" fn fault(_: i32, _: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: Linux passes the registers of what was interrupted, which are ours to change.
    unsafe {
        let registers = &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs;
        let at = registers[libc::REG_RIP as usize] as *const u8;
        if (at.read(), at.add(1).read()) != (0x0f, 0x33) {
            libc::signal(libc::SIGSEGV, libc::SIG_DFL);
            return;
        }
        let number = registers[libc::REG_RCX as usize] as usize & 0xff;
        let step = if BY_READING.load(Relaxed) { STEPS[number] } else { 0 };
        let value = VALUES[number].fetch_add(step, Relaxed) & ((1 << WIDTH) - 1);
        registers[libc::REG_RAX as usize] = (value & 0xffff_ffff) as i64;
        registers[libc::REG_RDX as usize] = (value >> 32) as i64;
        registers[libc::REG_RIP as usize] += 2;
    }
}

/// Instructions, cycles, branches and cache misses are counted, the second by a fixed counter; mispredictions are
/// not, and the counter of cache references is without a register at present.
fn counters() -> [Option<&'static Counter>; EVENTS] {
    let counter = |number, width| Some(&*Box::leak(Box::new(Counter::of_register(number, width))));
    let idle = Box::leak(Box::new([0u64; 8]));
    // SAFETY: a page of Linux's that says 0 throughout.
    let idle = unsafe { &*idle.as_ptr().cast::<Counter>() };
    let fixed = 1 << 30;
    [
        counter(0, WIDTH),
        counter(fixed | 1, WIDTH),
        counter(2, WIDTH),
        None,
        Some(idle),
        counter(3, WIDTH),
    ]
}

static ALONE: Mutex<()> = Mutex::new(());

/// The script's processor, for one test at a time.
fn scripted() -> MutexGuard<'static, ()> {
    let alone = ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    // SAFETY: the handler is sound for any fault.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = fault as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO;
        assert_eq!(libc::sigaction(libc::SIGSEGV, &action, std::ptr::null_mut()), 0);
    }
    VALUES.iter().for_each(|value| value.store(1 << 20, Relaxed));
    BY_READING.store(true, Relaxed);
    alone
}

fn counting_probe(linker: &mut Linker, core: &CoreBlock, target: usize) -> ProbeId {
    // SAFETY: between calls, and on the core that the test is.
    let probe = unsafe { linker.add_probe(core, target) }.unwrap();
    linker.count_events(probe);
    probe
}

#[test]
fn arguments_and_results_pass_through_and_events_are_counted() {
    let _alone = scripted();
    let mut seen: Vec<RegFrame> = Vec::new();
    let mut linker = linker(all_registers, (&raw mut seen).cast());
    let core = linker.add_counting_core(100, counters());
    become_core(&core);
    let slot = linker.declare("f").unwrap();
    let thunk = linker.map().thunk(slot);
    let probe = counting_probe(&mut linker, &core, thunk);
    linker.publish(slot, linker.map().probe_address(probe));
    let sent = RegFrame {
        ints: [10, 11, 12, 13, 14, 15],
        floats: core::array::from_fn(|at| [100 + at as u64, 200 + at as u64]),
        nest: 16,
        stack_align: 0,
    };
    for calls in 1..=3 {
        let mut frame = sent;
        // SAFETY: leads to the handler, which takes any arguments.
        unsafe { bareflow_link::call(linker.map().stub(slot), &mut frame, &[77]) };
        assert_eq!(seen, vec![sent; calls]);
        assert_eq!(frame.ints[..2], [77, 2]);
        assert_eq!(frame.floats[..2], [[3, 4], [5, 6]]);
    }
    let reading = linker.take_reading(probe);
    // The last counter runs backwards.
    assert_eq!((reading.calls, reading.events), (3, [3_000, 21, 3 << 44, 0, 0, 0]));
    assert_eq!(linker.take_reading(probe).events, [0; EVENTS]);
}

/// `test %rdi, %rdi; je out; sub $8, %rsp; dec %rdi; call self; add $8, %rsp; inc %rax; ret;
/// out: xor %eax, %eax; ret`
fn recursive() -> bareflow_object::Object {
    let text = [
        0x48, 0x85, 0xff, 0x74, 0x14, 0x48, 0x83, 0xec, 0x08, 0x48, 0xff, 0xcf, 0xe8, 0, 0, 0, 0,
        0x48, 0x83, 0xc4, 0x08, 0x48, 0xff, 0xc0, 0xc3, 0x31, 0xc0, 0xc3,
    ];
    object("r", &text, vec![reloc(13, RelocKind::Call32, "r", -4)])
}

#[test]
fn calls_within_one_another_keep_what_each_began_with() {
    let _alone = scripted();
    let mut linker = linker(never, core::ptr::null_mut());
    let core = linker.add_counting_core(100, counters());
    become_core(&core);
    let slot = linker.declare("r").unwrap();
    let stub = linker.map().stub(slot) as u64;
    let code = linker.install(&recursive(), Level::O0, |_| Some(stub)).unwrap();
    let probe = counting_probe(&mut linker, &core, code.entry);
    linker.publish(slot, linker.map().probe_address(probe));
    assert_eq!(run(linker.map().stub(slot), &[9]), 9);
    // The innermost call sees one reading after its own, each further one two more.
    let reading = linker.take_reading(probe);
    assert_eq!((reading.calls, reading.events[0], reading.events[1]), (10, 100_000, 700));
    // Without room for frames the rest goes unmeasured and uncounted.
    assert_eq!(run(linker.map().stub(slot), &[1000]), 1000);
    let reading = linker.take_reading(probe);
    assert_eq!((reading.calls, reading.events[1]), (100, 7 * 100 * 100));
}

#[test]
fn who_does_not_ask_or_has_no_counters_reads_none() {
    let _alone = scripted();
    let mut linker = linker(never, core::ptr::null_mut());
    let counting = linker.add_counting_core(100, counters());
    let plain = linker.add_core(100);
    let slot = linker.declare("c").unwrap();
    let code = linker.install(&constant("c", 3), Level::O0, |_| None).unwrap();
    for (core, asks) in [(&counting, false), (&plain, true)] {
        become_core(core);
        // SAFETY: between calls, and on the core that the test is.
        let probe = unsafe { linker.add_probe(core, code.entry) }.unwrap();
        if asks {
            linker.count_events(probe);
        }
        linker.publish(slot, linker.map().probe_address(probe));
        assert_eq!(run(linker.map().stub(slot), &[]), 3);
        let reading = linker.take_reading(probe);
        assert_eq!((reading.calls, reading.events), (1, [0; EVENTS]));
    }
    assert!(VALUES.iter().all(|value| value.load(Relaxed) == 1 << 20), "nobody has read one");
}

/// A branch predictor of two bits a branch, and what it has counted: branches, and those it had wrong.
static PREDICTOR: AtomicU64 = AtomicU64::new(0);

/// Adds up what is at least 128, and asks the predictor about each branch on its way; instructions and branches by
/// counters 0 and 2, mispredictions by 3, none of which goes on by itself here.
extern "C" fn sum_of_large(bytes: *const u8, len: usize) -> u64 {
    let mut sum = 0;
    for at in 0..len {
        // SAFETY: so many bytes are there.
        let byte = unsafe { *bytes.add(at) };
        let taken = byte >= 128;
        let state = PREDICTOR.load(Relaxed);
        if (state >= 2) != taken {
            VALUES[3].fetch_add(1, Relaxed);
        }
        PREDICTOR.store(if taken { (state + 1).min(3) } else { state.saturating_sub(1) }, Relaxed);
        VALUES[2].fetch_add(1, Relaxed);
        VALUES[0].fetch_add(4, Relaxed);
        sum += if taken { u64::from(byte) } else { 0 };
    }
    sum
}

#[test]
fn sorted_and_unsorted_differ_by_mispredictions_alone() {
    let _alone = scripted();
    BY_READING.store(false, Relaxed);
    let mut unsorted = Vec::new();
    let mut state = 1_u32;
    for _ in 0..10_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        unsorted.push((state >> 24) as u8);
    }
    let mut sorted = unsorted.clone();
    sorted.sort_unstable();
    let mut linker = linker(never, core::ptr::null_mut());
    let counter = |number| Some(&*Box::leak(Box::new(Counter::of_register(number, WIDTH))));
    let counters = [counter(0), None, counter(2), counter(3), None, None];
    let core = linker.add_counting_core(100, counters);
    become_core(&core);
    let slot = linker.declare("sum").unwrap();
    let probe = counting_probe(&mut linker, &core, sum_of_large as *const () as usize);
    linker.publish(slot, linker.map().probe_address(probe));
    let mut counted = |bytes: &[u8]| {
        let sum = run(linker.map().stub(slot), &[bytes.as_ptr() as u64, bytes.len() as u64]);
        let reading = linker.take_reading(probe);
        let mut events = Events { cpu: "scripted".into(), counted: 0b1101, ..Events::default() };
        events.record(reading.calls, &reading.events);
        (sum, [Event::Instructions, Event::Branches, Event::Mispredictions].map(|e| events.sum(e)))
    };
    let (of_unsorted, [instructions, branches, wrong]) = counted(&unsorted);
    let (of_sorted, [same_instructions, same_branches, seldom_wrong]) = counted(&sorted);
    assert_eq!(of_unsorted, of_sorted);
    assert_eq!((instructions, branches), (Some(40_000), Some(10_000)));
    assert_eq!((same_instructions, same_branches), (instructions, branches));
    // What comes in no order is wrong as often as not, what is in order where it turns.
    assert!(wrong.is_some_and(|wrong| (4_000..6_000).contains(&wrong)), "{wrong:?}");
    assert!(seldom_wrong.is_some_and(|wrong| wrong <= 4), "{seldom_wrong:?}");
}
