//! The bytes of a way back's record, changed in place.
//!
//! Images that were shrunk carry this file, too: it takes no memory, copies no sector and cannot
//! panic. What the bytes mean is said in [`super`].

/// A sector.
pub type Sector = [u8; 512];

/// First four bytes.
const MAGIC: u32 = u32::from_le_bytes(*b"BFWB");
/// Where things are; see the layout in [`super`].
pub const VERSION_AT: usize = 4;
/// Who starts.
pub const STATE_AT: usize = 6;
/// How the shrunk image was made.
pub const OPTIONS_AT: usize = 7;
/// Which record is newer.
pub const SEQUENCE_AT: usize = 8;
/// The sector of the first copy.
pub const REGION_AT: usize = 12;
/// The shrunk image.
pub const FIRST_AT: usize = 16;
/// Its sectors.
pub const SECTORS_AT: usize = 20;
/// Its sum.
pub const IMAGE_CRC_AT: usize = 24;
/// The boot whose snapshot it was made of.
pub const MADE_OF_AT: usize = 28;
/// The boot that learnt.
pub const LEARNT_IN_AT: usize = 32;
/// How often an image was made.
pub const MADE_AT: usize = 36;
/// The cause of the last return.
pub const LAST_AT: usize = 40;
/// The causes.
pub const CAUSES_AT: usize = 64;
/// Bytes of a cause.
pub const CAUSE_BYTES: usize = 48;
/// Causes there is room for.
pub const CAUSES: usize = 9;
/// The sum of all before it.
pub const CRC_AT: usize = 508;

/// In a cause: its kind (0: there is none), how often, the length of its name, then the sum of the
/// name, the boot of the image it struck, and as much of the name as there is room for.
pub const COUNT_IN: usize = 1;
/// See [`COUNT_IN`].
pub const LENGTH_IN: usize = 2;
/// See [`COUNT_IN`].
pub const SUM_IN: usize = 4;
/// See [`COUNT_IN`].
pub const BOOT_IN: usize = 8;
/// See [`COUNT_IN`].
pub const NAME_IN: usize = 12;
/// Bytes of a name that are kept.
pub const NAME_BYTES: usize = CAUSE_BYTES - NAME_IN;

/// Values at [`STATE_AT`].
pub const SHRUNK: u8 = 0;
/// The shrunk image has come back and nothing was learnt since.
pub const RETURNED: u8 = 1;
/// The grown image has run since.
pub const LEARNT: u8 = 2;
/// No shrunk image starts any more.
pub const STAYS: u8 = 3;

/// Returns for one cause after which the grown image stays.
pub const MOST_RETURNS: u8 = 2;

/// CRC-32 (IEEE 802.3), bit by bit: short code for few bytes.
pub fn crc<'a>(bytes: impl Iterator<Item = &'a u8>) -> u32 {
    let mut sum = !0_u32;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg());
        }
    }
    !sum
}

/// The four bytes at `at`, low one first; 0 where there are none.
pub fn word(sector: &Sector, at: usize) -> u32 {
    match sector.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(four) => u32::from_le_bytes(*four),
        None => 0,
    }
}

/// Sets them.
pub fn set_word(sector: &mut Sector, at: usize, value: u32) {
    if let Some(four) = sector.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) {
        *four = value.to_le_bytes();
    }
}

/// The byte at `at`; 0 where there is none.
pub fn byte(sector: &Sector, at: usize) -> u8 {
    sector.get(at).copied().unwrap_or(0)
}

/// Sets it.
pub fn set_byte(sector: &mut Sector, at: usize, value: u8) {
    if let Some(byte) = sector.get_mut(at) {
        *byte = value;
    }
}

/// Whether the sector is a record: its beginning, its version and its sum are right.
pub fn is_whole(sector: &Sector) -> bool {
    word(sector, 0) == MAGIC
        && word(sector, VERSION_AT) & 0xffff == 1
        && word(sector, SEQUENCE_AT) != 0
        && byte(sector, STATE_AT) <= STAYS
        && word(sector, CRC_AT) == crc(sector.iter().take(CRC_AT))
}

/// Sets what makes the sector a record.
pub fn seal(sector: &mut Sector) {
    set_word(sector, 0, MAGIC);
    let state = word(sector, VERSION_AT) & 0xffff_0000;
    set_word(sector, VERSION_AT, state | 1);
    set_word(sector, CRC_AT, crc(sector.iter().take(CRC_AT)));
}

/// Makes a record the next one; the sector that it goes to. That is the one of the other copy, so that
/// the record before it stays whole while this one is written.
pub fn next(sector: &mut Sector) -> u32 {
    let sequence = word(sector, SEQUENCE_AT).wrapping_add(1);
    set_word(sector, SEQUENCE_AT, sequence);
    seal(sector);
    word(sector, REGION_AT).wrapping_add(sequence & 1)
}

/// Notes that the shrunk image comes back, and why: a kind that is not 0, and a name that ends at its first
/// zero or the end of `name`. What is noted is made the next record; see [`next`].
///
/// A cause that strikes for the second time, or one for which there is no room any more, has the grown image
/// stay: no sequence of causes leads round for ever.
pub fn come_back<'a>(
    sector: &mut Sector,
    kind: u8,
    name: impl Iterator<Item = &'a u8> + Clone,
) -> u32 {
    let name = name.take_while(|byte| **byte != 0);
    let sum = crc(name.clone());
    let (mut state, mut last) = (STAYS, 0);
    for number in 0..CAUSES {
        let at = CAUSES_AT + number * CAUSE_BYTES;
        match byte(sector, at) {
            0 => {
                set_byte(sector, at, kind);
                set_byte(sector, at + LENGTH_IN, name.clone().count().min(255) as u8);
                set_word(sector, at + SUM_IN, sum);
                let places = sector.iter_mut().skip(at + NAME_IN).take(NAME_BYTES);
                places.zip(name.clone()).for_each(|(place, byte)| *place = *byte);
            }
            other if other != kind || word(sector, at + SUM_IN) != sum => continue,
            _ => {}
        }
        let count = byte(sector, at + COUNT_IN).saturating_add(1);
        set_byte(sector, at + COUNT_IN, count);
        set_word(sector, at + BOOT_IN, word(sector, MADE_OF_AT));
        last = number as u8 + 1;
        state = if count < MOST_RETURNS { RETURNED } else { STAYS };
        break;
    }
    set_byte(sector, LAST_AT, last);
    set_byte(sector, STATE_AT, state);
    next(sector)
}
