//! Packs what follows an image's loader: LZ77 with a binary range coder that learns as it goes.
//!
//! The decoder is `machine/start/unpack.s`, a few hundred bytes; everything else is for that to be
//! small. All numbers are bits. Each has two places in one table, which may be the same:
//!
//! ```text
//!   -128 + 2i    length: is there another bit?         -127 + 2i  that bit, low ones first
//!    -64 + 2i    distance: is there another bit?        -63 + 2i  that bit
//!     -2         is its distance the last one? (asked after a literal only)
//!     -1         is it a match? (after a match)           0       ... (after a literal)
//!   512 a + t  and  512 b + 256 + t     literals: t is 1 and the bits before, high ones first; a are
//!                the upper six bits of the byte before, b those of the one before that (both 0
//!                before the start)
//! ```
//!
//! A place has two counts, of zeros and ones, up to 127; what came lately counts more. The chance of
//! a bit is that of both its places' counts together.
//!
//! A number is its bits, low ones first, each after a flag that there is one; the topmost bit,
//! which is always 1, is left out. There is no mark at the end: the decoder knows how much it
//! unpacks. The range coder is that of LZMA (LZMA SDK, `lzma-specification.txt`), 32 bits wide,
//! with carries settled in the encoder; a zero has the lower part of the range.

pub mod calls;
mod model;
mod range;
mod search;

use alloc::vec::Vec;
use model::{PLACES, walk};
use range::Encoder;
pub use range::unpack;
use search::{Matches, Prices, Totals, parse};

/// Bytes of the decoder's table: two a place.
pub const TABLE: u64 = 2 * PLACES as u64;

/// Packs `bytes`, which must not be empty, in so many passes: each takes the steps that are cheapest
/// by the bits of the one before.
pub fn pack(bytes: &[u8], passes: u32) -> Vec<u8> {
    let matches = Matches::of(bytes);
    let mut prices = Prices::flat(bytes);
    let mut best: Option<Vec<u8>> = None;
    for _ in 0..passes {
        let steps = parse(bytes, &matches, &prices);
        let mut totals = Totals::default();
        let mut encoder = Encoder::new();
        walk(bytes, &steps, &mut |places, bit| {
            totals.count(places, bit);
            encoder.bit(places, bit);
        });
        let packed = encoder.finish();
        if best.as_ref().is_none_or(|best| packed.len() < best.len()) {
            best = Some(packed);
        }
        prices = Prices::of(bytes, &totals);
    }
    best.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_packed_comes_back(bytes in proptest::collection::vec(0..6u8, 1..600)) {
            let packed = pack(&bytes, 4);
            prop_assert_eq!(unpack(&packed, bytes.len()), Some(bytes));
        }

        #[test]
        fn any_packed_bytes_are_decoded_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let unpacked = unpack(&bytes, 500);
            prop_assert!(unpacked.is_none_or(|unpacked| unpacked.len() == 500));
        }

        #[test]
        fn any_bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 1..300)) {
            let packed = pack(&bytes, 4);
            prop_assert_eq!(unpack(&packed, bytes.len()), Some(bytes));
        }
    }

    #[test]
    fn what_follows_changes_nothing() {
        for length in 1..200u32 {
            let bytes: Vec<u8> = (0..length).map(|at| ((at * at) >> 3) as u8).collect();
            let packed = pack(&bytes, 4);
            for more in [0, 0xff] {
                let packed = [&packed[..], &[more; 8]].concat();
                assert_eq!(unpack(&packed, bytes.len()).as_ref(), Some(&bytes));
            }
        }
    }

    #[test]
    fn repeats_are_cheap() {
        let bytes = b"the same again, ".repeat(200);
        let packed = pack(&bytes, 4);
        assert!(packed.len() < 40, "{}", packed.len());
        assert_eq!(unpack(&packed, bytes.len()), Some(bytes));
    }
}
