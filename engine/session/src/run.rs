//! Runs the programs of a session, one after the other.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::FuncId;
use bareflow_ir::abi::RegFrame;
use bareflow_program::FIRST_THREAD;
use bareflow_report::Record;

use crate::arguments;
use crate::clock::cycles;
use crate::core::{Core, Ending, NO_CATCH};
use crate::events::Event;
use crate::image::Image;
use crate::session::Session;

/// How one program went.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outcome {
    /// Its name.
    pub module: String,
    /// Exit status as a process has it, 0 to 255: 128 + n when signal n would have ended one. That
    /// of an entry with a result is 0.
    pub exit: i32,
    /// Result of the last call of `uint64_t entry(uint64_t)`.
    pub result: Option<u64>,
    /// Why it stopped, when it did not end by itself.
    pub stopped: Option<String>,
    /// Nanoseconds of each call of the entry.
    pub call_ns: Vec<u64>,
}

/// What of a status reaches whoever waits for a process.
const LOW_BYTE: i32 = 0xFF;

/// A call into the program.
pub(crate) struct Call {
    pub(crate) address: u64,
    pub(crate) regs: RegFrame,
}

/// Runs every program: constructors, the entry `calls` times, destructors.
pub(crate) fn run_all(session: &'static Session) -> Vec<Outcome> {
    let images = session.shared.images.iter().enumerate();
    images.map(|(number, image)| run_image(session, number, image)).collect()
}

fn run_image(session: &'static Session, number: usize, image: &'static Image) -> Outcome {
    let program = &image.program;
    let mut outcome = Outcome { module: program.name.clone(), ..Outcome::default() };
    let start = session.shared.platform.now_ns();
    let began = cycles();
    let mut ending = run_entry(session, number, image, &mut outcome);
    if let Ending::Exited(status) = ending {
        outcome.exit = status & LOW_BYTE;
        // The C library has run the handlers and printed all; destructors are still due.
        if !image.program.destructors.is_empty() {
            drop(finish(session, image, status));
        }
    }
    let late = session.threads.dismiss(session.cores(), session.shared.platform);
    if let (Ending::Returned, Some(late)) = (&ending, late) {
        ending = late;
    }
    if session.shared.files.close_all(session.shared.platform).is_err() {
        session
            .shared
            .log(format_args!("{}: a file it left open could not be stored", program.name));
    }
    match ending {
        Ending::Returned | Ending::Elsewhere => {}
        Ending::Exited(status) => outcome.exit = status & LOW_BYTE,
        Ending::Stopped(why, signal) => {
            session.shared.log(format_args!("{why}"));
            outcome.exit = signal.status();
            outcome.stopped = Some(why);
        }
    }
    {
        let totals = &mut session.curator().ledger.totals;
        totals.program_cycles += cycles() - began;
        totals.program_ns += session.shared.platform.now_ns() - start;
    }
    session.shared.platform.record(&Record::Result {
        module: outcome.module.clone(),
        exit: outcome.exit,
        result: outcome.result,
    });
    outcome
}

/// Calls the entry; what it returned, or how else the program ended.
fn run_entry(
    session: &'static Session,
    number: usize,
    image: &'static Image,
    outcome: &mut Outcome,
) -> Ending {
    let program = &image.program;
    let start = arguments::lay_out(&session.shared.manifest, number, image);
    let args = program.arg.map_or(Vec::from(start), |arg| vec![arg]);
    for constructor in &program.constructors {
        if let Err(ending) = call(session, image, *constructor, &args) {
            return ending;
        }
    }
    let mut status = 0;
    for _ in 0..session.shared.manifest.calls {
        let start = session.shared.platform.now_ns();
        let returned = call(session, image, program.entry, &args);
        outcome.call_ns.push(session.shared.platform.now_ns() - start);
        session.report(Event::Returned);
        match returned {
            Err(ending) => return ending,
            Ok(result) if program.arg.is_some() => outcome.result = Some(result),
            Ok(result) => status = result as i32,
        }
    }
    outcome.exit = status & LOW_BYTE;
    finish(session, image, status).err().unwrap_or(Ending::Returned)
}

/// Ends a program in order: its `atexit` handlers, its destructors, and then what those have
/// left unprinted.
fn finish(session: &'static Session, image: &'static Image, status: i32) -> Result<(), Ending> {
    let status = [u64::from(status.cast_unsigned())];
    let program = &image.program;
    let flush = || program.finish.map_or(Ok(0), |flush| call(session, image, flush, &status));
    flush()?;
    for destructor in &program.destructors {
        call(session, image, *destructor, &[])?;
    }
    if !program.destructors.is_empty() {
        flush()?;
    }
    Ok(())
}

/// Calls a function of a program on the program's stack; its rax, or how else the program ended.
fn call(
    session: &'static Session,
    image: &'static Image,
    func: FuncId,
    args: &[u64],
) -> Result<u64, Ending> {
    let core = session.core();
    session.threads.join_run(core);
    core.block.set_thread(image.symbol(FIRST_THREAD).unwrap_or(0) as usize);
    match enter(core, session.shared.map.stub(image.slot(func)), args) {
        Err(Ending::Elsewhere) => Err(session.threads.take_ending()),
        result => result,
    }
}

/// Runs a thread: calls a function of the program at an address, on this processor. Whatever
/// ends the program there is known to the session.
pub(crate) fn thread(session: &Session, core: &Core, function: usize, argument: usize) {
    core.block.set_thread(0);
    session.arm(core);
    // How it ended, and what it returned, concerns nobody.
    let _ = enter(core, function, &[argument as u64]);
}

/// Calls a function of the program inside of a call of it, further down on the same stack, until it
/// returns or leaves. What compiled code has besides its frames is as before afterwards.
pub(crate) fn nested(session: &Session, core: &Core, function: usize, argument: usize) {
    let mut call = Call { address: function as u64, regs: RegFrame::default() };
    call.regs.ints[0] = argument as u64;
    let mark = core.interp_stack().mark();
    let (used, lowest) = core.block.side_stack();
    let catches = core.catches.replace(NO_CATCH);
    core.depth.set(core.depth.get() + 1);
    // SAFETY: the program on this processor waits for this call, so its stack below is free;
    // `call` outlives it.
    unsafe {
        bareflow_link::enter(&core.block, stack_top(core), start, (&raw mut call).cast());
    }
    core.depth.set(core.depth.get() - 1);
    core.catches.set(catches);
    core.block.set_side_stack(used, lowest);
    core.interp_stack().reset(mark);
    // What ended the program there ends it here.
    session.heed(core);
}

/// Calls a function at an address on this processor's stack.
fn enter(core: &Core, address: usize, args: &[u64]) -> Result<u64, Ending> {
    let mut call = Call { address: address as u64, regs: RegFrame::default() };
    call.regs.ints[..args.len()].copy_from_slice(args);
    let mark = core.interp_stack().mark();
    *core.ending.borrow_mut() = Ending::Returned;
    core.depth.set(0);
    core.catches.set(NO_CATCH);
    core.empty_side_stack();
    // SAFETY: programs run one at a time on a processor, so its stack below is free; `call`
    // outlives the call.
    unsafe {
        bareflow_link::enter(&core.block, stack_top(core), start, (&raw mut call).cast());
    }
    core.interp_stack().reset(mark);
    match core.ending.replace(Ending::Returned) {
        Ending::Returned => Ok(call.regs.ints[0]),
        ending => Err(ending),
    }
}

/// Bytes of stack that lie between us and the program's first frame, when we are on its stack
/// ourselves: our own frames from here to there.
const OWN_FRAMES: usize = 4096;

/// Where the program's stack starts. A machine with one stack only is on it already.
fn stack_top(core: &Core) -> usize {
    let (low, high) = core.stack;
    let here = bareflow_link::stack_pointer();
    if (low..high).contains(&here) { (here - OWN_FRAMES) & !15 } else { high }
}

/// Runs on the program's stack.
///
/// # Safety
/// `call` is a [`Call`] that may be made, and that outlives it.
pub(crate) unsafe extern "C" fn start(call: *mut ()) -> u64 {
    // SAFETY: `call` is the one of the function above, which waits for us.
    let call = unsafe { &mut *call.cast::<Call>() };
    // SAFETY: a stub may always be called, and an entry takes integers in registers.
    unsafe { bareflow_link::call(call.address as usize, &mut call.regs, &[]) };
    0
}

/// The exit status of a boot: that of the first program that failed.
pub(crate) fn overall(outcomes: &[Outcome]) -> i32 {
    outcomes.iter().map(|outcome| outcome.exit).find(|exit| *exit != 0).unwrap_or(0)
}

impl core::fmt::Display for Outcome {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match (&self.stopped, self.result) {
            (Some(why), _) => write!(f, "{}: {why}", self.module),
            (None, Some(result)) => write!(f, "{}: {result}", self.module),
            (None, None) => write!(f, "{}: exit {}", self.module, self.exit),
        }
    }
}
