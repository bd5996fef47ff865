//! The packer.

use std::io::{self, Write};

use lzma_rust2::filter::bcj::BcjWriter;
use lzma_rust2::{Lzma2Options, Lzma2Writer};
use sha2::{Digest, Sha256};

use crate::{HEAD, MAGIC, VERSION};

/// Bytes of the dictionary. With twice as many the resident compiler gets smaller by less than a
/// hundredth, and unpacking takes twice as much memory.
const DICTIONARY: u32 = 8 << 20;

/// Packs a program. The same program gives the same file.
///
/// # Errors
/// There is no memory for it.
pub fn pack(program: &[u8]) -> io::Result<Vec<u8>> {
    let mut options = Lzma2Options::with_preset(9);
    options.lzma_options.dict_size = DICTIONARY;
    options.lzma_options.nice_len = 273;
    // Most of it is machine code, which is aligned to nothing.
    options.lzma_options.pb = 0;
    options.lzma_options.lc = 4;
    let mut writer = BcjWriter::new_x86(Lzma2Writer::new(Vec::new(), options), 0);
    writer.write_all(program)?;
    let packed = writer.finish()?.finish()?;
    let mut file = MAGIC.to_vec();
    file.extend_from_slice(&VERSION.to_le_bytes());
    file.extend_from_slice(&DICTIONARY.to_le_bytes());
    file.extend_from_slice(&(program.len() as u64).to_le_bytes());
    file.extend_from_slice(&(packed.len() as u64).to_le_bytes());
    let hash = Sha256::new().chain_update(&file[MAGIC.len()..]).chain_update(&packed).finalize();
    file.extend_from_slice(&hash);
    debug_assert_eq!(file.len(), HEAD);
    file.extend_from_slice(&packed);
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, Packed};

    fn unpacked(file: &[u8]) -> Result<Vec<u8>, Error> {
        let mut program = Vec::new();
        Packed::check(file)?.unpack(|piece| {
            program.extend_from_slice(piece);
            Ok::<(), Error>(())
        })?;
        Ok(program)
    }

    /// Something like code: calls, and bytes that do not repeat.
    fn program(len: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..len).map(|at| if at % 7 == 0 { 0xe8 } else { next() & 0x3f }).collect()
    }

    #[test]
    fn what_is_packed_comes_out_again() {
        for len in [0, 1, 5, 4096, 70_000, 300_001] {
            let program = program(len);
            let file = pack(&program).expect("it is packed");
            assert_eq!(unpacked(&file).as_ref(), Ok(&program));
            assert_eq!(file, pack(&program).expect("it is packed"), "the same bytes every time");
        }
    }

    #[test]
    fn every_change_and_every_cut_is_found_and_named() {
        let file = pack(&program(500)).expect("it is packed");
        for at in 0..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 0x10;
            let error = unpacked(&changed).expect_err("a changed byte");
            let expected = match at {
                0..8 => matches!(error, Error::NotPacked),
                8..12 => matches!(error, Error::Version(_)),
                12..16 => matches!(error, Error::Head | Error::Hash),
                24..32 => matches!(error, Error::Head | Error::Length { .. }),
                _ => matches!(error, Error::Head | Error::Hash),
            };
            assert!(expected, "byte {at}: {error}");
            assert!(unpacked(&file[..at]).is_err(), "cut at {at}");
        }
        let longer = [&file[..], &[0]].concat();
        assert!(matches!(unpacked(&longer), Err(Error::Length { .. })));
    }

    #[test]
    fn wrong_data_under_a_right_hash_is_an_error() {
        let mut file = pack(&program(500)).expect("it is packed");
        file[HEAD + 6..].fill(0xff);
        let hash = Sha256::new().chain_update(&file[8..32]).chain_update(&file[HEAD..]).finalize();
        file[32..HEAD].copy_from_slice(&hash);
        assert_eq!(unpacked(&file), Err(Error::Data));
    }
}
