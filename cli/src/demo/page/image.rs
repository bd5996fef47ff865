//! What is in the shrunk image: a treemap.

use bareflow_shrink::report::{Report, grouped};
use bareflow_shrink::treemap::squarify;

use crate::page::svg::{Anchor, Svg, WIDTH};

const HEIGHT: f64 = 420.0;
/// Classes of tiles, `t0` and up.
const COLOURS: usize = 12;

/// A rectangle: module or `machine`, name in it, bytes.
struct Tile {
    group: String,
    name: String,
    bytes: u64,
}

/// Functions and pieces of the image; the area of each is its bytes.
pub(super) fn treemap(report: &Report) -> Svg {
    let functions = (report.functions.iter())
        .filter(|function| function.kept)
        .map(|function| tile(&function.name, function.bytes));
    let pieces = report.pieces.iter().map(|piece| match piece.kind {
        "machine" => Tile { group: "machine".into(), name: piece.name.clone(), bytes: piece.bytes },
        _ => tile(&piece.name, piece.bytes),
    });
    let mut tiles: Vec<Tile> = functions.chain(pieces).filter(|tile| tile.bytes > 0).collect();
    tiles.sort_by_key(|tile| std::cmp::Reverse(tile.bytes));
    let mut groups: Vec<&str> = Vec::new();
    for tile in &tiles {
        if tile.group != "machine" && !groups.contains(&tile.group.as_str()) {
            groups.push(&tile.group);
        }
    }
    let sizes: Vec<f64> = tiles.iter().map(|tile| tile.bytes as f64).collect();
    let mut svg = Svg::new(HEIGHT, "Rectangles: what takes how many bytes of the shrunk image");
    for (tile, [x, y, w, h]) in tiles.iter().zip(squarify(&sizes, WIDTH, HEIGHT)) {
        let class = match groups.iter().position(|group| *group == tile.group) {
            Some(index) => format!("t{}", index % COLOURS),
            None => "machine".to_owned(),
        };
        let title = format!("{}: {}, {} bytes", tile.group, tile.name, grouped(tile.bytes));
        svg.rect([x, y, w - 1.0, h - 1.0], &class, &title);
        // Words where they fit: two lines, or one.
        let room = ((w - 8.0) / 6.5).max(0.0) as usize;
        let lines = [tile.group.as_str(), tile.name.as_str()];
        let lines = if tile.group == tile.name { &lines[1..] } else { &lines[..] };
        for (row, line) in lines.iter().enumerate() {
            let below = 14.0 * (row + 1) as f64;
            if room >= 4 && h > below + 4.0 {
                let short: String = line.chars().take(room).collect();
                svg.text(x + 4.0, y + below, Anchor::Start, "tile", &short);
            }
        }
        let below = 14.0 * (lines.len() + 1) as f64;
        if room >= 6 && h > below + 4.0 {
            svg.text(x + 4.0, y + below, Anchor::Start, "tile", &grouped(tile.bytes));
        }
    }
    svg
}

/// A tile of `module:name`.
fn tile(full: &str, bytes: u64) -> Tile {
    let (group, name) = full.split_once(':').unwrap_or((full, full));
    Tile { group: group.to_owned(), name: super::words::plain(name), bytes }
}
