//! What to make, and what to leave out.

/// What is left out of an image.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Policy {
    /// What the program cannot call or use.
    #[default]
    Reachable,
    /// What no boot ever ran, too: a trap that names it stands in its place.
    Executed,
}

/// What a second compiler is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Goal {
    /// Fast code: of what takes time, its code in the place of what nobody has measured.
    Speed,
    /// Small code: the smaller one.
    Size,
}

/// What to make.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// What to leave out.
    pub policy: Policy,
    /// Make a flat image.
    pub flat: bool,
    /// Make an ELF image.
    pub elf: bool,
    /// Leave a flat image unpacked.
    pub plain: bool,
    /// Let the image report the cycles that it took.
    pub timing: bool,
    /// Know disks on the classic controllers only, and not those on SATA and virtio.
    pub classic_disks: bool,
    /// The image begins at this sector of a disk that has a grown one, too, and goes back to that.
    pub way_back: Option<u32>,
}

impl Options {
    /// How an image beside a grown one is made, as a disk's record has it (`boot/src/way_back/mod.rs`).
    #[must_use]
    pub fn byte(&self) -> u8 {
        u8::from(self.policy == Policy::Executed)
            | u8::from(self.timing) << 1
            | u8::from(self.plain) << 2
            | u8::from(self.classic_disks) << 6
    }

    /// The same again, for an image that begins at sector `first`.
    #[must_use]
    pub fn of_byte(made: u8, first: u32) -> Self {
        Self {
            policy: if made & 1 == 0 { Policy::Reachable } else { Policy::Executed },
            flat: true,
            elf: false,
            timing: made & 2 != 0,
            plain: made & 4 != 0,
            classic_disks: made & 64 != 0,
            way_back: Some(first),
        }
    }
}
