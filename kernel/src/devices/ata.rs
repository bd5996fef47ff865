//! ATA disks on the two legacy channels: the bus master moves the data where there is one,
//! else the processor does, word by word. Completion is polled; interrupts stay off.

use alloc::vec::Vec;

use bareflow_machine::ata::{Command, Disk, SECTOR, Transfer, dma_entries};
use bareflow_storage::{BlockDevice, DeviceError};
use virtio_drivers::transport::pci::bus::{BarInfo, Command as PciCommand};

use super::{pci, wait};
use crate::arch::ports::Port;
use crate::memory;

const BUSY: u8 = 0x80;
const FAULT: u8 = 0x20;
const REQUEST: u8 = 0x08;
const ERROR: u8 = 0x01;

/// Disks may spin up, and flush a large cache: ATA allows 30 s.
const PATIENCE_NS: u64 = 30_000_000_000;

/// Bytes that one DMA transfer moves at most.
const BUFFER: usize = 128 << 10;

/// The bus master of a channel and the memory it works on.
struct BusMaster {
    registers: Port,
    table: *mut u64,
    buffer: *mut u8,
}

/// A disk on a channel.
pub struct Drive {
    task: Port,
    control: Port,
    master: Option<BusMaster>,
    drive: u8,
    disk: Disk,
}

// SAFETY: the buffers belong to this drive alone, wherever it is used.
unsafe impl Send for Drive {}

/// Every disk on the legacy channels.
pub fn find() -> Vec<Drive> {
    let master = bus_master();
    let mut found = Vec::new();
    for (channel, task, control) in [(0u16, 0x1f0, 0x3f6), (1, 0x170, 0x376)] {
        // SAFETY: the legacy ports of ATA channels, whose registers touch no memory: their
        // bus masters only work on the buffers made below.
        let (task, control) = unsafe { (Port::new(task), Port::new(control)) };
        // Without a channel the bus reads ones.
        if control.read8() == 0xff {
            continue;
        }
        for drive in 0..2 {
            let Some(disk) = identify(task, control, drive) else { continue };
            let master = master
                .filter(|_| disk.dma)
                .and_then(|base| BusMaster::new(base.offset(8 * channel)));
            found.push(Drive { task, control, master, drive, disk });
        }
    }
    found
}

/// The ports of an IDE controller's bus master, switched on.
fn bus_master() -> Option<Port> {
    let mut root = pci::root()?;
    let (at, _) =
        pci::functions(&root).into_iter().find(|(_, i)| (i.class, i.subclass) == (1, 1))?;
    let Ok(Some(BarInfo::IO { address, .. })) = root.bar_info(at, 4) else { return None };
    let (_, command) = root.get_status_command(at);
    root.set_command(at, command | PciCommand::IO_SPACE | PciCommand::BUS_MASTER);
    let address = u16::try_from(address).ok().filter(|&a| a != 0)?;
    // SAFETY: the bus master's ports as the firmware placed them; it works on buffers that
    // `BusMaster` gives it.
    Some(unsafe { Port::new(address) })
}

impl BusMaster {
    fn new(registers: Port) -> Option<Self> {
        let buffer = memory::device_memory(BUFFER as u64)?;
        let table = memory::device_memory(4096)?.cast();
        Some(Self { registers, table, buffer })
    }

    /// Gets ready to move `len` bytes to or from `first`.
    fn prepare(&self, what: Transfer, first: u32, len: usize) {
        for (i, entry) in dma_entries(first, len).enumerate() {
            // SAFETY: the table has room for 512 entries and is this driver's.
            unsafe { self.table.add(i).write_volatile(entry) };
        }
        self.registers.write8(direction(what));
        self.registers.offset(4).write32(self.table.addr() as u32);
        // Clear what the last transfer left.
        self.registers.offset(2).write8(0b110);
    }

    fn start(&self, what: Transfer) {
        self.registers.write8(direction(what) | 1);
    }

    /// Whether the transfer goes on; stops it when it does not.
    fn is_active(&self) -> bool {
        self.registers.offset(2).read8() & 0b11 == 1
    }

    /// Stops; whether all was moved without error.
    fn stop(&self) -> bool {
        self.registers.write8(0);
        self.registers.offset(2).read8() & 0b10 == 0
    }
}

/// Where a bus master finds memory that data is to come to, if it can: in one piece below 4 GiB. What is not
/// there yet, or lies elsewhere, is copied to from the drive's own buffer.
fn dma_place(to: &mut [u8]) -> Option<u32> {
    let physical = memory::of_device(to)?;
    let end = physical.checked_add(to.len() as u64)?;
    (physical.is_multiple_of(4) && end <= 1 << 32).then_some(physical as u32)
}

fn direction(what: Transfer) -> u8 {
    match what {
        Transfer::Read => 8,
        Transfer::Write => 0,
    }
}

fn identify(task: Port, control: Port, drive: u8) -> Option<Disk> {
    control.write8(0x02);
    task.offset(6).write8(0xa0 | drive << 4);
    settle(control);
    if matches!(task.offset(7).read8(), 0 | 0xff) {
        return None;
    }
    task.offset(7).write8(0xec);
    settle(control);
    if task.offset(7).read8() == 0 {
        return None;
    }
    let status = wait(control, |status| status & BUSY == 0)?;
    if status & (ERROR | FAULT) != 0 || status & REQUEST == 0 {
        return None;
    }
    let mut words = [0; 256];
    words.iter_mut().for_each(|w| *w = task.read16());
    Disk::identify(&words)
}

/// The 400 ns that a drive has before its status counts.
fn settle(control: Port) {
    (0..4).for_each(|_| _ = control.read8());
}

/// The status, once `done`; `None` when patience is at its end.
fn wait(control: Port, done: impl Fn(u8) -> bool) -> Option<u8> {
    wait::until(PATIENCE_NS, || Some(control.read8()).filter(|&status| done(status)))
}

impl BlockDevice for Drive {
    fn sectors(&self) -> u64 {
        self.disk.sectors
    }

    fn read(&mut self, mut sector: u64, out: &mut [u8]) -> Result<(), DeviceError> {
        for part in out.chunks_mut(self.longest()) {
            match &self.master {
                Some(master) => {
                    let place = dma_place(part);
                    let first = place.unwrap_or(master.buffer.addr() as u32);
                    self.transfer_dma(master, Transfer::Read, sector, first, part.len())?;
                    if place.is_none() {
                        // SAFETY: the drive has filled that much of the buffer, and stopped.
                        unsafe {
                            part.as_mut_ptr().copy_from_nonoverlapping(master.buffer, part.len())
                        };
                    }
                }
                None => self.read_words(sector, part)?,
            }
            sector += (part.len() / SECTOR) as u64;
        }
        Ok(())
    }

    fn write(&mut self, mut sector: u64, data: &[u8]) -> Result<(), DeviceError> {
        for part in data.chunks(self.longest()) {
            match &self.master {
                Some(master) => {
                    // SAFETY: the buffer has room and nobody reads it now.
                    unsafe { master.buffer.copy_from_nonoverlapping(part.as_ptr(), part.len()) };
                    let first = master.buffer.addr() as u32;
                    self.transfer_dma(master, Transfer::Write, sector, first, part.len())?;
                }
                None => self.write_words(sector, part)?,
            }
            sector += (part.len() / SECTOR) as u64;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), DeviceError> {
        let code = if self.disk.wide_flush { 0xea } else { 0xe7 };
        self.issue(Command { code, device: 0xe0 | self.drive << 4, high: None, low: [0; 4] });
        self.finish(0, code, 0).map(|_| ())
    }
}

impl Drive {
    /// Whether the drive moves data by itself.
    pub fn has_dma(&self) -> bool {
        self.master.is_some()
    }

    /// Bytes of one command.
    fn longest(&self) -> usize {
        if self.master.is_some() {
            BUFFER
        } else {
            self.disk.longest().min(BUFFER / SECTOR) * SECTOR
        }
    }

    fn transfer_dma(
        &self,
        master: &BusMaster,
        what: Transfer,
        sector: u64,
        first: u32,
        len: usize,
    ) -> Result<(), DeviceError> {
        let command = Command::transfer(self.disk, self.drive, what, true, sector, len / SECTOR);
        master.prepare(what, first, len);
        self.issue(command);
        master.start(what);
        // The drive is done when it is no longer busy and the bus master has stopped.
        let done = wait(self.control, |status| {
            status & BUSY == 0 && (status & (ERROR | FAULT) != 0 || !master.is_active())
        });
        let moved = master.stop();
        let status = done.unwrap_or_else(|| self.control.read8());
        if done.is_none() || status & (ERROR | FAULT) != 0 || !moved {
            return Err(self.error(sector, command.code, status, done.is_none()));
        }
        Ok(())
    }

    fn read_words(&self, sector: u64, out: &mut [u8]) -> Result<(), DeviceError> {
        let command = Command::transfer(
            self.disk,
            self.drive,
            Transfer::Read,
            false,
            sector,
            out.len() / SECTOR,
        );
        self.issue(command);
        for part in out.chunks_mut(SECTOR) {
            self.finish(sector, command.code, REQUEST)?;
            self.task.read16_into(part);
        }
        Ok(())
    }

    fn write_words(&self, sector: u64, data: &[u8]) -> Result<(), DeviceError> {
        let command = Command::transfer(
            self.disk,
            self.drive,
            Transfer::Write,
            false,
            sector,
            data.len() / SECTOR,
        );
        self.issue(command);
        for part in data.chunks(SECTOR) {
            self.finish(sector, command.code, REQUEST)?;
            self.task.write16_from(part);
        }
        self.finish(sector, command.code, 0).map(|_| ())
    }

    /// Writes a command's registers.
    fn issue(&self, command: Command) {
        self.task.offset(6).write8(command.device);
        settle(self.control);
        // A drive that is busy for ever shows in the command's own status.
        wait(self.control, |status| status & (BUSY | REQUEST) == 0);
        for bytes in command.high.into_iter().chain([command.low]) {
            for (i, byte) in bytes.into_iter().enumerate() {
                self.task.offset(2 + i as u16).write8(byte);
            }
        }
        self.task.offset(7).write8(command.code);
        settle(self.control);
    }

    /// Waits until the drive is ready and shows `bits`.
    fn finish(&self, sector: u64, command: u8, bits: u8) -> Result<u8, DeviceError> {
        let done =
            wait(self.control, |s| s & BUSY == 0 && (s & (ERROR | FAULT) != 0 || s & bits == bits));
        match done {
            Some(status) if status & (ERROR | FAULT) == 0 => Ok(status),
            other => Err(self.error(sector, command, other.unwrap_or(0xff), other.is_none())),
        }
    }

    /// What went wrong; the code is command, status and error register, a byte each.
    fn error(&self, sector: u64, command: u8, status: u8, late: bool) -> DeviceError {
        if late {
            return DeviceError::Timeout { sector };
        }
        let error = self.task.offset(1).read8();
        DeviceError::Fault { sector, code: u32::from_be_bytes([0, command, status, error]) }
    }
}
