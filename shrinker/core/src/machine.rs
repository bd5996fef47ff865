//! The pieces of machine, as units.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use anyhow::{Context, Result, bail};
use object::elf;
use object::read::elf::{ElfFile64, ElfSymbol64};
use object::{
    LittleEndian, Object as _, ObjectSection as _, ObjectSymbol as _, RelocationFlags,
    RelocationTarget, SectionFlags, SymbolIndex,
};

use crate::link::place::FIRST_SECTOR;
use crate::link::{Fix, FixKind, Kind, Place, Unit, Units};

/// What the build script made of `machine/`.
static OBJECT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/machine.o"));

/// Adds all pieces of machine to `units`, under their own names.
///
/// # Errors
/// Only when the pieces themselves are wrong.
pub fn add(units: &mut Units) -> Result<()> {
    let file = ElfFile64::<LittleEndian>::parse(OBJECT).context("the machine pieces")?;
    let mut of_section = vec![None; file.sections().count() + 2];
    for section in file.sections() {
        let name = section.name()?;
        let Some(kind) = kind_of(name) else {
            let SectionFlags::Elf { sh_flags, .. } = section.flags() else { continue };
            let in_memory = sh_flags.0 & elf::SHF_ALLOC.0 != 0;
            if section.size() > 0 && in_memory && name != ".eh_frame" {
                bail!("the machine pieces have a section {name} of no known kind");
            }
            continue;
        };
        if section.size() == 0 {
            continue;
        }
        let bytes = if kind == Kind::Bss { Vec::new() } else { section.data()?.to_vec() };
        let mut unit = Unit::new(label(name), kind, section.align(), bytes);
        unit.size = section.size();
        unit.foldable = name.starts_with(".rodata..L") || name.starts_with(".rodata.cst");
        unit.on_demand = matches!(kind, Kind::Text | Kind::Rodata | Kind::Data | Kind::Bss);
        of_section[section.index().0] = Some(units.add(unit));
    }
    for symbol in file.symbols() {
        let (Ok(name), Some(section)) = (symbol.name(), symbol.section_index()) else { continue };
        let Some(unit) = of_section[section.0] else { continue };
        if symbol.is_local() || name.is_empty() {
            continue;
        }
        units.define_at(name, Place::In(unit, symbol.address()))?;
        if [NEED, MANY, FILED].iter().any(|prefix| name.starts_with(prefix)) {
            units.unit_mut(unit).on_demand = true;
        }
    }
    for section in file.sections() {
        let Some(unit) = of_section[section.index().0] else { continue };
        for (offset, relocation) in section.relocations() {
            let RelocationFlags::Elf { r_type } = relocation.flags() else { continue };
            let RelocationTarget::Symbol(index) = relocation.target() else { continue };
            let kind = fix_kind(r_type.0)
                .with_context(|| format!("{}+{offset:#x}", section.name().unwrap_or("?")))?;
            let (target, extra) = target_of(units, &file, &of_section, index)?;
            let fix = Fix { at: offset as u32, kind, target, addend: relocation.addend() + extra };
            units.unit_mut(unit).fixes.push(fix);
        }
    }
    Ok(())
}

/// What pieces are called that are taken when something refers to them.
const NEED: &str = "need_";
/// What pieces for several processors are called, in front of the name of what they stand for.
const MANY: &str = "many_";
/// The same of pieces for descriptors that may lead to files.
const FILED: &str = "filed_";
/// What those call it.
const ALONE: &str = "alone_";
/// And these.
const CONSOLE: &str = "console_";

/// What pieces for disks on the classic controllers alone are called, in front of the name of what they stand for.
const IDE: &str = "ide_";
/// And that by them, which nothing names.
const EVERY: &str = "every_";

/// Makes the pieces those of an image that knows disks on the classic controllers only.
///
/// # Errors
/// Only when the pieces themselves are wrong.
pub fn with_classic_disks(units: &mut Units) -> Result<()> {
    replace(units, IDE, EVERY)
}

/// Makes the pieces those of an image whose programs have threads.
///
/// # Errors
/// Only when the pieces themselves are wrong.
pub fn with_threads(units: &mut Units) -> Result<()> {
    replace(units, MANY, ALONE)
}

/// Makes the pieces those of an image whose programs open, close or duplicate descriptors. Before
/// [`with_threads`], which puts locks around them. `only_reads`: nothing can be written but the console.
///
/// # Errors
/// Only when the pieces themselves are wrong.
pub fn with_files(units: &mut Units, only_reads: bool) -> Result<()> {
    if only_reads {
        let of = |name: &str| units.find(name).and_then(|symbol| units.place(symbol));
        let (open, write) = (of("reading_bf_open"), of("bf_write"));
        // What goes back when there is no disk stands before it.
        let name = if of("plain_bf_open").is_some() { "plain_bf_open" } else { "bf_open" };
        units.redefine(name, open.context("no reading_bf_open")?);
        replace(units, FILED, CONSOLE)?;
        units.redefine("bf_write", write.context("no bf_write")?);
        return Ok(());
    }
    replace(units, FILED, CONSOLE)
}

/// Lets a piece called by a prefix and a NAME take the place of the one called NAME, which is called by
/// `before` and NAME from then on; one that stands for no other is a link of its chain.
fn replace(units: &mut Units, prefix: &str, before: &str) -> Result<()> {
    let others: Vec<_> = units
        .symbols()
        .filter_map(|(name, unit, at)| Some((name.strip_prefix(prefix)?.to_owned(), unit, at)))
        .collect();
    for (name, unit, at) in others {
        match units.find(&name).and_then(|symbol| units.place(symbol)) {
            Some(alone) => {
                units.define_at(&format!("{before}{name}"), alone)?;
                units.redefine(&name, Place::In(unit, at));
            }
            None => units.unit_mut(unit).on_demand = false,
        }
    }
    Ok(())
}

/// What pieces of the way back are called, in front of the name of what they stand for.
const BACK: &str = "back_";
/// What they call that.
const PLAIN: &str = "plain_";

/// Makes the pieces those of an image beside which a grown one lies: it begins at sector `first` of its disk,
/// and a piece called `back_NAME` takes the place of the one called NAME, which becomes `plain_NAME`. To be called before
/// [`with_threads`].
///
/// # Errors
/// Only when the pieces themselves are wrong.
pub fn with_way_back(units: &mut Units, first: u32) -> Result<()> {
    units.define_at(FIRST_SECTOR, Place::Absolute(first.into()))?;
    let back: Vec<_> = units
        .symbols()
        .filter_map(|(name, unit, at)| Some((name.strip_prefix(BACK)?.to_owned(), unit, at)))
        .collect();
    for (name, unit, at) in back {
        let Some(plain) = units.find(&name).and_then(|symbol| units.place(symbol)) else {
            bail!("{BACK}{name} stands for a piece that there is not");
        };
        units.define_at(&format!("{PLAIN}{name}"), plain)?;
        units.redefine(&name, Place::In(unit, at));
    }
    Ok(())
}

type File = ElfFile64<'static, LittleEndian>;

/// The name of what a relocation refers to, and the distance from it. Local symbols and section
/// starts get names of their own.
fn target_of(
    units: &mut Units,
    file: &File,
    of_section: &[Option<crate::link::UnitId>],
    index: SymbolIndex,
) -> Result<(crate::link::SymbolId, i64)> {
    let symbol: ElfSymbol64<'_, '_, LittleEndian> = file.symbol_by_index(index)?;
    let name = symbol.name()?;
    if !symbol.is_local() {
        return Ok((units.symbol(name), 0));
    }
    let section = symbol.section_index().context("a local symbol without a section")?;
    let unit = of_section[section.0].context("a reference into a section that is left out")?;
    let id = units.symbol(&format!("machine.section.{}", section.0));
    if units.place(id).is_none() {
        units.define_at(&format!("machine.section.{}", section.0), Place::In(unit, 0))?;
    }
    Ok((id, symbol.address().cast_signed()))
}

fn kind_of(section: &str) -> Option<Kind> {
    let starts = |prefix: &str| {
        section == prefix || section.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'))
    };
    Some(match section {
        ".boot.sector" => Kind::Sector,
        ".go" => Kind::Go,
        _ if starts(".boot.pvh") => Kind::Pvh,
        _ if starts(".boot.real") => Kind::Real,
        _ if starts(".unpack") => Kind::Unpack,
        _ if starts(".start") => Kind::Start,
        _ if starts(".text") => Kind::Text,
        _ if starts(".rodata") => Kind::Rodata,
        _ if starts(".data") => Kind::Data,
        _ if starts(".bss") => Kind::Bss,
        _ => return None,
    })
}

/// The section's name without its kind; whole for those that are ordered by it.
fn label(section: &str) -> &str {
    let cut = [".text.", ".rodata.", ".data.", ".bss."];
    cut.iter().find_map(|prefix| section.strip_prefix(prefix)).unwrap_or(section)
}

fn fix_kind(kind: u32) -> Result<FixKind> {
    Ok(match kind {
        k if k == elf::R_X86_64_NONE.0 => FixKind::Need,
        k if k == elf::R_X86_64_64.0 => FixKind::Abs64,
        k if k == elf::R_X86_64_32.0 => FixKind::Abs32,
        k if k == elf::R_X86_64_32S.0 => FixKind::Abs32Signed,
        k if k == elf::R_X86_64_16.0 => FixKind::Abs16,
        k if k == elf::R_X86_64_PC16.0 => FixKind::Rel16,
        k if k == elf::R_X86_64_PC32.0 => FixKind::Rel32,
        k if k == elf::R_X86_64_PLT32.0 => FixKind::Call,
        k if [
            elf::R_X86_64_GOTPCREL.0,
            elf::R_X86_64_GOTPCRELX.0,
            elf::R_X86_64_REX_GOTPCRELX.0,
        ]
        .contains(&k) =>
        {
            FixKind::Got
        }
        other => bail!("relocation type {other} is not known"),
    })
}
