//! Virtio disks, over PCI and over plain memory (microvm).

use alloc::vec::Vec;
use core::ptr::NonNull;

use bareflow_machine::options::VirtioMmio;
use bareflow_storage::{BlockDevice, DeviceError};
use spin::Mutex;
use virtio_drivers::device::blk::{SECTOR_SIZE, VirtIOBlk};
use virtio_drivers::transport::mmio::MmioTransport;
use virtio_drivers::transport::pci::bus::Command;
use virtio_drivers::transport::pci::{PciTransport, virtio_device_type};
use virtio_drivers::transport::{DeviceType, SomeTransport, Transport};
use virtio_drivers::{BufferDirection, Error, Hal, PhysAddr};

use super::pci;
use crate::memory;

/// Bytes of one request.
const BUFFER: usize = 256 << 10;

/// A disk.
pub struct Disk {
    device: VirtIOBlk<Machine, SomeTransport<'static>>,
    /// Contiguous memory that requests go through: a heap is contiguous in addresses only.
    buffer: &'static mut [u8],
}

/// Every virtio disk; `named` are the devices that the command line names.
pub fn find(named: &[VirtioMmio]) -> Vec<Disk> {
    let mut found = Vec::new();
    match pci::root() {
        Some(mut root) => {
            for (at, info) in pci::functions(&root) {
                if virtio_device_type(&info) != Some(DeviceType::Block) {
                    continue;
                }
                let (_, command) = root.get_status_command(at);
                root.set_command(at, command | Command::MEMORY_SPACE | Command::BUS_MASTER);
                if let Ok(transport) = PciTransport::new::<Machine, _>(&mut root, at) {
                    found.extend(Disk::new(transport.into()));
                }
            }
        }
        // Only where nothing else can lie at these addresses.
        None if named.is_empty() => {
            found.extend(microvm().filter_map(mapped).filter_map(Disk::new));
        }
        None => {}
    }
    found.extend(named.iter().copied().filter_map(mapped).filter_map(Disk::new));
    found
}

/// Where QEMU's microvm has its devices.
fn microvm() -> impl Iterator<Item = VirtioMmio> {
    (0..24).map(|i| VirtioMmio { address: 0xfeb0_0000 + 512 * i, len: 512 })
}

fn mapped(device: VirtioMmio) -> Option<SomeTransport<'static>> {
    if device.len < 0x200 || !device.address.is_multiple_of(4) {
        return None;
    }
    let registers = memory::map_device(device.address, device.len).ok()?;
    let header = NonNull::new(registers.cast())?;
    // SAFETY: the machine says that a virtio device is there, and its registers are mapped.
    let transport = unsafe { MmioTransport::new(header, device.len as usize) }.ok()?;
    (transport.device_type() == DeviceType::Block).then(|| transport.into())
}

impl Disk {
    fn new(transport: SomeTransport<'static>) -> Option<Self> {
        let device = VirtIOBlk::new(transport).ok()?;
        let first = memory::device_memory(BUFFER as u64)?;
        // SAFETY: just made, zeroed, and nobody else's.
        let buffer = unsafe { core::slice::from_raw_parts_mut(first, BUFFER) };
        Some(Self { device, buffer })
    }
}

impl BlockDevice for Disk {
    fn sectors(&self) -> u64 {
        self.device.capacity()
    }

    fn read(&mut self, mut sector: u64, out: &mut [u8]) -> Result<(), DeviceError> {
        for part in out.chunks_mut(BUFFER) {
            // To where it is wanted, if that lies in one piece.
            if memory::of_device(part).is_some() {
                self.device.read_blocks(sector as usize, part).map_err(|e| failed(sector, e))?;
            } else {
                let buffer = &mut self.buffer[..part.len()];
                self.device.read_blocks(sector as usize, buffer).map_err(|e| failed(sector, e))?;
                part.copy_from_slice(buffer);
            }
            sector += (part.len() / SECTOR_SIZE) as u64;
        }
        Ok(())
    }

    fn write(&mut self, mut sector: u64, data: &[u8]) -> Result<(), DeviceError> {
        for part in data.chunks(BUFFER) {
            let buffer = &mut self.buffer[..part.len()];
            buffer.copy_from_slice(part);
            self.device.write_blocks(sector as usize, buffer).map_err(|e| failed(sector, e))?;
            sector += (part.len() / SECTOR_SIZE) as u64;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), DeviceError> {
        self.device.flush().map_err(|e| failed(0, e))
    }

    fn is_read_only(&self) -> bool {
        self.device.readonly()
    }
}

/// A driver's error; its code is 1 where the device said that it failed, 2 for a request it
/// does not know, 3 for what went wrong before it was asked.
fn failed(sector: u64, error: Error) -> DeviceError {
    let code = match error {
        Error::IoError => 1,
        Error::Unsupported => 2,
        _ => 3,
    };
    DeviceError::Fault { sector, code }
}

/// What the driver needs of the machine.
struct Machine;

/// Copies of small buffers that are not contiguous in physical memory.
struct Copies {
    /// Slots of [`SLOT`] bytes; null before the first use.
    slots: usize,
    used: u32,
}

/// Requests and answers take 16 bytes and one.
const SLOT: usize = 64;
static COPIES: Mutex<Copies> = Mutex::new(Copies { slots: 0, used: 0 });

// SAFETY: memory comes from `device_memory`, which zeroes it, aligns it to pages and never
// hands it out again; registers are mapped one to one (kernel invariants 4 and 6).
unsafe impl Hal for Machine {
    fn dma_alloc(pages: usize, _direction: BufferDirection) -> (PhysAddr, NonNull<u8>) {
        let memory = memory::device_memory(pages as u64 * 4096).and_then(NonNull::new);
        match memory {
            Some(first) => (first.addr().get() as u64, first),
            // Address 0 tells the driver that there is none.
            None => (0, NonNull::dangling()),
        }
    }

    unsafe fn dma_dealloc(_: PhysAddr, _: NonNull<u8>, _: usize) -> i32 {
        // Disks are found once and stay: there is nothing to reuse the memory for.
        0
    }

    unsafe fn mmio_phys_to_virt(physical: PhysAddr, size: usize) -> NonNull<u8> {
        let registers = memory::map_device(physical, size as u64).ok().and_then(NonNull::new);
        registers.expect("registers of a PCI device can be mapped")
    }

    unsafe fn share(buffer: NonNull<[u8]>, _direction: BufferDirection) -> PhysAddr {
        let (first, len) = (buffer.cast::<u8>(), buffer.len());
        if let Some(physical) = memory::contiguous(first.addr().get() as u64, len as u64) {
            return physical;
        }
        assert!(len <= SLOT, "a buffer of {len} bytes is not contiguous in memory");
        let mut copies = COPIES.lock();
        if copies.slots == 0 {
            copies.slots =
                memory::device_memory(32 * SLOT as u64).expect("memory for requests").addr();
        }
        let slot = copies.used.trailing_ones() as usize;
        assert!(slot < 32, "more requests at a time than the driver makes");
        copies.used |= 1 << slot;
        let at = copies.slots + slot * SLOT;
        let target = core::ptr::with_exposed_provenance_mut::<u8>(at);
        // SAFETY: the caller's buffer is valid, and the slot is free and long enough.
        unsafe { target.copy_from_nonoverlapping(first.as_ptr(), len) };
        at as u64
    }

    unsafe fn unshare(physical: PhysAddr, buffer: NonNull<[u8]>, direction: BufferDirection) {
        let mut copies = COPIES.lock();
        let slots = copies.slots as u64;
        if slots == 0 || !(slots..slots + 32 * SLOT as u64).contains(&physical) {
            return;
        }
        if direction != BufferDirection::DriverToDevice {
            let source = core::ptr::with_exposed_provenance::<u8>(physical as usize);
            // SAFETY: the slot holds a copy of this very buffer, filled by the device.
            unsafe { buffer.cast::<u8>().as_ptr().copy_from_nonoverlapping(source, buffer.len()) };
        }
        copies.used &= !(1 << ((physical - slots) as usize / SLOT));
    }
}
