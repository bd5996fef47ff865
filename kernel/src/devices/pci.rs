//! PCI configuration space through the two ports that every PC with PCI has.

use alloc::vec::Vec;

use spin::Mutex;
use virtio_drivers::transport::pci::bus::{
    ConfigurationAccess, DeviceFunction, DeviceFunctionInfo, HeaderType, PciRoot,
};

use crate::arch::ports::Port;

// SAFETY: the configuration ports; a driver that changes a device with them answers for it.
const ADDRESS: Port = unsafe { Port::new(0xcf8) };
const DATA: Port = ADDRESS.offset(4);
const ENABLE: u32 = 1 << 31;

/// Both ports make one access.
static PORTS: Mutex<()> = Mutex::new(());

/// Access by ports.
#[derive(Debug)]
pub struct Ports(());

impl Ports {
    fn select(at: DeviceFunction, register: u8) {
        let function =
            u32::from(at.bus) << 16 | u32::from(at.device) << 11 | u32::from(at.function) << 8;
        ADDRESS.write32(ENABLE | function | u32::from(register & 0xfc));
    }
}

impl ConfigurationAccess for Ports {
    fn read_word(&self, at: DeviceFunction, register: u8) -> u32 {
        let _both = PORTS.lock();
        Self::select(at, register);
        DATA.read32()
    }

    fn write_word(&mut self, at: DeviceFunction, register: u8, data: u32) {
        let _both = PORTS.lock();
        Self::select(at, register);
        DATA.write32(data);
    }

    unsafe fn unsafe_clone(&self) -> Self {
        Ports(())
    }
}

/// The root of all buses; `None` on a machine without PCI.
pub fn root() -> Option<PciRoot<Ports>> {
    let _both = PORTS.lock();
    ADDRESS.write32(ENABLE);
    (ADDRESS.read32() == ENABLE).then(|| PciRoot::new(Ports(())))
}

/// Every function on every bus that can be reached.
pub fn functions(root: &PciRoot<Ports>) -> Vec<(DeviceFunction, DeviceFunctionInfo)> {
    let mut found = Vec::new();
    let mut buses = Vec::from([0u8]);
    let mut next = 0;
    while let Some(&bus) = buses.get(next) {
        next += 1;
        for (at, info) in root.enumerate_bus(bus) {
            if info.header_type == HeaderType::PciPciBridge {
                let secondary = (Ports(()).read_word(at, 0x18) >> 8) as u8;
                // Firmware that numbers buses in a circle must not send us round for ever.
                if !buses.contains(&secondary) {
                    buses.push(secondary);
                }
            }
            found.push((at, info));
        }
    }
    found
}
