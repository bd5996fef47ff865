//! From scan codes of set 1, which the controller of a PC translates to, to characters of a
//! US keyboard.

/// Shift, control and prefix state between scan codes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Keyboard {
    shift: bool,
    control: bool,
    caps: bool,
    prefixed: bool,
}

const PLAIN: &[u8; 58] =
    b"\0\x1b1234567890-=\x08\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
const SHIFTED: &[u8; 58] =
    b"\0\x1b!@#$%^&*()_+\x08\tQWERTYUIOP{}\n\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";

impl Keyboard {
    /// Nothing held down.
    pub const fn new() -> Self {
        Self { shift: false, control: false, caps: false, prefixed: false }
    }

    /// Takes one scan code; a character where it made one.
    pub fn press(&mut self, code: u8) -> Option<u8> {
        if code == 0xe0 {
            self.prefixed = true;
            return None;
        }
        let prefixed = core::mem::take(&mut self.prefixed);
        let (key, down) = (code & 0x7f, code & 0x80 == 0);
        match key {
            // A prefixed shift is part of the code of a cursor key.
            0x2a | 0x36 if !prefixed => self.shift = down,
            0x1d => self.control = down,
            0x3a if down => self.caps = !self.caps,
            _ if down => return self.character(key, prefixed),
            _ => {}
        }
        None
    }

    fn character(self, key: u8, prefixed: bool) -> Option<u8> {
        if prefixed {
            // Of the second block only Enter and the slash of the number pad are characters.
            return match key {
                0x1c => Some(b'\n'),
                0x35 => Some(b'/'),
                _ => None,
            };
        }
        let plain = *PLAIN.get(usize::from(key))?;
        let upper = self.shift != (self.caps && plain.is_ascii_lowercase());
        let byte = if upper { SHIFTED[usize::from(key)] } else { plain };
        match byte {
            0 => None,
            _ if self.control && plain.is_ascii_lowercase() => Some(plain & 0x1f),
            _ => Some(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn typed(codes: &[u8]) -> Vec<u8> {
        let mut keyboard = Keyboard::default();
        codes.iter().filter_map(|&c| keyboard.press(c)).collect()
    }

    #[test]
    fn letters_shift_caps_and_control() {
        assert_eq!(typed(&[0x1e, 0x9e, 0x2a, 0x1e, 0x9e, 0xaa, 0x1e]), b"aAa");
        assert_eq!(typed(&[0x3a, 0xba, 0x1e, 0x02, 0x2a, 0x1e]), b"A1a");
        assert_eq!(typed(&[0x1d, 0x2e, 0x9d, 0x2e, 0x1c, 0x39]), b"\x03c\n ");
    }

    #[test]
    fn prefixed_keys_are_not_letters() {
        assert_eq!(typed(&[0xe0, 0x48, 0xe0, 0xc8, 0xe0, 0x1c, 0xe0, 0x2a, 0x1e]), b"\na");
    }

    #[test]
    fn every_code_is_taken_in_every_state() {
        for state in 0..16u8 {
            for code in 0..=255 {
                let [shift, control, caps, prefixed] = [1, 2, 4, 8].map(|bit| state & bit != 0);
                Keyboard { shift, control, caps, prefixed }.press(code);
            }
        }
    }
}
