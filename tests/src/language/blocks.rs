//! Quantised rows: random ones, and what they stand for, one weight after the other.

use super::random::Random;

/// A format of tensors, and its number in GGUF files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "named as the format is")]
pub enum Format {
    F32 = 0,
    F16 = 1,
    Q4_0 = 2,
    Q4_1 = 3,
    Q5_0 = 6,
    Q5_1 = 7,
    Q8_0 = 8,
    Q4K = 12,
    Q5K = 13,
    Q6K = 14,
    BF16 = 30,
}

/// All of them.
pub const ALL: [Format; 11] = [
    Format::F32,
    Format::F16,
    Format::BF16,
    Format::Q8_0,
    Format::Q4_0,
    Format::Q4_1,
    Format::Q5_0,
    Format::Q5_1,
    Format::Q4K,
    Format::Q5K,
    Format::Q6K,
];

impl Format {
    /// Bytes of a block, weights in it, and where its factors (binary16) are: the scale and, where there is
    /// one, that of least values.
    fn block(self) -> (usize, usize, &'static [usize]) {
        match self {
            Self::F32 => (4, 1, &[]),
            Self::F16 | Self::BF16 => (2, 1, &[]),
            Self::Q8_0 => (34, 32, &[0]),
            Self::Q4_0 => (18, 32, &[0]),
            Self::Q4_1 => (20, 32, &[0, 2]),
            Self::Q5_0 => (22, 32, &[0]),
            Self::Q5_1 => (24, 32, &[0, 2]),
            Self::Q4K => (144, 256, &[0, 2]),
            Self::Q5K => (176, 256, &[0, 2]),
            Self::Q6K => (210, 256, &[208]),
        }
    }

    /// How large a weight is when the scale is one, about.
    fn size(self) -> f32 {
        match self {
            Self::Q8_0 => 74.0,
            Self::Q4_0 | Self::Q4_1 => 5.0,
            Self::Q5_0 | Self::Q5_1 => 10.0,
            Self::Q4K => 300.0,
            Self::Q5K => 600.0,
            Self::Q6K => 1400.0,
            _ => 1.0,
        }
    }

    /// The bytes of so many random weights, of about this size.
    pub fn random(self, weights: usize, size: f32, random: &mut Random) -> Vec<u8> {
        let (bytes, each, factors) = self.block();
        let mut all = Vec::new();
        for _ in 0..weights / each {
            let weight = random.float() * size * 1.7;
            match self {
                Self::F32 => all.extend(weight.to_le_bytes()),
                Self::F16 => all.extend(half(weight).to_le_bytes()),
                Self::BF16 => all.extend(((weight.to_bits() >> 16) as u16).to_le_bytes()),
                _ => {
                    let start = all.len();
                    all.extend((0..bytes).map(|_| random.bits() as u8));
                    for (number, place) in factors.iter().enumerate() {
                        let mut factor = (0.7 + 0.3 * random.float()) * size / self.size();
                        // The least value of blocks that count up from it.
                        if number == 1 && each == 32 {
                            factor *= if matches!(self, Self::Q4_1) { -7.5 } else { -15.5 };
                        }
                        all[start + place..][..2].copy_from_slice(&half(factor).to_le_bytes());
                    }
                }
            }
        }
        all
    }

    /// The weights in some bytes.
    ///
    /// # Panics
    /// A block is not whole.
    #[must_use]
    pub fn weights(self, bytes: &[u8]) -> Vec<f32> {
        bytes.chunks(self.block().0).flat_map(|block| self.unpack(block)).collect()
    }

    fn unpack(self, b: &[u8]) -> Vec<f32> {
        let word = |at: usize| u16::from_le_bytes([b[at], b[at + 1]]);
        let factor = |at: usize| from_half(word(at));
        let nibble = |start: usize, index: usize| {
            let byte = b[start + index % 16];
            f32::from(if index < 16 { byte & 15 } else { byte >> 4 })
        };
        let fifth =
            |start: usize, index: usize| f32::from((b[start + index / 8] >> (index % 8) & 1) * 16);
        let small = |each: &dyn Fn(usize) -> f32| (0..32).map(each).collect();
        match self {
            Self::F32 => vec![f32::from_le_bytes([b[0], b[1], b[2], b[3]])],
            Self::F16 => vec![factor(0)],
            Self::BF16 => vec![f32::from_bits(u32::from(word(0)) << 16)],
            Self::Q8_0 => small(&|i| factor(0) * f32::from(b[2 + i] as i8)),
            Self::Q4_0 => small(&|i| factor(0) * (nibble(2, i) - 8.0)),
            Self::Q4_1 => small(&|i| factor(0) * nibble(4, i) + factor(2)),
            Self::Q5_0 => small(&|i| factor(0) * (nibble(6, i) + fifth(2, i) - 16.0)),
            Self::Q5_1 => small(&|i| factor(0) * (nibble(8, i) + fifth(4, i)) + factor(2)),
            Self::Q4K => six_bit_scales(b, 16, None),
            Self::Q5K => six_bit_scales(b, 48, Some(16)),
            Self::Q6K => six_bits(b),
        }
    }
}

/// Q4_K and Q5_K: eight groups of 32 with scale and least value of six bits each.
fn six_bit_scales(b: &[u8], quants: usize, fifths: Option<usize>) -> Vec<f32> {
    let whole = from_half(u16::from_le_bytes([b[0], b[1]]));
    let least = from_half(u16::from_le_bytes([b[2], b[3]]));
    let s = &b[4..16];
    let mut weights = Vec::new();
    for group in 0..8 {
        let (scale, offset) = if group < 4 {
            (s[group] & 63, s[group + 4] & 63)
        } else {
            let high = |byte: u8| (byte >> 6) << 4;
            (s[group + 4] & 15 | high(s[group - 4]), s[group + 4] >> 4 | high(s[group]))
        };
        for at in 0..32 {
            let byte = b[quants + group / 2 * 32 + at];
            let four = if group % 2 == 0 { byte & 15 } else { byte >> 4 };
            let five = fifths.map_or(0, |start| (b[start + at] >> group & 1) << 4);
            let number = f32::from(four | five);
            weights.push(whole * f32::from(scale) * number - least * f32::from(offset));
        }
    }
    weights
}

/// Q6_K: in each half four rows of 32, whose upper two bits share bytes.
fn six_bits(b: &[u8]) -> Vec<f32> {
    let whole = from_half(u16::from_le_bytes([b[208], b[209]]));
    let mut weights = vec![0.0; 256];
    for half in 0..2 {
        let (low, high, scales) = (&b[half * 64..], &b[128 + half * 32..], &b[192 + half * 8..]);
        for at in 0..32 {
            let rows = [
                low[at] & 15 | (high[at] & 3) << 4,
                low[at + 32] & 15 | (high[at] >> 2 & 3) << 4,
                low[at] >> 4 | (high[at] >> 4 & 3) << 4,
                low[at + 32] >> 4 | (high[at] >> 6) << 4,
            ];
            for (row, number) in rows.into_iter().enumerate() {
                let scale = f32::from(scales[row * 2 + at / 16] as i8);
                weights[half * 128 + row * 32 + at] = whole * scale * (f32::from(number) - 32.0);
            }
        }
    }
    weights
}

/// The number that 16 bits stand for.
fn from_half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
    sign * match exponent {
        0 => fraction * 2f32.powi(-24),
        _ => (1.0 + fraction / 1024.0) * 2f32.powi(exponent - 15),
    }
}

/// Sixteen bits that stand for a number, or nearly.
fn half(number: f32) -> u16 {
    let nearest = |bits: &u16| (from_half(*bits) - number.abs()).abs();
    let (mut low, mut high) = (0u16, 0x7bff);
    while high - low > 1 {
        let middle = u16::midpoint(low, high);
        if from_half(middle) <= number.abs() {
            low = middle;
        } else {
            high = middle;
        }
    }
    let best = if nearest(&low) <= nearest(&high) { low } else { high };
    best | if number < 0.0 { 0x8000 } else { 0 }
}
