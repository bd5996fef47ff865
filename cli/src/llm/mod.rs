//! `bareflow llm`: a language model in this process, or as a machine.

mod args;
mod files;
mod image;

use std::path::Path;

use bareflow_profile::Level;

use crate::artefacts::Artefacts;
use crate::failure::{Exit, Failure};
use crate::program::ProgramOptions;
use crate::run;
use crate::ui::Ui;

pub use args::Args;
use args::{Command, How, Speech};
pub(crate) use files::check;
use files::text;
pub(crate) use image::layout;

/// Runs the command.
///
/// # Errors
/// A file that cannot be read, or that is no model.
pub fn run(args: Args, ui: &Ui) -> Result<Exit, Failure> {
    match args.command {
        Some(Command::Image(args)) => image::run(args, ui),
        Some(Command::Chat(args)) => {
            speak(&args.model, &args.speech, vec!["--chat".to_owned()], &args.how, ui)
        }
        None => {
            let Some(model) = &args.model else {
                return Err(Failure::usage("name a file with a model"));
            };
            let Some(prompt) = args.prompt else {
                let message =
                    "nothing to answer: give a prompt by -p, or talk to it by `bareflow llm chat`";
                return Err(Failure::usage(message));
            };
            speak(model, &args.speech, vec!["--prompt".to_owned(), prompt], &args.how, ui)
        }
    }
}

/// Runs the program in this process.
fn speak(
    model: &Path,
    speech: &Speech,
    what: Vec<String>,
    how: &How,
    ui: &Ui,
) -> Result<Exit, Failure> {
    check(model, speech.tokenizer.as_deref())?;
    let artefacts = Artefacts::locate();
    let program = artefacts.path("llm.bc")?;
    let mut options = ProgramOptions { level: how.level, ..ProgramOptions::default() };
    options.compilers = how.compilers.clone();
    if options.compilers.is_empty() && artefacts.has("compilers/llvm") {
        options.compilers.push((Level::O3, "llvm".to_owned()));
    }
    let mut words = vec![text(model)?];
    if let Some(tokenizer) = &speech.tokenizer {
        words.extend(["--tokenizer".to_owned(), text(tokenizer)?]);
    }
    words.extend(what);
    words.extend(speech.words());
    let processors = how.smp.unwrap_or_else(processors);
    run::run(&run::Args::of_program(program, options, processors, words), ui)
}

/// Processors of this system, as far as a machine may have them.
fn processors() -> u32 {
    std::thread::available_parallelism().map_or(1, |count| count.get().min(64) as u32)
}
