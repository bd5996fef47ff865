//! The figures as a document: Markdown with a chart, and JSON.

use std::path::Path;

use serde_json::json;

use super::figures::{By, Line, Summary};
use super::{chart, peak};
use crate::failure::Failure;
use crate::output_file::write_bytes;
use crate::page::picture;

/// Writes `benchmarks.md`, `benchmarks.svg` and `benchmarks.json` into `folder`.
pub(super) fn write_all(
    folder: &Path,
    lines: &[Line],
    summary: &Summary,
    peaks: &[peak::Line],
    command: &str,
) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| Failure::output(folder, error))?;
    write_bytes(&folder.join("benchmarks.svg"), picture(&chart::means(summary)).as_bytes())?;
    let all = json!({ "command": command, "summary": summary, "lines": lines, "peak": peaks });
    let text = serde_json::to_string_pretty(&all)
        .map_err(|error| Failure::output(folder, error.to_string()))?;
    write_bytes(&folder.join("benchmarks.json"), (text + "\n").as_bytes())?;
    let words = markdown(lines, summary, peaks, command);
    write_bytes(&folder.join("benchmarks.md"), words.as_bytes())
}

fn markdown(lines: &[Line], summary: &Summary, peaks: &[peak::Line], command: &str) -> String {
    let machine = &summary.machine;
    let peers: String = machine.peers.iter().map(|peer| format!(", {peer}")).collect();
    let mut text = format!(
        "# Measurements\n\nEvery figure here, and the chart, come from\n\n    {command}\n\n"
    );
    text += &paragraph(&format!(
        "The machine: {}, {} cores, {:.0} GiB of memory, {}. The tools: {}{peers}.",
        machine.processor,
        machine.cores,
        machine.memory_bytes as f64 / f64::from(1 << 30),
        machine.system,
        machine.clang
    ));
    text += &paragraph(&format!(
        "Contenders take turns, {} rounds; each run is a process of its own, and every answer is \
         compared with the right one. A figure is the time of a call against {} in the same round: \
         1 is as fast, 2 takes twice as long. Time is the time that a process had a processor, of \
         the fastest of seven calls, so that other work on the machine, which there may have been, \
         counts little; for runtimes of WebAssembly it is a long run less a short one. Tables have \
         the median of the rounds, and below it the smallest and the largest; means are over what a contender can run.",
        summary.rounds, summary.baseline
    ));
    text += &paragraph(&format!(
        "The engine gets bitcode from -{:?}. `O0` to `O3` are compiled before they run; `auto` \
         begins in the interpreter and rises by itself, through 400 calls before the seven. The \
         modules are in Rust, and native code comes from twins in C; larger programs are the same \
         source for all, of a few hundred lines each: compression with back references and Huffman \
         codes, JSON read, sorted and written, positions of chess games counted, a solver of \
         logical formulas, pictures drawn with rays, all in C, and in Rust a scripting language \
         that compiles and runs a script. `images/README.md` says where they are.",
        summary.bitcode
    ));
    text += "![Geometric means, by contender](benchmarks.svg)\n";
    let names = summary.names();
    for (program, title, means) in [
        (false, "The twelve modules", &summary.geometric_mean),
        (true, "Larger programs", &summary.geometric_mean_programs),
    ] {
        if means.is_empty() {
            continue;
        }
        text += &format!("\n## {title}\n\n");
        let chosen: Vec<&Line> = lines.iter().filter(|line| line.program == program).collect();
        text += &ratios(&names, &chosen, means);
    }
    text += &costs(&names, summary);
    text += &to_peak(peaks);
    text + &left_out(lines, summary)
}

/// Words in lines of at most 100 characters, and an empty line.
fn paragraph(words: &str) -> String {
    let mut text = String::new();
    let mut width = 0;
    for word in words.split_whitespace() {
        let length = word.chars().count();
        if width > 0 {
            let fits = width + 1 + length <= 100;
            text.push(if fits { ' ' } else { '\n' });
            width = if fits { width + 1 } else { 0 };
        }
        text.push_str(word);
        width += length;
    }
    text + "\n\n"
}

/// A row of a table.
fn row(cells: impl IntoIterator<Item = String>) -> String {
    format!("| {} |\n", cells.into_iter().collect::<Vec<_>>().join(" | "))
}

/// A head, and the line below it.
fn head(cells: &[&str]) -> String {
    let rule = cells.iter().enumerate().map(|(at, _)| if at == 0 { "---" } else { "---:" });
    row(cells.iter().map(|cell| (*cell).to_owned())) + &row(rule.map(str::to_owned))
}

fn ratios(names: &[&str], lines: &[&Line], means: &By<f64>) -> String {
    let names: Vec<&str> = names.iter().copied().filter(|name| means.contains_key(name)).collect();
    let mut text = head(&[&["", "baseline"], &names[..]].concat());
    for line in lines {
        let ratio = |name: &&str| match (line.ratio.get(name), line.spread.get(name)) {
            (Some(ratio), Some((low, high))) if low < high => {
                format!("{ratio:.2}<br><sub>{low:.2}–{high:.2}</sub>")
            }
            (Some(ratio), _) => format!("{ratio:.2}"),
            _ => "–".to_owned(),
        };
        let first = [format!("`{}`", line.module), ms(line.baseline_ns, 2)];
        text += &row(first.into_iter().chain(names.iter().map(ratio)));
    }
    let first = ["geometric mean".to_owned(), String::new()];
    let mean = |name: &&str| format!("**{:.2}**", means[name]);
    text + &row(first.into_iter().chain(names.iter().map(mean)))
}

fn ms(ns: u64, digits: usize) -> String {
    format!("{:.digits$} ms", ns as f64 / 1e6)
}

fn costs(names: &[&str], summary: &Summary) -> String {
    let mut text = String::from("\n## What it costs\n\n");
    text += &paragraph(
        "Compiling and code of everything above together. Of clang, rustc and wasmtime it is the \
         processor time of their processes, start-up included, of the engine that of its compilers \
         alone, as often as a function was compiled; it compiles the parts of its C library that \
         are used as well, which native programs have in shared libraries. Memory is the most that \
         a process had, the median of all.",
    );
    text += &head(&["", "compiling", "code, bytes", "peak memory, MiB"]);
    for name in names {
        let known = |figures: &By<u64>, show: &dyn Fn(u64) -> String| {
            figures.get(name).map_or("–".to_owned(), |figure| show(*figure))
        };
        text += &row([
            (*name).to_owned(),
            known(&summary.compile_ns, &|ns| ms(ns, 1)),
            known(&summary.code_bytes, &|bytes| bytes.to_string()),
            known(&summary.peak_bytes, &|bytes| format!("{:.1}", bytes as f64 / 1048576.0)),
        ]);
    }
    text
}

fn to_peak(peaks: &[peak::Line]) -> String {
    let mut text = String::from("\n## Time to peak\n\n");
    text += &paragraph(
        "The entry is called with a small argument again and again, and rises by itself from the \
         interpreter. Peak is the median of the last tenth of the calls; it is reached where ten \
         calls in a row take at most 1/0.95 of that. Compiling is part of the calls.",
    );
    text += &head(&["", "first call", "at peak", "95 % after", "calls", "compiles", "compiling"]);
    let us = |ns: u64| format!("{:.1} µs", ns as f64 / 1e3);
    for line in peaks {
        text += &row([
            format!("`{}`", line.module),
            us(line.first_ns),
            us(line.peak_ns),
            ms(line.to_peak_ns, 2),
            line.to_peak_calls.to_string(),
            line.compiles.to_string(),
            ms(line.compile_ns, 2),
        ]);
    }
    text + &format!("\nGeometric mean: {:.2} ms.\n", peak::mean_ms(peaks))
}

fn left_out(lines: &[Line], summary: &Summary) -> String {
    let mut reasons: By<Vec<String>> = By::new();
    for line in lines {
        for (name, why) in &line.left_out {
            // The reason begins with the name already.
            let why = why.strip_prefix(&format!("{name}: ")).unwrap_or(why);
            reasons.entry(name).or_default().push(format!("`{}` ({why})", line.module));
        }
    }
    if reasons.is_empty() && summary.missing.is_empty() {
        return String::new();
    }
    let mut text = String::from("\n## Left out\n\n");
    for (name, reasons) in reasons {
        text += &paragraph(&format!("{name}: {}.", reasons.join("; ")));
    }
    for how in &summary.missing {
        text += &paragraph(&format!("Not installed: {how}."));
    }
    text
}
