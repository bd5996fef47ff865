//! Bytes of the stubs, thunks and shared entries that lie in code memory.

/// Bytes between stubs.
pub(crate) const STUB: usize = 8;
/// Bytes between thunks.
pub(crate) const THUNK: usize = 16;
/// Bytes between gates.
pub(crate) const GATE: usize = 32;
/// Bytes of a shared entry.
pub(crate) const ENTRY: usize = 24;
/// Distance below the stack pointer at which an entry leaves the static chain, which is an argument
/// in r10 (`ir::abi`). What lies below a return address is free, and interrupts have stacks of
/// their own.
pub(crate) const NEST: usize = 24;

/// `jmp *cell(%rip)` at `at`, filled up with breakpoints. `None` when out of reach.
pub(crate) fn stub(at: usize, cell: usize) -> Option<[u8; STUB]> {
    let mut code = [0xcc; STUB];
    code[..2].copy_from_slice(&[0xff, 0x25]);
    code[2..6].copy_from_slice(&distance(at + 6, cell)?);
    Some(code)
}

/// `mov $number, %r11d; jmp entry` at `at`.
pub(crate) fn thunk(at: usize, number: u32, entry: usize) -> Option<[u8; THUNK]> {
    let mut code = [0xcc; THUNK];
    code[..2].copy_from_slice(&[0x41, 0xbb]);
    code[2..6].copy_from_slice(&number.to_le_bytes());
    code[6] = 0xe9;
    code[7..11].copy_from_slice(&distance(at + 11, entry)?);
    Some(code)
}

/// `decq count(%rip); js expired; jmp *target(%rip)` at `at`, where `cells` are the count and the
/// target. Only flags change, which hold nothing at the entry of a function.
pub(crate) fn gate(at: usize, cells: usize, expired: usize) -> Option<[u8; GATE]> {
    let mut code = [0xcc; GATE];
    code[..3].copy_from_slice(&[0x48, 0xff, 0x0d]);
    code[3..7].copy_from_slice(&distance(at + 7, cells)?);
    code[7..9].copy_from_slice(&[0x0f, 0x88]);
    code[9..13].copy_from_slice(&distance(at + 13, expired)?);
    code[13..15].copy_from_slice(&[0xff, 0x25]);
    code[15..19].copy_from_slice(&distance(at + 19, cells + 8)?);
    Some(code)
}

/// `mov %r10, -NEST(%rsp)`.
const SAVE_NEST: [u8; 5] = [0x4c, 0x89, 0x54, 0x24, (NEST as u8).wrapping_neg()];

/// `mov %r10, -NEST(%rsp); lea cells(%rip), %r10; jmp *target(%rip)` at `at`.
pub(crate) fn entry_with_cells(at: usize, cells: usize, target: usize) -> Option<[u8; ENTRY]> {
    let mut code = [0xcc; ENTRY];
    code[..5].copy_from_slice(&SAVE_NEST);
    code[5..8].copy_from_slice(&[0x4c, 0x8d, 0x15]);
    code[8..12].copy_from_slice(&distance(at + 12, cells)?);
    code[12..14].copy_from_slice(&[0xff, 0x25]);
    code[14..18].copy_from_slice(&distance(at + 18, target)?);
    Some(code)
}

/// `mov %r10, -NEST(%rsp); mov %gs:0, %r10; jmp *target(%rip)` at `at`: to `target` with the address
/// of the core's block.
pub(crate) fn entry_with_block(at: usize, target: usize) -> Option<[u8; ENTRY]> {
    let mut code = [0xcc; ENTRY];
    code[..5].copy_from_slice(&SAVE_NEST);
    code[5..14].copy_from_slice(&[0x65, 0x4c, 0x8b, 0x14, 0x25, 0, 0, 0, 0]);
    code[14..16].copy_from_slice(&[0xff, 0x25]);
    code[16..20].copy_from_slice(&distance(at + 20, target)?);
    Some(code)
}

fn distance(from: usize, to: usize) -> Option<[u8; 4]> {
    i32::try_from(to as i64 - from as i64).ok().map(i32::to_le_bytes)
}
