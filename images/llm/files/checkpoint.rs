//! Checkpoints of llama2.c, and its tokenizers.
//!
//! ```text
//!   version 0: seven i32 (width, hidden, layers, heads, key heads, tokens, context), then f32 weights;
//!              tokens are negative when the output has a matrix of its own
//!   tensors:   embedding, attention norms, queries, keys, values, outputs, forward norms, gates, downs,
//!              ups, last norm, two tables of angles that are not needed, output matrix if of its own
//!   tokenizer: longest piece u32; for each token a score f32, a length u32, so many bytes
//! ```
//!
//! Every kind of tensor is there for all layers before the next kind begins.

use super::reader::Reader;
use crate::fault::{Checked, FETCH, Fault, Place};
use crate::memory::room;
use crate::model::formats::Format;
use crate::model::rope::{Pairs, Rope};
use crate::model::weights::{Layer, Matrix, Model, Shape};

/// What is added under the root of norms.
const EPSILON: f32 = 1e-5;
/// The base of rotary embeddings.
const BASE: f32 = 10_000.0;

/// Tensors of one kind, one a layer.
struct Series {
    bytes: &'static [u8],
    rows: usize,
    columns: usize,
    name: &'static [u8],
}

impl Series {
    fn take(
        reader: &mut Reader,
        layers: usize,
        rows: usize,
        columns: usize,
        name: &'static [u8],
    ) -> Checked<Self> {
        let bytes = reader.take_all(layers, rows * columns * 4).map_err(|_| cut_off(name))?;
        Ok(Self { bytes, rows, columns, name })
    }

    fn get(&self, layer: usize) -> Checked<Matrix> {
        let each = self.rows * self.columns * 4;
        let bytes = self.bytes.get(layer * each..).and_then(|rest| rest.get(..each));
        let place = Place::Layer(layer, self.name);
        Matrix::new(Format::F32, self.rows, self.columns, bytes.unwrap_or_default(), place)
    }
}

fn cut_off(name: &'static [u8]) -> Fault {
    Fault::new(Place::Name(name), "ends behind the file", FETCH)
}

/// Reads a checkpoint of version 0.
///
/// # Errors
/// It is none, or is cut off.
#[inline(never)]
pub fn read(bytes: &'static [u8]) -> Checked<Model> {
    let reader = &mut Reader::new(bytes);
    let mut number = || reader.u32().map(|number| number as i32 as isize);
    let (width, hidden, layers) = (number()?, number()?, number()?);
    let (heads, key_heads, tokens, context) = (number()?, number()?, number()?, number()?);
    let size = |number: isize| usize::try_from(number).unwrap_or(0);
    let (width, heads) = (size(width), size(heads));
    let shape = Shape {
        width,
        hidden: size(hidden),
        layers: size(layers),
        heads,
        key_heads: size(key_heads),
        head: width.checked_div(heads).unwrap_or(0),
        tokens: tokens.unsigned_abs(),
        context: size(context),
        epsilon: EPSILON,
    };
    shape.check()?;
    let (layers, key_width) = (shape.layers, shape.key_width());
    let embedding = Series::take(reader, 1, shape.tokens, width, b"token embedding")?;
    let mut take = |rows, columns, name| Series::take(reader, layers, rows, columns, name);
    let attention_norm = take(1, width, b"attn_norm")?;
    let query = take(shape.query_width(), width, b"attn_q")?;
    let key = take(key_width, width, b"attn_k")?;
    let value = take(key_width, width, b"attn_v")?;
    let output = take(width, shape.query_width(), b"attn_output")?;
    let forward_norm = take(1, width, b"ffn_norm")?;
    let gate = take(shape.hidden, width, b"ffn_gate")?;
    let down = take(width, shape.hidden, b"ffn_down")?;
    let up = take(shape.hidden, width, b"ffn_up")?;
    let norm = Series::take(reader, 1, 1, width, b"output_norm")?;
    let embedding = embedding.get(0)?;
    let classifier = if tokens < 0 {
        reader.take_all(shape.context, shape.head * 4).map_err(|_| cut_off(b"angles"))?;
        Series::take(reader, 1, shape.tokens, width, b"output")?.get(0)?
    } else {
        embedding
    };
    let list: &'static mut [Option<Layer>] = room(layers)?;
    for (number, layer) in list.iter_mut().enumerate() {
        *layer = Some(Layer {
            attention_norm: attention_norm.get(number)?.vector()?,
            query: query.get(number)?,
            key: key.get(number)?,
            value: value.get(number)?,
            output: output.get(number)?,
            biases: [None; 3],
            head_norms: [None; 2],
            forward_norm: forward_norm.get(number)?.vector()?,
            gate: gate.get(number)?,
            up: up.get(number)?,
            down: down.get(number)?,
        });
    }
    let rope = Rope::new(Pairs::Neighbours, shape.head, BASE, 1.0, None)?;
    Ok(Model { shape, rope, embedding, layers: list, norm: norm.get(0)?.vector()?, classifier })
}
