//! Writes small right files for the target `llm` to a folder: every format of weights, both kinds of tokenizers, every
//! version of checkpoints.

use std::path::Path;

/// What the project's tests make their models with.
#[expect(dead_code, reason = "a part of it is enough")]
#[path = "../../tests/src/language"]
mod language {
    pub mod blocks;
    pub mod file;
    pub mod llama2c;
    pub mod plain;
    pub mod random;
}

use language::blocks::{ALL, Format};
use language::file::Writer;
use language::llama2c;
use language::random::Random;

/// Tokens of these models.
const TOKENS: usize = 16;

/// A model with matrices in a format, where its rows are whole blocks; other rows are of two f32.
fn model(file: &mut Writer, format: Format, family: &str) {
    let large = matches!(format, Format::Q4K | Format::Q5K | Format::Q6K);
    let width = if large { 256 } else { 32 };
    let random = &mut Random(7);
    file.string("general.architecture", family);
    for (key, value) in [
        ("embedding_length", width),
        ("feed_forward_length", 2),
        ("block_count", 1),
        ("attention.head_count", 1),
        ("attention.key_length", 2),
        ("context_length", 64),
    ] {
        file.number(&format!("{family}.{key}"), value as u32);
    }
    let mut matrix = |name: &str, rows: usize, columns: usize, format: Format| {
        let bytes = format.random(rows * columns, 0.2, random);
        file.tensor(name, &[columns, rows], format as u32, &bytes);
    };
    matrix("token_embd.weight", TOKENS, width, format);
    matrix("output_norm.weight", 1, width, Format::F32);
    for part in ["attn_norm", "ffn_norm"] {
        matrix(&format!("blk.0.{part}.weight"), 1, width, Format::F32);
    }
    for part in ["attn_q", "attn_k", "attn_v", "ffn_gate", "ffn_up"] {
        matrix(&format!("blk.0.{part}.weight"), 2, width, format);
    }
    for part in ["attn_output", "ffn_down"] {
        matrix(&format!("blk.0.{part}.weight"), width, 2, Format::F32);
    }
    if family == "qwen3" {
        for part in ["attn_q_norm", "attn_k_norm"] {
            matrix(&format!("blk.0.{part}.weight"), 1, 2, Format::F32);
        }
        matrix("blk.0.attn_q.bias", 1, 2, Format::F32);
    }
}

/// A tokenizer with scores, or with merges.
fn tokenizer(file: &mut Writer, words: Option<&str>) {
    let texts = ["<unk>", "<s>", "</s>", "<0xFF>", "O", "n", "c", "e", "nc", "nce", "Once", "1", "2", "12"];
    let mut texts: Vec<String> = texts.map(String::from).into();
    texts.extend(["<|im_start|>", "<|im_end|>"].map(String::from));
    file.strings("tokenizer.ggml.tokens", &texts);
    file.number("tokenizer.ggml.bos_token_id", 1);
    file.number("tokenizer.ggml.eos_token_id", 2);
    match words {
        None => {
            let scores: Vec<u32> = (0..TOKENS).map(|token| (token as f32).to_bits()).collect();
            let kinds: Vec<u32> = (0..TOKENS).map(|token| [2, 3, 3, 6].get(token).copied().unwrap_or(1)).collect();
            file.string("tokenizer.ggml.model", "llama");
            file.words("tokenizer.ggml.scores", 6, &scores);
            file.words("tokenizer.ggml.token_type", 5, &kinds);
        }
        Some(words) => {
            file.string("tokenizer.ggml.model", "gpt2");
            file.string("tokenizer.ggml.pre", words);
            file.strings("tokenizer.ggml.merges", &["n c", "nc e", "O nce", "1 2"].map(String::from));
            file.string("tokenizer.chat_template", "<|im_start|>");
        }
    }
}

/// A checkpoint of version 0, and a tokenizer for it.
fn checkpoint() -> (Vec<u8>, Vec<u8>) {
    let [width, hidden, layers, heads, key_heads, context] = [32, 32, 1, 2, 1, 8];
    let sizes = [width, hidden, layers, heads, key_heads, TOKENS, context];
    let mut model: Vec<u8> = sizes.iter().flat_map(|size| (*size as u32).to_le_bytes()).collect();
    let own = width * (2 + 2 * width + width) + 3 * width * hidden;
    let random = &mut Random(9);
    for _ in 0..TOKENS * width + layers * own + width + context * 16 {
        model.extend((random.float() * 0.2).to_le_bytes());
    }
    let mut tokenizer = 8u32.to_le_bytes().to_vec();
    for token in 0..TOKENS {
        let text = if token < 8 { format!("<0x{:02X}>", token + 0x61) } else { format!("e{token}") };
        tokenizer.extend((-(token as f32)).to_le_bytes());
        tokenizer.extend((text.len() as u32).to_le_bytes());
        tokenizer.extend(text.as_bytes());
    }
    (model, tokenizer)
}

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).expect("a folder");
    let write = |name: &str, bytes: &[u8]| std::fs::write(Path::new(&folder).join(name), bytes);
    let ways = [None, Some("gpt-2"), Some("smollm"), Some("llama-bpe"), Some("qwen2")];
    let families = ["llama", "qwen2", "qwen3"];
    for (number, format) in ALL.into_iter().enumerate() {
        let mut file = Writer::default();
        model(&mut file, format, families[number % families.len()]);
        tokenizer(&mut file, ways[number % ways.len()]);
        write(&format!("{format:?}.gguf"), &file.finish())?;
    }
    let (zero, tokens) = checkpoint();
    let (two, _) = llama2c::version2(&zero, 32);
    for (name, checkpoint) in [("v0", zero.clone()), ("v1", llama2c::version1(&zero)), ("v2", two)] {
        let length = (checkpoint.len() as u32).to_le_bytes();
        write(name, &[&length[..], &checkpoint, &tokens].concat())?;
    }
    Ok(())
}
