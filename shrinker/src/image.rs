//! A linked image, flat or ELF.

use anyhow::{Result, bail};

use crate::link::place::{LOW_END, SECTOR};
use crate::link::{Base, Folds, Kept, Kind, Layout, UnitId, Units, relocate};

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

/// Links everything reachable into an image.
///
/// # Errors
/// [`ImageError`], or an address that its place has no room for.
pub fn link(units: &Units, base: Base) -> Result<Image> {
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
    let layout = Layout::of(units, &kept, &folds, base);
    if base == Base::Flat && layout.file_end > LOW_END - STACK {
        let limit = LOW_END - STACK - layout.base;
        bail!(ImageError::TooLarge { bytes: layout.file_bytes(), limit });
    }
    let mut file = relocate(units, &kept, &layout)?;
    match base {
        Base::Flat => file.resize(file.len().next_multiple_of(SECTOR as usize), 0),
        Base::Elf => file = crate::elf::write(units, &layout, &file),
    }
    Ok(Image { kept, folds, layout, file })
}

/// Stack that must fit below [`LOW_END`].
const STACK: u64 = 16 << 10;
