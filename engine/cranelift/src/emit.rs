//! From Cranelift's code to an [`Object`].

use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::BlockId;
use cranelift_codegen::binemit::Reloc as ClifReloc;
use cranelift_codegen::ir::{ExternalName, LibCall, TrapCode, UserFuncName};
use cranelift_codegen::{CompiledCode, FinalizedMachReloc, FinalizedRelocTarget};

use crate::wrap;
use bareflow_object::{Object, Reloc, RelocKind, Section, Target};

/// The byte before the operand of a direct call.
const CALL: u8 = 0xe8;

/// What Cranelift ends a block with that is not to be run.
const UD2: [u8; 2] = [0x0f, 0x0b];
/// `div ah`: its quotient has never room in `al`, so that it is a division error whatever is in `ax`.
const DIV_AH: [u8; 2] = [0xf6, 0xf4];

/// Lets divisions that Cranelift checks before them fail as those that the processor checks itself: it is the
/// same fault then, and the same signal ends the program.
fn let_divisions_fail(code: &CompiledCode, text: &mut [u8]) {
    for trap in code.buffer.traps() {
        let at = trap.offset as usize;
        let of_division =
            [TrapCode::INTEGER_DIVISION_BY_ZERO, TrapCode::INTEGER_OVERFLOW].contains(&trap.code);
        if of_division
            && let Some(bytes) = text.get_mut(at..at + 2)
            && *bytes == UD2
        {
            bytes.copy_from_slice(&DIV_AH);
        }
    }
}

/// Makes an object of the code. `names` are the symbols by number of external name.
pub(crate) fn object(
    symbol: &str,
    code: &CompiledCode,
    func: &cranelift_codegen::ir::Function,
    names: &[String],
    entry: wrap::Entry,
    least_align: u32,
) -> Result<Object, String> {
    let align = code.buffer.alignment.max(16).max(least_align);
    let mut text = if entry.is_needed() { entry.code(align) } else { Vec::new() };
    let start = text.len() as u32;
    text.extend_from_slice(code.buffer.data());
    let_divisions_fail(code, &mut text[start as usize..]);
    let mut relocs = Vec::new();
    let mut with_image = Vec::new();
    for reloc in code.buffer.relocs() {
        let before = (reloc.offset as usize).wrapping_sub(1);
        let opcode = code.buffer.data().get(before).copied();
        let reloc = convert(reloc, opcode, start, func, names)?;
        match &reloc.target {
            Target::Symbol(name) if name == wrap::CALL_WITH_IMAGE => with_image.push(reloc.offset),
            _ => relocs.push(reloc),
        }
    }
    if !with_image.is_empty() {
        text.resize(text.len().next_multiple_of(16), 0xcc);
        let there = text.len();
        for place in with_image {
            let place = place as usize;
            let distance = (there - place - 4) as u32;
            text[place..place + 4].copy_from_slice(&distance.to_le_bytes());
        }
        text.extend_from_slice(&wrap::call_with_image());
    }
    let mut blocks: Vec<(u32, u32)> = Vec::new();
    for place in code.buffer.get_srclocs_sorted() {
        if place.loc.is_default() {
            continue;
        }
        let id = BlockId(place.loc.bits());
        let new = !blocks.iter().any(|(_, known)| *known == id.0);
        // Traps stand behind everything else, whichever block they are of.
        let traps = code.buffer.data()[place.start as usize..].starts_with(&UD2);
        if new || traps && blocks.last().is_some_and(|(_, last)| *last != id.0) {
            blocks.push((place.start + start, id.0));
        }
    }
    Ok(Object {
        symbol: symbol.into(),
        text,
        text_align: align,
        consts: Vec::new(),
        consts_align: 1,
        relocs,
        blocks,
    })
}

fn convert(
    reloc: &FinalizedMachReloc,
    opcode: Option<u8>,
    start: u32,
    func: &cranelift_codegen::ir::Function,
    names: &[String],
) -> Result<Reloc, String> {
    let kind = match reloc.kind {
        // Cranelift gives the operands of `call` and of `lea` the same kind.
        ClifReloc::X86CallPCRel4 if opcode == Some(CALL) => RelocKind::Call32,
        ClifReloc::X86CallPCRel4 | ClifReloc::X86PCRel4 => RelocKind::Pc32,
        ClifReloc::Abs8 => RelocKind::Abs64,
        other => return Err(alloc::format!("a relocation of kind {other:?}")),
    };
    let (target, extra) = match &reloc.target {
        FinalizedRelocTarget::ExternalName(ExternalName::User(name)) => {
            let user = &func.params.user_named_funcs()[*name];
            let name = names.get(user.index as usize).ok_or("a name that is not known")?;
            (Target::Symbol(name.clone()), 0)
        }
        FinalizedRelocTarget::ExternalName(ExternalName::LibCall(call)) => {
            let name = library_name(*call).ok_or_else(|| alloc::format!("the call {call}"))?;
            (Target::Symbol(name.into()), 0)
        }
        FinalizedRelocTarget::Func(offset) => (Target::Text, i64::from(*offset + start)),
        other => return Err(alloc::format!("a relocation to {other:?}")),
    };
    Ok(Reloc {
        section: Section::Text,
        offset: reloc.offset + start,
        kind,
        target,
        addend: reloc.addend + extra,
    })
}

/// The C library's name of what Cranelift calls.
fn library_name(call: LibCall) -> Option<&'static str> {
    Some(match call {
        LibCall::CeilF32 => "ceilf",
        LibCall::CeilF64 => "ceil",
        LibCall::FloorF32 => "floorf",
        LibCall::FloorF64 => "floor",
        LibCall::TruncF32 => "truncf",
        LibCall::TruncF64 => "trunc",
        LibCall::NearestF32 => "rintf",
        LibCall::NearestF64 => "rint",
        LibCall::FmaF32 => "fmaf",
        LibCall::FmaF64 => "fma",
        LibCall::Memcpy => "memcpy",
        LibCall::Memset => "memset",
        LibCall::Memmove => "memmove",
        LibCall::Memcmp => "memcmp",
        _ => return None,
    })
}

/// The name a function has within Cranelift; nothing refers to it.
pub(crate) fn own_name() -> UserFuncName {
    UserFuncName::user(0, 0)
}
