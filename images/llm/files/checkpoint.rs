//! Checkpoints of llama2.c.
//!
//! ```text
//!   version 0: seven i32 (width, hidden, layers, heads, key heads, tokens, context), then f32 weights;
//!              tokens are negative when the output has a matrix of its own
//!   tensors:   embedding, attention norms, queries, keys, values, outputs, forward norms, gates, downs,
//!              ups, last norm, two tables of angles that are not needed, output matrix if of its own
//!
//!   versions   "24ka", version i32, the same seven, 1 when the output has no matrix of its own, in version 2 the
//!   1 and 2:   size of groups i32; tensors begin at 256
//!   tensors:   attention norms, forward norms, last norm, then embedding, queries, keys, values, outputs, gates, downs,
//!              ups, output matrix; of version 2 all but the norms are an i8 for each weight, then an f32 for each group
//! ```
//!
//! Every kind of tensor is there for all layers before the next kind begins. Weights of version 2 lie apart from their
//! scales, so they alone are copied, to blocks that have both.

use kernels::formats::{Format, GROUP};

use super::reader::Reader;
use crate::fault::{CONVERT, Checked, FETCH, Fault, Place};
use crate::memory::room;
use crate::model::rope::{Pairs, Rope};
use crate::model::weights::{Layer, MATRICES, Matrix, Model, Shape};

/// What versions 1 and 2 begin with.
const MAGIC: &[u8] = b"24ka";
/// Where their tensors begin.
const HEADER: usize = 256;
/// What is added under the root of norms.
const EPSILON: f32 = 1e-5;
/// The base of rotary embeddings.
const BASE: f32 = 10_000.0;

/// Tensors of one kind, one a layer.
#[derive(Clone, Copy)]
struct Series {
    bytes: &'static [u8],
    rows: usize,
    columns: usize,
    /// Weights with a scale in common; 0: they are f32.
    group: usize,
    name: &'static [u8],
}

impl Series {
    const fn none() -> Self {
        Self { bytes: &[], rows: 0, columns: 0, group: 0, name: &[] }
    }

    #[inline(never)]
    fn take(
        reader: &mut Reader,
        layers: usize,
        rows: usize,
        columns: usize,
        group: usize,
        name: &'static [u8],
    ) -> Checked<Self> {
        if group != 0 && columns % group != 0 {
            let what = "has rows that groups of weights do not fill";
            return Err(Fault::new(Place::Name(name), what, CONVERT));
        }
        let series = Self { bytes: &[], rows, columns, group, name };
        let bytes = reader.take_all(layers, series.each()).map_err(|_| cut_off(name))?;
        Ok(Self { bytes, ..series })
    }

    /// Bytes of one of them.
    fn each(&self) -> usize {
        let weights = self.rows * self.columns;
        match weights.checked_div(self.group) {
            None => weights * 4,
            Some(groups) => weights + groups * 4,
        }
    }

    #[inline(never)]
    fn get(&self, layer: usize) -> Checked<Matrix> {
        let each = self.each();
        let bytes = self.bytes.get(layer * each..).and_then(|rest| rest.get(..each));
        let bytes = bytes.unwrap_or_default();
        let place = Place::Layer(layer, self.name);
        if self.group == 0 {
            return Matrix::new(Format::F32, self.rows, self.columns, bytes, place);
        }
        let blocks = self.blocks(bytes)?;
        Matrix::new(Format::Q8, self.rows, self.columns, blocks, place)
    }

    /// Weights with the scales that lie behind them, as blocks.
    #[inline(never)]
    fn blocks(&self, bytes: &[u8]) -> Checked<&'static [u8]> {
        let weights = self.rows * self.columns;
        let (weights, scales) = bytes.split_at_checked(weights).unwrap_or_default();
        let each = 4 + GROUP;
        let blocks: &'static mut [u8] = room(weights.len() / GROUP * each)?;
        let places = blocks.chunks_exact_mut(each).zip(weights.chunks_exact(GROUP));
        for (number, (block, weights)) in places.enumerate() {
            let at = number * GROUP / self.group * 4;
            let scale = scales.get(at..at + 4).unwrap_or(&[0; 4]);
            let (head, rest) = block.split_at_mut(4);
            head.copy_from_slice(scale);
            rest.copy_from_slice(weights);
        }
        Ok(blocks)
    }

    /// One of them as numbers, a vector.
    #[inline(never)]
    fn vector(&self, layer: usize) -> Checked<&'static [f32]> {
        self.get(layer)?.vector()
    }
}

fn cut_off(name: &'static [u8]) -> Fault {
    Fault::new(Place::Name(name), "ends behind the file", FETCH)
}

/// What a file says before its tensors.
struct Head {
    shape: Shape,
    /// Whether the output has a matrix of its own.
    own: bool,
    /// Whether norms come first.
    norms_first: bool,
    group: usize,
}

impl Head {
    #[inline(never)]
    fn read(reader: &mut Reader, norms_first: bool) -> Checked<Self> {
        let version = if norms_first {
            reader.u32()?;
            reader.u32()?
        } else {
            0
        };
        if norms_first && !matches!(version, 1 | 2) {
            let place = Place::Number(b"llama2.c version", version.into());
            return Err(Fault::new(place, "is not known: 0, 1 and 2 are", CONVERT));
        }
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
        let (mut own, mut group) = (tokens < 0, 0);
        if norms_first {
            own = reader.u8()? == 0;
            if version == 2 {
                group = reader.u32()? as usize;
                if group == 0 || group % GROUP != 0 {
                    let place = Place::Number(b"groups of weights, in each:", group as u64);
                    return Err(Fault::new(place, "is no multiple of 32", CONVERT));
                }
            }
            reader.seek(HEADER);
        }
        Ok(Self { shape, own, norms_first, group })
    }
}

/// Places of tensors that are no matrices of a layer: behind those.
const ATTENTION_NORM: usize = MATRICES.len();
const FORWARD_NORM: usize = ATTENTION_NORM + 1;
const NORM: usize = FORWARD_NORM + 1;
const EMBEDDING: usize = NORM + 1;
/// How many kinds of tensors every file has.
const KINDS: usize = EMBEDDING + 1;

/// What those are called, by place behind [`MATRICES`].
static OTHERS: [&[u8]; KINDS - MATRICES.len()] =
    [b"attn_norm", b"ffn_norm", b"output_norm", b"token embedding"];

/// The order of kinds in version 0: matrices are in the order of their places.
static NORMS_BETWEEN: [usize; KINDS] =
    [EMBEDDING, ATTENTION_NORM, 0, 1, 2, 3, FORWARD_NORM, 4, 5, 6, NORM];
/// And in the versions with norms first.
static NORMS_FIRST: [usize; KINDS] =
    [ATTENTION_NORM, FORWARD_NORM, NORM, EMBEDDING, 0, 1, 2, 3, 4, 5, 6];

/// Reads a checkpoint.
///
/// # Errors
/// It is none, or is cut off.
#[inline(never)]
pub fn read(bytes: &'static [u8]) -> Checked<Model> {
    let reader = &mut Reader::new(bytes);
    let Head { shape, own, norms_first, group } = Head::read(reader, bytes.starts_with(MAGIC))?;
    let (layers, width) = (shape.layers, shape.width);
    let mut series = [Series::none(); KINDS];
    for kind in if norms_first { NORMS_FIRST } else { NORMS_BETWEEN } {
        let (name, rows, columns) = match MATRICES.get(kind) {
            Some((name, rows, columns)) => (*name, shape.side(*rows), shape.side(*columns)),
            None => {
                let rows = if kind == EMBEDDING { shape.tokens } else { 1 };
                (OTHERS.get(kind - MATRICES.len()).copied().unwrap_or_default(), rows, width)
            }
        };
        let layers = if kind >= NORM { 1 } else { layers };
        let is_norm = (ATTENTION_NORM..=NORM).contains(&kind);
        let group = if is_norm { 0 } else { group };
        if let Some(series) = series.get_mut(kind) {
            *series = Series::take(reader, layers, rows, columns, group, name)?;
        }
    }
    let embedding = series[EMBEDDING].get(0)?;
    let classifier = if own {
        if !norms_first {
            reader.take_all(shape.context, shape.head * 4).map_err(|_| cut_off(b"angles"))?;
        }
        Series::take(reader, 1, shape.tokens, width, group, b"output")?.get(0)?
    } else {
        embedding
    };
    let list: &'static mut [Option<Layer>] = room(layers)?;
    for (number, layer) in list.iter_mut().enumerate() {
        let mut matrices = [embedding; MATRICES.len()];
        for (place, series) in matrices.iter_mut().zip(&series) {
            *place = series.get(number)?;
        }
        *layer = Some(Layer {
            attention_norm: series[ATTENTION_NORM].vector(number)?,
            matrices,
            biases: [None; 3],
            head_norms: [None; 2],
            forward_norm: series[FORWARD_NORM].vector(number)?,
        });
    }
    let rope = Rope::new(Pairs::Neighbours, shape.head, BASE, 1.0, None)?;
    let norm = series[NORM].vector(0)?;
    Ok(Model { shape, rope, embedding, layers: list, norm, classifier })
}
