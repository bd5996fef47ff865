//! A static program in ELF, as far as a machine needs to know it to run it: what of it lies where.

use alloc::vec::Vec;
use core::ops::Range;

use crate::paging::Access;
use crate::ranges::PAGE;
use crate::windows::Window;

/// Bytes at the beginning of the file within which headers must lie.
pub const HEAD: usize = 4096;
/// Most parts of a program.
const MOST_PARTS: usize = 16;
/// Bytes of the file's header, and of each program header.
const FILE_HEADER: usize = 64;
const PROGRAM_HEADER: usize = 56;

/// A part of a program that is in memory while it runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// Its first address.
    pub address: u64,
    /// Bytes in memory; those behind what the file has are zero.
    pub len: u64,
    /// Where its bytes are in the file.
    pub file: Range<u64>,
    /// What it may be used for.
    pub access: Access,
}

impl Part {
    /// The pages that it lies in.
    #[must_use]
    pub fn pages(&self) -> Window {
        let base = self.address / PAGE * PAGE;
        Window { base, len: (self.address + self.len).next_multiple_of(PAGE) - base }
    }
}

/// A program's headers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Program {
    /// Address of its first instruction.
    pub entry: u64,
    /// Address of its program headers, and how many there are: what a C library asks for.
    pub headers: (u64, u64),
    /// Its parts, of which no two lie in one page.
    pub parts: Vec<Part>,
}

/// Why a program cannot be run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Error {
    /// It is no static x86-64 program in ELF whose headers come first.
    NotStatic,
    /// A part makes no sense, or lies elsewhere than it may.
    Misplaced,
    /// A part is both writable and executable.
    WritableCode,
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Error::NotStatic => "it is no static x86-64 program",
            Error::Misplaced => "a part of it lies where it must not",
            Error::WritableCode => "a part of it is both writable and executable",
        })
    }
}

impl core::error::Error for Error {}

impl Program {
    /// Reads the headers at the beginning of a file. All parts must lie in the window.
    ///
    /// # Errors
    /// [`Error`].
    pub fn read(file: &[u8], window: Window) -> Result<Program, Error> {
        let number = |at: usize, len: usize| -> Result<u64, Error> {
            let bytes = file.get(at..at + len).ok_or(Error::NotStatic)?;
            Ok(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
        };
        // 64 bits, little-endian; executable at fixed addresses; x86-64.
        const MAGIC: &[u8; 7] = b"\x7fELF\x02\x01\x01";
        const EXECUTABLE: u64 = 2;
        const X86_64: u64 = 62;
        let is_static = file.starts_with(MAGIC)
            && (number(16, 2)?, number(18, 2)?) == (EXECUTABLE, X86_64)
            && (number(32, 8)?, number(54, 2)?) == (FILE_HEADER as u64, PROGRAM_HEADER as u64);
        let count = number(56, 2)? as usize;
        if !is_static || FILE_HEADER + count * PROGRAM_HEADER > file.len().min(HEAD) {
            return Err(Error::NotStatic);
        }
        let mut program = Program { entry: number(24, 8)?, headers: (0, 0), parts: Vec::new() };
        for header in (0..count).map(|each| FILE_HEADER + each * PROGRAM_HEADER) {
            const LOAD: u64 = 1;
            const INTERPRETER: u64 = 3;
            match number(header, 4)? {
                LOAD => {}
                INTERPRETER => return Err(Error::NotStatic),
                _ => continue,
            }
            let (from, address) = (number(header + 8, 8)?, number(header + 16, 8)?);
            let (in_file, len) = (number(header + 32, 8)?, number(header + 40, 8)?);
            let access = access(number(header + 4, 4)?)?;
            let end = from.checked_add(in_file).ok_or(Error::Misplaced)?;
            let part = Part { address, len, file: from..end, access };
            program.add(part, window)?;
        }
        let is_code = |part: &Part| part.access == Access::Execute && part.holds(program.entry);
        if !program.parts.iter().any(is_code) {
            return Err(Error::Misplaced);
        }
        let head = program.parts.iter().find(|part| part.file.start == 0);
        let head =
            head.filter(|part| part.file.end >= (FILE_HEADER + count * PROGRAM_HEADER) as u64);
        let head = head.ok_or(Error::NotStatic)?.address;
        program.headers = (head + FILE_HEADER as u64, count as u64);
        Ok(program)
    }

    fn add(&mut self, part: Part, window: Window) -> Result<(), Error> {
        let end = part.address.checked_add(part.len).filter(|end| *end <= window.end());
        let fits = end.is_some()
            && part.address >= window.base
            && part.file.end - part.file.start <= part.len
            && self.parts.len() < MOST_PARTS;
        let apart = |other: &Part| {
            let (one, two) = (part.pages(), other.pages());
            one.end() <= two.base || two.end() <= one.base
        };
        if !fits || !self.parts.iter().all(apart) {
            return Err(Error::Misplaced);
        }
        if part.len > 0 {
            self.parts.push(part);
        }
        Ok(())
    }
}

impl Part {
    fn holds(&self, address: u64) -> bool {
        address.wrapping_sub(self.address) < self.len
    }
}

fn access(flags: u64) -> Result<Access, Error> {
    let (executable, writable) = (flags & 1 != 0, flags & 2 != 0);
    match (executable, writable) {
        (true, true) => Err(Error::WritableCode),
        (true, false) => Ok(Access::Execute),
        (false, true) => Ok(Access::ReadWrite),
        (false, false) => Ok(Access::Read),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    const WINDOW: Window = Window { base: 0x10_0000, len: 0x10_0000 };
    /// Flags, place in the file, address, bytes in the file and in memory.
    type Load = (u32, u64, u64, u64, u64);
    const READ: Load = (4, 0, 0x10_0000, 0x300, 0x300);
    const CODE: Load = (5, 0x300, 0x10_1300, 0x100, 0x100);
    const DATA: Load = (6, 0x400, 0x10_2400, 0x80, 0x5000);

    fn file(loads: &[Load]) -> Vec<u8> {
        let mut bytes = vec![0; FILE_HEADER];
        bytes[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
        let mut put = |at: usize, number: u64, len: usize| {
            bytes[at..at + len].copy_from_slice(&number.to_le_bytes()[..len]);
        };
        put(16, 2, 2);
        put(18, 62, 2);
        put(24, 0x10_1310, 8);
        put(32, 64, 8);
        put(54, 56, 2);
        put(56, loads.len() as u64, 2);
        for (flags, from, address, in_file, len) in loads {
            bytes.extend_from_slice(&1_u32.to_le_bytes());
            bytes.extend_from_slice(&flags.to_le_bytes());
            for number in [*from, *address, *address, *in_file, *len, 4096] {
                bytes.extend_from_slice(&number.to_le_bytes());
            }
        }
        bytes
    }

    #[test]
    fn parts_and_headers_are_found() {
        let program = Program::read(&file(&[READ, CODE, DATA]), WINDOW).unwrap();
        assert_eq!((program.entry, program.headers), (0x10_1310, (0x10_0040, 3)));
        let accesses: Vec<_> = program.parts.iter().map(|part| part.access).collect();
        assert_eq!(accesses, [Access::Read, Access::Execute, Access::ReadWrite]);
        assert_eq!(program.parts[2].file, 0x400..0x480);
        assert_eq!(program.parts[2].pages(), Window { base: 0x10_2000, len: 0x6000 });
    }

    #[test]
    fn what_cannot_be_run_is_refused() {
        let read = |loads: &[Load]| Program::read(&file(loads), WINDOW).map(|_| ());
        let changed = |load: Load, change: fn(&mut Load)| {
            let mut load = load;
            change(&mut load);
            load
        };
        assert_eq!(read(&[READ, changed(CODE, |c| c.0 = 7)]), Err(Error::WritableCode));
        // Outside of the window, in another's page, larger in the file than in memory.
        for wrong in [
            changed(DATA, |d| d.2 = 0x1000),
            changed(DATA, |d| d.4 = 0x10_0000),
            changed(DATA, |d| d.2 = u64::MAX - 8),
            changed(DATA, |d| d.2 = 0x10_1400),
            changed(DATA, |d| d.3 = 0x6000),
            changed(DATA, |d| d.1 = u64::MAX),
        ] {
            assert_eq!(read(&[READ, CODE, wrong]), Err(Error::Misplaced), "{wrong:x?}");
        }
        // An entry that is no code, headers that are not in memory.
        assert_eq!(read(&[READ, DATA]), Err(Error::Misplaced));
        assert_eq!(read(&[CODE, DATA]), Err(Error::NotStatic));
        let whole = file(&[READ, CODE, DATA]);
        for cut in [0, 6, 63, 100, whole.len() - 1] {
            assert_eq!(Program::read(&whole[..cut], WINDOW), Err(Error::NotStatic), "{cut}");
        }
    }
}
