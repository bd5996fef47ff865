//! Names for people.

/// A function's name as its source has it: Rust's hashes and escapes taken out.
pub(super) fn plain(symbol: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(symbol))
}
