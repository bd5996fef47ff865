//! Keys and values of the positions so far, one row a position and layer.

use kernels::formats::{Format, GROUP};
use kernels::{numbers, vectors};

use super::weights::Shape;
use crate::fault::{Checked, Fault, Place};
use crate::memory::room;

/// The key-value cache.
pub struct Cache {
    pub format: Format,
    /// Positions that there is room for.
    pub positions: usize,
    row_bytes: usize,
    head_bytes: usize,
    keys: &'static mut [u8],
    values: &'static mut [u8],
}

impl Cache {
    /// An empty one. Formats are F32, F16 and Q8_0.
    ///
    /// # Errors
    /// There is no memory, or the heads do not fill blocks of the format.
    pub fn new(shape: &Shape, positions: usize, format: Format) -> Checked<Self> {
        let Some(head_bytes) = format.row_bytes(shape.head) else {
            let place = Place::Number(b"heads of width", shape.head as u64);
            let what = "cannot be kept so: blocks have 32 numbers";
            return Err(Fault::new(place, what, "ask for --cache f16 or f32"));
        };
        let row_bytes = head_bytes * shape.key_heads;
        let rows = positions.saturating_mul(shape.layers);
        let bytes = rows.saturating_mul(row_bytes);
        let (keys, values) = (room(bytes)?, room(bytes)?);
        Ok(Self { format, positions, row_bytes, head_bytes, keys, values })
    }

    /// Bytes that it has.
    pub fn bytes(&self) -> usize {
        self.keys.len() + self.values.len()
    }

    fn place(&self, layer: usize, position: usize) -> usize {
        (layer * self.positions + position) * self.row_bytes
    }

    /// Keeps key and value of a position.
    #[inline(never)]
    pub fn put(&mut self, layer: usize, position: usize, key: &[f32], value: &[f32]) {
        let at = self.place(layer, position);
        let end = at + self.row_bytes;
        for (rows, numbers) in [(&mut *self.keys, key), (&mut *self.values, value)] {
            if let Some(row) = rows.get_mut(at..end) {
                pack(self.format, numbers, row);
            }
        }
    }

    /// Keys and values of one head in a layer.
    pub fn head(&self, layer: usize, head: usize) -> Head<'_> {
        let at = self.place(layer, 0) + head * self.head_bytes;
        Head {
            keys: self.keys.get(at..).unwrap_or_default(),
            values: self.values.get(at..).unwrap_or_default(),
            each: self.head_bytes,
            step: self.row_bytes,
        }
    }
}

/// Keys and values of one head, position after position.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    keys: &'a [u8],
    values: &'a [u8],
    each: usize,
    step: usize,
}

impl<'a> Head<'a> {
    /// The key of a position.
    pub fn key(self, position: usize) -> &'a [u8] {
        let rest = self.keys.get(position * self.step..).unwrap_or_default();
        rest.get(..self.each).unwrap_or_default()
    }

    pub fn values(self) -> impl Iterator<Item = &'a [u8]> {
        self.values.chunks(self.step.max(1)).filter_map(move |row| row.get(..self.each))
    }
}

/// Stores numbers in one of the cache's formats.
fn pack(format: Format, numbers: &[f32], row: &mut [u8]) {
    match format {
        Format::F16 => pack_halves(numbers, row),
        Format::Q8_0 => pack_groups(numbers, row),
        _ => vectors::store(numbers, row),
    }
}

#[inline(never)]
fn pack_halves(numbers: &[f32], row: &mut [u8]) {
    for (bytes, number) in row.as_chunks_mut::<2>().0.iter_mut().zip(numbers) {
        *bytes = numbers::to_half(*number).to_le_bytes();
    }
}

#[inline(never)]
fn pack_groups(numbers: &[f32], row: &mut [u8]) {
    for (block, group) in row.as_chunks_mut::<34>().0.iter_mut().zip(numbers.as_chunks().0) {
        pack_group(group, block);
    }
}

/// A block of Q8_0: the largest becomes 127.
#[inline(never)]
fn pack_group(group: &[f32; GROUP], block: &mut [u8; 34]) {
    const ROUND: f32 = 12_582_912.0; // 1.5 * 2^23
    let mut largest = 0.0;
    for number in group {
        let size = f32::from_bits(number.to_bits() & 0x7fff_ffff);
        largest = if size > largest { size } else { largest };
    }
    let scale = numbers::to_half(largest / 127.0);
    let exact = numbers::from_half(scale);
    let inverse = if exact > 0.0 { 1.0 / exact } else { 0.0 };
    let [low, high] = scale.to_le_bytes();
    let (head, numbers) = block.split_at_mut(2);
    head.copy_from_slice(&[low, high]);
    for (byte, number) in numbers.iter_mut().zip(group) {
        // The scale may have been rounded down, so that more than 127 comes out.
        let steps = number * inverse;
        let steps = if steps > 127.0 { 127.0 } else { steps };
        let steps = if steps < -127.0 { -127.0 } else { steps };
        *byte = (steps + ROUND).to_bits() as u8;
    }
}
