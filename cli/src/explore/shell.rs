//! The page around the data.

use crate::explore::charts;
use crate::explore::data::Data;
use crate::page::{escape, with_script};

const STYLE: &str = include_str!("explore.css");
const SCRIPT: &str = include_str!("explore.js");
const FRAME: &str = include_str!("explore.html");

/// All of it, as one file.
pub(super) fn page(data: &Data) -> String {
    let json = serde_json::to_string(data).unwrap_or_default();
    // Names come from programs: none may end the element that they stand in.
    let json = json.replace('<', "\\u003c");
    let mut notes = String::new();
    for note in &data.notes {
        notes += &format!("<li>{}</li>", escape(note));
    }
    let body = FRAME
        .replace("{name}", &escape(&data.name))
        .replace("{about}", &escape(&about(data)))
        .replace("{notes}", &notes)
        .replace("{cycles}", &charts::cycles(data))
        .replace("{levels}", &charts::levels(data))
        .replace("{data}", &json);
    with_script(&format!("BareFlow: {}", data.name), STYLE, &body, SCRIPT)
}

fn about(data: &Data) -> String {
    let ran = data.functions.iter().filter(|function| function.heat > 0 || function.calls > 0);
    format!(
        "{} functions, {} of them ran, in {} boots; made by {} on {}",
        data.functions.len(),
        ran.count(),
        data.boot_count,
        data.engine,
        data.cpu
    )
}
