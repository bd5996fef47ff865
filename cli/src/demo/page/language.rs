//! The page of a language model.

use bareflow_shrink::report::grouped;

use super::parts::{card, cells};
use super::{boots, image};
use crate::boot::Line;
use crate::demo::language::story::{Speed, Story};
use crate::page::svg::{Anchor, LEFT};
use crate::page::{Svg, escape, page, picture, section, short_time, table};

/// The whole page.
pub(in crate::demo) fn render(story: &Story) -> String {
    let mut body = head(story);
    body += &cards(story);
    let unit = unit(story);
    body += &section(
        "speed",
        "Speed: the same answer, boot after boot",
        &format!(
            "Tokens of the answer for {unit}. Boot 1 starts by interpreting and compiles while the model \
             speaks; every later boot starts with the code that the one before it saved.{}",
            match story.shrunk {
                Some(_) =>
                    " The last bar is the shrunk image: native code and the model, nothing else.",
                None => "",
            }
        ),
        &speed(story).inline(),
    );
    body += &section(
        "levels",
        "Levels: how far functions have risen",
        "Functions at each level at the end of a boot. What a model's time goes into are few: products of rows \
         of its weights with a vector.",
        &boots::levels(&story.boots).inline(),
    );
    body += &section(
        "treemap",
        "The shrunk image without the model, byte by byte",
        &format!(
            "Every rectangle is a function, a constant or a piece of the machine, its area its bytes{}. {} of {} \
             functions were dropped, and with them loader, interpreter, profiler and compilers. If what \
             never ran is left out, too (<code>--policy executed</code>), {} bytes are left.",
            if story.report.packed { " before the image is packed" } else { "" },
            grouped(story.report.dropped as u64),
            grouped((story.report.dropped + story.report.kept) as u64),
            grouped(story.executed_bytes),
        ),
        &image::treemap(&story.report).inline(),
    );
    body += &section("boots", "Every boot in figures", "", &figures(story));
    body += &again(story);
    page("BareFlow: a language model, grown, then shrunk", &body)
}

/// The chart of speeds as a file of its own.
pub(in crate::demo) fn speed_picture(story: &Story) -> String {
    picture(&speed(story))
}

fn unit(story: &Story) -> &'static str {
    if story.counted { "a billion instructions" } else { "a second" }
}

fn speed(story: &Story) -> Svg {
    let boots = story.speeds.iter().enumerate();
    let boots =
        boots.map(|(index, speed)| (format!("boot {}", index + 1), "program", speed.per_second));
    let shrunk = story.shrunk_speed.map(|speed| ("shrunk".to_owned(), "shrunk", speed.per_second));
    let all: Vec<_> = boots.chain(shrunk).collect();
    let unit = unit(story);
    let short = |speed: f64| match speed {
        whole if whole == 0.0 || whole >= 100.0 => format!("{whole:.0}"),
        other => format!("{other:.2}"),
    };
    let title = |speed: f64| format!("{speed:.2} tokens for {unit}");
    let mut svg = boots::bars(&all, "Bars: tokens a second in each boot", short, title);
    svg.text(LEFT, 288.0, Anchor::Start, "quiet", &format!("tokens of the answer for {unit}"));
    svg
}

fn head(story: &Story) -> String {
    let place = match (story.hosted, story.counted) {
        (true, _) => {
            "Each boot was a process of this system with the same engine; the shrunk image was made but not \
             booted."
        }
        (false, true) => {
            "Each boot was a virtual PC without an operating system. It was emulated and its clock went by the \
             instructions it executed, one a nanosecond, so that figures do not depend on how busy the host is."
        }
        (false, false) => {
            "Each boot was a virtual PC without an operating system, on this host's own processor."
        }
    };
    let name = story.model.file_name().unwrap_or_default().to_string_lossy();
    format!(
        "<h1>A language model, grown, then shrunk</h1>\n<p>{} ({} bytes) and a program that knows models of the \
         Llama family, given as LLVM bitcode, were booted {} times. The machine interpreted the program, \
         found out what is hot, compiled it while the model spoke, and saved code and profile for the next \
         boot. Then everything that it does not need was cut away. {place}</p>\n<p><b>{}</b> \
         <span id=\"answer\">{}</span></p>\n<p><a href=\"{}\">Look through all that was learned</a>.</p>\n",
        escape(&name),
        grouped(story.model_bytes),
        story.boots.len(),
        escape(&story.asked),
        escape(story.answer.trim()),
        escape(&story.explore.file_name().unwrap_or_default().to_string_lossy()),
    )
}

fn cards(story: &Story) -> String {
    let of = |speed: Option<&Speed>| speed.map_or(0.0, |speed| speed.per_second);
    let last = story.shrunk_speed.as_ref().or(story.speeds.last());
    let times = of(last) / of(story.speeds.first()).max(1e-9);
    let mut out = String::from("<div class=\"cards\">\n");
    let what = if story.shrunk.is_some() { "the shrunk image" } else { "the last boot" };
    out +=
        &card(&format!("{times:.1}× faster"), &format!("{what} against boot 1, the same answer"));
    out += &card(
        &format!("{} bytes", grouped(story.shrunk_bytes)),
        &format!("of code boot into a conversation: {} before", grouped(story.grown_bytes)),
    );
    let memory = last.map_or(0, |speed| speed.memory_mib);
    out += &card(
        &format!("{memory} MiB"),
        &format!("of memory in use, for a file of {} MiB", story.model_bytes >> 20),
    );
    let (class, word) = if story.same { ("good", "equal") } else { ("bad", "DIFFERENT") };
    out += &card(
        &format!("<i id=\"same\" class=\"{class}\">{word}</i>"),
        match &story.shrunk {
            Some(_) => "answers of every boot and of the shrunk image",
            None => "answers of every boot",
        },
    );
    out + "</div>\n"
}

fn figures(story: &Story) -> String {
    let mut rows = vec![cells(&[
        "boot",
        "tokens a second",
        "of the prompt",
        "first token after",
        "of it, reading",
        "interp / O0 / O1 / O2 / O3",
        "compiled",
        "restored",
        "real time",
    ])];
    let boots = story.boots.iter().zip(&story.speeds).enumerate();
    let boots = boots.map(|(index, row)| ((index + 1).to_string(), row));
    let shrunk = story.shrunk.as_ref().zip(story.shrunk_speed.as_ref());
    for (name, (line, speed)) in boots.chain(shrunk.map(|row| ("shrunk".to_owned(), row))) {
        rows.push(row(name, line, speed));
    }
    table(&rows)
}

fn row(name: String, line: &Line, speed: &Speed) -> Vec<String> {
    let none = || "–".to_owned();
    vec![
        name,
        format!("{:.2}", speed.per_second),
        format!("{:.2}", speed.prompt_per_second),
        short_time(speed.first_ms as f64 * 1e3),
        short_time(speed.read_ms as f64 * 1e3),
        line.levels.map_or_else(none, |levels| {
            let bareflow_report::LevelCounts { interp, o0, o1, o2, o3, .. } = levels;
            format!("{interp} / {o0} / {o1} / {o2} / {o3}")
        }),
        line.compiles.map_or_else(none, |count| count.to_string()),
        line.restored.map_or_else(none, |count| count.to_string()),
        short_time(line.wall_us as f64),
    ]
}

fn again(story: &Story) -> String {
    let mut commands = format!(
        "cargo bareflow demo --llm --boots {}{}\ncargo bareflow llm chat {}",
        story.boots.len(),
        if story.hosted { " --hosted" } else { "" },
        escape(&story.model.display().to_string()),
    );
    if story.shrunk.is_some() {
        let image = escape(&story.image.display().to_string());
        commands += &format!("\ncargo bareflow boot {image} --mem {}M", story.memory);
    }
    section(
        "again",
        "See it again, and talk to it",
        "What made this page, the same model in a process of this system, and the image.",
        &format!("<pre><code>{commands}</code></pre>\n"),
    )
}
