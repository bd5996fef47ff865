//! The kernel's command line: words, of which those it knows are `key=value`.
//!
//! A loader or QEMU's `-append` supplies it; words of others (Linux's, a virtual machine
//! monitor's) are common and ignored.

use alloc::string::String;
use alloc::vec::Vec;

/// A virtio device in memory space, as `virtio_mmio.device=<size>@<address>:<interrupt>`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VirtioMmio {
    /// Physical address of its registers.
    pub address: u64,
    /// Their length in bytes.
    pub len: u64,
}

/// What the command line says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// Value of `selftest=`.
    pub selftest: Option<String>,
    /// Every `virtio_mmio.device=`.
    pub virtio_mmio: Vec<VirtioMmio>,
    /// Value of `cores=`: processors that are used at most.
    pub cores: Option<usize>,
    /// Every `core=`: a processor that the firmware does not list, by the identifier of its
    /// interrupt controller.
    pub more_cores: Vec<u32>,
    /// Value of `idle=`, where it is one.
    pub idle: Option<Idle>,
    /// Value of `patience=`: seconds that the resident compiler gets for a request.
    pub patience: Option<u64>,
}

/// How a processor that has nothing to do waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Idle {
    /// `idle=mwait`: for a store, where the processor can.
    Mwait,
    /// `idle=hlt`: for an interrupt.
    Halt,
}

impl Options {
    /// Reads a command line; what it does not understand it leaves out.
    pub fn parse(line: &str) -> Options {
        let mut options = Options::default();
        for word in line.split_ascii_whitespace() {
            match word.split_once('=') {
                Some(("selftest", value)) => options.selftest = Some(value.into()),
                Some(("virtio_mmio.device", value)) => {
                    options.virtio_mmio.extend(virtio_mmio(value))
                }
                Some(("cores", value)) => options.cores = value.parse().ok(),
                Some(("core", value)) => {
                    options.more_cores.extend(number(value).and_then(|id| u32::try_from(id).ok()))
                }
                Some(("patience", value)) => options.patience = value.parse().ok(),
                Some(("idle", "mwait")) => options.idle = Some(Idle::Mwait),
                Some(("idle", "hlt")) => options.idle = Some(Idle::Halt),
                _ => {}
            }
        }
        options
    }
}

fn virtio_mmio(value: &str) -> Option<VirtioMmio> {
    let (size, rest) = value.split_once('@')?;
    let address = rest.split(':').next()?;
    let scale = |suffix: Option<char>| match suffix {
        Some('K' | 'k') => 1 << 10,
        Some('M' | 'm') => 1 << 20,
        _ => 1,
    };
    let suffix = size.chars().next_back().filter(|c| c.is_ascii_alphabetic());
    let digits = size.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let len = number(digits)?.checked_mul(scale(suffix))?;
    Some(VirtioMmio { address: number(address)?, len })
}

fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_and_others_ignored() {
        let line = "quiet selftest=fault:page virtio_mmio.device=512@0xfeb00e00:12 \
                    virtio_mmio.device=4K@0xd0000000:5 root=/dev/vda";
        let options = Options::parse(line);
        assert_eq!(options.selftest.as_deref(), Some("fault:page"));
        let expected = [
            VirtioMmio { address: 0xfeb0_0e00, len: 512 },
            VirtioMmio { address: 0xd000_0000, len: 4096 },
        ];
        assert_eq!(options.virtio_mmio, expected);
        assert_eq!(Options::parse("patience=5").patience, Some(5));
        let options = Options::parse("cores=2 core=7 idle=mwait core=0x102 core=x");
        assert_eq!((options.cores, options.idle), (Some(2), Some(Idle::Mwait)));
        assert_eq!(options.more_cores, [7, 0x102]);
    }

    #[test]
    fn nonsense_is_left_out() {
        for value in
            ["", "512", "512@", "x@0x1:2", "9999999999999999999K@1", "18446744073709551615M@1"]
        {
            let line = alloc::format!("virtio_mmio.device={value}");
            assert_eq!(Options::parse(&line), Options::default(), "{value}");
        }
    }
}
