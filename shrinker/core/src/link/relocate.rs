//! Fills addresses in.

use alloc::vec;
use alloc::vec::Vec;
use anyhow::{Result, bail};

use super::keep::WEAK;
use super::{Fix, FixKind, Kept, Layout, Place, SymbolId, UnitId, Units};

/// The bytes of the image, from its first address to the end of its content; its file will have
/// `file_bytes`.
///
/// # Errors
/// An address that the place has no room for, or a name without one.
pub fn relocate(units: &Units, kept: &Kept, layout: &Layout, file_bytes: u64) -> Result<Vec<u8>> {
    let mut image = vec![0u8; layout.span() as usize];
    let linker = Linker { units, kept, layout, numbers: layout.numbers(units, file_bytes) };
    for id in &layout.order {
        let unit = units.unit(*id);
        let Some(address) = layout.address[id.0 as usize] else { continue };
        if unit.bytes.is_empty() {
            continue;
        }
        let start = (layout.loaded_at(unit.kind, address) - layout.base) as usize;
        let bytes = &mut image[start..start + unit.bytes.len()];
        bytes.copy_from_slice(&unit.bytes);
        for fix in &unit.fixes {
            if let Err(error) = linker.apply(*id, fix, address, bytes) {
                bail!("{}+{:#x}: {error}", unit.name, fix.at);
            }
        }
    }
    Ok(image)
}

struct Linker<'a> {
    units: &'a Units,
    kept: &'a Kept,
    layout: &'a Layout,
    numbers: Vec<(&'static str, u64)>,
}

impl Linker<'_> {
    fn address(&self, symbol: SymbolId) -> Result<u64> {
        let name = self.units.name(symbol);
        match self.units.place(symbol) {
            Some(Place::In(unit, offset)) => match self.layout.address[unit.0 as usize] {
                Some(at) => Ok(at + offset),
                None => bail!("`{name}` was dropped though it is used"),
            },
            Some(Place::Absolute(value)) => Ok(value),
            None => {
                if let Some((_, value)) = self.numbers.iter().find(|(number, _)| *number == name) {
                    return Ok(*value);
                }
                match name.strip_prefix(WEAK) {
                    Some(strong) if self.kept.has_symbol(self.units, strong) => {
                        let symbol = self.units.find(strong);
                        symbol.map_or(Ok(0), |symbol| self.address(symbol))
                    }
                    Some(_) => Ok(0),
                    None => bail!("nothing defines `{name}`"),
                }
            }
        }
    }

    fn apply(&self, id: UnitId, fix: &Fix, start: u64, bytes: &mut [u8]) -> Result<()> {
        if fix.kind == FixKind::Need {
            return Ok(());
        }
        let at = fix.at as usize;
        let target = self.address(fix.target)?.wrapping_add_signed(fix.addend).cast_signed();
        let here = (start + u64::from(fix.at)).cast_signed();
        let (value, width, low, high) = match fix.kind {
            FixKind::Abs64 => (target, 8, i64::MIN, i64::MAX),
            FixKind::Abs32 => (target, 4, 0, u32::MAX.into()),
            FixKind::Abs32Signed => (target, 4, i32::MIN.into(), i32::MAX.into()),
            FixKind::Abs16 => (target, 2, 0, u16::MAX.into()),
            FixKind::Rel16 => (target - here, 2, i16::MIN.into(), i16::MAX.into()),
            FixKind::Distance(other) => {
                let value = target - self.address(other)?.cast_signed();
                (value, 4, i32::MIN.into(), i32::MAX.into())
            }
            FixKind::Distance64(other) => {
                (target.wrapping_sub(self.address(other)?.cast_signed()), 8, i64::MIN, i64::MAX)
            }
            FixKind::Got => bail!("a load from the GOT that was not made direct"),
            FixKind::Call | FixKind::Rel32 | FixKind::Need => {
                (target - here, 4, i32::MIN.into(), i32::MAX.into())
            }
        };
        if value < low || value > high {
            let name = self.units.name(fix.target);
            bail!("the address of `{name}` ({value:#x}) does not fit {width} bytes");
        }
        let Some(place) = bytes.get_mut(at..at + width) else {
            bail!("an address beyond the end of unit {}", id.0);
        };
        place.copy_from_slice(&value.to_le_bytes()[..width]);
        Ok(())
    }
}
