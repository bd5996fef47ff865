//! From an object to units: its code, its constants, with loads from the GOT made direct.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use bareflow_object::{Object, RelocKind, Section, Target};
use iced_x86::{Decoder, DecoderOptions};

use crate::link::{Fix, FixKind, Kind, Unit, Units};
use crate::tighten::tighten;

/// Adds the code of a function as `symbol`. `name` gives the full name of a symbol that it refers
/// to.
///
/// # Errors
/// When the symbol is defined already.
pub fn add(
    units: &mut Units,
    symbol: &str,
    object: &Object,
    name: impl Fn(&str) -> String,
    change: impl FnOnce(&mut Unit),
) -> anyhow::Result<()> {
    let consts_name = format!("{symbol}.constants");
    let mut text = Unit::new(symbol, Kind::Text, object.text_align.into(), object.text.clone());
    let align = object.consts_align.into();
    let mut consts = Unit::new(&consts_name, Kind::Rodata, align, object.consts.clone());
    consts.foldable = true;
    for reloc in &object.relocs {
        let (target, taken) = match &reloc.target {
            Target::Symbol(other) => (name(other), true),
            Target::Consts => (consts_name.clone(), true),
            Target::Text => (symbol.to_owned(), false),
        };
        let unit = if reloc.section == Section::Text { &mut text } else { &mut consts };
        let mut fix = Fix {
            at: reloc.offset,
            kind: match reloc.kind {
                RelocKind::Call32 => FixKind::Call,
                // A function's distance to its own inside is not its address.
                RelocKind::Pc32 if !taken => FixKind::Call,
                RelocKind::Pc32 => FixKind::Rel32,
                RelocKind::GotPc32 => FixKind::Got,
                RelocKind::Abs64 => FixKind::Abs64,
            },
            target: units.symbol(&target),
            addend: reloc.addend,
        };
        if fix.kind == FixKind::Got && !relax(&mut unit.bytes, &mut fix) {
            let cell = format!("{target}.cell");
            if units.find(&cell).and_then(|id| units.place(id)).is_none() {
                let mut word = Unit::new(&cell, Kind::Rodata, 8, vec![0; 8]);
                let target = units.symbol(&target);
                word.fixes.push(Fix { at: 0, kind: FixKind::Abs64, target, addend: 0 });
                units.define(&cell, word)?;
            }
            fix.kind = FixKind::Rel32;
            fix.target = units.symbol(&cell);
        }
        unit.fixes.push(fix);
    }
    if !object.consts.is_empty() {
        units.define(&consts_name, consts)?;
    }
    tighten(&mut text, units.symbol(symbol));
    change(&mut text);
    units.define(symbol, text)?;
    Ok(())
}

/// Whether code reads constants that lie among its instructions, so that its alignment matters.
pub fn reads_itself(object: &Object) -> bool {
    if object.relocs.iter().any(|reloc| reloc.target == Target::Text) {
        return true;
    }
    let relocated = |at: usize| {
        object.relocs.iter().any(|r| r.section == Section::Text && r.offset as usize == at)
    };
    // Every place where four bytes could be the distance to another place of the same text. Some
    // are none: then the code keeps an alignment that it does not need.
    let mut decoder = Decoder::with_ip(64, &object.text, 0, DecoderOptions::NONE);
    while decoder.can_decode() {
        let instruction = decoder.decode();
        if instruction.is_ip_rel_memory_operand() {
            let at = instruction.ip() as usize
                + decoder.get_constant_offsets(&instruction).displacement_offset();
            if !relocated(at) {
                return true;
            }
        }
    }
    false
}

/// Rewrites an instruction that goes through the GOT into one that does not (psABI x86-64,
/// section B.2). Whether it could.
fn relax(bytes: &mut [u8], fix: &mut Fix) -> bool {
    let at = fix.at as usize;
    if fix.addend != -4 || at < 2 {
        return false;
    }
    match (bytes[at - 2], bytes[at - 1]) {
        // call *slot(%rip) -> addr32 call
        (0xff, 0x15) => {
            bytes[at - 2..at].copy_from_slice(&[0x67, 0xe8]);
            fix.kind = FixKind::Call;
        }
        // jmp *slot(%rip) -> jmp; nop
        (0xff, 0x25) => {
            bytes[at - 2] = 0xe9;
            bytes[at + 3] = 0x90;
            fix.at -= 1;
            fix.kind = FixKind::Call;
        }
        // mov slot(%rip), %reg -> lea
        (0x8b, modrm) if modrm & 0xc7 == 0x05 && at > 2 && bytes[at - 3] & 0xf8 == 0x48 => {
            bytes[at - 2] = 0x8d;
            fix.kind = FixKind::Rel32;
        }
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use bareflow_object::Reloc;

    use super::*;

    #[test]
    fn got_loads_become_direct() {
        let got = |offset| Reloc {
            section: Section::Text,
            offset,
            kind: RelocKind::GotPc32,
            target: Target::Symbol("g".into()),
            addend: -4,
        };
        let object = Object {
            symbol: "f".into(),
            text: vec![
                0xff, 0x15, 0, 0, 0, 0, // call
                0x48, 0x8b, 0x05, 0, 0, 0, 0, // mov
                0x48, 0x3b, 0x05, 0, 0, 0, 0, // cmp
                0xff, 0x25, 0, 0, 0, 0, // jmp
            ],
            text_align: 16,
            relocs: vec![got(2), got(9), got(16), got(22)],
            ..Object::default()
        };
        let mut units = Units::default();
        add(&mut units, "f", &object, str::to_owned, |_| ()).unwrap();
        let (_, f) = units.iter().find(|(_, unit)| unit.name == "f").unwrap();
        let kinds: Vec<_> = f.fixes.iter().map(|fix| (fix.at, fix.kind)).collect();
        assert_eq!(
            kinds,
            [(1, FixKind::Call), (8, FixKind::Rel32), (15, FixKind::Rel32), (20, FixKind::Call),]
        );
        assert_eq!(units.name(f.fixes[2].target), "g.cell");
        assert_eq!(f.bytes[0], 0xe8);
        assert_eq!(f.bytes[5..8], [0x48, 0x8d, 0x05]);
        assert_eq!((f.bytes[19], f.bytes[24]), (0xe9, 0x90));
    }
}
