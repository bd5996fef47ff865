//! Several cores in the same functions while another thread replaces, frees and reuses them.

mod support;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use bareflow_link::{CoreBlock, Installed, Linker, PoolKind, ProbeId, Settings, SlotId};
use bareflow_link::{LinkError, enter};
use bareflow_profile::Level;
use support::*;

/// The functions that are replaced: what every version of them answers, and what it may call on
/// the way.
struct Function {
    name: &'static str,
    callees: [&'static str; 2],
    answers: std::ops::Range<u64>,
    stub: AtomicUsize,
}

impl Function {
    const fn new(
        name: &'static str,
        callees: [&'static str; 2],
        answers: std::ops::Range<u64>,
    ) -> Self {
        Self { name, callees, answers, stub: AtomicUsize::new(0) }
    }
}

static FUNCTIONS: [Function; 3] = [
    Function::new("first", ["visit_first", "third and last"], 1_000..2_000),
    Function::new("second", ["visit_second", "visit_second"], 5_000..6_000),
    Function::new("third and last", ["visit_first", "visit_first"], 1_000..1_900),
];

/// Numbers that differ from call to call.
fn random(state: &AtomicU64) -> u64 {
    let mut x = state.load(Relaxed);
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    state.store(x, Relaxed);
    x >> 16
}

/// What a core of the test has for itself, behind its block.
struct Own {
    random: AtomicU64,
    depth: AtomicUsize,
    calls: AtomicU64,
    sleeps: AtomicU64,
}

fn own(core: &CoreBlock) -> &'static Own {
    // SAFETY: the test has put the address of one there that it leaks.
    unsafe { &*(core.session() as *const Own) }
}

/// Calls a function as the program does, and checks the answer.
fn call(function: &Function, own: &Own) {
    let answer = run(function.stub.load(Relaxed), &[]);
    assert!(function.answers.contains(&answer), "{} answered {answer}", function.name);
    own.calls.fetch_add(1, Relaxed);
}

/// A host call: a quiescent point, a sleep, or further calls, with versions of the functions on
/// the stack that are replaced meanwhile.
fn visit(function: &Function) -> u64 {
    let core = current();
    let own = own(core);
    match random(&own.random) % 8 {
        0 => {
            own.sleeps.fetch_add(1, Relaxed);
            // SAFETY: the program has called the engine, on this core.
            unsafe { core.asleep(std::thread::yield_now) };
        }
        at @ 1..=3 if own.depth.load(Relaxed) < 10 => {
            own.depth.fetch_add(1, Relaxed);
            call(&FUNCTIONS[at as usize - 1], own);
            own.depth.fetch_sub(1, Relaxed);
        }
        // SAFETY: as above.
        _ => unsafe { core.quiescent() },
    }
    function.answers.start + 500
}

extern "C" fn visit_first() -> u64 {
    visit(&FUNCTIONS[0])
}

extern "C" fn visit_second() -> u64 {
    visit(&FUNCTIONS[1])
}

static DONE: AtomicBool = AtomicBool::new(false);

/// The program of each core.
unsafe extern "C" fn body(_: *mut ()) -> u64 {
    let core = current();
    let own = own(core);
    while !DONE.load(Relaxed) {
        call(&FUNCTIONS[random(&own.random) as usize % 3], own);
        assert_eq!(core.probe_depth(), 0);
        // SAFETY: between two calls, on this core.
        unsafe { core.quiescent() };
    }
    own.calls.load(Relaxed)
}

fn start_core(writer: &mut Writer, number: u64, depth: u32) -> std::thread::JoinHandle<u64> {
    let block = writer.linker.add_core(depth);
    std::thread::spawn(move || {
        become_core(&block);
        let own: &'static Own = Box::leak(Box::new(Own {
            random: AtomicU64::new(0x9e37_79b9_7f4a_7c15 * (number + 1)),
            depth: AtomicUsize::new(0),
            calls: AtomicU64::new(0),
            sleeps: AtomicU64::new(0),
        }));
        block.set_session(core::ptr::from_ref(own) as usize);
        let (_stack, top) = stack();
        // SAFETY: the stack is ours, and the block this thread's.
        let calls = unsafe { enter(&block, top, body, core::ptr::null_mut()) };
        assert!(own.sleeps.load(Relaxed) > 0 || calls < 1000);
        assert_eq!((block.is_entered(), block.probe_depth()), (false, 0));
        calls
    })
}

/// The version that a slot leads to.
struct Version {
    code: Installed,
    probe: Option<ProbeId>,
}

/// The one that changes what cores run.
struct Writer {
    linker: Linker,
    core: Arc<CoreBlock>,
    visits: [SlotId; 2],
    slots: [SlotId; 3],
    current: [Option<Version>; 3],
    random: AtomicU64,
    /// Addresses that code was at.
    seen: HashSet<usize>,
    reused: u64,
    freed: usize,
    probes: u64,
}

impl Writer {
    fn collect(&mut self) {
        // SAFETY: this thread runs no code of the program.
        self.freed += unsafe { self.linker.collect(&self.core) };
    }

    /// Makes a version of a function, waiting for room if need be.
    fn install(&mut self, at: usize, round: u64) -> Installed {
        let function = &FUNCTIONS[at];
        let object = match random(&self.random) % 3 {
            0 => constant(function.name, (function.answers.start + round % 900) as u32),
            way => plus_one(function.name, function.callees[way as usize - 1]),
        };
        loop {
            let map = Arc::clone(self.linker.map());
            let known = |name: &str| FUNCTIONS.iter().find(|function| function.name == name);
            let stubs = [self.visits[0], self.visits[1]].map(|slot| map.stub(slot));
            let resolve = |name: &str| match known(name) {
                Some(function) => Some(function.stub.load(Relaxed) as u64),
                None => Some(stubs[usize::from(name == "visit_second")] as u64),
            };
            match self.linker.install(&object, Level::O1, resolve) {
                Ok(code) => return code,
                Err(LinkError::Full { pool: PoolKind::Code, .. }) => {
                    std::thread::yield_now();
                    self.collect();
                }
                Err(error) => panic!("{error}"),
            }
        }
    }

    fn swap(&mut self, round: u64) {
        let at = random(&self.random) as usize % 3;
        let code = self.install(at, round);
        if !self.seen.insert(code.addr) {
            self.reused += 1;
        }
        let mut address = code.entry;
        let mut probe = None;
        if round.is_multiple_of(3) {
            // SAFETY: this thread runs no code of the program.
            probe = unsafe { self.linker.add_probe(&self.core, code.entry) }.ok();
            if let Some(probe) = probe {
                self.probes += 1;
                self.linker.set_gate(probe, round % 4);
                let map = self.linker.map();
                address = match random(&self.random) % 2 {
                    0 => map.probe_address(probe),
                    _ => map.gate_address(probe),
                };
            }
        }
        self.linker.publish(self.slots[at], address);
        if let Some(old) = self.current[at].replace(Version { code, probe }) {
            self.linker.retire(old.code);
            old.probe.into_iter().for_each(|probe| self.linker.remove_probe(probe));
        }
        self.collect();
    }
}

#[test]
fn cores_run_what_is_replaced_freed_and_reused() {
    const SWAPS: u64 = 100_000;
    let settings =
        Settings { slots: 16, probes: 16, code: 16 << 10, data: 8 << 10, metadata: 64 << 10 };
    let mut linker = linker_with(never, core::ptr::null_mut(), settings);
    let visits =
        [("visit_first", visit_first as *const ()), ("visit_second", visit_second as *const ())]
            .map(|(name, address)| linker.bind(name, address as usize).unwrap());
    for function in &FUNCTIONS {
        let slot = linker.declare(function.name).unwrap();
        function.stub.store(linker.map().stub(slot), Relaxed);
    }
    let slots = FUNCTIONS.each_ref().map(|function| linker.slot(function.name).unwrap());
    let core = linker.add_core(0);
    let mut writer = Writer {
        linker,
        core,
        visits,
        slots,
        current: [None, None, None],
        random: AtomicU64::new(0x1234_5678),
        seen: HashSet::new(),
        reused: 0,
        freed: 0,
        probes: 0,
    };
    for (at, slot) in slots.into_iter().enumerate() {
        let code = writer.install(at, 0);
        writer.seen.insert(code.addr);
        writer.linker.publish(slot, code.entry);
        writer.current[at] = Some(Version { code, probe: None });
    }
    let depths = [100, 0, 0, 0];
    let mut numbers = 1..;
    let cores = depths.map(|depth| start_core(&mut writer, numbers.next().unwrap(), depth));
    for round in 0..SWAPS {
        writer.swap(round);
        // With few processors the cores must get their turn.
        if round.is_multiple_of(1024) {
            std::thread::sleep(Duration::from_micros(50));
        }
    }
    DONE.store(true, Relaxed);
    let calls = cores.map(|core| core.join().unwrap());
    writer.collect();
    writer.collect();
    assert_eq!(writer.linker.retired_bytes(), 0);
    let left: usize = writer.current.iter().flatten().map(|version| version.code.len).sum();
    assert_eq!(writer.linker.usage().code, left, "all but the last versions is free");
    println!("calls {calls:?}, reused {}, freed {}", writer.reused, writer.freed);
    println!("probes {}, addresses {}", writer.probes, writer.seen.len());
    assert!(calls.iter().all(|calls| *calls > 1_000), "{calls:?}");
    assert!(writer.reused > SWAPS / 2 && writer.probes > 1_000);
}
