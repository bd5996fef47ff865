//! A language model of the Llama family: text in, text out, on a machine with nothing else on it.
//!
//! ```text
//!   files/   model files to weights, which stay where the machine put the file
//!   tokens/  text to tokens and back, conversations
//!   model/   tokens to the scores of the next one, on all processors
//! ```
//!
//! Nothing here knows a machine: no assembly, no intrinsics, below it only host calls. Results depend on
//! the model and its settings alone ([`model::formats`] says why).
#![no_std]
#![no_main]

mod fault;
mod files;
mod host;
mod memory;
mod model;
mod options;
mod sample;
mod speak;
mod statistics;
mod team;
mod text;
mod tokens;

use fault::{Checked, Fault, Place};
use files::{gguf, tokenizer};
use model::cache::Cache;
use model::forward::Engine;
use options::Options;
use team::Team;

/// What is wrong with a program that panics; with the message, formatting would come into every image.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    Fault::new(Place::Whole, "the program has failed", "please report it").end(b"llm")
}

/// The program.
///
/// # Safety
/// `argv` has `argc` strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn main(argc: i32, argv: *const *const u8) -> i32 {
    let arguments = (1..argc as usize).map(|index| {
        // SAFETY: by this function's contract.
        let text = unsafe { core::ffi::CStr::from_ptr((*argv.add(index)).cast()) };
        text.to_bytes()
    });
    let options = Options::read(arguments).unwrap_or_else(|fault| fault.end(b"llm"));
    match run(&options) {
        Ok(()) => 0,
        Err((file, fault)) => fault.end(file),
    }
}

/// A fault, and the file that it is in.
type InFile = (&'static [u8], Fault);

/// The bytes of a file whose path ends in a NUL behind its last byte.
#[inline(never)]
fn map(path: &'static [u8]) -> Result<&'static [u8], InFile> {
    host::map(path).map_err(|error| (path, unreadable(error)))
}

fn unreadable(error: i32) -> Fault {
    let (what, cure) = match error {
        2 => {
            ("there is no such file", "look at its path; on a disk, add it by `bareflow llm image`")
        }
        12 => ("there is not enough memory for it", "give the machine more memory"),
        21 => ("is a folder", "name a file in it"),
        _ => ("cannot be read", "look at the file and the disk that it is on"),
    };
    Fault::new(Place::Number(b"error", error as u64), what, cure)
}

#[inline(never)]
fn run(options: &Options) -> Result<(), InFile> {
    let started = host::clock();
    let path = options.model;
    let in_model = |fault| (path, fault);
    let bytes = map(path)?;
    let read = (bytes.len(), host::clock() - started);
    let file = match bytes.starts_with(gguf::MAGIC) {
        true => Some(gguf::File::read(bytes).map_err(in_model)?),
        false => None,
    };
    let model = match &file {
        Some(file) => file.model(),
        None => files::checkpoint::read(bytes),
    };
    let model = model.map_err(in_model)?;
    let vocabulary = match (&file, options.tokenizer) {
        (_, Some(path)) => {
            let vocabulary = tokenizer::of_llama2c(map(path)?, model.shape.tokens);
            vocabulary.map_err(|fault| (path, fault))?
        }
        (Some(file), None) => tokenizer::of_gguf(&file.metadata).map_err(in_model)?,
        (None, None) => {
            let what = "is a model without a tokenizer";
            let cure = "name the file that belongs to it by --tokenizer";
            return Err(in_model(Fault::new(Place::Whole, what, cure)));
        }
    };
    work(options, model, vocabulary, started, read).map_err(in_model)
}

#[inline(never)]
fn work(
    options: &Options,
    model: model::weights::Model,
    vocabulary: tokens::vocabulary::Vocabulary,
    started: u64,
    read: (usize, u64),
) -> Checked<()> {
    vocabulary.check(model.shape.tokens)?;
    let positions = match options.context {
        0 => model.shape.context.min(options::CONTEXT),
        asked => asked,
    };
    if positions > 1 << 24 {
        let place = Place::Number(b"--context", positions as u64);
        return Err(Fault::new(place, "is more than any model has", "ask for less"));
    }
    let cache = Cache::new(&model.shape, positions, options.cache)?;
    let engine = Engine::new(model, cache, Team::new(options.cores))?;
    // It lives as long as the program, which takes memory only once.
    let vocabulary = memory::keep(vocabulary)?;
    speak::Speaker::new(options, engine, vocabulary, started, read)?.run(options)
}
