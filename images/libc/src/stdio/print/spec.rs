//! One conversion specification: its flags, and texts and integers in its field.

use super::Sink;

/// A conversion specification without its letter.
#[derive(Clone, Copy, Default)]
pub(super) struct Spec {
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) blank: bool,
    pub(super) alternate: bool,
    pub(super) zero: bool,
    pub(super) width: usize,
    pub(super) precision: Option<usize>,
    /// Bits of an integer argument; 64 of a character or string: it is wide.
    pub(super) bits: u32,
    pub(super) long_double: bool,
}

impl Spec {
    /// Sign and prefix, `zeros`, then what `body` puts, `len` bytes, in the field.
    pub(super) fn field(
        &self,
        sink: &mut Sink,
        prefix: &[u8],
        zeros: usize,
        len: usize,
        body: impl FnOnce(&mut Sink),
    ) {
        let used = prefix.len() + zeros + len;
        let pad = self.width.saturating_sub(used);
        if !self.minus && !self.zero {
            sink.fill(b' ', pad);
        }
        // SAFETY: the slice's own length.
        unsafe { sink.put(prefix.as_ptr(), prefix.len()) };
        if self.zero && !self.minus {
            sink.fill(b'0', pad);
        }
        sink.fill(b'0', zeros);
        body(sink);
        if self.minus {
            sink.fill(b' ', pad);
        }
    }

    /// The sign to print before a signed number.
    pub(super) fn sign(&self, negative: bool) -> &'static [u8] {
        if negative {
            b"-"
        } else if self.plus {
            b"+"
        } else if self.blank {
            b" "
        } else {
            b""
        }
    }

    pub(super) fn integer(
        mut self,
        sink: &mut Sink,
        value: u64,
        base: u64,
        upper: bool,
        prefix: &[u8],
    ) {
        let mut text = [0u8; 64];
        let end = text.as_mut_ptr().wrapping_add(64);
        let mut at = end;
        let mut rest = value;
        // SAFETY: 64 bits have at most 64 digits, in base 2.
        unsafe {
            while rest > 0 {
                // Constant divisors become multiplications and shifts.
                let digit = match base {
                    2 => rest & 1,
                    8 => rest & 7,
                    16 => rest & 15,
                    _ => rest % 10,
                } as u8;
                rest = match base {
                    2 => rest >> 1,
                    8 => rest >> 3,
                    16 => rest >> 4,
                    _ => rest / 10,
                };
                at = at.sub(1);
                *at = match digit {
                    0..10 => b'0' + digit,
                    _ if upper => b'A' - 10 + digit,
                    _ => b'a' - 10 + digit,
                };
            }
        }
        let len = end as usize - at as usize;
        let mut least = self.precision.unwrap_or(1);
        if self.precision.is_some() {
            self.zero = false;
        }
        if base == 8 && self.alternate {
            least = least.max(len + 1);
        }
        // SAFETY: the digits lie between `at` and `end`.
        self.field(sink, prefix, least.saturating_sub(len), len, |sink| unsafe {
            sink.put(at, len);
        });
    }

    pub(super) unsafe fn text(mut self, sink: &mut Sink, text: *const u8, len: usize) {
        self.zero = false;
        // SAFETY: the caller's text has `len` bytes.
        self.field(sink, b"", 0, len, |sink| unsafe { sink.put(text, len) });
    }
}
