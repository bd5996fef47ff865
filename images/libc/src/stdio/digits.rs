//! A binary floating-point number as decimal digits, exact or correctly rounded.
//!
//! The whole part is divided by 10^9 and the fraction multiplied by it, as big integers, so
//! every digit there is can be had; no table is needed.

const GROUP: u64 = 1_000_000_000;

/// Memory to compute in, all zero. The sizes are those that a format needs: `DIGITS` before the point of
/// its largest number and behind it of the smallest, and some more; `WORDS` of 32 bits for a whole part
/// or a fraction and a group of digits in front; `GROUPS` of nine digits before the point.
pub struct Room<const DIGITS: usize, const WORDS: usize, const GROUPS: usize> {
    bytes: [u8; DIGITS],
    words: [u32; WORDS],
    groups: [u32; GROUPS],
}

/// For doubles.
pub type DoubleRoom = Room<{ 309 + 1074 + 32 }, 36, 36>;
/// For numbers of 80 bits.
pub type LongRoom = Room<{ 4933 + 16445 + 32 }, 520, 550>;

impl<const DIGITS: usize, const WORDS: usize, const GROUPS: usize> Room<DIGITS, WORDS, GROUPS> {
    pub fn new() -> Self {
        Self { bytes: [0; DIGITS], words: [0; WORDS], groups: [0; GROUPS] }
    }

    /// What is written to, whatever the format.
    pub fn space(&mut self) -> Space<'_> {
        Space { bytes: &mut self.bytes, words: &mut self.words, groups: &mut self.groups }
    }
}

/// A [`Room`] of any size.
pub struct Space<'a> {
    bytes: &'a mut [u8],
    words: &'a mut [u32],
    groups: &'a mut [u32],
}

/// Digits of a number that is not negative.
pub struct Digits<'a> {
    bytes: &'a mut [u8],
    len: usize,
    /// The value is 0.d1d2d3... times 10^`point`.
    pub point: i32,
}

/// How far to go.
#[derive(Clone, Copy)]
pub enum Stop {
    /// This many digits behind the point.
    Places(usize),
    /// This many digits from the first that is not zero; at least one.
    Significant(usize),
}

/// A whole number, lowest word first.
struct Big<'a> {
    words: &'a mut [u32],
    /// Words from `low` to `high` (exclusive) can be other than zero.
    low: usize,
    high: usize,
}

impl<'a> Big<'a> {
    /// `bits` times 2^`shift`, in words that are zero.
    fn new(words: &'a mut [u32], bits: u64, shift: u32) -> Self {
        let at = (shift / 32) as usize;
        let wide = u128::from(bits) << (shift % 32);
        let p = words.as_mut_ptr();
        // SAFETY: the three words are there: the room is one for such numbers.
        unsafe {
            *p.add(at) = wide as u32;
            *p.add(at + 1) = (wide >> 32) as u32;
            *p.add(at + 2) = (wide >> 64) as u32;
        }
        let mut big = Big { words, low: at, high: at + 3 };
        big.trim();
        big
    }

    fn trim(&mut self) {
        let p = self.words.as_ptr();
        // SAFETY: both indices stay among the words.
        unsafe {
            while self.high > self.low && *p.add(self.high - 1) == 0 {
                self.high -= 1;
            }
            while self.low < self.high && *p.add(self.low) == 0 {
                self.low += 1;
            }
        }
    }

    fn is_zero(&self) -> bool {
        self.low == self.high
    }

    /// Divides by 10^9; the remainder.
    fn divide_group(&mut self) -> u32 {
        let p = self.words.as_mut_ptr();
        let mut rest = 0u64;
        let mut i = self.high;
        // SAFETY: i is below `high`, which is at most the number of words.
        unsafe {
            while i > 0 {
                i -= 1;
                let part = rest << 32 | u64::from(*p.add(i));
                *p.add(i) = (part / GROUP) as u32;
                rest = part % GROUP;
            }
        }
        self.low = 0;
        self.trim();
        rest as u32
    }

    /// Multiplies a fraction whose point is `bits` (a multiple of 32) up by 10^9, and takes
    /// off the whole part.
    fn next_group(&mut self, point: usize) -> u32 {
        let p = self.words.as_mut_ptr();
        let mut carry = 0u64;
        // SAFETY: `point` is below the number of words.
        unsafe {
            let mut i = self.low;
            while i < point {
                let part = u64::from(*p.add(i)) * GROUP + carry;
                *p.add(i) = part as u32;
                carry = part >> 32;
                i += 1;
            }
        }
        self.high = point;
        self.trim();
        carry as u32
    }
}

impl<'a> Digits<'a> {
    /// Digits of `bits` times 2^`power` as far as `stop` says, rounded to nearest, ties to
    /// even. Beyond the digits given, all are zero.
    pub fn new(space: Space<'a>, bits: u64, power: i32, stop: Stop) -> Self {
        let Space { bytes, words: room, groups } = space;
        let most = bytes.len();
        let mut digits = Digits { bytes, len: 0, point: 0 };
        let fraction_bits = if power < 0 { power.unsigned_abs() } else { 0 };
        // The whole part.
        if power >= 0 {
            digits.push_whole(Big::new(room, bits, power as u32), groups);
            room.fill(0);
        } else if fraction_bits < 64 {
            digits.push_word(bits >> fraction_bits);
        }
        digits.point = digits.len as i32;
        let wanted = match stop {
            Stop::Places(places) => digits.len + places.min(most),
            Stop::Significant(count) => count.min(most),
        };
        let significant = matches!(stop, Stop::Significant(_));
        // The fraction, with its point between words.
        let words = fraction_bits.div_ceil(32) as usize;
        let mut rest = if fraction_bits == 0 {
            Big { words: room, low: 0, high: 0 }
        } else {
            let part = if fraction_bits < 64 { bits & ((1 << fraction_bits) - 1) } else { bits };
            Big::new(room, part, words as u32 * 32 - fraction_bits)
        };
        while digits.len <= wanted && !rest.is_zero() {
            let group = rest.next_group(words);
            if significant && digits.len == 0 && group == 0 {
                digits.point -= 9;
                continue;
            }
            let skip = significant && digits.len == 0;
            digits.push_group(group, skip);
        }
        digits.round(wanted, !rest.is_zero());
        digits
    }

    /// The digit at `place` from the first, 0 beyond the last.
    pub fn get(&self, place: usize) -> u8 {
        // SAFETY: `len` is at most the number of bytes.
        if place < self.len { unsafe { *self.bytes.as_ptr().add(place) } } else { 0 }
    }

    /// Digits up to the last that is not zero.
    pub fn significant(&self) -> usize {
        let mut len = self.len;
        while len > 0 && self.get(len - 1) == 0 {
            len -= 1;
        }
        len
    }

    /// Whether the value, rounded, is zero.
    pub fn is_zero(&self) -> bool {
        self.significant() == 0
    }

    fn push(&mut self, digit: u8) {
        if self.len < self.bytes.len() {
            // SAFETY: just checked.
            unsafe { *self.bytes.as_mut_ptr().add(self.len) = digit };
            self.len += 1;
        }
    }

    /// Nine digits; with `skip` without the zeros in front, which move the point.
    fn push_group(&mut self, group: u32, skip: bool) {
        let mut skip = skip;
        let mut rest = group;
        let mut unit = 100_000_000;
        while unit > 0 {
            let digit = rest / unit;
            rest %= unit;
            unit /= 10;
            if skip && digit == 0 {
                self.point -= 1;
            } else {
                skip = false;
                self.push(digit as u8);
            }
        }
    }

    /// A whole part that fits a word, without zeros in front.
    fn push_word(&mut self, word: u64) {
        let mut reversed = [0u8; 20];
        let p = reversed.as_mut_ptr();
        let mut len = 0;
        let mut rest = word;
        // SAFETY: a word has at most 20 digits.
        unsafe {
            while rest > 0 {
                *p.add(len) = (rest % 10) as u8;
                rest /= 10;
                len += 1;
            }
            while len > 0 {
                len -= 1;
                self.push(*p.add(len));
            }
        }
    }

    /// A whole part of any size.
    fn push_whole(&mut self, mut whole: Big<'_>, groups: &mut [u32]) {
        let p = groups.as_mut_ptr();
        let mut len = 0;
        // SAFETY: there is room for the groups of the largest number.
        unsafe {
            while !whole.is_zero() {
                *p.add(len) = whole.divide_group();
                len += 1;
            }
            let mut skip = true;
            while len > 0 {
                len -= 1;
                self.push_group(*p.add(len), skip);
                skip = false;
            }
        }
        // `push_group` counted the zeros in front; the caller sets the point.
    }

    /// Cuts to `wanted` digits; `more` says that something other than zero follows the digits.
    fn round(&mut self, wanted: usize, more: bool) {
        if wanted >= self.len {
            return;
        }
        let first = self.get(wanted);
        let mut beyond = more;
        let mut i = wanted + 1;
        while i < self.len && !beyond {
            beyond = self.get(i) != 0;
            i += 1;
        }
        let odd = wanted > 0 && self.get(wanted - 1) & 1 == 1;
        self.len = wanted;
        if first < 5 || first == 5 && !beyond && !odd {
            return;
        }
        let p = self.bytes.as_mut_ptr();
        let mut i = wanted;
        // SAFETY: i is below `len`, and `len` below the number of bytes.
        unsafe {
            while i > 0 {
                i -= 1;
                if *p.add(i) < 9 {
                    *p.add(i) += 1;
                    return;
                }
                *p.add(i) = 0;
            }
            // All were nines, or there was none: a one in front.
            let mut i = self.len;
            while i > 0 {
                *p.add(i) = *p.add(i - 1);
                i -= 1;
            }
            *p = 1;
        }
        self.len += 1;
        self.point += 1;
    }
}
