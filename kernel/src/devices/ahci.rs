//! SATA disks on AHCI controllers (AHCI 1.3.1), one command at a time, polled.

use alloc::vec::Vec;

use bareflow_machine::ata::{Command, Disk, SECTOR, Transfer};
use bareflow_storage::{BlockDevice, DeviceError};
use virtio_drivers::transport::pci::bus::{BarInfo, Command as PciCommand};

use super::{pci, wait};
use crate::memory;

/// Bytes that one command moves at most.
const BUFFER: usize = 128 << 10;
const PATIENCE_NS: u64 = 30_000_000_000;

/// Registers of the controller and of a port.
const CAPABILITIES: usize = 0x00;
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

const START: u32 = 1;
const RECEIVE: u32 = 1 << 4;
const RECEIVE_RUNS: u32 = 1 << 14;
const LIST_RUNS: u32 = 1 << 15;
const BUSY_OR_REQUEST: u32 = 0x88;
const ERROR_OR_FAULT: u32 = 0x21;
/// The task file reported an error, or the bus did.
const FAILURES: u32 = 0x7800_0000;
const DISK_SIGNATURE: u32 = 0x101;

/// Where things lie in the page that a port works with.
const LIST_AT: usize = 0;
const RECEIVED_AT: usize = 0x400;
const TABLE_AT: usize = 0x800;

/// A disk on a port.
pub struct Drive {
    registers: *mut u8,
    page: *mut u8,
    buffer: *mut u8,
    /// Whether the controller reaches memory above 4 GiB.
    wide: bool,
    disk: Disk,
}

// SAFETY: registers and memory belong to this drive alone, wherever it is used.
unsafe impl Send for Drive {}

/// Every disk on every controller.
pub fn find() -> Vec<Drive> {
    let mut found = Vec::new();
    let Some(mut root) = pci::root() else { return found };
    for (at, info) in pci::functions(&root) {
        if (info.class, info.subclass, info.prog_if) != (1, 6, 1) {
            continue;
        }
        let Ok(Some(BarInfo::Memory { address, size, .. })) = root.bar_info(at, 5) else {
            continue;
        };
        let (_, command) = root.get_status_command(at);
        root.set_command(at, command | PciCommand::MEMORY_SPACE | PciCommand::BUS_MASTER);
        let Some(controller) =
            (address != 0).then(|| memory::map_device(address, size).ok()).flatten()
        else {
            continue;
        };
        const AHCI_MODE: u32 = 1 << 31;
        write(controller, GLOBAL_CONTROL, read(controller, GLOBAL_CONTROL) | AHCI_MODE);
        let ports = read(controller, PORTS_IMPLEMENTED);
        let fitting = |port: &usize| ports >> port & 1 == 1 && 0x180 + port * 0x80 <= size as usize;
        let port = |port: usize| controller.wrapping_add(0x100 + port * 0x80);
        let wide = read(controller, CAPABILITIES) >> 31 == 1;
        found.extend((0..32).filter(fitting).map(port).filter_map(|port| Drive::new(port, wide)));
    }
    found
}

fn read(base: *mut u8, register: usize) -> u32 {
    // SAFETY: a register of the controller, mapped uncached (kernel invariant 6).
    unsafe { base.wrapping_add(register).cast::<u32>().read_volatile() }
}

fn write(base: *mut u8, register: usize, value: u32) {
    // SAFETY: as above; what the controller writes to is memory that this driver gave it.
    unsafe { base.wrapping_add(register).cast::<u32>().write_volatile(value) }
}

/// Whether `done` comes true in time.
fn wait(patience: u64, mut done: impl FnMut() -> bool) -> bool {
    wait::until(patience, || done().then_some(())).is_some()
}

impl Drive {
    /// The disk on a port, if there is one.
    fn new(registers: *mut u8, wide: bool) -> Option<Self> {
        const PRESENT_AND_ACTIVE: u32 = 0x103;
        if read(registers, SATA_STATUS) & 0xf0f != PRESENT_AND_ACTIVE {
            return None;
        }
        // The firmware may have left the engines running.
        write(registers, COMMAND, read(registers, COMMAND) & !(START | RECEIVE));
        const SECOND: u64 = 1_000_000_000;
        if !wait(SECOND, || read(registers, COMMAND) & (LIST_RUNS | RECEIVE_RUNS) == 0) {
            return None;
        }
        let page = memory::device_memory(4096)?;
        let buffer = memory::device_memory(BUFFER as u64)?;
        for (register, at) in [(COMMAND_LIST, LIST_AT), (RECEIVED, RECEIVED_AT)] {
            // Below 4 GiB: the upper half is zero.
            write(registers, register, page.wrapping_add(at).addr() as u32);
            write(registers, register + 4, 0);
        }
        write(registers, SATA_ERROR, u32::MAX);
        write(registers, INTERRUPTS, u32::MAX);
        write(registers, COMMAND, read(registers, COMMAND) | RECEIVE);
        if !wait(SECOND, || read(registers, TASK_FILE) & BUSY_OR_REQUEST == 0)
            || read(registers, SIGNATURE) != DISK_SIGNATURE
        {
            return None;
        }
        write(registers, COMMAND, read(registers, COMMAND) | START);
        let none = Disk { sectors: 0, wide: false, dma: false, wide_flush: false };
        let mut drive = Self { registers, page, buffer, wide, disk: none };
        drive
            .run(
                Command { code: 0xec, device: 0, high: None, low: [0; 4] },
                drive.buffer.addr() as u64,
                SECTOR,
                Transfer::Read,
                0,
            )
            .ok()?;
        let mut words = [0; 256];
        for (i, word) in words.iter_mut().enumerate() {
            // SAFETY: the drive has filled the first sector of the buffer.
            *word = unsafe { drive.buffer.cast::<u16>().add(i).read_volatile() };
        }
        drive.disk = Disk::identify(&words)?;
        Some(drive)
    }

    /// Runs one command that moves `len` bytes to or from `first`.
    fn run(
        &self,
        command: Command,
        first: u64,
        len: usize,
        what: Transfer,
        sector: u64,
    ) -> Result<(), DeviceError> {
        let table = self.page.wrapping_add(TABLE_AT);
        let list = self.page.wrapping_add(LIST_AT).cast::<u32>();
        const FIS_WORDS: u32 = 5;
        let to_device = u32::from(what == Transfer::Write) << 6;
        let regions = u32::from(len > 0) << 16;
        // SAFETY: all within the page, which is this drive's; no command runs.
        unsafe {
            table.copy_from_nonoverlapping(command.frame().as_ptr(), 20);
            let region = table.add(0x80).cast::<u32>();
            region.write_volatile(first as u32);
            region.add(1).write_volatile((first >> 32) as u32);
            region.add(3).write_volatile((len as u32).saturating_sub(1));
            list.write_volatile(FIS_WORDS | to_device | regions);
            list.add(1).write_volatile(0);
            list.add(2).write_volatile(table.addr() as u32);
            list.add(3).write_volatile(0);
        }
        write(self.registers, INTERRUPTS, u32::MAX);
        write(self.registers, ISSUE, 1);
        let failed = || read(self.registers, INTERRUPTS) & FAILURES != 0;
        if !wait(PATIENCE_NS, || failed() || read(self.registers, ISSUE) & 1 == 0) {
            return Err(DeviceError::Timeout { sector });
        }
        let task = read(self.registers, TASK_FILE);
        if failed() || task & ERROR_OR_FAULT != 0 {
            self.restart();
            let [error, status] = [(task >> 8) as u8, task as u8];
            let code = u32::from_be_bytes([0, command.code, status, error]);
            return Err(DeviceError::Fault { sector, code });
        }
        Ok(())
    }

    /// Where the controller finds memory that data is to come to, if it lies in one piece there, within 4 GiB
    /// where it reaches no farther.
    fn place(&self, to: &mut [u8]) -> Option<u64> {
        let physical = memory::of_device(to).filter(|physical| physical % 2 == 0)?;
        let end = physical.checked_add(to.len() as u64)?;
        (self.wide || end <= 1 << 32).then_some(physical)
    }

    /// After an error the list stands still until it is started again.
    fn restart(&self) {
        let command = read(self.registers, COMMAND);
        write(self.registers, COMMAND, command & !START);
        wait(PATIENCE_NS, || read(self.registers, COMMAND) & LIST_RUNS == 0);
        write(self.registers, SATA_ERROR, u32::MAX);
        write(self.registers, COMMAND, command | START);
    }

    fn transfer(
        &self,
        what: Transfer,
        sector: u64,
        first: u64,
        len: usize,
    ) -> Result<(), DeviceError> {
        let command = Command::transfer(self.disk, 0, what, true, sector, len / SECTOR);
        self.run(command, first, len, what, sector)
    }
}

impl BlockDevice for Drive {
    fn sectors(&self) -> u64 {
        self.disk.sectors
    }

    fn read(&mut self, mut sector: u64, out: &mut [u8]) -> Result<(), DeviceError> {
        for part in out.chunks_mut(BUFFER) {
            let place = self.place(part);
            let first = place.unwrap_or(self.buffer.addr() as u64);
            self.transfer(Transfer::Read, sector, first, part.len())?;
            if place.is_none() {
                // SAFETY: the drive has filled that much of the buffer, and stopped.
                unsafe { part.as_mut_ptr().copy_from_nonoverlapping(self.buffer, part.len()) };
            }
            sector += (part.len() / SECTOR) as u64;
        }
        Ok(())
    }

    fn write(&mut self, mut sector: u64, data: &[u8]) -> Result<(), DeviceError> {
        for part in data.chunks(BUFFER) {
            // SAFETY: the buffer has room and no command runs.
            unsafe { self.buffer.copy_from_nonoverlapping(part.as_ptr(), part.len()) };
            self.transfer(Transfer::Write, sector, self.buffer.addr() as u64, part.len())?;
            sector += (part.len() / SECTOR) as u64;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), DeviceError> {
        let code = if self.disk.wide_flush { 0xea } else { 0xe7 };
        self.run(Command { code, device: 0xe0, high: None, low: [0; 4] }, 0, 0, Transfer::Read, 0)
    }
}
