//! A linked image, flat or ELF.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use anyhow::{Result, bail};

use crate::link::order::PAGE;
use crate::link::place::{ABOVE_END, Form, LOW_END};
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
    /// Larger than what its code can address.
    TooLarge {
        /// Bytes of the image.
        bytes: u64,
        /// The most there may be.
        limit: u64,
    },
}

impl core::fmt::Display for ImageError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
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
                "the image would take {bytes} bytes of memory, and its code reaches no more than {limit}"
            ),
        }
    }
}

impl core::error::Error for ImageError {}

/// Links everything reachable into an image. A flat one is packed when that makes it smaller and
/// `pack` allows; it is loaded above the first mebibyte where it has no room below.
///
/// # Errors
/// [`ImageError`], or an address that its place has no room for.
pub fn link(units: &Units, base: Base, pack: bool) -> Result<Image> {
    let plain = link_plain(units, base)?;
    if !pack || base == Base::Elf {
        return Ok(plain);
    }
    let packed = match link_packed(units, &plain)? {
        None => link_packed_above(units)?,
        some => some,
    };
    match packed {
        Some(packed) if packed.file.len() < plain.file.len() => Ok(packed),
        _ => Ok(plain),
    }
}

/// What an image of a form needs: what its ways lead to. `calls`: its content has calls as places.
fn kept(units: &Units, base: Base, form: Form, calls: bool) -> Result<Kept> {
    let chains: &[Kind] = match (base, form) {
        (Base::Elf, _) => &[Kind::Pvh, Kind::Start],
        (Base::Flat, Form::Behind) => &[Kind::Sector, Kind::Real, Kind::Start],
        (Base::Flat, Form::Above) => &[Kind::Sector, Kind::Real, Kind::Go, Kind::Start],
        (Base::Flat, Form::Unpacked(_) | Form::UnpackedAbove) => {
            &[Kind::Sector, Kind::Real, Kind::Unpack, Kind::Start]
        }
    };
    let above = units.find(LOADS_ABOVE).filter(|_| form.is_above());
    let calls = units.find(CALLS).filter(|_| calls);
    let pieces: Vec<_> = above.into_iter().chain(calls).collect();
    let kept = Kept::of(units, chains, &pieces);
    if !kept.unresolved.is_empty() {
        let name = |unit: UnitId| units.unit(unit).name.clone();
        let list = kept.unresolved.iter();
        let list = list.map(|(symbol, by)| (units.name(*symbol).to_owned(), name(*by))).collect();
        bail!(ImageError::Unresolved(list));
    }
    Ok(kept)
}

/// The piece that loads what has no room in low memory.
const LOADS_ABOVE: &str = "need_high";
/// The piece that makes distances of what [`pack::calls`] made places.
const CALLS: &str = "need_calls";

fn link_plain(units: &Units, base: Base) -> Result<Image> {
    let low = kept(units, base, Form::Behind, false)?;
    let folds = Folds::of(units, &low);
    let layout = Layout::of(units, &low, &folds, base, Form::Behind);
    if base == Base::Elf || layout.file_end <= LOW_END - STACK {
        reachable(&layout)?;
        let mut file = relocate(units, &low, &layout, layout.span())?;
        // A flat file's last sector may be short: nothing behind its end is ever looked at.
        if base == Base::Elf {
            file = crate::elf::write(units, &layout, &file);
        }
        return Ok(Image { kept: low, folds, layout, file });
    }
    let kept = kept(units, base, Form::Above, false)?;
    let folds = Folds::of(units, &kept);
    let layout = Layout::of(units, &kept, &folds, base, Form::Above);
    reachable(&layout)?;
    let length = layout.head_bytes() + layout.file_end - layout.content;
    let [mut file, content] = split(&layout, &relocate(units, &kept, &layout, length)?);
    file.resize(layout.head_bytes() as usize, 0);
    file.extend(content);
    Ok(Image { kept, folds, layout, file })
}

/// Whether code can address all of it.
fn reachable(layout: &Layout) -> Result<()> {
    let end = layout.bss_end.max(layout.file_end);
    if end > ABOVE_END {
        bail!(ImageError::TooLarge { bytes: end - layout.base, limit: ABOVE_END });
    }
    Ok(())
}

/// An image's head and its content.
fn split(layout: &Layout, image: &[u8]) -> [Vec<u8>; 2] {
    let (head, rest) = image.split_at((layout.head_end - layout.base) as usize);
    [head.to_vec(), rest[(layout.content - layout.head_end) as usize..].to_vec()]
}

/// The same image with its content packed; `None` when there is no room to unpack it in low memory.
///
/// Where in a page the content begins decides which functions fill its ends, so the smallest of
/// several places is taken: that is free, as the room between is not in the file.
fn link_packed(units: &Units, plain: &Image) -> Result<Option<Image>> {
    if plain.layout.form.is_above() {
        return Ok(None);
    }
    let ways = [false, true].map(|calls| -> Result<_> {
        let kept = kept(units, Base::Flat, Form::Unpacked(0), calls)?;
        let folds = Folds::of(units, &kept);
        Ok(Way { units, kept, folds, calls })
    });
    let [plainly, by_places] = ways;
    let (plainly, by_places) = (plainly?, by_places?);
    // The content goes behind what the file can be at most, so that packed and unpacked bytes
    // never meet, and in pages of its own, as it is written while the decoder runs.
    let align = units.iter().map(|(_, unit)| unit.align).max().unwrap_or(1);
    let first = (plain.layout.file_end + UNPACKER).next_multiple_of(align.max(PAGE));
    let tries = (PACKED_IN_ALL / plain.layout.span()).clamp(1, PAGE / align.clamp(TRY, PAGE));
    let mut best: Option<(usize, u64)> = None;
    for number in 0..tries {
        let content = first + number * align.max(TRY);
        let image = plainly.pack_at(content, QUICK)?;
        let found = image.map(|image| (image.file.len(), content));
        best = [best, found].into_iter().flatten().min();
    }
    let Some((_, content)) = best else { return Ok(None) };
    let both = [plainly.pack_at(content, THOROUGH)?, by_places.pack_at(content, THOROUGH)?];
    Ok(both.into_iter().flatten().min_by_key(|image| image.file.len()))
}

/// The image that is unpacked above the first mebibyte.
fn link_packed_above(units: &Units) -> Result<Option<Image>> {
    // So much code has more calls than what makes distances of them has bytes.
    let kept = kept(units, Base::Flat, Form::UnpackedAbove, true)?;
    let folds = Folds::of(units, &kept);
    let layout = Layout::of(units, &kept, &folds, Base::Flat, Form::UnpackedAbove);
    let [_, unpacked] = split(&layout, &relocate(units, &kept, &layout, 0)?);
    let packed = packed_by_places(&unpacked, layout.content, QUICK)?;
    let length = layout.head_bytes() as usize + packed.len();
    let [mut file, _] = split(&layout, &relocate(units, &kept, &layout, length as u64)?);
    file.resize(layout.head_bytes() as usize, 0);
    file.extend(packed);
    Ok(Some(Image { kept, folds, layout, file }))
}

/// Packed in so many passes. The machine's decoder trusts what it reads, so it is tried here.
fn packed(unpacked: &[u8], passes: u32) -> Result<Vec<u8>> {
    let packed = pack::pack(unpacked, passes);
    if pack::unpack(&packed, unpacked.len()).as_deref() != Some(unpacked) {
        bail!("what was packed does not unpack to the same: an error of the packer");
    }
    Ok(packed)
}

/// The same with calls as places in a content that begins at `address`.
fn packed_by_places(unpacked: &[u8], address: u64, passes: u32) -> Result<Vec<u8>> {
    let places = pack::calls::to_places(unpacked, address as u32);
    if pack::calls::to_distances(&places, address as u32) != unpacked {
        bail!("calls made places do not become the same again: an error of the packer");
    }
    packed(&places, passes)
}

/// What a packed image consists of.
struct Way<'a> {
    units: &'a Units,
    kept: Kept,
    folds: Folds,
    /// Whether its content has calls as places.
    calls: bool,
}

impl Way<'_> {
    /// The image whose content is unpacked to `content`, packed in `passes`; `None` when there is no
    /// room for it.
    fn pack_at(&self, content: u64, passes: u32) -> Result<Option<Image>> {
        let Self { units, kept, folds, calls } = self;
        let layout = Layout::of(units, kept, folds, Base::Flat, Form::Unpacked(content));
        if layout.file_end + pack::TABLE + STACK > LOW_END {
            return Ok(None);
        }
        let [head, unpacked] = split(&layout, &relocate(units, kept, &layout, 0)?);
        let packed = match calls {
            true => packed_by_places(&unpacked, content, passes)?,
            false => packed(&unpacked, passes)?,
        };
        let length = head.len() + packed.len();
        // The content knows nothing of the file's length, so it is the same again.
        let [mut file, _] = split(&layout, &relocate(units, kept, &layout, length as u64)?);
        file.extend(packed);
        // The decoder looks at two bytes in front of what it unpacks.
        let fits = layout.base + length as u64 + 2 <= layout.content;
        let (kept, folds) = (kept.clone(), folds.clone());
        Ok(fits.then_some(Image { kept, folds, layout, file }))
    }
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
