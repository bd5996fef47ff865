//! GGUF files of versions 2 and 3.
//!
//! ```text
//!   keys and values ([`super::metadata`]), then for each tensor
//!     name, dimensions u32, so many u64 (the first is the length of a row), type u32, offset u64
//!   then, at a multiple of `general.alignment`, what the offsets count from
//! ```

use super::metadata::{Metadata, name};
use super::reader::Reader;
use crate::fault::{CONVERT, Checked, FETCH, Fault, Place};
use crate::memory::{Zeroed, room};
use crate::model::rope::{Pairs, Rope};
use crate::model::weights::{Layer, MATRICES, Matrix, Model, Shape};
use kernels::formats::Format;

/// What the file begins with.
pub const MAGIC: &[u8] = b"GGUF";

/// Where tensors begin when nothing is said.
const ALIGNMENT: u64 = 32;

/// A tensor of the file.
#[derive(Clone, Copy)]
struct Tensor {
    /// Its layer, and its name in it; or its whole name.
    layer: Option<usize>,
    name: &'static [u8],
    columns: u64,
    rows: u64,
    kind: u32,
    offset: u64,
}

// SAFETY: only its `Option` is made of zeros, and zero is none: the name is never null.
unsafe impl Zeroed for Option<Tensor> {}

impl Tensor {
    fn place(&self) -> Place {
        match self.layer {
            Some(layer) => Place::Layer(layer, self.name),
            None => Place::Name(self.name),
        }
    }
}

/// A file, taken apart.
pub struct File {
    pub metadata: Metadata,
    bytes: &'static [u8],
    tensors: &'static [Option<Tensor>],
    /// Where offsets count from.
    start: usize,
}

impl File {
    /// # Errors
    /// What is wrong with the file.
    #[inline(never)]
    pub fn read(bytes: &'static [u8]) -> Checked<Self> {
        let reader = &mut Reader::new(bytes);
        let metadata = Metadata::read(reader)?;
        let tensors: &'static mut [Option<Tensor>] = room(metadata.tensors as usize)?;
        for tensor in tensors.iter_mut() {
            *tensor = Some(read_tensor(reader)?);
        }
        let alignment = metadata.number(b"general.alignment")?.unwrap_or(ALIGNMENT);
        if !alignment.is_power_of_two() || alignment > 1 << 30 {
            let place = Place::Number(b"general.alignment", alignment);
            return Err(Fault::new(place, "is no power of two", FETCH));
        }
        let start = reader.at().next_multiple_of(alignment as usize);
        Ok(Self { metadata, bytes, tensors, start })
    }

    fn find(&self, layer: Option<usize>, name: &[u8]) -> Option<&Tensor> {
        self.tensors.iter().flatten().find(|tensor| tensor.layer == layer && tensor.name == name)
    }

    /// A matrix that has to be there, of this size.
    #[inline(never)]
    fn matrix(
        &self,
        layer: Option<usize>,
        name: &'static [u8],
        rows: usize,
        columns: usize,
    ) -> Checked<Matrix> {
        match self.find(layer, name) {
            Some(tensor) => self.take(tensor, rows, columns),
            None => {
                let place = match layer {
                    Some(layer) => Place::Layer(layer, name),
                    None => Place::Name(name),
                };
                Err(Fault::new(place, "is missing", CONVERT))
            }
        }
    }

    fn take(&self, tensor: &Tensor, rows: usize, columns: usize) -> Checked<Matrix> {
        let place = tensor.place();
        let Some(format) = format_of(tensor.kind) else {
            let what = "is stored in a form that is not known";
            return Err(Fault::new(place, what, CONVERT));
        };
        if tensor.columns != columns as u64 || tensor.rows != rows as u64 {
            return Err(Fault::new(place, "has not the size that the model needs", FETCH));
        }
        let bytes =
            format.row_bytes(columns).and_then(|bytes| bytes.checked_mul(rows)).unwrap_or(0);
        let start = usize::try_from(tensor.offset).ok().and_then(|at| at.checked_add(self.start));
        let found = start.and_then(|start| self.bytes.get(start..start.checked_add(bytes)?));
        let Some(found) = found else {
            return Err(Fault::new(place, "ends behind the file", FETCH));
        };
        Matrix::new(format, rows, columns, found, place)
    }

    /// A vector that need not be there.
    #[inline(never)]
    fn vector_if(
        &self,
        layer: Option<usize>,
        name: &[u8],
        length: usize,
    ) -> Checked<Option<&'static [f32]>> {
        match self.find(layer, name) {
            None => Ok(None),
            Some(tensor) => self.take(tensor, 1, length)?.vector().map(Some),
        }
    }

    fn vector(
        &self,
        layer: Option<usize>,
        name: &'static [u8],
        length: usize,
    ) -> Checked<&'static [f32]> {
        self.matrix(layer, name, 1, length)?.vector()
    }

    /// The model in the file.
    ///
    /// # Errors
    /// What is missing or wrong.
    #[inline(never)]
    pub fn model(&self) -> Checked<Model> {
        let metadata = &self.metadata;
        let pairs = match metadata.family {
            // Its rows of queries and keys are stored so that neighbours turn.
            b"llama" => Pairs::Neighbours,
            b"qwen2" | b"qwen3" => Pairs::Halves,
            _ => {
                let what = "is a family of models that is not known: llama, qwen2 and qwen3 are";
                return Err(Fault::new(Place::Name(metadata.family), what, CONVERT));
            }
        };
        let (width, heads) =
            (metadata.size(b".embedding_length")?, metadata.size(b".attention.head_count")?);
        let or = |key, usual: usize| {
            metadata.number(key).map(|number| number.map_or(usual, |number| number as usize))
        };
        let shape = Shape {
            width,
            hidden: metadata.size(b".feed_forward_length")?,
            layers: metadata.size(b".block_count")?,
            heads,
            key_heads: or(b".attention.head_count_kv", heads)?,
            head: or(b".attention.key_length", width.checked_div(heads).unwrap_or(0))?,
            tokens: self.find(None, EMBEDDING).map_or(0, |tensor| tensor.rows as usize),
            context: metadata.size(b".context_length")?,
            epsilon: metadata.float(b".attention.layer_norm_rms_epsilon")?.unwrap_or(1e-5),
        };
        shape.check()?;
        let embedding = self.matrix(None, EMBEDDING, shape.tokens, width)?;
        let classifier = match self.find(None, b"output.weight") {
            Some(tensor) => self.take(tensor, shape.tokens, width)?,
            None => embedding,
        };
        let layers: &'static mut [Option<Layer>] = room(shape.layers)?;
        for (number, layer) in layers.iter_mut().enumerate() {
            *layer = Some(self.layer(&shape, number, embedding)?);
        }
        let norm = self.vector(None, b"output_norm.weight", width)?;
        Ok(Model { rope: self.rope(&shape, pairs)?, shape, embedding, layers, norm, classifier })
    }

    /// `some`: any matrix, until each place has its own.
    #[inline(never)]
    fn layer(&self, shape: &Shape, number: usize, some: Matrix) -> Checked<Layer> {
        let layer = Some(number);
        let mut matrices = [some; MATRICES.len()];
        for (place, (name, rows, columns)) in matrices.iter_mut().zip(&MATRICES) {
            *place = self.matrix(layer, name, shape.side(*rows), shape.side(*columns))?;
        }
        let mut vectors = [None; 5];
        let (query, key) = (shape.query_width(), shape.key_width());
        let lengths = [query, key, key, shape.head, shape.head];
        for ((place, name), length) in vectors.iter_mut().zip(VECTORS).zip(lengths) {
            *place = self.vector_if(layer, name, length)?;
        }
        let [query, key, value, query_norm, key_norm] = vectors;
        Ok(Layer {
            attention_norm: self.vector(layer, b"attn_norm.weight", shape.width)?,
            matrices,
            biases: [query, key, value],
            head_norms: [query_norm, key_norm],
            forward_norm: self.vector(layer, b"ffn_norm.weight", shape.width)?,
        })
    }

    fn rope(&self, shape: &Shape, pairs: Pairs) -> Checked<Rope> {
        const SCALING: &[u8] = b".rope.scaling.type";
        let metadata = &self.metadata;
        let turned = metadata.number(b".rope.dimension_count")?.unwrap_or(shape.head as u64);
        if turned > shape.head as u64 || turned % 2 != 0 {
            let place = Place::Number(b"rope.dimension_count", turned);
            return Err(Fault::new(place, "is more than a head has", FETCH));
        }
        let turned = turned as usize;
        let scale = match metadata.text(SCALING)? {
            None | Some(b"none") => 1.0,
            Some(b"linear") => metadata.float(b".rope.scaling.factor")?.unwrap_or(1.0),
            Some(other) => {
                let what = "is a scaling of rotary embeddings that is not known: linear is";
                return Err(Fault::new(Place::Name(other), what, CONVERT));
            }
        };
        let base = metadata.float(b".rope.freq_base")?.unwrap_or(10_000.0);
        // What Llama 3 slows pairs down by.
        let factors = self.vector_if(None, b"rope_freqs.weight", turned / 2)?;
        Rope::new(pairs, turned, base, scale, factors)
    }
}

/// What a layer need not have.
static VECTORS: [&[u8]; 5] =
    [b"attn_q.bias", b"attn_k.bias", b"attn_v.bias", b"attn_q_norm.weight", b"attn_k_norm.weight"];

const EMBEDDING: &[u8] = b"token_embd.weight";

#[inline(never)]
fn read_tensor(reader: &mut Reader) -> Checked<Tensor> {
    let whole = name(reader)?;
    let dimensions = reader.u32()?;
    let (mut columns, mut rows) = (1, 1u64);
    for dimension in 0..dimensions {
        if dimension == 4 {
            return Err(Fault::new(Place::Name(whole), "has more than four dimensions", FETCH));
        }
        let length = reader.u64()?;
        match dimension {
            0 => columns = length,
            _ => rows = rows.saturating_mul(length),
        }
    }
    let (kind, offset) = (reader.u32()?, reader.u64()?);
    let (layer, name) = split(whole).map_or((None, whole), |(layer, name)| (Some(layer), name));
    Ok(Tensor { layer, name, columns, rows, kind, offset })
}

/// Number and rest of a name such as `blk.12.attn_q.weight`.
fn split(name: &'static [u8]) -> Option<(usize, &'static [u8])> {
    let rest = name.strip_prefix(b"blk.")?;
    let end = rest.iter().position(|byte| *byte == b'.')?;
    Some((crate::text::whole(rest.get(..end)?)? as usize, rest.get(end + 1..)?))
}

const fn format_of(kind: u32) -> Option<Format> {
    Some(match kind {
        0 => Format::F32,
        1 => Format::F16,
        2 => Format::Q4_0,
        3 => Format::Q4_1,
        6 => Format::Q5_0,
        7 => Format::Q5_1,
        8 => Format::Q8_0,
        12 => Format::Q4K,
        13 => Format::Q5K,
        14 => Format::Q6K,
        30 => Format::BF16,
        _ => return None,
    })
}
