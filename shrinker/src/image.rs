//! A linked image, flat or ELF.

use anyhow::{Result, bail};

use crate::link::order::PAGE;
use crate::link::place::LOW_END;
use crate::link::{Base, Folds, Kept, Kind, Layout, UnitId, Units, relocate};
use crate::pack;

/// An image and how it came about.
#[derive(Clone, Debug)]
pub struct Image {
    /// What is in it.
    pub kept: Kept,
    /// What shares its bytes.
    pub folds: Folds,
    /// Where it lies.
    pub layout: Layout,
    /// The file.
    pub file: Vec<u8>,
}

/// An image cannot be made: what is missing or too large.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ImageError {
    /// Names that nothing defines, each with who refers to it.
    Unresolved(Vec<(String, String)>),
    /// Larger than what the first sector can load.
    TooLarge {
        /// Bytes of the image.
        bytes: u64,
        /// The most there may be.
        limit: u64,
    },
}

impl std::fmt::Display for ImageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ImageError::Unresolved(list) => {
                for (at, (symbol, by)) in list.iter().enumerate() {
                    let comma = if at == 0 { "" } else { "; " };
                    write!(f, "{comma}nothing defines `{symbol}`, which `{by}` refers to")?;
                }
                Ok(())
            }
            ImageError::TooLarge { bytes, limit } => write!(
                f,
                "the flat image would have {bytes} bytes, and its loader reads at most {limit} \
                 into the first mebibyte; make an ELF image with --elf only"
            ),
        }
    }
}

impl std::error::Error for ImageError {}

/// Links everything reachable into an image. A flat one is packed when that makes it smaller and
/// `pack` allows.
///
/// # Errors
/// [`ImageError`], or an address that its place has no room for.
pub fn link(units: &Units, base: Base, pack: bool) -> Result<Image> {
    let plain = link_plain(units, base)?;
    if !pack || base == Base::Elf {
        return Ok(plain);
    }
    match link_packed(units, &plain)? {
        Some(packed) if packed.file.len() < plain.file.len() => Ok(packed),
        _ => Ok(plain),
    }
}

fn link_plain(units: &Units, base: Base) -> Result<Image> {
    let chains: &[Kind] = match base {
        Base::Flat => &[Kind::Sector, Kind::Real, Kind::Start],
        Base::Elf => &[Kind::Pvh, Kind::Start],
    };
    let kept = Kept::of(units, chains, &[]);
    if !kept.unresolved.is_empty() {
        let name = |unit: UnitId| units.unit(unit).name.clone();
        let list = kept.unresolved.iter();
        let list = list.map(|(symbol, by)| (units.name(*symbol).to_owned(), name(*by))).collect();
        bail!(ImageError::Unresolved(list));
    }
    let folds = Folds::of(units, &kept);
    let layout = Layout::of(units, &kept, &folds, base, None);
    if base == Base::Flat && layout.file_end > LOW_END - STACK {
        let limit = LOW_END - STACK - layout.base;
        bail!(ImageError::TooLarge { bytes: layout.span(), limit });
    }
    let mut file = relocate(units, &kept, &layout, layout.span())?;
    // A flat file's last sector may be short: nothing behind its end is ever looked at.
    if base == Base::Elf {
        file = crate::elf::write(units, &layout, &file);
    }
    Ok(Image { kept, folds, layout, file })
}

/// The same image with its content packed; `None` when there is no room to unpack it.
///
/// Where in a page the content begins decides which functions fill its ends, so the smallest of
/// several places is taken: that is free, as the room between is not in the file.
fn link_packed(units: &Units, plain: &Image) -> Result<Option<Image>> {
    let chains = [Kind::Sector, Kind::Real, Kind::Unpack, Kind::Start];
    let kept = Kept::of(units, &chains, &[]);
    let folds = Folds::of(units, &kept);
    // The content goes behind what the file can be at most, so that packed and unpacked bytes
    // never meet, and in pages of its own, as it is written while the decoder runs.
    let align = units.iter().map(|(_, unit)| unit.align).max().unwrap_or(1);
    let first = (plain.layout.file_end + UNPACKER).next_multiple_of(align.max(PAGE));
    let tries = (PACKED_IN_ALL / plain.layout.span()).clamp(1, PAGE / align.clamp(TRY, PAGE));
    let mut best: Option<(usize, u64)> = None;
    for number in 0..tries {
        let content = first + number * align.max(TRY);
        let image = pack_at(units, &kept, &folds, content, QUICK)?;
        let found = image.map(|image| (image.file.len(), content));
        best = [best, found].into_iter().flatten().min();
    }
    let Some((_, content)) = best else { return Ok(None) };
    pack_at(units, &kept, &folds, content, THOROUGH)
}

/// The image whose content is unpacked to `content`, packed in `passes`; `None` when there is no
/// room for it.
fn pack_at(
    units: &Units,
    kept: &Kept,
    folds: &Folds,
    content: u64,
    passes: u32,
) -> Result<Option<Image>> {
    let layout = Layout::of(units, kept, folds, Base::Flat, Some(content));
    if layout.file_end + pack::TABLE + STACK > LOW_END {
        return Ok(None);
    }
    let split = |image: &[u8]| {
        let (head, rest) = image.split_at((layout.head_end - layout.base) as usize);
        (head.to_vec(), rest[(layout.content - layout.head_end) as usize..].to_vec())
    };
    let (head, unpacked) = split(&relocate(units, kept, &layout, 0)?);
    let packed = pack::pack(&unpacked, passes);
    // The machine's decoder trusts what it reads.
    if pack::unpack(&packed, unpacked.len()).as_ref() != Some(&unpacked) {
        bail!("what was packed does not unpack to the same: an error of the packer");
    }
    let length = head.len() + packed.len();
    // The content knows nothing of the file's length, so it is the same again.
    let (mut file, _) = split(&relocate(units, kept, &layout, length as u64)?);
    file.extend(packed);
    // The decoder looks at two bytes in front of what it unpacks.
    let fits = layout.base + length as u64 + 2 <= layout.content;
    let (kept, folds) = (kept.clone(), folds.clone());
    Ok(fits.then_some(Image { kept, folds, layout, file }))
}

/// Bytes that are packed at most to find the best place for the content.
const PACKED_IN_ALL: u64 = 256 << 10;
/// Passes of the packer to compare places, and to pack in the best.
const QUICK: u32 = 3;
const THOROUGH: u32 = 16;
/// Bytes between two places that are tried.
const TRY: u64 = 256;

/// Room for the decoder, in bytes.
const UNPACKER: u64 = 512;

/// Stack that must fit below [`LOW_END`].
const STACK: u64 = 16 << 10;
