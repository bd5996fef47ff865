//! Drivers.

pub mod apic;
pub mod clock;
pub mod keyboard;
pub mod pic;
pub mod serial;
pub mod vga;
