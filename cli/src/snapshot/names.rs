//! How numbers, levels and functions are written for people, and how functions are found.

use snapshot_fmt::{FunctionRecord, Snapshot};

use crate::failure::{Failure, Kind};
use crate::snapshot::Source;

/// Names of the levels, by their number.
pub(crate) const LEVELS: [&str; 5] = ["interp", "O0", "O1", "O2", "O3"];

/// Name of a level; decoded snapshots have no others.
pub(crate) fn level(level: u8) -> &'static str {
    LEVELS.get(usize::from(level)).copied().unwrap_or("?")
}

/// A number with its digits in groups of three.
pub(crate) fn grouped(number: impl Into<i128>) -> String {
    let number: i128 = number.into();
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// Bytes of native code of a function, its entries for on-stack replacement included.
pub(crate) fn code_bytes(function: &FunctionRecord) -> u64 {
    let osr = function.osr.iter().map(|osr| &osr.object);
    function.object.iter().chain(osr).map(|object| object.text.len() as u64).sum()
}

/// Average cycles a call; 0 where none was measured.
pub(crate) fn cycles_a_call(function: &FunctionRecord) -> u64 {
    let cycles = function.profile.cycles;
    cycles.total.checked_div(cycles.samples).unwrap_or(0)
}

/// Name of the module a function belongs to.
pub(crate) fn module<'a>(snapshot: &'a Snapshot, function: &FunctionRecord) -> &'a str {
    snapshot.modules.get(function.module as usize).map_or("?", |module| &module.name)
}

/// The name of a function as its source has it: without what Rust and C++ add to a symbol.
pub(crate) fn plain(symbol: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(symbol))
}

/// The function that `wanted` names, as NAME or MODULE:NAME, by its symbol or as its source has it.
///
/// # Errors
/// There is none, or there are several.
pub(crate) fn find<'a>(
    source: &Source,
    snapshot: &'a Snapshot,
    wanted: &str,
) -> Result<&'a FunctionRecord, Failure> {
    let full =
        |function: &FunctionRecord| format!("{}:{}", module(snapshot, function), function.name);
    let found: Vec<_> = snapshot
        .functions
        .iter()
        .filter(|function| {
            let name = plain(&function.name);
            let qualified = format!("{}:{name}", module(snapshot, function));
            let names = [&function.name, &full(function), &name, &qualified];
            names.into_iter().any(|name| name == wanted)
        })
        .collect();
    match found[..] {
        [function] => Ok(function),
        [] => {
            let near: Vec<_> = snapshot
                .functions
                .iter()
                .filter(|function| plain(&function.name).contains(wanted))
                .map(full)
                .take(5)
                .collect();
            let hint = match near.is_empty() {
                true => "`bareflow snapshot show` lists those there are".into(),
                false => format!("did you mean {}?", near.join(", ")),
            };
            Err(Failure::in_source(source, format!("no function {wanted}; {hint}")))
        }
        _ => {
            let names: Vec<_> = found.into_iter().map(full).collect();
            let message = format!("{wanted} is in several modules: {}", names.join(", "));
            Err(Failure { kind: Kind::Usage, ..Failure::in_source(source, message) })
        }
    }
}

/// Rows as columns: the first to the left, the others to the right, as wide as needed.
pub(crate) fn table(rows: &[Vec<String>], left: &[usize]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|text| text.chars().count()).max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cell = |(i, text): (usize, &String)| {
            let width = widths[i];
            if left.contains(&i) { format!("{text:<width$}") } else { format!("{text:>width$}") }
        };
        row.iter().enumerate().map(cell).collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1000), "1,000");
        assert_eq!(grouped(-1_234_567), "-1,234,567");
    }

    #[test]
    fn columns_are_aligned() {
        let rows = [vec!["a".into(), "1".into()], vec!["long".into(), "100".into()]];
        assert_eq!(table(&rows, &[0]), "a       1\nlong  100");
    }
}
