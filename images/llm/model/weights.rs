//! A model: the sizes of its parts and its weights, which stay where the file has them.

use kernels::formats::{self, Format};

use super::rope::Rope;
use crate::fault::{CONVERT, Checked, FETCH, Fault, Place};
use crate::memory::{Zeroed, room};

/// Sizes of a model of the Llama family.
#[derive(Clone, Copy)]
pub struct Shape {
    /// Numbers that stand for a token.
    pub width: usize,
    /// Numbers between the matrices of a feed-forward part.
    pub hidden: usize,
    pub layers: usize,
    /// Heads of attention, and those of keys and values, each of which several share.
    pub heads: usize,
    pub key_heads: usize,
    /// Numbers in a head.
    pub head: usize,
    /// Tokens that there are.
    pub tokens: usize,
    /// Positions that the model was trained on.
    pub context: usize,
    /// What is added under the root of a norm.
    pub epsilon: f32,
}

impl Shape {
    /// Numbers of a key, or a value, of all heads.
    pub const fn key_width(&self) -> usize {
        self.key_heads * self.head
    }

    /// Numbers of a query.
    pub const fn query_width(&self) -> usize {
        self.heads * self.head
    }

    /// The length of a side of a matrix.
    pub const fn side(&self, side: Side) -> usize {
        match side {
            Side::Width => self.width,
            Side::Query => self.query_width(),
            Side::Key => self.key_width(),
            Side::Hidden => self.hidden,
        }
    }

    /// Refuses sizes that no model has, so that sums and products of them are not too large for a number.
    ///
    /// # Errors
    /// The first that is.
    pub fn check(&self) -> Checked<()> {
        let limits: [(&'static [u8], usize, usize); 8] = [
            (b"width", self.width, 1 << 17),
            (b"hidden width", self.hidden, 1 << 19),
            (b"layers", self.layers, 1 << 10),
            (b"heads", self.heads, 1 << 10),
            (b"key heads", self.key_heads, 1 << 10),
            (b"width of a head", self.head, 1 << 12),
            (b"tokens", self.tokens, 1 << 22),
            (b"context", self.context, 1 << 24),
        ];
        for (name, value, limit) in limits {
            if value == 0 || value > limit {
                let place = Place::Number(name, value as u64);
                return Err(Fault::new(place, "is no size that a model has", FETCH));
            }
        }
        if self.heads % self.key_heads != 0 || self.head % 2 != 0 {
            let place = Place::Number(b"key heads", self.key_heads as u64);
            return Err(Fault::new(place, "do not divide the heads", CONVERT));
        }
        Ok(())
    }
}

/// Weights in rows.
#[derive(Clone, Copy)]
pub struct Matrix {
    pub format: Format,
    pub rows: usize,
    pub columns: usize,
    bytes: &'static [u8],
    pub row_bytes: usize,
}

// SAFETY: it is only ever made by `new` and held in an `Option` otherwise, of which zero is none.
unsafe impl Zeroed for Option<Matrix> {}

impl Matrix {
    /// Takes exactly the bytes of so many rows.
    ///
    /// # Errors
    /// They are fewer or more, or a row does not fill blocks.
    pub fn new(
        format: Format,
        rows: usize,
        columns: usize,
        bytes: &'static [u8],
        place: Place,
    ) -> Checked<Self> {
        let Some(row_bytes) = format.row_bytes(columns) else {
            let what = "a row of it does not fill the blocks of its format";
            return Err(Fault::new(place, what, CONVERT));
        };
        if row_bytes == 0 || row_bytes.checked_mul(rows) != Some(bytes.len()) {
            return Err(Fault::new(place, "has not as many weights as it has to", FETCH));
        }
        Ok(Self { format, rows, columns, bytes, row_bytes })
    }

    /// The bytes of some rows; none, if there are not as many.
    #[inline(always)]
    pub fn rows(&self, first: usize, count: usize) -> &'static [u8] {
        let at = first.checked_mul(self.row_bytes);
        let rest = at.and_then(|at| self.bytes.get(at..)).unwrap_or_default();
        rest.get(..count * self.row_bytes).unwrap_or_default()
    }

    /// Makes numbers of a row, from number `start` on, where a block begins.
    pub fn unpack(&self, row: usize, start: usize, to: &mut [f32]) {
        let (bytes, each) = self.format.block();
        let row = self.rows(row, 1).get(start / each * bytes..).unwrap_or_default();
        formats::unpack(self.format, row, to);
    }

    /// A matrix of one row as numbers.
    ///
    /// # Errors
    /// There is no memory for them.
    pub fn vector(&self) -> Checked<&'static [f32]> {
        let to = room(self.columns)?;
        self.unpack(0, 0, to);
        Ok(to)
    }
}

/// Places of a layer's matrices.
pub const QUERY: usize = 0;
pub const KEY: usize = 1;
pub const VALUE: usize = 2;
pub const OUTPUT: usize = 3;
pub const GATE: usize = 4;
pub const DOWN: usize = 5;
pub const UP: usize = 6;

/// How long a side of a matrix is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Width,
    Query,
    Key,
    Hidden,
}

/// What those matrices are called in files, and their rows and columns.
pub static MATRICES: [(&[u8], Side, Side); 7] = [
    (b"attn_q.weight", Side::Query, Side::Width),
    (b"attn_k.weight", Side::Key, Side::Width),
    (b"attn_v.weight", Side::Key, Side::Width),
    (b"attn_output.weight", Side::Width, Side::Query),
    (b"ffn_gate.weight", Side::Hidden, Side::Width),
    (b"ffn_down.weight", Side::Width, Side::Hidden),
    (b"ffn_up.weight", Side::Hidden, Side::Width),
];

/// The weights of a layer.
#[derive(Clone, Copy)]
pub struct Layer {
    pub attention_norm: &'static [f32],
    pub matrices: [Matrix; 7],
    /// What is added to queries, keys and values.
    pub biases: [Option<&'static [f32]>; 3],
    /// Norms of each head of queries and keys.
    pub head_norms: [Option<&'static [f32]>; 2],
    pub forward_norm: &'static [f32],
}

// SAFETY: only its `Option` is made of zeros, and zero is none: its references are never null.
unsafe impl Zeroed for Option<Layer> {}

/// A model.
#[derive(Clone, Copy)]
pub struct Model {
    pub shape: Shape,
    pub rope: Rope,
    pub embedding: Matrix,
    pub layers: &'static [Option<Layer>],
    pub norm: &'static [f32],
    pub classifier: Matrix,
}
