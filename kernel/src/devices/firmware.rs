//! What the firmware tells in tables: how to switch the machine off, and its processors.

use bareflow_machine::acpi::{self, PowerOff};
use bareflow_machine::madt::Interrupts;
use bareflow_machine::mptable;
use bareflow_machine::tables::{self, Physical};

use crate::{arch, memory};

/// The memory that firmware left tables in.
struct Firmware;

impl Physical for Firmware {
    fn bytes(&self, address: u64, len: usize) -> Option<&[u8]> {
        memory::firmware_bytes(address, len)
    }
}

/// Reads the tables below `root` (0: search for them), so that the machine can be switched off.
/// What they say of processors; where they say nothing, what the older table does.
pub fn init(root: u64) -> Option<Interrupts> {
    let found = tables::find_root(&Firmware, root).map(|root| acpi::read(&Firmware, root));
    let found = found.unwrap_or_default();
    let reachable = match found.power_off {
        Some(PowerOff::SleepRegister { port: false, address, .. }) => {
            memory::map_device(address, 1).is_ok()
        }
        _ => true,
    };
    if reachable {
        arch::exit::set_power_off(found.power_off);
    }
    found.interrupts.or_else(|| mptable::find(&Firmware))
}
