//! From addresses to names: the kernel's own table, and whoever else makes code.

use core::fmt;
use core::sync::atomic::{AtomicPtr, Ordering};

use bareflow_machine::symbols::Symbols;

use crate::memory;

/// Room for the symbol table, which is put here when everything is linked.
#[unsafe(link_section = ".symbols")]
#[used]
static PLACEHOLDER: [u8; 32] = [0; 32];

/// Names the function behind an address of code made at run time: calls the second argument
/// with its name and the offset in it, or not at all. It must not allocate or wait for a lock.
pub type Namer = fn(u64, &mut dyn FnMut(&str, u64));

static NAMER: AtomicPtr<()> = AtomicPtr::new(core::ptr::null_mut());

/// Sets who names compiled code.
pub fn set_namer(namer: Namer) {
    NAMER.store(namer as *mut (), Ordering::Release);
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
            namer(self.0, &mut |name, offset| result = Some(write!(f, "{name}+{offset:#x}")));
        }
        result.unwrap_or_else(|| f.write_str("?"))
    }
}
