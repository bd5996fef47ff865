//! Code that changes while it runs, and what becomes of the old.

mod support;

use std::sync::Arc;

use bareflow_ir::abi::RegFrame;
use bareflow_link::{CoreBlock, Installed, Linker, SlotId};
use bareflow_profile::Level;
use support::*;

/// What the host call of the tests works on.
struct World {
    linker: Linker,
    core: Arc<CoreBlock>,
    slot: SlotId,
    current: Option<Installed>,
    calls: u32,
    freed: usize,
}

/// Replaces the function while its old version is on the stack, as a session would.
unsafe extern "C" fn swap(_: u32, frame: *mut RegFrame, _: *mut u8, context: *mut ()) -> usize {
    // SAFETY: the context is the test's world; nothing else refers to it during the call.
    let (world, frame) = unsafe { (&mut *context.cast::<World>(), &mut *frame) };
    world.calls += 1;
    let inner = world.linker.map().stub(world.linker.slot("inner").unwrap()) as u64;
    let object = plus_one("outer", "inner");
    let new = world.linker.install(&object, Level::O0, |_| Some(inner)).unwrap();
    world.linker.publish(world.slot, new.entry);
    let old = world.current.replace(new).unwrap();
    let old_at = old.addr;
    world.linker.retire(old);
    // SAFETY: the code that called us is on the stack of this core's `enter`.
    world.freed += unsafe { world.linker.collect(&world.core) };
    // The version that called us is still there: its bytes are untouched.
    // SAFETY: readable code memory.
    assert_eq!(unsafe { (old_at as *const u8).read() }, 0x48);
    assert!(world.linker.retired_bytes() > 0, "freed under our feet");
    frame.ints[0] = u64::from(world.calls);
    0
}

unsafe extern "C" fn body(context: *mut ()) -> u64 {
    let world = context.cast::<World>();
    for round in 1..=5_000u64 {
        // SAFETY: reads one word; the call below changes the world behind our back.
        let stub = unsafe { (*world).linker.map().stub((*world).slot) };
        assert_eq!(run(stub, &[]), round + 1);
    }
    99
}

#[test]
fn thousands_of_swaps_leak_nothing() {
    let (_stack, stack_top) = stack();
    let mut linker = linker(never, core::ptr::null_mut());
    let core = linker.add_core(0);
    let mut world =
        Box::new(World { linker, core, slot: SlotId(0), current: None, calls: 0, freed: 0 });
    let context = (&raw mut *world).cast::<()>();
    world.linker = support::linker(swap, context);
    world.core = support::core(&mut world.linker);
    world.slot = world.linker.declare("outer").unwrap();
    let inner = world.linker.declare("inner").unwrap();
    let stub = world.linker.map().stub(inner) as u64;
    let first =
        world.linker.install(&plus_one("outer", "inner"), Level::O0, |_| Some(stub)).unwrap();
    let len = first.len;
    world.linker.publish(world.slot, first.entry);
    world.current = Some(first);
    let world = Box::into_raw(world);
    // SAFETY: the world stays alive and is reached through the raw pointer only while it runs.
    let status = unsafe {
        let core = Arc::clone(&(*world).core);
        bareflow_link::enter(&core, stack_top, body, world.cast())
    };
    // SAFETY: made by `into_raw` above; nothing runs any more.
    let mut world = unsafe { Box::from_raw(world) };
    assert_eq!((status, world.calls), (99, 5_000));
    // SAFETY: no compiled code is on any stack.
    world.freed += unsafe { world.linker.collect(&world.core) };
    assert_eq!(world.freed, 5_000 * len);
    assert_eq!(world.linker.usage().code, len, "only the last version is left");
    assert_eq!(world.linker.retired_bytes(), 0);
}

/// What a look at the stack is to find.
struct Looker {
    linker: Linker,
    core: Arc<CoreBlock>,
    words: [usize; 3],
    freed: Vec<usize>,
}

/// Collects with some words on the stack, and then, when they are not there any more, again.
unsafe extern "C" fn look(context: *mut ()) -> u64 {
    #[inline(never)]
    fn with_words(looker: &mut Looker) {
        let words = core::hint::black_box(looker.words);
        // SAFETY: this is the core, and no code of the program is on its way.
        looker.freed.push(unsafe { looker.linker.collect(&looker.core) });
        core::hint::black_box(words);
    }
    // SAFETY: the context is the test's.
    let looker = unsafe { &mut *context.cast::<Looker>() };
    with_words(looker);
    0
}

#[test]
fn a_stack_word_keeps_its_range() {
    let mut linker = linker(never, core::ptr::null_mut());
    let core = core(&mut linker);
    let codes: Vec<_> =
        (0..4).map(|n| linker.install(&constant("f", n), Level::O0, |_| None).unwrap()).collect();
    let words = [1, codes[2].addr + codes[2].len, 2];
    let len = codes[0].len;
    for code in codes {
        linker.retire(code);
    }
    let mut looker = Looker { linker, core: Arc::clone(&core), words, freed: vec![] };
    let (_stack, top) = stack();
    let context = (&raw mut looker).cast();
    // SAFETY: the stack is ours, and the block this thread's.
    unsafe { bareflow_link::enter(&core, top, look, context) };
    assert_eq!(looker.freed, [3 * len]);
    // SAFETY: no compiled code is on any stack.
    assert_eq!(unsafe { looker.linker.collect(&core) }, len);
}

/// Leaves from inside compiled code.
unsafe extern "C" fn escape(_: u32, frame: *mut RegFrame, _: *mut u8, _: *mut ()) -> usize {
    // SAFETY: the test has made this thread a core, and entered.
    unsafe { bareflow_link::leave(current(), (*frame).ints[0] + 7) }
}

#[test]
fn leaving_restores_the_caller() {
    let (_stack, top) = stack();
    let mut linker = linker(escape, core::ptr::null_mut());
    let core = core(&mut linker);
    let slot = linker.declare("quit").unwrap();
    let stub = linker.map().stub(slot);
    let outer =
        linker.install(&plus_one("outer", "quit"), Level::O0, |_| Some(stub as u64)).unwrap();

    unsafe extern "C" fn go(arg: *mut ()) -> u64 {
        run(arg as usize, &[1000]);
        unreachable!("the program has left");
    }
    for _ in 0..3 {
        assert!(!core.is_entered());
        let arg = outer.entry as *mut ();
        // SAFETY: the stack is ours and large, and the block this thread's.
        let status = unsafe { bareflow_link::enter(&core, top, go, arg) };
        assert_eq!(status, 1007);
    }
}

#[test]
fn readers_see_whole_versions_while_another_thread_swaps() {
    let mut linker = linker(never, core::ptr::null_mut());
    let slot = linker.declare("f").unwrap();
    let codes: Vec<_> =
        (1..=8).map(|n| linker.install(&constant("f", n), Level::O0, |_| None).unwrap()).collect();
    linker.publish(slot, codes[0].entry);
    let stub = linker.map().stub(slot);
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
        linker.publish(slot, codes[round % codes.len()].entry);
    }
    done.store(true, std::sync::atomic::Ordering::Relaxed);
    reader.join().unwrap();
}
