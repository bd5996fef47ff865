//! A compiler that was started, and running it.

use alloc::string::String;
use core::sync::atomic::Ordering;

use x86::bits64::rflags::{self, RFlags};

use super::image::Image;
use crate::arch::context::Context;
use crate::arch::{gs, switch};
use crate::memory;

/// A compiler that was started.
pub struct Life {
    /// Its registers.
    pub context: Context,
    /// Where its thread-local variables are.
    pub fs: u64,
    /// Where its heap ends.
    pub brk: u64,
    /// It waits for what it has asked for.
    pub waits: bool,
}

impl Life {
    /// A new one, with all of its memory as it was at first.
    ///
    /// # Errors
    /// There is no memory for it.
    pub fn begin(image: &Image) -> Result<Self, String> {
        let stack = image.begin()?;
        Ok(Self {
            context: Context::new(image.entry(), stack),
            fs: 0,
            brk: memory::plan().compiler_heap.base,
            waits: false,
        })
    }

    /// Runs it until it asks for something (true) or must not go on.
    pub fn go_on(&mut self, until: u64) -> bool {
        let block = gs::block();
        let were_on = rflags::read().contains(RFlags::FLAGS_IF);
        block.patience.store(until, Ordering::Relaxed);
        switch::prepare(self.fs);
        if block.alarm.start_timer(until) {
            // SAFETY: the interrupts that can come, the timer's and other processors', have handlers.
            unsafe { x86::irq::enable() };
        }
        // SAFETY: prepared just now; the lock is held, so no other processor is in it (kernel
        // invariant 14).
        let asks = unsafe { switch::enter(&mut self.context) };
        if !were_on {
            // SAFETY: turning interrupts off is always allowed.
            unsafe { x86::irq::disable() };
        }
        block.patience.store(u64::MAX, Ordering::Relaxed);
        asks
    }
}
