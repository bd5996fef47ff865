//! Input: a line is read, wherever it was typed, and shown.

use crate::arch::exit::Status;
use crate::{console, say};

/// Reads one line.
pub fn run() -> Status {
    say!("echo: type a line");
    let mut line = alloc::vec::Vec::new();
    let mut buffer = [0; 64];
    loop {
        let count = console::read(&mut buffer);
        line.extend_from_slice(&buffer[..count]);
        if count == 0 || line.ends_with(b"\n") {
            break;
        }
    }
    say!("echo: {}", alloc::string::String::from_utf8_lossy(&line).trim_end());
    Status::Success
}
