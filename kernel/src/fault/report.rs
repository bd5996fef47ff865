//! What is printed: lines for people, then the same as one record.

use core::fmt::{self, Write};

use bareflow_machine::vectors::page_fault_words;

use super::backtrace;
use super::symbols::{Named, interpreted};
use crate::arch::Place;
use crate::arch::frame::Frame;
use crate::console::{self, Escaped};
use crate::cores;
use crate::memory;

/// All that is known of the end.
pub struct Report<'a> {
    /// What happened.
    pub name: &'static str,
    /// The registers, if the processor raised it.
    pub frame: Option<&'a Frame>,
    /// The address that could not be used.
    pub address: Option<u64>,
    /// What a panic says.
    pub message: Option<fmt::Arguments<'a>>,
    /// Where.
    pub place: Place,
}

impl Report<'_> {
    /// Prints both forms, whoever holds the console.
    pub fn print(&self) {
        let mut out = console::Emergency::new();
        // Writing to the console does not fail.
        let _ = self.for_people(&mut out);
        let _ = self.as_record(&mut out.record());
    }

    fn for_people(&self, out: &mut impl Write) -> fmt::Result {
        write!(out, "\nfault: {self}")?;
        if let Some(frame) = self.frame {
            let mut result = None;
            interpreted(frame, |shown| result = Some(writeln!(out, " in {shown}, interpreted")));
            result.unwrap_or_else(|| writeln!(out, " in {}", Named(self.place.rip)))?;
            registers(out, frame)?;
        } else {
            writeln!(out)?;
        }
        writeln!(out, "backtrace:")?;
        for (i, line) in backtrace::walk(self.place).enumerate() {
            write!(out, "  {i:2}: {:#018x} {}", line.rip, Named(line.rip))?;
            if line.times > 1 {
                write!(out, "  ({} times)", line.times)?;
            }
            writeln!(out)?;
        }
        // Frame pointers led nowhere: the stack may still tell.
        if let Some(frame) = self.frame.filter(|_| backtrace::walk(self.place).count() < 3) {
            writeln!(out, "code that the stack mentions:")?;
            for word in backtrace::scan(frame.rsp) {
                writeln!(out, "      {word:#018x} {}", Named(word - 1))?;
            }
        }
        Ok(())
    }

    /// `{"record":"fault",...}`, as `session::Record::Fault`.
    fn as_record(&self, out: &mut impl Write) -> fmt::Result {
        write!(out, "{{\"record\":\"fault\",\"name\":\"{}\",\"text\":\"", self.name)?;
        write!(Escaped(out), "{self}")?;
        if let Some(frame) = self.frame {
            write!(out, "\",\"vector\":{},\"error\":{}", frame.vector, frame.error)?;
        } else {
            out.write_str("\"")?;
        }
        if let Some(address) = self.address {
            write!(out, ",\"address\":{address}")?;
        }
        if cores::number() > 0 {
            write!(out, ",\"core\":{}", cores::number())?;
        }
        write!(out, ",\"rip\":{},\"function\":\"", self.place.rip)?;
        let mut result = None;
        if let Some(frame) = self.frame {
            interpreted(frame, |shown| result = Some(write!(Escaped(out), "{shown}")));
        }
        result.unwrap_or_else(|| write!(Escaped(out), "{}", Named(self.place.rip)))?;
        out.write_str("\",\"backtrace\":[")?;
        for (i, line) in backtrace::walk(self.place).enumerate() {
            out.write_str(if i > 0 { ",\"" } else { "\"" })?;
            write!(Escaped(out), "{}", Named(line.rip))?;
            out.write_str("\"")?;
        }
        out.write_str("]}")
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        if let Some(message) = self.message {
            write!(f, ": {message}")?;
        }
        if let (Some(address), Some(frame)) = (self.address, self.frame) {
            write!(f, ": {} {address:#x}", page_fault_words(frame.error))?;
            if frame.error & 1 == 0 {
                write!(f, " ({})", memory::describe(address))?;
            }
        }
        if let Some(frame) = self.frame {
            write!(
                f,
                ", vector {}, error code {:#x}, at {:#x}",
                frame.vector, frame.error, frame.rip
            )?;
        }
        if cores::number() > 0 {
            write!(f, ", on core {}", cores::number())?;
        }
        Ok(())
    }
}

fn registers(out: &mut impl Write, frame: &Frame) -> fmt::Result {
    let f = frame;
    let all = [
        [("rax", f.rax), ("rbx", f.rbx), ("rcx", f.rcx), ("rdx", f.rdx)],
        [("rsi", f.rsi), ("rdi", f.rdi), ("rbp", f.rbp), ("rsp", f.rsp)],
        [("r8 ", f.r8), ("r9 ", f.r9), ("r10", f.r10), ("r11", f.r11)],
        [("r12", f.r12), ("r13", f.r13), ("r14", f.r14), ("r15", f.r15)],
        [("rip", f.rip), ("flg", f.rflags), ("cs ", f.cs), ("ss ", f.ss)],
    ];
    for line in all {
        for (name, value) in line {
            write!(out, "  {name} {value:016x}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}
