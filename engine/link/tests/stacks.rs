//! Which stacks keep code, and who looks at them.

mod support;

use std::sync::{Arc, Barrier};

use bareflow_link::{CoreBlock, Installed, Linker, enter};
use bareflow_profile::Level;
use support::*;

/// `outer` calls the host, which does `what` with `context`.
struct Scene {
    linker: Linker,
    core: Arc<CoreBlock>,
    outer: Installed,
    host: Box<Host>,
}

struct Host {
    what: fn(&Host),
    start: usize,
    meet: Barrier,
}

extern "C" fn host() -> u64 {
    // SAFETY: the block has the address of a host that outlives the call.
    let host = unsafe { &*(current().session() as *const Host) };
    (host.what)(host);
    6
}

/// A core whose program is `outer`.
fn scene(what: fn(&Host)) -> Scene {
    let mut linker = linker(never, core::ptr::null_mut());
    let slot = linker.bind("host", host as *const () as usize).unwrap();
    let stub = linker.map().stub(slot) as u64;
    let outer = linker.install(&plus_one("outer", "host"), Level::O0, |_| Some(stub)).unwrap();
    let host = Box::new(Host { what, start: outer.entry, meet: Barrier::new(2) });
    let core = linker.add_core(0);
    core.set_session(&raw const *host as usize);
    Scene { linker, core, outer, host }
}

/// Runs the program of a scene on this thread; what it answers.
fn enter_outer(core: &Arc<CoreBlock>, start: usize) -> u64 {
    unsafe extern "C" fn go(start: *mut ()) -> u64 {
        run(start as usize, &[])
    }
    become_core(core);
    let (_stack, top) = stack();
    // SAFETY: the stack is ours, and the block this thread's.
    unsafe { enter(core, top, go, start as *mut ()) }
}

/// Retires some code that nobody has run.
fn retire_other(linker: &mut Linker) -> usize {
    let code = linker.install(&constant("other", 1), Level::O0, |_| None).unwrap();
    let len = code.len;
    linker.retire(code);
    len
}

#[test]
fn a_core_that_sleeps_keeps_what_it_returns_to_and_nothing_else() {
    fn sleep(host: &Host) {
        host.meet.wait();
        // SAFETY: the program has called us, on this core.
        unsafe { current().asleep(|| (host.meet.wait(), host.meet.wait())) };
    }
    let Scene { mut linker, core, outer, host } = scene(sleep);
    let (own, start, len) = (linker.add_core(0), host.start, outer.len);
    let thread = std::thread::spawn(move || enter_outer(&core, start));
    host.meet.wait();
    host.meet.wait();
    linker.retire(outer);
    let other = retire_other(&mut linker);
    // SAFETY: this thread runs no code of the program.
    let mut collect = || unsafe { linker.collect(&own) };
    assert_eq!(collect(), other);
    assert_eq!(collect(), 0);
    host.meet.wait();
    assert_eq!(thread.join().unwrap(), 7);
    assert_eq!(collect(), len);
}

#[test]
fn a_core_that_is_awake_is_waited_for() {
    fn work(host: &Host) {
        host.meet.wait();
        host.meet.wait();
        // SAFETY: the program has called us, on this core.
        unsafe { current().quiescent() };
        host.meet.wait();
        host.meet.wait();
    }
    let Scene { mut linker, core, outer, host } = scene(work);
    let (own, start, len) = (linker.add_core(0), host.start, outer.len);
    let thread = std::thread::spawn(move || enter_outer(&core, start));
    host.meet.wait();
    linker.retire(outer);
    let other = retire_other(&mut linker);
    for _ in 0..3 {
        // SAFETY: this thread runs no code of the program.
        assert_eq!(unsafe { linker.collect(&own) }, 0, "the core has not said anything");
    }
    // Retired after the sweep was opened: the core says nothing of it.
    let later = retire_other(&mut linker);
    host.meet.wait();
    host.meet.wait();
    // SAFETY: as above.
    assert_eq!(unsafe { linker.collect(&own) }, other);
    assert_eq!(linker.retired_bytes(), len + later);
    host.meet.wait();
    assert_eq!(thread.join().unwrap(), 7);
    // SAFETY: as above.
    let mut collect = || unsafe { linker.collect(&own) };
    assert_eq!(collect() + collect(), len + later);
}

/// What runs inside of a program, on a stack of its own.
struct Inner {
    linker: Linker,
    core: Arc<CoreBlock>,
    freed: Vec<usize>,
}

unsafe extern "C" fn collect_and_leave(inner: *mut ()) -> u64 {
    // SAFETY: the test's, which waits.
    let inner = unsafe { &mut *inner.cast::<Inner>() };
    // SAFETY: the program has called us, on this core.
    unsafe {
        inner.freed.push(inner.linker.collect(&inner.core));
        bareflow_link::leave(&inner.core, 99)
    }
}

#[test]
fn what_is_entered_inside_keeps_what_is_outside() {
    /// Where the host finds the linker.
    static INNER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

    fn enter_again(_: &Host) {
        let inner = INNER.load(std::sync::atomic::Ordering::Relaxed) as *mut Inner;
        let core = current();
        let here = bareflow_link::stack_pointer() - 4096;
        let (_stack, other) = stack();
        for top in [here, other, here] {
            // SAFETY: one stack is ours, the other is free below; the block is this thread's.
            assert_eq!(unsafe { enter(core, top, collect_and_leave, inner.cast()) }, 99);
            assert!(core.is_entered());
        }
    }
    let Scene { mut linker, core, outer, host } = scene(enter_again);
    let len = outer.len;
    linker.retire(outer);
    let other = retire_other(&mut linker);
    let mut inner = Inner { linker, core: Arc::clone(&core), freed: vec![] };
    INNER.store((&raw mut inner) as usize, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(enter_outer(&core, host.start), 7);
    assert!(!core.is_entered());
    assert_eq!(inner.freed, [other, 0, 0]);
    // SAFETY: no code of the program is on any stack.
    assert_eq!(unsafe { inner.linker.collect(&core) }, len);
}

#[test]
fn a_core_without_frames_runs_measured_calls_unmeasured() {
    let mut linker = linker(never, core::ptr::null_mut());
    let [measuring, plain] = [10, 0].map(|depth| linker.add_core(depth));
    let slot = linker.declare("f").unwrap();
    let code = linker.install(&constant("f", 5), Level::O0, |_| None).unwrap();
    // SAFETY: this thread runs no code of the program.
    let probe = unsafe { linker.add_probe(&plain, code.entry) }.unwrap();
    linker.publish(slot, linker.map().probe_address(probe));
    for (core, calls) in [(measuring, 3), (plain, 0)] {
        become_core(&core);
        for _ in 0..3 {
            assert_eq!(run(linker.map().stub(slot), &[]), 5);
        }
        assert_eq!((linker.take_reading(probe).calls, core.probe_depth()), (calls, 0));
    }
}
