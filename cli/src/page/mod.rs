//! Pages for people: one file each, which needs no network and no font.
//!
//! Charts are drawn here as SVG and coloured by classes, so that a page is readable in light and in
//! dark. Pages to read have no script: nothing on them can fail to run.

pub mod svg;

pub use svg::{Svg, escape, short_cycles, short_time};

/// Colours and type, for the page and for what is drawn on it.
const STYLE: &str = include_str!("style.css");

/// A whole page: `body` is HTML.
#[must_use]
pub fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta \
         name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta \
         name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<link rel=\"icon\" \
         href=\"data:,\">\n<style>\n{STYLE}</style></head>\n<body><main>\n{body}</main></body></html>\n",
        escape(title)
    )
}

/// A page that people work with: `style` is added to the usual one, `script` runs at the end.
#[must_use]
pub fn with_script(title: &str, style: &str, body: &str, script: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta \
         name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta \
         name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<link rel=\"icon\" \
         href=\"data:,\">\n<style>\n{STYLE}{style}</style></head>\n<body>\n{body}<script>\n\
         {script}</script></body></html>\n",
        escape(title)
    )
}

/// A heading, what the chart says in a sentence or two, and the chart.
#[must_use]
pub fn section(id: &str, title: &str, says: &str, content: &str) -> String {
    format!("<section id=\"{id}\"><h2>{}</h2>\n<p>{says}</p>\n{content}</section>\n", escape(title))
}

/// A drawing as a file of its own, for a document to show.
#[must_use]
pub fn picture(drawing: &Svg) -> String {
    drawing.standalone(STYLE)
}

/// A table: the first row is the head; cells are HTML.
#[must_use]
pub fn table(rows: &[Vec<String>]) -> String {
    let mut out = String::from("<div class=\"wide\"><table>");
    for (index, row) in rows.iter().enumerate() {
        let cell = if index == 0 { "th" } else { "td" };
        out += "<tr>";
        for text in row {
            out += &format!("<{cell}>{text}</{cell}>");
        }
        out += "</tr>\n";
    }
    out + "</table></div>\n"
}
