//! The compiler's program: from the disk into memory, and its memory as it is at first.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use bareflow_machine::elf::{self, Part, Program};
use bareflow_machine::paging::Access;
use bareflow_machine::windows::{COMPILER, COMPILER_STACK};
use bareflow_packed::Packed;

use crate::devices::clock;
use crate::{console, files, memory};

/// A program in memory.
#[derive(Debug)]
pub struct Image {
    program: Program,
    /// What its variables are at first: parts by number, and their bytes in the file.
    variables: Vec<(usize, Vec<u8>)>,
}

impl Image {
    /// Reads, checks and unpacks it.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn load(path: &str) -> Result<Self, String> {
        let start = clock::now_ns();
        let file = files::with(|volume| volume.read(path)).ok_or("there is no disk")?;
        let file = file.map_err(|error| error.to_string())?;
        let packed = Packed::check(&file).map_err(|error| error.to_string())?;
        let mut loading = Loading { head: Vec::new(), at: 0, image: None };
        packed.unpack(|piece| loading.take(piece)).map_err(|Failed(why)| why)?;
        let image = loading.end()?;
        let ms = (clock::now_ns() - start) / 1_000_000;
        let (bytes, from) = (packed.head().unpacked, file.len());
        console::log(format_args!("{path}: {bytes} bytes unpacked from {from} in {ms} ms"));
        Ok(image)
    }

    /// Address of the first instruction.
    pub fn entry(&self) -> u64 {
        self.program.entry
    }

    /// Makes its variables what they are at first, and its stack; the stack pointer to begin with.
    ///
    /// # Errors
    /// There is no memory for it.
    pub fn begin(&self) -> Result<u64, String> {
        for (number, bytes) in &self.variables {
            let part = &self.program.parts[*number];
            let first = core::ptr::with_exposed_provenance_mut::<u8>(part.address as usize);
            let (filled, all) = (bytes.len(), part.len as usize);
            // SAFETY: a writable part of the program, which does not run: nobody else's.
            unsafe {
                first.copy_from_nonoverlapping(bytes.as_ptr(), filled);
                first.add(filled).write_bytes(0, all - filled);
            }
        }
        // What stands on the stack when a program begins (System V ABI, x86-64, 3.4.1), from the top:
        // a name and 16 bytes that should be random and are always the same, so that the program does
        // the same every time; below them, from the stack pointer on, words.
        const HEADERS: u64 = 3;
        const HEADER_BYTES: u64 = 4;
        const HEADER_COUNT: u64 = 5;
        const PAGE_BYTES: u64 = 6;
        const SECURE: u64 = 23;
        const RANDOM: u64 = 25;
        let name = COMPILER_STACK.end() - 16;
        let random = name - 16;
        let (headers, count) = self.program.headers;
        let words = [
            [1, name],
            [0, 0],
            [HEADERS, headers],
            [HEADER_BYTES, 56],
            [HEADER_COUNT, count],
            [PAGE_BYTES, 4096],
            [SECURE, 0],
            [RANDOM, random],
            [0, 0],
        ];
        let bytes: Vec<u8> = words.iter().flatten().flat_map(|word| word.to_le_bytes()).collect();
        let rsp = (random - bytes.len() as u64) & !15;
        let end = COMPILER_STACK.end();
        if !memory::is_there(rsp, end - rsp, |access| access == Access::ReadWrite) {
            return Err("there is no memory for its stack".into());
        }
        let at = |address: u64| core::ptr::with_exposed_provenance_mut::<u8>(address as usize);
        // SAFETY: the stack of a program that does not run, brought in just now.
        unsafe {
            at(rsp).write_bytes(0, (end - rsp) as usize);
            at(rsp).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            at(name).copy_from_nonoverlapping(b"llvm".as_ptr(), 4);
        }
        Ok(rsp)
    }
}

/// A program that comes piece after piece.
struct Loading {
    /// The first bytes, until there are enough for the headers.
    head: Vec<u8>,
    /// Bytes of the file so far.
    at: u64,
    image: Option<Image>,
}

/// Why it cannot be loaded.
struct Failed(String);

impl From<bareflow_packed::Error> for Failed {
    fn from(error: bareflow_packed::Error) -> Self {
        Failed(error.to_string())
    }
}

impl Loading {
    fn take(&mut self, piece: &[u8]) -> Result<(), Failed> {
        if self.image.is_some() {
            return self.place(piece);
        }
        self.head.extend_from_slice(piece);
        if self.head.len() < elf::HEAD { Ok(()) } else { self.begin() }
    }

    /// The headers are here.
    fn begin(&mut self) -> Result<(), Failed> {
        let head = core::mem::take(&mut self.head);
        let program = Program::read(&head, COMPILER).map_err(|error| Failed(error.to_string()))?;
        let mut variables = Vec::new();
        for (number, part) in program.parts.iter().enumerate() {
            memory::bring_in_part(part.pages(), part.access).ok_or_else(no_memory)?;
            if part.access == Access::ReadWrite {
                variables.push((number, Vec::new()));
            }
        }
        self.image = Some(Image { program, variables });
        self.place(&head)
    }

    /// The next bytes of the file.
    fn place(&mut self, piece: &[u8]) -> Result<(), Failed> {
        let Some(image) = &mut self.image else { return Ok(()) };
        let end = self.at + piece.len() as u64;
        for (number, part) in image.program.parts.iter().enumerate() {
            let (from, to) = (part.file.start.max(self.at), part.file.end.min(end));
            if from >= to {
                continue;
            }
            let bytes = &piece[(from - self.at) as usize..(to - self.at) as usize];
            match image.variables.iter_mut().find(|(of, _)| *of == number) {
                Some((_, kept)) => kept.extend_from_slice(bytes),
                None => memory::fill_part(address(part, from), bytes).ok_or_else(no_memory)?,
            }
        }
        self.at = end;
        Ok(())
    }

    fn end(mut self) -> Result<Image, String> {
        if self.image.is_none() {
            self.begin().map_err(|Failed(why)| why)?;
        }
        self.image.ok_or_else(|| "it is empty".into())
    }
}

/// Where the byte at `offset` of the file comes to lie.
fn address(part: &Part, offset: u64) -> u64 {
    part.address + (offset - part.file.start)
}

fn no_memory() -> Failed {
    Failed("there is no memory for it".into())
}
