//! Drivers.

pub mod ahci;
pub mod apic;
pub mod ata;
pub mod clock;
pub mod disk;
pub mod firmware;
#[cfg(feature = "engine")]
pub mod fw_cfg;
pub mod keyboard;
pub mod pci;
pub mod pic;
#[cfg(feature = "engine")]
pub mod rtc;
pub mod serial;
pub mod vga;
pub mod virtio;
pub mod wait;
