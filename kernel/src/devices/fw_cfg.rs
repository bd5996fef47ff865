//! What the emulator hands over, where there is one that does.

use alloc::vec::Vec;

use bareflow_machine::fw_cfg::{self, Device};

use crate::arch::ports::Port;

// SAFETY: QEMU's device, or nothing; without its DMA interface, which is not used, it touches no
// memory.
const SELECTOR: Port = unsafe { Port::new(0x510) };
const DATA: Port = SELECTOR.offset(1);

struct Ports;

impl Device for Ports {
    fn select(&mut self, key: u16) {
        SELECTOR.write16(key);
    }

    fn read(&mut self) -> u8 {
        DATA.read8()
    }
}

/// The file of this name, if there is one.
pub fn file(name: &str) -> Option<Vec<u8>> {
    fw_cfg::file(&mut Ports, name)
}
