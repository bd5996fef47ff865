//! Calls and jumps as places in the place of distances, before packing: two calls of one function then have the same
//! bytes.
//!
//! The four bytes behind an opcode of a call or a jump, if they are a number of 25 bits with a sign, count from
//! the start of memory in the place of from where they stand; numbers of 25 bits stay such, so it can be
//! told which were changed. What only looks like an opcode is changed as well, and changed back. Numbers are passed over
//! whether or not they are changed: one within another would make that look different.

use super::Vec;

/// Bits that a distance may have.
const BITS: u32 = 25;

/// Makes places of the distances in a content that begins at `address`.
pub fn to_places(content: &[u8], address: u32) -> Vec<u8> {
    change(content, |distance, at| distance.wrapping_add(address.wrapping_add(at)))
}

/// Makes distances of the places, as the machine does.
pub fn to_distances(content: &[u8], address: u32) -> Vec<u8> {
    change(content, |place, at| place.wrapping_sub(address.wrapping_add(at)))
}

/// Changes numbers by the offset at which they stand. Opcodes stay, so both ways find the same ones.
fn change(content: &[u8], change: impl Fn(u32, u32) -> u32) -> Vec<u8> {
    let mut bytes = content.to_vec();
    let (mut at, mut before) = (0, 0);
    while let Some([opcode, number @ ..]) =
        bytes.get_mut(at..).and_then(|b| b.first_chunk_mut::<5>())
    {
        let jumps = *opcode & 0xfe == 0xe8 || (before == 0x0f && *opcode & 0xf0 == 0x80);
        let value = i32::from_le_bytes(*number);
        if !jumps {
            (at, before) = (at + 1, *opcode);
            continue;
        }
        if extended(value) == value {
            let changed = change(value.cast_unsigned(), at as u32 + 1).cast_signed();
            *number = extended(changed).to_le_bytes();
        }
        (at, before) = (at + 5, 0);
    }
    bytes
}

/// The lowest bits as a number with a sign.
const fn extended(value: i32) -> i32 {
    value << (32 - BITS) >> (32 - BITS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn distances_come_back(
            bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(0xe8), Just(0x0f), Just(0x84), Just(0), Just(0xff)], 0..200),
            address in any::<u32>(),
        ) {
            prop_assert_eq!(to_distances(&to_places(&bytes, address), address), bytes);
        }
    }

    #[test]
    fn calls_of_one_function_are_the_same() {
        // call 0x1000; je 0x1000, at 0x100.
        let bytes = [0xe8, 0xfb, 0x0e, 0, 0, 0x0f, 0x84, 0xf5, 0x0e, 0, 0];
        let places = to_places(&bytes, 0x100);
        assert_eq!(places, [0xe8, 0xfc, 0x0f, 0, 0, 0x0f, 0x84, 0xfc, 0x0f, 0, 0]);
    }
}
