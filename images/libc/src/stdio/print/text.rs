//! Strings and wide characters.

use super::Sink;
use super::spec::Spec;
use crate::errors;
use crate::multibyte::{LONGEST, encode};
use crate::strings::strnlen;

/// `%s`, and the text of `%m`.
pub(super) unsafe fn string(sink: &mut Sink, spec: Spec, text: *const u8) {
    // SAFETY: a string, or as many bytes as the precision says.
    unsafe {
        let len = strnlen(text, spec.precision.unwrap_or(usize::MAX));
        spec.text(sink, text, len);
    }
}

/// `%lc`: a character as the locale writes it; that of number 0 is a byte, too.
pub(super) fn wide_character(sink: &mut Sink, spec: Spec, character: u32) {
    let mut bytes = [0; LONGEST];
    match encode(character, &mut bytes) {
        // SAFETY: so many bytes were written.
        Some(len) => unsafe { spec.text(sink, bytes.as_ptr(), len) },
        None => sink.fail(errors::EILSEQ),
    }
}

/// `%ls`: whole characters, of no more bytes than the precision says.
pub(super) unsafe fn wide_string(sink: &mut Sink, mut spec: Spec, text: *const u32) {
    let most = spec.precision.unwrap_or(usize::MAX);
    let mut bytes = [0; LONGEST];
    let (mut len, mut count) = (0, 0);
    // SAFETY: a wide string, or as many characters of one as fit the precision.
    unsafe {
        while len < most && *text.add(count) != 0 {
            let Some(more) = encode(*text.add(count), &mut bytes) else {
                return sink.fail(errors::EILSEQ);
            };
            if len + more > most {
                break;
            }
            len += more;
            count += 1;
        }
        spec.zero = false;
        spec.field(sink, b"", 0, len, |sink| {
            for index in 0..count {
                if let Some(more) = encode(*text.add(index), &mut bytes) {
                    sink.put(bytes.as_ptr(), more);
                }
            }
        });
    }
}
