//! What cargo says on its standard error, told apart: how far it is, and what people must read.

/// Something that cargo said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Said {
    /// How far it is: `45 of 182, serde, syn`, or `downloading 12 crates`.
    Progress(String),
    /// A line for people: a warning, an error, what it waits for.
    Line(String),
}

/// Cuts cargo's standard error into pieces. Progress ends in a carriage return, lines in a newline.
#[derive(Default, Debug)]
pub(crate) struct Ear {
    rest: Vec<u8>,
}

/// First words of lines that the progress says already.
const ROUTINE: [&str; 9] = [
    "Compiling",
    "Checking",
    "Documenting",
    "Finished",
    "Downloaded",
    "Fresh",
    "Locking",
    "Generated",
    "Running",
];

impl Ear {
    /// What these bytes add.
    pub(crate) fn hear(&mut self, bytes: &[u8]) -> Vec<Said> {
        self.rest.extend(bytes);
        let mut said = Vec::new();
        while let Some(end) = self.rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
            let piece: Vec<u8> = self.rest.drain(..=end).collect();
            said.extend(told(&String::from_utf8_lossy(&piece[..end])));
        }
        // Progress is also heard before something else wipes it away.
        if let Some(Said::Progress(at)) = told(&String::from_utf8_lossy(&self.rest)) {
            said.push(Said::Progress(at));
        }
        said
    }

    /// What is left at the end.
    pub(crate) fn finish(&mut self) -> Option<Said> {
        told(&String::from_utf8_lossy(&std::mem::take(&mut self.rest)))
    }
}

/// What a piece says; nothing where it is routine.
fn told(piece: &str) -> Option<Said> {
    let plain = without_colours(piece);
    let words = plain.trim();
    let first = words.split_whitespace().next()?;
    // One line for each crate that is fetched would be hundreds of them.
    if first == "Downloading" {
        return Some(Said::Progress(words.replacen('D', "d", 1)));
    }
    if let Some(step) = step(words) {
        return Some(Said::Progress(step));
    }
    if ROUTINE.contains(&first) || words.starts_with("Building [") {
        return None;
    }
    Some(Said::Line(piece.trim_end().to_owned()))
}

/// `Building [====>    ] 45/155: cranelift-codegen, serde`.
fn step(words: &str) -> Option<String> {
    let (head, tail) = words.split_once('[')?;
    if head.trim().contains(' ') {
        return None;
    }
    let (_, tail) = tail.split_once(']')?;
    let (count, at) = tail.split_once(':').unwrap_or((tail, ""));
    let (done, of) = count.trim().split_once('/')?;
    let (done, of): (u32, u32) = (done.parse().ok()?, of.parse().ok()?);
    let at = at.trim().trim_end_matches(['.', ',', ' ']);
    let comma = if at.is_empty() { "" } else { ", " };
    Some(format!("{done} of {of}{comma}{at}"))
}

/// Text without the sequences that colour a terminal or erase a line of it.
fn without_colours(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\x1b') {
        plain.push_str(before);
        let after = after.strip_prefix('[').unwrap_or(after);
        let end = after.find(|c: char| c.is_ascii_alphabetic()).map_or(after.len(), |at| at + 1);
        rest = &after[end..];
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_and_lines_are_told_apart() {
        let mut ear = Ear::default();
        let heard = ear.hear(b"   Compiling serde v1.0.1\n    Building [==>   ] 4/155: serde, sy");
        let at = |text: &str| Said::Progress(text.to_owned());
        assert_eq!(heard, [at("4 of 155, serde, sy")]);
        let heard = ear.hear(b"n\r\x1b[K\x1b[1m\x1b[33mwarning\x1b[0m: unused\n");
        let line = Said::Line("\x1b[K\x1b[1m\x1b[33mwarning\x1b[0m: unused".to_owned());
        assert_eq!(heard, [at("4 of 155, serde, syn"), line]);
        let heard = ear.hear(b" Downloading 12 crates, remaining bytes: 1.6MiB\r");
        assert_eq!(heard, [at("downloading 12 crates, remaining bytes: 1.6MiB")]);
        assert_eq!(ear.hear(b"    Finished `release` profile\n"), []);
        let waits = b"    Blocking waiting for file lock on build directory\n";
        assert!(matches!(&ear.hear(waits)[..], [Said::Line(line)] if line.contains("Blocking")));
        assert_eq!(ear.hear(b"error: no"), []);
        assert_eq!(ear.finish(), Some(Said::Line("error: no".to_owned())));
    }
}
