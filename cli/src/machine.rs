//! The options that describe the machine: shared by `boot` and `grow`.

use std::path::Path;
use std::time::Duration;

use bareflow_emulator::{Accel, Machine, Media, Settings};
use bareflow_session::Orders;

/// Orders as machines read them.
///
/// # Panics
/// Never: they are plain data.
#[must_use]
pub fn to_json(orders: &Orders) -> String {
    serde_json::to_string(orders).expect("orders are plain data")
}

/// The machine to boot.
#[derive(clap::Args, Clone, Debug)]
pub struct MachineOptions {
    /// Processor model, as QEMU names it: max, qemu64, EPYC-v4, …
    #[arg(long, default_value = "max")]
    pub cpu: String,
    /// Memory: 256M, 4G; a number alone is in MiB.
    #[arg(long, default_value = "512M", value_parser = memory)]
    pub mem: u64,
    /// Processors.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=255))]
    pub smp: u32,
    /// Kind of machine.
    #[arg(long, default_value = "pc", value_parser = ["pc", "q35", "microvm"])]
    pub machine: String,
    /// What the image is to the machine.
    #[arg(long, value_parser = ["ide", "virtio", "floppy"], help = "What the image is to the machine [default: ide; virtio on microvm]")]
    pub media: Option<String>,
    /// Emulation or virtualisation; auto takes KVM where it runs kernels, and else emulates.
    #[arg(long, default_value = "auto", value_parser = ["auto", "tcg", "kvm"])]
    pub accel: String,
    /// Let the machine's clock advance with the instructions executed, one nanosecond each: times
    /// and cycles then repeat, to one in a thousand, however busy this host is.
    #[arg(long)]
    pub icount: bool,
    /// Seconds until a machine that does not end counts as hung.
    #[arg(long, default_value_t = 120, value_name = "S", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: u64,
    /// A further argument for QEMU; may be repeated: --qemu=-s --qemu=-S waits for a debugger.
    #[arg(long, value_name = "ARG", allow_hyphen_values = true)]
    pub qemu: Vec<std::ffi::OsString>,
}

impl MachineOptions {
    /// The machine that is booted when nothing is said.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            cpu: "max".to_owned(),
            mem: 512,
            smp: 1,
            machine: "pc".to_owned(),
            media: None,
            accel: "auto".to_owned(),
            icount: false,
            timeout: 300,
            qemu: Vec::new(),
        }
    }

    /// The machine they describe, with `image` in it.
    #[must_use]
    pub fn settings(&self, image: &Path) -> Settings {
        let machine = match self.machine.as_str() {
            "q35" => Machine::Q35,
            "microvm" => Machine::Microvm,
            _ => Machine::Pc,
        };
        let media = match self.media.as_deref() {
            Some("virtio") => Media::Virtio,
            Some("floppy") => Media::Floppy,
            None if machine == Machine::Microvm => Media::Virtio,
            _ => Media::Ide,
        };
        let accel = match self.accel.as_str() {
            "tcg" => Accel::Tcg,
            "kvm" => Accel::Kvm,
            _ => Accel::Auto,
        };
        Settings {
            machine,
            media,
            accel,
            cpu: self.cpu.clone(),
            memory_mib: self.mem,
            processors: self.smp,
            count_instructions: self.icount,
            timeout: Duration::from_secs(self.timeout),
            arguments: self.qemu.clone(),
            orders: Some(to_json(&Orders::default())),
            ..Settings::new(image)
        }
    }
}

/// MiB of `256M`, `4G`, `4096`.
fn memory(text: &str) -> Result<u64, String> {
    let (digits, factor) = match text.as_bytes().last() {
        Some(b'G' | b'g') => (&text[..text.len() - 1], 1024),
        Some(b'M' | b'm') => (&text[..text.len() - 1], 1),
        _ => (text, 1),
    };
    match digits.parse::<u64>().ok().and_then(|n| n.checked_mul(factor)) {
        Some(mib) if (1..=1 << 20).contains(&mib) => Ok(mib),
        _ => Err("a size such as 256M or 4G".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_with_and_without_unit() {
        assert_eq!(memory("64"), Ok(64));
        assert_eq!(memory("64M"), Ok(64));
        assert_eq!(memory("4G"), Ok(4096));
        assert!(memory("4T").is_err());
        assert!(memory("").is_err());
        assert!(memory("0").is_err());
        assert!(memory("99999999999999999999G").is_err());
    }
}
