//! Faults of the program: reported with the function they happened in, as on bare metal.

use std::io::Write;
use std::mem::zeroed;
use std::ptr;
use std::sync::OnceLock;

/// A fault the processor raised.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// What kind: "page fault", "division error", ...
    pub kind: &'static str,
    /// Address of the instruction.
    pub instruction: u64,
    /// Address it touched, for page faults.
    pub address: u64,
    /// Its frame pointer.
    pub frame: u64,
    /// Its stack pointer.
    pub stack: u64,
}

type Describe = fn(&Fault) -> String;

static DESCRIBE: OnceLock<Describe> = OnceLock::new();

/// From now on a fault prints what `describe` makes of it and ends the process with 128 and the
/// number of its signal, as a shell would show it.
pub fn install(describe: Describe) {
    if DESCRIBE.set(describe).is_err() {
        return;
    }
    // SAFETY: the alternate stack lives for ever, and the handler is a function of the
    // signature that SA_SIGINFO asks for.
    unsafe {
        let size = 256 << 10;
        let stack = libc::stack_t {
            ss_sp: Box::leak(vec![0u8; size].into_boxed_slice()).as_mut_ptr().cast(),
            ss_flags: 0,
            ss_size: size,
        };
        libc::sigaltstack(&stack, ptr::null_mut());
        let mut action: libc::sigaction = zeroed();
        action.sa_sigaction = handle as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        for signal in [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL] {
            libc::sigaction(signal, &action, ptr::null_mut());
        }
    }
}

extern "C" fn handle(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the kernel passes valid pointers; a second fault must not come back here.
    let fault = unsafe {
        for signal in [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL] {
            libc::signal(signal, libc::SIG_DFL);
        }
        let registers = &(*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs;
        Fault {
            kind: match signal {
                libc::SIGFPE => "division error",
                libc::SIGILL => "invalid opcode",
                libc::SIGBUS => "bus error",
                _ => "page fault",
            },
            instruction: registers[libc::REG_RIP as usize] as u64,
            address: (*info).si_addr() as u64,
            frame: registers[libc::REG_RBP as usize] as u64,
            stack: registers[libc::REG_RSP as usize] as u64,
        }
    };
    let text = DESCRIBE.get().map(|describe| describe(&fault)).unwrap_or_default();
    let mut out = std::io::stderr();
    drop(writeln!(out, "{text}"));
    // SAFETY: ends the process without running what may be broken by the fault.
    unsafe { libc::_exit(128 + signal) }
}
