//! SATA disks on AHCI controllers (AHCI 1.3.1), one command at a time, polled.

use crate::commanded::Commanded;
use crate::memory;
use crate::pci;
use crate::sectors::SECTOR;

/// Registers of the controller and of a port.
const GLOBAL_CONTROL: usize = 0x04;
const PORTS_IMPLEMENTED: usize = 0x0c;
const COMMAND_LIST: usize = 0x00;
const RECEIVED: usize = 0x08;
const INTERRUPTS: usize = 0x10;
const COMMAND: usize = 0x18;
const TASK_FILE: usize = 0x20;
const SIGNATURE: usize = 0x24;
const SATA_STATUS: usize = 0x28;
const SATA_ERROR: usize = 0x30;
const ISSUE: usize = 0x38;

const AHCI_MODE: u32 = 1 << 31;
const PRESENT_AND_ACTIVE: u32 = 0x103;
const START: u32 = 1;
const RECEIVE: u32 = 1 << 4;
const RUNS: u32 = 3 << 14;
const BUSY_OR_REQUEST: u32 = 0x88;
const ERROR_OR_FAULT: u32 = 0x21;
const DISK: u32 = 0x101;

/// Where things lie in the page of commands: the list begins it.
const RECEIVED_AT: usize = 0x400;
const TABLE_AT: usize = 0x800;

const READ: u32 = 0x25;
const WRITE: u32 = 0x35;
const FLUSH: u32 = 0xe7;

/// A disk on a port.
#[derive(Debug)]
pub struct Ahci {
    port: usize,
}

impl Ahci {
    /// The disk of a controller that `left` counts to, which is what is left to count then.
    pub fn new(function: u32, left: &mut u8) -> Option<Self> {
        let controller = pci::registers(function, 5)?;
        pci::enable(function);
        let control = controller + GLOBAL_CONTROL;
        memory::write(control, memory::read(control) | AHCI_MODE);
        let ports = memory::read(controller + PORTS_IMPLEMENTED);
        for number in 0..32 {
            let port = controller + 0x100 + number * 0x80;
            if ports >> number & 1 == 0
                || memory::read(port + SATA_STATUS) & 0xf0f != PRESENT_AND_ACTIVE
            {
                continue;
            }
            if *left > 0 {
                *left -= 1;
                continue;
            }
            return Self::start(port);
        }
        None
    }

    /// Takes a port over from the firmware, which may have left it at work.
    fn start(port: usize) -> Option<Self> {
        let command = port + COMMAND;
        memory::write(command, memory::read(command) & !(START | RECEIVE));
        if !pci::wait(command, RUNS, 0) {
            return None;
        }
        for (register, at) in [(COMMAND_LIST, 0), (RECEIVED, RECEIVED_AT)] {
            memory::write(port + register, (memory::commands() + at) as u32);
            memory::write(port + register + 4, 0);
        }
        memory::write(port + SATA_ERROR, u32::MAX);
        memory::write(port + INTERRUPTS, u32::MAX);
        memory::write(command, memory::read(command) | RECEIVE);
        if !pci::wait(port + TASK_FILE, BUSY_OR_REQUEST, 0)
            || memory::read(port + SIGNATURE) != DISK
        {
            return None;
        }
        memory::write(command, memory::read(command) | START);
        Some(Self { port })
    }

    /// Has the disk keep what it was given.
    pub fn flush(&mut self) -> bool {
        self.run(FLUSH, 0, 0)
    }
}

impl Commanded for Ahci {
    const READ: u32 = READ;
    const WRITE: u32 = WRITE;

    #[inline(never)]
    fn run(&mut self, code: u32, number: u32, count: u32) -> bool {
        let commands = memory::commands();
        let table = commands + TABLE_AT;
        // From host to device, a command; LBA.
        memory::write(table, 0x8027 | code << 16);
        memory::write(table + 4, number & 0xff_ffff | 0x4000_0000);
        memory::write(table + 8, number >> 24);
        memory::write(table + 12, count);
        memory::write(table + 16, 0);
        memory::write(table + 0x80, memory::content() as u32);
        memory::write(table + 0x84, 0);
        memory::write(table + 0x8c, (count * SECTOR).wrapping_sub(1) & 0x3f_ffff);
        let writes = u32::from(code == WRITE) << 6;
        memory::write(commands, 5 | writes | u32::from(count > 0) << 16);
        memory::write(commands + 4, 0);
        memory::write(commands + 8, table as u32);
        memory::write(commands + 12, 0);
        memory::write(self.port + INTERRUPTS, u32::MAX);
        memory::write(self.port + ISSUE, 1);
        pci::wait(self.port + ISSUE, 1, 0)
            && memory::read(self.port + TASK_FILE) & ERROR_OR_FAULT == 0
    }
}
