//! What machine to run, and with what in it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::Tape;

/// A machine with an image in it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The disk; `None`: a machine without one, which needs a `kernel`.
    pub image: Option<PathBuf>,
    /// An ELF file with a PVH entry to start directly. `None`: the BIOS boots the image, or, on
    /// microvm, the kernel is taken out of the image.
    pub kernel: Option<PathBuf>,
    /// Command line for a kernel that is started directly.
    pub command_line: String,
    /// What the kernel is told beyond what its disk says, in JSON (`bareflow_session::Orders`).
    pub orders: Option<String>,
    /// Kind of machine.
    pub machine: Machine,
    /// What the image is to the machine.
    pub media: Media,
    /// Emulation or virtualisation.
    pub accel: Accel,
    /// Processor model, as QEMU names it.
    pub cpu: String,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// Processors.
    pub processors: u32,
    /// A machine that has not ended after this is hung.
    pub timeout: Duration,
    /// What the machine reads from its serial line.
    pub input: Input,
    /// Whether writes of the machine change the image, or are thrown away at the end.
    pub keep_writes: bool,
    /// Whether the machine can write its disk at all. IDE disks always can be written.
    pub writable: bool,
    /// Whether time and cycles of the machine advance with the instructions it executes, one
    /// nanosecond each, so that figures are the same on every run, however busy the host is.
    pub count_instructions: bool,
    /// A socket that a debugger of the GDB protocol connects to; the machine waits for it.
    pub debugger: Option<PathBuf>,
    /// Most bytes of console that are kept; a machine that prints more is stopped.
    pub output_limit: usize,
    /// Further arguments for QEMU, behind all others: a monitor, a debugger's port, a device.
    pub arguments: Vec<OsString>,
}

impl Settings {
    /// A PC with 512 MiB and one processor that boots `image` from IDE, for two minutes at most.
    #[must_use]
    pub fn new(image: &Path) -> Self {
        Self {
            image: Some(image.to_owned()),
            kernel: None,
            command_line: String::new(),
            orders: None,
            machine: Machine::Pc,
            media: Media::Ide,
            accel: Accel::Auto,
            cpu: "max".to_owned(),
            memory_mib: 512,
            processors: 1,
            timeout: Duration::from_secs(120),
            input: Input::Nothing,
            keep_writes: true,
            writable: true,
            count_instructions: false,
            debugger: None,
            output_limit: 256 << 20,
            arguments: Vec::new(),
        }
    }

    /// The same machine without a disk, started directly from a kernel's ELF file.
    #[must_use]
    pub fn kernel(kernel: &Path) -> Self {
        Self { image: None, kernel: Some(kernel.to_owned()), ..Self::new(Path::new("")) }
    }
}

/// Kind of machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Machine {
    /// An i440FX PC: IDE, PCI, floppy.
    Pc,
    /// A Q35 PC: PCI Express.
    Q35,
    /// QEMU's microvm: no PCI, no BIOS boot; the kernel is started through PVH.
    Microvm,
}

/// What the image is to the machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Media {
    /// A disk on the machine's own controller (IDE; AHCI on q35).
    Ide,
    /// A virtio block device, on PCI, or on MMIO on microvm.
    Virtio,
    /// A floppy disk that is booted from. It is read only; its contents are there as an IDE disk
    /// at the same time, for the kernel to write.
    Floppy,
}

/// Emulation or virtualisation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Accel {
    /// KVM where a probe shows that it runs kernels ([`crate::kvm`]), else emulation.
    Auto,
    /// Emulation.
    Tcg,
    /// KVM, or an error.
    Kvm,
}

/// What the machine reads from its serial line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input {
    /// Nothing.
    Nothing,
    /// What is typed on this process's standard input.
    Inherit,
    /// These bytes, as they are.
    Bytes(Vec<u8>),
    /// What is on a tape, from its beginning, and then the end of input.
    Tape(Tape),
}
