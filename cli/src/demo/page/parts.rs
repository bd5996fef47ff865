//! What pages are put together from, beside charts.

/// A figure and what it is.
pub(super) fn card(big: &str, words: &str) -> String {
    format!("<div class=\"card\"><b>{big}</b><span>{words}</span></div>\n")
}

/// The cells of a row.
pub(super) fn cells(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
