//! Drivers.

pub mod ahci;
pub mod apic;
pub mod ata;
pub mod clock;
pub mod disk;
pub mod firmware;
pub mod keyboard;
pub mod pci;
pub mod pic;
pub mod serial;
pub mod vga;
pub mod virtio;
mod wait;
