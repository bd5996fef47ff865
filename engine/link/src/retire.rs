//! Grace periods: old code is freed once nobody can be inside it.
//!
//! # What keeps code alive
//! A core is inside a function when it runs there, is on its way there, or will return there.
//! At a *quiescent point* ([`CoreBlock::quiescent`]) it does the last at most: it runs the engine,
//! which the code has called, and holds no slot's word that it has read and not yet followed. And
//! every return address lies on a stack as a whole aligned word, or in a frame of a probe. So a
//! core at a quiescent point is free of a range that no such word of its own points into, and it
//! stays free of it for ever after, provided that no slot leads there: code comes to run by calls
//! through slots and by returns only. Words that only look like addresses keep a range longer than
//! needed, never shorter.
//!
//! No frame holds a bare code address as its only link: the text of an object is entered at its
//! start through a slot, read and jumped to at once, and leaves through `call` or `ret`.
//!
//! # Several cores
//! A core's stack changes while it runs, so it can be looked at by the core itself only, or while
//! it sleeps. What the cores agree by is a *sweep* ([`crate::sweep::Sweep`]), the set of everything
//! retired so far, and the epoch, which is the number of sweeps:
//!
//! 1. The linker, with slots leading elsewhere since before, hands the sweep out: `epoch = n`.
//! 2. Each core comes to a quiescent point, sees `n`, executes a serialising instruction, marks in
//!    the sweep what its own stack points into, and says so: `passed = n`.
//! 3. When all have, the linker takes the sweep back. What nobody has marked is free. The rest
//!    comes into the next sweep, as does what was retired meanwhile.
//!
//! Marks are kept a range, not a core: so a function that never returns, such as `main`, keeps its
//! own old code and no other's. There is one sweep at a time, and no core ever waits for another at
//! a quiescent point: a core that has passed goes on, and one that does not come to a quiescent
//! point for a while (a loop that calls nobody) holds up the freeing and nothing else.
//!
//! A core that runs no program, or sleeps inside a call that one has made
//! ([`CoreBlock::asleep`]), *rests*: the linker passes for it, and looks at the stack that it sleeps
//! on. Blocks of cores that have never run rest, too; so a machine with one core, or one core that
//! is awake, is done at once: [`Linker::collect`] is that core's quiescent point, and it opens the
//! sweep, looks at the one stack, and closes it. How waking and looking keep out of each other's
//! way: [`crate::grace`].
//!
//! # Instructions that the processor has fetched already
//! What another processor writes where this one has fetched instructions from may or may not be
//! seen until a serialising instruction is executed (Intel SDM volume 3, section 9.1.3, "cross-modifying
//! code"). When code is freed, every core has executed one since the last moment at which it could
//! have been inside, so nothing of the old code is under way in any of them. What is fetched ahead
//! afterwards because a branch was predicted to go there as it used to is thrown away by the
//! processor when the line is written, as it is on the core that writes. Code at addresses that
//! never held any needs nothing: it is reached by the word in its slot, which is written after it.
//!
//! # Probes
//! They are retired like code, for the way from a slot's word to the probe's target is as long as
//! a way into code, and the frame of a measured call keeps its probe.

use crate::retired::Retired;
use crate::sweep::Code;
use crate::{CoreBlock, Installed, Linker};

impl Linker {
    /// Gives code up. No slot or probe may lead to it; it is freed by a later
    /// [`Linker::collect`].
    pub fn retire(&mut self, code: Installed) {
        self.retired.bytes += code.len;
        self.retired.codes.push(Code { addr: code.addr, len: code.len });
    }

    /// Bytes that are retired and not freed.
    pub fn retired_bytes(&self) -> usize {
        self.retired.bytes
    }

    /// Frees the retired code and the probes given up that no core can be in; the number of bytes
    /// of code. A quiescent point of `core`, which must be the caller's.
    ///
    /// With one core, or one that is awake, what it is not in is free at once. Otherwise the first
    /// call asks the cores, and a later one frees what they are not in.
    ///
    /// # Safety
    /// As for [`CoreBlock::quiescent`] of `core`. Code of the program must run inside of
    /// [`crate::enter`] only, on blocks that this linker made.
    pub unsafe fn collect(&mut self, core: &CoreBlock) -> usize {
        let before = self.retired.bytes;
        // One that is open takes in nothing new, so another is opened when it is done.
        if !self.retired.open || self.try_close(core) {
            self.open();
            self.try_close(core);
        }
        before - self.retired.bytes
    }

    fn open(&mut self) {
        let Retired { codes, probes, open, .. } = &mut self.retired;
        if codes.is_empty() && probes.is_empty() {
            return;
        }
        // SAFETY: no sweep is open (invariant 9), and the linker is the only one that opens them.
        unsafe { self.map.grace.open(|sweep| sweep.fill(codes, probes)) };
        *open = true;
    }

    /// Frees what no core has marked in the open sweep if all have passed it, `core` by this call.
    fn try_close(&mut self, core: &CoreBlock) -> bool {
        // SAFETY: the caller of `collect` is at a quiescent point of this core (invariant 7).
        unsafe { core.quiescent() };
        // All are asked, so that those that rest are out of the way.
        let waiting = self.cores.iter().filter(|core| !core.has_passed()).count();
        if waiting != 0 || !self.retired.open {
            return false;
        }
        let Self { map, retired, code_pool, symbols, probes: pool, .. } = self;
        let Retired { codes, probes, bytes, open } = retired;
        let free = |code: Code| {
            symbols.remove(code.addr);
            code_pool.give(code.addr, code.len);
            *bytes -= code.len;
        };
        // SAFETY: all cores have passed (invariant 9), and the linker is the only one that closes.
        unsafe { map.grace.close(|sweep| sweep.empty(codes, probes, free, |id| pool.give(id))) };
        *open = false;
        true
    }
}
