//! The console: serial line and screen for what people read, the serial line for records.

use core::fmt;

use bareflow_machine::line::{Line, Typed};
use spin::mutex::{TicketMutex, TicketMutexGuard};

use crate::cores;
use crate::devices::{apic, keyboard, serial, vga};

/// Keeps what is written at once together. Processors get it in the order in which they came: one
/// that writes without end keeps no other from writing.
static OUT: TicketMutex<()> = TicketMutex::new(());

/// What was typed, on either side. Held for a look at what has arrived: a byte is read once.
static IN: TicketMutex<Line> = TicketMutex::new(Line::new());

/// Begins a record (RFC 7464).
const RECORD: u8 = 0x1e;

/// Takes the console. A processor that ends the machine waits for those that write or are about to,
/// and would wait for ever if others went on to come.
fn hold() -> TicketMutexGuard<'static, ()> {
    cores::stand_if_ending();
    OUT.lock()
}

/// Writes text for people.
#[cfg(feature = "engine")]
pub fn write(bytes: &[u8]) {
    let _together = hold();
    serial::write(bytes);
    vga::write(bytes);
}

/// Writes one record: JSON text without a newline.
#[cfg(feature = "engine")]
pub fn record(json: &[u8]) {
    let _together = hold();
    serial::write(&[RECORD]);
    serial::write(json);
    serial::write(b"\n");
}

/// One log record.
pub fn log(text: fmt::Arguments<'_>) {
    use fmt::Write;
    let _together = hold();
    let mut record = Emergency::new().record();
    // Writing to the console does not fail.
    let _ = record.write_str("{\"record\":\"log\",\"text\":\"");
    let _ = write!(Escaped(&mut record), "{text}");
    let _ = record.write_str("\"}");
}

/// Holds the console for the end of the machine, if whoever writes is done in time.
pub fn hold_while(in_time: impl Fn() -> bool) -> Option<TicketMutexGuard<'static, ()>> {
    loop {
        match OUT.try_lock() {
            None if in_time() => core::hint::spin_loop(),
            held => return held,
        }
    }
}

/// Reads what was typed on either side: waits for the first byte, takes what has come. 0 bytes:
/// the input has ended.
pub fn read(buffer: &mut [u8]) -> usize {
    const NAP_NS: u64 = 1_000_000;
    let mut count = 0;
    while count < buffer.len() {
        let byte = match arrived() {
            Some(Typed::Byte(byte)) => byte,
            Some(Typed::Quote) => continue,
            Some(Typed::End) => break,
            None if count > 0 => break,
            None => {
                apic::sleep(NAP_NS);
                continue;
            }
        };
        // The serial terminal echoes by itself; the screen shows only what we show.
        let together = hold();
        vga::write(&[byte]);
        drop(together);
        buffer[count] = byte;
        count += 1;
        if byte == b'\n' {
            break;
        }
    }
    count
}

/// What has arrived next, if anything; at the end of input, that.
fn arrived() -> Option<Typed> {
    let mut line = IN.lock();
    if line.has_ended() {
        return Some(Typed::End);
    }
    serial::read().or_else(keyboard::read).map(|byte| line.take(byte))
}

/// Text inside a JSON string.
pub struct Escaped<'a, W>(pub &'a mut W);

impl<W: fmt::Write> fmt::Write for Escaped<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for c in text.chars() {
            match c {
                '"' | '\\' => write!(self.0, "\\{c}")?,
                c if c < ' ' => write!(self.0, "\\u{:04x}", c as u32)?,
                c => self.0.write_char(c)?,
            }
        }
        Ok(())
    }
}

/// The console for who holds it, and at the end of the machine: takes no lock.
#[derive(Debug)]
pub struct Emergency(());

impl Emergency {
    /// What was being written is cut off; what comes starts on a line of its own.
    pub fn new() -> Self {
        Self(())
    }

    /// A record, ended when it is dropped.
    pub fn record(&mut self) -> EmergencyRecord {
        serial::write(&[RECORD]);
        EmergencyRecord(())
    }
}

impl fmt::Write for Emergency {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        serial::write(text.as_bytes());
        vga::write(text.as_bytes());
        Ok(())
    }
}

/// The inside of a record.
#[derive(Debug)]
pub struct EmergencyRecord(());

impl fmt::Write for EmergencyRecord {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        serial::write(text.as_bytes());
        Ok(())
    }
}

impl Drop for EmergencyRecord {
    fn drop(&mut self) {
        serial::write(b"\n");
    }
}

/// Writes a line of text for people, whole.
pub fn line(text: fmt::Arguments<'_>) {
    use fmt::Write;
    let _together = hold();
    // Writing to the console does not fail.
    let _ = writeln!(Emergency::new(), "{text}");
}

/// Prints a line for people.
#[macro_export]
macro_rules! say {
    ($($part:tt)*) => {
        $crate::console::line(format_args!($($part)*))
    };
}
