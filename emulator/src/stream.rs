//! The serial line: the program's output and the machine's records, told apart.
//!
//! A record is the byte 0x1E, a JSON object with a field `record`, and a newline. A program may
//! print 0x1E itself; what follows it is then no such object and counts as output.

/// Longest record, in bytes. What is longer is output.
const LONGEST: usize = 64 << 20;
/// Starts a record (RFC 7464).
const SEPARATOR: u8 = 0x1e;

/// A piece of the stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// What the program printed.
    Output(Vec<u8>),
    /// The JSON text of a record.
    Record(String),
}

/// Takes the stream as it comes, in pieces of any size.
#[derive(Clone, Debug, Default)]
pub struct Splitter {
    /// From a separator on, what has not ended with a newline yet.
    pending: Option<Vec<u8>>,
}

impl Splitter {
    /// Takes the next bytes; what is complete by them.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Vec<Piece> {
        let mut out = Vec::new();
        while !bytes.is_empty() {
            match &mut self.pending {
                None => {
                    let end = bytes.iter().position(|&b| b == SEPARATOR).unwrap_or(bytes.len());
                    push_output(&mut out, &bytes[..end]);
                    bytes = &bytes[end..];
                    if !bytes.is_empty() {
                        self.pending = Some(vec![SEPARATOR]);
                        bytes = &bytes[1..];
                    }
                }
                Some(pending) => {
                    // A second separator: the first one was the program's.
                    let stop = bytes.iter().position(|&b| b == b'\n' || b == SEPARATOR);
                    let end = stop.unwrap_or(bytes.len());
                    pending.extend_from_slice(&bytes[..end]);
                    bytes = &bytes[end..];
                    if stop.is_some() || pending.len() > LONGEST {
                        let text = std::mem::take(pending);
                        self.pending = None;
                        if bytes.first() == Some(&b'\n') && is_record(&text[1..]) {
                            out.push(Piece::Record(
                                String::from_utf8_lossy(&text[1..]).into_owned(),
                            ));
                            bytes = &bytes[1..];
                        } else {
                            push_output(&mut out, &text);
                        }
                    }
                }
            }
        }
        out
    }

    /// The stream has ended; what was held back.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.pending.unwrap_or_default()
    }
}

fn push_output(out: &mut Vec<Piece>, bytes: &[u8]) {
    match out.last_mut() {
        _ if bytes.is_empty() => {}
        Some(Piece::Output(last)) => last.extend_from_slice(bytes),
        _ => out.push(Piece::Output(bytes.to_vec())),
    }
}

fn is_record(text: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Value>(text)
        .is_ok_and(|value| value.get("record").is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Output and records of a stream that comes in pieces of `size` bytes.
    fn split(stream: &[u8], size: usize) -> (Vec<u8>, Vec<String>) {
        let mut splitter = Splitter::default();
        let (mut output, mut records) = (Vec::new(), Vec::new());
        for piece in stream.chunks(size).flat_map(|chunk| splitter.feed(chunk)) {
            match piece {
                Piece::Output(bytes) => output.extend(bytes),
                Piece::Record(text) => records.push(text),
            }
        }
        output.extend(splitter.finish());
        (output, records)
    }

    #[test]
    fn records_are_taken_out_wherever_the_stream_is_cut() {
        let stream = b"a\x1e{\"record\":\"log\",\"text\":\"x\"}\nb\n\x1e{\"record\":1}\n";
        for size in 1..=stream.len() {
            let (output, records) = split(stream, size);
            assert_eq!(output, b"ab\n", "pieces of {size}");
            assert_eq!(records, ["{\"record\":\"log\",\"text\":\"x\"}", "{\"record\":1}"]);
        }
    }

    #[test]
    fn a_separator_of_the_program_stays_in_its_output() {
        let stream = b"\x1ehello\nx\x1e{\"a\":1}\n\x1e\x1e{\"record\":1}\n\x1eend";
        for size in 1..=stream.len() {
            let (output, records) = split(stream, size);
            assert_eq!(output, b"\x1ehello\nx\x1e{\"a\":1}\n\x1e\x1eend", "pieces of {size}");
            assert_eq!(records, ["{\"record\":1}"]);
        }
    }
}
