//! What there is on this machine: QEMU, and whether KVM works.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use crate::child::Child;
use crate::{Accel, EmulatorError, Settings, command};

/// The emulator: what `BAREFLOW_QEMU` names, or `qemu-system-x86_64` in the path.
///
/// # Errors
/// [`EmulatorError::NoQemu`], with the command that installs it here.
pub fn qemu() -> Result<PathBuf, EmulatorError> {
    const NAME: &str = "qemu-system-x86_64";
    if let Some(named) = std::env::var_os("BAREFLOW_QEMU") {
        let named = PathBuf::from(named);
        return match named.is_file() {
            true => Ok(named),
            false => Err(EmulatorError::File(named, "BAREFLOW_QEMU names no file".to_owned())),
        };
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(NAME))
        .find(|candidate| candidate.is_file())
        .ok_or_else(|| EmulatorError::NoQemu(install_command().to_owned()))
}

/// The command that installs QEMU with this system's package manager.
fn install_command() -> &'static str {
    let managers = [
        ("/usr/bin/apt-get", "sudo apt-get install qemu-system-x86"),
        ("/usr/bin/dnf", "sudo dnf install qemu-system-x86"),
        ("/usr/bin/pacman", "sudo pacman -S qemu-system-x86"),
        ("/usr/bin/zypper", "sudo zypper install qemu-x86"),
        ("/sbin/apk", "sudo apk add qemu-system-x86_64"),
        ("/opt/homebrew/bin/brew", "brew install qemu"),
        ("/usr/local/bin/brew", "brew install qemu"),
    ];
    managers
        .into_iter()
        .find(|(manager, _)| Path::new(manager).exists())
        .map_or("your package manager; the package is called qemu or qemu-system-x86", |(_, c)| c)
}

/// Whether KVM works: it may be there and refuse, or start and never run an instruction. A boot
/// sector that ends the machine at once is run, for three seconds at most, once a process.
#[must_use]
pub fn kvm_works() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| {
        let device = std::fs::File::options().read(true).write(true).open("/dev/kvm");
        device.is_ok() && boot_sector_runs().unwrap_or(false)
    })
}

/// Runs a boot sector that writes success to isa-debug-exit.
fn boot_sector_runs() -> Result<bool, EmulatorError> {
    let mut sector = [0_u8; 512];
    sector[..6].copy_from_slice(&[0xb0, 0x10, 0xe6, 0xf4, 0xeb, 0xfe]); // mov al, 16; out 0xf4, al
    sector[510..].copy_from_slice(&[0x55, 0xaa]);
    let mut image =
        tempfile::NamedTempFile::new().map_err(|e| EmulatorError::Io("a temporary file", e))?;
    image.write_all(&sector).map_err(|e| EmulatorError::Io("a temporary file", e))?;
    let settings = Settings { memory_mib: 16, accel: Accel::Kvm, ..Settings::new(image.path()) };
    let mut child = Child::spawn(&mut command::build(&qemu()?, &settings, true)?)?;
    let status = child.wait_until(std::time::Instant::now() + Duration::from_secs(3))?;
    Ok(status.is_some_and(|status| status.code() == Some(0x10 << 1 | 1)))
}
