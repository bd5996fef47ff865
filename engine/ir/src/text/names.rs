//! Symbol names as text: quoted when they are not plain words.

use core::fmt::{self, Write};

/// A symbol name.
pub(super) struct Name<'a>(pub(super) &'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$' | '-');
        if !self.0.is_empty() && self.0.chars().all(plain) {
            return f.write_str(self.0);
        }
        f.write_char('"')?;
        escaped(f, self.0.as_bytes())?;
        f.write_char('"')
    }
}

/// Bytes of a string, with those that are not plain written in hexadecimal.
pub(super) fn escaped(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    for byte in bytes {
        match byte {
            b'"' | b'\\' => write!(f, "\\{byte:02X}")?,
            0x20..=0x7E => f.write_char(char::from(*byte))?,
            _ => write!(f, "\\{byte:02X}")?,
        }
    }
    Ok(())
}
