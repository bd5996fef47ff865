//! Members of static archives (`ar`, as System V and GNU write it).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// A member that a link takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// `CodeGen/MachineVerifier.cpp.o`: the archive, without `lib`, `LLVM` and `.a`, and the member.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// The members that a linker says it has taken, in lines of `--trace`: `PATH.a(MEMBER)`.
///
/// # Errors
/// An archive cannot be read.
pub fn taken(trace: &str) -> Result<Vec<Member>> {
    let mut wanted: BTreeMap<PathBuf, BTreeSet<&str>> = BTreeMap::new();
    for line in trace.lines() {
        let Some((archive, member)) = line.strip_suffix(')').and_then(|line| line.split_once('('))
        else {
            continue;
        };
        wanted.entry(archive.into()).or_default().insert(member);
    }
    let mut members = Vec::new();
    for (path, names) in wanted {
        let bytes = std::fs::read(&path).with_context(|| format!("{}", path.display()))?;
        let all = read(&bytes).with_context(|| format!("{}", path.display()))?;
        let archive = short(&path);
        let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
        for (name, content) in all.iter().filter(|(name, _)| names.contains(name.as_str())) {
            // Some archives have several members of one name; which was taken is not said.
            let nth = seen.entry(name).or_default();
            *nth += 1;
            let name = match *nth {
                1 => format!("{archive}/{name}"),
                nth => format!("{archive}/{nth}_{name}"),
            };
            members.push(Member { name, bytes: content.to_vec() });
        }
    }
    Ok(members)
}

fn short(archive: &Path) -> String {
    let name = archive.file_stem().unwrap_or_default().to_string_lossy();
    let name = name.strip_prefix("lib").unwrap_or(&name);
    name.strip_prefix("LLVM").unwrap_or(name).to_owned()
}

/// All members of an archive, with their names.
fn read(archive: &[u8]) -> Result<Vec<(String, &[u8])>> {
    const MAGIC: &[u8] = b"!<arch>\n";
    const HEADER: usize = 60;
    if !archive.starts_with(MAGIC) {
        bail!("no archive");
    }
    let mut names: &[u8] = &[];
    let mut members = Vec::new();
    let mut at = MAGIC.len();
    while at + HEADER <= archive.len() {
        let text = |from: usize, to: usize| {
            String::from_utf8_lossy(&archive[at + from..at + to]).trim().to_owned()
        };
        let (name, size): (String, usize) = (text(0, 16), text(48, 58).parse()?);
        let content = archive.get(at + HEADER..at + HEADER + size).context("it is cut off")?;
        at += HEADER + size.next_multiple_of(2);
        match name.as_str() {
            "/" | "/SYM64/" => {}
            "//" => names = content,
            name => members.push((full(name, names)?, content)),
        }
    }
    Ok(members)
}

/// The name of a member: itself, or where it begins in the list of long names.
fn full(name: &str, names: &[u8]) -> Result<String> {
    let Some(offset) = name.strip_prefix('/') else {
        return Ok(name.trim_end_matches('/').to_owned());
    };
    let from = names.get(offset.parse()?..).context("a name that is not there")?;
    let end = from.iter().position(|byte| *byte == b'\n').unwrap_or(from.len());
    Ok(String::from_utf8_lossy(&from[..end]).trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_have_short_and_long_names() {
        let head = |name: &str, size: usize| format!("{name:<16}{:<32}{size:<10}`\n", "0");
        let long = "a_long_name_of_a_member.cpp.o/\n";
        let text = format!(
            "!<arch>\n{}{long}\n{}abc\n{}de",
            head("//", long.len()),
            head("short.o/", 3),
            head("/0", 2)
        );
        let members = read(text.as_bytes()).expect("an archive");
        let expected: [(String, &[u8]); 2] =
            [("short.o".into(), b"abc"), ("a_long_name_of_a_member.cpp.o".into(), b"de")];
        assert_eq!(members, expected);
        assert!(read(b"!<arch>").is_err());
        assert!(read(&text.as_bytes()[..text.len() - 1]).is_err());
        assert_eq!(short(Path::new("/x/libLLVMCore.a")), "Core");
    }
}
