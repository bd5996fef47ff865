//! Where in a program an address is, for those who report a fault: the function, the block, and the
//! lines of the source where debug information has them.
//!
//! The program may have been stopped anywhere, so that nothing here waits for a lock or allocates.

use core::fmt;

use bareflow_ir::Lines;

use crate::session::Session;

/// A place in the code or the variables of a program: `name+0x12 (hello.c:3)`.
#[derive(Clone, Copy, Debug)]
pub struct Symbolised {
    /// The function or variable.
    pub name: &'static str,
    /// Distance from its start, in bytes.
    pub offset: usize,
    /// What it was made from.
    pub lines: Option<Lines<'static>>,
}

impl fmt::Display for Symbolised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{:#x}", self.name, self.offset)?;
        in_brackets(f, self.lines)
    }
}

/// A place in a program that the interpreter is at: `name, block 3 (hello.c:3)`.
#[derive(Clone, Copy, Debug)]
pub struct Interpreted {
    /// The function.
    pub function: &'static str,
    /// The block, where that is known.
    pub block: Option<u32>,
    /// What it was made from.
    pub lines: Option<Lines<'static>>,
}

impl fmt::Display for Interpreted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.function)?;
        if let Some(block) = self.block {
            write!(f, ", block {block}")?;
        }
        in_brackets(f, self.lines)
    }
}

fn in_brackets(f: &mut fmt::Formatter<'_>, lines: Option<Lines<'_>>) -> fmt::Result {
    lines.map_or(Ok(()), |lines| write!(f, " ({lines})"))
}

/// The place in a program that the interpreter is at, as the first of these words tells that is an
/// address in a function's decoded code: the interpreter has its place in a register or, while it
/// calls, on the stack.
pub fn interpreting(words: impl IntoIterator<Item = u64>) -> Option<Interpreted> {
    let images = &Session::current()?.shared.images;
    words.into_iter().find_map(|word| {
        images.iter().find_map(|image| {
            let (func, block) = image.interp.decoded_at(word)?;
            let lines = block.and_then(|block| image.module().lines(func, block));
            let block = block.map(|block| block.0);
            Some(Interpreted { function: image.name(func), block, lines })
        })
    })
}

/// The function or variable of a program that `address` lies in.
pub fn symbolise(address: usize) -> Option<Symbolised> {
    let shared = &Session::current()?.shared;
    let found = shared.symbols.find(address)?;
    let block = shared.blocks.find(address - found.offset, address);
    let lines = block.and_then(|(key, at)| shared.image(key.image).module().lines(key.func, at));
    Some(Symbolised { name: found.name, offset: found.offset, lines })
}
