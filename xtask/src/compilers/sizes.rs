//! How large the resident compiler is, by part.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};

/// Parts that are named; the rest is one line.
const NAMED: usize = 12;

/// What is printed of a program, its packed form, and the linker's map.
///
/// # Errors
/// The map cannot be read.
pub fn of(program: &[u8], packed: &[u8], map: &Path) -> Result<String> {
    let map = std::fs::read_to_string(map).with_context(|| format!("{}", map.display()))?;
    let mut parts: Vec<(String, u64)> = by_part(&map).into_iter().collect();
    parts.sort_by_key(|(name, bytes)| (std::cmp::Reverse(*bytes), name.clone()));
    let rest = parts.split_off(NAMED.min(parts.len()));
    if !rest.is_empty() {
        parts.push((format!("{} more", rest.len()), rest.iter().map(|(_, bytes)| bytes).sum()));
    }
    let mut text = String::new();
    let list: Vec<String> = parts.iter().map(|(name, bytes)| format!("{name} {bytes}")).collect();
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "compilers/llvm: {} bytes; {} packed; by part: {}",
        program.len(),
        packed.len(),
        list.join(", ")
    );
    Ok(text)
}

/// Bytes of the program by the archive they come from, in a map as lld writes it: address, load
/// address, size, alignment (three of them hexadecimal), and a file with a section in it.
fn by_part(map: &str) -> BTreeMap<String, u64> {
    let mut parts = BTreeMap::new();
    for line in map.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [address, _, size, _, file, ..] = words[..] else { continue };
        let (Ok(address), Ok(size)) =
            (u64::from_str_radix(address, 16), u64::from_str_radix(size, 16))
        else {
            continue;
        };
        let Some((file, section)) = file.rsplit_once(":(") else { continue };
        if address == 0 || section.starts_with(".bss") || section.starts_with("COMMON") {
            continue;
        }
        let part = match file.rsplit_once("/members/") {
            Some((_, member)) => member.split('/').next().unwrap_or(member).to_owned(),
            None if file == "<internal>" => "linker".to_owned(),
            None if file.contains(".a(") => "C and C++ libraries".to_owned(),
            None => "own".to_owned(),
        };
        let part = match part.as_str() {
            "c" | "stdc++" | "m" | "gcc" | "gcc_eh" => "C and C++ libraries".to_owned(),
            _ => part,
        };
        *parts.entry(part).or_default() += size;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_counted_by_where_they_come_from() {
        let map = "             VMA              LMA     Size Align Out     In      Symbol\n\
            300000000000     300000000000      100     1 .text\n\
            300000000000     300000000000       80     1         /w/members/CodeGen/A.cpp.o:(.text.a)\n\
            300000000080     300000000080       10     1                 name\n\
            300000000080     300000000080       20     1         /w/members/c/b.o:(.text)\n\
            3000000000a0     3000000000a0       20     1         /l/libc.a(c.o):(.text)\n\
            3000000000c0     3000000000c0        8     1         /w/main.o:(.text.main)\n\
            300000000100     300000000100     1000     1         /w/main.o:(.bss.x)\n";
        let parts: Vec<_> = by_part(map).into_iter().collect();
        let expected = [("C and C++ libraries", 0x40), ("CodeGen", 0x80), ("own", 8)];
        assert_eq!(parts, expected.map(|(name, bytes)| (name.to_owned(), bytes)));
    }
}
