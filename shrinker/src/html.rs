//! The report as one page that needs nothing else: a treemap and a table.

use std::fmt::Write as _;

use crate::report::{Report, grouped};
use crate::treemap::squarify;

/// A rectangle of the treemap.
struct Tile {
    name: String,
    group: String,
    note: String,
    bytes: u64,
}

const WIDTH: f64 = 1200.0;
const HEIGHT: f64 = 520.0;

/// The page.
pub fn page(report: &Report) -> String {
    let mut tiles: Vec<Tile> = Vec::new();
    for function in report.functions.iter().filter(|f| f.bytes > 0) {
        let group = function.name.split(':').next().unwrap_or_default().to_owned();
        let note = format!("{}, {} calls; {}", function.level, function.calls, function.why);
        tiles.push(Tile { name: function.name.clone(), group, note, bytes: function.bytes });
    }
    for piece in &report.pieces {
        let group = match piece.kind {
            "machine" => "machine".to_owned(),
            _ => piece.name.split(':').next().unwrap_or_default().to_owned(),
        };
        let note = piece.kind.to_owned();
        tiles.push(Tile { name: piece.name.clone(), group, note, bytes: piece.bytes });
    }
    tiles.sort_by_key(|tile| std::cmp::Reverse(tile.bytes));
    let mut out = String::from(HEAD);
    // Writing to a string does not fail.
    let _ = write!(out, "<h1>{}</h1>", escape(&report.input));
    summary(&mut out, report);
    let _ = write!(
        out,
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"Bytes of the image\">"
    );
    let sizes: Vec<f64> = tiles.iter().map(|tile| tile.bytes as f64).collect();
    for (tile, place) in tiles.iter().zip(squarify(&sizes, WIDTH, HEIGHT)) {
        draw(&mut out, tile, place);
    }
    out.push_str("</svg>");
    table(&mut out, report);
    let _ = write!(
        out,
        "<p>To look through all that was learned of each function: <code>bareflow explore {}</code></p>",
        escape(&report.input)
    );
    out.push_str("</main></body></html>\n");
    out
}

fn summary(out: &mut String, report: &Report) {
    out.push_str("<dl>");
    let mut item = |name: &str, value: String| {
        let _ = write!(out, "<div><dt>{name}</dt><dd>{}</dd></div>", escape(&value));
    };
    item("snapshot", format!("{} bytes", grouped(report.input_bytes)));
    if let Some(bytes) = report.image_bytes {
        item("image", format!("{} bytes", grouped(bytes)));
    }
    if let Some(bytes) = report.elf_bytes {
        item("ELF image", format!("{} bytes", grouped(bytes)));
    }
    if let (Some(bytes), Some(ratio)) = (report.grown_image_bytes, report.ratio) {
        item("grown image", format!("{} bytes, {ratio:.0} times as large", grouped(bytes)));
    }
    item("code", grouped(report.text_bytes));
    item("constants", grouped(report.rodata_bytes));
    item(
        "variables",
        format!("{} + {} zero", grouped(report.data_bytes), grouped(report.bss_bytes)),
    );
    item("machine", grouped(report.machine_bytes));
    item("saved by sharing", grouped(report.folded_bytes));
    item("functions", format!("{} kept, {} dropped", report.kept, report.dropped));
    item("policy", report.policy.to_owned());
    item(
        "processor",
        if report.features.is_empty() { "any x86-64".into() } else { report.features.join(", ") },
    );
    out.push_str("</dl>");
}

fn draw(out: &mut String, tile: &Tile, [x, y, w, h]: [f64; 4]) {
    let hue =
        tile.group.bytes().fold(7u32, |hash, byte| hash.wrapping_mul(31) + u32::from(byte)) % 360;
    let _ = write!(
        out,
        "<g><title>{}: {} bytes ({})</title><rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" \
         height=\"{h:.1}\" fill=\"hsl({hue} 45% 62%)\"/>",
        escape(&tile.name),
        grouped(tile.bytes),
        escape(&tile.note)
    );
    // Text where some of it fits.
    let room = (w / 7.0) as usize;
    if h > 16.0 && room > 3 {
        let name: String = tile.name.chars().take(room).collect();
        let _ = write!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            x + 4.0,
            y + 13.0,
            escape(&name)
        );
    }
    if h > 30.0 && room > 5 {
        let _ = write!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            x + 4.0,
            y + 26.0,
            grouped(tile.bytes)
        );
    }
    out.push_str("</g>");
}

fn table(out: &mut String, report: &Report) {
    out.push_str(
        "<h2>Functions</h2><table><thead><tr><th>function<th>level<th>bytes<th>calls<th>kept\
         <th>why</tr></thead><tbody>",
    );
    for function in &report.functions {
        let (class, kept) = if function.kept { ("", "yes") } else { (" class=\"dropped\"", "no") };
        let _ = write!(
            out,
            "<tr{class}><td>{}<td>{}<td>{}<td>{}<td>{kept}<td>{}</tr>",
            escape(&function.name),
            function.level,
            grouped(function.bytes),
            grouped(function.calls),
            escape(&function.why)
        );
    }
    out.push_str("</tbody></table><h2>Everything else</h2><table><thead><tr><th>piece<th>kind<th>bytes</tr></thead><tbody>");
    for piece in &report.pieces {
        let _ = write!(
            out,
            "<tr><td>{}<td>{}<td>{}</tr>",
            escape(&piece.name),
            piece.kind,
            grouped(piece.bytes)
        );
    }
    out.push_str("</tbody></table>");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const HEAD: &str = r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Shrunk image</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; color: #1c2430; background: #f7f8fa }
main { max-width: 1200px; margin: 0 auto; padding: 24px }
h1 { font-size: 20px; margin: 0 0 12px } h2 { font-size: 16px; margin: 28px 0 8px }
dl { display: flex; flex-wrap: wrap; gap: 8px 28px; margin: 0 0 16px }
dt { color: #667085; font-size: 12px } dd { margin: 0; font-variant-numeric: tabular-nums }
svg { width: 100%; height: auto; display: block; background: #fff; border-radius: 6px }
rect { stroke: #fff; stroke-width: 1 } g:hover rect { filter: brightness(1.12) }
text { font: 11px ui-monospace, monospace; fill: #16202c; pointer-events: none }
table { border-collapse: collapse; width: 100%; background: #fff }
th, td { text-align: left; padding: 3px 10px; border-bottom: 1px solid #eceef2; vertical-align: top }
td:nth-child(1) { font-family: ui-monospace, monospace; font-size: 13px; word-break: break-all }
td:nth-child(3), td:nth-child(4) { font-variant-numeric: tabular-nums }
.dropped { color: #8a93a3 }
@media (prefers-color-scheme: dark) {
  body { background: #14181f; color: #dde3ec } table, svg { background: #1b212b }
  th, td { border-color: #2a3240 } rect { stroke: #14181f }
}
</style></head><body><main>
"#;
