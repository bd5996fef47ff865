//! The end of the machine: a value for the emulator, then power off, then standing still.

use core::sync::atomic::{AtomicBool, Ordering};

use bareflow_machine::acpi::PowerOff;
use spin::Mutex;

use super::ports::Port;

/// What the emulator is told (docs/design/machine.md, "The serial line").
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// All went well.
    Success = 0x10,
    /// The program or a check failed.
    Failure = 0x11,
    /// A fault or a panic.
    Fault = 0x12,
}

// SAFETY: isa-debug-exit, or nothing.
const DEBUG_EXIT: Port = unsafe { Port::new(0xf4) };
static POWER_OFF: Mutex<Option<PowerOff>> = Mutex::new(None);
static LEAVING: AtomicBool = AtomicBool::new(false);

/// Tells how the machine is switched off. Memory registers must be mapped.
pub fn set_power_off(how: Option<PowerOff>) {
    *POWER_OFF.lock() = how;
}

/// Ends the machine. Everything written must have left it before.
pub fn exit(status: Status) -> ! {
    DEBUG_EXIT.write8(status as u8);
    // Only where the emulator has no such device, or on a real machine.
    if !LEAVING.swap(true, Ordering::Relaxed) {
        power_off();
    }
    loop {
        // SAFETY: with interrupts off the processor stands still for good.
        unsafe {
            x86::irq::disable();
            x86::halt();
        }
    }
}

fn power_off() {
    // A fault may have struck while the lock was held; then there is nothing to do.
    let Some(Some(how)) = POWER_OFF.try_lock().map(|how| *how) else { return };
    // SAFETY: the ports and registers that the firmware names for exactly this.
    unsafe {
        match how {
            PowerOff::Pm1 { a, b } => {
                Port::new(a.0).write16(a.1);
                if b.0 != 0 {
                    Port::new(b.0).write16(b.1);
                }
            }
            PowerOff::SleepRegister { port: true, address, value } => {
                Port::new(address as u16).write8(value)
            }
            PowerOff::SleepRegister { port: false, address, value } => {
                core::ptr::with_exposed_provenance_mut::<u8>(address as usize)
                    .write_volatile(value);
            }
        }
    }
}
