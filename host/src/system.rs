//! Which system this is, and what its packages are installed with.

use std::path::Path;

/// Systems whose packages are known by name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum System {
    /// Debian, Ubuntu and what comes of them.
    Debian,
    /// Fedora and what comes of it.
    Fedora,
    /// Arch Linux and what comes of it.
    Arch,
    /// Nix, on any system.
    Nix,
    /// macOS, where programs run hosted or in QEMU.
    MacOs,
}

impl System {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Debian, Self::Fedora, Self::Arch, Self::Nix, Self::MacOs];

    /// As scripts name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debian => "debian",
            Self::Fedora => "fedora",
            Self::Arch => "arch",
            Self::Nix => "nix",
            Self::MacOs => "macos",
        }
    }

    /// The one this process runs on; `None` where its packages are not known.
    #[must_use]
    pub fn of_this_machine() -> Option<Self> {
        if cfg!(target_os = "macos") {
            return Some(Self::MacOs);
        }
        let managers = [
            ("/usr/bin/apt-get", Self::Debian),
            ("/usr/bin/dnf", Self::Fedora),
            ("/usr/bin/pacman", Self::Arch),
            ("/run/current-system/sw/bin/nix", Self::Nix),
            ("/nix/var/nix/profiles/default/bin/nix", Self::Nix),
        ];
        managers.into_iter().find(|(manager, _)| Path::new(manager).exists()).map(|(_, it)| it)
    }

    /// The command that installs these packages.
    #[must_use]
    pub fn install(self, packages: &[&str]) -> String {
        match self {
            Self::Debian => {
                format!("sudo apt-get install -y --no-install-recommends {}", packages.join(" "))
            }
            Self::Fedora => format!("sudo dnf install {}", packages.join(" ")),
            Self::Arch => format!("sudo pacman -S {}", packages.join(" ")),
            Self::Nix => {
                let names: Vec<String> =
                    packages.iter().map(|name| format!("nixpkgs#{name}")).collect();
                format!("nix profile install {}", names.join(" "))
            }
            Self::MacOs => format!("brew install {}", packages.join(" ")),
        }
    }
}
