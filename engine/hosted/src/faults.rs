//! Faults of the program: reported with the function they happened in, as on bare metal.

use std::io::Write;
use std::mem::zeroed;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, Ordering};

use crate::{fault_stack, here};

/// A fault the processor raised.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// What kind: "page fault", "division error", ...
    pub kind: &'static str,
    /// What the process ends with: 128 and the number of the signal.
    pub status: i32,
    /// Address of the instruction.
    pub instruction: u64,
    /// Address it touched, for page faults.
    pub address: u64,
    /// Its frame pointer.
    pub frame: u64,
    /// Its stack pointer.
    pub stack: u64,
    /// The processor it happened on.
    pub core: u32,
    /// Its general registers: rdi first, where the interpreter has its place, then those that
    /// calls keep, then the rest.
    pub registers: [u64; 14],
}

impl Fault {
    /// The registers, and the words on top of the stack as far as they can be read.
    pub fn words(&self) -> impl Iterator<Item = u64> {
        // Where the stack itself has overflowed, it cannot.
        let overflow = self.kind == "page fault" && self.address.abs_diff(self.stack) < 1 << 20;
        let count = if overflow { 0 } else { SCANNED };
        let stack = self.stack & !7;
        // SAFETY: the stack that the fault struck on has words above its pointer: the frames of
        // those who called the program.
        let word = move |at| unsafe { ((stack + at * 8) as *const u64).read_volatile() };
        self.registers.into_iter().chain((0..count).map(word))
    }
}

/// Words of the stack that are looked at.
const SCANNED: u64 = 64;

type Describe = fn(&Fault) -> String;

static DESCRIBE: OnceLock<Describe> = OnceLock::new();

/// Exit status of a process that faults while it reports a fault.
const CRASHED: i32 = 3;

/// From now on a fault prints what `describe` makes of it and ends the process with 128 and the
/// number of its signal, as a shell would show it.
pub fn install(describe: Describe) {
    if DESCRIBE.set(describe).is_err() {
        return;
    }
    fault_stack::own_stack();
    // SAFETY: the handler is a function of the signature that SA_SIGINFO asks for.
    unsafe {
        let mut action: libc::sigaction = zeroed();
        action.sa_sigaction = handle as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        for signal in [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL] {
            libc::sigaction(signal, &action, ptr::null_mut());
        }
    }
}

/// The thread that reports a fault; 0: none.
static REPORTING: AtomicI32 = AtomicI32::new(0);

/// Comes back in one thread only: the process ends with one report. Other threads that fault
/// meanwhile stand still; a second fault of the one that reports ends the process at once.
fn claim() {
    // SAFETY: the call has no effect.
    let me = unsafe { libc::gettid() };
    match REPORTING.compare_exchange(0, me, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => {}
        // SAFETY: ends the process without running what may be broken by the fault.
        Err(owner) if owner == me => unsafe { libc::_exit(CRASHED) },
        Err(_) => loop {
            // SAFETY: waits for a signal; the process is about to end.
            unsafe { libc::pause() };
        },
    }
}

extern "C" fn handle(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    claim();
    // SAFETY: the kernel passes valid pointers.
    let fault = unsafe {
        let registers = &(*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs;
        Fault {
            kind: match signal {
                libc::SIGFPE => "division error",
                libc::SIGILL => "invalid opcode",
                libc::SIGBUS => "bus error",
                _ => "page fault",
            },
            status: 128 + signal,
            instruction: registers[libc::REG_RIP as usize] as u64,
            address: (*info).si_addr() as u64,
            frame: registers[libc::REG_RBP as usize] as u64,
            stack: registers[libc::REG_RSP as usize] as u64,
            core: here::number(),
            registers: [
                libc::REG_RDI,
                libc::REG_RBX,
                libc::REG_R12,
                libc::REG_R13,
                libc::REG_R14,
                libc::REG_R15,
                libc::REG_RBP,
                libc::REG_RSI,
                libc::REG_RDX,
                libc::REG_RCX,
                libc::REG_RAX,
                libc::REG_R8,
                libc::REG_R9,
                libc::REG_R10,
            ]
            .map(|register| registers[register as usize] as u64),
        }
    };
    let text = DESCRIBE.get().map(|describe| describe(&fault)).unwrap_or_default();
    let mut out = std::io::stderr();
    drop(writeln!(out, "{text}"));
    // SAFETY: ends the process without running what may be broken by the fault.
    unsafe { libc::_exit(fault.status) }
}
