//! From addresses to names: the kernel's own table, and whoever else makes code.

use core::fmt;
use core::sync::atomic::{AtomicPtr, Ordering};

use bareflow_machine::symbols::Symbols;

use super::backtrace;
use crate::arch::frame::Frame;
use crate::memory;

/// Room for the symbol table, which is put here when everything is linked.
#[unsafe(link_section = ".symbols")]
#[used]
static PLACEHOLDER: [u8; 32] = [0; 32];

/// Names the function behind an address of code made at run time: calls the second argument
/// with what is to be shown, or not at all. It must not allocate or wait for a lock.
pub type Namer = fn(u64, &mut dyn FnMut(&dyn fmt::Display));

static NAMER: AtomicPtr<()> = AtomicPtr::new(core::ptr::null_mut());

/// Sets who names compiled code.
pub fn set_namer(namer: Namer) {
    NAMER.store(namer as *mut (), Ordering::Release);
}

/// Names the place in the program that is being interpreted, by the registers of a fault and what is
/// on its stack, as a [`Namer`] does.
pub type Interpreting = fn(&mut dyn Iterator<Item = u64>, &mut dyn FnMut(&dyn fmt::Display));

static INTERPRETING: AtomicPtr<()> = AtomicPtr::new(core::ptr::null_mut());

/// Sets who knows what is being interpreted.
#[cfg_attr(not(feature = "engine"), expect(dead_code, reason = "nothing interprets without one"))]
pub fn set_interpreting(interpreting: Interpreting) {
    INTERPRETING.store(interpreting as *mut (), Ordering::Release);
}

/// Shows what is being interpreted, if that is where a fault struck: in the kernel's own code.
pub fn interpreted(frame: &Frame, mut show: impl FnMut(&dyn fmt::Display)) {
    let own = Symbols::new(memory::symbol_bytes()).and_then(|symbols| symbols.find(frame.rip));
    let interpreting = INTERPRETING.load(Ordering::Acquire);
    if own.is_none() || interpreting.is_null() {
        return;
    }
    // SAFETY: only `set_interpreting` stores here, and it stores an `Interpreting`.
    let interpreting = unsafe { core::mem::transmute::<*mut (), Interpreting>(interpreting) };
    let f = frame;
    let registers = [f.rdi, f.rbx, f.r12, f.r13, f.r14, f.r15, f.rbp, f.rsi, f.rdx, f.rcx, f.rax];
    interpreting(&mut registers.into_iter().chain(backtrace::words(frame.rsp)), &mut show);
}

/// An address, shown as `name+offset`, or as a bare number where nobody knows a name.
#[derive(Clone, Copy, Debug)]
pub struct Named(pub u64);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(found) = Symbols::new(memory::symbol_bytes()).and_then(|s| s.find(self.0)) {
            return write!(f, "{found}+{:#x}", found.offset);
        }
        let namer = NAMER.load(Ordering::Acquire);
        let mut result = None;
        if !namer.is_null() {
            // SAFETY: only `set_namer` stores here, and it stores a `Namer`.
            let namer = unsafe { core::mem::transmute::<*mut (), Namer>(namer) };
            namer(self.0, &mut |shown| result = Some(write!(f, "{shown}")));
        }
        result.unwrap_or_else(|| f.write_str("?"))
    }
}
