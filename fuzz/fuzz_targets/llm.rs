//! Any bytes as the file of a language model, and, where they are no GGUF file, as a checkpoint of llama2.c with its
//! tokenizer: read, and, where the model is small, asked for two tokens.
//!
//! ```text
//!   "GGUF" ...                     a GGUF file
//!   length u32, so many bytes      a checkpoint
//!   the rest                       its tokenizer
//! ```
#![no_main]
#![expect(dead_code, reason = "these are the program's own sources, of which this is a part")]

#[path = "../../images/llm/fault.rs"]
mod fault;
#[path = "../../images/llm/files/mod.rs"]
mod files;
#[path = "../../images/llm/host.rs"]
mod host;
#[path = "../machine/mod.rs"]
mod machine;
#[path = "../../images/llm/memory.rs"]
mod memory;
#[path = "../../images/llm/model/mod.rs"]
mod model;
#[path = "../../images/llm/sample.rs"]
mod sample;
#[path = "../../images/llm/team.rs"]
mod team;
#[path = "../../images/llm/text.rs"]
mod text;
#[path = "../../images/llm/tokens/mod.rs"]
mod tokens;

use fault::Checked;
use files::{checkpoint, gguf, tokenizer};
use kernels::formats::Format;
use model::cache::Cache;
use model::forward::Engine;
use model::weights::Model;
use sample::{Choice, Sampler};
use team::Team;
use tokens::chat::Chat;
use tokens::encode::{Encoder, Tokens, print};
use tokens::vocabulary::Vocabulary;

/// Positions and bytes of text that there is room for.
const POSITIONS: usize = 4;
const TEXT: usize = 256;
/// Layers of a model that is small enough to be asked: they may all have the same bytes for their weights.
const LAYERS: usize = 4;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    machine::with_file(bytes, |bytes| {
        // What is wrong with it is for people.
        let _ = read(bytes);
    });
});

fn read(bytes: &'static [u8]) -> Checked<()> {
    if bytes.starts_with(gguf::MAGIC) {
        let file = gguf::File::read(bytes)?;
        let vocabulary = tokenizer::of_gguf(&file.metadata);
        let model = file.model();
        return speak(model?, vocabulary?);
    }
    let Some((length, rest)) = bytes.split_first_chunk::<4>() else { return Ok(()) };
    let length = (u32::from_le_bytes(*length) as usize).min(rest.len());
    let (checkpoint, tokens) = rest.split_at(length);
    let model = checkpoint::read(checkpoint)?;
    let vocabulary = tokenizer::of_llama2c(tokens, model.shape.tokens)?;
    speak(model, vocabulary)
}

/// What the program does with a file that is right.
fn speak(model: Model, vocabulary: Vocabulary) -> Checked<()> {
    vocabulary.check(model.shape.tokens)?;
    let vocabulary = memory::keep(vocabulary)?;
    let mut encoder = Encoder::new(vocabulary, TEXT)?;
    let mut all = Tokens::new(TEXT)?;
    encoder.encode(b"Once 12 times,\n it's \xff", &mut all)?;
    if let Some(mut chat) = Chat::new(None, None, vocabulary, TEXT)? {
        chat.say(b"Who?", true, &mut encoder, vocabulary, &mut all)?;
        chat.end(&mut encoder, vocabulary, &mut all)?;
    }
    for (index, token) in all.get().iter().enumerate() {
        print(vocabulary, *token, index == 0);
    }
    if model.shape.layers > LAYERS {
        return Ok(());
    }
    let cache = Cache::new(&model.shape, POSITIONS, Format::F32)?;
    let mut engine = Engine::new(model, cache, Team::new(1))?;
    let choice =
        Choice { temperature: 0.7, top_k: 3, top_p: 0.9, min_p: 0.1, penalty: 1.1, seed: 1 };
    let mut sampler = Sampler::new(choice, model.shape.tokens)?;
    let first = [vocabulary.begin.unwrap_or(0), all.get().first().copied().unwrap_or(1)];
    engine.put(&first, 0);
    for position in 2..POSITIONS {
        let index = if position == 2 { 1 } else { 0 };
        let token = sampler.next(engine.logits(index), &first);
        print(vocabulary, token, false);
        engine.put(&[token], position);
    }
    Ok(())
}
