//! Tokenizers: those in GGUF files, and llama2.c's own files (the longest piece u32; for each token a score
//! f32, a length u32 and so many bytes).

use super::metadata::{Array, Metadata};
use super::reader::Reader;
use crate::fault::{CONVERT, Checked, Fault, Place};
use crate::memory::{keep, room};
use crate::tokens::split::{self, Rules};
use crate::tokens::vocabulary::{self, Method, Texts, Vocabulary, byte_of};

/// Reads the llama2.c tokenizer of a model with so many tokens.
///
/// # Errors
/// It is cut off, or is none.
#[inline(never)]
pub fn of_llama2c(bytes: &'static [u8], tokens: usize) -> Checked<Vocabulary> {
    let reader = &mut Reader::new(bytes);
    reader.u32()?;
    let list: &'static mut [Option<&'static [u8]>] = room(tokens)?;
    let scores: &'static mut [f32] = room(tokens)?;
    let sorts: &'static mut [u8] = room(tokens)?;
    let places = list.iter_mut().zip(scores.iter_mut()).zip(sorts.iter_mut()).enumerate();
    for (number, ((text, score), sort)) in places {
        *score = f32::from_bits(reader.u32()?);
        let length = reader.u32()?;
        let bytes = reader.take(length as usize)?;
        *sort = match (number, byte_of(bytes)) {
            (0..3, _) => vocabulary::CONTROL,
            (_, Some(_)) => vocabulary::BYTE,
            _ => vocabulary::TEXT,
        };
        *text = Some(bytes);
    }
    Ok(Vocabulary {
        texts: Texts::new(list)?,
        sorts,
        method: Method::Scores { scores, dummy: true },
        begin: Some(1),
        ends: [Some(1), Some(2), None, None],
        template: &[],
        marked: false,
    })
}

/// Reads the tokenizer of a GGUF file.
///
/// # Errors
/// There is none, or none of the kinds that are known.
#[inline(never)]
pub fn of_gguf(metadata: &Metadata) -> Checked<Vocabulary> {
    let list = metadata.texts(b"tokenizer.ggml.tokens")?;
    let sorts: &'static mut [u8] = room(list.len())?;
    if let Some(Array { mut reader, count }) =
        metadata.array(b"tokenizer.ggml.token_type", &[4, 5])?
    {
        for sort in sorts.iter_mut().take(count) {
            *sort = match reader.u32()? {
                2 | 3 | 5 => vocabulary::CONTROL,
                6 => vocabulary::BYTE,
                _ => vocabulary::TEXT,
            };
        }
    }
    let kind = metadata.text(b"tokenizer.ggml.model")?.unwrap_or_default();
    let flag = |key, usual| metadata.number(key).map(|flag| flag.map_or(usual, |flag| flag != 0));
    let (method, begins, marked) = match kind {
        b"llama" => {
            let dummy = flag(b"tokenizer.ggml.add_space_prefix", true)?;
            (Method::Scores { scores: scores(metadata, list.len())?, dummy }, true, true)
        }
        b"gpt2" => {
            let merges = keep(Texts::new(metadata.texts(b"tokenizer.ggml.merges")?)?)?;
            let (rules, whole) = rules(metadata)?;
            (Method::Merges { merges, rules, whole }, whole, false)
        }
        _ => {
            let what = "is a kind of tokenizer that is not known: llama and gpt2 are";
            return Err(Fault::new(Place::Name(kind), what, CONVERT));
        }
    };
    let token = |key| metadata.number(key).map(|token| token.map(|token| token as u32));
    let begin = token(b"tokenizer.ggml.bos_token_id")?;
    let texts = Texts::new(list)?;
    Ok(Vocabulary {
        begin: begin.filter(|_| flag(b"tokenizer.ggml.add_bos_token", begins).unwrap_or(begins)),
        ends: [
            token(b"tokenizer.ggml.eos_token_id")?,
            token(b"tokenizer.ggml.eot_token_id")?,
            texts.find(b"<|im_end|>"),
            texts.find(b"<|eot_id|>"),
        ],
        template: metadata.text(b"tokenizer.chat_template")?.unwrap_or_default(),
        texts,
        sorts,
        method,
        marked,
    })
}

#[inline(never)]
fn scores(metadata: &Metadata, tokens: usize) -> Checked<&'static [f32]> {
    let scores: &'static mut [f32] = room(tokens)?;
    if let Some(Array { mut reader, count }) = metadata.array(b"tokenizer.ggml.scores", &[6])? {
        for score in scores.iter_mut().take(count) {
            *score = f32::from_bits(reader.u32()?);
        }
    }
    Ok(scores)
}

/// How words are told apart, and whether one that is a token stays whole.
#[inline(never)]
fn rules(metadata: &Metadata) -> Checked<(Rules, bool)> {
    Ok(match metadata.text(b"tokenizer.ggml.pre")? {
        // Old files do not say.
        None | Some(b"default" | b"gpt-2") => (split::GPT2, false),
        Some(b"smollm") => (split::SMOLLM, false),
        Some(b"llama-bpe" | b"llama3" | b"llama-v3") => (split::LLAMA3, true),
        Some(b"qwen2" | b"deepseek-r1-qwen") => (split::QWEN2, false),
        Some(other) => {
            let what = "is a way to tell words apart that is not known: gpt-2, smollm, llama-bpe and qwen2 are";
            return Err(Fault::new(Place::Name(other), what, CONVERT));
        }
    })
}
