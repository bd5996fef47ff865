//! What an ATA disk says of itself (ATA/ATAPI-8, 7.12) and what a transfer needs.

/// Bytes of a sector.
pub const SECTOR: usize = 512;

/// A disk, from the 256 words of IDENTIFY DEVICE.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Disk {
    /// Number of sectors.
    pub sectors: u64,
    /// Whether it takes 48-bit addresses.
    pub wide: bool,
    /// Whether it can transfer by itself (DMA).
    pub dma: bool,
    /// Whether FLUSH CACHE EXT is there.
    pub wide_flush: bool,
}

impl Disk {
    /// Reads the words; `None` if this is no disk with linear addresses.
    pub fn identify(words: &[u16; 256]) -> Option<Disk> {
        let word = |i: usize| u64::from(words[i]);
        let is_disk = words[0] & 0x8000 == 0;
        let linear = words[49] & (1 << 9) != 0;
        // Words 83 and 84 mean something only with this pattern in their two top bits.
        let valid = words[83] >> 14 == 1;
        let wide = valid && words[83] & (1 << 10) != 0;
        let short = word(60) | word(61) << 16;
        let long = word(100) | word(101) << 16 | word(102) << 32 | word(103) << 48;
        let sectors = if wide && long != 0 { long } else { short };
        (is_disk && linear && sectors != 0).then_some(Disk {
            sectors,
            wide,
            dma: words[49] & (1 << 8) != 0,
            wide_flush: valid && words[83] & (1 << 13) != 0,
        })
    }

    /// Sectors that one command can move.
    pub fn longest(self) -> usize {
        if self.wide { 65_536 } else { 256 }
    }
}

/// A command with the five address registers it needs, high byte first where there are two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Command {
    /// Command code.
    pub code: u8,
    /// Device register: drive, linear mode, and with 28 bits the top of the address.
    pub device: u8,
    /// High bytes of count and address, written first; `None` with 28 bits.
    pub high: Option<[u8; 4]>,
    /// Low bytes: count, then the address from its low end.
    pub low: [u8; 4],
}

/// What to do with sectors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transfer {
    /// From the disk.
    Read,
    /// To the disk.
    Write,
}

impl Command {
    /// Moves `count` sectors (at most [`Disk::longest`]) at `sector` on drive 0 or 1.
    pub fn transfer(
        disk: Disk,
        drive: u8,
        what: Transfer,
        dma: bool,
        sector: u64,
        count: usize,
    ) -> Command {
        // Small addresses take the short form: half as many register writes.
        let wide = sector + count as u64 > 1 << 28 || count > 256;
        let code = match (what, dma, wide && disk.wide) {
            (Transfer::Read, true, true) => 0x25,
            (Transfer::Read, true, false) => 0xc8,
            (Transfer::Read, false, true) => 0x24,
            (Transfer::Read, false, false) => 0x20,
            (Transfer::Write, true, true) => 0x35,
            (Transfer::Write, true, false) => 0xca,
            (Transfer::Write, false, true) => 0x34,
            (Transfer::Write, false, false) => 0x30,
        };
        let address = sector.to_le_bytes();
        // A full count is written as 0.
        let count = (count as u16).to_le_bytes();
        let device = 0xe0 | drive << 4;
        let low = [count[0], address[0], address[1], address[2]];
        if wide && disk.wide {
            Command {
                code,
                device,
                high: Some([count[1], address[3], address[4], address[5]]),
                low,
            }
        } else {
            Command { code, device: device | address[3] & 0xf, high: None, low }
        }
    }
}

impl Command {
    /// The command as SATA sends it: a register frame from host to device (Serial ATA 3.0,
    /// 10.3.4).
    pub fn frame(self) -> [u8; 20] {
        let [count, a0, a1, a2] = self.low;
        let [count_high, a3, a4, a5] = self.high.unwrap_or_default();
        let mut frame = [0; 20];
        // Type; "this is a command".
        frame[..4].copy_from_slice(&[0x27, 0x80, self.code, 0]);
        frame[4..8].copy_from_slice(&[a0, a1, a2, self.device]);
        frame[8..11].copy_from_slice(&[a3, a4, a5]);
        frame[12..14].copy_from_slice(&[count, count_high]);
        frame
    }
}

/// The table that a bus master reads its transfer from (SFF-8038i): address, bytes, and the mark of the last.
/// None may cross a boundary of 64 KiB.
pub fn dma_entries(address: u32, bytes: usize) -> impl Iterator<Item = u64> {
    const BORDER: usize = 1 << 16;
    let mut done = 0;
    core::iter::from_fn(move || {
        let left = bytes.checked_sub(done).filter(|left| *left > 0)?;
        let at = address.wrapping_add(done as u32);
        let now = left.min(BORDER - at as usize % BORDER);
        done += now;
        // 64 KiB are written as 0.
        Some(u64::from(at) | (now as u64 & 0xffff) << 32 | u64::from(done == bytes) << 63)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(pairs: &[(usize, u16)]) -> [u16; 256] {
        let mut words = [0; 256];
        for &(i, w) in pairs {
            words[i] = w;
        }
        words
    }

    #[test]
    fn disks_of_both_kinds_are_understood() {
        let small = Disk::identify(&words(&[(49, 0x300), (60, 0x1000), (61, 2)])).unwrap();
        assert_eq!(small, Disk { sectors: 0x21000, wide: false, dma: true, wide_flush: false });
        let big = words(&[(49, 0x200), (60, 0xffff), (61, 0xfff), (83, 0x6400), (102, 1)]);
        let big = Disk::identify(&big).unwrap();
        assert_eq!(big, Disk { sectors: 1 << 32, wide: true, dma: false, wide_flush: true });
    }

    #[test]
    fn what_is_no_disk_is_refused() {
        assert_eq!(Disk::identify(&[0; 256]), None);
        assert_eq!(Disk::identify(&[0xffff; 256]), None);
        assert_eq!(
            Disk::identify(&words(&[(0, 0x8580), (49, 0x300), (60, 9)])),
            None,
            "a CD drive"
        );
    }

    #[test]
    fn addresses_go_to_the_right_registers() {
        let disk = Disk { sectors: 1 << 40, wide: true, dma: true, wide_flush: true };
        let c = Command::transfer(disk, 1, Transfer::Read, true, 0x0abc_def1, 256);
        assert_eq!(c, Command { code: 0xc8, device: 0xfa, high: None, low: [0, 0xf1, 0xde, 0xbc] });
        let c = Command::transfer(disk, 0, Transfer::Write, false, 0x1_2345_6789, 0x300);
        let expected = Command {
            code: 0x34,
            device: 0xe0,
            high: Some([3, 0x23, 1, 0]),
            low: [0, 0x89, 0x67, 0x45],
        };
        assert_eq!(c, expected);
        let c = Command::transfer(disk, 0, Transfer::Read, false, (1 << 28) - 1, 2);
        assert_eq!(c.code, 0x24, "crosses the end of 28 bits");
    }

    #[test]
    fn frames_hold_the_registers_in_their_order() {
        let low = [0x11, 0x21, 0x22, 0x23];
        let c = Command { code: 0x25, device: 0xe0, high: Some([0x12, 0x24, 0x25, 0x26]), low };
        let expected = [
            0x27, 0x80, 0x25, 0, 0x21, 0x22, 0x23, 0xe0, 0x24, 0x25, 0x26, 0, 0x11, 0x12, 0, 0, 0,
            0, 0, 0,
        ];
        assert_eq!(c.frame(), expected);
    }

    #[test]
    fn full_tables_wrap_to_zero() {
        let entries = |address, bytes| dma_entries(address, bytes).collect::<Vec<u64>>();
        assert_eq!(entries(0x1_0000, 0x1_0000), [0x8000_0000_0001_0000]);
        assert_eq!(entries(0x1000, 512), [0x8000_0200_0000_1000]);
        let across = [0xf000_0000_1000, 0x2_0000 - 0x1_0000, 0x8000_1000_0002_0000];
        assert_eq!(entries(0x1000, 0x2_0000), across);
    }
}
