//! What a loader tells the kernel: one record of fixed layout, the same from BIOS and PVH.

/// First eight bytes of a [`BootInfo`]: `BAREFLOW`.
pub const BOOT_INFO_MAGIC: u64 = u64::from_le_bytes(*b"BAREFLOW");

/// Version of the layout of [`BootInfo`].
pub const BOOT_INFO_VERSION: u32 = 1;

/// Memory regions a [`BootInfo`] has room for. A firmware that lists more is cut off there.
pub const MAX_REGIONS: usize = 128;

/// The record. Stage 2 fills it in assembly, so offsets are part of the contract:
///
/// ```text
///   0  magic          16  boot_drive     32  tsc_entry      56  rsdp
///   8  version        20  region_count   40  kernel_start   64  command_line
///  12  loader         24  tsc_start      48  kernel_end     72  regions, 24 bytes each
/// ```
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct BootInfo {
    /// [`BOOT_INFO_MAGIC`].
    pub magic: u64,
    /// [`BOOT_INFO_VERSION`].
    pub version: u32,
    /// 0: BIOS, 1: PVH; see [`BootInfo::loader`].
    pub loader: u32,
    /// The BIOS's number of the drive it booted from (0x00 floppy, 0x80 first hard disk);
    /// 0xFFFF_FFFF under PVH.
    pub boot_drive: u32,
    /// Regions that are filled in; see [`BootInfo::regions`].
    pub region_count: u32,
    /// Time-stamp counter at the first instruction of stage 1, or of the PVH entry.
    pub tsc_start: u64,
    /// Time-stamp counter at the first instruction of the kernel (under PVH: the last one
    /// before `kernel_main`).
    pub tsc_entry: u64,
    /// Physical address of the kernel's first byte.
    pub kernel_start: u64,
    /// Physical address past its last byte, `.bss` included.
    pub kernel_end: u64,
    /// Physical address of the ACPI root pointer (RSDP); 0: not told, search for it.
    pub rsdp: u64,
    /// Physical address of a command line that ends with NUL; 0: none. On `-M microvm` it
    /// names the devices: `virtio_mmio.device=512@0xfeb02a00:12`.
    pub command_line: u64,
    /// The map of memory, as the firmware gave it: unsorted, possibly overlapping.
    pub region_table: [MemoryRegion; MAX_REGIONS],
}

const _: () = {
    assert!(core::mem::offset_of!(BootInfo, tsc_start) == 24);
    assert!(core::mem::offset_of!(BootInfo, kernel_start) == 40);
    assert!(core::mem::offset_of!(BootInfo, region_table) == 72);
    assert!(size_of::<BootInfo>() == 72 + 24 * MAX_REGIONS);
};

/// A stretch of physical memory, as INT 15h E820 reports it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C)]
pub struct MemoryRegion {
    /// First byte.
    pub base: u64,
    /// Length in bytes.
    pub length: u64,
    /// 1: free to use; 2: reserved; 3: ACPI tables, free once read; 4: ACPI non-volatile;
    /// 5: defective.
    pub kind: u32,
    /// ACPI 3.0 attributes; bit 0 clear: ignore this entry.
    pub attributes: u32,
}

impl MemoryRegion {
    /// Whether it is ordinary memory nobody uses.
    #[must_use]
    pub const fn is_usable(&self) -> bool {
        self.kind == 1 && self.attributes & 1 == 1
    }
}

/// Who loaded the kernel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Loader {
    /// Stage 1 and stage 2, from a disk or floppy of the BIOS.
    Bios,
    /// An emulator or hypervisor, through the PVH note.
    Pvh,
}

impl BootInfo {
    /// One with nothing in it but magic and version.
    #[must_use]
    pub const fn empty() -> Self {
        const NONE: MemoryRegion = MemoryRegion { base: 0, length: 0, kind: 0, attributes: 0 };
        Self {
            magic: BOOT_INFO_MAGIC,
            version: BOOT_INFO_VERSION,
            loader: 0,
            boot_drive: u32::MAX,
            region_count: 0,
            tsc_start: 0,
            tsc_entry: 0,
            kernel_start: 0,
            kernel_end: 0,
            rsdp: 0,
            command_line: 0,
            region_table: [NONE; MAX_REGIONS],
        }
    }

    /// What `kernel_main` was handed.
    ///
    /// # Safety
    /// `info` is the pointer `kernel_main` was called with, and the memory it points to has
    /// not been used for anything else since.
    ///
    /// # Panics
    /// When magic or version are not this crate's: another loader's record.
    #[must_use]
    pub unsafe fn from_loader(info: *const Self) -> &'static Self {
        // SAFETY: by this function's contract.
        let info = unsafe { &*info };
        assert!(
            info.magic == BOOT_INFO_MAGIC && info.version == BOOT_INFO_VERSION,
            "the loader's record has magic {:#x}, version {}: not this kernel's",
            info.magic,
            info.version,
        );
        info
    }

    /// The map of memory, as the firmware gave it: unsorted, possibly overlapping.
    #[must_use]
    pub fn regions(&self) -> &[MemoryRegion] {
        let count = (self.region_count as usize).min(MAX_REGIONS);
        &self.region_table[..count]
    }

    /// Who loaded the kernel.
    #[must_use]
    pub const fn loader(&self) -> Loader {
        if self.loader == 0 { Loader::Bios } else { Loader::Pvh }
    }

    /// The command line; empty when there is none. At most 4096 bytes of it.
    ///
    /// # Safety
    /// The first 4 GiB are mapped one to one, and the memory that holds the line has not been
    /// used for anything else since the start.
    #[must_use]
    pub unsafe fn command_line(&self) -> &'static [u8] {
        const LONGEST: usize = 4096;
        let Ok(address) = usize::try_from(self.command_line) else {
            return &[];
        };
        if address == 0 {
            return &[];
        }
        let first = core::ptr::with_exposed_provenance::<u8>(address);
        // SAFETY: by this function's contract; the scan ends at the terminator.
        let length = (0..LONGEST).take_while(|&i| unsafe { *first.add(i) } != 0).count();
        // SAFETY: these bytes were just read.
        unsafe { core::slice::from_raw_parts(first, length) }
    }
}
