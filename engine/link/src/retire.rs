//! Grace periods: old code is freed once nobody can be inside it.
//!
//! Code is inside a function when it runs there or will return there. Whoever collects runs, so
//! it is not in compiled code itself: its own core can only *return* into compiled code, and
//! every return address lies on a stack as a whole aligned word (or on the probes' side stack).
//! So a range that no such word points into is free. Words that only look like addresses keep a
//! range longer than needed, never shorter.
//!
//! No frame holds a bare code address as its only link: the text of an object is entered at its
//! start through a slot, read and jumped to at once, and leaves through `call` or `ret`.

use crate::{CodeSpace, Installed};

/// Code that nothing leads to any more.
#[derive(Debug)]
pub(crate) struct Retired {
    addr: usize,
    len: usize,
    in_use: bool,
}

/// The part of a stack that is in use: from its stack pointer up to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stack {
    /// Stack pointer of the frame that collects, or of the point where the stack was left.
    pub sp: usize,
    /// End of the stack, the address behind its first word.
    pub top: usize,
}

/// The stack pointer of the caller, at most: everything that the caller's callers have on the
/// stack lies at or above it.
#[inline(always)]
pub fn stack_pointer() -> usize {
    let sp: usize;
    // SAFETY: reads a register.
    unsafe {
        core::arch::asm!("mov {}, rsp", out(reg) sp, options(nomem, nostack, preserves_flags))
    };
    sp
}

impl CodeSpace {
    /// Takes code out of use. No slot or probe may lead to it; it is freed by a later
    /// [`CodeSpace::collect`].
    pub fn retire(&mut self, code: Installed) {
        self.retired.push(Retired { addr: code.addr, len: code.len, in_use: true });
    }

    /// Bytes that are retired and not freed.
    pub fn retired_bytes(&self) -> usize {
        self.retired.iter().map(|code| code.len).sum()
    }

    /// Frees the retired code that no word on `stacks` points into; the number of bytes freed.
    ///
    /// # Safety
    /// `stacks` must cover, for every core that may run compiled code, all stacks with frames
    /// of compiled code on them; the ranges must be readable. Cores other than the caller's
    /// must not run compiled code meanwhile, and must not have been stopped inside it unless
    /// the interrupted instruction pointer lies on one of these stacks too.
    pub unsafe fn collect(&mut self, stacks: &[Stack]) -> usize {
        if self.retired.is_empty() {
            return 0;
        }
        self.retired.sort_unstable_by_key(|code| code.addr);
        let (low, high) = match (self.retired.first(), self.retired.last()) {
            (Some(first), Some(last)) => (first.addr, last.addr + last.len),
            _ => return 0,
        };
        self.retired.iter_mut().for_each(|code| code.in_use = false);
        for stack in stacks {
            let words = (stack.sp & !7..stack.top & !7).step_by(8);
            for at in words {
                // SAFETY: the caller says the range is readable. Volatile, since these words
                // belong to frames the compiler knows nothing of.
                let word = unsafe { core::ptr::read_volatile(at as *const usize) };
                if (low..=high).contains(&word) {
                    mark(&mut self.retired, word);
                }
            }
        }
        for word in self.probes.return_addresses() {
            mark(&mut self.retired, word);
        }
        let mut freed = 0;
        let (pool, symbols) = (&mut self.code_pool, &mut self.symbols);
        self.retired.retain(|code| {
            if !code.in_use {
                symbols.remove(code.addr);
                pool.give(code.addr, code.len);
                freed += code.len;
            }
            code.in_use
        });
        freed
    }
}

/// Marks the range that `word` points into. A return address may be the end of its range: that
/// of a call that never returns and stands last.
fn mark(retired: &mut [Retired], word: usize) {
    let after = retired.partition_point(|code| code.addr < word);
    if let Some(code) = after.checked_sub(1).and_then(|at| retired.get_mut(at))
        && word <= code.addr + code.len
    {
        code.in_use = true;
    }
    // The start of a range is the end of the one before it: both stay.
    if let Some(code) = retired.get_mut(after)
        && code.addr == word
    {
        code.in_use = true;
    }
}
