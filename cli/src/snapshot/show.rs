//! `bareflow snapshot show`: what a snapshot holds, or all about one function.

use serde::Serialize;
use snapshot_fmt::{BootLine, Fingerprints, FunctionRecord, Snapshot};

use crate::failure::{Exit, Failure};
use crate::snapshot::again::{Again, Makers};
use crate::snapshot::disasm::{Block, disassemble, frame_of};
use crate::snapshot::loops::{Loop, Pressure};
use crate::snapshot::names::{
    code_bytes, cycles_a_call, find, grouped, level, module, plain, table,
};
use crate::snapshot::pressure::Frame;
use crate::snapshot::source::one;
use crate::snapshot::{events, variants};
use crate::ui::Ui;

/// Shows what a snapshot holds, or all about one function.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow snapshot show disk.img                functions of the newest snapshot, hottest first
  bareflow snapshot show disk.img:2 sha256       profile and disassembly of one, in boot 2")]
pub(super) struct Args {
    /// File, folder or disk image
    #[arg(value_name = "SNAPSHOT")]
    target: String,
    /// A function: its profile, its history, its code with the heat of each block
    #[arg(value_name = "[MODULE:]FUNCTION")]
    function: Option<String>,
    /// List this many functions
    #[arg(short, long, value_name = "N", default_value_t = 30)]
    top: usize,
}

#[derive(Serialize)]
struct Overview<'a> {
    name: String,
    boot_count: u32,
    generation: u64,
    engine: Engine<'a>,
    settings: &'a [(String, String)],
    boots: Vec<Boot>,
    modules: Vec<Module<'a>>,
    functions: Vec<Function<'a>>,
}

#[derive(Serialize)]
struct Engine<'a> {
    engine: &'a str,
    cpu: &'a str,
    features: &'a [String],
    settings: &'a [(String, String)],
}

#[derive(Serialize)]
struct Boot {
    boot: u32,
    to_program_us: u64,
    program_cycles: u64,
    levels: [u32; 5],
    compiles: u32,
}

#[derive(Serialize)]
struct Module<'a> {
    name: &'a str,
    hash: String,
    entry: &'a str,
    arg: Option<u64>,
    parts: Vec<&'a str>,
    bitcode_bytes: usize,
}

#[derive(Serialize)]
struct Function<'a> {
    module: &'a str,
    name: &'a str,
    level: &'static str,
    compiler: &'a str,
    code_bytes: u64,
    calls: u64,
    cycles_avg: u64,
    /// Calls that were measured, and the cycles of all of them.
    cycles_samples: u64,
    cycles_measured: u64,
    compiles: u32,
    compile_ns: u64,
}

/// All about one function.
#[derive(Serialize)]
struct Detail<'a> {
    #[serde(flatten)]
    function: Function<'a>,
    options: &'a str,
    /// The epoch of the profile that its code was made from.
    epoch: Option<u32>,
    features: &'a [String],
    body_hash: String,
    history: Vec<(u32, &'static str)>,
    cycles_min: u64,
    cycles_max: u64,
    back_edges: u64,
    indirect_calls: Vec<Counted<'a, String>>,
    parameters: Vec<Counted<'a, u64>>,
    verdict: Option<Verdict<'a>>,
    /// Those that competed, with what is known of the code of each.
    variants: Vec<variants::Variant>,
    relocations: usize,
    const_bytes: usize,
    osr_blocks: Vec<u32>,
    /// What processors counted in measured calls, by model.
    events: Vec<serde_json::Value>,
    /// Reads and writes of the frame in its code, and in tenths a call.
    frame: Frame,
    frame_tenths_a_call: Option<u64>,
    /// The same in any loop of its code, and loop by loop.
    frame_in_loops: Frame,
    loops: Vec<Loop>,
    blocks: Vec<Block>,
    #[serde(skip)]
    events_words: Vec<String>,
}

/// What was seen at an instruction or in a parameter.
#[derive(Serialize)]
struct Counted<'a, T> {
    /// The instruction's or parameter's number.
    index: u32,
    /// What was seen and how often.
    seen: &'a [(T, u64)],
    /// How often something else was.
    other: u64,
}

#[derive(Serialize)]
struct Verdict<'a> {
    winner: &'a str,
    variants: Vec<(&'a str, u64)>,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    let source = one(&args.target)?;
    let snapshot = source.decode()?;
    match &args.function {
        Some(wanted) => {
            let detail = detail(&snapshot, find(&source, &snapshot, wanted)?);
            ui.result(&detail, || detail_text(&detail));
        }
        None => {
            let overview = overview(source.name(), &snapshot);
            ui.result(&overview, || overview_text(&overview, &snapshot.engine, args.top));
        }
    }
    Ok(Exit::Success)
}

fn overview(name: String, snapshot: &Snapshot) -> Overview<'_> {
    let mut functions: Vec<_> =
        snapshot.functions.iter().map(|function| line(snapshot, function)).collect();
    functions.sort_by_key(|f| std::cmp::Reverse((f.cycles_measured, f.calls)));
    Overview {
        name,
        boot_count: snapshot.boot_count,
        generation: snapshot.generation,
        engine: Engine {
            engine: &snapshot.engine.engine,
            cpu: &snapshot.engine.cpu,
            features: &snapshot.engine.features,
            settings: &snapshot.engine.settings,
        },
        settings: &snapshot.settings,
        boots: snapshot.boots.iter().map(boot).collect(),
        modules: snapshot
            .modules
            .iter()
            .map(|module| Module {
                name: &module.name,
                hash: hex(&module.hash),
                entry: &module.entry,
                arg: module.arg,
                parts: snapshot.parts(module).map(|part| part.name.as_str()).collect(),
                bitcode_bytes: snapshot.parts(module).map(|part| part.bytes.len()).sum(),
            })
            .collect(),
        functions,
    }
}

fn boot(line: &BootLine) -> Boot {
    let BootLine { boot, to_program_us, program_cycles, levels, compiles } = *line;
    Boot { boot, to_program_us, program_cycles, levels, compiles }
}

fn line<'a>(snapshot: &'a Snapshot, function: &'a FunctionRecord) -> Function<'a> {
    let calls = function.profile.calls;
    let cycles_avg = cycles_a_call(function);
    Function {
        module: module(snapshot, function),
        name: &function.name,
        level: level(function.level),
        compiler: &function.compiler,
        code_bytes: code_bytes(function),
        calls,
        cycles_avg,
        cycles_samples: function.profile.cycles.samples,
        cycles_measured: function.profile.cycles.total,
        compiles: function.compiles,
        compile_ns: function.compile_ns,
    }
}

fn detail<'a>(snapshot: &'a Snapshot, function: &'a FunctionRecord) -> Detail<'a> {
    let profile = &function.profile;
    let object = function.object.as_ref();
    let blocks = object.map_or(Vec::new(), |object| disassemble(object, &profile.blocks));
    let (frame, frame_tenths_a_call) = frame_of(&blocks, &profile.blocks);
    let counted = events::of(function);
    let pressure = object.map_or_else(Pressure::default, |object| Pressure::of(&object.text));
    Detail {
        function: line(snapshot, function),
        options: &function.options,
        epoch: function.epoch,
        features: &function.features,
        body_hash: hex(&function.body_hash),
        history: function.history.iter().map(|(boot, to)| (*boot, level(*to))).collect(),
        cycles_min: profile.cycles.min,
        cycles_max: profile.cycles.max,
        back_edges: profile.back_edges,
        indirect_calls: profile
            .sites
            .iter()
            .map(|site| Counted { index: site.instr, seen: &site.targets, other: site.other })
            .collect(),
        parameters: profile
            .params
            .iter()
            .map(|param| Counted { index: param.param, seen: &param.values, other: param.other })
            .collect(),
        verdict: function.verdict.as_ref().map(|verdict| Verdict {
            // Decoding made sure that the winner is among them.
            winner: &verdict.variants[verdict.winner as usize].name,
            variants: verdict.variants.iter().map(|v| (&v.name[..], v.median_cycles)).collect(),
        }),
        variants: raced(snapshot, function),
        relocations: function.object.as_ref().map_or(0, |object| object.relocs.len()),
        const_bytes: function.object.as_ref().map_or(0, |object| object.consts.len()),
        osr_blocks: function.osr.iter().map(|osr| osr.block).collect(),
        events: events::json(&counted),
        frame,
        frame_tenths_a_call,
        frame_in_loops: pressure.in_loops,
        loops: pressure.loops,
        blocks,
        events_words: events::words(&counted),
    }
}

/// Those that competed for it.
fn raced(snapshot: &Snapshot, function: &FunctionRecord) -> Vec<variants::Variant> {
    if function.verdict.is_none() {
        return Vec::new();
    }
    let makers = Makers::of(snapshot);
    variants::of(&Again::new(&makers, snapshot, function.module), function)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn overview_text(overview: &Overview<'_>, engine: &Fingerprints, top: usize) -> String {
    let mut text = format!(
        "{}: {} boots, generation {}\nmade by   {}\non        {} ({})\n",
        overview.name,
        overview.boot_count,
        overview.generation,
        engine.engine,
        engine.cpu,
        engine.features.join(" "),
    );
    for (name, value) in overview.settings {
        text.push_str(&format!("setting   {name} = {value}\n"));
    }
    for module in &overview.modules {
        let arg = module.arg.map_or(String::new(), |arg| format!("({arg})"));
        text.push_str(&format!(
            "module    {}: {}{arg}, {} bytes of bitcode in {}\n",
            module.name,
            module.entry,
            grouped(module.bitcode_bytes as u64),
            module.parts.join(", "),
        ));
    }
    let heading = ["boot", "to program us", "program cycles", "interp", "O0", "O1", "O2", "O3"];
    let mut rows =
        vec![[&heading[..], &["compiles"]].concat().iter().map(|s| s.to_string()).collect()];
    for boot in &overview.boots {
        let numbers = [boot.boot.into(), boot.to_program_us, boot.program_cycles];
        let levels = boot.levels.map(u64::from);
        let all = numbers.into_iter().chain(levels).chain([boot.compiles.into()]);
        rows.push(all.map(grouped).collect());
    }
    text.push_str(&format!("\n{}\n\n", table(&rows, &[])));

    let heading = ["function", "level", "bytes", "calls", "cycles/call", "measured", "compile us"];
    let mut rows = vec![heading.map(String::from).to_vec()];
    for function in overview.functions.iter().take(top) {
        rows.push(vec![
            format!("{}:{}", function.module, plain(function.name)),
            function.level.to_owned(),
            grouped(function.code_bytes),
            grouped(function.calls),
            grouped(function.cycles_avg),
            grouped(function.cycles_measured),
            grouped(function.compile_ns / 1000),
        ]);
    }
    text.push_str(&table(&rows, &[0]));
    let more = overview.functions.len().saturating_sub(top);
    if more > 0 {
        text.push_str(&format!("\nand {more} more (--top {})", overview.functions.len()));
    }
    text
}

fn detail_text(detail: &Detail<'_>) -> String {
    let Function { module, name, level, compiler, code_bytes, calls, .. } = &detail.function;
    let mut text = format!("{module}:{} at {level}", plain(name));
    if !compiler.is_empty() {
        text.push_str(&format!(
            " by {compiler}, {} bytes of code, {} of constants, {} relocations",
            grouped(*code_bytes),
            grouped(detail.const_bytes as u64),
            detail.relocations
        ));
    }
    let mut add = |label: &str, value: String| {
        if !value.is_empty() {
            text.push_str(&format!("\n{label:<12}{value}"));
        }
    };
    if plain(name) != *name {
        add("symbol", (*name).to_owned());
    }
    add("options", detail.options.to_owned());
    if let Some(epoch) = detail.epoch {
        add("profile", format!("as it was in epoch {epoch} of the module"));
    }
    add("needs", detail.features.join(" "));
    add("calls", format!("{}, {} back edges", grouped(*calls), grouped(detail.back_edges)));
    add(
        "cycles",
        format!(
            "{} a call on average of {} measured, {} to {}",
            grouped(detail.function.cycles_avg),
            grouped(detail.function.cycles_samples),
            grouped(detail.cycles_min),
            grouped(detail.cycles_max)
        ),
    );
    for line in &detail.events_words {
        add("events", line.clone());
    }
    if !detail.blocks.is_empty() {
        let often = detail.frame_tenths_a_call.map_or(String::new(), |tenths| {
            format!(", {} of both a call", events::tenths_as_text(tenths))
        });
        let Frame { reads, writes } = detail.frame;
        add("frame", format!("{reads} reads and {writes} writes in its code{often}"));
        for Loop { offset, instructions, frame: Frame { reads, writes } } in &detail.loops {
            let what = format!("{instructions} instructions, {reads} reads and {writes} writes");
            add("loop", format!("at {offset:#x}: {what} of the frame"));
        }
    }
    add(
        "compiled",
        format!(
            "{} times, {} us in all",
            detail.function.compiles,
            grouped(detail.function.compile_ns / 1000)
        ),
    );
    let steps = detail.history.iter().map(|(boot, level)| format!("{level} in boot {boot}"));
    add("history", steps.collect::<Vec<_>>().join(", "));
    for Counted { index, seen, other } in &detail.indirect_calls {
        let mut called: Vec<_> =
            seen.iter().map(|(name, count)| format!("{name} {}", grouped(*count))).collect();
        called.push(format!("others {}", grouped(*other)));
        add("calls of", format!("{} (instruction {index})", called.join(", ")));
    }
    for Counted { index, seen, other } in &detail.parameters {
        let mut values: Vec<_> =
            seen.iter().map(|(value, count)| format!("{value} {}x", grouped(*count))).collect();
        values.push(format!("others {}x", grouped(*other)));
        add("parameter", format!("{index}: {}", values.join(", ")));
    }
    // A single variant is a tournament that did not take place.
    if let Some(verdict) = detail.verdict.as_ref().filter(|verdict| verdict.variants.len() > 1) {
        let name = |name: &str| String::from(if name.is_empty() { "default" } else { name });
        let variants = verdict.variants.iter();
        let all =
            variants.map(|(variant, cycles)| format!("{} {}", name(variant), grouped(*cycles)));
        let all = all.collect::<Vec<_>>().join(", ");
        add("verdict", format!("{} (median cycles: {all})", name(verdict.winner)));
        for variant in &detail.variants {
            add("variant", format!("{}: {}", name(&variant.name), variant.words()));
        }
    }
    let osr = detail.osr_blocks.iter().map(|block| format!("block{block}"));
    add("OSR entries", osr.collect::<Vec<_>>().join(", "));
    for block in &detail.blocks {
        text.push_str(&format!("\n\n{}", heading(block)));
        for line in &block.instructions {
            text.push_str(&format!("\n  {:6x}  {:<22}  {}", line.offset, line.code, line.text));
        }
    }
    text
}

fn heading(block: &Block) -> String {
    let name = block.block.map_or("(no block)".into(), |id| format!("block{id}"));
    let Frame { reads, writes } = block.frame;
    let frame = match reads + writes {
        0 => String::new(),
        _ => format!("  frame {reads} reads {writes} writes"),
    };
    let Some(count) = block.count else { return name + &frame };
    let heat = block.heat.unwrap_or(0.0);
    let bar = "#".repeat((heat / 4.0).ceil() as usize);
    format!("{name:<10} ran {:>14} times  {heat:6.2} %  {bar:<25}{frame}", grouped(count))
        .trim_end()
        .into()
}
