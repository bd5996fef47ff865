//! Checkpoints of llama2.c, version 0, as plain models, and their tokenizers.

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

/// A checkpoint with random weights, and a tokenizer for it.
#[must_use]
pub fn random() -> (Vec<u8>, Vec<u8>) {
    let mut random = Random(77);
    let [width, hidden, layers, heads, key_heads, tokens, context] = [32, 40, 2, 4, 2, 300, 32];
    let sizes = [width, hidden, layers, heads, key_heads, tokens, context];
    let mut model: Vec<u8> = sizes.iter().flat_map(|size| (*size as u32).to_le_bytes()).collect();
    let own = width * (2 + 2 * width + width) + 3 * width * hidden;
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
