//! Finding QEMU, or naming the command that installs it.

use std::path::{Path, PathBuf};

use crate::EmulatorError;

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
