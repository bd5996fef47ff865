//! How the machine is switched off: from ACPI's tables.

use bareflow_machine::acpi::{self, Physical, PowerOff};

use crate::{arch, memory};

/// The memory that firmware left tables in.
struct Firmware;

impl Physical for Firmware {
    fn bytes(&self, address: u64, len: usize) -> Option<&[u8]> {
        memory::firmware_bytes(address, len)
    }
}

/// Reads the tables below `root` (0: search for them), so that the machine can be switched off.
pub fn init(root: u64) {
    let root = if root == 0 { acpi::find_root(&Firmware) } else { Some(root) };
    let Some(root) = root else { return };
    let off = acpi::read(&Firmware, root).power_off;
    if let Some(PowerOff::SleepRegister { port: false, address, .. }) = off
        && memory::map_device(address, 1).is_err()
    {
        return;
    }
    arch::exit::set_power_off(off);
}
