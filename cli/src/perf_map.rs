//! Linux perf's map of compiled code: `START SIZE NAME` a line, in hexadecimal.

use bareflow_report::FunctionReport;

/// The code that was in its place at the end of a boot or run.
#[must_use]
pub fn perf_map(functions: &[FunctionReport]) -> String {
    let mut lines: Vec<_> = functions.iter().filter(|function| function.address != 0).collect();
    lines.sort_by_key(|function| function.address);
    lines
        .iter()
        .map(|function| {
            let name = rustc_demangle::demangle(&function.name);
            let (module, level) = (&function.module, function.level.name());
            let (address, bytes) = (function.address, function.code_bytes);
            format!("{address:x} {bytes:x} {module}:{name:#}@{level}\n")
        })
        .collect()
}
