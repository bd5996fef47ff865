//! Keys and values of the positions so far: for each layer, sixteen positions of a head are a block ([`kernels::kept`]),
//! and blocks of all heads lie behind one another.

use kernels::formats::{Format, LANES};
use kernels::kept::{self, Blocks};

use super::weights::Shape;
use crate::fault::{Checked, Fault, Place};
use crate::memory::room;

/// The key-value cache.
pub struct Cache {
    pub format: Format,
    /// Positions that there is room for.
    pub positions: usize,
    /// Numbers of a head, and bytes of its block.
    head: usize,
    head_bytes: usize,
    /// Bytes of the blocks of all heads.
    step: usize,
    keys: &'static mut [u8],
    values: &'static mut [u8],
}

impl Cache {
    /// An empty one. Formats are F32, F16 and Q8_0.
    ///
    /// # Errors
    /// There is no memory, or the heads do not fill blocks of the format.
    pub fn new(shape: &Shape, positions: usize, format: Format) -> Checked<Self> {
        let Some(row_bytes) = format.row_bytes(shape.head) else {
            let place = Place::Number(b"heads of width", shape.head as u64);
            let what = "cannot be kept so: blocks have 32 numbers";
            return Err(Fault::new(place, what, "ask for --cache f16 or f32"));
        };
        let head_bytes = row_bytes * LANES;
        let step = head_bytes * shape.key_heads;
        let blocks = positions.div_ceil(LANES).saturating_mul(shape.layers);
        let bytes = blocks.saturating_mul(step);
        let (keys, values) = (room(bytes)?, room(bytes)?);
        Ok(Self { format, positions, head: shape.head, head_bytes, step, keys, values })
    }

    /// Bytes that it has.
    pub fn bytes(&self) -> usize {
        self.keys.len() + self.values.len()
    }

    /// Where the blocks of sixteen positions begin.
    fn place(&self, layer: usize, position: usize) -> usize {
        (layer * self.positions.div_ceil(LANES) + position / LANES) * self.step
    }

    /// Keeps key and value of a position.
    #[inline(never)]
    pub fn put(&mut self, layer: usize, position: usize, key: &[f32], value: &[f32]) {
        let at = self.place(layer, position);
        for (blocks, numbers) in [(&mut *self.keys, key), (&mut *self.values, value)] {
            let blocks = blocks.get_mut(at..).unwrap_or_default();
            let heads = numbers.chunks(self.head.max(1));
            for (head, block) in heads.zip(blocks.chunks_mut(self.head_bytes.max(1))) {
                kept::put(self.format, head, position % LANES, block);
            }
        }
    }

    /// Keys and values of one head in a layer.
    pub fn head(&self, layer: usize, head: usize) -> Head<'_> {
        let at = self.place(layer, 0) + head * self.head_bytes;
        let step = self.step;
        let (keys, values) = (self.keys.get(at..), self.values.get(at..));
        Head {
            keys: Blocks { bytes: keys.unwrap_or_default(), step },
            values: Blocks { bytes: values.unwrap_or_default(), step },
        }
    }
}

/// Keys and values of one head.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    pub keys: Blocks<'a>,
    pub values: Blocks<'a>,
}
