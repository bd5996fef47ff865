//! What bitcode lies in: a file of its own, or one with a header before it.

use alloc::string::ToString;

use crate::error::{Cause, Error};
use crate::llbc::Llbc;
use crate::reader::Reader;

/// First four bytes of Apple's wrapper.
const WRAPPER: u32 = 0x0B17_C0DE;

/// The bitcode in a file that may have a header before it.
pub(crate) fn bitcode(bytes: &[u8]) -> Result<&[u8], Error> {
    let plain = || Reader::new(0);
    let inner = match Llbc::parse(bytes) {
        Ok(Some((_, bitcode))) => bitcode,
        Ok(None) => bytes,
        Err(error) => return Err(plain().error(Cause::Invalid(error.to_string()))),
    };
    unwrap(inner).map_err(|cause| plain().error(cause))
}

/// Takes off a wrapper: magic, version, offset, size, kind of processor.
fn unwrap(bytes: &[u8]) -> Result<&[u8], Cause> {
    let word = |at: usize| {
        let four = bytes.get(at..at + 4)?;
        Some(four.iter().rev().fold(0u32, |word, byte| word << 8 | u32::from(*byte)))
    };
    if word(0) != Some(WRAPPER) {
        return Ok(bytes);
    }
    let (Some(offset), Some(size)) = (word(8), word(12)) else { return Err(Cause::Truncated) };
    let inner = bytes.get(offset as usize..).and_then(|rest| rest.get(..size as usize));
    inner.ok_or(Cause::Truncated)
}
