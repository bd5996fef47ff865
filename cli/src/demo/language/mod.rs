//! `bareflow demo --llm`: a language model, from nothing to a machine that does nothing but talk.
//!
//! Every boot is asked the same and answers in the same tokens, in an emulated machine a few of them: each takes
//! a multiplication for every weight, which an emulator does one by one.

mod fetch;
pub(super) mod story;

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use bareflow_host::heartbeat::Heartbeat;
use bareflow_shrink::files::Files;
use bareflow_shrink::{Options, Policy};

use super::args::Args;
use super::bed::{self, Bed};
use super::{cycle, page};
use crate::artefacts::Artefacts;
use crate::failure::{Exit, Failure, Kind};
use crate::image;
use crate::llm;
use crate::machine::MachineOptions;
use crate::output_file::write_bytes;
use crate::ui::Ui;

use story::{Speed, Story};

/// What is asked at every boot of a model that was made for conversations, and how the text of another begins.
const QUESTION: &str = "Name a colour.";
const BEGINNING: &str = "Once upon a time";
/// What a model is told before a conversation, in the place of what its template says: that would be most of the
/// tokens which an emulated machine goes through before the first one it makes.
const NO_SYSTEM: &str = "";
/// Positions that the machine has room for.
const CONTEXT: u32 = 256;
/// Seconds until a machine counts as hung: a busy host may leave it a tenth of a processor.
const PATIENCE: u64 = 3600;
/// Where files with a template have it: the key of that, and how far from the beginning it is looked for.
const TEMPLATE: &[u8] = b"tokenizer.chat_template";
const METADATA: u64 = 32 << 20;

/// Runs the demo.
///
/// # Errors
/// Whatever step failed, in its own words.
pub(super) fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    let model = match &args.model {
        Some(model) => model.clone(),
        None => fetch::model(ui)?,
    };
    llm::check(&model, args.tokenizer.as_deref())?;
    let artefacts = Artefacts::locate();
    let hosted = bed::is_hosted(args, &artefacts, ui)?;
    ui.note(&format!(
        "This grows {} over {} boots, {}, and shrinks what they have learned. {} tokens an answer.",
        model.display(),
        args.boots(),
        match hosted {
            true => "each a process of this system: some seconds each",
            false =>
                "each an emulated machine: for 135 million weights about a minute each on a quiet host, a \
                 second for a thousandth of that",
        },
        args.tokens
    ));
    let story = tell(args, model, hosted, &artefacts, ui)?;
    write_bytes(&story.page, page::render_language(&story).as_bytes())?;
    write_bytes(&args.out.join("speed.svg"), page::speed_picture(&story).as_bytes())?;
    ui.result(&story, || table(&story));
    match story.same {
        true => Ok(Exit::Success),
        false => {
            Err(Failure::new(Kind::Failed, "the boots did not all answer the same: see the page"))
        }
    }
}

/// Grows, shrinks, and asks what is left.
fn tell(
    args: &Args,
    model: PathBuf,
    hosted: bool,
    artefacts: &Artefacts,
    ui: &Ui,
) -> Result<Story, Failure> {
    let metadata = std::fs::metadata(&model).map_err(|error| Failure::input(&model, error))?;
    let model_bytes = metadata.len();
    let talks = has_template(&model)?;
    let (files, mut words) = llm::layout(&model, args.tokenizer.as_deref());
    let (asked, input) = match talks {
        true => (QUESTION, format!("{QUESTION}\n").into_bytes()),
        false => (BEGINNING, Vec::new()),
    };
    match talks {
        true => words.extend(["--chat", "--system", NO_SYSTEM].map(str::to_owned)),
        false => words.extend(["--raw", "--prompt", BEGINNING].map(str::to_owned)),
    }
    words.extend(["--tokens".to_owned(), args.tokens.to_string()]);
    words.extend(["--context".to_owned(), CONTEXT.to_string(), "--statistics".to_owned()]);
    let program = artefacts.path("llm.bc")?;
    let disk = image::Args::of_program(program, PathBuf::new(), files, words, Vec::new());
    let contents = image::gather(&disk, artefacts)?;
    // The file, its cache and working memory, and the engine.
    let mem = ((model_bytes >> 20) * 5 / 4 + 256).next_multiple_of(64);
    let machine = MachineOptions { mem, timeout: PATIENCE, ..MachineOptions::plain() };
    let bed = Bed::new(&args.out, hosted, &contents, machine, Some(input))?;
    let boots = bed.grow(args.boots(), ui)?;

    let began = Instant::now();
    let beat = Heartbeat::new("shrinking".to_owned(), !ui.json());
    let snapshot = bed.snapshot()?;
    let all = Options { policy: Policy::Reachable, flat: true, ..Options::default() };
    let (mut image, report) = cycle::shrink(&snapshot, &bed.path, &all)?;
    let least = Options { policy: Policy::Executed, ..all };
    let executed_bytes = cycle::shrink(&snapshot, &bed.path, &least)?.0.len() as u64;
    let shrunk_bytes = image.len() as u64;
    let path = args.out.join("shrunk.img");
    if !hosted {
        let files = Files::of(&bed.path).map_err(|error| Failure::input(&bed.path, error))?;
        let appended = files.append(&mut image, 1 << 20);
        appended.map_err(|error| Failure::output(&path, error))?;
    }
    write_bytes(&path, &image)?;
    let explore = args.out.join("explore.html");
    let refusals = cycle::refusals(boots.last());
    write_bytes(&explore, crate::explore::page(&bed.snapshots(), &refusals)?.as_bytes())?;
    drop(beat);
    let shrink_ms = began.elapsed().as_millis() as u64;

    let shrunk = match hosted {
        true => None,
        false => {
            let _beat = Heartbeat::new("the shrunk image".to_owned(), !ui.json());
            Some(bed.boot_image(&path, ui)?)
        }
    };
    let answers: Vec<String> = boots.iter().chain(&shrunk).map(story::answer).collect();
    Ok(Story {
        model,
        model_bytes,
        hosted,
        counted: bed.counted,
        talks,
        asked: asked.to_owned(),
        same: answers.iter().all(|answer| *answer == answers[0]),
        answer: answers[0].clone(),
        speeds: boots.iter().map(|boot| Speed::of(boot).unwrap_or_default()).collect(),
        shrunk_speed: shrunk.as_ref().and_then(Speed::of),
        boots,
        shrunk,
        grown_bytes: bed.bytes + snapshot.len() as u64 - model_bytes,
        shrunk_bytes,
        executed_bytes,
        shrink_ms,
        report,
        grown: bed.path.clone(),
        image: path,
        memory: mem,
        page: args.out.join("index.html"),
        explore,
    })
}

/// Whether a file says how conversations are written.
fn has_template(model: &Path) -> Result<bool, Failure> {
    let mut start = Vec::new();
    let file = File::open(model).map_err(|error| Failure::input(model, error))?;
    file.take(METADATA).read_to_end(&mut start).map_err(|error| Failure::input(model, error))?;
    Ok(start.windows(TEMPLATE.len()).any(|window| window == TEMPLATE))
}

fn table(story: &Story) -> String {
    let mut text = String::from(
        "\n   boot   tokens/s   vs boot 1   prompt tokens/s   first token   interp/O0/O1/O2/O3   compiled   \
         restored   real time\n",
    );
    let first = story.speeds.first().map_or(0.0, |speed| speed.per_second);
    let named = (1..).map(|boot: usize| boot.to_string());
    let rows = named.zip(story.boots.iter().zip(&story.speeds));
    let shrunk = story.shrunk.as_ref().zip(story.shrunk_speed.as_ref());
    for (name, (line, speed)) in rows.chain(shrunk.map(|row| ("shrunk".to_owned(), row))) {
        let levels = line.levels.map_or_else(String::new, |levels| {
            format!("{}/{}/{}/{}/{}", levels.interp, levels.o0, levels.o1, levels.o2, levels.o3)
        });
        text += &format!(
            "{name:>7}   {:>8.2}   {:>8.2}x   {:>15.2}   {:>8} ms   {levels:>18}   {:>8}   {:>8}   {:>7.1} s\n",
            speed.per_second,
            speed.per_second / first.max(1e-9),
            speed.prompt_per_second,
            speed.first_ms,
            line.compiles.unwrap_or(0),
            line.restored.unwrap_or(0),
            line.wall_us as f64 / 1e6,
        );
    }
    if story.counted {
        text += "The machines are emulated and counted: their second is a billion instructions, however busy this \
                 host is.\n";
    }
    let talk = match story.hosted {
        true => String::new(),
        false if story.talks => {
            format!("\ntalk to it: bareflow boot {} --mem {}M", story.image.display(), story.memory)
        }
        false => {
            format!("\nboot it: bareflow boot {} --mem {}M", story.image.display(), story.memory)
        }
    };
    text += &format!(
        "\nasked: {}\nanswer: {}\nanswers: {}{}\ngrown: {} bytes without the model\nshrunk: {} bytes without the \
         model ({} of what ran), in {:.1} s\npage: {}\nlook through it: {}{talk}",
        story.asked,
        story.answer.trim(),
        if story.same { "equal" } else { "DIFFERENT" },
        if story.hosted { " in every boot (hosted; the shrunk image was not booted)" } else { "" },
        story.grown_bytes,
        story.shrunk_bytes,
        story.executed_bytes,
        story.shrink_ms as f64 / 1e3,
        story.page.display(),
        story.explore.display(),
    );
    text
}
