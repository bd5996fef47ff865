//! Jumps that fit one byte of distance get one, and calls lose the prefix that filled the room of
//! an indirect one.
//!
//! The compiler gives every jump four bytes of distance. Here all jumps of a function start short,
//! and those that do not reach become long again until nothing changes (Szymanski, "Assembling code
//! for machines with span-dependent instructions", CACM 21, 1978). A function is left as it is if
//! anything in it cannot be told for sure: an indirect jump, a reference to its own inside, bytes
//! that are no instructions other than constants at its end.

use alloc::vec;
use alloc::vec::Vec;
use iced_x86::{Code, Decoder, DecoderOptions, FlowControl, Instruction, OpKind};

use crate::link::{FixKind, SymbolId, Unit};

/// An instruction, or the constants behind the last one.
struct Piece {
    start: usize,
    /// Its end in the original.
    end: usize,
    bytes: Vec<u8>,
    /// Where a jump leads: an offset, then the number of a piece.
    jump: Option<usize>,
    /// Whether the jump has four bytes of distance.
    long: bool,
    /// The constant it refers to: where its distance lies in it, and an offset.
    constant: Option<(usize, usize)>,
    /// Bytes of the original that are left out at its start.
    dropped: usize,
}

impl Piece {
    fn new(start: usize, bytes: &[u8]) -> Self {
        let (end, bytes) = (start + bytes.len(), bytes.to_vec());
        Self { start, end, bytes, jump: None, long: false, constant: None, dropped: 0 }
    }
}

/// Tightens a function called `own`. Whether it could.
pub fn tighten(unit: &mut Unit, own: SymbolId) -> bool {
    let refers_to_itself = |fix: &crate::link::Fix| {
        let other = fix.kind.other() == Some(own);
        other || (fix.target == own && !(fix.kind == FixKind::Call && fix.addend == -4))
    };
    if unit.fixes.iter().any(refers_to_itself) {
        return false;
    }
    let fixed: Vec<usize> = unit.fixes.iter().map(|fix| fix.at as usize).collect();
    let Some(mut pieces) = split(&unit.bytes, &fixed) else { return false };
    let places = place(&mut pieces, unit.align as usize);

    let mut bytes = Vec::with_capacity(unit.bytes.len());
    for (piece, at) in pieces.iter().zip(&places) {
        bytes.resize(*at, 0);
        bytes.extend(&piece.bytes);
        let end = bytes.len() as i64;
        let distance = |to: usize| to as i64 - end;
        let field = match (piece.jump, piece.constant) {
            (Some(to), _) if piece.long => Some((bytes.len() - 4, distance(places[to]), 4)),
            (Some(to), _) => Some((bytes.len() - 1, distance(places[to]), 1)),
            (None, Some((field, offset))) => {
                let tail = pieces.len() - 1;
                let to = places[tail] + (offset - pieces[tail].start);
                Some((at + field, distance(to), 4))
            }
            (None, None) => None,
        };
        if let Some((field, value, width)) = field {
            bytes[field..field + width].copy_from_slice(&value.to_le_bytes()[..width]);
        }
    }
    for fix in &mut unit.fixes {
        let at = fix.at as usize;
        let piece = pieces.partition_point(|piece| piece.start <= at) - 1;
        fix.at = (places[piece] + at - pieces[piece].start - pieces[piece].dropped) as u32;
    }
    unit.size = bytes.len() as u64;
    unit.bytes = bytes;
    true
}

/// The pieces of a text with addresses to be filled in at `fixed`, or `None` if it is not plain.
fn split(text: &[u8], fixed: &[usize]) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut tail = text.len();
    let mut decoder = Decoder::with_ip(64, text, 0, DecoderOptions::NONE);
    while decoder.position() < tail {
        if text[decoder.position()..tail].iter().all(|byte| *byte == 0) {
            // What aligns the constants.
            break;
        }
        let instruction = decoder.decode();
        let (start, end) = (instruction.ip() as usize, instruction.next_ip() as usize);
        if instruction.is_invalid() || end > tail {
            return None;
        }
        let piece = piece(&instruction, &text[start..end], &decoder, fixed)?;
        if let Some((_, constant)) = piece.constant {
            tail = tail.min(constant);
        }
        pieces.push(piece);
    }
    // Where constants begin is known for certain only at the end.
    let code_end = pieces.last().map_or(0, |last: &Piece| last.end);
    let no_constants = !has_constants(&pieces);
    if tail < code_end || tail > text.len() || (tail == text.len()) != no_constants {
        return None;
    }
    for at in 0..pieces.len() {
        if let Some(to) = pieces[at].jump {
            pieces[at].jump = Some(pieces.binary_search_by_key(&to, |piece| piece.start).ok()?);
        }
    }
    if tail < text.len() {
        pieces.push(Piece::new(tail, &text[tail..]));
    }
    Some(pieces)
}

fn piece(
    instruction: &Instruction,
    bytes: &[u8],
    decoder: &Decoder<'_>,
    fixed: &[usize],
) -> Option<Piece> {
    let start = instruction.ip() as usize;
    let offsets = decoder.get_constant_offsets(instruction);
    let mut piece = Piece::new(start, bytes);
    let is_fixed = |offset: usize| fixed.contains(&(start + offset));
    let is_branch = matches!(
        instruction.op0_kind(),
        OpKind::NearBranch16 | OpKind::NearBranch32 | OpKind::NearBranch64
    );
    if instruction.flow_control() == FlowControl::IndirectBranch {
        return None;
    }
    if is_branch && is_fixed(offsets.immediate_offset()) {
        if instruction.code() == Code::Call_rel32_64 && bytes[0] == 0x67 {
            piece.bytes.remove(0);
            piece.dropped = 1;
        }
    } else if is_branch {
        let target = instruction.near_branch_target() as usize;
        let short = match bytes {
            [0x0f, condition @ 0x80..=0x8f, ..] if bytes.len() == 6 => condition - 0x10,
            [0xe9, ..] if bytes.len() == 5 => 0xeb,
            [0xeb | 0x70..=0x7f, _] => bytes[0],
            // Anything else that leads into the text.
            _ => return None,
        };
        piece.jump = Some(target);
        piece.bytes = vec![short, 0];
    } else if instruction.is_ip_rel_memory_operand() && !is_fixed(offsets.displacement_offset()) {
        let target = usize::try_from(instruction.ip_rel_memory_address()).ok()?;
        // Behind itself, and as many bytes as a displacement has.
        if offsets.displacement_size() != 4 || target < start + bytes.len() {
            return None;
        }
        piece.constant = Some((offsets.displacement_offset(), target));
    }
    Some(piece)
}

/// Offsets of the pieces, once all jumps reach.
fn place(pieces: &mut [Piece], align: usize) -> Vec<usize> {
    loop {
        let mut at = 0;
        let mut places = Vec::with_capacity(pieces.len());
        for (index, piece) in pieces.iter().enumerate() {
            let is_tail = index + 1 == pieces.len() && piece.jump.is_none();
            // Constants keep their place modulo the alignment of the whole.
            while is_tail && at % align != piece.start % align && has_constants(pieces) {
                at += 1;
            }
            places.push(at);
            at += piece.bytes.len();
        }
        let mut changed = false;
        for index in 0..pieces.len() {
            let Some(to) = pieces[index].jump.filter(|_| !pieces[index].long) else { continue };
            let distance = places[to] as i64 - (places[index] as i64 + 2);
            if i8::try_from(distance).is_err() {
                let short = pieces[index].bytes[0];
                pieces[index].bytes = match short {
                    0xeb => vec![0xe9, 0, 0, 0, 0],
                    condition => vec![0x0f, condition + 0x10, 0, 0, 0, 0],
                };
                pieces[index].long = true;
                changed = true;
            }
        }
        if !changed {
            return places;
        }
    }
}

fn has_constants(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| piece.constant.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::{Fix, Units};

    fn tightened(bytes: &[u8], fixes: &[(u32, FixKind)]) -> Option<(Vec<u8>, Vec<u32>)> {
        let mut units = Units::default();
        let (own, other) = (units.symbol("own"), units.symbol("other"));
        let mut unit = Unit::new("own", crate::link::Kind::Text, 16, bytes.to_vec());
        let fix =
            |(at, kind): &(u32, FixKind)| Fix { at: *at, kind: *kind, target: other, addend: -4 };
        unit.fixes = fixes.iter().map(fix).collect();
        let done = tighten(&mut unit, own);
        assert!(!done || unit.size == unit.bytes.len() as u64);
        done.then(|| (unit.bytes, unit.fixes.iter().map(|fix| fix.at).collect()))
    }

    #[test]
    fn jumps_become_short_and_what_they_jump_over_keeps_its_place() {
        // je over the call; addr32 call other; over: jmp to the start; ret
        let text =
            [0x0f, 0x84, 6, 0, 0, 0, 0x67, 0xe8, 0, 0, 0, 0, 0xe9, 0xef, 0xff, 0xff, 0xff, 0xc3];
        let (bytes, fixes) = tightened(&text, &[(8, FixKind::Call)]).unwrap();
        assert_eq!(bytes, [0x74, 5, 0xe8, 0, 0, 0, 0, 0xeb, 0xf7, 0xc3]);
        assert_eq!(fixes, [3]);
    }

    #[test]
    fn far_jumps_stay_long() {
        // jne far; 200 nops; far: jne to itself
        let mut text = vec![0x0f, 0x85, 200, 0, 0, 0];
        text.extend([0x90; 200]);
        text.extend([0x0f, 0x85, 0xfa, 0xff, 0xff, 0xff, 0xc3]);
        let (bytes, _) = tightened(&text, &[]).unwrap();
        assert_eq!(bytes[..6], [0x0f, 0x85, 200, 0, 0, 0]);
        assert_eq!(bytes[206..], [0x75, 0xfe, 0xc3]);
    }

    #[test]
    fn constants_keep_their_alignment() {
        // jmp to the next; movaps 16(text), %xmm0; ret; padding; 16 bytes of constants
        let mut text = vec![0xe9, 0, 0, 0, 0, 0x0f, 0x28, 5, 4, 0, 0, 0, 0xc3];
        text.resize(16, 0);
        text.extend(1..=16);
        let (bytes, _) = tightened(&text, &[]).unwrap();
        assert_eq!(bytes[..10], [0xeb, 0, 0x0f, 0x28, 5, 7, 0, 0, 0, 0xc3]);
        assert_eq!(bytes[10..16], [0; 6]);
        assert_eq!(bytes[16..], (1..=16).collect::<Vec<u8>>());
    }

    #[test]
    fn what_is_not_plain_stays() {
        // A jump into the middle of an instruction, an indirect one, a call into the text.
        for text in
            [&[0xeb, 1, 0xb8, 0, 0, 0, 0, 0xc3][..], &[0xff, 0xe0], &[0xe8, 0, 0, 0, 0, 0xc3]]
        {
            assert_eq!(tightened(text, &[]), None, "{text:x?}");
        }
    }
}
