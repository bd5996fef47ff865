//! A hand on a running machine: keys pressed and the screen looked at, through QEMU's monitor.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

const COLUMNS: usize = 80;
const ROWS: usize = 25;

/// Where a monitor will be.
#[derive(Debug)]
pub struct Place {
    folder: tempfile::TempDir,
}

/// A connection to a machine's monitor.
#[derive(Debug)]
pub struct Monitor {
    answers: BufReader<UnixStream>,
    dump: PathBuf,
}

impl Place {
    /// A place of its own.
    ///
    /// # Errors
    /// When there can be no folder.
    pub fn new() -> Result<Self> {
        Ok(Self { folder: tempfile::tempdir()? })
    }

    /// What tells QEMU to have a monitor there.
    #[must_use]
    pub fn arguments(&self) -> Vec<OsString> {
        let mut socket = OsString::from("unix:");
        socket.push(self.folder.path().join("monitor"));
        socket.push(",server=on,wait=off");
        Vec::from(["-qmp".into(), socket])
    }

    /// Connects to the machine, which may not have started yet.
    ///
    /// # Errors
    /// When there is none for five minutes.
    pub fn connect(&self) -> Result<Monitor> {
        let patience = Instant::now() + Duration::from_secs(300);
        let socket = loop {
            match UnixStream::connect(self.folder.path().join("monitor")) {
                Ok(socket) => break socket,
                Err(_) if Instant::now() < patience => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(error) => return Err(error).context("the machine has no monitor"),
            }
        };
        socket.set_read_timeout(Some(Duration::from_secs(300)))?;
        let dump = self.folder.path().join("screen");
        let mut monitor = Monitor { answers: BufReader::new(socket), dump };
        monitor.ask("qmp_capabilities", json!({}))?;
        Ok(monitor)
    }
}

impl Monitor {
    fn ask(&mut self, command: &str, arguments: Value) -> Result<()> {
        let mut line = json!({ "execute": command, "arguments": arguments }).to_string();
        line.push('\n');
        self.answers.get_mut().write_all(line.as_bytes())?;
        loop {
            let mut line = String::new();
            ensure!(self.answers.read_line(&mut line)? > 0, "the machine has ended");
            let answer: Value = serde_json::from_str(&line)?;
            if answer.get("return").is_some() {
                return Ok(());
            }
            // Greetings and events come in between.
            ensure!(answer.get("error").is_none(), "{command}: {answer}");
        }
    }

    /// Ends the machine in the middle of what it does.
    ///
    /// # Errors
    /// It has ended already.
    pub fn quit(&mut self) -> Result<()> {
        self.ask("quit", json!({}))
    }

    /// Types a line as a person does, who looks at the screen: the next key is pressed when the
    /// last one has appeared. (A machine that computes loses keys after the eighth: nothing reads
    /// the keyboard meanwhile.)
    ///
    /// # Errors
    /// A character without a key, a key that does not appear, or the machine has ended.
    pub fn type_line(&mut self, line: &str) -> Result<()> {
        for (start, c) in line.char_indices() {
            self.press(c)?;
            self.wait_for(&format!("\n{}", &line[..start + c.len_utf8()]))?;
        }
        self.press('\n')
    }

    /// Presses the key that makes a character on a US keyboard: letters, digits, space, Enter, `!`.
    fn press(&mut self, c: char) -> Result<()> {
        let key = match c {
            'a'..='z' | '0'..='9' => c.to_string(),
            'A'..='Z' => c.to_ascii_lowercase().to_string(),
            ' ' => "spc".into(),
            '\n' => "ret".into(),
            '!' => "1".into(),
            _ => bail!("no key is known for {c:?}"),
        };
        let shift = (c.is_ascii_uppercase() || c == '!').then_some("shift");
        let keys = shift.into_iter().chain([key.as_str()]);
        let keys: Vec<Value> = keys.map(|key| json!({ "type": "qcode", "data": key })).collect();
        self.ask("send-key", json!({ "keys": keys, "hold-time": 5 }))
    }

    /// The text on the screen, all columns of it: what lies in the memory that a VGA card shows,
    /// if it was not scrolled.
    ///
    /// # Errors
    /// The machine has ended.
    pub fn screen(&mut self) -> Result<String> {
        let size = 2 * COLUMNS * ROWS;
        self.ask("pmemsave", json!({ "val": 0xb_8000, "size": size, "filename": self.dump }))?;
        let cells = std::fs::read(&self.dump)?;
        let rows = cells
            .chunks_exact(2 * COLUMNS)
            .map(|row| row.chunks_exact(2).map(|cell| char::from(cell[0])).collect::<String>());
        Ok(rows.collect::<Vec<_>>().join("\n"))
    }

    /// Waits until the screen shows a text.
    ///
    /// # Errors
    /// It never did while the machine ran; what it showed last.
    pub fn wait_for(&mut self, text: &str) -> Result<()> {
        let mut last = String::new();
        loop {
            last = match self.screen() {
                Ok(screen) if screen.contains(text) => return Ok(()),
                Ok(screen) => screen,
                Err(error) => bail!("{error}; {text:?} is not on the screen:\n{last}"),
            };
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
