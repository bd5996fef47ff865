//! Checkpoints of llama2.c: version 0 as plain models, others made of it, and their tokenizers.

use super::plain::{Layer, Matrix, Model};
use super::random::Random;

/// Reads on in f32 words.
struct Words<'a>(std::slice::ChunksExact<'a, u8>);

impl Words<'_> {
    fn whole(&mut self) -> i32 {
        self.0.next().map_or(0, |word| i32::from_le_bytes(word.try_into().unwrap_or_default()))
    }

    fn take(&mut self, count: usize) -> Vec<f32> {
        let words = self.0.by_ref().take(count);
        words.map(|word| f32::from_le_bytes(word.try_into().unwrap_or_default())).collect()
    }

    fn matrices(&mut self, count: usize, rows: usize, columns: usize) -> Vec<Matrix> {
        (0..count).map(|_| Matrix { columns, numbers: self.take(rows * columns) }).collect()
    }
}

/// The model of a checkpoint.
#[must_use]
pub fn model(bytes: &[u8]) -> Model {
    let mut words = Words(bytes.chunks_exact(4));
    let mut size = || words.whole().unsigned_abs() as usize;
    let (width, hidden, layers, heads) = (size(), size(), size(), size());
    let (key_heads, tokens, _context) = (size(), size(), size());
    let head = width / heads;
    let key_width = head * key_heads;
    let embedding = Matrix { columns: width, numbers: words.take(tokens * width) };
    let attention_norms = words.matrices(layers, 1, width);
    let queries = words.matrices(layers, width, width);
    let keys = words.matrices(layers, key_width, width);
    let values = words.matrices(layers, key_width, width);
    let outputs = words.matrices(layers, width, width);
    let forward_norms = words.matrices(layers, 1, width);
    let gates = words.matrices(layers, hidden, width);
    let downs = words.matrices(layers, width, hidden);
    let ups = words.matrices(layers, hidden, width);
    let norm = words.take(width);
    let layers = (0..layers).map(|layer| Layer {
        attention_norm: attention_norms[layer].numbers.clone(),
        attention: [&queries, &keys, &values, &outputs].map(|matrices| matrices[layer].clone()),
        forward_norm: forward_norms[layer].numbers.clone(),
        forward: [&gates, &ups, &downs].map(|matrices| matrices[layer].clone()),
    });
    Model {
        heads,
        key_heads,
        head,
        base: 10_000.0,
        epsilon: 1e-5,
        classifier: embedding.clone(),
        embedding,
        layers: layers.collect(),
        norm,
    }
}

/// The text of every token.
#[must_use]
pub fn texts(mut tokenizer: &[u8]) -> Vec<Vec<u8>> {
    let mut texts = Vec::new();
    tokenizer = tokenizer.get(4..).unwrap_or_default();
    while let Some((_score, rest)) = tokenizer.split_first_chunk::<4>()
        && let Some((length, rest)) = rest.split_first_chunk::<4>()
        && let Some((text, rest)) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)
    {
        texts.push(text.to_vec());
        tokenizer = rest;
    }
    texts
}

/// The weights of a checkpoint of version 0 as versions 1 and 2 have them, in their order: norms, then the others. Its
/// output is the embedding.
fn parts(bytes: &[u8]) -> (Vec<f32>, Vec<Vec<f32>>) {
    let model = model(bytes);
    let norms = |of: fn(&Layer) -> &Vec<f32>| model.layers.iter().flat_map(of).copied();
    let mut first: Vec<f32> = norms(|layer| &layer.attention_norm).collect();
    first.extend(norms(|layer| &layer.forward_norm));
    first.extend(&model.norm);
    let mut rest = vec![model.embedding.numbers.clone()];
    for at in 0..4 {
        rest.extend(model.layers.iter().map(|layer| layer.attention[at].numbers.clone()));
    }
    // Gates, downs, ups.
    for at in [0, 2, 1] {
        rest.extend(model.layers.iter().map(|layer| layer.forward[at].numbers.clone()));
    }
    (first, rest)
}

fn head(bytes: &[u8], version: u32, group: u32) -> Vec<u8> {
    let mut file = b"24ka".to_vec();
    file.extend(version.to_le_bytes());
    file.extend(bytes.iter().take(28));
    file.push(1);
    file.extend(group.to_le_bytes());
    file.resize(256, 0);
    file
}

/// The same checkpoint as one of version 1.
#[must_use]
pub fn version1(bytes: &[u8]) -> Vec<u8> {
    let mut file = head(bytes, 1, 0);
    let (norms, others) = parts(bytes);
    let words = norms.iter().chain(others.iter().flatten());
    file.extend(words.flat_map(|word| word.to_le_bytes()));
    file
}

/// One of version 2, with a scale for so many weights, and one of version 0 with the weights that it stands for.
#[must_use]
pub fn version2(bytes: &[u8], group: usize) -> (Vec<u8>, Vec<u8>) {
    let mut file = head(bytes, 2, group as u32);
    let (norms, others) = parts(bytes);
    file.extend(norms.iter().flat_map(|word| word.to_le_bytes()));
    let mut meant = Vec::new();
    for tensor in others {
        let (mut numbers, mut scales, mut tensor_meant) = (Vec::new(), Vec::new(), Vec::new());
        for weights in tensor.chunks(group) {
            let scale = weights.iter().fold(0.0_f32, |most, weight| most.max(weight.abs())) / 127.0;
            scales.extend(scale.to_le_bytes());
            for weight in weights {
                let number = (weight / scale).round() as i8;
                numbers.push(number as u8);
                tensor_meant.push(f32::from(number) * scale);
            }
        }
        file.extend(numbers);
        file.extend(scales);
        meant.push(tensor_meant);
    }
    // The same places in version 0, between whose matrices the norms lie.
    let mut plain = bytes.to_vec();
    let mut at = 28;
    let layers = (meant.len() - 1) / 7;
    let width = norms.len() / (2 * layers + 1);
    let mut put = |at: &mut usize, words: &[f32]| {
        for word in words {
            plain[*at..*at + 4].copy_from_slice(&word.to_le_bytes());
            *at += 4;
        }
    };
    put(&mut at, &meant[0]);
    at += layers * width * 4;
    for tensor in &meant[1..=4 * layers] {
        put(&mut at, tensor);
    }
    at += layers * width * 4;
    for tensor in &meant[1 + 4 * layers..] {
        put(&mut at, tensor);
    }
    (file, plain)
}

/// Width, hidden width, layers, heads, heads of keys, tokens and context, as files begin with them.
pub type Sizes = [usize; 7];
/// Sizes that all versions can have.
pub const EVEN: Sizes = [64, 128, 2, 4, 2, 300, 32];
/// Sizes that fill nothing: rows that are not whole lanes, and rows that are fewer numbers than lanes; heads and numbers of rows
/// that do not go in four.
pub const ODD: [Sizes; 2] = [[36, 66, 2, 6, 3, 303, 32], [12, 21, 2, 2, 1, 302, 32]];

/// A checkpoint with random weights, and a tokenizer for it.
#[must_use]
pub fn random(sizes: Sizes) -> (Vec<u8>, Vec<u8>) {
    let mut random = Random(77);
    let [width, hidden, layers, heads, key_heads, tokens, _] = sizes;
    let mut model: Vec<u8> = sizes.iter().flat_map(|size| (*size as u32).to_le_bytes()).collect();
    let own = width * (2 + 2 * width + 2 * (width / heads * key_heads)) + 3 * width * hidden;
    let weights = tokens * width + layers * own + width;
    for _ in 0..weights + 64 {
        model.extend((random.float() * 0.2).to_le_bytes());
    }
    let mut tokenizer = 8u32.to_le_bytes().to_vec();
    for token in 0..tokens {
        let text = match token {
            0..3 => format!("<{token}>"),
            3..259 => format!("<0x{:02X}>", token - 3),
            _ => format!("t{token}"),
        };
        tokenizer.extend((-(token as f32)).to_le_bytes());
        tokenizer.extend((text.len() as u32).to_le_bytes());
        tokenizer.extend(text.as_bytes());
    }
    (model, tokenizer)
}
