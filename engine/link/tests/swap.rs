//! Code that changes while it runs, and what becomes of the old.

mod support;

use bareflow_link::{CodeSpace, Escape, Installed, RegFrame, SlotId, Stack, stack_pointer};
use bareflow_profile::Level;
use support::*;

/// What the host call of the tests works on.
struct World {
    space: CodeSpace,
    slot: SlotId,
    current: Option<Installed>,
    stack_top: usize,
    calls: u32,
    freed: usize,
    escape: Escape,
}

/// Replaces the function while its old version is on the stack, as a session would.
unsafe extern "C" fn swap(_: u32, frame: *mut RegFrame, _: *mut u8, context: *mut ()) -> usize {
    // SAFETY: the context is the test's world; nothing else refers to it during the call.
    let (world, frame) = unsafe { (&mut *context.cast::<World>(), &mut *frame) };
    world.calls += 1;
    let inner = world.space.stub(world.space.slot("inner").unwrap()) as u64;
    let object = plus_one("outer", "inner");
    let new = world.space.install(&object, Level::O0, |_| Some(inner)).unwrap();
    world.space.publish(world.slot, new.entry);
    let old = world.current.replace(new).unwrap();
    let old_at = old.addr;
    world.space.retire(old);
    let stack = Stack { sp: stack_pointer(), top: world.stack_top };
    // SAFETY: the one stack in use, from here to its end.
    world.freed += unsafe { world.space.collect(&[stack]) };
    // The version that called us is still there: its bytes are untouched.
    // SAFETY: readable code memory.
    assert_eq!(unsafe { (old_at as *const u8).read() }, 0x48);
    assert!(world.space.retired_bytes() > 0, "freed under our feet");
    frame.ints[0] = u64::from(world.calls);
    0
}

unsafe extern "C" fn body(context: *mut ()) -> u64 {
    let world = context.cast::<World>();
    for round in 1..=5_000u64 {
        // SAFETY: reads one word; the call below changes the world behind our back.
        let stub = unsafe { (*world).space.stub((*world).slot) };
        assert_eq!(run(stub, &[]), round + 1);
    }
    99
}

fn stack() -> (Vec<u128>, usize) {
    let stack = vec![0u128; 64 << 10];
    let top = stack.as_ptr_range().end as usize;
    (stack, top)
}

#[test]
fn thousands_of_swaps_leak_nothing() {
    let (_stack, stack_top) = stack();
    let mut world = Box::new(World {
        space: space(never, core::ptr::null_mut()),
        slot: SlotId(0),
        current: None,
        stack_top,
        calls: 0,
        freed: 0,
        escape: Escape::new(),
    });
    let context = (&raw mut *world).cast::<()>();
    world.space = space(swap, context);
    world.slot = world.space.declare("outer").unwrap();
    let inner = world.space.declare("inner").unwrap();
    let stub = world.space.stub(inner) as u64;
    let first =
        world.space.install(&plus_one("outer", "inner"), Level::O0, |_| Some(stub)).unwrap();
    let len = first.len;
    world.space.publish(world.slot, first.entry);
    world.current = Some(first);
    let world = Box::into_raw(world);
    // SAFETY: the world stays alive and is reached through the raw pointer only while it runs.
    let status = unsafe {
        let escape = &raw mut (*world).escape;
        bareflow_link::enter(&raw const (*world).space, escape, stack_top, body, world.cast())
    };
    // SAFETY: made by `into_raw` above; nothing runs any more.
    let mut world = unsafe { Box::from_raw(world) };
    assert_eq!((status, world.calls), (99, 5_000));
    // SAFETY: no compiled code is on any stack.
    world.freed += unsafe { world.space.collect(&[]) };
    assert_eq!(world.freed, 5_000 * len);
    assert_eq!(world.space.usage().code, len, "only the last version is left");
    assert_eq!(world.space.retired_bytes(), 0);
}

#[test]
fn a_stack_word_keeps_its_range() {
    let mut space = space(never, core::ptr::null_mut());
    let codes: Vec<_> =
        (0..4).map(|n| space.install(&constant("f", n), Level::O0, |_| None).unwrap()).collect();
    let words: [u64; 3] = [1, (codes[2].addr + codes[2].len) as u64, 2];
    let len = codes[0].len;
    for code in codes {
        space.retire(code);
    }
    let sp = words.as_ptr() as usize;
    let stack = Stack { sp, top: sp + 24 };
    // SAFETY: an array of ours stands for the stack.
    let freed = unsafe { space.collect(&[stack]) };
    assert_eq!(freed, 3 * len);
    // SAFETY: as above.
    let rest = unsafe { space.collect(&[]) };
    assert_eq!(rest, len);
}

/// Leaves from inside compiled code.
unsafe extern "C" fn escape(_: u32, frame: *mut RegFrame, _: *mut u8, context: *mut ()) -> usize {
    // SAFETY: the context is the escape of the `enter` under way.
    unsafe { bareflow_link::leave(context.cast(), (*frame).ints[0] + 7) }
}

#[test]
fn leaving_restores_the_caller() {
    let (_stack, top) = stack();
    let mut place = Box::new(Escape::new());
    let mut space = space(escape, (&raw mut *place).cast());
    let slot = space.declare("quit").unwrap();
    let stub = space.stub(slot);
    let outer =
        space.install(&plus_one("outer", "quit"), Level::O0, |_| Some(stub as u64)).unwrap();

    unsafe extern "C" fn go(arg: *mut ()) -> u64 {
        run(arg as usize, &[1000]);
        unreachable!("the program has left");
    }
    for _ in 0..3 {
        assert!(!place.is_armed());
        let arg = outer.entry as *mut ();
        // SAFETY: the stack is ours and large; `place` outlives the call.
        let status = unsafe { bareflow_link::enter(&space, &raw mut *place, top, go, arg) };
        assert_eq!(status, 1007);
    }
}

#[test]
fn readers_see_whole_versions_while_another_thread_swaps() {
    let mut space = space(never, core::ptr::null_mut());
    let slot = space.declare("f").unwrap();
    let codes: Vec<_> =
        (1..=8).map(|n| space.install(&constant("f", n), Level::O0, |_| None).unwrap()).collect();
    space.publish(slot, codes[0].entry);
    let stub = space.stub(slot);
    let done = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let reader = {
        let done = std::sync::Arc::clone(&done);
        std::thread::spawn(move || {
            let mut calls = 0u64;
            while !done.load(std::sync::atomic::Ordering::Relaxed) || calls == 0 {
                assert!((1..=8).contains(&run(stub, &[])));
                calls += 1;
            }
        })
    };
    for round in 0..200_000 {
        space.publish(slot, codes[round % codes.len()].entry);
    }
    done.store(true, std::sync::atomic::Ordering::Relaxed);
    reader.join().unwrap();
}
