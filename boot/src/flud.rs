//! FLUD: the file that stage 2 loads, one flat image of a kernel behind one sector of header.
//!
//! ```text
//!   0  magic "FLUD"
//!   4  version          u16   1
//!   6  header length    u16   512
//!   8  payload length   u64   bytes in the file behind the header
//!  16  load address     u64   where the payload goes; at least 1 MiB
//!  24  entry            u64   64-bit code to jump to, inside the payload
//!  32  memory size      u64   payload and the zeroed memory behind it (.bss)
//!  40  payload CRC-32   u32   IEEE 802.3, of the payload
//!  44  zero             to 63
//!  64  command line     ends with NUL; at most 443 bytes and the NUL
//! 508  header CRC-32    u32   of bytes 0 to 507
//! 512  payload
//! ```
//!
//! All numbers are little-endian. A header of a full sector keeps the payload aligned to
//! sectors, so that the loader copies whole sectors to their final place.

/// First four bytes.
pub const MAGIC: [u8; 4] = *b"FLUD";
/// Version of the header.
pub const VERSION: u16 = 1;
/// Length of the header in bytes.
pub const HEADER_BYTES: usize = 512;
/// Longest command line, in bytes.
pub const LONGEST_COMMAND_LINE: usize = HEADER_CRC_AT - COMMAND_LINE_AT - 1;
/// Where the command line begins, and where the header's checksum is.
const COMMAND_LINE_AT: usize = 64;
const HEADER_CRC_AT: usize = 508;
/// Lowest address a payload may be loaded at.
pub const LOWEST_LOAD: u64 = 0x10_0000;
/// Longest payload that stage 2 loads, in bytes.
pub const LONGEST_PAYLOAD: u64 = 64 << 20;

/// What the header says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    /// Bytes of payload behind the header.
    pub payload_bytes: u64,
    /// Physical address of the payload's first byte.
    pub load_address: u64,
    /// Physical address of the first instruction.
    pub entry: u64,
    /// Bytes the kernel needs from `load_address` on, payload included.
    pub memory_bytes: u64,
    /// CRC-32 of the payload.
    pub payload_crc: u32,
}

/// Why bytes are not a FLUD file that stage 2 would start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FludError {
    /// Shorter than the header.
    Short(usize),
    /// Does not begin with the magic; what it begins with.
    Magic([u8; 4]),
    /// A version this crate does not know.
    Version(u16),
    /// The header's checksum: computed, stored.
    HeaderCrc(u32, u32),
    /// A payload longer than the bytes there are: length by the header, bytes there.
    Truncated(u64, u64),
    /// The payload's checksum: computed, stored.
    PayloadCrc(u32, u32),
    /// A command line with a NUL in it or of more than [`LONGEST_COMMAND_LINE`] bytes; its length.
    CommandLine(usize),
    /// Addresses or sizes that cannot be loaded: name of the field, its value.
    Field(&'static str, u64),
}

impl core::fmt::Display for FludError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match *self {
            Self::Short(len) => write!(f, "{len} bytes, too short for a FLUD header of 512"),
            Self::Magic(found) => write!(f, "offset 0: begins with {found:02x?}, not \"FLUD\""),
            Self::Version(v) => write!(f, "offset 4: FLUD version {v}, only 1 is known"),
            Self::HeaderCrc(is, said) => {
                write!(f, "offset 508: the header's CRC-32 is {is:08x}, stored is {said:08x}")
            }
            Self::Truncated(said, there) => {
                write!(f, "offset 8: {said} bytes of payload expected, {there} are there")
            }
            Self::PayloadCrc(is, said) => {
                write!(f, "offset 40: the payload's CRC-32 is {is:08x}, stored is {said:08x}")
            }
            Self::CommandLine(length) => write!(
                f,
                "a command line of {length} bytes: at most {LONGEST_COMMAND_LINE}, none of them NUL"
            ),
            Self::Field(name, value) => write!(f, "{name} {value:#x} cannot be loaded"),
        }
    }
}

impl core::error::Error for FludError {}

impl Header {
    /// The header of a payload.
    ///
    /// # Errors
    /// [`FludError::Field`] when stage 2 could not load it.
    pub fn for_payload(
        payload: &[u8],
        load_address: u64,
        entry: u64,
        memory_bytes: u64,
    ) -> Result<Self, FludError> {
        let header = Self {
            payload_bytes: payload.len() as u64,
            load_address,
            entry,
            memory_bytes,
            payload_crc: crc32fast::hash(payload),
        };
        header.check()?;
        Ok(header)
    }

    /// The header's sector, without a command line.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; HEADER_BYTES] {
        self.sealed([0; HEADER_BYTES])
    }

    /// The header's sector, with a command line for the kernel.
    ///
    /// # Errors
    /// [`FludError::CommandLine`] when the line is too long or has a NUL in it.
    pub fn to_bytes_with(&self, command_line: &[u8]) -> Result<[u8; HEADER_BYTES], FludError> {
        let length = command_line.len();
        if length > LONGEST_COMMAND_LINE || command_line.contains(&0) {
            return Err(FludError::CommandLine(length));
        }
        let mut out = [0; HEADER_BYTES];
        out[COMMAND_LINE_AT..][..length].copy_from_slice(command_line);
        Ok(self.sealed(out))
    }

    /// Fills in the fields and the checksum.
    fn sealed(&self, mut out: [u8; HEADER_BYTES]) -> [u8; HEADER_BYTES] {
        out[0..4].copy_from_slice(&MAGIC);
        out[4..6].copy_from_slice(&VERSION.to_le_bytes());
        out[6..8].copy_from_slice(&(HEADER_BYTES as u16).to_le_bytes());
        out[8..16].copy_from_slice(&self.payload_bytes.to_le_bytes());
        out[16..24].copy_from_slice(&self.load_address.to_le_bytes());
        out[24..32].copy_from_slice(&self.entry.to_le_bytes());
        out[32..40].copy_from_slice(&self.memory_bytes.to_le_bytes());
        out[40..44].copy_from_slice(&self.payload_crc.to_le_bytes());
        let crc = crc32fast::hash(&out[..HEADER_CRC_AT]);
        out[HEADER_CRC_AT..].copy_from_slice(&crc.to_le_bytes());
        out
    }

    /// Reads and checks a FLUD file whole; its header and payload.
    ///
    /// # Errors
    /// What stage 2 would refuse, and where it stands. Bytes behind the payload are ignored.
    pub fn parse(file: &[u8]) -> Result<(Self, &[u8]), FludError> {
        let Some((head, rest)) = file.split_first_chunk::<HEADER_BYTES>() else {
            return Err(FludError::Short(file.len()));
        };
        let u32_at =
            |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let u64_at = |at: usize| u64::from(u32_at(at)) | u64::from(u32_at(at + 4)) << 32;
        if head[..4] != MAGIC {
            return Err(FludError::Magic([head[0], head[1], head[2], head[3]]));
        }
        let version = u16::from_le_bytes([head[4], head[5]]);
        if version != VERSION {
            return Err(FludError::Version(version));
        }
        let crc = crc32fast::hash(&head[..HEADER_CRC_AT]);
        if crc != u32_at(HEADER_CRC_AT) {
            return Err(FludError::HeaderCrc(crc, u32_at(HEADER_CRC_AT)));
        }
        let header = Self {
            payload_bytes: u64_at(8),
            load_address: u64_at(16),
            entry: u64_at(24),
            memory_bytes: u64_at(32),
            payload_crc: u32_at(40),
        };
        header.check()?;
        let length = header.payload_bytes as usize;
        let Some(payload) = rest.get(..length) else {
            return Err(FludError::Truncated(header.payload_bytes, rest.len() as u64));
        };
        let crc = crc32fast::hash(payload);
        if crc != header.payload_crc {
            return Err(FludError::PayloadCrc(crc, header.payload_crc));
        }
        Ok((header, payload))
    }

    /// The command line in a FLUD file; empty when there is none, or no whole header.
    #[must_use]
    pub fn command_line(file: &[u8]) -> &[u8] {
        let line = file.get(COMMAND_LINE_AT..HEADER_CRC_AT).unwrap_or_default();
        line.split(|&byte| byte == 0).next().unwrap_or_default()
    }

    /// Limits of what stage 2 loads.
    fn check(&self) -> Result<(), FludError> {
        let &Self { payload_bytes, load_address, entry, memory_bytes, .. } = self;
        if payload_bytes == 0 || payload_bytes > LONGEST_PAYLOAD {
            return Err(FludError::Field("payload length", payload_bytes));
        }
        if !(LOWEST_LOAD..1 << 31).contains(&load_address) {
            return Err(FludError::Field("load address", load_address));
        }
        if entry < load_address || entry >= load_address + payload_bytes {
            return Err(FludError::Field("entry", entry));
        }
        if memory_bytes < payload_bytes || memory_bytes > 1 << 31 {
            return Err(FludError::Field("memory size", memory_bytes));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn file() -> Vec<u8> {
        let payload = [0x90; 1000];
        let header = Header::for_payload(&payload, 0x10_0000, 0x10_0010, 4096).unwrap();
        let mut out = header.to_bytes().to_vec();
        out.extend_from_slice(&payload);
        out
    }

    #[test]
    fn what_is_written_is_read() {
        let file = file();
        let (header, payload) = Header::parse(&file).unwrap();
        assert_eq!(header.entry, 0x10_0010);
        assert_eq!(header.memory_bytes, 4096);
        assert_eq!(payload, [0x90; 1000]);
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let good = file();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x40;
            assert!(Header::parse(&bad).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_command_line_is_carried() {
        let (header, payload) = Header::parse(&file()).map(|(h, p)| (h, p.to_vec())).unwrap();
        let mut with = header.to_bytes_with(b"selftest=fat").unwrap().to_vec();
        with.extend(payload);
        assert!(Header::parse(&with).is_ok());
        assert_eq!(Header::command_line(&with), b"selftest=fat");
        assert_eq!(Header::command_line(&file()), b"");
        let longest = [b'x'; LONGEST_COMMAND_LINE];
        assert_eq!(Header::command_line(&header.to_bytes_with(&longest).unwrap()), longest);
        assert_eq!(
            header.to_bytes_with(&[b'x'; LONGEST_COMMAND_LINE + 1]),
            Err(FludError::CommandLine(LONGEST_COMMAND_LINE + 1))
        );
        assert_eq!(header.to_bytes_with(b"a\0b"), Err(FludError::CommandLine(3)));
    }

    #[test]
    fn every_shorter_file_is_refused() {
        let good = file();
        for len in 0..good.len() {
            assert!(Header::parse(&good[..len]).is_err(), "{len} bytes");
        }
    }

    #[test]
    fn a_kernel_below_one_mebibyte_is_refused() {
        let error = Header::for_payload(&[0], 0x8000, 0x8000, 1).unwrap_err();
        assert_eq!(error, FludError::Field("load address", 0x8000));
    }
}
