//! Measured calls.

mod support;

use bareflow_ir::abi::RegFrame;
use bareflow_link::{CoreBlock, Installed, Linker, ProbeId, Settings, SlotId};
use bareflow_object::RelocKind;
use bareflow_profile::Level;
use support::*;

/// `test %rdi, %rdi; je out; sub $8, %rsp; dec %rdi; call self; add $8, %rsp; inc %rax; ret;
/// out: xor %eax, %eax; ret`
fn recursive() -> bareflow_object::Object {
    let text = [
        0x48, 0x85, 0xff, 0x74, 0x14, 0x48, 0x83, 0xec, 0x08, 0x48, 0xff, 0xcf, 0xe8, 0, 0, 0, 0,
        0x48, 0x83, 0xc4, 0x08, 0x48, 0xff, 0xc0, 0xc3, 0x31, 0xc0, 0xc3,
    ];
    object("r", &text, vec![reloc(13, RelocKind::Call32, "r", -4)])
}

fn add_probe(linker: &mut Linker, core: &CoreBlock, target: usize) -> ProbeId {
    // SAFETY: the tests add probes between calls, and on the core that they are.
    unsafe { linker.add_probe(core, target) }.unwrap()
}

#[test]
fn recursion_is_counted_call_by_call() {
    let mut linker = linker(never, core::ptr::null_mut());
    let core = core(&mut linker);
    let slot = linker.declare("r").unwrap();
    let stub = linker.map().stub(slot) as u64;
    let code = linker.install(&recursive(), Level::O0, |_| Some(stub)).unwrap();
    let probe = add_probe(&mut linker, &core, code.entry);
    linker.publish(slot, linker.map().probe_address(probe));
    assert_eq!(run(linker.map().stub(slot), &[9]), 9);
    let reading = linker.take_reading(probe);
    assert_eq!((reading.calls, reading.samples.len()), (10, 10));
    assert!(reading.min <= reading.median().unwrap() && reading.median().unwrap() <= reading.max);
    assert_eq!(reading.samples.iter().sum::<u64>(), reading.total);
    // The outermost call contains the others.
    assert!(reading.max < reading.total);
    assert_eq!(linker.take_reading(probe).calls, 0);

    // Deeper than the side stack: the rest goes unmeasured, the answer stays.
    assert_eq!(run(linker.map().stub(slot), &[1000]), 1000);
    assert_eq!(linker.take_reading(probe).calls, 100);
    assert_eq!(core.probe_depth(), 0);
}

#[test]
fn arguments_and_results_pass_through() {
    let mut seen: Vec<RegFrame> = Vec::new();
    let mut linker = linker(all_registers, (&raw mut seen).cast());
    let core = core(&mut linker);
    let slot = linker.declare("f").unwrap();
    let thunk = linker.map().thunk(slot);
    let probe = add_probe(&mut linker, &core, thunk);
    linker.publish(slot, linker.map().probe_address(probe));
    let mut frame = RegFrame {
        ints: [10, 11, 12, 13, 14, 15],
        floats: core::array::from_fn(|at| [100 + at as u64, 200 + at as u64]),
        nest: 16,
        stack_align: 0,
    };
    let sent = frame;
    // SAFETY: leads to the handler, which takes any arguments.
    unsafe { bareflow_link::call(linker.map().stub(slot), &mut frame, &[77]) };
    assert_eq!(seen, [sent]);
    assert_eq!(frame.ints[..2], [77, 2]);
    assert_eq!(frame.floats[..2], [[3, 4], [5, 6]]);
    assert_eq!(linker.take_reading(probe).calls, 1);
}

unsafe extern "C" fn escape(_: u32, _: *mut RegFrame, _: *mut u8, _: *mut ()) -> usize {
    // SAFETY: the test has made this thread a core, and entered.
    unsafe { bareflow_link::leave(current(), 5) }
}

#[test]
fn leaving_forgets_calls_under_way() {
    let (_stack, top) = stack();
    let mut linker = linker(escape, core::ptr::null_mut());
    let core = core(&mut linker);
    let (quit, outer) = (linker.declare("quit").unwrap(), linker.declare("outer").unwrap());
    let stub = linker.map().stub(quit) as u64;
    let code = linker.install(&plus_one("outer", "quit"), Level::O0, |_| Some(stub)).unwrap();
    let probe = add_probe(&mut linker, &core, code.entry);
    linker.publish(outer, linker.map().probe_address(probe));

    unsafe extern "C" fn go(arg: *mut ()) -> u64 {
        run(arg as usize, &[])
    }
    let arg = linker.map().stub(outer) as *mut ();
    // SAFETY: the stack is ours and large enough, and the block this thread's.
    let status = unsafe { bareflow_link::enter(&core, top, go, arg) };
    assert_eq!((status, core.probe_depth()), (5, 0));
    assert_eq!(linker.take_reading(probe).calls, 0);

    // Measuring goes on as before.
    let plain = linker.install(&constant("quit", 3), Level::O0, |_| None).unwrap();
    linker.publish(quit, plain.entry);
    assert_eq!(run(linker.map().stub(outer), &[]), 4);
    assert_eq!(linker.take_reading(probe).calls, 1);
}

static TURNS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

extern "C" fn count_turn(_: ProbeId) {
    // Uses vector registers and the stack, as any Rust function may.
    let text = format!("{:.3}", 1.0f64 / 3.0);
    assert_eq!(text, "0.333");
    TURNS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
}

#[test]
fn a_turn_ends_after_its_calls_and_results_survive_it() {
    let mut seen: Vec<RegFrame> = Vec::new();
    let mut linker = linker(all_registers, (&raw mut seen).cast());
    let core = core(&mut linker);
    linker.set_turn(count_turn);
    let slot = linker.declare("f").unwrap();
    let thunk = linker.map().thunk(slot);
    let probe = add_probe(&mut linker, &core, thunk);
    linker.set_turn_length(probe, 3);
    linker.publish(slot, linker.map().probe_address(probe));
    for round in 1..=3 {
        for _ in 0..3 {
            let mut frame = RegFrame::default();
            // SAFETY: leads to the handler, which takes any arguments.
            unsafe { bareflow_link::call(linker.map().stub(slot), &mut frame, &[77]) };
            assert_eq!(frame.ints[..2], [77, 2]);
            assert_eq!(frame.floats[..2], [[3, 4], [5, 6]]);
        }
        assert_eq!(TURNS.load(std::sync::atomic::Ordering::Relaxed), round);
        assert_eq!(linker.take_reading(probe).calls, 3);
    }
}

#[test]
fn a_gate_counts_and_lets_some_calls_be_measured() {
    let mut linker = linker(never, core::ptr::null_mut());
    let core = core(&mut linker);
    let slot = linker.declare("f").unwrap();
    let code = linker.install(&constant("f", 7), Level::O0, |_| None).unwrap();
    let probe = add_probe(&mut linker, &core, code.entry);
    linker.publish(slot, linker.map().gate_address(probe));
    assert_eq!(run(linker.map().stub(slot), &[]), 7);
    assert_eq!(linker.take_reading(probe).calls, 0, "a new gate only counts");
    assert_eq!(linker.map().gate_left(probe), i64::MAX - 1);

    linker.set_gate(probe, 10);
    for _ in 0..10 {
        assert_eq!(run(linker.map().stub(slot), &[]), 7);
    }
    assert_eq!((linker.map().gate_left(probe), linker.take_reading(probe).calls), (0, 0));
    for _ in 0..3 {
        assert_eq!(run(linker.map().stub(slot), &[]), 7);
    }
    assert_eq!((linker.map().gate_left(probe), linker.take_reading(probe).calls), (-3, 3));
    linker.set_gate(probe, 1);
    assert_eq!(run(linker.map().stub(slot), &[]), 7);
    assert_eq!(linker.take_reading(probe).calls, 0);

    // Stack and registers are as the caller left them.
    linker.publish(slot, linker.map().thunk(slot));
    let mut seen: Vec<RegFrame> = Vec::new();
    let mut other = linker_of_all_registers(&mut seen);
    let core = support::core(&mut other);
    let slot = other.declare("g").unwrap();
    let thunk = other.map().thunk(slot);
    let probe = add_probe(&mut other, &core, thunk);
    other.publish(slot, other.map().gate_address(probe));
    let mut frame = RegFrame { ints: [1, 2, 3, 4, 5, 6], ..RegFrame::default() };
    let sent = frame;
    // SAFETY: leads to the handler, which takes any arguments.
    unsafe { bareflow_link::call(other.map().stub(slot), &mut frame, &[9]) };
    assert_eq!((seen[0], frame.ints[0]), (sent, 9));
}

fn linker_of_all_registers(seen: &mut Vec<RegFrame>) -> Linker {
    linker(all_registers, core::ptr::from_mut(seen).cast())
}

/// A function, and the one that it calls through a probe.
struct Measured {
    linker: Linker,
    core: std::sync::Arc<CoreBlock>,
    outer: SlotId,
    outer_code: Option<Installed>,
    inner: SlotId,
    inner_entry: usize,
    probe: Option<ProbeId>,
}

/// Gives up, from inside of a measured call, its probe and the code that called it.
unsafe extern "C" fn give_up(_: u32, frame: *mut RegFrame, _: *mut u8, context: *mut ()) -> usize {
    #[inline(never)]
    fn retire(it: &mut Measured) {
        it.linker.publish(it.inner, it.inner_entry);
        it.linker.remove_probe(it.probe.take().unwrap());
        it.linker.unpublish(it.outer);
        it.linker.retire(it.outer_code.take().unwrap());
    }
    /// Leaves no address of code where the stack was in use just now.
    #[inline(never)]
    fn wipe_stack() {
        std::hint::black_box([0u64; 1024]);
    }
    // SAFETY: the context is the test's; nothing else refers to it during the call.
    let (it, frame) = unsafe { (&mut *context.cast::<Option<Measured>>(), &mut *frame) };
    let it = it.as_mut().unwrap();
    retire(it);
    wipe_stack();
    assert_eq!(it.core.probe_depth(), 1);
    // SAFETY: the program has called us, on this core.
    unsafe {
        // The return address is on no stack: the probe's exit stands in its place.
        assert_eq!(it.linker.collect(&it.core), 0);
        assert!(it.linker.add_probe(&it.core, it.inner_entry).is_err());
    }
    frame.ints[0] = 40;
    0
}

unsafe extern "C" fn call_outer(context: *mut ()) -> u64 {
    // SAFETY: reads one word; the call changes the rest behind our back.
    let stub = unsafe { (*context.cast::<Option<Measured>>()).as_ref().map(Measured::stub) };
    run(stub.unwrap(), &[])
}

impl Measured {
    fn stub(&self) -> usize {
        self.linker.map().stub(self.outer)
    }
}

#[test]
fn measured_calls_keep_their_probe_and_their_caller() {
    let mut measured: Box<Option<Measured>> = Box::new(None);
    let context = (&raw mut *measured).cast::<()>();
    let settings = Settings { slots: 8, probes: 1, ..Settings::default() };
    let mut linker = linker_with(give_up, context, settings);
    let core = core(&mut linker);
    let [outer, inner, host] = ["outer", "inner", "host"].map(|name| linker.declare(name).unwrap());
    let stub_of = |slot| {
        let stub = linker.map().stub(slot) as u64;
        move |_: &str| Some(stub)
    };
    let (inner_stub, host_stub) = (stub_of(inner), stub_of(host));
    let outer_code = linker.install(&plus_one("outer", "inner"), Level::O0, inner_stub).unwrap();
    let inner_code = linker.install(&plus_one("inner", "host"), Level::O0, host_stub).unwrap();
    let (len, inner_entry) = (outer_code.len, inner_code.entry);
    let probe = add_probe(&mut linker, &core, inner_entry);
    linker.publish(outer, outer_code.entry);
    linker.publish(inner, linker.map().probe_address(probe));
    let (probe, outer_code) = (Some(probe), Some(outer_code));
    let own = std::sync::Arc::clone(&core);
    *measured = Some(Measured { linker, core, outer, outer_code, inner, inner_entry, probe });
    let (_stack, top) = stack();
    // SAFETY: the stack is ours, and the block this thread's.
    assert_eq!(unsafe { bareflow_link::enter(&own, top, call_outer, context) }, 42);
    let mut measured = measured.unwrap();
    // SAFETY: no code of the program runs any more.
    unsafe {
        assert_eq!(measured.linker.collect(&own), len);
        assert!(measured.linker.add_probe(&own, inner_entry).is_ok());
    }
}
