//! The machine's processors, in images of programs with threads.
//!
//! Everything below is linked only if the program reaches `bf_start`, and the processors start only
//! if it asks for one: at the first call of `bf_cores` or `bf_start`. Until then, and on a machine of
//! one processor, the pieces for one (`text/threads.s`) do their work.
//!
//! # Names
//!
//! A piece that is another one where there are threads is called `many_NAME`: in such an image it
//! takes the place of NAME, which it reaches as `alone_NAME` (`shrinker/core/src/machine.rs`).
//! `text/cores.s` has those in assembly.
//!
//! # Interrupts
//!
//! They are off but in the one instruction that sleeps, [`sleep::sleep`]. So nothing of the program
//! is ever interrupted, save by what takes a processor away from it for good: the interrupt that
//! cannot be masked, by which a thread's work is dropped when its program ends ([`over`]), or a
//! processor stands still when the machine does.
//!
//! # Owners
//!
//! A [`block::Block`] is its processor's, save for what is atomic in it; its GS leads there.

pub mod apic;
pub mod block;
pub mod bring;
pub mod count;
pub mod gates;
pub mod guard;
pub mod over;
pub mod registers;
pub mod say;
pub mod segments;
pub mod sleep;
pub mod threads;
pub mod wait;
pub mod work;

unsafe extern "C" {
    /// The clock, whose rate is measured before there is a second processor.
    pub(crate) safe fn bf_clock() -> u64;
}
