//! GGUF files of small models with random weights, and the same models as plain ones.

use super::blocks::Format;
use super::plain::{Layer, Matrix, Model};
use super::random::Random;

/// Sizes that all formats can have: rows of 256.
const WIDTH: usize = 256;
const LAYERS: usize = 2;
const HEADS: usize = 8;
const KEY_HEADS: usize = 4;
const HEAD: usize = WIDTH / HEADS;
/// Tokens, of which the first three are for control and 256 stand for bytes.
pub const TOKENS: usize = 320;
/// Positions.
pub const CONTEXT: u32 = 64;
const ALIGNMENT: usize = 32;

/// A file on its way.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    keys: Vec<u8>,
    key_count: u64,
    tensors: Vec<u8>,
    tensor_count: u64,
    data: Vec<u8>,
}

impl Writer {
    fn text(to: &mut Vec<u8>, text: &str) {
        to.extend((text.len() as u64).to_le_bytes());
        to.extend(text.as_bytes());
    }

    fn key(&mut self, key: &str, kind: u32, value: &[u8]) {
        Self::text(&mut self.keys, key);
        self.keys.extend(kind.to_le_bytes());
        self.keys.extend(value);
        self.key_count += 1;
    }

    /// A number of 32 bits.
    pub fn number(&mut self, key: &str, value: u32) {
        self.key(key, 4, &value.to_le_bytes());
    }

    /// A number with a fraction.
    pub fn float(&mut self, key: &str, value: f32) {
        self.key(key, 6, &value.to_le_bytes());
    }

    /// A text.
    pub fn string(&mut self, key: &str, value: &str) {
        let mut bytes = Vec::new();
        Self::text(&mut bytes, value);
        self.key(key, 8, &bytes);
    }

    /// Texts.
    pub fn strings(&mut self, key: &str, values: &[String]) {
        let mut bytes = 8u32.to_le_bytes().to_vec();
        bytes.extend((values.len() as u64).to_le_bytes());
        for value in values {
            Self::text(&mut bytes, value);
        }
        self.key(key, 9, &bytes);
    }

    /// Words of 32 bits of a type.
    pub fn words(&mut self, key: &str, kind: u32, values: &[u32]) {
        let mut bytes = kind.to_le_bytes().to_vec();
        bytes.extend((values.len() as u64).to_le_bytes());
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        self.key(key, 9, &bytes);
    }

    /// A tokenizer with scores, of so many tokens: bytes, pairs of small letters, and others that nothing is
    /// made of.
    pub fn tokenizer(&mut self, tokens: usize) {
        let mut texts: Vec<String> = ["<unk>", "<s>", "</s>"].map(String::from).into();
        texts.extend((0..256).map(|byte| format!("<0x{byte:02X}>")));
        texts.extend(('a'..='z').map(String::from));
        texts.push("\u{2581}".to_owned());
        texts.extend(('a'..='z').map(|letter| format!("\u{2581}{letter}")));
        texts.truncate(tokens);
        texts.extend((texts.len()..tokens).map(|number| format!("t{number}")));
        let scores: Vec<u32> = (0..tokens).map(|number| (-(number as f32)).to_bits()).collect();
        let kind = |number: usize| match number {
            0 => 2,
            1 | 2 => 3,
            3..259 => 6,
            _ => 1,
        };
        let kinds: Vec<u32> = (0..tokens).map(kind).collect();
        self.string("tokenizer.ggml.model", "llama");
        self.strings("tokenizer.ggml.tokens", &texts);
        self.words("tokenizer.ggml.scores", 6, &scores);
        self.words("tokenizer.ggml.token_type", 5, &kinds);
        self.number("tokenizer.ggml.bos_token_id", 1);
        // None of the answer's: a random model never ends.
        self.number("tokenizer.ggml.eos_token_id", 0);
    }

    /// A tensor.
    pub fn tensor(&mut self, name: &str, dimensions: &[usize], kind: u32, bytes: &[u8]) {
        self.data.resize(self.data.len().next_multiple_of(ALIGNMENT), 0);
        Self::text(&mut self.tensors, name);
        self.tensors.extend((dimensions.len() as u32).to_le_bytes());
        for length in dimensions {
            self.tensors.extend((*length as u64).to_le_bytes());
        }
        self.tensors.extend(kind.to_le_bytes());
        self.tensors.extend((self.data.len() as u64).to_le_bytes());
        self.data.extend(bytes);
        self.tensor_count += 1;
    }

    /// The file.
    #[must_use]
    pub fn finish(&self) -> Vec<u8> {
        let mut file = b"GGUF".to_vec();
        file.extend(3u32.to_le_bytes());
        file.extend(self.tensor_count.to_le_bytes());
        file.extend(self.key_count.to_le_bytes());
        file.extend(&self.keys);
        file.extend(&self.tensors);
        file.resize(file.len().next_multiple_of(ALIGNMENT), 0);
        file.extend(&self.data);
        file
    }
}

/// A random tensor, as bytes in the file and as numbers.
fn matrix(
    writer: &mut Writer,
    name: &str,
    format: Format,
    (rows, columns): (usize, usize),
    random: &mut Random,
) -> Matrix {
    let size = 1.0 / (columns as f32).sqrt();
    let bytes = format.random(rows * columns, size, random);
    writer.tensor(name, &[columns, rows], format as u32, &bytes);
    Matrix { columns, numbers: format.weights(&bytes) }
}

fn norm(writer: &mut Writer, name: &str, random: &mut Random) -> Vec<f32> {
    let weights: Vec<f32> = (0..WIDTH).map(|_| 1.0 + 0.2 * random.float()).collect();
    let bytes: Vec<u8> = weights.iter().flat_map(|weight| weight.to_le_bytes()).collect();
    writer.tensor(name, &[WIDTH], Format::F32 as u32, &bytes);
    weights
}

/// The keys and tensors of the smallest model there can be, with so many tokens, but no tokenizer.
pub fn smallest(file: &mut Writer, tokens: usize) {
    file.string("general.architecture", "llama");
    for (key, value) in [
        ("embedding_length", 2),
        ("feed_forward_length", 2),
        ("block_count", 1),
        ("attention.head_count", 1),
        ("context_length", 256),
    ] {
        file.number(&format!("llama.{key}"), value);
    }
    let mut ones = |name: &str, rows: usize| {
        let bytes = 1f32.to_le_bytes().repeat(rows * 2);
        file.tensor(name, &[2, rows], Format::F32 as u32, &bytes);
    };
    ones("token_embd.weight", tokens);
    ones("output_norm.weight", 1);
    for part in ["attn_norm", "ffn_norm"] {
        ones(&format!("blk.0.{part}.weight"), 1);
    }
    for part in ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"] {
        ones(&format!("blk.0.{part}.weight"), 2);
    }
}

/// A random model whose matrices are in this format.
#[must_use]
pub fn random(format: Format) -> (Vec<u8>, Model) {
    talking(format, None)
}

/// The same with a template of conversations.
#[must_use]
pub fn talking(format: Format, template: Option<&str>) -> (Vec<u8>, Model) {
    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ format as u64);
    let random = &mut random;
    let mut writer = Writer::default();
    let file = &mut writer;
    file.string("general.architecture", "llama");
    for (key, value) in [
        ("embedding_length", WIDTH),
        ("feed_forward_length", WIDTH),
        ("block_count", LAYERS),
        ("attention.head_count", HEADS),
        ("attention.head_count_kv", KEY_HEADS),
    ] {
        file.number(&format!("llama.{key}"), value as u32);
    }
    file.number("llama.context_length", CONTEXT);
    file.float("llama.attention.layer_norm_rms_epsilon", 1e-5);
    file.float("llama.rope.freq_base", 10_000.0);
    file.tokenizer(TOKENS);
    if let Some(template) = template {
        file.string("tokenizer.chat_template", template);
    }
    let embedding = matrix(file, "token_embd.weight", format, (TOKENS, WIDTH), random);
    let mut layers = Vec::new();
    for number in 0..LAYERS {
        let name = |part: &str| format!("blk.{number}.{part}.weight");
        let square = (WIDTH, WIDTH);
        let keys = (KEY_HEADS * HEAD, WIDTH);
        layers.push(Layer {
            attention_norm: norm(file, &name("attn_norm"), random),
            attention: [
                matrix(file, &name("attn_q"), format, square, random),
                matrix(file, &name("attn_k"), format, keys, random),
                matrix(file, &name("attn_v"), format, keys, random),
                matrix(file, &name("attn_output"), format, square, random),
            ],
            forward_norm: norm(file, &name("ffn_norm"), random),
            forward: [
                matrix(file, &name("ffn_gate"), format, square, random),
                matrix(file, &name("ffn_up"), format, square, random),
                matrix(file, &name("ffn_down"), format, square, random),
            ],
        });
    }
    let norm = norm(file, "output_norm.weight", random);
    let classifier = matrix(file, "output.weight", format, (TOKENS, WIDTH), random);
    let model = Model {
        heads: HEADS,
        key_heads: KEY_HEADS,
        head: HEAD,
        base: 10_000.0,
        epsilon: 1e-5,
        embedding,
        layers,
        norm,
        classifier,
    };
    (writer.finish(), model)
}
