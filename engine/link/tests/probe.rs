//! Measured calls.

mod support;

use bareflow_link::{Escape, RegFrame};
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

#[test]
fn recursion_is_counted_call_by_call() {
    let settings = bareflow_link::Settings { probe_depth: 100, ..Default::default() };
    let mut space = space_with(never, core::ptr::null_mut(), settings);
    let slot = space.declare("r").unwrap();
    let stub = space.stub(slot) as u64;
    let code = space.install(&recursive(), Level::O0, |_| Some(stub)).unwrap();
    let probe = space.add_probe(code.entry).unwrap();
    space.publish(slot, space.probe_address(probe));
    assert_eq!(run(space.stub(slot), &[9]), 9);
    let reading = space.take_reading(probe);
    assert_eq!((reading.calls, reading.samples.len()), (10, 10));
    assert!(reading.min <= reading.median().unwrap() && reading.median().unwrap() <= reading.max);
    assert_eq!(reading.samples.iter().sum::<u64>(), reading.total);
    // The outermost call contains the others.
    assert!(reading.max < reading.total);
    assert_eq!(space.take_reading(probe).calls, 0);

    // Deeper than the side stack: the rest goes unmeasured, the answer stays.
    assert_eq!(run(space.stub(slot), &[1000]), 1000);
    assert_eq!(space.take_reading(probe).calls, 100);
    assert_eq!(space.probe_depth(), 0);
}

unsafe extern "C" fn all_registers(
    _: u32,
    frame: *mut RegFrame,
    stack: *mut u8,
    context: *mut (),
) -> usize {
    // SAFETY: the space passes a frame and the context it was given; the test pushed one word.
    unsafe {
        (*context.cast::<Vec<RegFrame>>()).push(*frame);
        (*frame).ints[0] = stack.cast::<u64>().read();
        (*frame).ints[1] = 2;
        (*frame).floats[0] = [3, 4];
        (*frame).floats[1] = [5, 6];
    }
    0
}

#[test]
fn arguments_and_results_pass_through() {
    let mut seen: Vec<RegFrame> = Vec::new();
    let mut space = space(all_registers, (&raw mut seen).cast());
    let slot = space.declare("f").unwrap();
    let probe = space.add_probe(space.thunk(slot)).unwrap();
    space.publish(slot, space.probe_address(probe));
    let mut frame = RegFrame {
        ints: [10, 11, 12, 13, 14, 15],
        floats: core::array::from_fn(|at| [100 + at as u64, 200 + at as u64]),
        nest: 16,
        stack_align: 0,
    };
    let sent = frame;
    // SAFETY: leads to the handler, which takes any arguments.
    unsafe { bareflow_link::call(space.stub(slot), &mut frame, &[77]) };
    assert_eq!(seen, [sent]);
    assert_eq!(frame.ints[..2], [77, 2]);
    assert_eq!(frame.floats[..2], [[3, 4], [5, 6]]);
    assert_eq!(space.take_reading(probe).calls, 1);
}

unsafe extern "C" fn escape(_: u32, _: *mut RegFrame, _: *mut u8, context: *mut ()) -> usize {
    // SAFETY: the context is the escape of the `enter` under way.
    unsafe { bareflow_link::leave(context.cast(), 5) }
}

#[test]
fn leaving_forgets_calls_under_way() {
    let stack = vec![0u128; 4096];
    let top = stack.as_ptr_range().end as usize;
    let mut place = Box::new(Escape::new());
    let mut space = space(escape, (&raw mut *place).cast());
    let (quit, outer) = (space.declare("quit").unwrap(), space.declare("outer").unwrap());
    let stub = space.stub(quit) as u64;
    let code = space.install(&plus_one("outer", "quit"), Level::O0, |_| Some(stub)).unwrap();
    let probe = space.add_probe(code.entry).unwrap();
    space.publish(outer, space.probe_address(probe));

    unsafe extern "C" fn go(arg: *mut ()) -> u64 {
        run(arg as usize, &[])
    }
    let arg = space.stub(outer) as *mut ();
    // SAFETY: the stack is ours and large enough; `place` outlives the call.
    let status = unsafe { bareflow_link::enter(&space, &raw mut *place, top, go, arg) };
    assert_eq!((status, space.probe_depth()), (5, 0));
    assert_eq!(space.take_reading(probe).calls, 0);

    // Measuring goes on as before.
    let plain = space.install(&constant("quit", 3), Level::O0, |_| None).unwrap();
    space.publish(quit, plain.entry);
    assert_eq!(run(space.stub(outer), &[]), 4);
    assert_eq!(space.take_reading(probe).calls, 1);
}

static TURNS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

extern "C" fn count_turn(_: bareflow_link::ProbeId) {
    // Uses vector registers and the stack, as any Rust function may.
    let text = format!("{:.3}", 1.0f64 / 3.0);
    assert_eq!(text, "0.333");
    TURNS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
}

#[test]
fn a_turn_ends_after_its_calls_and_results_survive_it() {
    let mut seen: Vec<RegFrame> = Vec::new();
    let mut space = space(all_registers, (&raw mut seen).cast());
    space.set_turn(count_turn);
    let slot = space.declare("f").unwrap();
    let probe = space.add_probe(space.thunk(slot)).unwrap();
    space.set_turn_length(probe, 3);
    space.publish(slot, space.probe_address(probe));
    for round in 1..=3 {
        for _ in 0..3 {
            let mut frame = RegFrame::default();
            // SAFETY: leads to the handler, which takes any arguments.
            unsafe { bareflow_link::call(space.stub(slot), &mut frame, &[77]) };
            assert_eq!(frame.ints[..2], [77, 2]);
            assert_eq!(frame.floats[..2], [[3, 4], [5, 6]]);
        }
        assert_eq!(TURNS.load(std::sync::atomic::Ordering::Relaxed), round);
        assert_eq!(space.take_reading(probe).calls, 3);
    }
}

#[test]
fn a_gate_counts_and_lets_some_calls_be_measured() {
    let mut space = space(never, core::ptr::null_mut());
    let slot = space.declare("f").unwrap();
    let code = space.install(&constant("f", 7), Level::O0, |_| None).unwrap();
    let probe = space.add_probe(code.entry).unwrap();
    space.publish(slot, space.gate_address(probe));
    assert_eq!(run(space.stub(slot), &[]), 7);
    assert_eq!(space.take_reading(probe).calls, 0, "a new gate only counts");
    assert_eq!(space.gate_left(probe), i64::MAX - 1);

    space.set_gate(probe, 10);
    for _ in 0..10 {
        assert_eq!(run(space.stub(slot), &[]), 7);
    }
    assert_eq!((space.gate_left(probe), space.take_reading(probe).calls), (0, 0));
    for _ in 0..3 {
        assert_eq!(run(space.stub(slot), &[]), 7);
    }
    assert_eq!((space.gate_left(probe), space.take_reading(probe).calls), (-3, 3));
    space.set_gate(probe, 1);
    assert_eq!(run(space.stub(slot), &[]), 7);
    assert_eq!(space.take_reading(probe).calls, 0);

    // Stack and registers are as the caller left them.
    space.publish(slot, space.thunk(slot));
    let mut seen: Vec<RegFrame> = Vec::new();
    let mut other = space_of_all_registers(&mut seen);
    let slot = other.declare("g").unwrap();
    let probe = other.add_probe(other.thunk(slot)).unwrap();
    other.publish(slot, other.gate_address(probe));
    let mut frame = RegFrame { ints: [1, 2, 3, 4, 5, 6], ..RegFrame::default() };
    let sent = frame;
    // SAFETY: leads to the handler, which takes any arguments.
    unsafe { bareflow_link::call(other.stub(slot), &mut frame, &[9]) };
    assert_eq!((seen[0], frame.ints[0]), (sent, 9));
}

fn space_of_all_registers(seen: &mut Vec<RegFrame>) -> bareflow_link::CodeSpace {
    space(all_registers, core::ptr::from_mut(seen).cast())
}
