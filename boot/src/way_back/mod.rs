//! The way back: what a disk with a grown and a shrunk image says of which of them starts.
//!
//! Such a disk has, behind its volume, a partition of type 0xDA, its *region*:
//!
//! ```text
//!   sector 0, 1   the record, twice
//!   sector 8 …    the shrunk image
//! ```
//!
//! The record, one sector, little-endian:
//!
//! ```text
//!   0  magic "BFWB"
//!   4  version          u16   1
//!   6  state            u8    0 the shrunk image starts; 1 it came back, and the grown one starts, to
//!                             learn; 2 the grown one has learnt, and starts until a shrunk one is made
//!                             of that; 3 the grown one stays
//!   7  options          u8    how the shrunk image was made: the sum of 1 policy `executed`, 2 timing,
//!                             4 not packed, 8 the machine itself makes the next one; and 16 times how often
//!                             it has begun to, 3 at most
//!   8  sequence         u32   the higher one is newer; never 0. Its lowest bit says which copy it is
//!  12  region           u32   the disk's sector that the first copy is
//!  16  image            u32   the disk's sector that the shrunk image begins at
//!  20  sectors          u32   how many it has
//!  24  image CRC-32     u32   of these sectors
//!  28  made of          u32   the boot whose snapshot the image was made of
//!  32  learnt in        u32   the boot that has learnt since, in state 2
//!  36  made             u32   how many shrunk images there have been
//!  40  last             u8    cause of the last return, counted from 1; 0: none, or no room for it
//!  41  zero             to 63
//!  64  causes           9 of 48 bytes:
//!        0  kind        u8    0: none; 1 code that was left out; 2 a processor without a feature;
//!                             3 no disk that the image can use
//!        1  returns     u8    for this cause
//!        2  length      u8    of its name, 255 for longer ones
//!        4  name CRC-32 u32   of the whole name
//!        8  made of     u32   as above, of the image that came back last for this cause
//!       12  name        36 bytes, cut off or filled up with zeros
//! 496  zero
//! 508  CRC-32           u32   of bytes 0 to 507
//! ```
//!
//! Who writes writes the copy that is *not* in force, with a higher sequence. A power cut meanwhile leaves a
//! copy whose sum is wrong, or a sector that cannot be read, and the other copy in force: what was before.
//! Where neither copy is whole the grown image starts, which can do everything.

pub mod disk;
pub mod sector;

use sector::{Sector, byte, set_byte, set_word, word};

/// Type of the region's partition: no file system.
pub const PARTITION_TYPE: u8 = 0xda;
/// Sectors from the region's beginning to the shrunk image.
pub const IMAGE_IN: u32 = 8;
/// Sectors of a region are a multiple of this: any image that a BIOS loads below 640 KiB fits the least.
pub const REGION_SECTORS: u32 = 2048;
/// In [`Image::options`]: the machine itself makes the next image.
pub const BY_ITSELF: u8 = 8;
/// One attempt of the machine in [`Image::options`].
const ATTEMPT: u8 = 16;
/// So often it tries, whatever it is that ends it.
const MOST_ATTEMPTS: u8 = 3;
/// Copies of the record.
pub const COPIES: u32 = 2;

/// Which image starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// The shrunk one.
    Shrunk,
    /// The grown one, since the shrunk one came back; it has not run to its end since.
    Returned,
    /// The grown one, which has run since.
    Learnt,
    /// The grown one, for good.
    Stays,
}

/// Why a shrunk image came back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// It came to code that it was made without.
    NeverRan,
    /// The processor lacks a feature that its code uses.
    Processor,
    /// There is no disk that it can use.
    Disk,
    /// One that this version does not know.
    Unknown,
}

impl Kind {
    /// The kind as a record has it.
    #[must_use]
    pub const fn of(number: u8) -> Self {
        match number {
            1 => Self::NeverRan,
            2 => Self::Processor,
            3 => Self::Disk,
            _ => Self::Unknown,
        }
    }

    /// What it is called in records and lists.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NeverRan => "never ran",
            Self::Processor => "processor",
            Self::Disk => "disk",
            Self::Unknown => "unknown",
        }
    }
}

/// A cause of returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cause<'a> {
    /// What kind of cause it is.
    pub kind: Kind,
    /// How often it struck.
    pub returns: u8,
    /// The boot whose snapshot the last image that it struck was made of.
    pub made_of: u32,
    /// What was missing, as far as it was kept.
    pub name: &'a str,
    /// Whether that is all of it.
    pub whole: bool,
}

/// The record of a disk.
#[derive(Clone, PartialEq, Eq)]
pub struct Record(Sector);

/// What is said of a shrunk image.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Image {
    /// The disk's sector that it begins at.
    pub first: u32,
    /// Its sectors.
    pub sectors: u32,
    /// CRC-32 of these.
    pub crc: u32,
    /// The boot whose snapshot it was made of.
    pub made_of: u32,
    /// How it was made; see above.
    pub options: u8,
}

impl Record {
    /// The record of a disk that gets its first shrunk image.
    #[must_use]
    pub fn new(region: u32, image: &Image) -> Self {
        let mut record = Self([0; 512]);
        // Made the next one by `shrunk`; so the first is 2, and there can be one before it.
        set_word(&mut record.0, sector::SEQUENCE_AT, 1);
        record.shrunk(region, image);
        record
    }

    /// The copy that is in force, of the two.
    #[must_use]
    pub fn newest(copies: [&Sector; COPIES as usize]) -> Option<Self> {
        let whole = copies.into_iter().filter(|copy| sector::is_whole(copy));
        whole.max_by_key(|copy| word(copy, sector::SEQUENCE_AT)).map(|copy| Self(*copy))
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &Sector {
        &self.0
    }

    /// Which copy it is to be: 0 or 1.
    #[must_use]
    pub fn copy(&self) -> u32 {
        word(&self.0, sector::SEQUENCE_AT) & 1
    }

    /// Which image starts.
    #[must_use]
    pub fn state(&self) -> State {
        match byte(&self.0, sector::STATE_AT) {
            sector::SHRUNK => State::Shrunk,
            sector::RETURNED => State::Returned,
            sector::LEARNT => State::Learnt,
            _ => State::Stays,
        }
    }

    /// The shrunk image.
    #[must_use]
    pub fn image(&self) -> Image {
        Image {
            first: word(&self.0, sector::FIRST_AT),
            sectors: word(&self.0, sector::SECTORS_AT),
            crc: word(&self.0, sector::IMAGE_CRC_AT),
            made_of: word(&self.0, sector::MADE_OF_AT),
            options: byte(&self.0, sector::OPTIONS_AT),
        }
    }

    /// The boot that has learnt since the shrunk image came back.
    #[must_use]
    pub fn learnt_in(&self) -> Option<u32> {
        let learnt = word(&self.0, sector::LEARNT_IN_AT);
        (learnt != 0).then_some(learnt)
    }

    /// How many shrunk images there have been.
    #[must_use]
    pub fn made(&self) -> u32 {
        word(&self.0, sector::MADE_AT)
    }

    /// Why shrunk images came back, the oldest cause first.
    pub fn causes(&self) -> impl Iterator<Item = Cause<'_>> {
        let bytes = self.0[sector::CAUSES_AT..].chunks_exact(sector::CAUSE_BYTES);
        bytes.take(sector::CAUSES).take_while(|cause| cause[0] != 0).map(cause_of)
    }

    /// The cause of the last return.
    #[must_use]
    pub fn last(&self) -> Option<Cause<'_>> {
        let number = usize::from(byte(&self.0, sector::LAST_AT)).checked_sub(1)?;
        self.causes().nth(number)
    }

    /// The same, after a shrunk image was made: it starts next.
    pub fn shrunk(&mut self, region: u32, image: &Image) {
        let made = self.made().saturating_add(1);
        for (at, value) in [
            (sector::REGION_AT, region),
            (sector::FIRST_AT, image.first),
            (sector::SECTORS_AT, image.sectors),
            (sector::IMAGE_CRC_AT, image.crc),
            (sector::MADE_OF_AT, image.made_of),
            (sector::LEARNT_IN_AT, 0),
            (sector::MADE_AT, made),
        ] {
            set_word(&mut self.0, at, value);
        }
        set_byte(&mut self.0, sector::STATE_AT, sector::SHRUNK);
        set_byte(&mut self.0, sector::OPTIONS_AT, image.options % ATTEMPT);
        sector::next(&mut self.0);
    }

    /// The same, after the grown image has run in this boot; `false` when that changes nothing.
    pub fn learnt(&mut self, boot: u32) -> bool {
        let changes = self.state() == State::Returned;
        if changes {
            set_word(&mut self.0, sector::LEARNT_IN_AT, boot);
            set_byte(&mut self.0, sector::STATE_AT, sector::LEARNT);
            sector::next(&mut self.0);
        }
        changes
    }

    /// The same, before the machine itself makes the next shrunk image; `false` when it is not to, or tried too often.
    pub fn trying(&mut self) -> bool {
        let options = self.image().options;
        let may = options & BY_ITSELF != 0 && options / ATTEMPT < MOST_ATTEMPTS;
        let may = may && self.state() == State::Learnt;
        if may {
            set_byte(&mut self.0, sector::OPTIONS_AT, options + ATTEMPT);
            sector::next(&mut self.0);
        }
        may
    }

    /// The same, after the shrunk image has come back; see [`sector::come_back`].
    pub fn came_back(&mut self, kind: u8, name: &[u8]) {
        sector::come_back(&mut self.0, kind, name.iter());
    }

    /// The one before it, for the other copy: the same with a lower sequence.
    #[must_use]
    pub fn before(&self) -> Self {
        let mut before = self.clone();
        let sequence = word(&self.0, sector::SEQUENCE_AT);
        set_word(&mut before.0, sector::SEQUENCE_AT, sequence.wrapping_sub(1));
        sector::seal(&mut before.0);
        before
    }
}

impl core::fmt::Debug for Record {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Record")
            .field("state", &self.state())
            .field("sequence", &word(&self.0, sector::SEQUENCE_AT))
            .field("image", &self.image())
            .finish_non_exhaustive()
    }
}

fn cause_of(bytes: &[u8]) -> Cause<'_> {
    let word = |at: usize| match bytes[at..].first_chunk() {
        Some(four) => u32::from_le_bytes(*four),
        None => 0,
    };
    let length = usize::from(bytes[sector::LENGTH_IN]);
    let kept = &bytes[sector::NAME_IN..][..length.min(sector::NAME_BYTES)];
    let name = match core::str::from_utf8(kept) {
        Ok(name) => name,
        // Cut off within a letter.
        Err(error) => core::str::from_utf8(&kept[..error.valid_up_to()]).unwrap_or_default(),
    };
    Cause {
        kind: Kind::of(bytes[0]),
        returns: bytes[sector::COUNT_IN],
        made_of: word(sector::BOOT_IN),
        name,
        whole: length <= sector::NAME_BYTES,
    }
}

/// First sector and number of sectors of the region, by a disk's first sector.
#[must_use]
pub fn region(table: &Sector) -> Option<(u32, u32)> {
    let entry = table[446..510].chunks_exact(16).nth(REGION_ENTRY)?;
    let found = table[510..] == [0x55, 0xaa] && entry[4] == PARTITION_TYPE;
    let at = 446 + REGION_ENTRY * 16;
    found.then(|| (word(table, at + 8), word(table, at + 12)))
}

/// Which entry of the partition table is the region's; stage 2 looks nowhere else.
const REGION_ENTRY: usize = 1;

/// Sectors of the region for an image of so many; `None` where no disk has as many.
#[must_use]
pub fn region_for(image: u32) -> Option<u32> {
    image.checked_add(IMAGE_IN)?.checked_next_multiple_of(REGION_SECTORS)
}

/// Enters the region into a disk's first sector.
pub fn set_region(table: &mut Sector, first: u32, sectors: u32) {
    let at = 446 + REGION_ENTRY * 16;
    // CHS fields with the value that means "see the sector numbers".
    table[at..at + 8].copy_from_slice(&[0, 0xfe, 0xff, 0xff, PARTITION_TYPE, 0xfe, 0xff, 0xff]);
    set_word(table, at + 8, first);
    set_word(table, at + 12, sectors);
}

/// Whether a disk's second sector begins a loader that knows the way back.
#[must_use]
pub fn is_known_to(stage2: &Sector) -> bool {
    stage2[..4] == *b"BFS2" && word(stage2, 12) & 0xffff >= 1
}

#[cfg(test)]
mod tests;
