//! A file of the shape of a model of 1.1 billion weights, in random weights.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::blocks::Format;
use super::file::Writer;
use super::random::Random;

/// TinyLlama's sizes.
const WIDTH: usize = 2048;
const HIDDEN: usize = 5632;
const LAYERS: usize = 22;
const HEADS: usize = 32;
const KEY_HEADS: usize = 4;
const TOKENS: usize = 32_000;

/// What of the file a token asks for: all but the embedding, of which it is one row.
#[must_use]
pub fn share_read() -> f64 {
    let keys = WIDTH / HEADS * KEY_HEADS;
    let layer = 2 * WIDTH * WIDTH + 2 * keys * WIDTH + 3 * WIDTH * HIDDEN;
    let read = (LAYERS * layer + TOKENS * WIDTH) as f64;
    read / (read + (TOKENS * WIDTH) as f64)
}

/// Writes it, with matrices in a format of quantised weights.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, format: Format) -> io::Result<()> {
    let random = &mut Random(0x2545_f491_4f6c_dd1d);
    let mut writer = Writer::default();
    let file = &mut writer;
    file.string("general.architecture", "llama");
    for (key, value) in [
        ("embedding_length", WIDTH),
        ("feed_forward_length", HIDDEN),
        ("block_count", LAYERS),
        ("attention.head_count", HEADS),
        ("attention.head_count_kv", KEY_HEADS),
        ("context_length", 2048),
    ] {
        file.number(&format!("llama.{key}"), value as u32);
    }
    file.float("llama.attention.layer_norm_rms_epsilon", 1e-5);
    file.tokenizer(TOKENS);
    // Weights are random for so many rows, which come again and again: no two are next to each other alike.
    let rows = |count: usize, columns: usize, random: &mut Random| {
        let some = format.random(257 * columns, 1.0 / (columns as f32).sqrt(), random);
        let bytes = some.len() / 257 * count;
        some.iter().copied().cycle().take(bytes).collect::<Vec<u8>>()
    };
    let norm: Vec<u8> = (0..WIDTH).flat_map(|_| 1f32.to_le_bytes()).collect();
    let mut matrix = |file: &mut Writer, name: &str, count: usize, columns: usize| {
        file.tensor(name, &[columns, count], format as u32, &rows(count, columns, random));
    };
    matrix(file, "token_embd.weight", TOKENS, WIDTH);
    for layer in 0..LAYERS {
        let keys = WIDTH / HEADS * KEY_HEADS;
        for (part, count, columns) in [
            ("attn_q", WIDTH, WIDTH),
            ("attn_k", keys, WIDTH),
            ("attn_v", keys, WIDTH),
            ("attn_output", WIDTH, WIDTH),
            ("ffn_gate", HIDDEN, WIDTH),
            ("ffn_up", HIDDEN, WIDTH),
            ("ffn_down", WIDTH, HIDDEN),
        ] {
            matrix(file, &format!("blk.{layer}.{part}.weight"), count, columns);
        }
        for part in ["attn_norm", "ffn_norm"] {
            file.tensor(&format!("blk.{layer}.{part}.weight"), &[WIDTH], 0, &norm);
        }
    }
    file.tensor("output_norm.weight", &[WIDTH], 0, &norm);
    matrix(file, "output.weight", TOKENS, WIDTH);
    let mut to = BufWriter::new(File::create(path)?);
    to.write_all(&writer.finish())?;
    to.flush()
}
