//! The page: what was grown and shrunk, told so that a stranger understands it.

mod boots;
mod image;
mod lanes;
mod language;
mod parts;
mod timeline;
mod words;

use bareflow_shrink::report::grouped;

use super::story::Story;
use crate::boot::Line;
use crate::page::{Svg, escape, page, picture, section, short_cycles, short_time, table};
pub(super) use language::{render as render_language, speed_picture};
use parts::{card, cells};
use words::plain;

pub(super) fn render(story: &Story) -> String {
    let mut body = head(story);
    body += &cards(story);
    body += &section(
        "convergence",
        "Convergence: the same work, boot after boot",
        &format!(
            "{} for one round of the twelve programs. Boot 1 starts by interpreting \
             and compiles while it runs; every later boot starts with the code that the one before \
             it saved.{}",
            if story.counted { "Instructions" } else { "Processor cycles" },
            match story.shrunk_cycles {
                Some(_) => " The last bar is the shrunk image: native code alone.",
                None => "",
            }
        ),
        &boots::convergence(story).inline(),
    );
    body += &section(
        "levels",
        "Levels: how far functions have risen",
        "Functions at each level at the end of a boot, from the interpreter up to O3, the slowest \
         compiler with the best code. What is called more often rises further; what runs once \
         stays with the interpreter, and is compiled when the image is shrunk.",
        &boots::levels(&story.boots).inline(),
    );
    body += &section(
        "timeline",
        "Timeline: what one boot spends its time on",
        "First boot, last boot and the shrunk image on one scale, on the machine's own clock from \
         the first instruction to the end.",
        &timeline::timeline(story).inline(),
    );
    body += &section(
        "lanes",
        "Lanes: compiling beside the program",
        "The same programs once more, with nothing learnt before, on two processors (threads of a process \
         of this system): one runs the programs and never waits, the other compiles what has \
         become hot, what saves most first. A pointer on a piece tells which function it was.",
        &lanes::lanes(story).inline(),
    );
    body += &section(
        "treemap",
        "The shrunk image, byte by byte",
        &format!(
            "Every rectangle is a function, a constant or a piece of the machine, its area its \
             bytes{}. What the program cannot reach is not there: {} of {} functions were dropped, \
             and with them loader, interpreter, profiler and compilers.",
            if story.report.packed { " before the image is packed" } else { "" },
            grouped(story.report.dropped as u64),
            grouped((story.report.dropped + story.report.kept) as u64),
        ),
        &image::treemap(&story.report).inline(),
    );
    body += &section(
        "functions",
        "The longest calls",
        "By the mean cycles of a call, what it calls included, at the end of the last boot.",
        &longest(story.boots.last()),
    );
    body += &section("boots", "Every boot in figures", "", &figures(story));
    body += &again(story);
    page("BareFlow: grown, then shrunk", &body)
}

/// The convergence chart as a file of its own.
pub(super) fn convergence_picture(story: &Story) -> String {
    let drawing: Svg = boots::convergence(story);
    picture(&drawing)
}

fn head(story: &Story) -> String {
    let place = if story.hosted {
        "There was no QEMU here, so each boot was a process of this system with the same engine, \
         and the shrunk image was made but not booted."
    } else {
        "Each boot was a virtual PC without an operating system, started from power-on."
    };
    let clock = match (story.hosted, story.counted) {
        (true, _) => "",
        (false, true) => {
            " The processor was emulated and its clock went by the instructions it executed, one a \
             nanosecond: what is said here of programs is the same on every run to one in a thousand, \
             however busy the host. Loading and saving also wait for the host's disk; real time stands beside."
        }
        (false, false) => " The processor was this host's own, virtualised, and so is the clock.",
    };
    format!(
        "<h1>BareFlow: grown, then shrunk</h1>\n<p>Twelve small programs, given as LLVM bitcode, \
         were run {} times. The machine interpreted them, found out what is hot, compiled it while \
         it ran, and saved code and profile for the next boot. Then everything that the programs \
         do not need was cut away. {place}{clock}</p>\n\
         <p><a href=\"{}\">Look through all that was learned</a>: every function, its bitcode and \
         machine code side by side, why it is as it is.</p>\n",
        story.boots.len(),
        escape(&story.explore.file_name().unwrap_or_default().to_string_lossy()),
    )
}

fn cards(story: &Story) -> String {
    let cycles = |boot: Option<&Line>| boot.and_then(|boot| boot.program_cycles).unwrap_or(0);
    let (first, last) = (cycles(story.boots.first()), cycles(story.boots.last()));
    let mut out = String::from("<div class=\"cards\">\n");
    out += &card(
        &format!("{:.1}× faster", first as f64 / last.max(1) as f64),
        &format!("boot {} against boot 1, the same work", story.boots.len()),
    );
    out += &card(
        &format!("{:.0}× smaller", story.grown_bytes as f64 / story.shrunk_bytes.max(1) as f64),
        &format!("{} bytes → {} bytes", grouped(story.grown_bytes), grouped(story.shrunk_bytes)),
    );
    let restored = story.boots.last().and_then(|boot| boot.restored).unwrap_or(0);
    let compiled = story.boots.last().and_then(|boot| boot.compiles).unwrap_or(0);
    out += &card(
        &format!("{restored} restored"),
        &format!("functions warm at the start of the last boot; {compiled} compiled in it"),
    );
    let (class, word) = if story.same { ("good", "equal") } else { ("bad", "DIFFERENT") };
    out += &card(
        &format!("<i id=\"same\" class=\"{class}\">{word}</i>"),
        match &story.shrunk {
            Some(_) => "output, exit status and results of every boot and of the shrunk image",
            None => "output, exit status and results of every boot",
        },
    );
    out + "</div>\n"
}

fn longest(last: Option<&Line>) -> String {
    let mut functions: Vec<_> = last.map_or(&[][..], |line| &line.functions).iter().collect();
    functions.sort_by_key(|function| std::cmp::Reverse(function.cycles_avg));
    let mut rows = vec![cells(&["function", "level", "calls", "cycles a call", "bytes of code"])];
    for function in functions.into_iter().take(12) {
        rows.push(vec![
            format!(
                "<code>{}: {}</code>",
                escape(&function.module),
                escape(&plain(&function.name))
            ),
            function.level.name().to_owned(),
            grouped(function.calls),
            grouped(function.cycles_avg),
            grouped(function.code_bytes),
        ]);
    }
    table(&rows)
}

fn figures(story: &Story) -> String {
    let mut rows = vec![cells(&[
        "boot",
        "to program",
        if story.counted { "instructions in the program" } else { "cycles in the program" },
        "interp / O0 / O1 / O2 / O3",
        "compiled",
        "restored",
        "snapshot bytes",
        "real time",
    ])];
    for boot in &story.boots {
        let levels = boot.levels.unwrap_or_default();
        rows.push(vec![
            boot.boot.unwrap_or(0).to_string(),
            boot.guest_us.map_or("–".into(), |times| short_time(times.to_program as f64)),
            grouped(boot.program_cycles.unwrap_or(0)),
            format!(
                "{} / {} / {} / {} / {}",
                levels.interp, levels.o0, levels.o1, levels.o2, levels.o3
            ),
            boot.compiles.unwrap_or(0).to_string(),
            boot.restored.unwrap_or(0).to_string(),
            grouped(boot.snapshot.as_ref().map_or(0, |snapshot| snapshot.bytes)),
            short_time(boot.wall_us as f64),
        ]);
    }
    table(&rows)
}

fn again(story: &Story) -> String {
    let commands = format!(
        "cargo bareflow demo --boots {} --calls {}{}\ncargo bareflow snapshot show {}\ncargo \
         bareflow boot {}",
        story.boots.len(),
        story.calls,
        if story.hosted { " --hosted" } else { "" },
        escape(&story.grown.display().to_string()),
        escape(&story.image.display().to_string()),
    );
    let commands = match &story.shrunk {
        Some(_) => commands.as_str(),
        None => commands.rsplit_once('\n').map_or(commands.as_str(), |(kept, _)| kept),
    };
    let all =
        short_cycles(story.boots.iter().filter_map(|boot| boot.program_cycles).sum::<u64>() as f64);
    section(
        "again",
        "See it again",
        &format!("What made this page, and what looks further; {all} {} in all.", story.unit()),
        &format!("<pre><code>{commands}</code></pre>\n"),
    )
}
